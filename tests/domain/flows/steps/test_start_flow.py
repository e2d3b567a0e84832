"""The step `start_flow`; what the loop does with it stands in `test_loop.py`."""

from app.domain.flows.effects import HandOff
from tests.domain.flows.flow_making import Conversation, a_flow, a_question, both


def test_what_cannot_be_filled_is_not_handed_on():
    flow = a_flow({"on": {"do": "start_flow", "flow": "tried", "data": {"name": "{{ customer.name }}"}}})
    talk = Conversation(flow).starts()
    assert talk.effect(HandOff).reason == "unfilled"
    assert "start_flow" not in talk.names


def test_a_choice_that_was_handed_on_is_read_back_by_its_label_there_and_further_on():
    sizes = {"small": {"label": both("小份", "small box")}, "large": {"label": both("大份", "large box")}}
    first = {
        "size": a_question(choices=sizes, then="on"),
        "on": {"do": "start_flow", "flow": "second", "data": {"box": "{{ answer.size }}"}},
    }
    second = {"on": {"do": "start_flow", "flow": "third", "data": {"again": "{{ event.box }}"}}}
    third = {
        "say": {"do": "send", "text": both(*["{{ event.box }} {{ event.again }}"] * 2), "then": "end"},
    }
    others = (a_flow(second, name="second"), a_flow(third, name="third"))
    talk = Conversation(a_flow(first), *others).starts().hears("2")
    assert talk.sent[-1] == "大份 大份"
    assert talk.state.data == {"box": "large", "again": "large"}
