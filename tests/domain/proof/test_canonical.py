"""A row is written down in one way: digests made once have to be made again in years."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

from app.domain.proof.canonical import canonical, row_digest, written_down

AT = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=8)))


def test_a_row_of_today_has_the_digest_that_it_had() -> None:
    row = {"id": UUID(int=7), "at": AT, "evidence": b"\x00\xff", "text": "退订", "count": 3, "is_sure": True}
    written = written_down("consent_events", row)
    assert canonical(written) == (
        b'{"at":"2026-11-23T04:00:00.000000+00:00","count":3,"evidence":"00ff",'
        b'"id":"00000000-0000-0000-0000-000000000007","is_sure":true,"ledger":"consent_events",'
        b'"text":"\\u9000\\u8ba2"}'
    )
    digest = "75ea41902709ffdc64f8fe51a25f8fb59eeec854622f72299160e2ba2285aa00"
    assert row_digest(b"k" * 32, written).hex() == digest


def test_a_column_that_holds_nothing_changes_no_digest() -> None:
    assert written_down("audit", {"a": 1, "added_later": None}) == written_down("audit", {"a": 1})


def test_zone_order_and_kind_of_bytes_make_no_difference_and_the_ledger_does() -> None:
    one = written_down("audit", {"at": AT, "raw": b"x"})
    assert canonical(one) == canonical(
        written_down("audit", {"raw": memoryview(b"x"), "at": AT.astimezone(UTC)})
    )
    assert canonical(one) != canonical(written_down("decisions", {"at": AT, "raw": b"x"}))
