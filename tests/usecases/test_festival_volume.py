"""Receivers of a day near a festival: people are counted once, over batches, and only where it is asked for."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Rejected, Rejection
from app.store.tallies import Tally
from app.usecases.brand_changes import change_brand
from app.usecases.licences import NewLicence, add
from tests.usecases.shop import Shop

NATIONAL_DAY = datetime(2026, 10, 1, 4, tzinfo=UTC)
FAR = date(2027, 12, 31)


@pytest.fixture
def shop(engine: Engine) -> Shop:
    """A licensed shop on the National Day, where two receivers a day need no filing."""
    shop = Shop(engine, NATIONAL_DAY)
    rules = shop.parts.rules
    shop.parts = replace(
        shop.parts, rules=replace(rules, festivals=replace(rules.festivals, most_receivers=2))
    )
    shop.a_channel("licensed", "10690077", style="mainland", asks_licences=True)
    records(shop, "telecom_licence")
    records(shop, "signature_filing")
    records(shop, "channel_filing", channel="licensed")
    return shop


def records(shop: Shop, kind: str, **told: str) -> None:
    add(
        shop.parts,
        NewLicence(kind=kind, brand="demo", number="1", expires_on=FAR, **told),
        shop.clock(),
        "ann",
    )  # type: ignore[arg-type]


def promotes(shop: Shop, *people: int, channel: str = "licensed") -> list[str | None]:
    """The fate of a message to each of these people: its reason, or its status."""
    sender, cause = shop.channel(channel).senders[0], Cause(CauseKind.CAMPAIGN, shop.clock())
    sent = []
    for number in people:
        phone = f"+86138{number:07d}9"
        shop.a_customer(phone)
        sent.append(shop.queues(phone, "新品上架，欢迎来店", cause, sender=sender))
    shop.dispatches()
    rows = [shop.outbound(one) for one in sent]
    return [row.reason or row.status for row in rows]


def counted(shop: Shop) -> list[int]:
    with shop.parts.store.read() as session:
        return list(session.scalars(select(Tally.count).order_by(Tally.day)))


def test_the_third_person_needs_the_filing_and_the_same_person_does_not_count_again(shop: Shop) -> None:
    assert promotes(shop, 1) == ["accepted"]
    assert promotes(shop, 1, 2) == ["accepted"] * 2
    assert promotes(shop, 3) == ["festival_unfiled"]
    assert promotes(shop, 2) == ["accepted"]
    assert counted(shop) == [2]
    records(shop, "festival_filing")
    assert promotes(shop, 3) == ["accepted"]
    assert counted(shop) == [3]


def test_a_batch_stops_at_the_volume_and_the_next_day_begins_anew(shop: Shop) -> None:
    fates = promotes(shop, 1, 2, 3, 4)
    assert sorted(fates) == ["accepted", "accepted", "festival_unfiled", "festival_unfiled"]
    shop.passes(days=1)
    assert promotes(shop, 5) == ["accepted"]
    assert counted(shop) == [2, 1]


def test_another_try_at_the_same_message_is_no_further_receiver(shop: Shop) -> None:
    shop.dials(Rejected(Rejection.TEMPORARY, "busy"))
    promotes(shop, 1)
    shop.passes(hours=1)
    shop.dispatches()
    assert counted(shop) == [1]


def test_on_other_days_nothing_is_counted_but_near_the_brands_own(shop: Shop) -> None:
    shop.clock.at = NATIONAL_DAY + timedelta(days=20)
    assert promotes(shop, 1, 2, 3) == ["accepted"] * 3
    assert counted(shop) == []
    change_brand(shop.parts, "demo", {"anniversary": "10-24"}, shop.clock(), "ann")
    assert sorted(promotes(shop, 4, 5, 6)) == ["accepted", "accepted", "festival_unfiled"]


def test_a_channel_that_asks_for_no_filing_counts_nothing(shop: Shop) -> None:
    assert promotes(shop, 1, 2, 3, channel="simulator") == ["accepted"] * 3
    assert counted(shop) == []
