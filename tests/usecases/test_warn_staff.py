"""Staff are warned of each level of a complaint's clocks once: who, in which ways, whatever was down meanwhile."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from app.domain.escalation import Channel
from app.notifiers import Notifier
from app.store import complaint_warnings
from app.store.complaint_warnings import ComplaintWarning
from app.store.complaints import Complaint
from app.store.conversations import Conversation
from app.store.notices import Notice
from app.store.staff import Staff
from app.store.tables import new_id
from app.usecases import desk, warn_staff
from app.usecases.desk import StaffMember
from app.usecases.staff_accounts import ensure_roles
from app.usecases.warn_staff import warn
from tests.usecases.shop import LI, Shop

EVENING = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)  # 21:30 in Shanghai
MORNING = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
CONSOLE = {"console"}


def hire(shop: Shop, role: str, **told: Any) -> UUID:
    """A member of staff with this role, who wants mail."""
    staff_id = new_id()
    with shop.parts.store.write() as session:
        person = {"email": f"{staff_id.hex}@shop.example", "created_at": shop.clock(), **told}
        session.add(Staff(id=staff_id, roles=[ensure_roles(session)[role]], **person))
    return staff_id


def with_mail(shop: Shop, *channels: str) -> Shop:
    shop.parts = replace(shop.parts, notifiers={one: Notifier(lambda _: None) for one in channels})
    return shop


def complain(shop: Shop, phone: str = LI) -> Any:
    shop.texts(phone, "投诉 东西坏了")
    return shop.rows("complaints", phone)[0]


def looks(shop: Shop, at: datetime) -> dict[str, int]:
    return warn(shop.parts, at)


def warnings(shop: Shop) -> list[tuple[int, str, int, bool]]:
    with shop.parts.store.read() as session:
        rows = session.scalars(select(ComplaintWarning).order_by(ComplaintWarning.id))
        return [(row.round, row.clock, row.percent, row.is_sent) for row in rows]


def told(shop: Shop, percent: int = 0) -> set[tuple[UUID | None, str]]:
    """Who is told of this level (or of any) in which way."""
    query = select(Notice).join(ComplaintWarning)
    if percent:
        query = query.where(ComplaintWarning.percent == percent)
    with shop.parts.store.read() as session:
        found = [(row.staff_id, row.channel) for row in session.scalars(query)]
    assert len(found) == len(set(found))
    return set(found)


def states(shop: Shop, channel: str) -> list[tuple[str, str | None, datetime]]:
    with shop.parts.store.read() as session:
        rows = session.scalars(select(Notice).where(Notice.channel == channel).order_by(Notice.id))
        return [(row.state, row.reason, row.due_at) for row in rows]


def test_each_rung_tells_its_own_in_the_ways_they_want(shop: Shop) -> None:
    with_mail(shop, Channel.EMAIL, Channel.WEBHOOK)
    ann, bea = hire(shop, "support"), hire(shop, "support", notice_channels=["sms"], phone="+8613800002222")
    che = hire(shop, "manager", notice_channels=["sms"])
    hire(shop, "support", active=False)
    opened_at = complain(shop).opened_at
    desk.take(shop.parts, StaffMember(ann, "ann"), shop.customer(LI).id, shop.brand.id, shop.clock())
    assert looks(shop, opened_at + timedelta(minutes=59)) == {"warned": 0, "overtaken": 0}
    looks(shop, opened_at + timedelta(hours=1))
    assert told(shop) == {(ann, "console"), (ann, "email"), (None, "webhook")}
    looks(shop, opened_at + timedelta(hours=1.6))
    assert told(shop, 80) == {*told(shop, 50), (bea, "console"), (bea, "sms")}
    looks(shop, opened_at + timedelta(hours=2, seconds=1))
    assert told(shop, 100) == {(che, "console"), (None, "webhook")}


def test_who_looks_again_or_earlier_warns_nobody_twice(shop: Shop) -> None:
    hire(shop, "support")
    opened_at = complain(shop).opened_at
    assert looks(shop, opened_at + timedelta(hours=1.7)) == {"warned": 1, "overtaken": 1}
    for hours in (1.7, 0, 1.7, 1.9):
        assert looks(shop, opened_at + timedelta(hours=hours)) == {"warned": 0, "overtaken": 0}
    assert warnings(shop) == [(0, "first_response", 50, False), (0, "first_response", 80, True)]


def test_after_an_outage_nothing_is_forgotten_and_the_highest_alone_is_sent(shop: Shop) -> None:
    hire(shop, "manager")
    opened_at = complain(shop).opened_at
    assert looks(shop, opened_at + timedelta(hours=100)) == {"warned": 2, "overtaken": 4}
    assert {one[1:] for one in warnings(shop)} == {
        (clock, percent, percent == 100)
        for clock in ("first_response", "resolution")
        for percent in (50, 80, 100)
    }


def test_what_moves_a_clock_moves_its_warnings(shop: Shop) -> None:
    hire(shop, "support")
    complaint, staff = complain(shop), shop.a_member_of_staff()
    assert complaint.next_warning_at == complaint.opened_at + timedelta(hours=1)
    desk.reply(shop.parts, staff, complaint.customer_id, shop.brand.id, "马上处理", shop.clock())
    shop.works()
    assert shop.rows("complaints", LI)[0].next_warning_at == complaint.opened_at + timedelta(hours=24)
    desk.resolve(shop.parts, staff, complaint.id, "", shop.clock())
    resolved = shop.rows("complaints", LI)[0]
    assert resolved.next_warning_at == resolved.resolution_at + timedelta(hours=36)
    assert looks(shop, complaint.opened_at + timedelta(hours=30)) == {"warned": 0, "overtaken": 0}
    shop.texts(LI, "投诉 还是坏的")
    again = shop.rows("complaints", LI)[0]
    assert (again.reopened, again.status) == (1, "open")
    looks(shop, again.next_warning_at)
    assert warnings(shop) == [(1, "first_response", 50, True)]


def test_at_night_mail_and_texts_wait_for_the_morning_and_the_console_does_not(engine: Engine) -> None:
    shop = with_mail(Shop(engine, EVENING), Channel.EMAIL, Channel.WEBHOOK)
    hire(shop, "support", notice_channels=["email", "sms"], phone="+8613800002222")
    opened_at = complain(shop).opened_at
    half = opened_at + timedelta(hours=1)
    looks(shop, half)
    assert states(shop, "console") == [("sent", None, half)]
    assert states(shop, "webhook") == [("queued", None, half)]
    assert states(shop, "email") == states(shop, "sms") == [("queued", None, MORNING)]
    looks(shop, opened_at + timedelta(hours=1.7))
    assert states(shop, "email") == [("dropped", "overtaken", MORNING), ("queued", None, MORNING)]


def test_where_nobody_has_mail_or_a_phone_the_console_tells(shop: Shop) -> None:
    ann = hire(shop, "support", notice_channels=["email", "sms"])
    looks(shop, complain(shop).opened_at + timedelta(hours=1))
    assert told(shop) == {(ann, "console")}


def test_a_brand_without_a_number_is_watched_too(shop: Shop) -> None:
    ann = hire(shop, "support")
    complaint, mute = complain(shop), shop.a_brand("mute")
    with shop.parts.store.write() as session:
        session.execute(update(Complaint).values(brand_id=mute, conversation_id=None))
        session.execute(update(Conversation).values(brand_id=mute))
    looks(shop, complaint.opened_at + timedelta(hours=1))
    assert told(shop) == {(ann, "console")}


def test_more_than_a_batch_is_warned_of_in_one_look(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warn_staff, "BATCH", 2)
    hire(shop, "support")
    rows = [complain(shop, f"+86139000010{n:02}") for n in range(5)]
    assert looks(shop, rows[-1].opened_at + timedelta(hours=1)) == {"warned": 5, "overtaken": 0}


def test_one_that_cannot_be_read_holds_up_no_other(shop: Shop) -> None:
    hire(shop, "support")
    bad, good = complain(shop), complain(shop, "+8613900001000")
    with shop.parts.store.write() as session:
        session.execute(update(Complaint).where(Complaint.id == bad.id).values(clock={"status": "?"}))
    assert looks(shop, good.opened_at + timedelta(hours=1)) == {"warned": 1, "overtaken": 0}
    with shop.parts.store.read() as session:
        still_due = session.scalars(
            select(Complaint.id).where(Complaint.next_warning_at <= good.opened_at + timedelta(hours=1))
        )
        assert still_due.all() == [bad.id]


def test_two_clocks_that_look_at_once_warn_once(shop: Shop) -> None:
    hire(shop, "support")
    rows = [complain(shop, f"+86139000010{n:02}") for n in range(6)]
    at = rows[-1].opened_at + timedelta(hours=1.7)
    with ThreadPoolExecutor(4) as clocks:
        done: Sequence[dict[str, int]] = list(clocks.map(lambda _: looks(shop, at), range(4)))
    assert sum(one["warned"] for one in done) == sum(one["overtaken"] for one in done) == 6
    assert len(warnings(shop)) == 12
    assert len(states(shop, "console")) == 6


def test_a_warning_that_is_there_already_is_added_by_nobody(shop: Shop) -> None:
    hire(shop, "support")
    complaint = complain(shop)
    at = complaint.opened_at + timedelta(hours=1)
    looks(shop, at)
    with shop.parts.store.write() as session:  # as if the complaint's own memory of it were lost
        session.execute(update(Complaint).values(warned={}, next_warning_at=at))
        assert len(list(session.scalars(select(ComplaintWarning.id)))) == 1
    assert looks(shop, at) == {"warned": 0, "overtaken": 0}
    assert len(states(shop, "console")) == 1
    assert complaint_warnings.KEY == ("complaint_id", "round", "clock", "percent")
