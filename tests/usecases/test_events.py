"""Events: each once, orders as the latest of them tells, and the first journey from order to review."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from app.usecases.advance_flows import advance_due
from app.usecases.record_events import NewEvent, record_events
from tests.usecases.shop import ALICE, LI, WANG, Shop

THREE = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
"""Three in the morning in Shanghai."""


def advances(shop: Shop) -> None:
    """The clock comes round, and worker and carrier after it."""
    advance_due(shop.parts, shop.clock())
    shop.works()


def test_an_order_is_confirmed_at_three_in_the_morning(engine: object) -> None:
    shop = Shop(engine, THREE)  # type: ignore[arg-type]
    assert shop.tells("order.placed", "e1", LI, order_number="A1024").started == 1
    shop.works()
    (row,) = shop.outbounds(LI)
    assert (row.purpose, row.status) == ("service", "delivered")
    assert "A1024" in row.body
    assert row.handed_at - THREE < timedelta(minutes=10)


def test_the_brand_writes_from_the_number_that_the_customer_knows(shop: Shop) -> None:
    shop.a_channel("second", "10690002")
    shop.texts(LI, "在吗", channel="second")
    shop.tells("order.placed", "e1", LI, order_number="A1024")
    assert shop.outbounds(LI)[-1].sender_id == shop.channel("second").senders[0].id


def test_the_guide_follows_a_day_later(shop: Shop) -> None:
    shop.tells("order.placed", "e1", LI, order_number="A1024")
    shop.works()
    shop.passes(hours=23)
    advances(shop)
    assert len(shop.outbounds(LI)) == 1
    shop.passes(hours=1)
    advances(shop)
    assert "s.maixiang.example/v" in shop.bodies(LI)[1]
    assert shop.outbounds(LI)[1].status == "delivered"
    assert [row.outcome for row in shop.rows("runs", LI)] == ["guided"]


def test_a_cancelled_order_gets_no_guide(shop: Shop) -> None:
    shop.tells("order.placed", "e1", LI, order_number="A1024")
    shop.passes(hours=2)
    shop.tells("order.cancelled", "e2", LI, order_number="A1024")
    shop.passes(hours=23)
    advances(shop)
    assert [row.outcome for row in shop.rows("runs", LI)] == ["confirmed"]


@pytest.mark.parametrize(("phone", "status"), [(WANG, "delivered"), (LI, "refused")])
def test_a_review_is_invited_three_days_after_delivery_only_with_consent(
    shop: Shop, phone: str, status: str
) -> None:
    shop.tells("order.delivered", "e1", phone, order_number="A1024")
    shop.passes(days=2, hours=21)
    advances(shop)
    assert shop.outbounds(phone) == []
    shop.passes(days=1, hours=2)  # ten in the morning has passed
    advances(shop)
    (row,) = shop.outbounds(phone)
    assert (row.purpose, row.status) == ("marketing", status)
    assert row.text.count("退订回T") == 1
    hour = (row.due_at + timedelta(hours=8)).hour
    assert 8 <= hour < 21


def test_no_review_is_invited_while_there_is_a_complaint(shop: Shop) -> None:
    shop.tells("order.delivered", "e1", WANG, order_number="A1024")
    shop.passes(days=1)
    shop.texts(WANG, "投诉 坏了")
    shop.passes(days=3)
    advances(shop)
    assert "not_invited" in [row.outcome for row in shop.rows("runs", WANG)]


def test_the_same_event_twice_starts_nothing_twice(shop: Shop) -> None:
    first = shop.tells("order.placed", "e1", LI, order_number="A1")
    again = shop.tells("order.placed", "e1", LI, order_number="A1")
    assert [(one.new, one.duplicates, one.started) for one in (first, again)] == [(1, 0, 1), (0, 1, 0)]
    assert len(shop.outbounds(LI)) == 1


def test_an_event_repeated_within_one_batch_counts_once(shop: Shop) -> None:
    event = NewEvent("e1", "order.placed", shop.clock(), LI, {}, {"order_number": "A1"})
    recorded = record_events(shop.parts, shop.brand, [event, event, event], shop.clock())
    assert (recorded.new, recorded.duplicates, recorded.started) == (1, 2, 1)


def test_an_order_of_weeks_ago_texts_nobody_today(shop: Shop) -> None:
    placed = NewEvent("e1", "order.placed", shop.clock() - timedelta(weeks=3), LI, {}, {"order_number": "A1"})
    assert record_events(shop.parts, shop.brand, [placed], shop.clock()).started == 1
    shop.works()
    advances(shop)
    assert {(row.status, row.reason) for row in shop.outbounds(LI)} == {("refused", "too_late")}
    assert [row.outcome for row in shop.rows("runs", LI)] == ["confirmed"]


def test_an_order_that_is_told_the_next_day_is_confirmed(shop: Shop) -> None:
    placed = NewEvent("e1", "order.placed", shop.clock() - timedelta(hours=20), LI)
    record_events(shop.parts, shop.brand, [placed], shop.clock())
    shop.works()
    assert [row.status for row in shop.outbounds(LI)] == ["delivered"]


def test_an_event_of_the_future_counts_as_one_of_now(shop: Shop) -> None:
    ahead, told = shop.clock() + timedelta(hours=8), {"order_number": "A1"}
    placed = NewEvent("e1", "order.placed", ahead, LI, {}, told)
    record_events(shop.parts, shop.brand, [placed], shop.clock())
    shop.passes(hours=1)
    shop.tells("order.cancelled", "e2", LI, order_number="A1")
    shop.passes(hours=23)
    advances(shop)
    assert [row.outcome for row in shop.rows("runs", LI)] == ["confirmed"]


@pytest.mark.parametrize("is_one_batch", [True, False])
def test_an_older_event_that_comes_late_does_not_change_the_orders_status(
    shop: Shop, is_one_batch: bool
) -> None:
    now = shop.clock()
    shipped = NewEvent("e2", "order.shipped", now, LI, {}, {"order_number": "A1", "carrier": "顺丰"})
    placed = NewEvent("e1", "order.placed", now - timedelta(hours=5), LI, {}, {"order_number": "A1"})
    for batch in [[shipped, placed]] if is_one_batch else [[shipped], [placed]]:
        record_events(shop.parts, shop.brand, batch, shop.clock())
    shop.texts(LI, "查订单")
    assert "已于" in shop.bodies(LI)[-1]
    assert "发出" in shop.bodies(LI)[-1]


def test_order_status_is_answered_from_events(shop: Shop) -> None:
    shop.tells("order.shipped", "e1", LI, order_number="A1", carrier="顺丰", tracking_number="SF100")
    shop.texts(LI, "物流")
    assert shop.bodies(LI)[-1] == "订单A1已于11月23日发出，顺丰，单号SF100。"


def test_an_order_that_nobody_knows_is_asked_for_and_handed_to_staff(shop: Shop) -> None:
    shop.texts(LI, "查订单")
    shop.works()
    shop.texts(LI, "B7700")
    assert [row.reason for row in shop.rows("conversations", LI)] == ["order_not_found"]


def test_nobody_sees_an_order_of_somebody_else(shop: Shop) -> None:
    shop.tells("order.shipped", "e1", WANG, order_number="A1024")
    shop.texts(LI, "查订单")
    shop.works()
    shop.texts(LI, "A1024")
    assert [row.reason for row in shop.rows("conversations", LI)] == ["order_not_found"]


def test_what_an_event_tells_of_a_customer_is_kept(shop: Shop) -> None:
    told = {"name": " 张三 ", "language": "en", "city": "上海", "vip": True, "list": [1]}
    shop.tells("order.paid", "e1", "+8613900001234", attributes=told)
    profile = shop.profile("+8613900001234")
    assert (profile["name"], profile["language"]) == ("张三", "en")
    assert {key: held["value"] for key, held in profile["attributes"].items()} == {
        "city": "上海",
        "vip": True,
    }


def test_the_time_zone_that_an_event_tells_counts_at_once(shop: Shop) -> None:
    told = NewEvent("e1", "order.placed", shop.clock(), LI, {}, {"order_number": "A1"}, "America/New_York")
    record_events(shop.parts, shop.brand, [told], shop.clock())
    assert shop.profile(LI)["timezone"] == "America/New_York"
    shop.tells("order.paid", "e2", LI)
    assert shop.profile(LI)["timezone"] == "America/New_York"


def test_many_events_ask_the_database_no_oftener_than_a_few(shop: Shop) -> None:
    asked: list[str] = []

    @event.listens_for(shop.parts.store.engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    counts = []
    for first, last in ((0, 2), (2, 4), (4, 40)):
        asked.clear()
        batch = [
            NewEvent(f"e{n}", "order.placed", shop.clock(), f"+86139{n:08d}", {}, {"order_number": n})
            for n in range(first, last)
        ]
        assert record_events(shop.parts, shop.brand, batch, shop.clock()).started == last - first
        counts.append(len(asked))
    assert counts[1] == counts[2]


def test_a_customer_keeps_the_language_they_write_in(shop: Shop) -> None:
    shop.texts(LI, "帮我看看营业时间")
    shop.tells("order.placed", "e1", LI, attributes={"language": "en"})
    assert shop.profile(LI)["language"] == "zh"


def test_a_batch_of_many_customers_is_recorded_at_once(shop: Shop) -> None:
    now = shop.clock()
    batch = [
        NewEvent(f"e{n}", "order.placed", now, f"+86139{n:08d}", {}, {"order_number": n}) for n in range(60)
    ]
    recorded = record_events(shop.parts, shop.brand, [*batch, *batch[:10]], now)
    assert (recorded.new, recorded.duplicates, recorded.started) == (60, 10, 60)


def test_an_event_that_is_no_business_of_theirs_sends_only_marketing(shop: Shop) -> None:
    shop.tells("order.completed", "e1", ALICE)
    assert shop.outbounds(ALICE)[0].purpose == "service"
    assert shop.tells("gossip.heard", "e2", ALICE).started == 0
