"""Imports the lists that staff have uploaded and started, slice by slice, and removes files that nobody needs."""

import secrets
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from app.domain.imports.columns import ColumnsUnclear
from app.domain.imports.words import STUMBLED
from app.sheets import Unreadable
from app.store import imports
from app.store.imports import DRAFT, FAILED, RUNNING, Import
from app.usecases.import_customers import Steps, TakenOver, carry_on
from app.usecases.isolation import each_alone_after_failure
from app.usecases.parts import Parts
from app.usecases.uploaded_lists import discard, list_of, words_of

KEPT = timedelta(days=1)
"""How long a list waits for somebody to confirm it: it holds phones in the clear."""
LEFT_BEHIND = timedelta(hours=1)
"""A file that no draft and no import names is removed after this: an upload that arrives is older within minutes."""
REPORT = ".errors.csv"


class Opened:
    """Imports under way: each stays open between two slices, so that no row is read twice."""

    def __init__(self) -> None:
        self._steps: dict[UUID, Steps] = {}

    def steps(self, parts: Parts, held: Import, now: datetime) -> Steps:
        """The import where it was left, or its list opened anew."""
        if held.id not in self._steps:
            brand = parts.directory.current(now).brands[held.brand_id]
            self._steps[held.id] = carry_on(parts, brand, list_of(held), lambda: held)
        return self._steps[held.id]

    def close(self, import_id: UUID) -> None:
        """Closes the list of one import."""
        if import_id in self._steps:
            self._steps.pop(import_id).close()

    def close_all_but(self, wanted: Collection[UUID]) -> None:
        """Closes those that have been ended elsewhere."""
        for import_id in self._steps.keys() - wanted:
            self.close(import_id)


def go_on_with_all(
    parts: Parts, opened: Opened, now: datetime, is_over: Callable[[], bool]
) -> dict[str, int]:
    """Imports what has been started until the slice is over, and forgets old drafts and files left behind."""
    with parts.store.read() as session:
        started = [one for one in imports.in_state(session, RUNNING) if "path" in one.terms]
        drafts = imports.in_state(session, DRAFT)
    old = [one.id for one in drafts if one.begun_at < now - KEPT]
    for import_id in old:
        discard(parts, import_id)
    _sweep(parts.uploads, {Path(one.terms["path"]) for one in (*started, *drafts)}, now)
    opened.close_all_but({one.id for one in started})
    ended = sum(_go_on(parts, opened, held, now, is_over) for held in started if not is_over())
    return {"imported": ended, "discarded": len(old)}


def _go_on(parts: Parts, opened: Opened, held: Import, now: datetime, is_over: Callable[[], bool]) -> bool:
    """Whether the import has ended, well or not. One that nobody can go on with does not hold up the others."""

    def import_slice(_ids: object) -> bool:
        try:
            steps = opened.steps(parts, held, now)
            return not any(is_over() for _ in steps)
        except TakenOver:
            opened.close(held.id)
            return False
        except (Unreadable, ColumnsUnclear) as error:
            _fail(parts, held, words_of(error, held.terms["language"]), now)
            return True

    def give_up(_id: UUID) -> None:
        _fail(parts, held, STUMBLED[0 if held.terms["language"] == "zh" else 1], now)

    try:
        has_ended = all(each_alone_after_failure([held.id], import_slice, give_up))
    except Exception:
        opened.close(held.id)  # the database is away: what is not kept is read anew
        raise
    if has_ended:
        opened.close(held.id)
        Path(held.terms["path"]).unlink(missing_ok=True)
    return has_ended


def _fail(parts: Parts, held: Import, reason: str, now: datetime) -> None:
    with parts.store.write() as session:
        failed = session.get_one(Import, held.id)
        failed.state, failed.reason, failed.ended_at = FAILED, reason[:300], now
        failed.digest = secrets.token_bytes(32)  # the same list may be tried again


def _sweep(folder: Path, wanted: Collection[Path], now: datetime) -> None:
    """Removes files that a process which was killed has left behind; reports stay to be read."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        with suppress(OSError):  # another process has removed it
            is_old = path.stat().st_mtime < (now - LEFT_BEHIND).timestamp()
            if is_old and path not in wanted and not path.name.endswith(REPORT):
                path.unlink()
