"""Lists that staff upload: kept as a draft until the columns are confirmed, then imported slice by slice."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from app.domain.imports.columns import ColumnsUnclear, guesses
from app.domain.imports.sources import ConsentSource
from app.domain.imports.words import columns_words
from app.sheets import Unreadable, rows_about
from app.store import imports
from app.store.imports import DRAFT, FAILED, RUNNING, Import
from app.store.tables import new_id
from app.usecases import audit
from app.usecases.directory import BrandView
from app.usecases.import_customers import Order, TakenOver, carry_on, digest_of, header_of
from app.usecases.parts import Parts
from app.usecases.preview_import import Preview, preview

KEPT = timedelta(days=1)
"""How long a list waits for somebody to confirm it: it holds phones in the clear."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What staff have chosen beside the file."""

    path: Path
    file_name: str
    source: ConsentSource
    consent_at: datetime | None
    wording: str | None
    actor: str
    language: str


class AlreadyImported(Exception):
    """The same list on the same terms has been imported, or is being imported."""


class _Enough(Exception):
    """The slice is over; what is left is done in the next one."""


def keep_draft(parts: Parts, brand: BrandView, upload: Upload, now: datetime) -> UUID:
    """Keeps the list until somebody confirms it."""
    at = upload.consent_at
    terms: dict[str, Any] = {
        "path": str(upload.path),
        "source": upload.source.value,
        "consent_at": at.isoformat() if at else None,
        "wording": upload.wording,
        "language": upload.language,
        "told_columns": {},
        "about": rows_about(upload.path),
    }
    row = Import(
        id=new_id(),
        brand_id=brand.id,
        digest=secrets.token_bytes(32),  # the real one needs the columns
        file_name=upload.file_name[-200:],
        actor=upload.actor[:80],
        state=DRAFT,
        terms=terms,
        counts={},
        last_row=0,
        report_size=0,
        begun_at=now,
    )
    with parts.store.write() as session:
        session.add(row)
    return row.id


def order_of(held: Import) -> Order:
    """The order that a draft or a started import stands for."""
    terms, path = held.terms, Path(held.terms["path"])
    at = terms["consent_at"]
    return Order(
        path=path,
        source=ConsentSource(terms["source"]),
        consent_at=datetime.fromisoformat(at) if at else None,
        wording=terms["wording"],
        told_columns=terms["told_columns"],
        actor=held.actor,
        language=terms["language"],
        report=path.with_suffix(".errors.csv"),
        file_name=held.file_name,
    )


def tell_columns(parts: Parts, import_id: UUID, told: Mapping[str, str]) -> Import | None:
    """Keeps what the columns of a draft mean; None where there is no such draft."""
    with parts.store.write() as session:
        held = session.get(Import, import_id)
        if held is None or held.state != DRAFT:
            return None
        held.terms = {**held.terms, "told_columns": dict(told)}
    return held


def look_at(
    parts: Parts, import_id: UUID, count: int, now: datetime
) -> tuple[list[str], dict[str, str], Preview | str]:
    """A draft's columns, what they were said to mean, and its first rows, or in words why there are none.

    Raises LookupError where there is no such draft.
    """
    with parts.store.read() as session:
        held = imports.as_it_is(session, import_id)
    if held is None or held.state != DRAFT:
        raise LookupError(import_id)
    order, brand = order_of(held), parts.directory.current(now).brands[held.brand_id]
    header = header_of(order.path)
    meanings = guesses(header) | dict(order.told_columns)
    try:
        return header, meanings, preview(parts, brand, order, count, now)
    except (Unreadable, ColumnsUnclear) as error:
        return header, meanings, _words(error, order.language)


def _words(error: Unreadable | ColumnsUnclear, language: str) -> str:
    if isinstance(error, ColumnsUnclear):
        return columns_words(error, language)
    return error.zh if language == "zh" else error.en


def start(parts: Parts, import_id: UUID, now: datetime) -> None:
    """Lets a draft be imported. Raises AlreadyImported."""
    with parts.store.read() as session:
        held = imports.as_it_is(session, import_id)
    if held is None or held.state != DRAFT:
        return
    digest = digest_of(order_of(held))
    with parts.store.write() as session:
        if imports.known(session, held.brand_id, digest) is not None:
            raise AlreadyImported
        held = session.get_one(Import, import_id)
        held.digest, held.state, held.begun_at = digest, RUNNING, now
        told = {"file": held.file_name, "source": held.terms["source"]}
        audit.note(session, held.actor, "customers.import", "import", str(held.id), now, None, **told)


def discard(parts: Parts, import_id: UUID) -> None:
    """Forgets a draft with its file."""
    with parts.store.write() as session:
        held = session.get(Import, import_id)
        if held is not None and held.state == DRAFT:
            session.delete(held)
            Path(held.terms["path"]).unlink(missing_ok=True)


def go_on_with_all(parts: Parts, now: datetime, is_over: Callable[[], bool]) -> dict[str, int]:
    """Imports what has been started until the slice is over, and forgets old drafts."""
    with parts.store.read() as session:
        started = [one for one in imports.in_state(session, RUNNING) if "path" in one.terms]
        old = [one.id for one in imports.in_state(session, DRAFT) if one.begun_at < now - KEPT]
    for import_id in old:
        discard(parts, import_id)
    ended = sum(_go_on(parts, held, now, is_over) for held in started if not is_over())
    return {"imported": ended, "discarded": len(old)}


def _go_on(parts: Parts, held: Import, now: datetime, is_over: Callable[[], bool]) -> bool:
    """Whether the import has ended, well or not."""

    def tell(_row: int) -> None:
        if is_over():
            raise _Enough

    brand, order = parts.directory.current(now).brands[held.brand_id], order_of(held)
    try:
        carry_on(parts, brand, order, lambda: held, tell)
    except (_Enough, TakenOver):
        return False
    except (Unreadable, ColumnsUnclear) as error:
        with parts.store.write() as session:
            failed = session.get_one(Import, held.id)
            failed.state, failed.reason, failed.ended_at = FAILED, _words(error, order.language)[:300], now
            failed.digest = secrets.token_bytes(32)  # the same list may be tried again
    order.path.unlink(missing_ok=True)
    return True
