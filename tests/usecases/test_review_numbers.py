"""Once a week each brand's numbers are counted; whoever was not heard of in this quarter is listed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.number_review import is_too_few, quarter_began, week_of
from app.domain.purpose import Cause, CauseKind
from app.jobs import review_numbers
from app.providers.contract import Accepted
from app.reads.number_health import shares, unknown_codes
from app.store import customers
from app.usecases.review_numbers import unverified_as_csv
from tests.usecases.shop import ALICE, LI, WANG, Shop

SILENT = "+8613800007777"


def listed(shop: Shop, *, is_masked: bool = False) -> list[str]:
    lines = list(unverified_as_csv(shop.parts, shop.brand.id, shop.clock(), "test", is_masked=is_masked))
    return [line.split(",")[1] for line in lines[1:]]


def is_reported(shop: Shop, phone: str, status: str, code: str | None = None) -> None:
    shop.queues(phone, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.dials(Accepted(f"r-{phone}"))
    shop.dispatches()
    shop.reports(f"r-{phone}", status, code=code)


@pytest.mark.parametrize(
    ("now", "began"),
    [
        ("2026-11-23", "2026-10-01"),
        ("2026-10-01", "2026-10-01"),
        ("2026-09-30", "2026-07-01"),
        ("2027-01-01", "2027-01-01"),
    ],
)
def test_quarters(now: str, began: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert quarter_began(at) == datetime.fromisoformat(began).replace(tzinfo=UTC)


def test_weeks_begin_on_monday() -> None:
    assert {week_of(datetime(2026, 11, day, 23, tzinfo=UTC)) for day in range(23, 30)} == {date(2026, 11, 23)}


def test_under_thirty_in_a_hundred_is_too_few() -> None:
    assert [is_too_few(verified, 100) for verified in (29, 30, 100)] == [True, False, False]
    assert not is_too_few(0, 0)


def test_a_text_a_final_receipt_and_a_status_verify_a_number_and_nothing_is_sent(shop: Shop) -> None:
    for phone in (WANG, LI, ALICE, SILENT):
        shop.a_customer(phone)
    shop.hears((LI, "在吗"))
    is_reported(shop, WANG, "delivered")
    with shop.parts.store.write() as session:
        customers.set_number_status(session, shop.customer(ALICE).id, "dead", shop.clock())
    before = len(shop.outbounds(SILENT))
    assert listed(shop) == [f"'{SILENT}"]
    (masked,) = listed(shop, is_masked=True)
    assert (SILENT in masked, "*" in masked) == (False, True)
    assert len(shop.outbounds(SILENT)) == before == 0


def test_what_verified_in_the_last_quarter_does_not_count_in_this_one(shop: Shop) -> None:
    shop.a_customer(LI)
    shop.hears((LI, "在吗"))
    is_reported(shop, LI, "delivered")
    assert f"'{LI}" not in listed(shop)
    shop.passes(days=45)
    assert f"'{LI}" in listed(shop)


def test_each_week_is_counted_once(shop: Shop) -> None:
    shop.a_customer(SILENT)
    assert review_numbers.run(shop.parts, shop.clock()) == {"reviewed": 1}
    assert review_numbers.run(shop.parts, shop.clock()) == {"reviewed": 0}
    with shop.parts.store.read() as session:
        (first,) = shares(session)
    assert (first.brand, first.verified, first.is_too_few) == ("demo", 0, True)
    shop.hears((SILENT, "在吗"))
    shop.passes(days=7)
    assert review_numbers.run(shop.parts, shop.clock()) == {"reviewed": 1}
    with shop.parts.store.read() as session:
        (second,) = shares(session)
    assert (second.week_on - first.week_on, second.verified) == (timedelta(days=7), 1)
    assert second.customers == first.customers


def test_who_no_longer_has_the_number_is_not_counted(shop: Shop) -> None:
    shop.a_customer(SILENT)
    with shop.parts.store.write() as session:
        customers.set_number_status(session, shop.customer(SILENT).id, "reassigned", shop.clock())
    assert f"'{SILENT}" not in listed(shop)


def test_codes_that_no_table_knows_are_told(shop: Shop) -> None:
    is_reported(shop, WANG, "undelivered", "XX:9999")
    is_reported(shop, LI, "undelivered", "MK:0001")
    with shop.parts.store.read() as session:
        told = list(unknown_codes(session, shop.parts.rules.delivery_codes, shop.clock()))
    assert [(code, count) for _, code, count in told] == [("XX:9999", 1)]
    assert shop.customer(WANG).number_status == "unknown"
