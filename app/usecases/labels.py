"""Corrects what a text was taken for: staff label it, somebody reviews the label, the next model learns from it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.flows.vocabulary import INTENTS
from app.domain.text import clean, is_blank
from app.nlu import READ
from app.store import labels
from app.store.decisions import Decision
from app.store.inbounds import Inbound
from app.store.labels import ACCEPTED, REJECTED, WAITING, Label
from app.usecases import audit
from app.usecases.parts import Parts


class LabelRefused(Exception):
    """The label cannot be kept; `reason` is a code, and the text says it in words."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def put(
    parts: Parts, inbound_id: UUID, intent: str, actor: str, now: datetime, brand_id: UUID | None = None
) -> UUID:
    """Keeps what the text meant, for review; a later label of the same text replaces an earlier one.

    `brand_id` limits it to texts of that brand. Raises LabelRefused.
    """
    if intent not in INTENTS:
        raise LabelRefused("unknown_intent", f"there is no intent {intent!r}: {', '.join(sorted(INTENTS))}")
    with parts.store.write() as session:
        row = session.get(Inbound, inbound_id)
        if row is None or (brand_id is not None and row.brand_id != brand_id):
            raise LabelRefused("no_such_text", "there is no such text")
        text = learnable(row.text)
        if not text:
            raise LabelRefused("nothing_to_learn", "this text has nothing that a model could learn from")
        guessed, model = _guess(session, inbound_id)
        about = {"inbound_id": row.id, "brand_id": row.brand_id, "customer_id": row.customer_id, "text": text}
        told = {"intent": intent, "guessed": guessed, "model": model, "state": WAITING}
        made = {"labelled_by": actor[:80], "labelled_at": now, "reviewed_by": None, "reviewed_at": None}
        label_id = labels.keep(session, {**about, **told, **made})
        audit.note(session, actor, "label.put", "label", str(label_id), now, intent=intent, guessed=guessed)
        return label_id


def review(
    parts: Parts,
    label_id: UUID,
    intent: str,
    is_accepted: bool,
    actor: str,
    now: datetime,
    brand_id: UUID | None = None,
) -> None:
    """Accepts the label, so that the next model learns from it, or rejects it.

    `intent` is what the reviewer was shown: a label that has been replaced meanwhile is not reviewed unseen. Raises
    LabelRefused.
    """
    with parts.store.write() as session:
        held = session.get(Label, label_id, with_for_update=True)
        if held is None or (brand_id is not None and held.brand_id != brand_id):
            raise LabelRefused("no_such_label", "there is no such label")
        if held.intent != intent:
            raise LabelRefused(
                "replaced", f"the label says {held.intent} now, not {intent}: look at it again"
            )
        if is_accepted and not held.text:
            raise LabelRefused(
                "nothing_to_learn", "the person has been erased: there is nothing left to learn"
            )
        held.state = ACCEPTED if is_accepted else REJECTED
        held.reviewed_by, held.reviewed_at = actor[:80], now
        action = "label.accept" if is_accepted else "label.reject"
        audit.note(session, actor, action, "label", str(held.id), now, intent=held.intent)


def learnt(parts: Parts) -> list[tuple[str, str]]:
    """Text and intent of every accepted label."""
    with parts.store.read() as session:
        return labels.accepted(session)


def learnable(text: str) -> str:
    """The text on one line and without what a training file would read as its own signs."""
    plain = " ".join(clean(text).replace("](", "] (").replace("]{", "] {").split())
    plain = plain[:READ].lstrip("/\\\uff0f ").rstrip()
    return "" if is_blank(plain) else plain


def _guess(session: Session, inbound_id: UUID) -> tuple[str | None, str | None]:
    """Intent and model of the latest decision about the text; None where no model was asked."""
    told = select(Decision.details).where(Decision.subject == "inbound", Decision.subject_id == inbound_id)
    for details in session.scalars(told.order_by(Decision.at.desc(), Decision.id.desc())):
        if details.get("intent"):
            return str(details["intent"]), str(details.get("model") or "")[:60] or None
    return None, None
