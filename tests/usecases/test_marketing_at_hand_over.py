"""What only marketing is judged by, at the hand-over: caps across batches and workers, hours, content."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Accepted, Rejected, Rejection
from tests.usecases.shop import ALICE, WANG, Shop


def promotes(shop: Shop, text: str = "新品上架，欢迎来店", phone: str = WANG) -> object:
    later = shop.clock() + timedelta(days=3)
    return shop.queues(phone, text, Cause(CauseKind.CAMPAIGN, shop.clock()), expires_at=later)


def fates(shop: Shop, messages: list) -> list[tuple[str, str | None]]:
    return [(row.status, row.reason) for row in map(shop.outbound, messages)]


def test_a_batch_cannot_exceed_a_cap(shop: Shop) -> None:
    messages = [promotes(shop) for _ in range(6)]  # WANG has just agreed: new customers have 3 in 7 days
    shop.dispatches()
    statuses = sorted(status for status, _ in fates(shop, messages))
    assert statuses == ["accepted"] * 3 + ["refused"] * 3
    assert {reason for status, reason in fates(shop, messages) if status == "refused"} == {"frequency_cap"}


def test_the_cap_rolls(shop: Shop) -> None:
    first = [promotes(shop) for _ in range(3)]
    shop.dispatches()
    shop.passes(days=6, hours=23)
    early = promotes(shop)
    shop.dispatches()
    shop.passes(hours=1)
    late = promotes(shop)
    shop.dispatches()
    assert fates(shop, [*first, early, late]) == [
        *[("accepted", None)] * 3,
        ("refused", "frequency_cap"),
        ("accepted", None),
    ]


def test_what_certainly_failed_is_given_back_and_what_is_unknown_is_not(shop: Shop) -> None:
    shop.dials(
        Rejected(Rejection.CONTENT, "E1"),
        Accepted("p1"),
        RuntimeError("the line broke"),
        Accepted("p2"),
        Accepted("p3"),
    )
    messages = []
    for _ in range(5):
        messages.append(promotes(shop))
        shop.dispatches()
        shop.passes(minutes=1)
    assert [status for status, _ in fates(shop, messages)] == [
        "failed",
        "accepted",
        "unknown",
        "accepted",
        "refused",
    ]


def test_each_brand_has_caps_of_its_own_and_service_has_none(shop: Shop) -> None:
    for _ in range(3):
        promotes(shop)
    shop.dispatches()
    order = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    service = shop.queues(WANG, "您的订单已收到", order)
    other = promotes(shop, phone=ALICE, text="New cakes, come and see")
    shop.dispatches()
    assert shop.outbound(service).status == "accepted"
    assert shop.outbound(other).reason != "frequency_cap"


def test_marketing_waits_for_the_hours_of_its_industry(engine: object) -> None:
    shop = Shop(engine, datetime(2026, 11, 23, 12, 30, tzinfo=UTC))  # type: ignore[arg-type]  # 20:30, allowed by law
    message = promotes(shop)
    shop.dispatches()
    row = shop.outbound(message)
    assert (row.status, row.reason) == ("queued", "outside_window")
    assert row.due_at == datetime(2026, 11, 24, 2, tzinfo=UTC)
    shop.clock.at = row.due_at
    shop.dispatches()
    assert shop.outbound(message).status == "accepted"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("全国第一的蛋糕，欢迎来店", "absolute_claim"),
        ("加薇信领取新品", "blocked_word"),
        ("新品见 evil.example.com/a", "unknown_link"),
        ("亲爱的{{ customer.name }}，新品上架", "unfilled_placeholder"),
        ("本店推出理财产品，欢迎来店", "notice_missing"),
    ],
)
def test_a_text_that_a_check_blocks_is_refused_with_its_reason(shop: Shop, text: str, reason: str) -> None:
    message = promotes(shop, text)
    shop.dispatches()
    assert fates(shop, [message]) == [("refused", reason)]
    assert shop.reasons(WANG) == [("refused", reason)]


def test_links_of_the_brand_and_of_ours_pass(shop: Shop) -> None:
    messages = [
        promotes(shop, text) for text in ("新品见 s.maixiang.example/map", "新品见 https://shop.example/l/x")
    ]
    shop.dispatches()
    assert fates(shop, messages) == [("accepted", None)] * 2


def test_a_listed_word_stops_no_reply(shop: Shop) -> None:
    shop.hears((WANG, "几点开门"))
    reply = shop.queues(
        WANG, "我们不代开发票，订单见 www.sf-express.com", Cause(CauseKind.STAFF_REPLY, shop.clock())
    )
    shop.answers()
    shop.dispatches()
    assert fates(shop, [reply]) == [("accepted", None)]


def test_who_is_of_the_trade_has_the_cap_of_no_class_however_new_they_are(shop: Shop) -> None:
    shop.a_customer(WANG, tags=["同行"])
    messages = [promotes(shop) for _ in range(3)]
    shop.dispatches()
    assert sorted(status for status, _ in fates(shop, messages)) == ["accepted", "accepted", "refused"]
