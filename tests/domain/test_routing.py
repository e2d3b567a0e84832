"""Routing: the fixed order in which rules, the open question, keywords and meaning decide about a text."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.flows.answers import AnswerKind, Choice, Question
from app.domain.routes import (
    Answered,
    NeedsMeaning,
    OptedIn,
    OptedOut,
    Route,
    Said,
    Silence,
    Started,
    ToStaff,
    WrongNumber,
)
from app.domain.routing import (
    SURE_INTERRUPTION,
    SURE_OPT_OUT,
    THRESHOLD,
    UNSURE_OPT_OUT,
    Situation,
    Understood,
    route_by_meaning,
    route_by_rule,
)

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
RUN = UUID(int=7)
CHOICES = Question("q", AnswerKind.CHOICE, (Choice("1", ("1", "要")), Choice("2", ("2", "不要"), ("deny",))))
WORDS = Question("q", AnswerKind.TEXT)
INTENTS = {"complaint": "complaint", "human_agent": "human", "store_info": "hours", "order_status": "order"}


class Words:
    """Keywords by mode."""

    def __init__(self, **flows: Mapping[str, str]) -> None:
        self.flows = flows

    def match(self, text: str, modes: tuple[str, ...]) -> tuple[str, str] | None:
        for mode in modes:
            for word, flow in self.flows.get(mode, {}).items():
                is_it = {
                    "whole": text == word,
                    "first_word": text.startswith(word),
                    "contains": word in text,
                }[mode]
                if is_it:
                    return flow, word
        return None


def a_situation(**changes: Any) -> Situation:
    words = Words(
        whole={"地址": "hours", "1": "first"}, first_word={"投诉": "complaint"}, contains={"停车": "parking"}
    )
    return Situation(**{"keywords": words, "intents": INTENTS, **changes})


def asking(question: Question = CHOICES, **changes: Any) -> Situation:
    return a_situation(question=question, question_run_id=RUN, **changes)


def meaning(intent: str, confidence: float, **ranking: float) -> Understood:
    return Understood(intent, confidence, {intent: confidence, **ranking})


def by_meaning(understood: Understood, situation: Situation | None = None, text: str = "随便什么") -> Route:
    return route_by_meaning(text, understood, situation or a_situation(), NOW)


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "\n\t"])
def test_an_empty_text_is_met_with_silence(text: str) -> None:
    assert route_by_rule(text, asking()) == Silence("empty")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"is_with_staff": True}, "with_staff"),
        ({"is_auto_reply": True}, "auto_reply"),
        ({"replies_last_hour": 10}, "too_many_replies"),
    ],
)
@pytest.mark.parametrize("text", ["1", "地址", "几点开门"])
def test_where_the_bot_is_silent_nothing_but_opting_out_counts(
    text: str, changes: dict[str, Any], reason: str
) -> None:
    silent = asking(**changes)
    assert route_by_rule(text, silent) == NeedsMeaning(reason)
    left = ToStaff(reason, is_told=False) if reason == "too_many_replies" else Silence(reason)
    for intent in ("store_info", "praise", "confirm"):
        assert route_by_meaning(text, Understood(intent, 0.99), silent, NOW) == left
    is_kept = reason == "too_many_replies"  # its clocks run, though nobody answers by itself
    told = ToStaff(reason, is_told=False, is_complaint=True) if is_kept else left
    assert route_by_meaning(text, Understood("complaint", 0.99), silent, NOW) == told
    doubt = Understood("praise", 0.5, {"opt_out": UNSURE_OPT_OUT})
    assert route_by_meaning(text, doubt, silent, NOW) == OptedOut(False, "opt_out_unsure", is_asked=False)
    wish = Understood("opt_out", 0.99, {"opt_out": 0.99})
    assert route_by_meaning(text, wish, silent, NOW) == OptedOut(True, "opt_out_by_meaning")


def test_nine_replies_an_hour_are_not_too_many() -> None:
    assert route_by_rule("地址", a_situation(replies_last_hour=9)) == Started(
        "hours", "keyword", "keyword", "地址"
    )


def test_an_exact_choice_comes_before_a_keyword() -> None:
    assert route_by_rule("1", asking()) == Answered(RUN, "question_exact")
    assert route_by_rule("1", a_situation()) == Started("first", "keyword", "keyword", "1")


def test_a_keyword_comes_before_what_only_might_answer() -> None:
    assert route_by_rule("投诉你们", asking(WORDS)) == Started("complaint", "keyword", "keyword", "投诉")


@pytest.mark.parametrize("text", ["我选要吧", "停车场在哪", "几点开门"])
def test_what_rules_cannot_tell_needs_its_meaning(text: str) -> None:
    assert route_by_rule(text, asking()) == NeedsMeaning()


@pytest.mark.parametrize("situation", [a_situation(), asking(), asking(WORDS)])
def test_an_opt_out_in_other_words_interrupts_everything(situation: Situation) -> None:
    assert by_meaning(meaning("opt_out", SURE_OPT_OUT), situation) == OptedOut(True, "opt_out_by_meaning")
    assert by_meaning(meaning("opt_out", SURE_OPT_OUT - 0.01), situation) == OptedOut(False, "opt_out_unsure")


def test_a_second_guess_of_opting_out_is_enough_to_hold() -> None:
    assert by_meaning(meaning("complaint", 0.65, opt_out=UNSURE_OPT_OUT)) == OptedOut(False, "opt_out_unsure")
    assert by_meaning(meaning("complaint", 0.65, opt_out=UNSURE_OPT_OUT - 0.01)) == Started(
        "complaint", "intent", "intent_complaint", "complaint"
    )


@pytest.mark.parametrize("intent", ["complaint", "human_agent"])
def test_complaints_and_the_wish_for_a_person_interrupt_a_question_when_sure(intent: str) -> None:
    started = Started(INTENTS[intent], "intent", f"intent_{intent}", intent)
    assert by_meaning(meaning(intent, SURE_INTERRUPTION), asking(WORDS)) == started
    assert by_meaning(meaning(intent, SURE_INTERRUPTION - 0.01), asking(WORDS)) == Answered(
        RUN, "question_free_text", intent
    )
    assert by_meaning(meaning(intent, THRESHOLD)) == started


def test_the_open_question_comes_before_keywords_within_the_text() -> None:
    in_the_garage = "我要停车"
    assert by_meaning(meaning("out_of_scope", 0.2), asking(WORDS), in_the_garage) == Answered(
        RUN, "question_free_text", "out_of_scope"
    )
    assert by_meaning(meaning("out_of_scope", 0.2), text=in_the_garage) == Started(
        "parking", "keyword", "keyword_contained", "停车"
    )


def test_a_choice_is_answered_by_its_meaning() -> None:
    assert by_meaning(meaning("deny", 0.9), asking(), "还是算了") == Answered(
        RUN, "question_by_meaning", "deny"
    )


def test_an_answer_that_is_none_is_told_to_the_run() -> None:
    assert by_meaning(meaning("out_of_scope", 0.2), asking(), "嗯嗯嗯") == Answered(
        RUN, "question_not_understood", None
    )


def test_another_intent_leaves_the_question_open() -> None:
    assert by_meaning(meaning("order_status", 0.9), asking(), "快递到哪了") == Started(
        "order", "intent", "intent_order_status", "order_status"
    )


def test_a_question_of_the_customers_own_is_no_answer_in_words() -> None:
    sure = meaning("store_info", 0.9)
    assert by_meaning(sure, asking(WORDS), "你们几点开门？") == Started(
        "hours", "intent", "intent_store_info", "store_info"
    )
    assert by_meaning(sure, asking(WORDS), "门店太早关门") == Answered(
        RUN, "question_free_text", "store_info"
    )


def test_keywords_within_the_text_come_before_other_intents() -> None:
    assert by_meaning(meaning("store_info", 0.99), text="在哪停车") == Started(
        "parking", "keyword", "keyword_contained", "停车"
    )


@pytest.mark.parametrize(
    ("intent", "route"),
    [
        ("store_info", Started("hours", "intent", "intent_store_info", "store_info")),
        ("praise", Said("thanks", "intent_praise")),
        ("greeting", Said("greeting", "intent_greeting")),
        ("confirm", Silence("no_question_open")),
        ("deny", Silence("no_question_open")),
        ("wrong_number", WrongNumber()),
        ("opt_in", OptedIn("intent_opt_in")),
        ("abuse", Silence("abuse")),
        ("out_of_scope", Said("clarify", "out_of_scope")),
        ("book", ToStaff("no_flow_for_book")),
    ],
)
def test_each_intent_has_its_outcome(intent: str, route: Route) -> None:
    assert by_meaning(meaning(intent, THRESHOLD)) == route
    assert by_meaning(meaning(intent, THRESHOLD - 0.01)) == Said("clarify", "below_threshold")


def test_small_talk_is_said_once_a_day() -> None:
    said = a_situation(small_talk_at={"praise": NOW - timedelta(hours=23)})
    assert by_meaning(meaning("praise", 0.9), said) == Silence("praise_said_today")
    assert by_meaning(meaning("greeting", 0.9), said) == Said("greeting", "intent_greeting")
    yesterday = a_situation(small_talk_at={"praise": NOW - timedelta(hours=24)})
    assert by_meaning(meaning("praise", 0.9), yesterday) == Said("thanks", "intent_praise")


def test_abuse_again_is_for_a_person() -> None:
    assert by_meaning(meaning("abuse", 0.9), a_situation(abused_before=True)) == ToStaff("abuse_again", False)


def test_it_asks_back_once_and_then_gives_it_to_a_person() -> None:
    unclear = meaning("out_of_scope", 0.1)
    asked = a_situation(clarified_at=NOW - timedelta(hours=1))
    assert by_meaning(unclear) == Said("clarify", "below_threshold")
    assert by_meaning(unclear, asked) == ToStaff("below_threshold")
    assert by_meaning(unclear, a_situation(clarified_at=NOW - timedelta(days=1))) == Said(
        "clarify", "below_threshold"
    )


@pytest.mark.parametrize(
    ("intent", "confidence"),
    [
        ("out_of_scope", 0.1),
        ("praise", 0.74),
        ("greeting", 0.9),
        ("order_status", 0.9),
        ("store_info", 0.7),
        ("abuse", 0.9),
    ],
)
def test_what_somebody_with_an_open_complaint_writes_joins_it(intent: str, confidence: float) -> None:
    situation = a_situation(has_open_complaint=True)
    assert by_meaning(meaning(intent, confidence), situation) == ToStaff("joins_complaint", False)


def test_a_sure_question_of_another_kind_is_answered_beside_a_complaint() -> None:
    situation = a_situation(has_open_complaint=True)
    assert by_meaning(meaning("store_info", 0.9), situation) == by_meaning(meaning("store_info", 0.9))


@pytest.mark.parametrize(
    "text", ["还没解决", "还是没处理啊", "not fixed", "still waiting", "没收到退款", "问题还在"]
)
def test_not_solved_opens_what_was_resolved(text: str) -> None:
    resolved = a_situation(has_resolved_complaint=True)
    found = route_by_meaning(text, meaning("order_status", 0.9), resolved, NOW)
    assert found == Started("complaint", "intent", "not_solved", "complaint")


def test_not_solved_opens_a_resolved_complaint_and_the_unclear_goes_to_staff() -> None:
    resolved = a_situation(has_resolved_complaint=True)
    reopened = Started("complaint", "intent", "not_solved", "complaint")
    assert by_meaning(meaning("deny", 0.9), resolved, "还是没解决") == reopened
    assert by_meaning(meaning("book", 0.97), resolved, "还是没解决") == by_meaning(meaning("book", 0.97))
    unclear = ("out_of_scope", 0.9), ("confirm", 0.9), ("deny", 0.9), ("book", 0.2)
    for one in unclear:
        assert by_meaning(meaning(*one), resolved, "不用了，谢谢") == ToStaff("after_resolution")
    assert by_meaning(meaning("praise", 0.9), resolved) == by_meaning(meaning("praise", 0.9))


OUT_OR_NOT = Question(
    "q", AnswerKind.CHOICE, (Choice("no_more", ("是",), ("opt_out",)), Choice("keep", ("不是",)))
)


def test_only_the_wish_itself_answers_whether_it_was_an_opt_out() -> None:
    asked = asking(OUT_OR_NOT)
    for intent in ("deny", "out_of_scope"):
        said = by_meaning(meaning(intent, 0.6, opt_out=0.31), asked)
        assert said == Answered(RUN, "question_not_understood", intent)
    said = by_meaning(meaning("opt_out", 0.5), asked)
    assert said == Answered(RUN, "question_by_meaning", "opt_out")


def test_somebody_elses_number_has_no_answer_to_our_question() -> None:
    assert by_meaning(meaning("wrong_number", 0.95), asking()) == WrongNumber()
    unsure = by_meaning(meaning("wrong_number", SURE_INTERRUPTION - 0.01), asking())
    assert unsure == Answered(RUN, "question_not_understood", "wrong_number")
