"""Conditions: each judged by what is known, and false where nothing is."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from app.domain.flows.conditions import Condition, answers_in
from app.domain.flows.facts import Facts
from app.domain.flows.state import RunState
from tests.domain.flows.flow_making import NOW

STATE = RunState.begin("tried", 1).changed(variables={"score": 4, "city": "上海"}, last_result="send_refused")
FACTS = Facts(
    customer={"vip": True, "spent": "120.5", "empty": ""},
    tags=frozenset({"fan"}),
    brand={"hours": "9-21"},
    event={"kind": "Gift", "huge": 10**400, "debt": -(10**400), "nothing": "nan"},
    order={"status": "shipped"},
    consent="granted",
    channel="international",
    has_open_complaint=True,
)
READ = TypeAdapter(Condition).validate_python


@pytest.mark.parametrize(
    "condition",
    [
        {"check": "answer", "name": "score", "at_least": 4, "at_most": 4},
        {"check": "answer", "name": "city", "one_of": ["北京", "上海"]},
        {"check": "attribute", "name": "vip", "equals": True},
        {"check": "attribute", "name": "spent", "at_least": 100},
        {"check": "attribute", "name": "empty", "exists": False},
        {"check": "attribute", "name": "unheard_of", "exists": False},
        {"check": "brand", "name": "hours"},
        {"check": "event", "name": "kind", "equals": "gift"},
        {"check": "event", "name": "huge", "at_least": 1.5},
        {"check": "event", "name": "debt", "at_most": 1.5},
        {"check": "order", "name": "status", "equals": "shipped"},
        {"check": "tag", "name": "fan"},
        {"check": "consent", "one_of": ["granted", "held"]},
        {"check": "language", "one_of": ["zh"]},
        {"check": "channel", "one_of": ["international"]},
        {"check": "result", "one_of": ["send_refused"]},
        {"check": "open_complaint"},
        {"check": "time", "from": "10:00", "until": "10:01"},
        {"check": "time", "from": "22:00", "until": "10:01"},
        {"check": "not", "condition": {"check": "tag", "name": "vip"}},
        {"check": "all", "conditions": [{"check": "tag", "name": "fan"}, {"check": "open_complaint"}]},
        {"check": "any", "conditions": [{"check": "tag", "name": "vip"}, {"check": "open_complaint"}]},
    ],
)
def test_holds(condition):
    assert READ(condition).holds(STATE, FACTS, NOW)


@pytest.mark.parametrize(
    "condition",
    [
        {"check": "answer", "name": "score", "at_least": 5},
        {"check": "answer", "name": "city", "at_least": 1},
        {"check": "event", "name": "huge", "at_most": 1e300},
        {"check": "event", "name": "nothing", "at_least": 1},
        {"check": "answer", "name": "unheard_of", "at_most": 9},
        {"check": "attribute", "name": "empty"},
        {"check": "attribute", "name": "empty", "equals": ""},
        {"check": "brand", "name": "address", "equals": "x"},
        {"check": "tag", "name": "vip"},
        {"check": "time", "from": "09:00", "until": "10:00"},
        {"check": "time", "from": "22:00", "until": "06:00"},
        {"check": "all", "conditions": [{"check": "tag", "name": "vip"}, {"check": "open_complaint"}]},
    ],
)
def test_does_not_hold(condition):
    assert not READ(condition).holds(STATE, FACTS, NOW)


def test_the_time_is_the_customers():
    condition = READ({"check": "time", "from": "21:00", "until": "22:00"})
    assert condition.holds(STATE, Facts(timezone="America/New_York"), NOW)
    assert not condition.holds(STATE, Facts(timezone="America/New_York"), NOW + timedelta(hours=1))


def test_without_an_order_nothing_of_it_holds():
    assert not READ({"check": "order", "name": "status"}).holds(STATE, Facts(), NOW)


def test_tells_the_answers_it_looks_at():
    condition = READ(
        {
            "check": "any",
            "conditions": [
                {"check": "not", "condition": {"check": "answer", "name": "a"}},
                {"check": "answer", "name": "b"},
                {"check": "tag", "name": "c"},
            ],
        }
    )
    assert answers_in(condition) == ["a", "b"]
