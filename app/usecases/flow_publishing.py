"""Publishes flow definitions for a brand; a published version never changes, and runs under way keep theirs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.flows.definition import Definition
from app.store import flows
from app.store.flows import Flow, FlowVersion
from app.store.tables import new_id
from app.usecases import audit
from app.usecases.directory import BrandView
from app.usecases.parts import Parts


def publish(
    parts: Parts,
    brand_code: str,
    definitions: Sequence[Definition],
    now: datetime,
    actor: str,
    transcripts: Mapping[str, Sequence[Any]] | None = None,
) -> list[str]:
    """Publishes what differs from the published version; returns the names of the flows that changed."""
    brand = parts.directory.current(now).brand_coded(brand_code)
    if brand is None:
        raise KeyError(brand_code)
    with parts.store.write() as session:
        changed = [
            definition.name
            for definition in definitions
            if _publish(
                session, brand.id, definition, list((transcripts or {}).get(definition.name, ())), now
            )
        ]
        if changed:
            flows.announce(session, brand.id)
            audit.note(session, actor, "flows.publish", "brand", brand.code, now, flows=changed)
    parts.directory.renew()
    return changed


def published(parts: Parts, brand: BrandView) -> list[Definition]:
    """The brand's published definitions, by name."""
    with parts.store.read() as session:
        return [
            Definition.model_validate(row.definition) for row in flows.published(session, brand.id).values()
        ]


def _publish(
    session: Session, brand_id: Any, definition: Definition, transcripts: list[Any], now: datetime
) -> bool:
    plain = definition.model_dump(mode="json")
    flow = flows.named(session, brand_id, definition.name)
    if flow is None:
        flow = Flow(id=new_id(), brand_id=brand_id, name=definition.name, version=0, updated_at=now)
        session.add(flow)
        session.flush()
    held = flows.versions(session, [(brand_id, definition.name, flow.version)]).values()
    if plain in held:
        return False
    flow.version = flows.last_version(session, flow.id) + 1
    flow.updated_at = now
    session.add(
        FlowVersion(
            id=new_id(),
            flow_id=flow.id,
            version=flow.version,
            definition=plain,
            transcripts=transcripts,
            published_at=now,
        )
    )
    session.flush()
    return True
