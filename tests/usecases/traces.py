"""What a test finds in the store afterwards, as plain rows, oldest first."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, select

from app.store import customers, phone_hashes
from app.store.complaints import Complaint, ComplaintEvent
from app.store.consents import ConsentEvent
from app.store.conversations import Conversation
from app.store.customers import Customer
from app.store.decisions import Decision
from app.store.inbounds import Inbound, Quarantined
from app.store.outbound.table import Outbound
from app.store.runs import OpenQuestion, Run
from app.usecases.parts import Parts

TABLES: Mapping[str, Any] = {
    "outbounds": Outbound,
    "inbounds": Inbound,
    "decisions": Decision,
    "consents": ConsentEvent,
    "runs": Run,
    "questions": OpenQuestion,
    "complaints": Complaint,
    "conversations": Conversation,
}


class Traces:
    """Reads what came of it."""

    parts: Parts

    def customer(self, phone: str) -> Any:
        with self.parts.store.read() as session:
            table = Customer.__table__
            mine = table.c.phone_hash == phone_hashes.phone_hash(phone)
            return session.execute(select(table).where(mine)).one_or_none()

    def profile(self, phone: str, brand: str = "demo") -> Mapping[str, Any]:
        customer_id = self.customer(phone).id
        with self.parts.store.read() as session:
            return customers.profiles(session, [customer_id])[customer_id, self.brand_named(brand).id]

    def rows(self, what: str, phone: str) -> Sequence[Any]:
        """Rows of one of TABLES about the customer, in the order of their making."""
        table: Table = TABLES[what].__table__
        found = self.customer(phone)
        if found is None:
            return []
        mine = select(table).where(table.c.customer_id == found.id)
        order = table.c.id if "id" in table.c else table.c.asked_at
        with self.parts.store.read() as session:
            return session.execute(mine.order_by(order)).all()

    def number_of_outbounds(self, status: str) -> int:
        """How many messages of all customers are in this status."""
        with self.parts.store.read() as session:
            return session.scalar(select(func.count()).where(Outbound.status == status)) or 0

    def outbounds(self, phone: str) -> Sequence[Any]:
        return self.rows("outbounds", phone)

    def outbound(self, outbound_id: UUID) -> Any:
        table = Outbound.__table__
        with self.parts.store.read() as session:
            return session.execute(select(table).where(table.c.id == outbound_id)).one()

    def bodies(self, phone: str) -> list[str]:
        """What was to be sent, whatever became of it."""
        return [row.body for row in self.outbounds(phone)]

    def outcomes(self, phone: str) -> list[str | None]:
        """What became of each text."""
        return [row.outcome for row in self.rows("inbounds", phone)]

    def reasons(self, phone: str, subject: str = "outbound") -> list[tuple[str, str]]:
        """(verdict, reason) of the decisions about one kind of subject."""
        found = self.rows("decisions", phone)
        return [(row.verdict, row.reason) for row in found if row.subject == subject]

    def complaint_events(self, phone: str) -> list[str]:
        table = ComplaintEvent.__table__
        ids = [row.id for row in self.rows("complaints", phone)]
        with self.parts.store.read() as session:
            found = session.execute(select(table).where(table.c.complaint_id.in_(ids)).order_by(table.c.id))
            return [row.kind for row in found]

    def quarantine(self) -> Sequence[Any]:
        with self.parts.store.read() as session:
            return session.execute(select(Quarantined.__table__)).all()
