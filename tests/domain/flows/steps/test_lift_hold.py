"""The step `lift_hold`."""

from app.domain.flows.effects import LiftHold
from tests.domain.flows.flow_making import Conversation, a_flow


def test_lifts_the_hold_and_goes_on():
    talk = Conversation(a_flow({"lift": {"do": "lift_hold", "then": "end"}})).starts()
    assert talk.effect(LiftHold).step == "lift"
    assert talk.state.outcome == "done"
