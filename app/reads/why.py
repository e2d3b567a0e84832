"""Reads the decision log about one person, and says each decision in a sentence."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reads.reason_words import Language, code_words, intent_words, reason_words, verdict_words
from app.store import customers, decisions
from app.store.brands import Brand
from app.store.decisions import Decision

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
    return told


def about_person(session: Session, e164: str, until: datetime) -> list[Explained] | None:
    """Every decision about the person with this phone up to a moment, oldest first; None if nobody has it."""
    customer = customers.by_phone(session, e164)
    return None if customer is None else _explained(session, decisions.about(session, customer.id, until))


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
