"""The step `set`."""

import pytest

from app.domain.flows.definition import STEPS
from app.domain.flows.effects import HandOff, SetAttribute
from tests.domain.flows.flow_making import Conversation, a_flow, a_question


def a_set(**fields):
    return {"do": "set", "attribute": "x", "then": "end", **fields}


@pytest.mark.parametrize(("value", "written"), [("{{ brand.name }}店", "禾木店"), (7, 7), (True, True)])
def test_writes_a_value(value, written):
    talk = Conversation(a_flow({"s": a_set(value=value)}), brand={"name": "禾木"}).starts()
    assert talk.effect(SetAttribute).value == written
    assert talk.world.known.customer == {"x": written}


def test_writes_an_answer_as_it_was_given():
    question = a_question(answer="number", choices={}, then="s")
    talk = Conversation(a_flow({"month": question, "s": a_set(answer="month")})).starts().hears("10")
    assert talk.effect(SetAttribute).value == 10


def test_an_answer_that_was_never_given_goes_to_a_person():
    assert Conversation(a_flow({"s": a_set(answer="month")})).starts().effect(HandOff).note == "answer.month"


@pytest.mark.parametrize("fields", [{}, {"value": 1, "answer": "month"}])
def test_wants_exactly_one_thing_to_write(fields):
    step = a_flow({"s": a_set(**fields)}).steps["s"]
    assert [trouble.code for trouble in STEPS["set"].check(step)] == ["no_value"]
