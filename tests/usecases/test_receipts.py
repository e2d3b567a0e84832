"""Receipts: in any order, any number of times, before or after the provider's answer; a state only rises."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.purpose import Cause, CauseKind
from app.jobs import apply_receipts
from app.providers.contract import Accepted, Outcome, Outgoing, ParsedReceipt, ReceiptStatus
from app.store.outbound.receipts import Receipt
from app.usecases import receipts
from tests.usecases.shop import WANG, Shop


def a_message(shop: Shop, text: str = "您的订单已收到") -> UUID:
    """A message that the provider has accepted as `p1`."""
    message = shop.queues(WANG, text, Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dials(Accepted("p1"))
    shop.dispatches()
    return message


def kept(shop: Shop) -> list[bool]:
    """Whether each receipt has been applied."""
    table = Receipt.__table__
    with shop.parts.store.read() as session:
        found = session.execute(select(table).order_by(table.c.id))
        return [row.applied_at is not None for row in found]


def test_a_receipt_by_the_providers_id_settles_the_message(shop: Shop) -> None:
    message = a_message(shop)
    assert shop.reports("p1", "delivered") == 1
    row = shop.outbound(message)
    assert row.status == "delivered"
    assert row.settled_at is not None


def test_a_receipt_by_our_id_settles_the_message(shop: Shop) -> None:
    message = a_message(shop)
    shop.reports(None, "delivered", outbound_id=str(message))
    assert shop.outbound(message).status == "delivered"


@pytest.mark.parametrize(
    ("reports", "status"),
    [
        (["sent", "delivered"], "delivered"),
        (["delivered", "sent"], "delivered"),
        (["delivered", "delivered", "delivered"], "delivered"),
        (["undelivered", "delivered"], "delivered"),
        (["delivered", "undelivered"], "delivered"),
        (["delivered", "read", "sent"], "read"),
        (["accepted"], "accepted"),
        (["sent", "accepted"], "sent"),
    ],
)
def test_a_state_only_rises(shop: Shop, reports: list[str], status: str) -> None:
    message = a_message(shop)
    for report in reports:
        shop.reports("p1", report)
    assert shop.outbound(message).status == status
    assert kept(shop) == [True] * len(reports)


def test_a_receipt_that_names_nobody_is_kept(shop: Shop) -> None:
    assert shop.reports("p9", "delivered") == 0
    assert shop.reports(None, "delivered", outbound_id="not ours") == 0
    assert shop.reports(None, "delivered", outbound_id=str(uuid4())) == 0
    assert kept(shop) == [False] * 3


def test_a_receipt_of_another_channel_does_not_count(shop: Shop) -> None:
    other = shop.a_channel("other", "10690002")
    cause = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    message = shop.queues(WANG, "您的订单已收到", cause, sender=other.senders[0])
    shop.dials(Accepted("p1"))
    shop.dispatches()
    shop.reports("p1", "delivered")
    shop.reports(None, "delivered", outbound_id=str(message))
    assert shop.outbound(message).status == "accepted"


class Eager:
    """A provider whose receipt arrives before its answer."""

    def __init__(self, shop: Shop, status: str, *, by_our_id: bool) -> None:
        self.shop, self.status, self.by_our_id = shop, status, by_our_id

    def take(self, messages: list[Outgoing], settings: object) -> list[Outcome]:
        ours = {"outbound_id": messages[0].id} if self.by_our_id else {}
        self.shop.reports("p1", self.status, **ours)
        return [Accepted("p1")]


@pytest.mark.parametrize("by_our_id", [False, True])
@pytest.mark.parametrize("status", ["delivered", "undelivered"])
def test_a_receipt_that_was_faster_than_the_answer_keeps_its_word(
    shop: Shop, status: str, by_our_id: bool
) -> None:
    message = shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dials().take = Eager(shop, status, by_our_id=by_our_id).take  # type: ignore[method-assign]
    shop.dispatches()
    row = shop.outbound(message)
    assert (row.status, row.provider_id) == (status, "p1")
    assert kept(shop) == [True]


def test_codes_tell_about_the_number(shop: Shop) -> None:
    a_message(shop)
    shop.reports("p1", "undelivered", code="MK:0001")
    assert shop.customer(WANG).number_status == "dead"
    shop.hears((WANG, "我还在"))
    assert shop.customer(WANG).number_status == "verified"


def test_a_line_reported_suspended_twice_a_day_apart_is_suspended(shop: Shop) -> None:
    told = []
    for n in range(3):
        shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
        shop.dials(Accepted(f"s{n}"))
        shop.dispatches()
        shop.reports(f"s{n}", "undelivered", code="MK:0005")
        told.append(shop.customer(WANG).number_status)
        shop.passes(hours=13)
    assert told == ["doubtful", "doubtful", "suspended"]


def test_a_carriers_blacklist_is_an_opt_out(shop: Shop) -> None:
    a_message(shop)
    later = shop.queues(WANG, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.reports("p1", "undelivered", code="MBBLACK")
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert shop.outbound(later).status == "cancelled"
    assert ("withdrawn", "provider") in [(row.kind, row.source) for row in shop.rows("consents", WANG)]
    shop.reports("p1", "undelivered", code="MBBLACK")
    assert [row.kind for row in shop.rows("consents", WANG)] == ["granted", "withdrawn"]


def test_the_moment_of_a_receipt_is_the_providers_where_it_tells_one(shop: Shop) -> None:
    message = a_message(shop)
    shop.passes(minutes=1)
    at = shop.clock() - timedelta(seconds=30)
    shop.reports("p1", ReceiptStatus.DELIVERED, at=at)
    assert shop.outbound(message).settled_at == at


@pytest.mark.parametrize(("years", "settled"), [(64, "now"), (-25, "handed over")])
def test_a_moment_that_cannot_be_is_brought_in(shop: Shop, years: int, settled: str) -> None:
    message = a_message(shop)
    shop.passes(hours=1)
    shop.reports("p1", "undelivered", code="MK:0005", at=shop.clock() + timedelta(days=365 * years))
    row, at = shop.outbound(message), shop.customer(WANG).number_status_at
    assert row.settled_at == at == (shop.clock.at if settled == "now" else row.handed_at)


def handed(shop: Shop, name: str) -> None:
    """A message that the provider has accepted under this name."""
    shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dials(Accepted(name))
    shop.dispatches()


@pytest.mark.parametrize("life", ["text", "delivery", "delivery in the same batch"])
@pytest.mark.parametrize("code", ["MK:0001", "MK:0005", "MK:0010"])
def test_a_failure_of_before_the_last_sign_of_life_says_nothing(shop: Shop, code: str, life: str) -> None:
    handed(shop, "early")
    shop.passes(hours=1)
    if life == "text":
        shop.hears((WANG, "在吗"))
    else:
        handed(shop, "later")
        told = [
            ParsedReceipt("later", None, None, ReceiptStatus.DELIVERED, None, shop.clock()),
            ParsedReceipt("early", None, None, ReceiptStatus.UNDELIVERED, code, None),
        ]
        shop.passes(hours=1)
        for batch in [told] if life.endswith("batch") else [told[:1], told[1:]]:
            with shop.parts.store.write() as session:
                receipts.apply_receipts(
                    shop.parts, session, [(shop.channel(), one) for one in batch], shop.clock()
                )
    shop.passes(hours=1)
    if life == "text":
        shop.reports("early", "undelivered", code=code)
    assert shop.customer(WANG).number_status == ("unknown" if life == "text" else "verified")


def test_a_delivery_of_before_a_failure_does_not_clear_it(shop: Shop) -> None:
    handed(shop, "early")
    delivered_at = shop.clock()
    shop.passes(hours=1)
    handed(shop, "later")
    shop.reports("later", "undelivered", code="MK:0001", at=shop.clock())
    shop.passes(hours=1)
    shop.reports("early", "delivered", at=delivered_at)
    assert shop.customer(WANG).number_status == "dead"


def test_two_hits_of_one_hour_that_are_told_days_apart_suspend_nothing(shop: Shop) -> None:
    for name in ("first", "second"):
        handed(shop, name)
    at = shop.clock() + timedelta(minutes=5)
    shop.passes(hours=1)
    shop.reports("first", "undelivered", code="MK:0005", at=at)
    shop.passes(days=2)
    shop.reports("second", "undelivered", code="MK:0005", at=at)
    assert shop.customer(WANG).number_status == "doubtful"


def misses(shop: Shop, code: str = "MK:0010") -> str:
    """A service message goes out and finds the phone off; returns what the number's status is then."""
    message = shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dispatches()
    shop.reports(shop.outbound(message).provider_id, "undelivered", code=code, at=shop.clock())
    return str(shop.customer(WANG).number_status)


def test_five_days_out_of_reach_suspend_a_number(shop: Shop) -> None:
    found = []
    for _ in range(5):
        found.append(misses(shop))
        shop.passes(days=1)
    assert found == ["unreachable"] * 4 + ["suspended"]
    assert ("suspended", "receipt") in shop.reasons(WANG, "number")


@pytest.mark.parametrize("life", ["text", "delivery", "another code"])
def test_a_sign_of_life_begins_the_count_anew(shop: Shop, life: str) -> None:
    for _ in range(4):
        assert misses(shop) == "unreachable"
        shop.passes(days=1)
    if life == "text":
        shop.texts(WANG, "营业时间")
        shop.works()
    elif life == "delivery":
        message = shop.queues(WANG, "您的订单已发货", Cause(CauseKind.EVENT, shop.clock(), "order.shipped"))
        shop.dispatches()
        shop.reports(shop.outbound(message).provider_id, "delivered", at=shop.clock())
    else:
        assert misses(shop, "MA:0001") == "unreachable"
    shop.passes(days=1)
    assert misses(shop) == ("suspended" if life == "another code" else "unreachable")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_receipt_that_passed_its_answer_unseen_is_applied_by_the_clock(shop: Shop) -> None:
    message = shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dials(Accepted("p1"))
    told = ParsedReceipt("p1", None, None, ReceiptStatus.DELIVERED, None, shop.clock())
    with (
        shop.parts.store.write() as session
    ):  # stored, but not committed, when the provider's answer is recorded
        assert receipts.apply_receipts(shop.parts, session, [(shop.channel(), told)], shop.clock()) == 0
        shop.dispatches()
    assert (kept(shop), shop.outbound(message).status) == ([False], "accepted")
    assert apply_receipts.run(shop.parts, shop.clock()) == {"applied": 1}
    assert (kept(shop), shop.outbound(message).status) == ([True], "delivered")
    assert apply_receipts.run(shop.parts, shop.clock()) == {"applied": 0}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_two_receipts_at_once_the_later_state_stays(shop: Shop) -> None:
    message = a_message(shop)

    def note(session: Session, status: ReceiptStatus) -> receipts.Noted:
        told = ParsedReceipt("p1", None, None, status, None, shop.clock())
        return receipts.note(shop.parts, session, [(shop.channel(), told)], shop.clock())

    with shop.parts.store.write() as slow:
        sent = note(slow, ReceiptStatus.SENT)
        with shop.parts.store.write() as quick:
            receipts.apply(shop.parts, quick, note(quick, ReceiptStatus.DELIVERED), {}, shop.clock())
        receipts.apply(shop.parts, slow, sent, {}, shop.clock())
    row = shop.outbound(message)
    assert (row.status, row.settled_at is not None, kept(shop)) == ("delivered", True, [True, True])
