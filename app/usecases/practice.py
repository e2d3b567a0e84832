"""Lets staff practise on made-up customers: the clocks and content checks are the real ones, and nothing leaves.

No customer, message or complaint is made, so that nothing of it can be sent, counted or warned of. Source: SPEC CO-7.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from app.domain import practice
from app.domain.content.check import Finding, Severity
from app.domain.practice import CUSTOMER, STAFF, Line, Scenario
from app.domain.purpose import Purpose
from app.domain.sla import SlaState
from app.domain.text import clean, is_blank
from app.store import practices
from app.store.practices import Practice
from app.store.tables import new_id
from app.store.writing import insert_all
from app.usecases import content
from app.usecases.desk import DeskRefusal, StaffMember
from app.usecases.parts import Parts
from app.usecases.staff_texts import LOOKED_AT, MOST_CHARACTERS, TOO_LONG, Judged

MOST_LINES = 60
"""Of one practice: whoever needs more is not getting anywhere."""


def start(parts: Parts, staff: StaffMember, scenario_name: str, language: str, now: datetime) -> UUID:
    """A made-up customer writes; returns the practice's id. Raises DeskRefusal: `unknown_scenario`."""
    scenario = parts.practice.get(scenario_name)
    if scenario is None:
        raise DeskRefusal("unknown_scenario")
    opening = Line(CUSTOMER, scenario.opening[language], now)
    practice_id = new_id()
    row = {
        "id": practice_id,
        "staff_id": staff.id,
        "scenario": scenario.name,
        "language": language,
        "clock": practice.opened(scenario, now).to_json(),
        "lines": practice.to_json([opening]),
        "points": None,
        "opened_at": now,
        "ended_at": None,
    }
    with parts.store.write() as session:
        insert_all(session, Practice, [row])
    return practice_id


def say(parts: Parts, staff: StaffMember, practice_id: UUID, text: str, now: datetime) -> None:
    """Answers the customer, who answers at once. A text that the checks stop is kept, for it counts in the score.

    Raises DeskRefusal: `empty`, `unknown_practice`, `practice_over`, or what the content checks object to.
    """
    text = clean(text).strip()
    if is_blank(text):
        raise DeskRefusal("empty")
    told = judged(parts, text)
    stopped = told.objections if told else ()
    with _running(parts, staff, practice_id) as (row, scenario):
        lines = practice.lines_from(row.lines)
        if len(lines) >= MOST_LINES:
            raise DeskRefusal("practice_over")
        said = Line(STAFF, text[:LOOKED_AT], now, stopped[0].code if stopped else None)
        lines.append(said)
        if not stopped:
            row.clock = practice.replied(SlaState.from_json(row.clock), new_id(), now).to_json()
            answer = practice.answer(scenario, lines, row.language)
            lines += [Line(CUSTOMER, answer, now)] if answer else []
        row.lines = practice.to_json(lines)
    if stopped:
        raise DeskRefusal(stopped[0].code, stopped)


def end(parts: Parts, staff: StaffMember, practice_id: UUID, now: datetime) -> None:
    """Marks the matter as resolved, as staff see it, and keeps the score.

    Raises DeskRefusal: `unknown_practice`, `practice_over`.
    """
    with _running(parts, staff, practice_id) as (row, scenario):
        points = practice.score(scenario, SlaState.from_json(row.clock), practice.lines_from(row.lines), now)
        row.points, row.ended_at = [asdict(one) for one in points], now


def judged(parts: Parts, text: str) -> Judged | None:
    """A text as a customer of the first brand would get it, and what the checks say of it, what blocks it first; None
    where there is no brand with a channel yet."""
    try:
        (checked,) = content.checked(parts, [content.Draft(text[:LOOKED_AT], Purpose.REPLY)], None, None)
    except content.ContentRefused:
        return None
    found, length = checked.findings, max(len(text), len(checked.composed.text))
    if length > MOST_CHARACTERS and TOO_LONG not in {one.code for one in found}:
        found = (Finding(TOO_LONG, Severity.BLOCK, str(length)), *found)
    return Judged(checked.composed, found)


@contextmanager
def _running(parts: Parts, staff: StaffMember, practice_id: UUID) -> Iterator[tuple[Practice, Scenario]]:
    with parts.store.write() as session:
        row = practices.mine(session, practice_id, staff.id, is_locked=True)
        scenario = parts.practice.get(row.scenario) if row is not None else None
        if row is None or scenario is None:
            raise DeskRefusal("unknown_practice")
        if row.ended_at is not None:
            raise DeskRefusal("practice_over")
        yield row, scenario
