"""One customer with one brand, as the desk shows them: what was written, what the bot decided, the complaints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.domain.attachments import Attachment, attachment
from app.domain.needs import heard_at
from app.domain.phone import masked
from app.reads.why import Explained, about_subjects
from app.store.consents import is_in_doubt
from app.store.conversations import OPEN as IS_OPEN
from app.store.conversations import Conversation
from app.store.customers import Customer, Profile
from app.store.forgetting import IS_ERASED
from app.store.inbounds import Inbound
from app.store.outbound.replies import NONE
from app.store.outbound.table import CLAIMED, QUEUED, Outbound
from app.store.staff import Staff

LONGEST = 200
"""Messages of each direction that the page goes back."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who the desk is talking to. The phone is masked."""

    customer_id: UUID
    phone: str
    name: str | None
    language: str | None
    consent: str
    tags: tuple[str, ...]
    number_status: str
    separate_consents: tuple[str, ...]
    is_personalised: bool
    needs: tuple[tuple[str, datetime], ...] = ()
    """Tags of needs that showed in texts, each with when it was last heard."""
    is_in_doubt: bool = False
    """Whether nobody knows yet if a text of theirs was an opt-out."""


@dataclass(frozen=True, slots=True)
class Message:
    """One text. `by` of an outbound is a member of staff, or None for the bot; `why` are the decisions about it."""

    id: UUID
    direction: str
    text: str
    at: datetime
    status: str
    reason: str | None
    by: str | None
    parts: int | None
    handed_at: datetime | None
    why: tuple[Explained, ...]
    staff_id: UUID | None = None
    due_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()

    @property
    def may_be_taken_back(self) -> bool:
        """Whether it is a text of staff that has not begun to leave."""
        return self.staff_id is not None and self.status in (QUEUED, CLAIMED)


@dataclass(frozen=True, slots=True)
class HandOver:
    """The open hand-over: why, since when, and who has it. `staff_until` is when the bot may speak again."""

    reason: str
    opened_at: datetime
    answer_due_at: datetime
    answered_at: datetime | None
    staff_id: UUID | None
    staff: str | None
    staff_until: datetime | None
    severity: int
    tone: str
    tone_signs: tuple[str, ...]


def person(session: Session, customer_id: UUID, brand_id: UUID) -> Person | None:
    """The customer as this brand knows them; None where the two have never met."""
    mine = (Profile.customer_id == customer_id, Profile.brand_id == brand_id)
    found = session.execute(
        select(Customer.phone, Customer.number_status, Profile).join(Profile).where(*mine, ~IS_ERASED)
    ).one_or_none()
    if found is None:
        return None
    profile: Profile = found.Profile
    return Person(
        customer_id,
        masked(found.phone),
        profile.name,
        profile.language,
        profile.consent,
        tuple(profile.tags),
        found.number_status,
        tuple(profile.separate_consents),
        profile.is_personalised,
        tuple((tag, at) for tag, at in heard_at(profile.attributes).items() if tag in profile.tags),
        profile.consent == "held" and is_in_doubt(session, customer_id, brand_id),
    )


def thread(session: Session, customer_id: UUID, brand_id: UUID) -> list[Message]:
    """What the two wrote to each other, oldest first."""
    theirs = (
        select(Inbound.__table__)
        .where(Inbound.customer_id == customer_id, Inbound.brand_id == brand_id)
        .order_by(Inbound.received_at.desc(), Inbound.id.desc())
    )
    ours = (
        select(Outbound.__table__, Staff.name.label("by"))
        .outerjoin(Staff, Staff.id == Outbound.staff_id)
        .where(Outbound.customer_id == customer_id, Outbound.brand_id == brand_id)
        .order_by(Outbound.created_at.desc(), Outbound.id.desc())
    )
    came = session.execute(theirs.limit(LONGEST)).all()
    went = session.execute(ours.limit(LONGEST)).all()
    why = _why(session, [row.id for row in (*came, *went)])
    written = [_inbound(row, why) for row in came] + [_outbound(row, why) for row in went]
    return sorted(written, key=lambda message: (message.at, message.direction == "outbound", message.id))


def _why(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[Explained]]:
    decided: dict[UUID, list[Explained]] = {}
    for one in about_subjects(session, ids):
        decided.setdefault(one.subject_id, []).append(one)
    return decided


def _inbound(row: Row[Any], why: dict[UUID, list[Explained]]) -> Message:
    decided = tuple(why.get(row.id, ()))
    came_with = tuple(attachment(one) for one in row.media)
    told = (row.id, "inbound", row.text, row.received_at, row.status, row.outcome)
    return Message(*told, None, None, None, decided, attachments=came_with)


def _outbound(row: Row[Any], why: dict[UUID, list[Explained]]) -> Message:
    decided = tuple(why.get(row.id, ()))
    return Message(
        row.id,
        "outbound",
        row.text,
        row.created_at,
        row.status,
        row.reason,
        row.by,
        row.parts,
        row.handed_at,
        decided,
        row.staff_id,
        row.due_at,
    )


def last_of_staff(messages: Sequence[Message]) -> UUID:
    """The last text of staff on a page; `replies.NONE` where there is none."""
    return next((one.id for one in reversed(messages) if one.staff_id is not None), NONE)


def hand_over(session: Session, customer_id: UUID, brand_id: UUID) -> HandOver | None:
    """The open hand-over of this customer."""
    mine = (
        Conversation.customer_id == customer_id,
        Conversation.brand_id == brand_id,
        Conversation.status == IS_OPEN,
    )
    query = select(Conversation, Staff.name).outerjoin(Staff, Staff.id == Conversation.staff_id).where(*mine)
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    held, staff = found
    return HandOver(
        held.reason,
        held.opened_at,
        held.answer_due_at,
        held.answered_at,
        held.staff_id,
        staff,
        held.staff_until,
        held.severity,
        held.tone,
        tuple(held.tone_signs),
    )
