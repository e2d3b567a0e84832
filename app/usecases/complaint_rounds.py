"""Keeps what the figures need of a complaint: which message it followed, and how a round went that has ended."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.sla import Clock, SlaState
from app.store.outbound.followed import message_before
from app.store.tables import new_id
from app.usecases.turn import Turn

Row = dict[str, Any]
ENDS = ("due_at", "at", "breached_at")


def followed(session: Session, turn: Turn, kind: str, at: datetime, run_id: UUID) -> Row:
    """Which message of the brand's a complaint received at `at` came after. Source: SPEC CO-1."""
    is_marketing = kind == "message_complaint"
    last = message_before(session, *turn.key, at, is_marketing=is_marketing, not_of=run_id)
    outbound_id, flow, step = last or (None, None, None)
    return {"outbound_id": outbound_id, "campaign": flow, "variant": step}


def end(turn: Turn, complaint: Row, reason: str) -> None:
    """Keeps the round that a reopening ends, for then the clocks start anew. Its breaches are recorded already."""
    state = SlaState.from_json(complaint["clock"])
    row = {f"{clock}_{one}": getattr(state, f"{clock}_{one}") for clock in Clock for one in ENDS}
    belongs = {"id": new_id(), "complaint_id": complaint["id"], "round": state.reopened, "reason": reason}
    row |= {**belongs, "began_at": state.opened_at, "ended_at": turn.now}
    row["follow_up_result"] = "unsolved" if reason == "follow_up_unsolved" else state.follow_up_result
    turn.changes.complaint_rounds.append(row)
