"""Judges what staff write before it is taken, as the gate will: nothing is kept that surely would not be sent."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.composing import Composed
from app.domain.content.check import Finding, Severity
from app.domain.purpose import Cause, CauseKind
from app.usecases import content, messages
from app.usecases.parts import Parts
from app.usecases.turn import Turn

MOST_CHARACTERS = 500
"""Of one text as the phone gets it, with signature and opt-out wording. Source: SPEC CT-1."""
LOOKED_AT = 4 * MOST_CHARACTERS
"""Of what is far too long, no more is judged: whoever pastes a book is told so at once."""
RECENTLY = timedelta(hours=24)
TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class Judged:
    """A text as the customer's phone would get it, and what the checks say of it, what blocks it first."""

    composed: Composed
    findings: tuple[Finding, ...]

    @property
    def objections(self) -> tuple[Finding, ...]:
        """What keeps the text from being sent."""
        return tuple(one for one in self.findings if one.severity is Severity.BLOCK)


def reply_cause(turn: Turn, now: datetime) -> Cause:
    """Why staff write: to answer the customer, or for their complaint where they have not written lately."""
    last = turn.wrote_at()
    wrote_lately = last is not None and now - last < RECENTLY
    is_for_complaint = turn.open_complaint is not None and not wrote_lately
    return Cause(CauseKind.COMPLAINT, now) if is_for_complaint else Cause(CauseKind.STAFF_REPLY, now)


def judged(parts: Parts, turn: Turn, text: str, cause: Cause) -> Judged:
    """The text as it would leave for the customer of this turn, and what the content checks find in it."""
    length, text = len(text), text[:LOOKED_AT]
    purpose, brand, channel = messages.purpose_of(parts, turn, text, cause), turn.brand, turn.channel
    wording = messages.composed(parts, text, purpose, brand, channel, turn.language)
    terms = content.terms_of(parts, brand, {}, turn.now)
    found = content.judged(parts, wording, purpose, brand, channel, turn.language, terms)
    is_too_long = len(wording.text) > MOST_CHARACTERS
    if is_too_long and TOO_LONG not in {one.code for one in found}:
        found = (Finding(TOO_LONG, Severity.BLOCK, str(max(length, len(wording.text)))), *found)
    return Judged(wording, found)
