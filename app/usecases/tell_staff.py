"""Delivers the notices of warnings by mail, webhook and text: claimed, judged anew, sent with no session held, settled.

A notice whose sender died is sent again, under the same id: `Message-ID` of a mail, `id` of a webhook. A text goes into
the outbox in the transaction that settles its notice, so that it goes there once.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from app.domain import escalation
from app.domain.alert_words import Alert
from app.domain.escalation import LADDER, TOO_LATE, WHOLE, Channel
from app.domain.sla import Clock, SlaState
from app.notifiers import Failed, Kind, Letter, Notifier
from app.store import notices
from app.store.notices import DROPPED, FAILED, QUEUED, SENT
from app.usecases import staff_alert
from app.usecases.directory import BrandView
from app.usecases.isolation import each_alone_after_failure
from app.usecases.parts import Parts

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=3)
"""Longer than any notifier takes for one letter."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(hours=1)
MOST_ATTEMPTS = 32
"""About a day of them."""
ROUND = timedelta(seconds=20)
"""After which no other letter is begun: whoever stops the clock waits for the round to end."""


def tell(parts: Parts, now: datetime) -> dict[str, int]:
    """Delivers what is due, each way in a thread of its own: one that hangs holds up the others for a
    round at most."""
    done: Counter[str] = Counter({"told": 0, "put_off": 0, "dropped": 0, "failed": 0})
    with parts.store.read() as session:
        is_forsaken = notices.has_forsaken(session, now)
    if is_forsaken:
        with parts.store.write() as session:
            notices.release_expired(session, now)
    with parts.store.read() as session:
        ways = notices.due_ways(session, now)
    if ways:
        with ThreadPoolExecutor(len(ways), thread_name_prefix="tell") as threads:
            for counts in threads.map(partial(_tell_by, parts, now), sorted(ways)):
                done.update(counts)
    return dict(done)


def _tell_by(parts: Parts, now: datetime, way: str) -> Mapping[str, int]:
    """One round of a way: until nothing is due, the way is closed for now, or the round has lasted long enough."""
    line = _Line(parts, way, parts.notifiers.get(way), now, parts.now())
    try:
        while line.is_open and line.now() - now < ROUND:
            with parts.store.write() as session:
                notice_id = notices.claim(session, way, line.now(), LEASE)
            if notice_id is None:
                break
            each_alone_after_failure([notice_id], line.tell, line.give_up)
    finally:
        if line.notifier is not None:
            line.notifier.rest()
    return line.done


@dataclass(slots=True)
class _Line:
    """A way of telling staff during one round. `begun_at` is what the parts' clock said when it began."""

    parts: Parts
    way: str
    notifier: Notifier | None
    since: datetime
    begun_at: datetime
    is_open: bool = True
    done: Counter[str] = field(default_factory=Counter)

    def now(self) -> datetime:
        """The round's own time, by which it has moved on since it began."""
        return self.since + (self.parts.now() - self.begun_at)

    def tell(self, ids: Sequence[UUID]) -> None:
        """Sends a claimed notice, or says why not."""
        (notice_id,) = ids
        with self.parts.store.read() as session:
            row = notices.to_tell(session, notice_id)
        now = self.now()
        brand = self.parts.directory.current(now).brands[row.brand_id]
        if (reason := _needless(row)) is not None:
            self._settle(row, DROPPED, reason)
        elif (opens_at := _opens_at(row, brand, now)) > now:
            self._settle(row, QUEUED, "night", due_at=opens_at, attempts=row.attempts - 1)
        elif row.attempts > MOST_ATTEMPTS:
            self._settle(row, FAILED, "given_up")
        elif self.way == Channel.SMS:
            self._text(row, _alert(self.parts, row, brand), now)
        else:
            self._send(row, _alert(self.parts, row, brand), now)

    def give_up(self, notice_id: UUID) -> None:
        """Nothing can be made of it."""
        with self.parts.store.write() as session:
            notices.settle(session, notice_id, FAILED, reason="error")
        self.done["failed"] += 1

    def _text(self, row: Any, alert: Alert, now: datetime) -> None:
        why = staff_alert.queue(self.parts, row, alert, now)
        self.done["failed" if why else "told"] += 1

    def _send(self, row: Any, alert: Alert, now: datetime) -> None:
        if self.notifier is None:
            self._settle(row, FAILED, "not_set_up")
            return
        letter = Letter(str(row.id), alert, row.language or "zh", row.email, now)
        try:
            failed = self.notifier.send(letter)
        except Exception:  # a notifier must not raise; if it does, the letter may have left
            log.exception("a notifier failed", way=self.way)
            failed = Failed(Kind.TEMPORARY, "error")
        if failed is None:
            self._settle(row, SENT, None, sent_at=self.now())
            return
        self.is_open = failed.kind is not Kind.DOWN
        log.warning("a notice was not taken", way=self.way, reason=failed.reason, status=failed.status)
        if failed.kind is Kind.PERMANENT or row.attempts >= MOST_ATTEMPTS:
            self._settle(row, FAILED, failed.reason)
        else:
            self._settle(row, QUEUED, failed.reason, due_at=self.now() + pause(row.attempts))

    def _settle(self, row: Any, state: str, reason: str | None, **values: Any) -> None:
        with self.parts.store.write() as session:
            is_mine = notices.settle(session, row.id, state, reason=reason, **values)
        self.done[{SENT: "told", QUEUED: "put_off", DROPPED: "dropped"}.get(state, "failed")] += is_mine


def pause(attempts: int) -> timedelta:
    """How long to wait after so many tries: ten seconds, twice as long each time, at most an hour."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


def _needless(row: Any) -> str | None:
    """Why nobody has to be told of it any more in this way; None where somebody has."""
    if row.is_moot:
        return "acknowledged" if row.acknowledged_at is not None else "met"
    if row.channel == Channel.WEBHOOK:
        return None
    if not row.active:
        return "staff_left"
    return None if row.channel in row.notice_channels else "not_wanted"


def _opens_at(row: Any, brand: BrandView, now: datetime) -> datetime:
    """When it may be told: it was due by day, but what held it up may have lasted into the night."""
    return escalation.deliver_at(Channel(row.channel), LADDER.rung(row.percent), now, brand.timezone)


def _alert(parts: Parts, row: Any, brand: BrandView) -> Alert:
    due_at, met_at = _deadline(row)
    return Alert(
        brand=brand.name,
        brand_code=brand.code,
        number=row.number,
        kind=row.kind,
        category=row.category,
        clock=row.clock,
        percent=row.percent,
        due_at=due_at,
        met_at=met_at,
        zone=brand.timezone,
        link=f"{parts.public_url}/inbox/{brand.code}/{row.number}",
    )


def _deadline(row: Any) -> tuple[datetime, datetime | None]:
    """The deadline that was warned of, and when it was met, where it has been. A round that a reopening has ended was
    over by then."""
    state = SlaState.from_json(row.state_of_clocks)
    if row.round != state.reopened:
        return row.passed_at - TOO_LATE, state.opened_at
    due_at = (
        row.passed_at - TOO_LATE if row.percent >= WHOLE else getattr(state, f"{Clock(row.clock)}_due_at")
    )
    return due_at, getattr(state, f"{Clock(row.clock)}_at")
