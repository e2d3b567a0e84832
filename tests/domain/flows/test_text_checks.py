"""What the gate would surely refuse is found in a flow's file, with line and mend."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.domain.flows.findings import Finding
from app.domain.flows.text_checks import Terms, check_texts
from app.domain.offers import Offer
from app.flow_files import from_yaml
from tests.domain.rule_data import shipped

EVENT = "{trigger: event, type: custom.news}"
KEYWORD = "{trigger: keyword, words: [蛋糕]}"
ORDER = "{trigger: event, type: order.placed}"
TERMS = Terms(
    shipped().lists,
    shipped().checks,
    shipped().channel_styles,
    shipped().promotional,
    shipped().transactional,
    datetime(2026, 8, 17, 4, tzinfo=UTC),
)
CAKES = Offer("cakes", {"zh": "蛋糕节"}, {"zh": "满100减20"}, Decimal("9.9"), ends_on=date(2026, 8, 18))


def found(text: str, *triggers: str, terms: Terms = TERMS, step: str = "do: send") -> list[Finding]:
    flow = f"""\
schema: 1
name: tried
title: {{zh: 试, en: Tried}}
languages: [zh]
triggers: [{", ".join(triggers)}]
steps:
  say:
    {step}
    text:
      zh: "{text}"
    then: end
"""
    read = from_yaml(flow, "tried.yml")
    assert read.definition is not None, read.findings
    return check_texts([(read.definition, read.source)], terms)


def codes(text: str, *triggers: str, terms: Terms = TERMS, step: str = "do: send") -> list[str]:
    return [one.code for one in found(text, *triggers, terms=terms, step=step)]


def test_a_finding_has_file_line_step_and_reason() -> None:
    (one,) = found("全国第一的蛋糕，回复1。", EVENT)
    assert str(one) == (
        "tried.yml:10: step say: it would not be sent. The text claims to be the best, the first or the only one"
        " (Advertising Law Art. 9): 全国第一 [absolute_claim]"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("加微信领蛋糕", "blocked_word"),
        ("蛋糕9.9元", "offer_unbound"),
        ("{name}您好", "unfilled_placeholder"),
        ("稳健理财，回复1了解", "notice_missing"),
    ],
)
def test_what_advertising_may_not_say_is_found(text: str, code: str) -> None:
    assert codes(text, EVENT) == [code]


@pytest.mark.parametrize("triggers", [(KEYWORD,), (KEYWORD, EVENT), ()])
def test_a_flow_that_may_answer_is_judged_as_an_answer(triggers: tuple[str, ...]) -> None:
    assert codes("最大的蛋糕9.9元", *triggers) == []
    assert codes("{name}您好", *triggers) == ["unfilled_placeholder"]


def test_a_question_for_consent_is_judged_as_what_it_is() -> None:
    """Who has not written is asked nothing; who has is offered nothing for a yes."""
    asking = "do: opt_in\n    scope: marketing\n    declined: end\n    timed_out: end"
    assert codes("蛋糕优惠券9.9元，同意请回复是", KEYWORD, step=asking) == ["offer_unbound"]
    assert codes("蛋糕9.9元，同意请回复是", EVENT, step=asking) == ["offer_unbound"]
    assert codes("蛋糕9.9元，同意请回复是", KEYWORD, step=asking) == []


def test_a_notice_of_an_order_is_none_once_it_promotes() -> None:
    assert codes("订单{{ order.number }}共88元，已收到。", ORDER) == []
    assert codes("订单已收到，再送优惠券，满100减20。", ORDER) == ["offer_unbound"]


def test_a_placeholder_is_a_hole() -> None:
    assert (
        codes("{{ customer.name | default('您好') }}，最{{ event.word }}好，{{ event.price }}元起", EVENT)
        == []
    )


def test_links_are_judged_once_it_is_known_whose_flow_it_is() -> None:
    assert codes("详情见 evil.example.com", EVENT) == []
    own = replace(TERMS, hosts=frozenset({"shop.example"}))
    assert codes("详情见 evil.example.com", EVENT, terms=own) == ["unknown_link"]
    assert codes("详情见 shop.example/a", EVENT, terms=own) == []


def test_a_text_is_judged_by_the_offer_it_names() -> None:
    text = "{{ offer.cakes.title }}满100减30"
    assert codes(text, EVENT) == []
    known = replace(TERMS, offers={"cakes": CAKES})
    assert codes(text, EVENT, terms=known) == ["offer_different"]
    assert codes("{{ offer.cakes.discount }}，{{ offer.cakes.price | money }}", EVENT, terms=known) == []
    over = replace(known, now=datetime(2026, 8, 19, tzinfo=UTC))
    assert codes("{{ offer.cakes.title }}", EVENT, terms=over) == ["offer_expired"]
    assert codes("{{ offer.tea.title }}", EVENT, terms=known) == ["offer_unknown"]
