"""Reads the decision log about one person, and says each decision in a sentence."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from app.reads.intent_words import intent_words
from app.reads.reason_words import Language, code_words, reason_words
from app.reads.verdict_words import verdict_words
from app.store import decisions
from app.store.brands import Brand
from app.store.decisions import Decision
from app.store.outbound.table import (
    ACCEPTED,
    DELIVERED,
    FAILED,
    QUEUED,
    READ,
    SENT,
    UNDELIVERED,
    UNKNOWN,
    Outbound,
)
from app.store.owners import owners_of

_DETAILS: dict[str, tuple[str, str]] = {
    "word": ("词“{}”", "word “{}”"),
    "matched": ("关键词“{}”", "keyword “{}”"),
    "flow": ("流程 {}", "flow {}"),
    "intent": ("意图：{}", "intent: {}"),
    "confidence": ("把握 {}", "confidence {}"),
    "scope": ("范围 {}", "scope {}"),
    "category": ("类别 {}", "category {}"),
    "number": ("编号 {}", "number {}"),
    "purpose": ("用途 {}", "purpose {}"),
    "rule": ("规则 {}", "rule {}"),
    "code": ("回执码 {}", "code {}"),
    "model": ("模型 {}", "model {}"),
    "source": ("来源 {}", "source {}"),
}
"""What of a decision's details is told, in this order."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One decision with what it was about. `brand` is the brand's short name."""

    at: datetime
    brand: str
    subject: str
    subject_id: UUID
    verdict: str
    reason: str
    details: Mapping[str, Any]
    trace_id: str

    def sentence(self, language: Language) -> str:
        """The decision in plain words, its codes behind them."""
        said = reason_words(self.reason, language)
        told = _told(self, said, language)
        what = verdict_words(self.subject, self.verdict, language)
        if not said:
            return what
        if language == "zh":
            return f"{what}：{said}{'（' + '，'.join(told) + '）' if told else ''}"
        return f"{what}: {said}{' (' + ', '.join(told) + ')' if told else ''}"

    def as_json(self, language: Language) -> dict[str, Any]:
        """The decision as the API and `--json` give it."""
        return {
            "at": self.at.isoformat(),
            "brand": self.brand,
            "subject": self.subject,
            "subject_id": str(self.subject_id),
            "verdict": self.verdict,
            "reason": self.reason,
            "details": dict(self.details),
            "trace_id": self.trace_id,
            "sentence": self.sentence(language),
        }


def _told(decision: Explained, said: str, language: Language) -> list[str]:
    told, details = [], decision.details
    for name, pair in _DETAILS.items():
        value = details.get(name)
        if value in (None, "", []) or (name == "matched" and not decision.reason.startswith("keyword")):
            continue
        if name == "confidence":
            value = f"{float(value):.0%}"
        if name in ("purpose", "scope"):
            value = code_words(str(value), language)
        if name == "intent":
            value = intent_words(str(value), language)
        phrase = (pair[0] if language == "zh" else pair[1]).format(value)
        if name != "intent" or str(value) not in said:
            told.append(phrase)
    others = [code for code in details.get("reasons", [])[1:] if isinstance(code, str)]
    told += [reason_words(code, language) for code in others]
    told += [code_words(sign, language) for sign in details.get("signs", []) if isinstance(sign, str)]
    return told


def about_person(session: Session, e164: str, until: datetime) -> list[Explained] | None:
    """Every decision about the person with this phone, and about who had it before, up to a moment, oldest first;
    None if nobody has it."""
    owners = owners_of(session, e164)
    if not owners:
        return None
    found = [one for owner in owners for one in about_customer(session, owner, until)]
    return sorted(found, key=lambda one: one.at)


def about_customer(session: Session, customer_id: UUID, until: datetime) -> list[Explained]:
    """Every decision about a customer up to a moment, oldest first."""
    decided = _explained(session, decisions.about(session, customer_id, until))
    logged = {(one.subject_id, one.verdict) for one in decided}
    fates = _fates(session, customer_id, until)
    told = [*decided, *(one for one in fates if (one.subject_id, one.verdict) not in logged)]
    return sorted(told, key=lambda one: one.at)


HANDED = (ACCEPTED, SENT, DELIVERED, READ, UNDELIVERED, UNKNOWN, FAILED)
FATE = (
    Outbound.status,
    Outbound.reason,
    Outbound.code,
    Outbound.created_at,
    Outbound.handed_at,
    Outbound.settled_at,
    Outbound.trace_id,
)


def _fates(session: Session, customer_id: UUID, until: datetime) -> list[Explained]:
    """What became of each message that was let through, as far as it is known; in the form of a decision."""
    is_told = Outbound.status.in_(HANDED) | ((Outbound.status == QUEUED) & (Outbound.reason == "retry"))
    query = (
        select(Outbound, Brand.code)
        .options(load_only(*FATE))
        .join(Brand, Brand.id == Outbound.brand_id)
        .where(Outbound.customer_id == customer_id, is_told)
        .order_by(Outbound.created_at, Outbound.id)
    )
    found = [_fate(row, brand) for row, brand in session.execute(query)]
    return [fate for fate in found if fate.at <= until]


def _fate(row: Outbound, brand: str) -> Explained:
    """A receipt's own time may lie before the hand-over: clocks differ, and what was sent was sent first."""
    at = max(moment for moment in (row.handed_at, row.settled_at, row.created_at) if moment is not None)
    details = {"code": row.code} if row.code else {}
    return Explained(at, brand, "outbound", row.id, row.status, row.reason or "", details, row.trace_id)


def about_subjects(session: Session, ids: Collection[UUID]) -> list[Explained]:
    """Every decision about these messages, hand-overs or complaints, oldest first."""
    mine = select(Decision).where(Decision.subject_id.in_(ids)).order_by(Decision.at, Decision.id)
    return _explained(session, list(session.scalars(mine)))


def _explained(session: Session, found: Sequence[Decision]) -> list[Explained]:
    codes = {row.id: row.code for row in session.execute(select(Brand.id, Brand.code))}
    return [
        Explained(
            row.at,
            codes.get(row.brand_id, "") if row.brand_id else "",
            row.subject,
            row.subject_id,
            row.verdict,
            row.reason,
            row.details,
            row.trace_id,
        )
        for row in found
    ]
