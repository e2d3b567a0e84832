"""The step `finish`."""

from app.domain.flows.effects import Finish
from tests.domain.flows.flow_making import Conversation, a_flow


def test_ends_with_its_outcome():
    talk = Conversation(a_flow({"done": {"do": "finish", "outcome": "won"}})).starts()
    assert talk.world.effects == [Finish("done", "won")]
