"""The step `open_complaint`."""

from app.domain.flows.effects import OpenComplaint
from tests.domain.flows.flow_making import Conversation, a_flow, a_question


def test_takes_the_words_that_started_the_flow():
    flow = a_flow({"open": {"do": "open_complaint", "category": "delivery", "then": "end"}})
    talk = Conversation(flow).starts("蛋糕是坏的")
    opened = talk.effect(OpenComplaint)
    assert (opened.kind, opened.category, opened.summary) == ("service_complaint", "delivery", "蛋糕是坏的")
    assert talk.state.last_result == "opened"


def test_takes_an_answer_where_it_says():
    question = a_question(answer="text", choices={}, then="open")
    flow = a_flow({"what": question, "open": {"do": "open_complaint", "answer": "what", "then": "end"}})
    talk = Conversation(flow).starts("投诉").hears("等了两个小时")
    assert talk.effect(OpenComplaint).summary == "等了两个小时"


def test_joins_an_open_one():
    flow = a_flow({"open": {"do": "open_complaint", "then": "end"}})
    assert Conversation(flow, has_open_complaint=True).starts("x").state.last_result == "joined"
