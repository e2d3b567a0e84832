"""Opens the complaint that a text makes beside its opt-out, and tells the customer of both in one message."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.beside_opt_out import MESSAGES, complaint_beside
from app.domain.purpose import Cause, CauseKind, Purpose
from app.domain.routing import Understood
from app.nlu import Unavailable
from app.store.outbound import queue as outbound_queue
from app.usecases import complaints, hand_offs, messages
from app.usecases.changes import Decided
from app.usecases.parts import Parts
from app.usecases.run_identity import fresh_identity
from app.usecases.turn import Turn

OPTED_OUT = "opted_out"
"""The outcome of a text that opts out; of one that still waits for the NLU, only its rest is read."""
REASON = "complaint_beside_opt_out"
WAITS_FOR_REST = timedelta(seconds=5)
"""So long the confirmation of an opt-out waits for what the NLU makes of the rest of the text: it tells of both."""


def open_complaint(
    session: Session, turn: Turn, inbound_id: UUID, text: str, received_at: datetime, kind: str | None
) -> str | None:
    """Opens or joins the complaint; returns its kind where the customer is to be told of it."""
    if kind is None:
        return None
    is_news = turn.open_complaint is None
    identity = fresh_identity(Cause(CauseKind.INBOUND, received_at), inbound_id=inbound_id)
    complaints.open_or_join(session, turn, kind, "other", text, identity)
    turn.decide("inbound", inbound_id, "routed", REASON, kind=kind)
    return kind if is_news and not hand_offs.is_with_staff(turn) else None


def confirmation(kind: str | None, *, is_all: bool) -> str:
    """The wording that confirms an opt-out, from marketing or from all, and the complaint where one was opened."""
    if is_all:
        return "opt_out_of_all_and_complaint" if kind else "opt_out_of_all_confirmed"
    if kind == MESSAGES:
        return "opt_out_and_message_complaint"
    return "opt_out_and_complaint" if kind else "opt_out_confirmed"


def tell(parts: Parts, turn: Turn, inbound_id: UUID, language: str | None = None) -> None:
    """Tells that the complaint is registered, where the opt-out has been confirmed already or needs no confirmation."""
    cause = Cause(CauseKind.COMPLAINT, turn.now)
    messages.say(parts, turn, "complaint_registered", cause, messages.Origin(inbound_id=inbound_id), language)


def take_back_confirmation(session: Session, turn: Turn, reason: str) -> bool:
    """Whether a confirmation of an opt-out was still waiting: it is not sent."""
    purpose = Purpose.OPT_OUT_CONFIRMATION.value
    gone = outbound_queue.cancel_unsaid(session, *turn.key, purpose, reason, turn.now)
    for row in gone:
        turn.changes.decide(Decided.of("outbound", row, "cancelled", reason, turn.now))
    return bool(gone)


def read_rest(
    parts: Parts, session: Session, turn: Turn, row: Any, understood: Understood | Unavailable
) -> str:
    """Decides what the rest of a text is that rules have taken for an opt-out; returns the text's outcome.

    Where the NLU is away for long, a person reads it.
    """
    is_read = isinstance(understood, Understood)
    kind = complaint_beside(row.text, understood.ranking if isinstance(understood, Understood) else None)
    if kind is None and not is_read:
        hand_offs.hand_off(turn, "nlu_unavailable")
    told = open_complaint(session, turn, row.id, row.text, row.received_at, kind)
    if told is None:
        return OPTED_OUT
    is_out = turn.profile["consent"] == "withdrawn"
    if is_out and take_back_confirmation(session, turn, "said_together"):
        is_all = turn.profile["stopped_at"] is not None
        cause = Cause(CauseKind.OPT_OUT, turn.profile["consent_at"])
        origin = messages.Origin(inbound_id=row.id)
        messages.say(parts, turn, confirmation(told, is_all=is_all), cause, origin)
    else:
        tell(parts, turn, row.id)
    return OPTED_OUT
