"""A brand's and a channel's own hours: they narrow what law and industry leave, and never widen it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.domain.own_hours import HoursRefused
from app.domain.purpose import Cause, CauseKind
from app.providers.contract import ProviderHours
from app.store.brands import Brand
from app.usecases.brand_changes import change_brand
from app.usecases.brand_setup import BrandRefused
from app.usecases.channel_setup import ChannelRefused, add_channel, change_hours
from tests.usecases.shop import WANG, Shop


def at(hour: int, day: int = 23) -> datetime:
    """An hour of November 2026 in Shanghai."""
    return datetime(2026, 11, day, hour - 8, tzinfo=UTC)


def fate(shop: Shop, hour: int, kind: CauseKind = CauseKind.CAMPAIGN) -> tuple[str, str | None, datetime]:
    shop.clock.at = at(hour)
    text = "新品上架，欢迎来店" if kind is CauseKind.CAMPAIGN else "您的订单已收到"
    sent = shop.queues(WANG, text, Cause(kind, shop.clock(), "order.placed"))
    shop.dispatches()
    row = shop.outbound(sent)
    return row.status, row.reason, row.due_at


def of_brand(shop: Shop, **told: str) -> None:
    change_brand(shop.parts, "demo", told, shop.clock(), "ann")


def test_marketing_waits_for_the_hours_that_brand_and_channel_both_leave(shop: Shop) -> None:
    of_brand(shop, marketing_hours="09:00-12:00,15:00-18:00")
    change_hours(shop.parts, "simulator", {"marketing_hours": "11:00-21:00"}, shop.clock(), "ann")
    assert fate(shop, 10) == ("queued", "outside_window", at(11))
    assert fate(shop, 13) == ("queued", "outside_window", at(15))
    assert fate(shop, 18) == ("queued", "outside_window", at(11, 24))
    of_brand(shop, marketing_hours="")
    assert fate(shop, 19)[:2] == ("accepted", None)
    assert fate(shop, 20) == ("queued", "outside_window", at(11, 24))  # the industry's own hours stand


def test_hours_that_do_not_meet_refuse(shop: Shop) -> None:
    of_brand(shop, marketing_hours="10:00-11:00")
    change_hours(shop.parts, "simulator", {"marketing_hours": "14:00-15:00"}, shop.clock(), "ann")
    assert fate(shop, 10)[:2] == ("refused", "no_window")


def test_service_has_hours_where_some_are_set(shop: Shop) -> None:
    assert fate(shop, 23, CauseKind.EVENT)[:2] == ("accepted", None)
    of_brand(shop, service_hours="08:00-22:00")
    change_hours(shop.parts, "simulator", {"service_hours": "09:00-23:00"}, shop.clock(), "ann")
    assert fate(shop, 23, CauseKind.EVENT) == ("queued", "quiet_hours", at(9, 24))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"marketing_hours": "always"}, "hours_unread"),
        ({"marketing_hours": "18:00-09:00"}, "hours_end_first"),
        ({"marketing_hours": "07:30-12:00"}, "hours_beyond_law"),
        ({"marketing_hours": "10:00-12:00,20:00-22:00"}, "hours_beyond_law"),
        ({"service_hours": "08:00-09:00,10:00-11:00"}, "hours_not_one"),
    ],
)
def test_hours_that_cannot_be_set_are_told_for_brand_and_channel(
    shop: Shop, told: dict[str, str], reason: str
) -> None:
    with pytest.raises(HoursRefused) as refused:
        of_brand(shop, **told)
    assert (refused.value.field, refused.value.reason) == (*told, reason)
    with pytest.raises(HoursRefused) as refused:
        change_hours(shop.parts, "simulator", told, shop.clock(), "ann")
    assert (refused.value.field, refused.value.reason) == (*told, reason)
    assert not set(told) & set(shop.brand.settings)
    assert shop.channel().settings.marketing_hours is None


@pytest.mark.parametrize("told", [{"anniversary": "02-30"}, {"industry": "spying"}])
def test_what_else_cannot_be_set_for_a_brand_is_told(shop: Shop, told: dict[str, str]) -> None:
    with pytest.raises(BrandRefused):
        of_brand(shop, **told)


def test_a_brand_sets_no_hours_that_leave_nothing_of_its_industrys(shop: Shop) -> None:
    for told in ({"marketing_hours": "20:00-21:00"}, {"marketing_hours": "09:00-10:00"}):
        with pytest.raises(HoursRefused, match="leaves nothing of the industry's 10:00-20:00"):
            of_brand(shop, **told)
    of_brand(shop, marketing_hours="10:00-12:00")
    with pytest.raises(HoursRefused, match="leaves nothing of the industry's 12:30-13:30"):
        of_brand(shop, industry="finance")
    of_brand(shop, industry="education", marketing_hours="19:00-20:00")
    of_brand(shop, service_hours="08:00-21:00")


def test_a_new_channel_takes_no_hours_that_widen_the_laws(shop: Shop) -> None:
    given = {"marketing_hours": "07:00-22:00", "service_hours": "7-22"}
    with pytest.raises(ChannelRefused, match=r"marketing_hours: 07:00-22:00 goes beyond 08:00-21:00"):
        add_channel(shop.parts, "simulator", "new", "demo", given, shop.clock(), "ann")
    add_channel(
        shop.parts, "simulator", "new", "demo", given | {"marketing_hours": "9-12"}, shop.clock(), "ann"
    )
    settings = shop.channel("new").settings
    assert (settings.marketing_hours, settings.service_hours) == ("09:00-12:00", "07:00-22:00")


def test_wider_hours_that_were_set_once_count_for_nothing(shop: Shop) -> None:
    shop.a_channel("old", "10690077", marketing_hours="06:00-23:00")
    with shop.parts.store.write() as session:
        brand = session.scalars(select(Brand)).one()
        brand.settings = {**brand.settings, "marketing_hours": "06:00-23:00"}
    shop.parts.directory.renew()
    assert fate(shop, 9) == ("queued", "outside_window", at(10))


def a_limited_channel(shop: Shop, hours: str, **settings: str) -> None:
    """A channel of a provider that takes marketing at these hours only."""
    known = shop.parts.directory.providers
    simulator = known["simulator"]
    can = replace(simulator.capabilities, hours=ProviderHours(hours, "its manual"))
    shop.parts.directory.providers = {
        **known,
        "limited": replace(simulator, name="limited", capabilities=can),
    }
    shop.a_channel("limited", "10690088", provider="limited", **settings)


def fate_there(shop: Shop, hour: int) -> tuple[str, str | None, datetime]:
    shop.clock.at = at(hour)
    cause = Cause(CauseKind.CAMPAIGN, shop.clock())
    sent = shop.queues(WANG, "新品上架，欢迎来店", cause, sender=shop.channel("limited").senders[0])
    shop.dispatches()
    row = shop.outbound(sent)
    return row.status, row.reason, row.due_at


def test_a_channel_keeps_to_its_providers_hours_though_nobody_has_set_any(shop: Shop) -> None:
    a_limited_channel(shop, "11:00-18:00")
    assert fate_there(shop, 10) == ("queued", "outside_window", at(11))
    assert fate_there(shop, 11)[:2] == ("accepted", None)
    assert fate_there(shop, 18) == ("queued", "outside_window", at(11, 24))
    assert fate(shop, 10)[:2] == ("accepted", None)  # another provider's channel knows nothing of it


def test_a_channel_can_only_tighten_its_providers_hours(shop: Shop) -> None:
    a_limited_channel(shop, "11:00-18:00")
    with pytest.raises(HoursRefused, match="goes beyond 11:00-18:00"):
        change_hours(shop.parts, "limited", {"marketing_hours": "10:00-12:00"}, shop.clock(), "ann")
    given = {"marketing_hours": "10:00-12:00"}
    with pytest.raises(ChannelRefused, match="the hours in which the provider takes marketing"):
        add_channel(shop.parts, "limited", "new", "demo", given, shop.clock(), "ann")
    change_hours(shop.parts, "limited", {"marketing_hours": "12:00-14:00"}, shop.clock(), "ann")
    assert fate_there(shop, 11) == ("queued", "outside_window", at(12))
    change_hours(shop.parts, "limited", {"marketing_hours": ""}, shop.clock(), "ann")
    assert fate_there(shop, 17)[:2] == ("accepted", None)


def test_wider_hours_of_a_channel_that_were_set_once_count_for_nothing(shop: Shop) -> None:
    a_limited_channel(shop, "11:00-18:00", marketing_hours="08:00-21:00")
    assert fate_there(shop, 18) == ("queued", "outside_window", at(11, 24))


def test_wider_hours_of_a_provider_leave_the_laws(shop: Shop) -> None:
    change_brand(shop.parts, "demo", {"industry": "education"}, shop.clock(), "ann")
    a_limited_channel(shop, "00:00-23:59")
    assert fate_there(shop, 18) == ("queued", "outside_window", at(19))
