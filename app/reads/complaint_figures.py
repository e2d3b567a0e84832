"""Computes the figures of complaints in the database, over any stretch of days, apart by kind and one thing more."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, String, and_, column, func, select, values
from sqlalchemy.orm import Session
from sqlalchemy.types import Uuid

from app.domain.complaint_figures import (
    ALARM_LINES,
    COUNTED_PER,
    KINDS,
    SERVICE,
    Asked,
    By,
    Figures,
    Promises,
    Taken,
    against_line,
)
from app.domain.sla import Clock
from app.domain.weeks import Span, span, weeks
from app.reads import complaint_rounds
from app.reads.complaint_rounds import Key
from app.store.brands import Brand, all_brands
from app.store.columns import Instant
from app.store.complaints import MERGED, Complaint
from app.store.conversations import Conversation
from app.store.events import IS_ORDER, Event
from app.store.outbound.table import IS_MARKETING_DELIVERED, Outbound
from app.store.runs import Run
from app.store.staff import Staff

ALL = ""
"""The key of the one line of a total."""
LONGEST_DAYS = 731
"""Days of one question: two years."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked: from the first day to the last one, by the clock of each brand; of all brands where none is named.
    Only of these kinds."""

    by: By
    first: date
    last: date
    brand: str | None = None
    kinds: tuple[str, ...] = KINDS


@dataclass(frozen=True, slots=True)
class Group:
    """One line. `key` is a brand's short name, a flow, `flow / step`, a category, a member of staff's id or a Monday;
    None for complaints that belong to none. `name` is what people call it."""

    kind: str
    key: str | None
    name: str | None
    figures: Figures

    def as_json(self) -> dict[str, Any]:
        """The figures as a program takes them: shares of 1, times in seconds, null where there is none."""
        its = self.figures
        promises = {f"{clock}_in_time": getattr(its, clock).share for clock in Clock}
        counts = {f"{clock}_counts": asdict(getattr(its, clock)) for clock in Clock}
        return {
            "kind": self.kind,
            "key": self.key,
            "name": self.name,
            "complaints": its.complaints,
            "per": its.per,
            "rate": its.rate,
            "alarm_line": ALARM_LINES[self.kind],
            "line": against_line(self.kind, its).value,
            **promises,
            **counts,
            "first_response_s": _seconds(its.response_time),
            "resolution_s": _seconds(its.resolution_time),
            "resolved_count": its.resolved,
            "reopened_count": its.reopened,
            "reopened": its.reopened_share,
            "solved": its.asked.share,
            "asked_counts": asdict(its.asked),
        }


def _seconds(taken: Taken) -> dict[str, float | None]:
    return {name: length and length.total_seconds() for name, length in asdict(taken).items()}


def figures(session: Session, wanted: Wanted, now: datetime) -> list[Group]:
    """Every group's figures as they stand at `now`: weeks in order, else those with the most complaints first."""
    brands = [one for one in all_brands(session) if wanted.brand in (None, one.code)]
    if not brands:
        return []
    spans = _spans(wanted, brands)
    chosen = _chosen(wanted, spans)
    found = dict.fromkeys(_expected(wanted, brands), Figures())
    found |= _counted(session, chosen, now)
    for kind in wanted.kinds:
        if wanted.by in COUNTED_PER[kind]:
            _count_against(found, kind, _base(session, kind, wanted.by, spans))
    names = _names(session, wanted.by, brands)
    groups = [
        Group(kind, _plain(key), names.get(key, _plain(key)), one) for (kind, key), one in found.items()
    ]
    return sorted(groups, key=lambda group: _place(wanted.by, group))


def _place(by: By, group: Group) -> tuple[int, int, str]:
    first = 0 if by is By.WEEK else -group.figures.complaints
    return KINDS.index(group.kind), first, group.key or "\uffff"


def _plain(key: Any) -> str | None:
    return None if key is None else str(key)


def _expected(wanted: Wanted, brands: Iterable[Brand]) -> list[Key]:
    """Groups that are told even where nothing has happened: every week, and every brand."""
    parts: set[str] = set()
    match wanted.by:
        case By.TOTAL:
            parts = {ALL}
        case By.BRAND:
            parts = {one.code for one in brands}
        case By.WEEK:
            parts = {str(one.on) for one in weeks(wanted.first, wanted.last, "UTC")}
    return [(kind, part) for kind in wanted.kinds for part in parts]


def _spans(wanted: Wanted, brands: Iterable[Brand]) -> CTE:
    """When the days begin and end where each brand is, in whole or week by week."""
    cut = weeks if wanted.by is By.WEEK else _whole
    rows = [
        (brand.id, _part(wanted.by, brand, one), one.starts_at, one.ends_at)
        for brand in brands
        for one in cut(wanted.first, wanted.last, brand.timezone)
    ]
    columns = (column("brand_id", Uuid()), column("part", String()))
    times = (column("starts_at", Instant()), column("ends_at", Instant()))
    return values(*columns, *times, name="given").data(rows).cte("spans")


def _whole(first: date, last: date, zone: str) -> Iterator[Span]:
    yield span(first, last, zone)


def _part(by: By, brand: Brand, its: Span) -> str:
    return str(its.on) if by is By.WEEK else brand.code if by is By.BRAND else ALL


def _inside(table: Any, at: Any, spans: CTE) -> ColumnElement[bool]:
    return and_(table.brand_id == spans.c.brand_id, at >= spans.c.starts_at, at < spans.c.ends_at)


def _key(by: By, spans: CTE, flow: Any, step: Any) -> Any:
    match by:
        case By.CAMPAIGN:
            return flow
        case By.VARIANT:
            return flow.concat(" / ").concat(step)
        case By.CATEGORY:
            return Complaint.category
        case By.PERSON:
            return func.coalesce(Complaint.assignee_id, Conversation.staff_id)
    return spans.c.part


def _chosen(wanted: Wanted, spans: CTE) -> CTE:
    """The complaints that were received in these days; one that was merged into another is counted as that one."""
    key = _key(wanted.by, spans, Complaint.campaign, Complaint.variant)
    ends = ("due_at", "at", "breached_at")
    clocks = [getattr(Complaint, f"{clock}_{end}") for clock in Clock for end in ends]
    told = (Complaint.id, Complaint.kind, Complaint.opened_at, Complaint.status, Complaint.reopened)
    found = select(*told, Complaint.follow_up_result, *clocks, key.label("key"))
    found = found.join(spans, _inside(Complaint, Complaint.opened_at, spans))
    if wanted.by is By.PERSON:
        found = found.outerjoin(Conversation, Conversation.id == Complaint.conversation_id)
    is_merged = func.coalesce(Complaint.follow_up_result, "") == MERGED
    return found.where(Complaint.kind.in_(wanted.kinds), ~is_merged).cte("chosen")


def _counted(session: Session, chosen: CTE, now: datetime) -> dict[Key, Figures]:
    rounds = complaint_rounds.rounds(chosen, now)
    response = _taken(session, rounds, Clock.FIRST_RESPONSE)
    resolution = _taken(session, rounds, Clock.RESOLUTION)
    found = {
        (row.kind, row.key): Figures(row.complaints, row.resolved, row.reopened)
        for row in session.execute(complaint_rounds.totals(chosen))
    }
    for row in session.execute(complaint_rounds.sums(rounds)):
        key, told = (row.kind, row.key), row._mapping
        promises: dict[str, Any] = {
            clock.value: Promises(*(told[f"{clock}_{end}"] for end in complaint_rounds.ENDS))
            for clock in Clock
        }
        found[key] = replace(
            found[key],
            **promises,
            asked=Asked(*(told[said] for said in complaint_rounds.SAID)),
            response_time=response.get(key, Taken()),
            resolution_time=resolution.get(key, Taken()),
        )
    return found


def _taken(session: Session, rounds: CTE, clock: Clock) -> dict[Key, Taken]:
    """The two rounds of each group that stand in the middle and at nine tenths, by how long they took."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    found: dict[Key, Taken] = {}
    for row in session.execute(complaint_rounds.ranked(rounds, clock, is_sqlite=is_sqlite)):
        key, took = (row.kind, row.key), row.met_at - row.began_at
        if row.place == complaint_rounds.median_place(row.count):
            found[key] = replace(found.get(key, Taken()), median=took)
        if row.place == complaint_rounds.p90_place(row.count):
            found[key] = replace(found.get(key, Taken()), p90=took)
    return found


def _base(session: Session, kind: str, by: By, spans: CTE) -> Mapping[Any, int]:
    """How many marketing messages were delivered, or orders placed, in the same days."""
    if kind == SERVICE:
        orders = (
            select(spans.c.part, func.count()).join(Event, _inside(Event, Event.at, spans)).where(IS_ORDER)
        )
        return _pairs(session.execute(orders.group_by(spans.c.part)))
    key = _key(by, spans, Run.flow, Outbound.step)
    sent = select(key, func.count()).select_from(spans)
    sent = sent.join(Outbound, _inside(Outbound, Outbound.handed_at, spans)).where(IS_MARKETING_DELIVERED)
    if by in (By.CAMPAIGN, By.VARIANT):
        sent = sent.outerjoin(Run, Run.id == Outbound.run_id)
    return _pairs(session.execute(sent.group_by(key)))


def _pairs(rows: Any) -> dict[Any, int]:
    return dict(tuple(row) for row in rows)


def _count_against(found: dict[Key, Figures], kind: str, base: Mapping[Any, int]) -> None:
    for key in base:
        found.setdefault((kind, key), Figures())
    for (of, key), one in found.items():
        if of == kind:
            found[of, key] = replace(one, per=base.get(key, 0))


def _names(session: Session, by: By, brands: Sequence[Brand]) -> Mapping[Any, str]:
    if by is By.BRAND:
        return {brand.code: brand.name for brand in brands}
    if by is By.PERSON:
        people = session.execute(select(Staff.id, Staff.name, Staff.email))
        known: dict[UUID, str] = {row.id: row.name or row.email for row in people}
        return known
    return {}
