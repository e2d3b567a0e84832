"""What a number-check service has last said of each customer's number."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.store.personal import ERASED
from app.store.tables import Table
from app.store.writing import core

NOTHING = "unknown"
"""The standing that says nothing: the number was asked about, and is not verified by it."""


class NumberCheck(Table):
    """A checker's last word on a customer's number; `at` is when it was asked."""

    __tablename__ = "number_checks"

    customer_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("customers.id"), primary_key=True)
    at: Mapped[datetime]
    standing: Mapped[str] = mapped_column(String(20), info={ERASED: NOTHING})
    code: Mapped[str | None] = mapped_column(String(40), info={ERASED: None})


def keep(session: Session, rows: list[dict[str, Any]]) -> None:
    """Keeps the last word on each of these customers' numbers, whose rows this transaction has locked."""
    if not rows:
        return
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    added = insert(core(NumberCheck))
    told = {name: added.excluded[name] for name in ("at", "standing", "code")}
    session.connection().execute(added.on_conflict_do_update(index_elements=["customer_id"], set_=told), rows)
