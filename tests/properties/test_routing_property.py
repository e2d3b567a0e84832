"""Routing: what holds for any text, any reading and any situation."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.context import LastSaid
from app.domain.flows.answers import AnswerKind, Choice, Question
from app.domain.routes import Answered, NeedsMeaning, OptedOut, Said, Silence, Started, ToStaff
from app.domain.routing import (
    SURE_OPT_OUT,
    UNSURE_OPT_OUT,
    Situation,
    Understood,
    route_by_context,
    route_by_meaning,
    route_by_rule,
)
from app.domain.wording import NAMES

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
OWNED = {"complaint": "complaint", "human_agent": "human", "store_info": "hours"}
ALL = (*OWNED, "opt_out", "opt_in", "praise", "greeting", "confirm", "deny", "wrong_number", "abuse", "book")
MOMENTS = st.none() | st.integers(0, 4000).map(lambda minutes: NOW - timedelta(minutes=minutes))
QUESTIONS = st.sampled_from(
    [
        None,
        Question("q", AnswerKind.TEXT),
        Question("q", AnswerKind.NUMBER),
        Question("q", AnswerKind.CODE),
        Question("q", AnswerKind.CONFIRM, (Choice("yes", ("是",)), Choice("no", ("否",)))),
        Question("q", AnswerKind.CHOICE, (Choice("1", ("1",)), Choice("2", ("2",)))),
    ]
)
LAST = st.none() | st.builds(
    LastSaid,
    st.sampled_from(["方便签收吗？", "回复1确认，回复2改期。拒收请回复R", "打1-5分", "回复Y领取"])
    | st.text(max_size=60),
    st.booleans(),
)
TEXTS = st.text(max_size=40) | st.sampled_from(
    ["1", "是", "几点开门？", "退订", "投诉", "\x00", "\ud800", "地址"]
)


class FewWords:
    """One keyword a mode."""

    def match(self, text: str, modes: tuple[str, ...]) -> tuple[str, str] | None:
        if "whole" in modes and text == "地址":
            return "hours", text
        return ("parking", "停车") if "contains" in modes and "停车" in text else None


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    question = draw(QUESTIONS)
    return Situation(
        keywords=FewWords(),
        intents=OWNED,
        question=question,
        question_run_id=UUID(int=1) if question else None,
        is_with_staff=draw(st.booleans()),
        has_open_complaint=draw(st.booleans()),
        is_auto_reply=draw(st.booleans()),
        replies_last_hour=draw(st.integers(0, 12)),
        last=draw(LAST),
        clarified_at=draw(MOMENTS),
        small_talk_at={name: at for name in ("praise", "greeting") if (at := draw(MOMENTS))},
        abused_before=draw(st.booleans()),
    )


@st.composite
def readings(draw: st.DrawFn) -> Understood:
    ranking = draw(st.dictionaries(st.sampled_from([*ALL, "out_of_scope"]), st.floats(0, 1), min_size=1))
    intent = max(ranking, key=lambda name: ranking[name])
    return Understood(intent, ranking[intent], ranking)


@given(text=TEXTS, situation=situations())
def test_rules_decide_or_pass_on_and_never_opt_out(text: str, situation: Situation) -> None:
    route = route_by_rule(text, situation)
    assert isinstance(route, Answered | Started | Silence | NeedsMeaning)
    if situation.is_with_staff or situation.is_auto_reply or situation.replies_last_hour >= 10:
        assert isinstance(route, Silence | NeedsMeaning)
    if isinstance(route, Answered):
        assert situation.question is not None


@given(text=TEXTS, understood=readings(), situation=situations())
def test_meaning_always_leads_somewhere(text: str, understood: Understood, situation: Situation) -> None:
    route = route_by_meaning(text, understood, situation, NOW)
    assert not isinstance(route, NeedsMeaning)
    assert 0 < len(route.reason) <= 60
    if isinstance(route, Said):
        assert route.wording in NAMES
    if isinstance(route, Answered):
        assert situation.question is not None


@given(text=TEXTS, understood=readings(), situation=situations())
def test_a_likely_opt_out_is_never_taken_for_anything_else(
    text: str, understood: Understood, situation: Situation
) -> None:
    route = route_by_meaning(text, understood, situation, NOW)
    likely = understood.ranking.get("opt_out", 0) >= UNSURE_OPT_OUT or understood.intent == "opt_out"
    assert isinstance(route, OptedOut) == likely
    if isinstance(route, OptedOut) and route.is_sure:
        assert understood.confidence >= SURE_OPT_OUT


@given(text=TEXTS, understood=readings(), situation=situations())
def test_nobody_is_asked_back_twice_within_a_day(
    text: str, understood: Understood, situation: Situation
) -> None:
    route = route_by_meaning(text, understood, situation, NOW)
    asked = situation.clarified_at is not None and NOW - situation.clarified_at < timedelta(days=1)
    if asked or situation.has_open_complaint:
        assert not (isinstance(route, Said) and route.wording == "clarify")
    if isinstance(route, ToStaff) and route.reason == "below_threshold":
        assert asked


@given(TEXTS | st.sampled_from(["妥", "2", "R", "N", "T", "不用", "5", "y"]), situations())
def test_a_reply_to_our_last_message_is_never_an_opt_out_and_never_breaks_a_silence(
    text: str, situation: Situation
) -> None:
    route = route_by_context(text, situation, NOW)
    is_silent = situation.is_with_staff or situation.is_auto_reply or situation.replies_last_hour >= 10
    is_waited_for = situation.question is not None or situation.has_open_complaint
    if is_silent or is_waited_for or situation.last is None:
        assert route is None
    assert route is None or isinstance(route, Started | Said | ToStaff | Silence)
    assert route is None or route.reason.startswith("context_") or route.reason == "answers_staff"
