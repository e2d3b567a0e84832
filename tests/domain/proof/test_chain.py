"""A chain of seals, checked by itself: each wrong is named once, at its place."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.domain.proof.chain import (
    NOTHING_BEFORE,
    SEAL,
    Checkpoint,
    FoundRow,
    Head,
    Link,
    check_checkpoint,
    check_link,
    check_rows,
    seal,
)

AT = datetime(2026, 11, 23, 4, tzinfo=UTC)
START = Head(0, NOTHING_BEFORE)
ROWS = [(UUID(int=number), bytes([number]) * 32) for number in (1, 2, 3)]


def is_signed(message: bytes, signature: bytes) -> bool:
    return signature == b"signed " + message


def a_link(before: Head = START, **changes: Any) -> Link:
    says, ids = seal("audit", before, ROWS, AT)
    says = replace(says, **changes)
    digest = says.digest()
    return Link(says, digest, b"signed " + SEAL + digest, ids)


def wrong(before: Head, link: Link) -> list[tuple[str, str]]:
    return [(one.which, one.wrong) for one in check_link(before, link, is_signed)]


def test_a_seal_continues_the_one_before() -> None:
    first = a_link()
    second = a_link(Head(1, first.digest))
    assert wrong(START, first) == wrong(Head(1, first.digest), second) == []
    assert wrong(Head(1, bytes(32)), second) == [("2", "does not continue the seal before it")]


def test_each_missing_seal_is_named() -> None:
    fourth = a_link(Head(3, b"x" * 32))
    assert wrong(Head(1, b"y" * 32), fourth) == [("2", "was removed"), ("3", "was removed")]


@pytest.mark.parametrize(
    "change",
    [
        {"count": 2},
        {"at": AT.replace(year=2020)},
        {"ledger": "decisions"},
        {"sequence": 1, "rows_digest": bytes(32)},
        {"first_id": UUID(int=9)},
    ],
)
def test_a_seal_that_says_something_else_has_another_digest(change: dict[str, Any]) -> None:
    link = a_link()
    found = wrong(START, replace(link, says=replace(link.says, **change)))
    assert ("1", "was rewritten: its digest is another") in found


def test_a_signature_of_something_else_is_none() -> None:
    link = a_link()
    assert wrong(START, replace(link, signature=b"signed " + link.digest)) == [
        ("1", "is not signed by this installation")
    ]


def found_rows() -> dict[UUID, FoundRow]:
    return {row_id: FoundRow(row_id, digest, digest) for row_id, digest in ROWS}


def test_rows_as_they_were_sealed_are_whole() -> None:
    assert list(check_rows(a_link(), found_rows())) == []


def test_changed_removed_and_inserted_rows_are_told_apart() -> None:
    rows = found_rows()
    del rows[UUID(int=1)]
    rows[UUID(int=2)] = FoundRow(UUID(int=2), b"new", bytes([2]) * 32)
    rows[UUID(int=9)] = FoundRow(UUID(int=9), b"x", b"x")
    assert {(UUID(one.which).int, one.wrong) for one in check_rows(a_link(), rows)} == {
        (1, "was removed"),
        (2, "was changed"),
        (9, "was inserted: seal 1 does not list it"),
    }


def test_rows_that_fit_themselves_but_not_the_seal_are_found() -> None:
    """Somebody with the key of digests, and without the one that signs."""
    rows = found_rows()
    rows[UUID(int=2)] = FoundRow(UUID(int=2), b"other", b"other")
    (finding,) = check_rows(a_link(), rows)
    assert str(finding) == "audit: seal 1: saw rows other than these"


def test_a_checkpoint_is_signed_in_every_part() -> None:
    checkpoint = Checkpoint("decisions", 3, b"d" * 32, 750, AT)
    signature = b"signed " + checkpoint.message()
    assert list(check_checkpoint(checkpoint, signature, is_signed)) == []
    for change in ({"rows": 1}, {"sequence": 2}, {"digest": bytes(32)}, {"ledger": "audit"}):
        assert list(check_checkpoint(replace(checkpoint, **change), signature, is_signed))
