"""A text of staff is a response once a provider has taken it; refused or failed, the clock goes on and staff hear."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from app.providers.contract import Accepted, Rejected, Rejection, Unknown
from app.reads import inbox, unsent
from app.store.customers import Profile
from app.usecases import complaint_clock, desk
from tests.usecases.shop import LI, Shop


def complains(shop: Shop) -> None:
    shop.texts(LI, "投诉 送来的蛋糕是坏的")
    shop.works()
    shop.passes(minutes=10)


def replies(shop: Shop, text: str = "马上为您重做") -> UUID:
    return desk.reply(
        shop.parts, shop.a_member_of_staff(), shop.customer(LI).id, shop.brand.id, text, shop.clock()
    )


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
    assert shop.complaint_events(LI) == ["opened", "replied"]


def test_a_reply_that_the_gate_refuses_is_no_response(shop: Shop) -> None:
    complains(shop)
    stops_all(shop)
    refused = replies(shop)
    shop.dispatches()
    assert shop.outbound(refused).status == "refused"
    assert (complaint(shop).first_response_at, hand_over(shop).answered_at) == (None, None)
    assert on_staffs_list(shop) == [refused]
    assert shop.complaint_events(LI) == ["opened", "reply_failed"]
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
    shop.dials(Accepted("p1"), Accepted("p2"))
    lost = replies(shop)
    shop.dispatches()
    shop.passes(minutes=20)
    again = replies(shop, "请回电")
    shop.dispatches()
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


def test_a_resolution_of_which_the_customer_never_hears_comes_back_to_staff(shop: Shop) -> None:
    complains(shop)
    stops_all(shop)
    desk.resolve(shop.parts, shop.a_member_of_staff(), complaint(shop).id, "已重做", shop.clock())
    assert hand_over(shop).status == "closed"
    shop.dispatches()
    assert (hand_over(shop).status, hand_over(shop).reason) == ("open", "call_customer")
    with shop.parts.store.read() as session:
        (item,) = inbox.items(session, inbox.Show.ALL, shop.clock() + timedelta(minutes=1))
    assert item.reason == "call_customer"
