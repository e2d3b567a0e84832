"""Hears the tone of a text from somebody who waits for a person, and makes their matter more urgent by it."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.auto_reply import is_auto_reply
from app.usecases import audit, complaints, hand_offs
from app.usecases.parts import Parts
from app.usecases.turn import Turn

ACTOR = "tone of a text"
"""Who raises, as the audit names it."""


def listen(
    parts: Parts,
    session: Session,
    turn: Turn,
    inbound_id: UUID,
    text: str,
    ranking: Mapping[str, float] | None = None,
) -> None:
    """To be called when the inbound has been decided; `ranking` is the language model's, where it was asked.

    The complaint stands for the hand-over that it lies in. Each raise is in the decision log and in the audit.
    Source: SPEC NL-6.
    """
    complaint, conversation = turn.open_complaint, turn.conversation
    held = complaint or conversation
    if held is not None:
        turn.changes.desks.add(turn.brand.id)  # their line shows what they wrote last
    if held is None or is_auto_reply(text):
        return
    tone = parts.rules.sentiment.tone(text, ranking)
    if complaint is not None:
        subject, told = "complaint", complaints.heard(turn, complaint, tone, inbound_id)
    else:
        subject, told = "conversation", hand_offs.heard(turn, tone)
    if told is not None:
        audit.note(session, ACTOR, f"{subject}.raise", subject, str(held["id"]), turn.now, **told)
