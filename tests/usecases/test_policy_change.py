"""What a brand promises those who complain: kept by its complaints, changed for the next ones, or for all that are
open."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.sla import SlaState
from app.domain.sla_policy import SlaPolicy
from app.domain.told_policy import PolicyRefused
from app.store.complaints import ComplaintEvent
from app.store.staff import AuditEntry
from app.usecases import complaint_clock, desk
from app.usecases.brand_setup import BrandRefused
from app.usecases.complaint_policy import policy_of
from app.usecases.policy_change import change_policy, foresee
from tests.usecases.shop import LI, WANG, Shop

FRIDAY_EVENING = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
"""17:30 in Shanghai: half an hour before the usual end."""
HOUR = timedelta(hours=1)


def changes(shop: Shop, is_for_open_ones: bool = False, code: str = "demo", **told: str) -> int:
    staff = shop.a_member_of_staff()
    return change_policy(shop.parts, code, told, shop.clock(), staff, is_for_open_ones=is_for_open_ones)


def complains(shop: Shop, phone: str = LI) -> Any:
    shop.texts(phone, "投诉 送来的蛋糕是坏的")
    shop.works()
    return complaint(shop, phone)


def complaint(shop: Shop, phone: str = LI) -> Any:
    (row,) = shop.rows("complaints", phone)
    return row


@pytest.fixture
def shop(shop: Shop) -> Shop:
    shop.clock.at = FRIDAY_EVENING
    return shop


def test_complaints_and_hand_overs_are_due_in_the_brands_own_hours(shop: Shop) -> None:
    changes(shop, counts="business")
    row = complains(shop)
    monday = datetime(2026, 11, 23, 1, tzinfo=UTC)
    late = row.opened_at - FRIDAY_EVENING
    assert row.first_response_due_at == monday + 1.5 * HOUR + late
    assert row.resolution_due_at == datetime(2026, 11, 30, 3, 30, tzinfo=UTC) + late
    (held,) = shop.rows("conversations", LI)
    assert held.answer_due_at == monday + 1.5 * HOUR + (held.opened_at - FRIDAY_EVENING)
    shop.clock.at = row.first_response_due_at - timedelta(milliseconds=1)
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 0
    shop.passes(seconds=1)
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 1


def test_an_open_complaint_keeps_the_policy_it_was_opened_with(shop: Shop) -> None:
    before = complains(shop)
    assert changes(shop, counts="business", resolution="24") == 0
    shop.passes(minutes=1)
    staff = shop.a_member_of_staff()
    desk.resolve(shop.parts, staff, before.id, "", shop.clock())
    shop.works()
    row = complaint(shop)
    assert row.resolution_due_at == before.resolution_due_at
    assert row.follow_up_due_at == row.resolution_at + 72 * HOUR
    assert policy_of(shop.brand).resolution == 24 * HOUR


def test_open_complaints_are_counted_anew_where_that_is_asked(shop: Shop) -> None:
    first = complains(shop)
    changes(shop, first_response="1", resolution="4")
    second = complains(shop, WANG)
    assert changes(shop, True, first_response="3", resolution="6") == 2
    for opened in (first, second):
        row = complaint(shop, LI if opened is first else WANG)
        assert row.first_response_due_at == opened.opened_at + 3 * HOUR
        assert row.resolution_due_at == opened.opened_at + 6 * HOUR
        assert SlaState.from_json(row.clock).policy == policy_of(shop.brand)
    assert shop.complaint_events(LI)[-1] == "rebased"
    assert shop.reasons(LI, "complaint")[-1] == ("rebased", "policy_changed")
    assert changes(shop, True) == 0
    with shop.parts.store.read() as session:
        wanted = select(ComplaintEvent).where(ComplaintEvent.complaint_id == second.id)
        events = {one.kind: (one.details, one.staff_id) for one in session.scalars(wanted)}
    assert SlaPolicy.from_json(events["opened"][0]["policy"]).resolution == 4 * HOUR
    assert SlaPolicy.from_json(events["rebased"][0]["policy"]).resolution == 6 * HOUR
    assert events["rebased"][1] is not None


def test_counting_anew_keeps_a_breach_and_finds_those_that_follow_from_it(shop: Shop) -> None:
    opened_at = complains(shop).opened_at
    shop.clock.at = opened_at + 3 * HOUR
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 1
    breached_at = complaint(shop).first_response_breached_at
    assert changes(shop, True, first_response="2:30", resolution="2:30") == 1
    assert complaint(shop).first_response_breached_at == breached_at
    assert complaint(shop).first_response_due_at == opened_at + 2 * HOUR
    assert complaint(shop).resolution_due_at == opened_at + 2.5 * HOUR
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 1


def test_what_a_change_would_do_is_foreseen_and_then_happens(shop: Shop) -> None:
    row = complains(shop)
    shop.clock.at = row.opened_at + 1.5 * HOUR
    told = {"first_response": "1", "resolution": "24"}
    (seen,) = foresee(shop.parts, shop.brand, told, shop.clock())
    assert (seen.number, seen.customer_id, seen.is_missed) == (row.number, row.customer_id, True)
    assert [(one.clock, one.due_at, one.due_then_at, one.is_missed) for one in seen.clocks] == [
        ("first_response", row.first_response_due_at, row.opened_at + HOUR, True),
        ("resolution", row.resolution_due_at, row.opened_at + 24 * HOUR, False),
    ]
    assert complaint(shop).clock == row.clock
    assert policy_of(shop.brand) == SlaPolicy()
    changes(shop, True, **told)
    assert complaint(shop).first_response_due_at == row.opened_at + HOUR
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 1
    assert foresee(shop.parts, shop.brand, {}, shop.clock()) == []


def test_the_follow_up_of_a_resolved_complaint_is_asked_before_its_new_deadline(shop: Shop) -> None:
    opened = complains(shop)
    desk.resolve(shop.parts, shop.a_member_of_staff(), opened.id, "", shop.clock())
    shop.works()
    assert changes(shop, True, follow_up="24") == 1
    row = complaint(shop)
    assert row.follow_up_due_at == row.resolution_at + 24 * HOUR
    assert row.follow_up_from < row.follow_up_due_at


def test_another_brands_complaints_stay_as_they_are(shop: Shop) -> None:
    before = complains(shop)
    shop.a_brand("other")
    assert changes(shop, True, code="other", resolution="24") == 0
    assert complaint(shop).clock == before.clock


def test_the_audit_holds_who_has_changed_what(shop: Shop) -> None:
    changes(shop, counts="business", saturday="10-16")
    changes(shop)
    with shop.parts.store.read() as session:
        mine = select(AuditEntry).where(AuditEntry.action == "complaint_policy.change")
        ((subject, told),) = [(one.subject_id, one.details) for one in session.scalars(mine)]
    assert subject == "demo"
    assert (told["counts"], told["saturday"], told["open_complaints"]) == ("business", "10:00-16:00", False)


def test_what_is_refused_changes_nothing(shop: Shop) -> None:
    with pytest.raises(PolicyRefused):
        changes(shop, True, resolution="soon")
    with pytest.raises(BrandRefused):
        changes(shop, code="nobody")
    assert policy_of(shop.brand) == SlaPolicy()
