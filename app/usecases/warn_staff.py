"""Records the warnings that complaints' clocks give, and queues the notices by which staff are told of them.

A batch of ten complaints is written within 50 ms, for which nobody else can write on SQLite.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain import escalation
from app.domain.escalation import LADDER, Channel, Colleague, Reached, Warned
from app.domain.sla import SlaState
from app.store import complaint_warnings, complaints, customers, notices, staff
from app.store.complaints import Complaint
from app.store.tables import Rows, new_id
from app.store.writing import update_all
from app.usecases.isolation import each_alone_after_failure
from app.usecases.parts import Parts

BATCH = 10
ONE_HIGHER = "overtaken"
"""Why a notice is dropped: the same person is told of a higher level in the same way."""


def warn(parts: Parts, now: datetime) -> dict[str, int]:
    """Records every level that a clock has passed by now; each once, whatever was down or doubled meanwhile."""
    done: Counter[str] = Counter({"warned": 0, "overtaken": 0})
    for page in _pages(parts, now):
        owners = {row.id: row.customer_id for row in page}
        act = partial(_warn, parts, owners, now)
        for counts in each_alone_after_failure(list(owners), act, lambda _: None):
            done.update(counts)
    return dict(done)


def _pages(parts: Parts, now: datetime) -> Iterator[Rows]:
    """Every due row, a batch at a time; one that cannot be dealt with holds up none behind it."""
    after = None
    while True:
        with parts.store.read() as session:
            page = complaints.to_warn(session, now, BATCH, after)
        if page:
            yield page
        if len(page) < BATCH:
            return
        after = (page[-1].since, page[-1].id)


def _warn(parts: Parts, owners: Mapping[UUID, UUID], now: datetime, ids: Sequence[UUID]) -> Mapping[str, int]:
    """Under the customers' locks, as all that moves a clock: what another one has recorded meanwhile is seen."""
    counts: Counter[str] = Counter()
    with parts.store.write() as session:
        customers.lock(session, {owners[one] for one in ids})
        office, changed = _Office.read(parts, session, now), []
        for row in complaints.to_be_warned(session, ids):
            state = SlaState.from_json(row.clock)
            reached = Reached.of(row.warned, state)
            found = escalation.due(state, reached, now)
            for told in _record(session, office, row, state, found):
                counts["warned" if told else "overtaken"] += 1
            reached = reached.after(found)
            coming = escalation.next_at(state, reached)
            changed.append({"id": row.id, "warned": reached.to_json(), "next_warning_at": coming})
        update_all(session, Complaint, changed)
    return counts


@dataclass(frozen=True, slots=True)
class _Office:
    """Who there is to be told, and how that can be done."""

    colleagues: tuple[Colleague, ...]
    ways: Mapping[UUID, tuple[Channel, ...]]
    zones: Mapping[UUID, str]
    has_webhook: bool
    now: datetime

    @classmethod
    def read(cls, parts: Parts, session: Session, now: datetime) -> "_Office":
        found = staff.to_be_told(session)
        return cls(
            tuple(Colleague(row.id, row.role) for row in found),
            {row.id: tuple(_ways(parts, row)) for row in found},
            {brand.id: brand.timezone for brand in parts.directory.current(now).brands.values()},
            Channel.WEBHOOK in parts.notifiers,
            now,
        )

    def notices(self, warning: Mapping[str, Any], row: Any, told: Sequence[UUID]) -> list[dict[str, Any]]:
        """A notice for each of these people and each of their ways, and one by webhook for all."""
        rung = LADDER.rung(warning["percent"])
        ways: list[tuple[UUID | None, Channel]] = [(one, way) for one in told for way in self.ways[one]]
        ways += [(None, Channel.WEBHOOK)] if self.has_webhook else []
        zone = self.zones.get(row.brand_id, "UTC")
        return [
            {
                "id": new_id(),
                "warning_id": warning["id"],
                "staff_id": staff_id,
                "channel": way.value,
                "state": notices.SENT if way is Channel.CONSOLE else notices.QUEUED,
                "due_at": escalation.deliver_at(way, rung, self.now, zone),
                "sent_at": self.now if way is Channel.CONSOLE else None,
                "created_at": self.now,
            }
            for staff_id, way in ways
        ]


def _ways(parts: Parts, person: Any) -> Iterator[Channel]:
    yield Channel.CONSOLE
    if Channel.EMAIL in person.notice_channels and Channel.EMAIL in parts.notifiers:
        yield Channel.EMAIL
    if Channel.SMS in person.notice_channels and person.has_phone:
        yield Channel.SMS


def _record(
    session: Session, office: _Office, row: Any, state: SlaState, found: Sequence[Warned]
) -> list[bool]:
    """Keeps these levels with the notices of those that are sent; says of each that is new whether it is one."""
    warnings = [
        {
            "id": new_id(),
            "complaint_id": row.id,
            "round": state.reopened,
            "clock": one.clock.value,
            "percent": one.percent,
            "due_at": one.due_at,
            "made_at": office.now,
            "is_sent": one.is_sent,
        }
        for one in found
    ]
    fresh = complaint_warnings.add(session, warnings)
    new = [one for one in warnings if one["id"] in fresh]
    for warning in (one for one in new if one["is_sent"]):
        to = LADDER.rung(warning["percent"]).to
        told = escalation.recipients(to, row.assignee_id, office.colleagues)
        for lower in notices.lower_than(session, warning):
            notices.drop_of(session, lower, ONE_HIGHER, staff=told)
        notices.add(session, office.notices(warning, row, told))
    return [one["is_sent"] for one in new]
