"""What staff change of a complaint; where two change it at once, one wins and the other is told what happened."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.domain.complaint_words import Resolution
from app.providers.contract import Accepted
from app.store.complaints import Complaint, ComplaintEvent
from app.store.staff import AuditEntry
from app.usecases import complaint_clock, complaint_desk, desk
from app.usecases.complaint_desk import Class
from app.usecases.desk import DeskRefusal, StaffMember
from tests.usecases.shop import LI, Shop

SEEN = Class("other", 2)


@pytest.fixture
def staff(shop: Shop) -> StaffMember:
    shop.texts(LI, "投诉 送来的蛋糕是坏的")
    shop.works()
    return shop.a_member_of_staff()


def complaints(shop: Shop) -> list[Any]:
    return sorted(shop.rows("complaints", LI), key=lambda row: row.number)


def complaint(shop: Shop) -> Any:
    (only,) = complaints(shop)
    return only


def details(shop: Shop, kind: str) -> list[Any]:
    with shop.parts.store.read() as session:
        return list(session.scalars(select(ComplaintEvent.details).where(ComplaintEvent.kind == kind)))


def refused(act: Callable[[], object]) -> str | None:
    try:
        act()
    except DeskRefusal as refusal:
        return refusal.reason
    return None


def at_once(*acts: Callable[[], object]) -> list[str | None]:
    """What each of those who act at the same moment is told."""
    told: list[str | None] = []
    rivals = [threading.Thread(target=lambda act=act: told.append(refused(act))) for act in acts]
    for one in rivals:
        one.start()
    for one in rivals:
        one.join(30)
    return sorted(told, key=str)


def asks(shop: Shop, staff: StaffMember, text: str = "请问订单号是多少？") -> UUID:
    now, there = shop.clock(), (shop.customer(LI).id, shop.brand.id)
    asked = desk.reply(shop.parts, staff, *there, text, now, awaits_answer=True)
    shop.dispatches()
    return asked


# --- what it is about, and how urgent ---------------------------------------------------------------------------


def test_a_change_of_class_is_an_event_and_moves_no_deadline(shop: Shop, staff: StaffMember) -> None:
    before = complaint(shop)
    complaint_desk.classify(shop.parts, staff, before.id, SEEN, Class("delivery", 1), shop.clock())
    after = complaint(shop)
    assert (after.category, after.severity) == ("delivery", 1)
    due = ("first_response_due_at", "resolution_due_at", "next_warning_at")
    assert [getattr(after, name) for name in due] == [getattr(before, name) for name in due]
    assert shop.complaint_events(LI) == ["opened", "category", "raised"]
    complaint_desk.classify(shop.parts, staff, before.id, Class("delivery", 1), SEEN, shop.clock())
    assert shop.complaint_events(LI)[-2:] == ["category", "lowered"]
    with shop.parts.store.read() as session:
        noted = select(AuditEntry.details).where(AuditEntry.action == "complaint.classify")
        first = session.scalars(noted.order_by(AuditEntry.at).limit(1)).one()
    assert first == {"category": "delivery", "severity": 1}


def test_of_two_who_change_its_class_at_once_one_is_told(shop: Shop, staff: StaffMember) -> None:
    one, now = complaint(shop).id, shop.clock()
    acts = [
        lambda wanted=wanted: complaint_desk.classify(shop.parts, staff, one, SEEN, wanted, now)
        for wanted in (Class("delivery", 2), Class("refund", 2))
    ]
    assert at_once(*acts) == [None, "changed_meanwhile"]
    assert shop.complaint_events(LI).count("category") == 1


@pytest.mark.parametrize("wanted", [Class("nothing", 2), Class("delivery", 3), Class("", 0)])
def test_what_is_no_class_is_refused(shop: Shop, staff: StaffMember, wanted: Class) -> None:
    told = refused(
        lambda: complaint_desk.classify(shop.parts, staff, complaint(shop).id, SEEN, wanted, shop.clock())
    )
    assert told == "class_unknown"


# --- waiting for the customer -----------------------------------------------------------------------------------


def test_the_wait_begins_when_the_text_has_left_and_ends_with_their_next(
    shop: Shop, staff: StaffMember
) -> None:
    due = complaint(shop).resolution_due_at
    asked = asks(shop, staff)
    row = complaint(shop)
    assert (row.status, row.clock["paused_by"]) == ("waiting", str(asked))
    assert row.first_response_at == shop.outbound(asked).handed_at
    shop.passes(hours=5)
    shop.texts(LI, "A1024")
    row = complaint(shop)
    waited = row.resolution_due_at - due
    assert row.status == "open"
    assert timedelta(hours=5) <= waited < timedelta(hours=5, minutes=1)


def test_nobody_is_waited_for_who_has_written_since_the_text_left(shop: Shop, staff: StaffMember) -> None:
    lines = shop.dials()
    take = lines.take

    def while_they_write(messages: Any, settings: Any) -> Any:
        shop.passes(seconds=1)
        shop.hears((LI, "订单号 A1024"))
        return take(messages, settings)

    lines.take = while_they_write  # type: ignore[method-assign]
    asks(shop, staff)
    row = complaint(shop)
    assert (row.status, row.first_response_at is not None) == ("open", True)


def test_a_question_that_never_arrived_was_no_wait(shop: Shop, staff: StaffMember) -> None:
    due = complaint(shop).resolution_due_at
    shop.dials(Accepted("p1"))
    asks(shop, staff)
    shop.passes(hours=5)
    shop.reports("p1", "undelivered")
    row = complaint(shop)
    assert (row.status, row.resolution_due_at) == ("open", due)
    shop.passes(hours=44)
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 2


def test_staff_end_the_wait(shop: Shop, staff: StaffMember) -> None:
    asks(shop, staff)
    complaint_desk.go_on(shop.parts, staff, complaint(shop).id, shop.clock())
    assert complaint(shop).status == "open"
    again = refused(lambda: complaint_desk.go_on(shop.parts, staff, complaint(shop).id, shop.clock()))
    assert again == "not_waiting"


def test_a_complaint_waits_three_times_at_most(shop: Shop, staff: StaffMember) -> None:
    for _ in range(3):
        asks(shop, staff)
    assert refused(lambda: asks(shop, staff)) == "may_not_wait"
    assert complaint(shop).clock["pauses"] == 3


# --- resolved, and opened again ---------------------------------------------------------------------------------


def resolves(shop: Shop, staff: StaffMember, how: Resolution = Resolution.REFUNDED) -> None:
    wanted = complaint(shop).id
    desk.resolve(shop.parts, staff, wanted, "", shop.clock(), is_told_otherwise=True, how=how)


def test_how_it_was_settled_is_kept(shop: Shop, staff: StaffMember) -> None:
    resolves(shop, staff)
    assert details(shop, "resolved") == [{"detail": "refunded"}]


def test_of_two_who_resolve_at_once_one_is_told(shop: Shop, staff: StaffMember) -> None:
    other = shop.a_member_of_staff()
    told = at_once(lambda: resolves(shop, staff), lambda: resolves(shop, other, Resolution.EXPLAINED))
    assert told == [None, "already_resolved"]
    assert shop.complaint_events(LI) == ["opened", "resolved"]


@pytest.mark.parametrize("is_closed", [False, True])
def test_staff_reopen_a_settled_complaint(shop: Shop, staff: StaffMember, is_closed: bool) -> None:
    resolves(shop, staff)
    if is_closed:
        with shop.parts.store.write() as session:
            session.execute(update(Complaint).values(status="closed", follow_up_result="solved"))
    shop.passes(hours=30)
    now = shop.clock()
    complaint_desk.reopen(shop.parts, staff, complaint(shop).id, now)
    row = complaint(shop)
    assert (row.status, row.severity, row.follow_up_result) == ("open", 1, None)
    assert row.first_response_due_at == now + timedelta(hours=2)
    assert shop.rows("conversations", LI)[-1].reason == "complaint_reopened"
    assert shop.reasons(LI, "complaint")[-1] == ("reopened", "reopened_by_staff")
    again = refused(lambda: complaint_desk.reopen(shop.parts, staff, row.id, shop.clock()))
    assert again == "open_already"


# --- two that are one -------------------------------------------------------------------------------------------


@pytest.fixture
def two(shop: Shop, staff: StaffMember) -> tuple[UUID, UUID]:
    """A complaint that was settled, one that was opened ten hours later, and the first one reopened an hour after."""
    resolves(shop, staff)
    first = complaint(shop).id
    with shop.parts.store.write() as session:
        session.execute(update(Complaint).values(status="closed"))
    shop.passes(hours=10)
    shop.texts(LI, "投诉 又送错了")
    shop.works()
    shop.passes(hours=1)
    complaint_desk.reopen(shop.parts, staff, first, shop.clock())
    return first, complaints(shop)[1].id


def merges(shop: Shop, staff: StaffMember, stays: UUID, leaves: UUID) -> None:
    complaint_desk.merge(shop.parts, staff, stays, leaves, shop.clock())


def test_the_earlier_deadlines_hold(shop: Shop, staff: StaffMember, two: tuple[UUID, UUID]) -> None:
    first, second = two
    earlier = complaints(shop)[1]
    merges(shop, staff, first, second)
    stays, leaves = complaints(shop)
    assert stays.first_response_due_at == earlier.first_response_due_at
    assert stays.resolution_due_at == earlier.resolution_due_at
    assert (leaves.status, leaves.follow_up_result, leaves.resolution_at) == ("closed", "merged", None)
    assert details(shop, "merged")[0]["detail"] == "#2"
    assert (
        details(shop, "merged")[0]["deadlines"]["resolution_due_at"] == earlier.resolution_due_at.isoformat()
    )
    shop.passes(hours=60)
    complaint_clock.record_breaches(shop.parts, shop.clock())
    stays, leaves = complaints(shop)
    assert (stays.first_response_breached_at is None, leaves.first_response_breached_at) == (False, None)
    told = refused(lambda: complaint_desk.reopen(shop.parts, staff, second, shop.clock()))
    assert told == "merged_already"


def test_a_promise_that_was_kept_is_not_broken_by_merging(
    shop: Shop, staff: StaffMember, two: tuple[UUID, UUID]
) -> None:
    first, second = two
    with shop.parts.store.write() as session:  # the reply is about the second one
        session.execute(update(Complaint).where(Complaint.id == first).values(status="closed"))
    there = shop.customer(LI).id, shop.brand.id
    desk.reply(shop.parts, staff, *there, "马上为您重做", shop.clock())
    shop.works()
    with shop.parts.store.write() as session:
        session.execute(update(Complaint).where(Complaint.id == first).values(status="open"))
    own = complaints(shop)[0].first_response_due_at
    merges(shop, staff, first, second)
    assert complaints(shop)[0].first_response_due_at == own


def test_a_reply_on_its_way_counts_for_the_one_that_stays(
    shop: Shop, staff: StaffMember, two: tuple[UUID, UUID]
) -> None:
    first, second = two
    there = shop.customer(LI).id, shop.brand.id
    reply = desk.reply(shop.parts, staff, *there, "马上为您重做", shop.clock())
    assert shop.outbound(reply).complaint_id == second
    merges(shop, staff, first, second)
    shop.dispatches()
    assert complaints(shop)[0].first_response_at == shop.outbound(reply).handed_at


def test_of_two_who_merge_at_once_one_is_told(shop: Shop, staff: StaffMember, two: tuple[UUID, UUID]) -> None:
    first, second = two
    told = at_once(
        lambda: merges(shop, staff, first, second),
        lambda: merges(shop, shop.a_member_of_staff(), second, first),
    )
    assert told == [None, "merged_already"]
    assert sorted(row.status for row in complaints(shop)) == ["closed", "open"]


def test_what_cannot_be_merged_is_refused(shop: Shop, staff: StaffMember, two: tuple[UUID, UUID]) -> None:
    first, second = two
    shop.texts("+8613800001002", "投诉 面包发霉了")
    (other,) = shop.rows("complaints", "+8613800001002")
    assert refused(lambda: merges(shop, staff, first, first)) == "merge_with_itself"
    assert refused(lambda: merges(shop, staff, first, other.id)) == "merge_apart"
    assert refused(lambda: merges(shop, staff, first, UUID(int=1))) == "unknown_complaint"
    desk.resolve(shop.parts, staff, second, "", shop.clock(), is_told_otherwise=True)
    assert refused(lambda: merges(shop, staff, first, second)) == "already_resolved"
