"""The step `opt_in`: consent by an explicit yes and by nothing else."""

import pytest

from app.domain.flows.answers import exact_answer, intent_answer
from app.domain.flows.definition import STEPS
from app.domain.flows.effects import Ask, OptIn
from tests.domain.flows.flow_making import Conversation, a_flow, both


def an_opt_in(**fields):
    steps = {
        "confirm": {
            "do": "opt_in",
            "text": both("同意请回复“是”", "Reply YES"),
            "time_out": "24h",
            "then": "joined",
            "declined": "not_joined",
            **fields,
        },
        "joined": {"do": "finish", "outcome": "joined"},
        "not_joined": {"do": "finish", "outcome": "not_joined"},
    }
    return a_flow(steps)


@pytest.mark.parametrize("text", ["是", "好", "好的", "Y", "yes", "１", "“是”", "YES!", "同意"])
def test_an_explicit_yes_counts(text):
    talk = Conversation(an_opt_in()).starts("加入").hears(text)
    consent = talk.effect(OptIn)
    assert (consent.scope, consent.wording, consent.is_double) == ("marketing", "同意请回复“是”", True)
    assert (talk.state.outcome, talk.world.known.consent) == ("joined", "granted")


@pytest.mark.parametrize(
    "text", ["否", "不用", "no", "是什么活动", "ok", "好不好", "嗯", "yes or no", "👍", ""]
)
def test_nothing_else_does(text):
    talk = Conversation(an_opt_in()).starts("加入").hears(text, intent="confirm")
    assert (talk.state.outcome, talk.world.known.consent) == ("not_joined", "none")


@pytest.mark.parametrize(
    ("text", "intent"), [("不要", None), ("不要！", None), ("Nope.", None), ("我先不参加了", "deny")]
)
def test_a_no_is_understood_in_the_flows_words_and_by_meaning(text, intent):
    talk = Conversation(an_opt_in(decline=both(["不要"], ["nope"]))).starts("加入")
    question = talk.state.open_question
    assert exact_answer(question, text) or intent_answer(question, intent)
    assert talk.hears(text, intent).state.outcome == "not_joined"
    assert talk.world.known.consent == "none"


def test_a_yes_by_meaning_is_no_answer():
    question = Conversation(an_opt_in()).starts("加入").state.open_question
    assert intent_answer(question, "confirm") is None
    assert intent_answer(question, "deny") is not None


def test_finds_a_word_that_would_decline_and_agree():
    step = an_opt_in(decline=both(["好的"], ["nope"])).steps["confirm"]
    assert [trouble.code for trouble in STEPS["opt_in"].check(step)] == ["ambiguous_choice"]


def test_the_question_is_one_that_is_never_read_freely():
    assert Conversation(an_opt_in()).starts().effect(Ask).question.kind == "confirm"


def test_silence_is_no_consent():
    talk = Conversation(an_opt_in()).starts().waits(hours=24)
    assert (talk.state.outcome, talk.world.known.consent) == ("timed_out", "none")


def test_a_question_that_cannot_be_sent_is_no_consent():
    assert Conversation(an_opt_in(), refuses=True).starts().world.known.consent == "none"


def test_a_single_opt_in_records_the_customers_own_words():
    consent = Conversation(an_opt_in(double=False, text=None)).starts("请给我发优惠").effect(OptIn)
    assert (consent.wording, consent.is_double) == ("请给我发优惠", False)


def test_finds_a_double_opt_in_without_question_or_time_out():
    step = an_opt_in(text=None, time_out=None).steps["confirm"]
    assert [trouble.code for trouble in STEPS["opt_in"].check(step)] == ["no_question", "no_time_out"]
