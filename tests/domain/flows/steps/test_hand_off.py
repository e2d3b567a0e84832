"""The step `hand_off`."""

from app.domain.flows.effects import HandOff
from tests.domain.flows.flow_making import Conversation, a_flow, both


def a_hand_off(**fields):
    return a_flow({"out": {"do": "hand_off", "reason": "asked", **fields}})


def test_tells_the_customer_first():
    talk = Conversation(a_hand_off(text=both("已转人工"), note="{{ customer.name }}")).starts()
    assert talk.names == ["send_text", "hand_off", "finish"]
    assert talk.state.outcome == "handed_off"


def test_hands_off_even_where_the_texts_cannot_be_filled_or_sent():
    unfilled = Conversation(a_hand_off(text=both("{{ brand.name }}"), note="{{ brand.name }}")).starts()
    assert unfilled.names == ["hand_off", "finish"]
    assert unfilled.effect(HandOff).note == ""
    assert Conversation(a_hand_off(text=both("已转")), refuses=True).starts().state.outcome == "handed_off"
