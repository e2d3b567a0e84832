"""Jobs: each counts what it does, does nothing where nothing is due, and the same thing never twice."""

from datetime import timedelta

import pytest

from app.domain.purpose import Cause, CauseKind
from app.jobs import advance_flows, carrier_receipts, jobs, review_numbers, seal_ledgers, settle_unknown
from app.providers.contract import Accepted, Unknown
from app.store.runs import Run
from tests.usecases.shop import LI, WANG, Shop

NAMES = {
    "advance_flows",
    "carrier_receipts",
    "apply_receipts",
    "expire_numbers",
    "follow_up_complaints",
    "forget_needs",
    "prune_decisions",
    "prune_messages",
    "import_lists",
    "release_leases",
    "retire_warnings",
    "review_numbers",
    "seal_ledgers",
    "settle_unknown",
    "tell_staff",
    "warn_staff",
    "watch_complaints",
}


def test_the_jobs_are_these() -> None:
    assert set(jobs()) == NAMES
    assert {name: job.name for name, job in jobs().items()} == {name: name for name in NAMES}
    assert all(timedelta(0) < job.every <= timedelta(minutes=1) for job in jobs().values())


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_job_with_nothing_to_do_counts_nothing(shop: Shop, name: str) -> None:
    review_numbers.run(shop.parts, shop.clock())
    seal_ledgers.run(shop.parts, shop.clock())
    counts = jobs()[name].run(shop.parts, shop.clock())
    assert counts
    assert set(counts.values()) == {0}


def test_each_timer_fires_once(shop: Shop) -> None:
    for n in range(5):
        shop.tells("order.placed", f"e{n}", f"+86139{n:08d}", order_number=f"A{n}")
    shop.passes(days=1, seconds=1)
    now = shop.clock()
    assert advance_flows.run(shop.parts, now) == {"advanced": 5}
    assert advance_flows.run(shop.parts, now) == {"advanced": 0}
    assert [len(shop.outbounds(f"+86139{n:08d}")) for n in range(5)] == [2] * 5


def test_more_timers_than_one_batch_all_fire_in_one_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.usecases.advance_flows.BATCH", 3)
    for n in range(10):
        shop.tells("order.placed", f"e{n}", f"+86139{n:08d}", order_number=f"A{n}")
    shop.passes(days=1, seconds=1)
    assert advance_flows.run(shop.parts, shop.clock()) == {"advanced": 10}


def test_a_timer_before_its_time_does_not_fire(shop: Shop) -> None:
    shop.tells("order.placed", "e1", LI, order_number="A1")
    shop.passes(hours=23, minutes=59)
    assert advance_flows.run(shop.parts, shop.clock()) == {"advanced": 0}


def test_a_run_that_has_ended_has_no_timer(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.works()
    shop.hears((LI, "T"))
    shop.passes(days=2)
    assert advance_flows.run(shop.parts, shop.clock()) == {"advanced": 0}
    assert [row.due_at for row in shop.rows("runs", LI)] == [None]
    assert Run.__tablename__ == "runs"


def test_receipts_are_reported_when_they_are_owed_and_once(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dispatches()
    assert carrier_receipts.run(shop.parts, shop.clock()) == {"receipts": 0}
    shop.passes(seconds=2)
    assert carrier_receipts.run(shop.parts, shop.clock()) == {"receipts": 1}
    assert carrier_receipts.run(shop.parts, shop.clock()) == {"receipts": 0}
    assert shop.outbounds(WANG)[0].status == "delivered"


def test_what_stays_unknown_for_a_quarter_of_an_hour_is_put_before_staff(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dials(Unknown("timeout"))
    shop.dispatches()
    shop.passes(minutes=14)
    assert settle_unknown.run(shop.parts, shop.clock())["to_staff"] == 0
    shop.passes(minutes=2)
    assert settle_unknown.run(shop.parts, shop.clock())["to_staff"] == 1
    assert settle_unknown.run(shop.parts, shop.clock())["to_staff"] == 0
    row = shop.outbounds(WANG)[0]
    assert (row.status, row.is_for_staff, row.attempts) == ("unknown", True, 1)
    shop.reports(None, "delivered", outbound_id=str(row.id))
    assert (shop.outbounds(WANG)[0].status, shop.outbounds(WANG)[0].is_for_staff) == ("delivered", False)


def test_what_was_accepted_is_never_put_before_staff(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dials(Accepted("p1"))
    shop.dispatches()
    shop.passes(days=5)
    assert settle_unknown.run(shop.parts, shop.clock())["to_staff"] == 0
