"""Flows of a brand and their published versions, which never change."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.brands import Brand
from app.store.columns import PlainJson
from app.store.tables import Table, primary_key, reference


class Flow(Table):
    """A flow by name; `version` is the published one, 0 while there is none."""

    __tablename__ = "flows"
    __table_args__ = (UniqueConstraint("brand_id", "name"),)

    id: Mapped[UUID] = primary_key()
    brand_id: Mapped[UUID] = reference("brands.id")
    name: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime]


class FlowVersion(Table):
    """One published definition; runs under way keep to the version they started with."""

    __tablename__ = "flow_versions"
    __table_args__ = (UniqueConstraint("flow_id", "version"),)

    id: Mapped[UUID] = primary_key()
    flow_id: Mapped[UUID] = reference("flows.id")
    version: Mapped[int]
    definition: Mapped[dict[str, Any]] = mapped_column(PlainJson)
    transcripts: Mapped[list[Any]] = mapped_column(PlainJson, default=list)
    published_at: Mapped[datetime]
    published_by: Mapped[UUID | None]


def published(session: Session, brand_id: UUID) -> dict[str, FlowVersion]:
    """The brand's published definitions by flow name."""
    found = session.execute(
        select(Flow.name, FlowVersion)
        .join(FlowVersion, (FlowVersion.flow_id == Flow.id) & (FlowVersion.version == Flow.version))
        .where(Flow.brand_id == brand_id)
        .order_by(Flow.name)
    )
    return {row.name: row.FlowVersion for row in found}


def versions(session: Session, keys: Collection[tuple[UUID, str, int]]) -> dict[tuple[UUID, str, int], Any]:
    """Definitions of (brand, flow name, version) triples that are not the published ones any more."""
    found: dict[tuple[UUID, str, int], Any] = {}
    for brand_id, name, version in keys:
        definition = session.scalars(
            select(FlowVersion.definition)
            .join(Flow, Flow.id == FlowVersion.flow_id)
            .where(Flow.brand_id == brand_id, Flow.name == name, FlowVersion.version == version)
        ).one_or_none()
        if definition is not None:
            found[brand_id, name, version] = definition
    return found


def named(session: Session, brand_id: UUID, name: str) -> Flow | None:
    """The brand's flow with this name."""
    mine = (Flow.brand_id == brand_id, Flow.name == name)
    return session.scalars(select(Flow).where(*mine)).one_or_none()


def last_version(session: Session, flow_id: UUID) -> int:
    """The highest version that this flow has ever been published as; 0 where it never was."""
    highest = select(func.max(FlowVersion.version)).where(FlowVersion.flow_id == flow_id)
    return session.scalars(highest).one() or 0


def announce(session: Session, brand_id: UUID) -> None:
    """Tells every process that the brand's published flows are not what they were."""
    session.execute(update(Brand).where(Brand.id == brand_id).values(flow_revision=Brand.flow_revision + 1))
