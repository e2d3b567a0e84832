"""What a customer asked for before an opt-out does not reach them after it in the guise of a reply."""

from datetime import timedelta

import pytest

from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Accepted, Rejected, Rejection
from app.usecases import desk, outcomes
from app.usecases.desk import DeskRefusal
from tests.usecases.shop import LI, WANG, Lines, Shop


def test_a_sign_up_texted_just_before_the_opt_out_asks_nothing_any_more(shop: Shop) -> None:
    shop.hears((LI, "加入"))
    shop.passes(seconds=1)
    shop.hears((LI, "T"))
    shop.works()
    assert [row.purpose for row in shop.outbounds(LI) if row.status != "refused"] == ["opt_out_confirmation"]
    shop.texts(LI, "是")
    assert shop.profile(LI)["consent"] == "withdrawn"


def test_a_promotion_promised_before_the_opt_out_is_refused_after_it(shop: Shop) -> None:
    asked_at = shop.clock()
    shop.passes(minutes=30)
    shop.texts(WANG, "T")
    shop.passes(minutes=90)
    promised = shop.queues(WANG, "新品五折优惠快来抢购", Cause(CauseKind.INBOUND, asked_at))
    shop.works()
    assert (shop.outbound(promised).status, shop.outbound(promised).reason) == ("refused", "opted_out")


def test_what_a_customer_writes_to_one_brand_says_nothing_to_another(shop: Shop) -> None:
    shop.a_sender(shop.channel().id, "10690009", shop.a_brand("other"))
    shop.texts(WANG, "你好")
    sent = shop.queues(WANG, "您的意见我们收到了", Cause(CauseKind.INBOUND, shop.clock()), brand="other")
    shop.works()
    assert (shop.outbound(sent).status, shop.outbound(sent).reason) == ("refused", "no_consent")


def test_staff_cannot_text_somebody_whom_the_brand_never_met(shop: Shop) -> None:
    other = shop.a_brand("other")
    shop.texts(LI, "你好")
    with pytest.raises(DeskRefusal, match="unknown_customer"):
        desk.reply(shop.parts, shop.a_member_of_staff(), shop.customer(LI).id, other, "您好", shop.clock())


def test_a_form_sent_twice_sends_one_text(shop: Shop) -> None:
    shop.texts(LI, "人工")
    before = len(shop.outbounds(LI))
    staff, form = shop.a_member_of_staff(), shop.outbounds(LI)[0].id.__class__(int=7)
    for _ in range(3):
        desk.reply(shop.parts, staff, shop.customer(LI).id, shop.brand.id, "在的", shop.clock(), form)
    assert len(shop.outbounds(LI)) == before + 1


def test_a_late_answer_of_an_earlier_attempt_changes_nothing(shop: Shop) -> None:
    lines: Lines = shop.dials(Accepted("p1"))
    sent = shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dispatches()
    assert len(lines.texts) == 1
    row = shop.outbound(sent)
    stale = outcomes.Leaving(row, {"attempts": row.attempts - 1}, None)  # type: ignore[arg-type]
    late = Rejected(Rejection.TEMPORARY, "busy")
    with shop.parts.store.write() as session:
        outcomes.record(
            shop.parts, session, shop.channel(), [stale], [late], shop.clock() + timedelta(hours=1)
        )
    assert shop.outbound(sent).status == row.status == "accepted"
