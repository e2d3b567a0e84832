"""Which attributes are sensitive, and what of a person a flow sees and names."""

from dataclasses import replace

import pytest

from app.domain.flows import personal
from app.domain.flows.facts import Facts
from app.domain.flows.state import RunState
from app.domain.flows.steps.send import Send
from tests.domain.rule_data import shipped

STATE = RunState.begin("tried", 1)
KNOWN = Facts(customer={"name": "张三", "due_date": "2027-01-01"}, tags=frozenset({"vip", "怀孕"}))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("due_date", "health"),
        ("Pregnancy_Week", "health"),
        ("怀孕阶段", "health"),
        ("child_age", "children"),
        ("gps_last", "location"),
        ("income_band", "finance"),
        ("city", None),
        ("birthday_month", None),
        ("interest", None),
    ],
)
def test_classes(name: str, kind: str | None) -> None:
    assert shipped().sensitive.class_of(name) == kind


def test_a_flow_sees_sensitive_data_only_with_consent_to_its_class() -> None:
    table = shipped().sensitive
    seen = personal.seen(KNOWN, STATE, table, ["finance"], True)
    assert (dict(seen.customer), seen.tags) == ({"name": "张三"}, frozenset({"vip"}))
    assert personal.seen(KNOWN, STATE, table, ["health"], True) == KNOWN


@pytest.mark.parametrize(
    ("by", "sees"), [("event", False), ("date", False), ("keyword", True), ("intent", True)]
)
def test_without_personalisation_only_who_writes_is_known(by: str, sees: bool) -> None:
    seen = personal.seen(KNOWN, STATE.changed(triggered_by=by), shipped().sensitive, ["health"], False)
    assert (bool(seen.customer), bool(seen.tags)) == (sees, sees)


def test_a_text_uses_what_it_names_and_what_is_known() -> None:
    texts = {
        "zh": "{{ customer.name | default('您好') }}，预产期{{ customer.due_date | default('') }}",
        "en": "Hi",
    }
    step = Send(do="send", text=texts)
    table = shipped().sensitive
    assert personal.uses_of(step, KNOWN, table) == ("health", "profile")
    assert personal.uses_of(step, replace(KNOWN, customer={"name": "张三"}), table) == ("profile",)
    assert personal.uses_of(step, replace(KNOWN, customer={}), table) == ()
    assert personal.uses_of(None, KNOWN, table) == ()


def test_what_an_event_told_is_judged_as_what_is_kept() -> None:
    told, table = replace(KNOWN, event={"due_date": "2027-01-01", "order_number": "A1"}), shipped().sensitive
    assert dict(personal.seen(told, STATE, table, [], True).event) == {"order_number": "A1"}
    assert dict(personal.seen(told, STATE, table, [], False).event) == {"order_number": "A1"}
    assert personal.seen(told, STATE, table, ["health"], True).event == told.event
    step = Send(do="send", text={"zh": "预产期{{ event.due_date }}", "en": "Order {{ event.order_number }}"})
    assert personal.uses_of(step, told, table) == ("health",)
