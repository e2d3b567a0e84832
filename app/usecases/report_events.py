"""Records a large array of events in pieces that hold the database for a moment only; a bad one loses no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError

from app.store import events
from app.usecases.directory import BrandView
from app.usecases.parts import Parts
from app.usecases.record_events import NewEvent, record_events

SQLITE_PIECE = 25
PIECE = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of each event, in the order told: recorded, duplicate or failed; and how many flows began."""

    states: tuple[str, ...]
    started: int


def report_events(parts: Parts, brand: BrandView, told: Sequence[NewEvent], now: datetime) -> Reported:
    """Records events of one brand. The database's errors are raised: all may be repeated, known ones stay one."""
    size = SQLITE_PIECE if parts.store.is_sqlite else PIECE
    states: list[str] = []
    started = 0
    known: set[str] = set()
    for begin in range(0, len(told), size):
        piece = told[begin : begin + size]
        known |= _known(parts, brand, piece)
        new = [event for event in piece if event.key not in known]
        done, begun = _piece(parts, brand, new, now) if new else ([], 0)
        started += begun
        lost = {id(event) for event, is_kept in zip(new, done, strict=True) if not is_kept}
        for event in piece:
            is_known = event.key in known
            states.append("failed" if id(event) in lost else "duplicate" if is_known else "recorded")
            if id(event) not in lost:
                known.add(event.key)
    return Reported(tuple(states), started)


def _known(parts: Parts, brand: BrandView, piece: Sequence[NewEvent]) -> set[str]:
    with parts.store.read() as session:
        return events.known_keys(session, brand.id, [event.key for event in piece])


def _piece(
    parts: Parts, brand: BrandView, piece: Sequence[NewEvent], now: datetime
) -> tuple[list[bool], int]:
    """Whether each event was recorded, and how many flows began; after an error each is tried alone."""
    try:
        return [True] * len(piece), record_events(parts, brand, piece, now).started
    except DBAPIError:
        raise
    except Exception:  # whatever one event set off must not cost its neighbours
        log.exception("events could not be recorded", events=len(piece), brand=brand.code)
        if len(piece) == 1:
            return [False], 0
    alone = [_piece(parts, brand, [event], now) for event in piece]
    return [done for states, _ in alone for done in states], sum(started for _, started in alone)
