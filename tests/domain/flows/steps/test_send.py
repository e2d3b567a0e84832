"""The step `send`."""

from datetime import timedelta

from app.domain.flows.effects import HandOff, SendText
from app.domain.flows.stimuli import Triggered
from tests.domain.flows.flow_making import NOW, Conversation, a_flow, both


def a_send(**changes):
    return a_flow(
        {"say": {"do": "send", "text": both("营业{{ brand.hours }}", "Open"), "then": "end", **changes}}
    )


def test_speaks_the_customers_language():
    assert Conversation(a_send(), language="en").starts().sent == ["Open"]


def test_speaks_another_language_of_the_flow_rather_than_none():
    flow = a_flow({"say": {"do": "send", "text": {"zh": "您好"}, "then": "end"}})
    assert Conversation(flow, language="en").starts().sent == ["您好"]


def test_a_text_that_cannot_be_filled_goes_to_a_person_and_nothing_is_sent():
    talk = Conversation(a_send()).starts()
    assert talk.sent == []
    handed = talk.effect(HandOff)
    assert (handed.reason, handed.note) == ("unfilled", "brand.hours")


def test_a_text_that_cannot_be_filled_goes_where_the_step_says():
    talk = Conversation(a_send(missing="end")).starts()
    assert (talk.sent, talk.state.outcome, talk.state.last_result) == ([], "done", "unfilled")


def test_goes_on_after_a_refusal_and_remembers_it():
    talk = Conversation(a_send(), refuses=True, brand={"hours": "9-21"}).starts()
    assert (talk.state.outcome, talk.state.last_result) == ("done", "send_refused")


def test_its_shelf_life_counts_from_the_events_own_moment():
    talk = Conversation(a_send(too_late="10m"), brand={"hours": "9-21"})
    talk.meets(Triggered("event", at=NOW - timedelta(minutes=9)))
    assert talk.effect(SendText).expires_at == NOW + timedelta(minutes=1)


def test_has_a_shelf_life_where_the_step_says():
    talk = Conversation(a_send(too_late="10m"), brand={"hours": "9-21"}).starts()
    assert talk.effect(SendText).expires_at == NOW + timedelta(minutes=10)
