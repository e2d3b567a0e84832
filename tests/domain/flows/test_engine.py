"""The engine: starts, goes on, rests, ends, and is not led astray by what does not fit."""

import pytest

from app.domain.flows.effects import AddTag, Finish, HandOff, SendText
from app.domain.flows.engine import MAX_STEPS, advance
from app.domain.flows.facts import Facts
from app.domain.flows.state import Phase, RunState
from app.domain.flows.stimuli import (
    EffectApplied,
    HandedOver,
    NotSent,
    Replied,
    StaffActed,
    TimerFired,
    Triggered,
)
from tests.domain.flows.flow_making import NOW, Conversation, a_flow, a_question, both

GREETING = {"hello": {"do": "send", "text": both("您好", "Hello"), "then": "end"}}


def test_sends_and_finishes_once():
    talk = Conversation(a_flow(GREETING)).starts("hi")
    assert talk.sent == ["您好"]
    assert talk.names == ["send_text", "finish"]
    assert talk.state.outcome == "done"


def test_starts_where_the_definition_says():
    steps = {"skipped": {"do": "finish", "outcome": "wrong"}, "real": {"do": "finish", "outcome": "right"}}
    assert Conversation(a_flow(steps, start="real")).starts().state.outcome == "right"


def test_advance_asks_for_one_effect_at_a_time():
    advanced = advance(a_flow(GREETING), RunState.begin("tried", 1), Triggered("keyword"), Facts(), NOW)
    assert advanced.effects == (SendText("hello", "您好"),)
    assert advanced.state.phase is Phase.APPLYING


@pytest.mark.parametrize(
    "stimulus",
    [
        Replied("1", NOW),
        TimerFired(NOW),
        HandedOver("ask", NOW),
        NotSent("ask", "late"),
        EffectApplied(AddTag("x", "y"), "ok"),
        StaffActed("took_over"),
    ],
)
def test_nothing_but_a_trigger_starts_a_run(stimulus):
    state = RunState.begin("tried", 1)
    assert advance(a_flow(GREETING), state, stimulus, Facts(), NOW).state == state


def test_a_second_trigger_changes_nothing():
    talk = Conversation(a_flow({"ask": a_question()})).starts()
    before = talk.state
    assert talk.starts().state == before


def test_a_finished_run_stays_finished():
    talk = Conversation(a_flow(GREETING)).starts()
    before = talk.state
    assert talk.hears("1").waits(days=9).meets(StaffActed("cancelled")).state == before
    assert talk.names == ["send_text", "finish"]


@pytest.mark.parametrize(("action", "outcome"), [("took_over", "taken_over"), ("cancelled", "cancelled")])
def test_staff_end_a_run(action, outcome):
    talk = Conversation(a_flow({"ask": a_question()})).starts().meets(StaffActed(action))
    assert talk.state.outcome == outcome
    assert talk.state.open_question is None


def test_an_unknown_staff_action_changes_nothing():
    talk = Conversation(a_flow({"ask": a_question()})).starts()
    before = talk.state
    assert talk.meets(StaffActed("yawned")).state.outcome == before.outcome


def test_the_result_of_another_step_changes_nothing():
    talk = Conversation(a_flow({"ask": a_question()})).starts()
    before = talk.state
    assert talk.meets(EffectApplied(AddTag("elsewhere", "x"), "ok")).state == before


def test_person_as_a_target_hands_off():
    talk = Conversation(a_flow({"hello": {**GREETING["hello"], "then": "person"}})).starts()
    assert talk.effect(HandOff).reason == "flow"
    assert talk.state.outcome == "handed_off"


def test_a_step_that_leads_nowhere_ends_the_run():
    steps = {"hello": {"do": "send", "text": both("您好")}}
    assert Conversation(a_flow(steps)).starts().state.outcome == "dead_end"


def test_a_target_that_is_no_step_goes_to_a_person():
    talk = Conversation(a_flow({"hello": {**GREETING["hello"], "then": "gone"}})).starts()
    assert talk.effect(HandOff).reason == "unknown_step"


def test_a_run_at_a_step_that_is_gone_goes_to_a_person():
    state = RunState.begin("tried", 1).changed(phase=Phase.WAITING, step="gone", due_at=NOW)
    advanced = advance(a_flow(GREETING), state, TimerFired(NOW), Facts(), NOW)
    assert [type(effect) for effect in advanced.effects] == [HandOff, Finish]


def test_going_round_for_ever_is_stopped():
    steps = {
        "a": {"do": "tag", "add": "x", "then": "b"},
        "b": {"do": "tag", "remove": "x", "then": "a"},
    }
    talk = Conversation(a_flow(steps)).starts()
    assert talk.effect(HandOff).reason == "too_many_steps"
    assert len(talk.world.effects) == MAX_STEPS + 2


def test_every_drive_may_take_fifty_steps():
    steps = {
        "ask": a_question(then="a"),
        **{f"s{i}": {"do": "tag", "add": "x", "then": f"s{i + 1}"} for i in range(48)},
        "a": {"do": "tag", "add": "x", "then": "s0"},
        "s48": a_question(),
    }
    talk = Conversation(a_flow(steps)).starts().hears("1")
    assert talk.state.phase is Phase.ASKING
    assert talk.state.step == "s48"


def test_what_started_the_run_is_kept():
    state = Conversation(a_flow({"ask": a_question()})).starts("营业时间", {"a": 1}).state
    assert (state.text, state.data, state.triggered_at) == ("营业时间", {"a": 1}, NOW)
