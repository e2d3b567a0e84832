"""Writes a complaint's events, and the row that is their present sum."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from app.domain import desk_queue, escalation, sla
from app.domain.escalation import Reached
from app.domain.sla import SlaEvent, SlaState
from app.store.tables import new_id
from app.usecases import hand_offs
from app.usecases.turn import Turn

Row = dict[str, Any]

CLOCK_COLUMNS = (
    "status",
    "reopened",
    "first_response_due_at",
    "first_response_at",
    "first_response_breached_at",
    "resolution_due_at",
    "resolution_at",
    "resolution_breached_at",
    "follow_up_due_at",
    "follow_up_at",
    "follow_up_breached_at",
    "follow_up_result",
)


def move(
    turn: Turn,
    complaint: Row,
    event: SlaEvent,
    *,
    staff_id: UUID | None = None,
    inbound_id: UUID | None = None,
) -> None:
    """Applies an event to the complaint's clocks and keeps both."""
    state = sla.apply(SlaState.from_json(complaint["clock"]), event)
    change(turn, complaint, **clock_columns(state, complaint["warned"]))
    details: Row = {"detail": event.detail} if event.detail else {}
    if event.policy is not None:
        details["policy"] = event.policy.to_json()
    if event.deadlines is not None:
        details["deadlines"] = {name: at.isoformat() for name, at in asdict(event.deadlines).items()}
    note_event(
        turn,
        complaint,
        event.kind,
        staff_id=staff_id,
        inbound_id=inbound_id,
        outbound_id=event.outbound_id,
        details=details,
    )


def clock_columns(state: SlaState, warned: Row | None = None) -> Row:
    """`warned` is what staff have been warned of so far: whatever moves a clock moves what is still to come."""
    return {
        **{name: getattr(state, name) for name in CLOCK_COLUMNS},
        "clock": state.to_json(),
        "next_warning_at": escalation.next_at(state, Reached.of(warned or {}, state)),
    }


def change(turn: Turn, complaint: Row, **values: Any) -> None:
    """Changes the complaint for the rest of this turn and in the store."""
    values["updated_at"] = turn.now
    was_waiting = complaint.get("status") in desk_queue.WAITING
    complaint.update(values)
    values |= (standing := desk_queue.complaint_standing(complaint).columns())
    complaint.update(standing)
    turn.changes.desks.add(complaint["brand_id"])
    if was_waiting != (complaint["status"] in desk_queue.WAITING):
        hand_offs.stands_anew(turn)
    if complaint["id"] not in turn.changes.new_complaints:
        turn.changes.changed_complaints.setdefault(complaint["id"], {}).update(values)


def note_event(
    turn: Turn,
    complaint: Row,
    kind: str,
    *,
    staff_id: UUID | None = None,
    inbound_id: UUID | None = None,
    outbound_id: UUID | None = None,
    note: str | None = None,
    details: Row | None = None,
) -> None:
    """Keeps what has happened to the complaint; `details` hold codes and figures, never a text."""
    change(turn, complaint, event_count=complaint["event_count"] + 1)
    turn.changes.complaint_events.append(
        {
            "id": new_id(),
            "complaint_id": complaint["id"],
            "customer_id": complaint["customer_id"],
            "sequence": complaint["event_count"],
            "kind": kind,
            "at": turn.now,
            "staff_id": staff_id,
            "inbound_id": inbound_id,
            "outbound_id": outbound_id,
            "note": note,
            "details": details or {},
        }
    )
