"""What a proof of consent changes, beside every state that can be known."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.imports.rows import Proof
from app.domain.imports.verdict import verdict

AT = datetime(2026, 10, 1, tzinfo=UTC)
PROOF = Proof("store", AT, "words")
EARLIER, LATER = AT - timedelta(days=1), AT + timedelta(days=1)


@pytest.mark.parametrize(
    ("consent", "consent_at", "stopped_at", "expected"),
    [
        ("none", None, None, "grant"),
        ("none", LATER, None, "stays_out"),  # an opt-out was taken back since, and nothing agreed to
        ("pending", EARLIER, None, "grant"),
        ("pending", LATER, None, "stays_out"),
        ("granted", EARLIER, None, "grant"),
        ("granted", AT, None, "known"),
        ("granted", LATER, None, "known"),
        ("withdrawn", EARLIER, None, "stays_out"),
        ("withdrawn", LATER, None, "stays_out"),
        ("held", EARLIER, None, "stays_out"),
        ("granted", EARLIER, EARLIER, "stays_out"),
    ],
)
def test_who_is_out_stays_out(
    consent: str, consent_at: datetime | None, stopped_at: datetime | None, expected: str
) -> None:
    assert verdict(PROOF, consent, consent_at, stopped_at) == expected


@pytest.mark.parametrize("consent", ["none", "pending", "granted", "withdrawn", "held"])
def test_a_row_without_proof_adds_nothing(consent: str) -> None:
    assert verdict(None, consent, EARLIER, None) == "service_only"
