"""What one transaction is going to write, gathered in memory and flushed in one set-based statement a table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.purpose import Purpose
from app.store import desk_counters
from app.store import runs as run_store
from app.store.complaint_rounds import ComplaintRound
from app.store.complaints import Complaint, ComplaintEvent
from app.store.consents import ConsentEvent
from app.store.conversations import Conversation
from app.store.customers import Customer, Profile
from app.store.decisions import Decision
from app.store.inbounds import Inbound
from app.store.name_hashes import beside_name
from app.store.outbound import queue
from app.store.outbound.table import Outbound
from app.store.runs import OpenQuestion, Run
from app.store.tables import Table, new_id
from app.store.writing import insert_all, update_all

Row = dict[str, Any]


OPT_OUT_QUESTION = "opt_out_question"
"""The flow that asks whether a doubtful text meant an opt-out; no answer within 24 hours means that it did."""
STOPPED_BY_ALL = tuple(
    purpose.value for purpose in Purpose if purpose not in (Purpose.OPT_OUT_CONFIRMATION, Purpose.STAFF_ALERT)
)
STOPPED_BY_MARKETING = (Purpose.MARKETING.value,)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A customer stops a brand's marketing, or all of it: what is queued and under way ends with it."""

    customer_id: UUID
    brand_id: UUID
    is_all: bool
    reason: str
    at: datetime
    trace_id: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One line of the decision log. `details` hold codes and figures, never a phone or a text."""

    subject: str
    subject_id: UUID
    customer_id: UUID
    brand_id: UUID | None
    verdict: str
    reason: str
    at: datetime
    trace_id: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, subject: str, row: Any, verdict: str, reason: str, at: datetime, **details: Any) -> "Decided":
        """A line about a row of messages, `inbound` or `outbound`."""
        told = (row.id, row.customer_id, row.brand_id)
        return cls(subject, *told, verdict, reason, at, row.trace_id, details)

    def row(self) -> Row:
        """The line as the log's table takes it."""
        return {
            "id": new_id(),
            "at": self.at,
            "customer_id": self.customer_id,
            "brand_id": self.brand_id,
            "subject": self.subject,
            "subject_id": self.subject_id,
            "verdict": self.verdict,
            "reason": self.reason,
            "details": self.details,
            "trace_id": self.trace_id,
        }


@dataclass(slots=True)
class Changes:
    """Rows to insert, and rows to change by id; a row of `changed` holds only what changes."""

    outbounds: list[Row] = field(default_factory=list)
    decisions: list[Decided] = field(default_factory=list)
    consent_events: list[Row] = field(default_factory=list)
    new_runs: dict[UUID, Row] = field(default_factory=dict)
    changed_runs: dict[UUID, Row] = field(default_factory=dict)
    closed_questions: set[UUID] = field(default_factory=set)
    new_questions: list[Row] = field(default_factory=list)
    new_complaints: dict[UUID, Row] = field(default_factory=dict)
    changed_complaints: dict[UUID, Row] = field(default_factory=dict)
    complaint_events: list[Row] = field(default_factory=list)
    complaint_rounds: list[Row] = field(default_factory=list)
    new_conversations: dict[UUID, Row] = field(default_factory=dict)
    changed_conversations: dict[UUID, Row] = field(default_factory=dict)
    profiles: dict[tuple[UUID, UUID], Row] = field(default_factory=dict)
    customers: dict[UUID, Row] = field(default_factory=dict)
    closed_inbounds: list[Row] = field(default_factory=list)
    withdrawals: list[Withdrawal] = field(default_factory=list)
    settled_doubts: set[tuple[UUID, UUID]] = field(default_factory=set)
    """(customer, brand) whose hold has been lifted: nobody waits any more for whether a text was an opt-out."""
    desks: set[UUID] = field(default_factory=set)
    """Brands whose inbox shows something of what changes."""
    successors: dict[UUID, UUID] = field(default_factory=dict)
    """To whom the phones of those went whom this transaction has ended: what is unread of them is no longer theirs."""

    def decide(self, decided: Decided) -> None:
        """Writes one line of the decision log."""
        self.decisions.append(decided)

    def flush(self, session: Session) -> None:
        """Writes everything, parents before children."""
        self._end_what_was_stopped(session)
        insert_all(session, Conversation, list(self.new_conversations.values()))
        insert_all(session, Complaint, list(self.new_complaints.values()))
        insert_all(session, ComplaintEvent, self.complaint_events)
        insert_all(session, ComplaintRound, self.complaint_rounds)
        insert_all(session, Run, list(self.new_runs.values()))
        insert_all(session, Outbound, self.outbounds)
        if self.closed_questions:
            run_store.close_questions(session, self.closed_questions)
        insert_all(session, OpenQuestion, self.new_questions)
        insert_all(session, ConsentEvent, self.consent_events)
        insert_all(session, Decision, [decided.row() for decided in self.decisions])
        _update_alike(session, Run, self.changed_runs)
        _update_alike(session, Complaint, self.changed_complaints)
        _update_alike(session, Conversation, self.changed_conversations)
        update_all(session, Inbound, self.closed_inbounds)
        _update_alike(session, Customer, self.customers)
        self._update_profiles(session)
        desk_counters.moved(session, self.desks)

    def _update_profiles(self, session: Session) -> None:
        groups: dict[tuple[str, ...], list[Row]] = {}
        for (customer_id, brand_id), values in self.profiles.items():
            row = {"customer_id": customer_id, "brand_id": brand_id, **beside_name(values)}
            groups.setdefault(tuple(sorted(row)), []).append(row)
        for group in groups.values():
            update_all(session, Profile, group, ("customer_id", "brand_id"))

    def _end_what_was_stopped(self, session: Session) -> None:
        """Cancels queued messages and ends marketing runs of those who have stopped them."""
        groups: dict[tuple[UUID, bool], list[Withdrawal]] = {}
        for one in self.withdrawals:
            groups.setdefault((one.brand_id, one.is_all), []).append(one)
        for (brand_id, is_all), group in groups.items():
            stopped = {one.customer_id: one for one in group}
            purposes = STOPPED_BY_ALL if is_all else STOPPED_BY_MARKETING
            for row in queue.cancel(session, list(stopped), brand_id, purposes, "opted_out", group[0].at):
                why = stopped[row.customer_id]
                told = ("outbound", row.id, row.customer_id, brand_id, "cancelled", "opted_out")
                self.decide(Decided(*told, why.at, why.trace_id, {"by": why.reason}))
            ended = run_store.end_marketing(session, list(stopped), brand_id, OPT_OUT_QUESTION, group[0].at)
            self.closed_questions.update(ended)
        for customer_id, brand_id in self.settled_doubts:
            ended = run_store.end_flow(session, customer_id, brand_id, OPT_OUT_QUESTION, "settled_otherwise")
            self.closed_questions.update(ended)


def _update_alike(session: Session, table: type[Table], rows: dict[UUID, Row]) -> None:
    """Updates rows in groups that change the same columns."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row_id, values in rows.items():
        groups.setdefault(tuple(sorted(values)), []).append({"id": row_id, **values})
    for group in groups.values():
        update_all(session, table, group)
