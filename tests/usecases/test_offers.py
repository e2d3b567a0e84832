"""Offers: kept with an audit, told by flows while they hold, and judged once more at the hand-over."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.domain.offers import Offer
from app.domain.purpose import Cause, CauseKind
from app.flow_files import from_yaml
from app.store.staff import AuditEntry
from app.usecases.flow_publishing import FlowsRefused, publish
from app.usecases.offers import Actor, OfferRefused, put, sell_out
from tests.usecases.shop import LI, WANG, Shop

CAKES = Offer(
    "cakes", {"zh": "蛋糕节"}, {"zh": "满100减20"}, Decimal("9.90"), 100, ends_on=date(2026, 12, 31)
)
FLOW = """\
schema: 1
name: cake_week
title: {zh: 蛋糕节, en: Cake week}
triggers:
  - {trigger: keyword, words: [蛋糕]}
  - {trigger: event, type: custom.cakes}
steps:
  say:
    do: send
    text:
      zh: "{{ offer.cakes.title }}，{{ offer.cakes.price | money }}，{{ offer.cakes.deadline | date }}截止，回复1预约。"
      en: "{{ offer.cakes.title }}, {{ offer.cakes.price | money }}, until {{ offer.cakes.deadline | date }}. Reply 1."
    missing: sorry
    then: end
  sorry:
    do: send
    text: {zh: 蛋糕节已结束。, en: Cake week is over.}
    then: end
"""


def by(shop: Shop) -> Actor:
    return Actor("ann@shop.example", shop.clock())


def keep(shop: Shop, offer: Offer = CAKES) -> None:
    put(shop.parts, "demo", offer, by(shop))


def promotes(shop: Shop, text: str, *offers: str) -> object:
    later = shop.clock() + timedelta(days=3)
    return shop.queues(WANG, text, Cause(CauseKind.CAMPAIGN, shop.clock()), expires_at=later, offers=offers)


def fate(shop: Shop, message: object) -> tuple[str, str | None]:
    shop.dispatches()
    row = shop.outbound(message)  # type: ignore[arg-type]
    return row.status, row.reason


def test_copy_that_promises_is_sent_with_its_offer_alone(shop: Shop) -> None:
    keep(shop)
    assert fate(shop, promotes(shop, "蛋糕满100减20", "cakes")) == ("accepted", None)
    assert fate(shop, promotes(shop, "蛋糕满100减20")) == ("refused", "offer_unbound")
    assert fate(shop, promotes(shop, "蛋糕满100减30", "cakes")) == ("refused", "offer_different")
    assert fate(shop, promotes(shop, "蛋糕满100减20", "gone")) == ("refused", "offer_unknown")


def test_an_offer_that_ends_while_its_message_waits_is_not_told(shop: Shop) -> None:
    keep(shop)
    first, second = promotes(shop, "蛋糕满100减20", "cakes"), promotes(shop, "蛋糕满100减20", "cakes")
    sell_out(shop.parts, "demo", "cakes", True, by(shop))
    assert fate(shop, first) == ("refused", "offer_sold_out")
    sell_out(shop.parts, "demo", "cakes", False, by(shop))
    assert shop.outbound(second).reason == "offer_sold_out"  # type: ignore[arg-type]
    keep(shop, Offer("cakes", {"zh": "蛋糕节"}, {"zh": "满100减20"}, ends_on=date(2020, 1, 1)))
    assert fate(shop, promotes(shop, "蛋糕满100减20", "cakes")) == ("refused", "offer_expired")


def test_new_terms_do_not_put_a_sold_out_offer_back_on_sale(shop: Shop) -> None:
    keep(shop)
    sell_out(shop.parts, "demo", "cakes", True, by(shop))
    keep(shop, Offer("cakes", {"zh": "蛋糕周"}, {"zh": "满100减20"}, ends_on=date(2026, 12, 31)))
    assert fate(shop, promotes(shop, "蛋糕满100减20", "cakes")) == ("refused", "offer_sold_out")


def test_a_sold_out_offer_stops_messages_before_any_cache_is_old(shop: Shop) -> None:
    keep(shop)
    message = promotes(shop, "蛋糕满100减20", "cakes")
    shop.parts.directory.current(shop.clock())
    with shop.parts.store.write() as session:
        from app.store.offers import row_named

        row = row_named(session, shop.brand.id, "cakes")
        assert row is not None
        row.is_sold_out = True
    assert fate(shop, message) == ("refused", "offer_sold_out")


def test_a_flow_tells_an_offer_while_it_holds(shop: Shop) -> None:
    keep(shop)
    definition = from_yaml(FLOW).definition
    assert definition is not None
    publish(shop.parts, "demo", [definition], shop.clock(), "command")
    shop.texts(LI, "蛋糕")
    shop.dispatches()
    (message,) = shop.outbounds(LI)
    assert message.status == "accepted"
    assert message.offers == ["cakes"]
    assert "蛋糕节，9.90元，12月31日截止" in message.text
    sell_out(shop.parts, "demo", "cakes", True, by(shop))
    shop.texts(LI, "蛋糕")
    shop.dispatches()
    assert "蛋糕节已结束" in shop.outbounds(LI)[-1].text


def test_the_same_flow_may_advertise_it(shop: Shop) -> None:
    keep(shop)
    definition = from_yaml(FLOW).definition
    assert definition is not None
    publish(shop.parts, "demo", [definition], shop.clock(), "command")
    shop.tells("custom.cakes", "e1")
    shop.dispatches()
    (message,) = shop.outbounds(WANG)
    assert (message.status, message.purpose) == ("accepted", "marketing")


def test_changes_are_noted_with_who_made_them(shop: Shop) -> None:
    assert put(shop.parts, "demo", CAKES, by(shop))
    assert not put(shop.parts, "demo", CAKES, by(shop))
    sell_out(shop.parts, "demo", "cakes", True, by(shop))
    with shop.parts.store.read() as session:
        noted = session.execute(select(AuditEntry.action, AuditEntry.actor).order_by(AuditEntry.id)).all()
    assert [tuple(one) for one in noted if one.action.startswith("offer.")] == [
        ("offer.put", "ann@shop.example"),
        ("offer.put", "ann@shop.example"),
        ("offer.sold_out", "ann@shop.example"),
    ]


@pytest.mark.parametrize(
    ("offer", "field"),
    [
        (Offer("Cakes", {"zh": "蛋糕"}), "name"),
        (Offer("cakes"), "title"),
        (Offer("cakes", {"zh": "蛋" * 61}), "title"),
        (Offer("cakes", {"zh": "蛋糕"}, {"zh": "很便宜"}), "discount"),
        (Offer("cakes", {"zh": "蛋糕"}, price=Decimal("9.999")), "price"),
        (Offer("cakes", {"zh": "蛋糕"}, price=Decimal("NaN")), "price"),
        (Offer("cakes", {"zh": "蛋糕"}, price=Decimal(-1)), "price"),
        (Offer("cakes", {"zh": "蛋糕"}, quantity=-1), "quantity"),
        (Offer("cakes", {"zh": "蛋糕"}, starts_on=date(2026, 8, 2), ends_on=date(2026, 8, 1)), "ends_on"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(shop: Shop, offer: Offer, field: str) -> None:
    with pytest.raises(OfferRefused) as refused:
        keep(shop, offer)
    assert refused.value.field == field


def test_unknown_brands_and_offers_are_told(shop: Shop) -> None:
    with pytest.raises(OfferRefused, match="no brand nobody"):
        put(shop.parts, "nobody", CAKES, by(shop))
    with pytest.raises(OfferRefused, match="no offer gone"):
        sell_out(shop.parts, "demo", "gone", True, by(shop))


def test_a_flow_whose_text_would_not_be_sent_is_not_published(shop: Shop) -> None:
    text = FLOW.replace("  - {trigger: keyword, words: [蛋糕]}\n", "")
    definition = from_yaml(text).definition
    assert definition is not None
    with pytest.raises(FlowsRefused, match="offer_unknown"):
        publish(shop.parts, "demo", [definition], shop.clock(), "command")
    keep(shop)
    assert publish(shop.parts, "demo", [definition], shop.clock(), "command") == ["cake_week"]
