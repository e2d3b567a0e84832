"""What the figures need is kept: the message that a complaint followed, and how its earlier rounds went."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from app.domain.complaint_figures import MESSAGE, SERVICE, Asked, By, Figures, Promises
from app.domain.purpose import Cause, CauseKind
from app.reads.complaint_figures import Wanted, figures
from app.store import writing
from app.store.complaint_rounds import ComplaintRound
from app.store.complaints import Complaint
from app.store.runs import Run
from app.store.tables import new_id
from app.usecases import complaint_desk, desk
from app.usecases.erase_person import ErasureOrder, erase_person
from tests.usecases.shop import LI, WANG, Shop
from tests.usecases.test_complaints import asks, complains, complaint, followed_up, resolves


def ended_rounds(shop: Shop) -> list[Any]:
    with shop.parts.store.read() as session:
        return list(session.execute(select(ComplaintRound.__table__).order_by(ComplaintRound.round)))


def told(shop: Shop, kind: str, by: By = By.BRAND, key: str | None = "demo") -> Figures:
    today = shop.clock().date()
    wanted = Wanted(by, today - timedelta(days=10), today)
    with shop.parts.store.read() as session:
        found = {(one.kind, one.key): one.figures for one in figures(session, wanted, shop.clock())}
    return found[kind, key]


def a_campaign_sends(shop: Shop, phone: str, flow: str, text: str, step: str = "offer") -> Any:
    """A marketing message of a flow, handed over at noon."""
    brand, customer = shop.brand, shop.customer(phone).id
    sender = shop.channel().senders[0].id
    run = {"id": new_id(), "brand_id": brand.id, "customer_id": customer, "sender_id": sender, "flow": flow}
    run |= {"version": 1, "state": "{}", "status": "finished", "cause": "campaign", "cause_at": shop.clock()}
    run |= {"started_at": shop.clock(), "updated_at": shop.clock()}
    with shop.parts.store.write() as session:
        writing.insert_all(session, Run, [run])
    cause = Cause(CauseKind.CAMPAIGN, shop.clock())
    sent = shop.queues(phone, text, cause, run_id=run["id"], step=step)
    shop.works()
    return sent


def test_a_reopening_keeps_how_the_round_went(shop: Shop) -> None:
    row = followed_up(shop, "没解决")
    (ended,) = ended_rounds(shop)
    assert (ended.round, ended.reason, ended.began_at) == (0, "follow_up_unsolved", row.opened_at)
    assert ended.resolution_at is not None
    assert ended.first_response_at is not None
    assert ended.follow_up_at is not None
    assert (row.reopened, row.first_response_at) == (1, None)
    assert row.first_response_due_at == ended.ended_at + timedelta(hours=2)


def test_no_reopening_hides_a_broken_promise(shop: Shop) -> None:
    complains(shop)
    shop.passes(hours=3)  # and the clock has not looked yet
    resolves(shop)
    shop.passes(minutes=5)
    shop.texts(LI, "投诉 又坏了")
    (ended,) = ended_rounds(shop)
    assert (ended.reason, ended.first_response_breached_at) == ("complained_again", ended.ended_at)
    shop.passes(minutes=5)
    resolves(shop)
    found = told(shop, SERVICE)
    assert found.first_response == Promises(kept=1, broken=1)
    assert (found.complaints, found.resolved, found.reopened) == (1, 1, 1)


def test_a_complaint_about_messages_names_the_last_marketing_message(shop: Shop) -> None:
    shop.a_customer(WANG)
    a_campaign_sends(shop, WANG, "autumn", "秋季新品上架")
    shop.passes(minutes=1)
    sent = a_campaign_sends(shop, WANG, "spring", "春季新品上架")
    shop.nlu.learn("你们天天发短信烦死了我要投诉", "complaint")
    shop.passes(minutes=1)
    shop.texts(WANG, "你们天天发短信烦死了我要投诉")
    shop.works()
    row = complaint(shop, WANG)
    assert (row.outbound_id, row.campaign, row.variant) == (sent, "spring", "offer")
    assert told(shop, row.kind, By.CAMPAIGN, "spring").complaints == 1
    assert told(shop, row.kind, By.VARIANT, "spring / offer").complaints == 1
    assert told(shop, MESSAGE).per == 2
    assert told(shop, MESSAGE, By.CAMPAIGN, "autumn").per == 1


def test_a_complaint_after_nothing_follows_nothing(shop: Shop) -> None:
    row = complains(shop)
    assert (row.outbound_id, row.campaign, row.variant) == (None, None, None)


def test_a_message_of_long_ago_is_not_what_a_complaint_followed(shop: Shop) -> None:
    shop.a_customer(WANG)
    a_campaign_sends(shop, WANG, "spring", "春季新品上架")
    shop.passes(days=31)
    row = complains(shop, WANG)
    assert (row.outbound_id, row.campaign) == (None, None)


@pytest.mark.parametrize("status", ["open", "resolved"])
def test_an_erased_complaint_is_resolved_by_nobody(shop: Shop, status: str) -> None:
    complains(shop)
    shop.passes(minutes=30)
    if status == "resolved":
        resolves(shop)
    erase_person(shop.parts, LI, ErasureOrder("tests", shop.clock()))
    found = told(shop, SERVICE)
    is_resolved = status == "resolved"
    assert (found.complaints, found.resolved) == (1, int(is_resolved))
    assert found.first_response == found.resolution == Promises(kept=int(is_resolved))
    assert found.follow_up == Promises()


def test_times_and_answers_of_a_solved_complaint(shop: Shop) -> None:
    complains(shop)
    shop.passes(minutes=20)
    desk.reply(
        shop.parts, shop.a_member_of_staff(), shop.customer(LI).id, shop.brand.id, "马上重做", shop.clock()
    )
    shop.works()
    shop.passes(hours=1)
    resolves(shop)
    shop.passes(hours=24)
    asks(shop)
    shop.texts(LI, "1")
    shop.works()
    found = told(shop, SERVICE)
    assert found.asked.share == 1.0
    assert found.follow_up == Promises(kept=1)
    assert found.response_time.median is not None
    assert timedelta(minutes=20) < found.response_time.median < timedelta(minutes=22)
    assert found.resolution_time.p90 is not None
    assert timedelta(hours=1, minutes=20) < found.resolution_time.p90 < timedelta(hours=1, minutes=22)


def test_an_order_is_what_complaints_about_goods_count_against(shop: Shop) -> None:
    shop.tells("order.placed", "o-1", number="A1")
    shop.tells("order.shipped", "o-2", number="A1")
    complains(shop)
    found = told(shop, SERVICE)
    assert (found.per, found.rate) == (1, 1.0)


def test_who_said_solved_has_said_so_although_staff_reopen_it(shop: Shop) -> None:
    row = followed_up(shop, "1")
    complaint_desk.reopen(shop.parts, shop.a_member_of_staff(), row.id, shop.clock())
    assert told(shop, SERVICE).asked == Asked(solved=1)


@pytest.mark.forges_rows
def test_what_was_merged_into_another_is_counted_as_that_one(shop: Shop) -> None:
    complains(shop)
    with shop.parts.store.write() as session:
        session.execute(update(Complaint).values(status="closed", follow_up_result="merged"))
    assert told(shop, SERVICE) == Figures(per=0)
