"""The step `start_flow`; what the loop does with it stands in `test_loop.py`."""

from app.domain.flows.effects import HandOff
from tests.domain.flows.flow_making import Conversation, a_flow


def test_what_cannot_be_filled_is_not_handed_on():
    flow = a_flow({"on": {"do": "start_flow", "flow": "tried", "data": {"name": "{{ customer.name }}"}}})
    talk = Conversation(flow).starts()
    assert talk.effect(HandOff).reason == "unfilled"
    assert "start_flow" not in talk.names
