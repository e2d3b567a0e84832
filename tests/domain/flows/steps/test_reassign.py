"""The step `reassign`."""

from app.domain.flows.effects import Reassign
from tests.domain.flows.flow_making import Conversation, a_flow


def test_ends_the_earlier_owner_and_goes_on():
    talk = Conversation(a_flow({"new": {"do": "reassign", "then": "end"}})).starts()
    assert talk.effect(Reassign).step == "new"
    assert talk.state.outcome == "done"
