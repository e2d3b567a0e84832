"""Hands a conversation from the bot to a person, and back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.domain import desk_queue
from app.domain.sentiment import Tone
from app.store import conversations
from app.store.tables import new_id
from app.usecases import tones
from app.usecases.complaint_policy import answer_due_at
from app.usecases.directory import BrandView
from app.usecases.turn import Turn

STAFF_HOLD = timedelta(hours=12)
"""How long the bot stays silent after a member of staff last wrote. Source: SPEC CO-8."""


def hand_off(turn: Turn, reason: str) -> UUID:
    """Puts the conversation into the staff's inbox; one that lies there already stays the one."""
    if turn.conversation is not None:
        held: UUID = turn.conversation["id"]
        return held
    row = new(turn.brand, turn.customer.id, turn.sender.id, reason, turn.now)
    conversation_id: UUID = row["id"]
    turn.changes.new_conversations[conversation_id] = row
    turn.conversation = row
    stands_anew(turn)
    turn.decide("conversation", conversation_id, "handed_off", reason[:60])
    return conversation_id


def new(brand: BrandView, customer_id: UUID, sender_id: UUID, reason: str, now: datetime) -> dict[str, Any]:
    """A hand-over that nobody has taken yet, of somebody who has no open complaint."""
    row = {
        "id": new_id(),
        "brand_id": brand.id,
        "customer_id": customer_id,
        "sender_id": sender_id,
        "status": conversations.OPEN,
        "reason": reason[:60],
        **tones.OF_NOBODY,
        "staff_id": None,
        "staff_until": None,
        "answer_due_at": answer_due_at(brand, now),
        "answered_at": None,
        "opened_at": now,
        "closed_at": None,
        "has_complaint": False,
    }
    return {**row, **desk_queue.hand_over_standing(row, has_open_complaint=False).columns()}


def change(turn: Turn, **values: object) -> None:
    """Changes the open hand-over, for the rest of this turn and in the store; nothing where there is none."""
    held = turn.conversation
    if held is None:
        return
    held.update(values)
    has_open_complaint = turn.open_complaint is not None
    standing = desk_queue.hand_over_standing(held, has_open_complaint=has_open_complaint)
    values |= {"has_complaint": held["has_complaint"] or has_open_complaint, **standing.columns()}
    held.update(values)
    turn.changes.desks.add(held["brand_id"])
    if held["id"] not in turn.changes.new_conversations:
        turn.changes.changed_conversations.setdefault(held["id"], {}).update(values)


def stands_anew(turn: Turn) -> None:
    """The customer's complaint has been opened or settled: one of the two stands at the desk."""
    change(turn)


def heard(turn: Turn, tone: Tone) -> dict[str, Any] | None:
    """As `complaints.heard`, of an open hand-over."""
    held = turn.conversation
    raised = tones.raised(held, tone) if held is not None else None
    if held is None or raised is None:
        return None
    change(turn, **raised.values)
    turn.decide("conversation", held["id"], "raised", raised.reason, **raised.told())
    return {"reason": raised.reason, **raised.told()}


def is_with_staff(turn: Turn) -> bool:
    """Whether a member of staff has the conversation at this moment, so that the bot is silent."""
    held = turn.conversation
    return held is not None and held["staff_until"] is not None and turn.now < held["staff_until"]


def was_taken_after(turn: Turn, at: datetime) -> bool:
    """Whether staff last wrote or took the conversation after this moment."""
    held = turn.conversation
    return held is not None and held["staff_until"] is not None and held["staff_until"] - STAFF_HOLD > at
