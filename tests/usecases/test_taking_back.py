"""A reply waits ten seconds before it leaves; taking it back and handing it over cannot both happen."""

import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.store import customers
from app.store.outbound import queue, replies
from app.usecases import complaint_clock, desk
from app.usecases.desk import DeskRefusal, StaffMember
from tests.usecases.shop import LI, Shop


@pytest.fixture
def staff(shop: Shop) -> StaffMember:
    shop.texts(LI, "投诉 送来的蛋糕是坏的")
    shop.works()
    return shop.a_member_of_staff()


def replies_with(shop: Shop, staff: StaffMember, text: str = "马上为您重做", **told: Any) -> UUID:
    now = shop.clock()
    there = shop.customer(LI).id, shop.brand.id
    return desk.reply(shop.parts, staff, *there, text, now, leaves_at=now + timedelta(seconds=10), **told)


def takes_back(shop: Shop, staff: StaffMember, outbound_id: UUID) -> desk.TakenBack:
    return desk.take_back(shop.parts, staff, shop.customer(LI).id, shop.brand.id, outbound_id, shop.clock())


def refusal(shop: Shop, staff: StaffMember, outbound_id: UUID) -> str:
    with pytest.raises(DeskRefusal) as refused:
        takes_back(shop, staff, outbound_id)
    return refused.value.reason


def test_it_leaves_after_its_time_and_not_before(shop: Shop, staff: StaffMember) -> None:
    reply = replies_with(shop, staff)
    shop.passes(seconds=9)
    shop.dispatches()
    assert shop.outbound(reply).status == "queued"
    shop.passes(seconds=1)
    shop.dispatches()
    assert shop.outbound(reply).handed_at is not None
    assert shop.rows("complaints", LI)[0].first_response_at == shop.outbound(reply).handed_at


def test_what_is_taken_back_is_no_response_and_never_leaves(shop: Shop, staff: StaffMember) -> None:
    reply = replies_with(shop, staff)
    assert takes_back(shop, staff, reply) == desk.TakenBack("马上为您重做", awaits_answer=False)
    shop.passes(seconds=10)
    shop.works()
    row = shop.outbound(reply)
    assert (row.status, row.reason, row.handed_at, row.is_for_staff) == (
        "cancelled",
        "taken_back",
        None,
        False,
    )
    assert shop.reasons(LI, "outbound")[-1] == ("cancelled", "taken_back")
    assert shop.rows("complaints", LI)[0].first_response_at is None
    shop.passes(hours=2)
    assert complaint_clock.record_breaches(shop.parts, shop.clock()) == 1
    assert refusal(shop, staff, reply) == "cancelled_meanwhile"


def test_too_late_is_told(shop: Shop, staff: StaffMember) -> None:
    reply = replies_with(shop, staff)
    shop.passes(seconds=10)
    shop.dispatches()
    assert refusal(shop, staff, reply) == "left_already"
    assert shop.outbound(reply).handed_at is not None


def test_only_its_writer_takes_it_back(shop: Shop, staff: StaffMember) -> None:
    reply = replies_with(shop, staff)
    assert refusal(shop, shop.a_member_of_staff(), reply) == "not_yours"
    assert refusal(shop, staff, UUID(int=1)) == "not_yours"


def test_one_that_a_worker_has_claimed_is_taken_back_before_the_gate_speaks(
    shop: Shop, staff: StaffMember
) -> None:
    reply = replies_with(shop, staff)
    shop.passes(seconds=10)
    lines = shop.dials()
    with shop.parts.store.write() as session:
        now = shop.clock()
        assert queue.claim(session, shop.channel().id, 5, now, timedelta(seconds=30)) == [reply]
    takes_back(shop, staff, reply)
    shop.dispatches()
    assert lines.taken == []


def test_taking_back_while_it_is_decided_waits_and_is_told(shop: Shop, staff: StaffMember) -> None:
    """The hand-over holds the customer's lock; who takes back asks under the same one."""
    reply, told = replies_with(shop, staff), []
    with shop.parts.store.write() as session:
        customers.lock(session, [shop.customer(LI).id])
        late = threading.Thread(target=lambda: told.append(refusal(shop, staff, reply)))
        late.start()
        late.join(0.3)
        assert late.is_alive()
        queue.update_rows(session, [{"id": reply, "status": "handing"}])
    late.join(20)
    assert told == ["left_already"]


def test_taking_back_and_handing_over_at_once_do_not_both_happen(shop: Shop, staff: StaffMember) -> None:
    for _ in range(5):
        reply, won = replies_with(shop, staff), list[desk.TakenBack]()
        shop.passes(seconds=10)
        lines = shop.dials()

        def back(reply: UUID = reply, won: list[desk.TakenBack] = won) -> None:
            with suppress(DeskRefusal):
                won.append(takes_back(shop, staff, reply))

        rivals = [threading.Thread(target=back), threading.Thread(target=shop.dispatches)]
        for one in rivals:
            one.start()
        for one in rivals:
            one.join(30)
        assert len(lines.taken) + len(won) == 1


def test_the_same_form_does_not_send_what_was_taken_back(shop: Shop, staff: StaffMember) -> None:
    reply = replies_with(shop, staff)
    takes_back(shop, staff, reply)
    with pytest.raises(DeskRefusal, match="cancelled_meanwhile"):
        replies_with(shop, staff, outbound_id=reply)


def test_the_second_of_two_who_reply_at_once_is_told(shop: Shop, staff: StaffMember) -> None:
    other = shop.a_member_of_staff()
    first = replies_with(shop, staff, seen=replies.NONE)
    with pytest.raises(DeskRefusal, match="replied_meanwhile"):
        replies_with(shop, other, "我来处理", seen=replies.NONE)
    assert replies_with(shop, staff, "请稍等", seen=replies.NONE)  # their own is no news to them
    last = replies_with(shop, other, "我来处理", seen=shop.rows("outbounds", LI)[-1].id)
    assert {first, last} <= {row.id for row in shop.rows("outbounds", LI)}


def test_of_two_who_reply_in_the_same_moment_one_is_told(shop: Shop, staff: StaffMember) -> None:
    told: list[str | None] = []

    def answers(who: StaffMember, text: str) -> None:
        try:
            replies_with(shop, who, text, seen=replies.NONE)
            told.append(None)
        except DeskRefusal as refused:
            told.append(refused.reason)

    both = [(staff, "马上为您重做"), (shop.a_member_of_staff(), "我来处理")]
    rivals = [threading.Thread(target=answers, args=one) for one in both]
    for one in rivals:
        one.start()
    for one in rivals:
        one.join(30)
    assert sorted(told, key=str) == [None, "replied_meanwhile"]
    assert len([row for row in shop.rows("outbounds", LI) if row.staff_id]) == 1


def test_what_a_colleague_took_back_keeps_nobody_from_replying(shop: Shop, staff: StaffMember) -> None:
    takes_back(shop, staff, replies_with(shop, staff))
    assert replies_with(shop, shop.a_member_of_staff(), "我来处理", seen=replies.NONE)


def test_a_resolution_does_not_overtake_a_reply_that_can_still_be_taken_back(
    shop: Shop, staff: StaffMember
) -> None:
    replies_with(shop, staff)
    desk.resolve(shop.parts, staff, shop.rows("complaints", LI)[0].id, "新的已送到", shop.clock())
    lines = shop.dials()
    shop.dispatches()
    assert lines.taken == []
    shop.passes(seconds=10)
    for _ in range(3):
        shop.dispatches()
    assert lines.texts == ["【麦香坊】马上为您重做", "【麦香坊】新的已送到"]
