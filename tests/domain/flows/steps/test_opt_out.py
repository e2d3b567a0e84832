"""The step `opt_out`."""

from app.domain.flows.effects import OptOut
from tests.domain.flows.flow_making import Conversation, a_flow


def test_records_it_and_goes_on():
    talk = Conversation(a_flow({"out": {"do": "opt_out", "scope": "all", "then": "end"}})).starts()
    assert talk.effect(OptOut).scope == "all"
    assert talk.state.outcome == "done"
