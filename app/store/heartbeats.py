"""Signs of life of workers and clocks, and small facts that all processes share."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.columns import PlainJson
from app.store.tables import Table

WEB_ADDRESS = "web.address"
"""The name of the fact `{"public_url": ...}`: where the web is reached that was started last."""


class Heartbeat(Table):
    """The last sign of life of a process (`worker:host:pid`, `clock`) with what it says of itself."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    at: Mapped[datetime]
    says: Mapped[dict[str, Any]] = mapped_column(PlainJson, default=dict)


def beat(session: Session, name: str, now: datetime, says: dict[str, Any]) -> None:
    """Records a sign of life."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = insert(Heartbeat.__table__).values(name=name, at=now, says=says)  # type: ignore[arg-type]
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"at": now, "says": says}))


def latest(session: Session, name: str) -> dict[str, Any] | None:
    """What the process of this name said last; None where none ever said anything."""
    return session.scalars(select(Heartbeat.says).where(Heartbeat.name == name)).one_or_none()
