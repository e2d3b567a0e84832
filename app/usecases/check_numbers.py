"""Asks a number-check service about the numbers that this quarter has not verified, and learns from what it says.

Nothing is sent to anybody. What a checker says counts as a receipt does: see `number_health`. Source: SPEC SE-3.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.delivery_codes import CodeKind
from app.domain.number_review import quarter_began, week_began
from app.number_checkers import Finding, NoAnswer, Standing
from app.store import customers, number_checks, number_reviews
from app.store.tables import Rows, new_id
from app.usecases import audit, number_health
from app.usecases.number_health import CHECK, Sign
from app.usecases.parts import Parts

MISSES = 3
"""After so many batches without an answer in a row nobody is asked about any more."""
SAYS = {
    Standing.ALIVE: CodeKind.DELIVERED,
    Standing.DEAD: CodeKind.DEAD,
    Standing.SUSPENDED: CodeKind.SUSPENDED_CANDIDATE,
}
"""What each standing is among receipts; `unknown` is nothing."""
LEFT_OUT = "the checker's answer says nothing that can be read of them"


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom to ask, how many phones at once, and how; `ask` never raises."""

    name: str
    batch: int
    ask: Callable[[Sequence[str]], Sequence[Finding] | NoAnswer]


@dataclass(slots=True)
class Checked:
    """How many numbers were asked about, what each answer said, and why others got none: by reason, how many."""

    asked: int = 0
    told: dict[Standing, int] = field(default_factory=lambda: dict.fromkeys(Standing, 0))
    unanswered: dict[str, int] = field(default_factory=dict)
    is_broken_off: bool = False

    def misses(self, why: str, count: int) -> None:
        """So many numbers got no answer; they are asked about the next time."""
        if count:
            self.unanswered[why] = self.unanswered.get(why, 0) + count


@dataclass(frozen=True, slots=True)
class _Question:
    """What a sign needs to know of the moment at which the checker was asked."""

    customer_id: UUID
    handed_at: datetime
    trace_id: str
    brand_id: UUID | None = None


def waiting(parts: Parts, now: datetime) -> int:
    """About how many numbers a checker is to be asked."""
    with parts.store.read() as session:
        return number_reviews.count_to_check(session, quarter_began(now), week_began(now), now)


def check_numbers(
    parts: Parts, asking: Asking, limit: int, actor: str, tell: Callable[[int], None] = lambda asked: None
) -> Checked:
    """Asks about at most `limit` numbers, batch by batch; each answer is kept before the next question.

    So it may be ended at any moment and run again: who has been asked about in this week is left out, but for those
    found suspended a day or more ago. The audit notes it before the first question. `tell` hears how many were asked.
    """
    with parts.store.write() as session:
        noted = ("numbers.check", "installation", None, parts.now())
        audit.note(session, actor, *noted, checker=asking.name, limit=limit)
    done, after, misses = Checked(), UUID(int=0), 0
    while done.asked < limit and not done.is_broken_off:
        now = parts.now()
        rows = _next(parts, now, after, min(asking.batch, limit - done.asked))
        if not rows:
            break
        after, done.asked = rows[-1].id, done.asked + len(rows)
        answer = asking.ask([row.phone for row in rows])
        if isinstance(answer, NoAnswer):
            misses += 1
            done.misses(answer.why, len(rows))
            done.is_broken_off = answer.is_final or misses >= MISSES
        else:
            misses = 0
            _take(parts, rows, answer, now, done)
        tell(done.asked)
    return done


def _next(parts: Parts, now: datetime, after: UUID, limit: int) -> Rows:
    with parts.store.read() as session:
        since = (quarter_began(now), week_began(now))
        return number_reviews.to_check(session, *since, now, after, limit)


def _take(parts: Parts, rows: Rows, answer: Sequence[Finding], asked_at: datetime, done: Checked) -> None:
    """Keeps what an answer says of those who were asked about, and of nobody else."""
    by_phone = _certain(answer)
    found = {row.id: by_phone[row.phone] for row in rows if row.phone in by_phone}
    for finding in found.values():
        done.told[finding.standing] += 1
    done.misses(LEFT_OUT, len(rows) - len(found))
    if found:
        _learn(parts, found, asked_at)


def _certain(answer: Sequence[Finding]) -> Mapping[str, Finding]:
    """The findings by phone; of a phone of which an answer says two things it says nothing."""
    found: dict[str, Finding] = {}
    torn = set()
    for one in answer:
        if found.setdefault(one.phone, one).standing != one.standing:
            torn.add(one.phone)
    return {phone: one for phone, one in found.items() if phone not in torn}


def _learn(parts: Parts, found: Mapping[UUID, Finding], asked_at: datetime) -> None:
    """Under the customers' locks; of who has no number any more by now nothing is kept."""
    trace_id = new_id().hex
    with parts.store.write() as session:
        rows = customers.lock(session, found)
        locked = {row.id: row for row in rows if row.phone_hash is not None}
        signs = [_sign(one, found[one], asked_at, trace_id) for one in locked if found[one].standing in SAYS]
        number_health.learn(parts, session, signs, locked, parts.now())
        number_checks.keep(session, [_row(one, found[one], asked_at) for one in locked])


def _sign(customer_id: UUID, finding: Finding, asked_at: datetime, trace_id: str) -> Sign:
    question = _Question(customer_id, asked_at, trace_id)
    return Sign(question, SAYS[finding.standing], finding.code, asked_at, CHECK)


def _row(customer_id: UUID, finding: Finding, asked_at: datetime) -> dict[str, Any]:
    told = {"standing": finding.standing.value, "code": finding.code}
    return {"customer_id": customer_id, "at": asked_at, **told}
