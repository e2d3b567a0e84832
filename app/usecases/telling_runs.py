"""Tells runs what became of the questions they asked: handed over, never sent, or superseded by another."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.flows.state import RunState
from app.domain.flows.stimuli import HandedOver, NotSent, StaffActed, Stimulus
from app.store import runs
from app.usecases import flow_runs
from app.usecases.changes import Changes, Decided
from app.usecases.directory import Directory
from app.usecases.gate_facts import GateFacts
from app.usecases.parts import Parts
from app.usecases.run_identity import RunIdentity
from app.usecases.turn import Reader, TurnBook


@dataclass(slots=True)
class RunTeller:
    """The runs that asked these messages' questions, read at once for the whole batch when the first is told."""

    parts: Parts
    session: Session
    directory: Directory
    changes: Changes
    rows: Sequence[Any]
    locked: Mapping[UUID, Any]
    now: datetime
    superseded: Collection[UUID] = ()
    """Runs whose questions may have to give way."""
    _runs: dict[UUID, Any] = field(default_factory=dict)
    _book: TurnBook | None = None

    def not_sent(self, row: Any, reason: str) -> None:
        """A question that will never leave: its run goes on without an answer."""
        if row.asks_question and row.run_id is not None:
            self.tell(row, row.run_id, NotSent(row.step or "", reason))

    def handed_over(self, row: Any) -> RunState | None:
        """A question leaves; the run's state, if it is waiting for the answer now."""
        if not row.asks_question or row.run_id is None:
            return None
        state = self.tell(row, row.run_id, HandedOver(row.step or "", self.now))
        return state if state is not None and state.open_question is not None else None

    def tell(self, row: Any, run_id: UUID, stimulus: Stimulus) -> RunState | None:
        """One stimulus for a run of this message's customer; None where it is over already."""
        book = self._read()
        run = self._runs.get(run_id)
        pending = self.changes.changed_runs.get(run_id, {})
        if run is None or pending.get("status") == runs.FINISHED:
            return None
        turn = book.turn(row.customer_id, row.sender_id, row.trace_id)
        state = RunState.from_json(pending.get("state", run.state))
        identity = RunIdentity.of_row(run)
        return flow_runs.resume(self.parts, self.session, turn, state, stimulus, identity).state

    def _read(self) -> TurnBook:
        if self._book is None:
            asking = [row for row in self.rows if row.asks_question and row.run_id is not None]
            wanted = {row.run_id for row in asking} | set(self.superseded)
            self._runs = {run.id: run for run in runs.active(self.session, wanted)}
            pairs = {(row.customer_id, row.sender_id) for row in asking}
            reader = Reader(self.session, self.directory, self.changes, self.now)
            self._book = reader.turns(pairs, self.locked)
        return self._book


def open_questions(teller: RunTeller, leaving: Sequence[Any], facts: GateFacts) -> None:
    """Questions that leave now are open from now on: an answer counts only if it comes later.

    One that is still open on the number gives way: the customer has asked for something else meanwhile.
    """
    for row in leaving:
        state = teller.handed_over(row)
        if state is None or state.open_question is None:
            continue
        superseded = facts.superseded_by(row)
        if superseded is not None:
            _supersede(teller, row, superseded)
        facts.note_asked(row)
        teller.changes.closed_questions.add(row.run_id)
        teller.changes.new_questions.append(
            {
                "run_id": row.run_id,
                "customer_id": row.customer_id,
                "sender_id": row.sender_id,
                "outbound_id": row.id,
                "choices": [word for choice in state.open_question.choices for word in choice.words],
                "asked_at": teller.now,
                "expires_at": state.due_at,
            }
        )


def _supersede(teller: RunTeller, row: Any, run_id: UUID) -> None:
    teller.changes.closed_questions.add(run_id)
    told = ("run", run_id, row.customer_id, row.brand_id, "cancelled", "superseded")
    teller.changes.decide(Decided(*told, teller.now, row.trace_id))
    teller.tell(row, run_id, StaffActed("cancelled"))
