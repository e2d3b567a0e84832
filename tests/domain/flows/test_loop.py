"""The loop: applies effects, follows into other flows, and always rests."""

from app.domain.flows.definition import Published, Shelf
from app.domain.flows.effects import HandOff, StartFlow
from app.domain.flows.loop import MAX_DEPTH, drive
from app.domain.flows.memory import MemoryWorld
from app.domain.flows.state import Phase, RunState
from app.domain.flows.stimuli import Replied, Triggered
from tests.domain.flows.flow_making import NOW, Conversation, a_flow, a_question, both


def test_goes_on_in_another_flow_with_what_started_the_first():
    first = a_flow({"on": {"do": "start_flow", "flow": "second", "data": {"from": "{{ customer.name }}"}}})
    second = a_flow(
        {"say": {"do": "send", "text": both("{{ event.number }} {{ event.from }}"), "then": "end"}},
        name="second",
    )
    talk = Conversation(first, second, customer={"name": "王"}).starts("hi", {"number": "A1"})
    assert talk.sent == ["A1 王"]
    assert (talk.state.flow, talk.state.depth, talk.state.text) == ("second", 1, "hi")


def test_flows_that_start_each_other_end_with_a_person():
    flow = a_flow({"again": {"do": "start_flow", "flow": "tried"}})
    talk = Conversation(flow).starts()
    assert talk.state.depth == MAX_DEPTH
    assert talk.effect(HandOff).reason == "too_deep"
    assert sum(isinstance(effect, StartFlow) for effect in talk.world.effects) == MAX_DEPTH


def test_a_flow_that_is_not_there_leads_where_the_step_says():
    steps = {
        "on": {"do": "start_flow", "flow": "gone", "failed": "sorry"},
        "sorry": {"do": "finish", "outcome": "sorry"},
    }
    assert Conversation(a_flow(steps)).starts().state.outcome == "sorry"


def test_a_run_of_a_flow_that_is_gone_goes_to_a_person():
    world = MemoryWorld(NOW)
    rested = drive(Shelf([]), RunState.begin("gone", 1), Triggered("keyword"), world, NOW)
    assert rested.state.is_finished
    assert [effect.NAME for effect in world.effects] == ["hand_off", "finish"]
    assert drive(Shelf([]), rested.state, Triggered("keyword"), world, NOW).effects == ()


def test_a_run_finishes_on_the_version_it_started_with():
    old = a_flow({"ask": a_question(then="bye"), "bye": {"do": "send", "text": both("旧"), "then": "end"}})
    new = a_flow({"ask": a_question(then="bye"), "bye": {"do": "send", "text": both("新"), "then": "end"}})
    world = MemoryWorld(NOW)
    before = Shelf([Published(old, 1)])
    state = drive(before, RunState.begin("tried", 1), Triggered("keyword"), world, NOW).state
    after = Shelf([Published(new, 2), Published(old, 1)])
    assert after.find("tried") == Published(new, 2)
    drive(after, state, Replied("1", NOW), world, NOW)
    assert world.sent[-1] == "旧"


def test_reports_every_effect_in_order():
    talk = Conversation(
        a_flow({"ask": a_question(then="t"), "t": {"do": "tag", "add": "fan", "then": "end"}})
    )
    talk.starts()
    assert talk.state.phase is Phase.ASKING
    talk.hears("喜欢")
    assert talk.rested is not None
    assert [effect.NAME for effect in talk.rested.effects] == ["add_tag", "finish"]
