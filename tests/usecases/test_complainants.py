"""People who wait for us to put something right: nothing they write is lost, and nothing they get is out of place."""

from app.providers.contract import Accepted, Rejected, Rejection
from app.usecases import desk
from tests.usecases.shop import LI, WANG, Shop


def complains(shop: Shop) -> None:
    shop.nlu.learn("送来的蛋糕是坏的", "complaint", 0.9)
    shop.texts(WANG, "送来的蛋糕是坏的")
    shop.works()


def resolves(shop: Shop) -> None:
    staff, customer = shop.a_member_of_staff(), shop.customer(WANG).id
    desk.take(shop.parts, staff, customer, shop.brand.id, shop.clock())
    (complaint,) = shop.rows("complaints", WANG)
    desk.resolve(shop.parts, staff, complaint.id, "已为您重做，抱歉。", shop.clock())
    shop.works()


def test_hurry_is_no_praise_while_a_complaint_is_open(shop: Shop) -> None:
    complains(shop)
    before = len(shop.outbounds(WANG))
    shop.nlu.learn("快点", "praise", 0.74)
    shop.nlu.learn("什么时候处理", "order_status", 0.8)
    for text in ("快点", "什么时候处理"):
        shop.texts(WANG, text)
    assert len(shop.outbounds(WANG)) == before
    assert shop.outcomes(WANG)[-2:] == ["joins_complaint"] * 2
    assert shop.complaint_events(WANG)[-2:] == ["joined", "joined"]


def test_not_solved_after_the_resolution_reopens_it(shop: Shop) -> None:
    complains(shop)
    resolves(shop)
    shop.passes(minutes=3)
    shop.nlu.learn("还没解决", "deny", 0.5)
    shop.texts(WANG, "还没解决")
    assert shop.complaint_events(WANG)[-1] == "reopened"
    assert [row.status for row in shop.rows("complaints", WANG)] == ["open"]


def test_a_complaint_after_too_many_replies_reaches_staff_in_silence(shop: Shop) -> None:
    for _ in range(10):
        shop.texts(LI, "帮助")
    for text in ("我要投诉，送来的蛋糕是坏的", "人工"):
        shop.texts(LI, text)
    assert len(shop.outbounds(LI)) == 10
    assert [row.reason for row in shop.rows("conversations", LI)] == ["too_many_replies"]


def test_the_confirmation_of_an_opt_out_is_tried_again_where_the_channel_was_busy(shop: Shop) -> None:
    shop.a_customer(WANG)
    lines = shop.dials(Rejected(Rejection.TEMPORARY, "busy"), Accepted("p-1"))
    shop.hears((WANG, "T"))
    shop.dispatches()
    assert [row.status for row in shop.outbounds(WANG)] == ["queued"]
    shop.passes(seconds=30)
    shop.dispatches()
    assert [row.status for row in shop.outbounds(WANG)] == ["accepted"]
    assert len(lines.taken) == 2
