"""The complaint clock reaches everybody who is due, however many before them cannot proceed."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from app.domain import sla
from app.domain.sla import SlaEvent, SlaState
from app.domain.sla_policy import SlaPolicy
from app.store import customers
from app.store.complaints import Complaint, next_number
from app.store.customers import Profile, ids_of_all
from app.store.tables import new_id
from app.store.writing import insert_all
from app.usecases import complaint_clock, complaint_log
from tests.usecases.shop import Shop

CROWD = 8
NIGHT_IN_CALIFORNIA = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 01:00 there, 17:00 in Shanghai


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complaint_clock, "BATCH", CROWD // 2)


def complain(shop: Shop, phones: Sequence[str], *happened: SlaEvent, **told: Any) -> list[UUID]:
    """A complaint of each of these customers, to whose clocks this has happened."""
    now = shop.clock()
    state = sla.opened(SlaPolicy(), told.pop("opened_at"))
    for event in happened:
        state = sla.apply(state, event)
    with shop.parts.store.write() as session:
        rows = [
            {
                "id": new_id(),
                "brand_id": shop.brand.id,
                "customer_id": customer_id,
                "number": next_number(session, shop.brand.id),
                "kind": "service_complaint",
                "category": "other",
                "summary": "坏了",
                "opened_at": state.opened_at,
                "updated_at": now,
                **complaint_log.clock_columns(state),
                **told,
            }
            for customer_id in ids_of_all(session, phones, now).values()
        ]
        insert_all(session, Complaint, rows)
    return [row["id"] for row in rows]


def clock_of(shop: Shop, complaint_id: UUID) -> SlaState:
    with shop.parts.store.read() as session:
        mine = select(Complaint.clock).where(Complaint.id == complaint_id)
        return SlaState.from_json(session.scalars(mine).one())


def crowd(shop: Shop, zone: str | None = None) -> list[str]:
    phones = [f"+86139000010{n:02}" for n in range(CROWD)]
    with shop.parts.store.write() as session:
        ids = ids_of_all(session, phones, shop.clock())
        customers.add_profiles(session, {(one, shop.brand.id) for one in ids.values()}, shop.clock())
        session.execute(update(Profile).where(Profile.customer_id.in_(ids.values())).values(timezone=zone))
    return phones


def test_who_sleeps_holds_up_nobody_and_is_asked_in_the_morning(engine: Engine) -> None:
    shop = Shop(engine, NIGHT_IN_CALIFORNIA)
    resolved_at = NIGHT_IN_CALIFORNIA - timedelta(days=1)
    resolved = SlaEvent("resolved", resolved_at)
    opened_at = resolved_at - timedelta(hours=1)
    asleep = complain(
        shop,
        crowd(shop, "America/Los_Angeles"),
        resolved,
        opened_at=opened_at,
        follow_up_from=shop.clock() - timedelta(minutes=9),
    )
    (awake,) = complain(shop, ["+8613900002000"], resolved, opened_at=opened_at, follow_up_from=shop.clock())
    now = shop.clock()
    assert complaint_clock.ask_follow_ups(shop.parts, now) == 1
    assert clock_of(shop, awake).follow_up_at == now
    assert complaint_clock.ask_follow_ups(shop.parts, now + timedelta(hours=6)) == 0
    morning = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert complaint_clock.ask_follow_ups(shop.parts, morning) == CROWD
    assert {clock_of(shop, one).follow_up_at for one in asleep} == {morning}


@pytest.mark.forges_rows
def test_who_is_waited_for_hides_no_promise_that_is_broken(shop: Shop) -> None:
    opened_at = shop.clock() - timedelta(hours=60)
    replied = SlaEvent("replied", opened_at + timedelta(hours=1), outbound_id=new_id())
    paused = SlaEvent("paused", opened_at + timedelta(hours=2))
    waiting = complain(shop, crowd(shop), replied, paused, opened_at=opened_at)
    (late,) = complain(shop, ["+8613900002000"], replied, opened_at=opened_at + timedelta(hours=1))
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 1
    assert clock_of(shop, late).resolution_breached_at is not None
    assert all(clock_of(shop, one).resolution_breached_at is None for one in waiting)


@pytest.mark.forges_rows
def test_a_brand_without_a_number_holds_up_no_other(shop: Shop) -> None:
    mute = shop.a_brand("mute")
    opened_at = shop.clock() - timedelta(hours=3)
    complain(shop, crowd(shop), opened_at=opened_at, brand_id=mute)
    (late,) = complain(shop, ["+8613900002000"], opened_at=opened_at + timedelta(minutes=1))
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 1
    assert clock_of(shop, late).first_response_breached_at is not None
