"""What a run belongs to: its key, the cause of the texts it sends, the message, event or complaint behind it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.purpose import Cause, CauseKind
from app.store.tables import new_id


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """A run's key and what it belongs to; `cause` is that of the texts it sends next."""

    id: UUID
    cause: Cause
    inbound_id: UUID | None = None
    event_id: UUID | None = None
    complaint_id: UUID | None = None

    @classmethod
    def of_row(cls, row: Any) -> "RunIdentity":
        """The identity kept in a row of `runs`."""
        cause = Cause(row.cause, row.cause_at, row.cause_type)
        return cls(row.id, cause, row.inbound_id, row.event_id, row.complaint_id)

    def answered_by(self, inbound_id: UUID, at: datetime) -> "RunIdentity":
        """The run goes on because the customer wrote: what it sends next answers that text."""
        return replace(self, cause=Cause(CauseKind.INBOUND, at), inbound_id=inbound_id)

    def after_a_wait(self) -> "RunIdentity":
        """The run goes on because a time has passed: nobody waits for what it sends next."""
        if self.cause.kind != CauseKind.INBOUND:
            return self
        return replace(self, cause=replace(self.cause, kind=CauseKind.AFTERWARDS))


def fresh_identity(cause: Cause, **belongings: UUID | None) -> RunIdentity:
    """The identity of a run that is about to start."""
    return RunIdentity(new_id(), cause, **belongings)
