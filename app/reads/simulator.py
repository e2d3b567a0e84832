"""What the simulator's phone shows: one person's messages with one brand, their states, and what decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.reads.reason_words import reason_words
from app.reads.why import Explained, about_subjects
from app.store.inbounds import Inbound
from app.store.outbound.table import Outbound
from app.store.owners import owners_of

SHOWN = 200
"""Messages that a phone shows: the newest."""

INBOUND: tuple[Any, ...] = (
    Inbound.id,
    Inbound.status,
    Inbound.outcome.label("reason"),
    Inbound.received_at.label("at"),
)
OUTBOUND: tuple[Any, ...] = (
    Outbound.id,
    Outbound.status,
    Outbound.reason,
    Outbound.created_at.label("at"),
    Outbound.inbound_id,
    Outbound.purpose,
    Outbound.code,
    Outbound.attempts,
    Outbound.due_at,
)


@dataclass(frozen=True, slots=True)
class Thread:
    """One person's messages by their states alone; the texts are read when the states have changed."""

    inbounds: Sequence[Row[Any]] = ()
    outbounds: Sequence[Row[Any]] = ()

    @property
    def version(self) -> str:
        """Changes when a message is added or changes its state."""
        states = [repr(tuple(row)) for row in (*self.inbounds, *self.outbounds)]
        return sha256("\n".join(states).encode()).hexdigest()[:32]


def thread(session: Session, e164: str, brand_id: UUID | None) -> Thread:
    """The newest messages with this phone, of one brand or of all; decrypts nothing."""
    owners = owners_of(session, e164)
    if not owners:
        return Thread()
    inbounds = select(*INBOUND).where(Inbound.customer_id.in_(owners))
    outbounds = select(*OUTBOUND).where(Outbound.customer_id.in_(owners))
    if brand_id is not None:
        inbounds = inbounds.where(Inbound.brand_id == brand_id)
        outbounds = outbounds.where(Outbound.brand_id == brand_id)
    return Thread(
        session.execute(inbounds.order_by(Inbound.received_at.desc(), Inbound.id.desc()).limit(SHOWN)).all(),
        session.execute(
            outbounds.order_by(Outbound.created_at.desc(), Outbound.id.desc()).limit(SHOWN)
        ).all(),
    )


def messages(session: Session, found: Thread) -> list[dict[str, Any]]:
    """The thread's messages as the phone gets them, the newest last."""
    ids = [row.id for row in (*found.inbounds, *found.outbounds)]
    log: dict[UUID, list[Explained]] = {}
    for decision in about_subjects(session, ids):
        log.setdefault(decision.subject_id, []).append(decision)
    texts: dict[UUID, str] = {}
    for table in (Inbound, Outbound):
        read = session.execute(select(table.id, table.text).where(table.id.in_(ids)))
        texts |= {row.id: row.text for row in read}
    shown = [_inbound(row, texts[row.id], log.get(row.id, [])) for row in found.inbounds]
    shown += [_outbound(row, texts[row.id], log.get(row.id, [])) for row in found.outbounds]
    return sorted(shown, key=lambda message: (message["at"], message["id"]))[-SHOWN:]


def _inbound(row: Row[Any], text: str, log: Sequence[Explained]) -> dict[str, Any]:
    message = _message(row, "inbound", text, log)
    return {**message, "decision": _decision(log[-1]) if log else None}


def _outbound(row: Row[Any], text: str, log: Sequence[Explained]) -> dict[str, Any]:
    return {
        **_message(row, "outbound", text, log),
        "answers": str(row.inbound_id) if row.inbound_id else None,
        "purpose": row.purpose,
        "code": row.code,
        "attempts": row.attempts,
        "due_at": _moment(row.due_at),
    }


def _message(row: Row[Any], direction: str, text: str, log: Sequence[Explained]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "direction": direction,
        "text": text,
        "at": _moment(row.at),
        "status": row.status,
        "reason": row.reason,
        "reason_words": _both(row.reason),
        "log": [
            {
                "at": _moment(decision.at),
                "verdict": decision.verdict,
                "zh": decision.sentence("zh"),
                "en": decision.sentence("en"),
            }
            for decision in log
        ],
    }


def _decision(decided: Explained) -> dict[str, Any]:
    """What decided a text: a rule's word, a keyword, the open question, or a meaning with its confidence."""
    details: Mapping[str, Any] = decided.details
    return {
        "by": _kind(decided.reason, details),
        "verdict": decided.verdict,
        "reason": decided.reason,
        "reason_words": _both(decided.reason),
        "keyword": details.get("word") or (details.get("matched") if "keyword" in decided.reason else None),
        "intent": details.get("intent"),
        "confidence": details.get("confidence"),
        "flow": details.get("flow"),
        "model": details.get("model") or None,
    }


def _kind(reason: str, details: Mapping[str, Any]) -> str:
    if reason.startswith("keyword"):
        return "keyword"
    if reason in ("question_exact", "question_free_text") and not details.get("intent"):
        return "question"
    return "intent" if details.get("intent") else "rule"


def _both(reason: str | None) -> dict[str, str]:
    return {"zh": reason_words(reason, "zh"), "en": reason_words(reason, "en")}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
