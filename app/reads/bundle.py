"""Gathers what a bundle for a regulator holds of one person: ledger rows with their proof, texts, words for codes."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reads.why import Explained
from app.store import customers, ledgers
from app.store.brands import Brand
from app.store.inbounds import Inbound
from app.store.ledgers import Row
from app.store.outbound.table import Outbound
from app.store.seals import Seal

Shown = dict[str, Any]
OPT_OUTS = ("withdrawn", "stopped_all")


def content(
    session: Session, e164: str, since: datetime | None, until: datetime, now: datetime, actor: str
) -> Shown | None:
    """All that the bundle says; None if nobody has this phone. The consents are whole, from the first on."""
    customer = customers.by_phone(session, e164)
    if customer is None:
        return None
    consents = ledgers.of_customer(session, "consent_events", customer.id, None, until)
    decisions = ledgers.of_customer(session, "decisions", customer.id, since, until)
    seals = _seals(session, {row["seal_id"] for row, _ in (*consents, *decisions)})
    brands = list(session.scalars(select(Brand).order_by(Brand.code)))
    codes = {brand.id: brand.code for brand in brands}
    return {
        "asked": {"phone": e164, "from": _moment(since), "to": _moment(until)},
        "made": {"at": _moment(now), "by": actor},
        "customer": {"id": str(customer.id), "known_since": _moment(customer.created_at)},
        "brands": [{"id": str(one.id), "code": one.code, "name": one.name} for one in brands],
        "consents": [_proved("consent_events", *one, seals) for one in consents],
        "decisions": [
            {**_proved("decisions", *one, seals), "words": _words(one[0], codes)} for one in decisions
        ],
        "opt_outs": [str(row["id"]) for row, _ in consents if row["kind"] in OPT_OUTS],
        "inbounds": [_inbound(row) for row in _messages(session, Inbound, customer.id, since, until)],
        "outbounds": [_outbound(row) for row in _messages(session, Outbound, customer.id, since, until)],
        "seals": [_seal(session, seal) for seal in seals.values()],
    }


def _seals(session: Session, ids: set[UUID | None]) -> dict[UUID, Seal]:
    mine = select(Seal).where(Seal.id.in_([one for one in ids if one is not None]))
    return {seal.id: seal for seal in session.scalars(mine.order_by(Seal.ledger, Seal.sequence))}


def _proved(ledger: str, row: Row, keys: Mapping[str, str], seals: Mapping[UUID, Seal]) -> Shown:
    """A row as its digest sees it, with the key of its digest, its place in the chain, and its envelopes opened."""
    seal = seals.get(row["seal_id"]) if row["seal_id"] is not None else None
    key, digest = ledgers.proof(ledger, row)
    return {
        "row": ledgers.written(ledger, row),
        "key": key.hex(),
        "digest": digest.hex(),
        "seal": seal.sequence if seal is not None else None,
        "opened": {
            column: {"key": key, "value": json.loads(Fernet(key).decrypt(row[column]))}
            for column, key in keys.items()
        },
    }


def _words(row: Row, codes: Mapping[UUID, str]) -> Shown:
    explained = Explained(
        row["at"],
        codes.get(row["brand_id"], "") if row["brand_id"] is not None else "",
        row["subject"],
        row["subject_id"],
        row["verdict"],
        row["reason"],
        json.loads(row["details"]),
        row["trace_id"],
    )
    return {"zh": explained.sentence("zh"), "en": explained.sentence("en")}


def _seal(session: Session, seal: Seal) -> Shown:
    return {
        "says": seal.link().says.document(),
        "digest": bytes(seal.digest).hex(),
        "signature": bytes(seal.signature).hex(),
        "rows": [digest.hex() for digest in ledgers.digests_under(session, seal)],
    }


def _messages(
    session: Session, table: Any, customer_id: UUID, since: datetime | None, until: datetime
) -> Sequence[Any]:
    at = table.received_at if table is Inbound else table.created_at
    mine = select(table).where(table.customer_id == customer_id, at <= until)
    mine = mine.where(at >= since) if since is not None else mine
    return session.scalars(mine.order_by(at, table.id)).all()


def _inbound(row: Any) -> Shown:
    return {
        "id": str(row.id),
        "brand_id": str(row.brand_id),
        "text": row.text,
        "received_at": _moment(row.received_at),
        "status": row.status,
        "outcome": row.outcome,
    }


def _outbound(row: Any) -> Shown:
    return {
        "id": str(row.id),
        "brand_id": str(row.brand_id),
        "text": row.text,
        "purpose": row.purpose,
        "parts": row.parts,
        "status": row.status,
        "reason": row.reason,
        "code": row.code,
        "created_at": _moment(row.created_at),
        "handed_at": _moment(row.handed_at),
        "settled_at": _moment(row.settled_at),
        "provider_id": row.provider_id,
        "answers": str(row.inbound_id) if row.inbound_id else None,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="microseconds") if at is not None else None
