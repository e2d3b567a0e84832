"""Two people who change what belongs to one brand or channel at the same moment undo nothing of each other's."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import select

from app.store.brands import Brand
from app.store.channels import Channel
from app.store.partners import Partner
from app.store.tables import new_id
from app.usecases.brand_changes import change_brand
from app.usecases.channel_setup import change_hours
from app.usecases.partners import Agreement, PartnerRefused, add
from tests.usecases.shop import Shop

FAR = date(2027, 12, 31)


@contextmanager
def meanwhile(change: Callable[[], object]) -> Iterator[list[Exception]]:
    """Lets somebody else begin a change now, which ends after this block; holds what it has refused."""
    refused: list[Exception] = []

    def run() -> None:
        try:
            change()
        except PartnerRefused as error:
            refused.append(error)

    other = threading.Thread(target=run)
    other.start()
    other.join(0.3)  # as far as it comes without what we hold
    yield refused
    other.join(20)


def test_both_changes_of_a_brand_are_kept(shop: Shop) -> None:
    def other() -> None:
        change_brand(shop.parts, "demo", {"anniversary": "06-18"}, shop.clock(), "bob")

    with shop.parts.store.write() as session:
        brand = session.scalars(select(Brand).with_for_update()).one()
        brand.settings = {**brand.settings, "service_hours": "08:00-21:00"}
        session.flush()
        with meanwhile(other):
            session.commit()
    assert (shop.brand.settings["service_hours"], shop.brand.settings["anniversary"]) == (
        "08:00-21:00",
        "06-18",
    )


def test_both_changes_of_a_channel_are_kept(shop: Shop) -> None:
    def other() -> None:
        change_hours(shop.parts, "simulator", {"service_hours": "07:00-22:00"}, shop.clock(), "bob")

    with shop.parts.store.write() as session:
        channel = session.scalars(select(Channel).with_for_update()).one()
        channel.settings = {**channel.settings, "marketing_hours": "10:00-12:00"}
        session.flush()
        with meanwhile(other):
            session.commit()
    settings = shop.channel().settings
    assert (settings.marketing_hours, settings.service_hours) == ("10:00-12:00", "07:00-22:00")


def test_the_second_who_records_a_partner_is_told(shop: Shop) -> None:
    def other() -> None:
        add(shop.parts, Agreement("锦江酒店", "demo", "HZ-2", FAR), shop.clock(), "bob")

    with shop.parts.store.write() as session:
        brand = session.scalars(select(Brand).with_for_update()).one()
        told = {"name": "锦江酒店", "agreement": "HZ-1", "expires_on": FAR, "created_at": shop.clock()}
        session.add(Partner(id=new_id(), brand_id=brand.id, **told))
        session.flush()
        with meanwhile(other) as refused:
            session.commit()
    assert [one.reason for one in refused if isinstance(one, PartnerRefused)] == ["partner_known"]
