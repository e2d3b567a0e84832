"""Lists that staff upload: kept as a draft until the columns are confirmed and the import is started."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.domain.imports.columns import ColumnsUnclear, guesses
from app.domain.imports.sources import ConsentSource
from app.domain.imports.words import columns_words
from app.sheets import Unreadable, rows_about
from app.store import imports
from app.store.imports import DRAFT, RUNNING, Import
from app.store.tables import new_id
from app.usecases import audit
from app.usecases.customer_list import CustomerList, Head, digest_of, head_of
from app.usecases.directory import BrandView
from app.usecases.parts import Parts
from app.usecases.preview_import import Preview, preview

PREVIEWED = 5
"""Rows that are shown before an import is started."""


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
    partner_id: UUID | None = None


class AlreadyImported(Exception):
    """The same list on the same terms has been imported, or `is_under_way`."""

    def __init__(self, *, is_under_way: bool) -> None:
        super().__init__("under way" if is_under_way else "done")
        self.is_under_way = is_under_way


def keep_draft(parts: Parts, brand: BrandView, upload: Upload, now: datetime) -> UUID:
    """Keeps the list until somebody confirms it, and what is shown of it. Raises Unreadable."""
    at, head = upload.consent_at, head_of(upload.path, PREVIEWED)
    terms: dict[str, Any] = {
        "path": str(upload.path),
        "source": upload.source.value,
        "consent_at": at.isoformat() if at else None,
        "wording": upload.wording,
        "language": upload.language,
        "partner_id": str(upload.partner_id) if upload.partner_id else None,
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
        head=head.as_json(),
        counts={},
        last_row=0,
        report_size=0,
        begun_at=now,
    )
    with parts.store.write() as session:
        session.add(row)
    return row.id


def list_of(held: Import) -> CustomerList:
    """The list that a draft or a started import stands for."""
    terms, path = held.terms, Path(held.terms["path"])
    at = terms["consent_at"]
    return CustomerList(
        path=path,
        source=ConsentSource(terms["source"]),
        consent_at=datetime.fromisoformat(at) if at else None,
        wording=terms["wording"],
        told_columns=terms["told_columns"],
        actor=held.actor,
        language=terms["language"],
        report=path.with_suffix(".errors.csv"),
        file_name=held.file_name,
        partner_id=UUID(terms["partner_id"]) if terms["partner_id"] else None,
    )


def tell_columns(parts: Parts, import_id: UUID, told: Mapping[str, str]) -> Import | None:
    """Keeps what the columns of a draft mean; None where there is no such draft."""
    with parts.store.write() as session:
        held = session.get(Import, import_id)
        if held is None or held.state != DRAFT:
            return None
        held.terms = {**held.terms, "told_columns": dict(told)}
    return held


def look_at(parts: Parts, import_id: UUID, now: datetime) -> tuple[list[str], dict[str, str], Preview | str]:
    """A draft's columns, what they were said to mean, and its first rows, or in words why there are none.

    Raises LookupError where there is no such draft.
    """
    with parts.store.read() as session:
        held = imports.as_it_is(session, import_id)
    if held is None or held.head is None or held.state != DRAFT:
        raise LookupError(import_id)
    given, brand = list_of(held), parts.directory.current(now).brands[held.brand_id]
    head = Head.of_json(held.head)
    meanings = guesses(head.header) | dict(given.told_columns)
    try:
        return head.header, meanings, preview(parts, brand, given, head, now)
    except ColumnsUnclear as error:
        return head.header, meanings, words_of(error, given.language)


def words_of(error: Unreadable | ColumnsUnclear, language: str) -> str:
    """Why a list cannot be imported, for its marketer."""
    if isinstance(error, ColumnsUnclear):
        return columns_words(error, language)
    return error.zh if language == "zh" else error.en


def start(parts: Parts, import_id: UUID, now: datetime) -> None:
    """Lets a draft be imported; once more, it changes nothing.

    Raises AlreadyImported, and Unreadable where its file is gone.
    """
    with parts.store.read() as session:
        held = imports.as_it_is(session, import_id)
    if held is None or held.state != DRAFT:
        return
    try:
        digest = digest_of(list_of(held))
    except OSError as error:
        raise Unreadable("no_file", error.strerror or "") from None
    try:
        _start(parts, held, digest, now)
    except IntegrityError:  # the same list was started at the same moment
        raise AlreadyImported(is_under_way=True) from None


def _start(parts: Parts, held: Import, digest: bytes, now: datetime) -> None:
    with parts.store.write() as session:
        known, import_id = imports.known(session, held.brand_id, digest), held.id
        if known is not None and known.id == import_id:
            return
        if known is not None:
            raise AlreadyImported(is_under_way=known.state == RUNNING)
        held = session.get_one(Import, import_id)
        held.digest, held.state, held.begun_at, held.head = digest, RUNNING, now, None
        told = {"file": held.file_name, "source": held.terms["source"]}
        audit.note(session, held.actor, "customers.import", "import", str(held.id), now, None, **told)


def discard(parts: Parts, import_id: UUID) -> None:
    """Forgets a draft with its file."""
    with parts.store.write() as session:
        held = session.get(Import, import_id)
        if held is not None and held.state == DRAFT:
            session.delete(held)
            Path(held.terms["path"]).unlink(missing_ok=True)
