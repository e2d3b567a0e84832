"""What a person has practised, as the console shows it: the made-up queue, one conversation, scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.practice import Line, Point, Scenario, lines_from, percent, points_from, stage_after
from app.domain.sla import SlaState
from app.store import practices as store
from app.store.practices import Practice
from app.store.staff import Staff

LATEST = 50


@dataclass(frozen=True, slots=True)
class Practised:
    """One practice. `is_heard`: the customer has heard all they wanted. The score is there once it has ended."""

    id: UUID
    by: str
    scenario: Scenario
    language: str
    opened_at: datetime
    ended_at: datetime | None
    state: SlaState
    lines: tuple[Line, ...]
    points: tuple[Point, ...]
    is_heard: bool

    @property
    def due_at(self) -> datetime:
        """What runs out next: the first response, or the resolution."""
        return (
            self.state.resolution_due_at if self.state.first_response_at else self.state.first_response_due_at
        )

    @property
    def percent(self) -> int:
        """The share of points met."""
        return percent(self.points)


def one(
    session: Session, scenarios: Mapping[str, Scenario], practice_id: UUID, staff_id: UUID
) -> Practised | None:
    """This person's practice; None where it is not theirs, or its customer is no longer there."""
    row = store.mine(session, practice_id, staff_id)
    return None if row is None else _practised(row, scenarios, "")


def listed(session: Session, scenarios: Mapping[str, Scenario], staff_id: UUID | None) -> list[Practised]:
    """The latest practices, the newest first; of everybody where nobody is named."""
    rows = store.latest(session, staff_id, LATEST)
    people = select(Staff.id, Staff.name, Staff.email).where(Staff.id.in_({row.staff_id for row in rows}))
    names = {row.id: row.name or row.email for row in session.execute(people)}
    found = (_practised(row, scenarios, names.get(row.staff_id, "")) for row in rows)
    return [shown for shown in found if shown is not None]


def _practised(row: Practice, scenarios: Mapping[str, Scenario], by: str) -> Practised | None:
    scenario = scenarios.get(row.scenario)
    if scenario is None:
        return None
    lines = tuple(lines_from(row.lines))
    return Practised(
        row.id,
        by,
        scenario,
        row.language,
        row.opened_at,
        row.ended_at,
        SlaState.from_json(row.clock),
        lines,
        tuple(points_from(row.points)),
        stage_after(scenario, lines) == len(scenario.stages),
    )
