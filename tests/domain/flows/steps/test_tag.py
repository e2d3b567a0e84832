"""The step `tag`."""

import pytest

from app.domain.flows.definition import STEPS
from tests.domain.flows.flow_making import Conversation, a_flow


def test_adds_and_removes():
    steps = {
        "give": {"do": "tag", "add": "vip", "then": "take"},
        "take": {"do": "tag", "remove": "new", "then": "end"},
    }
    talk = Conversation(a_flow(steps), tags=frozenset({"new"})).starts()
    assert talk.world.known.tags == {"vip"}
    assert talk.names == ["add_tag", "remove_tag", "finish"]


def test_goes_on_where_it_names_no_tag():
    assert Conversation(a_flow({"t": {"do": "tag", "then": "end"}})).starts().names == ["finish"]


@pytest.mark.parametrize("fields", [{}, {"add": "a", "remove": "b"}])
def test_wants_exactly_one_tag(fields):
    step = a_flow({"t": {"do": "tag", "then": "end", **fields}}).steps["t"]
    assert [trouble.code for trouble in STEPS["tag"].check(step)] == ["no_tag"]
