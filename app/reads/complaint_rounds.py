"""The rounds of complaints as queries: each promise kept, broken or running, how long each took, what was said."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)

from app.domain.complaint_figures import Asked, Promises
from app.domain.sla import Clock
from app.store.columns import Instant
from app.store.complaint_rounds import ComplaintRound as Ended
from app.store.complaints import WAITING

Key = tuple[str, Any]
"""(kind, what the group is of)."""
ENDS = Promises.__slots__
SAID = Asked.__slots__


def rounds(chosen: CTE, now: datetime) -> CTE:
    """Every round of these complaints, those that have ended and the present ones."""
    return union_all(_present(chosen, now), _ended(chosen)).cte("rounds")


def _present(chosen: CTE, now: datetime) -> Select[Any]:
    """What an erasure has ended, nobody has resolved: its clocks stopped there, neither met nor missed."""
    its = chosen.c
    is_erased = func.coalesce(its.follow_up_result, "") == "erased"
    is_void = and_(is_erased, its.resolution_at == its.follow_up_at)
    answered = case(
        (and_(is_void, its.first_response_at == its.resolution_at), null()), else_=its.first_response_at
    )
    met = {
        Clock.FIRST_RESPONSE: answered,
        Clock.RESOLUTION: case((is_void, null()), else_=its.resolution_at),
        Clock.FOLLOW_UP: its.follow_up_at,
    }
    due = {clock: its[f"{clock}_due_at"] for clock in Clock}
    due[Clock.FOLLOW_UP] = case((is_erased, null()), else_=its.follow_up_due_at)
    before = and_(Ended.complaint_id == its.id, Ended.round == its.reopened - 1)
    return select(
        its.kind,
        its.key,
        func.coalesce(Ended.ended_at, its.opened_at).label("began_at"),
        case((is_void, its.resolution_at), else_=literal(now, Instant())).label("as_of"),
        (its.status == WAITING).label("is_waiting"),
        (~is_erased).label("is_live"),
        its.follow_up_result.label("said"),
        *(due[clock].label(f"{clock}_due_at") for clock in Clock),
        *(met[clock].label(f"{clock}_at") for clock in Clock),
        *(its[f"{clock}_breached_at"] for clock in Clock),
    ).select_from(chosen.outerjoin(Ended, before))


def _ended(chosen: CTE) -> Select[Any]:
    return select(
        chosen.c.kind,
        chosen.c.key,
        Ended.began_at,
        Ended.ended_at.label("as_of"),
        false().label("is_waiting"),
        false().label("is_live"),
        Ended.follow_up_result.label("said"),
        *(getattr(Ended, f"{clock}_due_at") for clock in Clock),
        *(getattr(Ended, f"{clock}_at") for clock in Clock),
        *(getattr(Ended, f"{clock}_breached_at") for clock in Clock),
    ).join_from(chosen, Ended, Ended.complaint_id == chosen.c.id)


def totals(chosen: CTE) -> Select[Any]:
    """How many complaints each group has; how many were ever resolved, and how many came back."""
    its = chosen.c
    is_void = and_(its.follow_up_result == "erased", its.resolution_at == its.follow_up_at)
    is_resolved = case((its.reopened > 0, true()), (is_void, false()), else_=its.resolution_at.is_not(None))
    return select(
        its.kind,
        its.key,
        func.count().label("complaints"),
        _many(is_resolved).label("resolved"),
        _many(its.reopened > 0).label("reopened"),
    ).group_by(its.kind, its.key)


def sums(of: CTE) -> Select[Any]:
    """How many promises of each clock were kept, broken and still run, and what customers said."""
    kept = [_many(one).label(f"{clock}_{end}") for clock in Clock for end, one in _promise(of, clock).items()]
    said = [_many(of.c.said == one).label(one) for one in SAID]
    return select(of.c.kind, of.c.key, *kept, *said).group_by(of.c.kind, of.c.key)


def _promise(of: CTE, clock: Clock) -> dict[str, ColumnElement[bool]]:
    """A deadline stands still while resolution waits for the customer; one missed before that is on record."""
    due, at, breached = (of.c[f"{clock}_{one}"] for one in ("due_at", "at", "breached_at"))
    is_waiting = of.c.is_waiting if clock is Clock.RESOLUTION else false()
    is_late = and_(func.coalesce(at, of.c.as_of) > due, ~is_waiting)
    in_time = or_(of.c.as_of <= due, is_waiting)
    return {
        "kept": and_(breached.is_(None), at <= due),
        "broken": and_(due.is_not(None), or_(breached.is_not(None), is_late)),
        "running": and_(of.c.is_live, breached.is_(None), at.is_(None), due.is_not(None), in_time),
    }


def _many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def ranked(of: CTE, clock: Clock, *, is_sqlite: bool) -> Select[Any]:
    """The rounds that stand in the middle and at nine tenths of each group: (kind, key, began_at, met_at, place,
    count)."""
    at, began = of.c[f"{clock}_at"], of.c.began_at
    took = func.julianday(at) - func.julianday(began) if is_sqlite else at.op("-")(began)
    group = (of.c.kind, of.c.key)
    place = func.row_number().over(partition_by=group, order_by=took).label("place")
    count = func.count().over(partition_by=group).label("count")
    told = (*group, began, at.label("met_at"), place, count)
    placed = select(*told).where(at.is_not(None)).subquery()
    its = placed.c
    return select(placed).where(or_(its.place == median_place(its.count), its.place == p90_place(its.count)))


def median_place(count: Any) -> Any:
    """Where half of so many end: the lower one of two that stand in the middle."""
    return (count + 1) // 2


def p90_place(count: Any) -> Any:
    """Where nine tenths of so many end."""
    return (count * 9 + 9) // 10
