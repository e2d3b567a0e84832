"""Hands a conversation from the bot to a person, and back."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.store import conversations
from app.store.tables import new_id
from app.usecases.turn import Turn

ANSWER_WITHIN = timedelta(hours=2)
STAFF_HOLD = timedelta(hours=12)
"""How long the bot stays silent after a member of staff last wrote. Source: SPEC CO-8."""


def hand_off(turn: Turn, reason: str) -> UUID:
    """Puts the conversation into the staff's inbox; one that lies there already stays the one."""
    if turn.conversation is not None:
        held: UUID = turn.conversation["id"]
        return held
    row = new(turn.brand.id, turn.customer.id, turn.sender.id, reason, turn.now)
    conversation_id: UUID = row["id"]
    turn.changes.new_conversations[conversation_id] = row
    turn.conversation = row
    turn.decide("conversation", conversation_id, "handed_off", reason[:60])
    return conversation_id


def new(brand_id: UUID, customer_id: UUID, sender_id: UUID, reason: str, now: datetime) -> dict[str, Any]:
    """A hand-over that nobody has taken yet."""
    return {
        "id": new_id(),
        "brand_id": brand_id,
        "customer_id": customer_id,
        "sender_id": sender_id,
        "status": conversations.OPEN,
        "reason": reason[:60],
        "staff_id": None,
        "staff_until": None,
        "answer_due_at": now + ANSWER_WITHIN,
        "answered_at": None,
        "opened_at": now,
        "closed_at": None,
    }


def change(turn: Turn, **values: object) -> None:
    """Changes the open hand-over, for the rest of this turn and in the store; nothing where there is none."""
    held = turn.conversation
    if held is None:
        return
    held.update(values)
    if held["id"] not in turn.changes.new_conversations:
        turn.changes.changed_conversations.setdefault(held["id"], {}).update(values)


def is_with_staff(turn: Turn) -> bool:
    """Whether a member of staff has the conversation at this moment, so that the bot is silent."""
    held = turn.conversation
    return held is not None and held["staff_until"] is not None and turn.now < held["staff_until"]


def was_taken_after(turn: Turn, at: datetime) -> bool:
    """Whether staff last wrote or took the conversation after this moment."""
    held = turn.conversation
    return held is not None and held["staff_until"] is not None and held["staff_until"] - STAFF_HOLD > at
