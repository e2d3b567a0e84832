"""Counts what changes at a brand's desk, so that an open page learns by one small question whether it is as it was."""

from collections.abc import Collection
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.store.tables import Table


class DeskCounter(Table):
    """One brand's: it grows with whatever its inbox shows."""

    __tablename__ = "desk_counters"

    brand_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("brands.id"), primary_key=True)
    changes: Mapped[int] = mapped_column(default=1)


COUNTERS = select(DeskCounter.brand_id, DeskCounter.changes).order_by(DeskCounter.brand_id)


def moved(session: Session, brands: Collection[UUID]) -> None:
    """Something has changed at these brands' desks. The last thing that a transaction does: others who change something
    there wait for its end."""
    statement = _counted(session.get_bind().dialect.name)
    for brand_id in sorted(brands):
        session.connection().execute(statement, {"brand_id": brand_id})


@cache
def _counted(dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    new = insert(DeskCounter).values(brand_id=bindparam("brand_id"), changes=1)
    return new.on_conflict_do_update(index_elements=["brand_id"], set_={"changes": DeskCounter.changes + 1})
