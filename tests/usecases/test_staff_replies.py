"""A text of staff is a response once a provider has taken it; refused or failed, the clock goes on and staff hear."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from app.providers.contract import Accepted, Rejected, Rejection, Unknown
from app.reads import inbox, unsent
from app.reads.desk_lists import Wanted
from app.store.customers import Profile
from app.usecases import complaint_clock, desk
from tests.usecases.shop import ALICE, LI, Shop


def complains(shop: Shop) -> None:
    shop.texts(LI, "投诉 送来的蛋糕是坏的")
    shop.works()
    shop.passes(minutes=10)


def replies(shop: Shop, text: str = "马上为您重做") -> UUID:
    return desk.reply(
        shop.parts, shop.a_member_of_staff(), shop.customer(LI).id, shop.brand.id, text, shop.clock()
    )


def replies_twice(shop: Shop) -> tuple[UUID, UUID]:
    """Twenty minutes apart; the provider calls the two p1 and p2."""
    shop.dials(Accepted("p1"), Accepted("p2"))
    first = replies(shop)
    shop.dispatches()
    shop.passes(minutes=20)
    second = replies(shop, "请回电")
    shop.dispatches()
    return first, second


def complaint(shop: Shop) -> Any:
    return shop.rows("complaints", LI)[-1]


def hand_over(shop: Shop) -> Any:
    return shop.rows("conversations", LI)[-1]


def on_staffs_list(shop: Shop) -> list[UUID]:
    with shop.parts.store.read() as session:
        return [one.id for one in unsent.messages(session)]


def stops_all(shop: Shop) -> None:
    with shop.parts.store.write() as session:
        session.execute(update(Profile).values(consent="withdrawn", stopped_at=shop.clock()))


def test_a_reply_counts_from_its_leaving_once_it_is_taken(shop: Shop) -> None:
    complains(shop)
    queued = replies(shop)
    assert (complaint(shop).first_response_at, hand_over(shop).answered_at) == (None, None)
    shop.passes(minutes=5)  # the worker was away
    shop.dispatches()
    handed_at = shop.outbound(queued).handed_at
    assert complaint(shop).first_response_at == handed_at
    assert hand_over(shop).answered_at == handed_at
    shop.works()  # its receipt says the same again
    assert shop.complaint_events(LI) == ["opened", "assigned", "replied"]


def test_what_the_customer_writes_to_another_brand_gives_no_right_to_answer(shop: Shop) -> None:
    cafe = shop.a_brand("cafe")
    shop.a_channel("cafe", "10690009", brand=cafe)
    shop.texts(LI, "人工")
    shop.passes(days=3)
    shop.texts(LI, "在吗", channel="cafe")
    assert shop.outbound(replies(shop, "您好，请问还需要帮助吗")).purpose == "marketing"
    shop.texts(LI, "在吗")
    assert shop.outbound(replies(shop, "您好，在的")).purpose == "reply"


def test_a_complaint_is_answered_as_one_whatever_is_written_to_another_brand(shop: Shop) -> None:
    cafe = shop.a_brand("cafe")
    shop.a_channel("cafe", "10690009", brand=cafe)
    complains(shop)
    shop.passes(days=3)
    shop.texts(LI, "在吗", channel="cafe")
    row = shop.outbound(replies(shop))
    assert (row.cause, row.purpose) == ("complaint", "service")


def test_a_reply_that_the_gate_refuses_is_no_response(shop: Shop) -> None:
    complains(shop)
    stops_all(shop)
    refused = replies(shop)
    shop.dispatches()
    assert shop.outbound(refused).status == "refused"
    assert (complaint(shop).first_response_at, hand_over(shop).answered_at) == (None, None)
    assert on_staffs_list(shop) == [refused]
    assert shop.complaint_events(LI) == ["opened", "assigned", "reply_failed"]
    shop.passes(hours=2)
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 1


@pytest.mark.parametrize("kind", [Rejection.PERMANENT, Rejection.CONTENT, Rejection.OPT_OUT])
def test_a_reply_that_its_provider_refuses_is_no_response(shop: Shop, kind: Rejection) -> None:
    complains(shop)
    shop.dials(Rejected(kind, "E1"))
    failed = replies(shop)
    shop.dispatches()
    assert (complaint(shop).first_response_at, hand_over(shop).answered_at) == (None, None)
    assert on_staffs_list(shop) == [failed]


def test_a_reply_whose_answer_was_lost_counts_when_its_receipt_comes(shop: Shop) -> None:
    complains(shop)
    shop.dials(Unknown("x"))
    unknown = replies(shop)
    shop.dispatches()
    assert complaint(shop).first_response_at is None
    shop.passes(hours=3)
    complaint_clock.record_breaches(shop.parts, shop.clock())
    assert complaint(shop).first_response_breached_at is not None
    shop.reports(None, "delivered", outbound_id=str(unknown))
    row = complaint(shop)
    assert row.first_response_at == shop.outbound(unknown).handed_at
    assert row.first_response_breached_at is None  # it had been kept; nobody could know


def test_a_reply_that_never_arrived_does_not_stay_the_response(shop: Shop) -> None:
    complains(shop)
    lost, again = replies_twice(shop)
    shop.reports("p1", "undelivered")
    assert complaint(shop).first_response_at == shop.outbound(again).handed_at
    assert on_staffs_list(shop) == [lost]
    shop.reports("p2", "undelivered")
    assert complaint(shop).first_response_at is None
    shop.passes(hours=2)
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 1


def test_a_receipt_that_was_faster_than_the_answer_decides(shop: Shop) -> None:
    complains(shop)
    replies(shop)
    lines = shop.dials()
    take = lines.take

    def failing(messages: Any, settings: Any) -> Any:
        for message in messages:
            shop.reports(None, "undelivered", outbound_id=message.id)
        return take(messages, settings)

    lines.take = failing  # type: ignore[method-assign]
    shop.dispatches()
    assert complaint(shop).first_response_at is None


def test_replies_that_leave_together_are_told_apart_when_one_fails(shop: Shop) -> None:
    complains(shop)
    shop.dials(Accepted("p1"), Accepted("p2"))
    lost, arrived = replies(shop), replies(shop, "请回电")
    shop.dispatches()
    assert shop.outbound(lost).handed_at == shop.outbound(arrived).handed_at
    shop.reports("p1", "undelivered")
    assert complaint(shop).first_response_at == shop.outbound(arrived).handed_at
    assert hand_over(shop).answered_at == shop.outbound(arrived).handed_at


def test_a_hand_over_stays_answered_by_the_later_reply_when_the_first_fails(shop: Shop) -> None:
    shop.texts(LI, "人工")
    shop.works()
    _, again = replies_twice(shop)
    shop.reports("p1", "undelivered")
    assert hand_over(shop).answered_at == shop.outbound(again).handed_at


def resolves(shop: Shop) -> Any:
    desk.resolve(shop.parts, shop.a_member_of_staff(), complaint(shop).id, "已重做", shop.clock())
    return complaint(shop)


def test_a_resolution_of_which_the_customer_never_hears_comes_back_to_staff(shop: Shop) -> None:
    complains(shop)
    due = complaint(shop).resolution_due_at
    stops_all(shop)
    assert resolves(shop).status == "resolved"
    assert hand_over(shop).status == "closed"
    shop.dispatches()
    row = complaint(shop)
    assert (row.status, row.resolution_at, row.first_response_at, row.follow_up_from) == ("open", *[None] * 3)
    assert row.resolution_due_at == due
    assert shop.complaint_events(LI) == ["opened", "resolved", "resolution_failed"]
    assert shop.reasons(LI, "complaint")[-1] == ("not_resolved", "stopped")
    assert (hand_over(shop).status, hand_over(shop).reason) == ("open", "resolution_not_told")
    with shop.parts.store.read() as session:
        (item,) = inbox.page(session, Wanted(), shop.clock() + timedelta(minutes=1)).lines
    assert (item.kind, item.status) == ("complaint", "open")
    shop.passes(hours=2)
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 1


def test_who_can_be_texted_no_more_is_told_otherwise(shop: Shop) -> None:
    complains(shop)
    stops_all(shop)
    written = len(shop.outbounds(LI))
    staff = shop.a_member_of_staff()
    desk.resolve(shop.parts, staff, complaint(shop).id, "", shop.clock(), is_told_otherwise=True)
    shop.dispatches()
    assert (complaint(shop).status, hand_over(shop).status) == ("resolved", "closed")
    assert len(shop.outbounds(LI)) == written


def test_a_resolution_that_never_arrived_is_none_whatever_the_provider_said_first(shop: Shop) -> None:
    complains(shop)
    shop.dials(Accepted("p1"))
    resolves(shop)
    shop.dispatches()
    assert complaint(shop).status == "resolved"
    shop.reports("p1", "undelivered")
    assert (complaint(shop).status, complaint(shop).first_response_at) == ("open", None)
    shop.passes(hours=30)
    assert complaint_clock.ask_follow_ups(shop.parts, shop.clock()) == 0


def test_a_reply_that_left_before_the_resolution_failed_stays_the_first_response(shop: Shop) -> None:
    complains(shop)
    shop.dials(Accepted("p1"), Rejected(Rejection.PERMANENT, "E1"))
    reply = replies(shop)
    resolves(shop)
    shop.dispatches()
    row = complaint(shop)
    assert (row.status, row.first_response_at) == ("open", shop.outbound(reply).handed_at)


def test_a_resolution_that_stop_overtakes_comes_back_as_well(shop: Shop) -> None:
    shop.a_channel("us", "+15005550006", style="north_america")
    shop.texts(ALICE, "complaint the cake was broken", channel="us")
    shop.works()
    (row,) = shop.rows("complaints", ALICE)
    desk.resolve(shop.parts, shop.a_member_of_staff(), row.id, "We made a new one", shop.clock())
    shop.hears((ALICE, "STOP"), channel="us")
    shop.works()
    (row,) = shop.rows("complaints", ALICE)
    assert (row.status, row.resolution_at) == ("open", None)
    assert shop.rows("conversations", ALICE)[-1].reason == "resolution_not_told"
