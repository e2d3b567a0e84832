"""Says in small questions whether a conversation is as an open page of it has it; nothing is decrypted for that."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.store.complaints import Complaint
from app.store.conversations import Conversation
from app.store.customers import Customer, Profile
from app.store.decisions import Decision
from app.store.inbounds import Inbound
from app.store.outbound.table import Outbound


def state(session: Session, customer_id: UUID, brand_id: UUID) -> str:
    """Changes with whatever its page shows: texts and their states, decisions, complaints, who has it, the profile."""
    return repr(
        [tuple(map(str, row)) for asked in _asked(customer_id, brand_id) for row in session.execute(asked)]
    )


def _asked(customer_id: UUID, brand_id: UUID) -> tuple[Select[Any], ...]:
    def of(table: Any, *columns: Any) -> Select[Any]:
        return select(*columns).where(table.customer_id == customer_id, table.brand_id == brand_id)

    many = func.count()
    went = (Outbound.status, many, func.max(Outbound.handed_at), func.max(Outbound.settled_at))
    held = (Conversation.status, Conversation.staff_id, Conversation.staff_until, Conversation.answered_at)
    told = (
        Profile.consent,
        Profile.language,
        Profile.tags,
        Profile.separate_consents,
        Profile.is_personalised,
    )
    return (
        of(Inbound, many, func.max(Inbound.decided_at)),
        of(Outbound, *went).group_by(Outbound.status).order_by(Outbound.status),
        of(Complaint, many, func.sum(Complaint.event_count), func.max(Complaint.updated_at)),
        of(Conversation, *held, Conversation.tone).order_by(Conversation.opened_at.desc()).limit(1),
        of(Profile, *told),
        select(many, func.max(Decision.at)).where(Decision.customer_id == customer_id),
        select(Customer.number_status).where(Customer.id == customer_id),
    )
