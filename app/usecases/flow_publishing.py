"""Publishes flow definitions for a brand; a published version never changes, and runs under way keep theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.flows.definition import Definition
from app.domain.flows.findings import Finding, Source
from app.domain.flows.loop_checks import findings_of_loops
from app.domain.flows.text_checks import Terms, check_texts
from app.rules import Rules
from app.store import flows
from app.store.flows import Flow, FlowVersion
from app.store.tables import new_id
from app.usecases import audit, content, messages
from app.usecases.directory import BrandView
from app.usecases.parts import Parts


class FlowsRefused(Exception):
    """Texts of these flows would never be sent, or without end; `findings` says which and why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(map(str, findings)))
        self.findings = tuple(findings)


def anybodys_terms(rules: Rules, now: datetime) -> Terms:
    """By what the texts of a flow are judged while it is not known whose it is."""
    return Terms(rules.lists, rules.checks, rules.channel_styles, rules.promotional, rules.transactional, now)


def text_terms(parts: Parts, brand: BrandView, now: datetime) -> Terms:
    """By what the texts of the brand's flows are judged before they are published."""
    own = content.terms_of(parts, brand, parts.directory.current(now).offers.get(brand.id, {}), now)
    identity = messages.identity_of(brand)
    return replace(anybodys_terms(parts.rules, own.now), brand=identity, hosts=own.hosts, offers=own.offers)


def publish(
    parts: Parts,
    brand_code: str,
    definitions: Sequence[Definition],
    now: datetime,
    actor: str,
    transcripts: Mapping[str, Sequence[Any]] | None = None,
) -> list[str]:
    """Publishes what differs from the published version; returns the names of the flows that changed.

    Raises FlowsRefused where the gate would surely refuse one of their texts, or where they text without end.
    """
    brand = parts.directory.current(now).brand_coded(brand_code)
    if brand is None:
        raise KeyError(brand_code)
    told = [(one, Source(one.name)) for one in definitions]
    if wrong := [*check_texts(told, text_terms(parts, brand, now)), *findings_of_loops(told)]:
        raise FlowsRefused(wrong)
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
