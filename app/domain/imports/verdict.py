"""Decides what a row's proof of consent changes. Who is out stays out, whatever a file says."""

from datetime import datetime
from enum import StrEnum

from app.domain.imports.rows import Proof


class Verdict(StrEnum):
    """What becomes of one person's consent to marketing."""

    SERVICE_ONLY = "service_only"
    """The row proves nothing: what is known already stays, and nothing is added."""
    GRANT = "grant"
    KNOWN = "known"
    STAYS_OUT = "stays_out"
    """They have opted out, or something later than this proof is known."""


def verdict(
    proof: Proof | None, consent: str, consent_at: datetime | None, stopped_at: datetime | None
) -> Verdict:
    """Weighs a proof against what is known. Source: SPEC SE-1, IN-6, CP-1.

    An opt-out is lifted by the person's own text alone, or by their own sign-up, never by a list.
    """
    if proof is None:
        return Verdict.SERVICE_ONLY
    if stopped_at is not None or consent in ("withdrawn", "held"):
        return Verdict.STAYS_OUT
    if consent_at is None or proof.at > consent_at:
        return Verdict.GRANT
    return Verdict.KNOWN if consent == "granted" else Verdict.STAYS_OUT
