"""Texts are filled whole, or not at all."""

from datetime import UTC, datetime

import pytest

from app.domain.flows.facts import Facts
from app.domain.flows.rendering import Rendered, TemplateProblem, Unfilled, placeholders, render
from app.domain.flows.state import RunState

STATE = RunState.begin("tried", 1).changed(variables={"score": 5})
FACTS = Facts(
    customer={"name": "王", "items": "书", "empty": "", "none": None, "trick": "{{ brand.name }}", "zero": 0},
    brand={"name": "禾木"},
    event={
        "at": "2026-03-01T20:30:00+00:00",
        "on": "2026-03-05",
        "amount": 12.5,
        "whole": 200,
        "lines": ["a"],
        "gift": True,
    },
)


OFFERS = {"cakes": {"title": "蛋糕节", "price": 9.9, "deadline": "2026-08-18"}}


def test_a_text_is_bound_to_the_offers_it_names():
    told = Facts(offers=OFFERS, timezone="America/Los_Angeles")
    source = "{{ offer.cakes.title }}{{ offer.cakes.price | money }}，{{ offer.cakes.deadline | date }}截止"
    assert render(source, STATE, told) == Rendered("蛋糕节9.90元，8月18日截止", offers=("cakes",))
    assert render("您好", STATE, told) == Rendered("您好")


def test_an_offer_that_is_not_there_fills_nothing():
    told = Facts(offers=OFFERS)
    assert render("{{ offer.tea.price }}元", STATE, told) == Unfilled("offer.tea.price")
    assert render("{{ offer.cakes.quantity }}份", STATE, told) == Unfilled("offer.cakes.quantity")
    assert render("{{ offer.tea.price | default('好价') }}", STATE, told) == Rendered("好价", offers=("tea",))


@pytest.mark.parametrize("source", ["{{ offer.cakes }}", "{{ brand.cakes.price }}", "{{ offer.a.b.c }}"])
def test_an_offer_is_named_with_two_dots_and_nothing_else_is(source):
    with pytest.raises(TemplateProblem):
        placeholders(source)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("您好", "您好"),
        ("", ""),
        ("{{ customer.name }}您好，{{ brand.name }}", "王您好，禾木"),
        ("{{ customer.nickname | default('您好') }}", "您好"),
        ("{{ customer.empty | default('您好') }}", "您好"),
        ("{{ customer.none | default('您好') }}", "您好"),
        ("{{ customer['name'] }}", "王"),
        ("{{ customer.items }}", "书"),
        ("{{ customer.zero }}", "0"),
        ("{{ answer.score }}", "5"),
        ("{{ event.at | date }} {{ event.at | time }}", "3月2日 04:30"),
        ("{{ event.on | date }}", "3月5日"),
        ("{{ event.amount | money }}", "12.50元"),
        ("{{ event.whole | money('USD') }}", "$200"),
        ("{{ customer.trick }}", "{{ brand.name }}"),
    ],
)
def test_fills(source, text):
    assert render(source, STATE, FACTS) == Rendered(text)


def test_dates_and_money_follow_the_language():
    english = Facts(language="en", event=FACTS.event, timezone="America/New_York")
    assert render("{{ event.at | date }}, {{ event.whole | money }}", STATE, english) == Rendered(
        "1 Mar, RMB 200"
    )


def test_an_unknown_time_zone_is_taken_for_shanghai():
    facts = Facts(event={"at": datetime(2026, 3, 1, 20, 30, tzinfo=UTC).isoformat()}, timezone="Mars/Olympus")
    assert render("{{ event.at | time }}", STATE, facts) == Rendered("04:30")


@pytest.mark.parametrize(
    ("source", "placeholder"),
    [
        ("{{ customer.nickname }}", "customer.nickname"),
        ("{{ customer.name }} {{ customer.empty }}", "customer.empty"),
        ("{{ customer.none }}", "customer.none"),
        ("{{ order.number }}", "order.number"),
        ("{{ customer.keys }}", "customer.keys"),
        ("{{ customer.name | date }}", "customer.name"),
        ("{{ customer.name | money }}", "customer.name"),
        ("{{ event.on | time }}", "event.on"),
        ("{{ event.lines }}", "event.lines"),
        ("{{ event.gift }}", "event.gift"),
    ],
)
def test_what_cannot_be_filled_is_told_by_name(source, placeholder):
    assert render(source, STATE, FACTS) == Unfilled(placeholder)


@pytest.mark.parametrize(
    "source",
    [
        "{{ customer.name",
        "{% for x in customer %}a{% endfor %}",
        "{% if customer.name %}a{% endif %}",
        "{{ customer.name.upper() }}",
        "{{ ().__class__ }}",
        "{{ customer.__class__.__mro__ }}",
        "{{ customer }}",
        "{{ 'a' * 1000000000 }}",
        "{{ range(9) }}",
        "{{ customer.name | upper }}",
        "{{ customer.name | default(brand.name) }}",
        "{{ customer.name | attr('upper') }}",
        "{{ customer.name if brand.name else 'x' }}",
        "{% include 'x' %}",
        "{% set a = 1 %}",
        "{% raw %}x",
    ],
)
def test_nothing_but_placeholders_is_allowed(source):
    with pytest.raises(TemplateProblem):
        placeholders(source)
    assert isinstance(render(source, STATE, FACTS), Unfilled)


def test_a_name_that_is_no_root_is_never_filled():
    assert render("{{ self.name }}", STATE, FACTS) == Unfilled("self")
    assert render("{{ _zone.key }}", STATE, FACTS) == Unfilled("_zone")


def test_a_text_beyond_all_bounds_is_not_sent():
    facts = Facts(customer={"name": "长" * 3000})
    assert render("{{ customer.name }}", STATE, facts) == Unfilled("text too long")


def test_a_placeholder_nested_too_deep_is_a_finding():
    with pytest.raises(TemplateProblem, match="nested too deep"):
        placeholders("{{ " + "(" * 600 + "customer.name" + ")" * 600 + " }}")
