"""Suggests the next reply to a complaint: what staff answered to the one most like it, without its customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.alike import Case, most_alike
from app.domain.without_person import NAME, without_person
from app.store import customers, events
from app.store.complaints import CLOSED, RESOLVED, Complaint
from app.store.outbound.table import CANCELLED, Outbound
from app.usecases.changes import Changes
from app.usecases.desk_turn import turn_of
from app.usecases.parts import Parts
from app.usecases.staff_replies import NOT_SENT, TAKEN
from app.usecases.turn import Turn

LOOKED_AT = 200
"""The brand's latest settled complaints; each is decrypted."""
SETTLED_WELL = ("solved", "no_answer", "unclear", "not_possible")
HOTLINE = "{{ brand.hotline }}"
"""Stands for the brand's own number, which is nobody's phone."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text for the box, and the number of the complaint that it comes from."""

    text: str
    number: int


def suggest(parts: Parts, customer_id: UUID, brand_id: UUID, now: datetime) -> Suggestion | None:
    """The next reply to the customer's open complaint, as the like of it was answered; None where nothing is like it.
    Nothing is asked of the network. Raises DeskRefusal: `unknown_customer`, `no_sender`."""
    directory = parts.directory.current(now)
    with parts.store.read() as session:
        customer = session.get(customers.Customer, customer_id)
        if customer is None:
            return None
        turn = turn_of(session, directory, Changes(), customer_id, brand_id, {customer_id: customer}, now)
        complaint = turn.open_complaint
        if complaint is None:
            return None
        cases = _cases(session, turn)
        written = _written(session, complaint["id"], customer_id)
        found = most_alike(complaint["summary"], complaint["category"], list(cases), written)
        if found is None:
            return None
        text = _cleared(session, turn, found.answers[written], cases[found])
    own = turn.profile["name"]
    return Suggestion(text.replace(NAME, own) if own else text, found.number)


def _cases(session: Session, turn: Turn) -> Mapping[Case, UUID]:
    """Settled complaints of others to the brand, answered in the customer's language, each with whose it is."""
    table = Complaint.__table__.c
    others = (table.brand_id == turn.brand.id, table.customer_id != turn.customer.id)
    well = table.follow_up_result.is_(None) | table.follow_up_result.in_(SETTLED_WELL)
    settled = select(table.id, table.customer_id, table.number, table.category, table.summary).where(
        *others, table.status.in_((RESOLVED, CLOSED)), table.resolution_at.is_not(None), well
    )
    rows = session.execute(settled.order_by(table.number.desc()).limit(LOOKED_AT)).all()
    answers = _answers(session, turn.language, rows)
    return {
        Case(row.id, row.number, row.summary, row.category, tuple(answers.get(row.id, ()))): row.customer_id
        for row in rows
    }


def _answers(session: Session, language: str, rows: Any) -> dict[UUID, list[str]]:
    table = Outbound.__table__.c
    theirs = (
        table.customer_id.in_({row.customer_id for row in rows}),
        table.complaint_id.in_({row.id for row in rows}),
        table.staff_id.is_not(None),
        table.status.in_(TAKEN),
        table.language == language,
    )
    found: dict[UUID, list[str]] = {}
    for row in session.execute(
        select(table.complaint_id, table.body).where(*theirs).order_by(table.created_at, table.id)
    ):
        if row.body:
            found.setdefault(row.complaint_id, []).append(row.body)
    return found


def _written(session: Session, complaint_id: UUID, customer_id: UUID) -> int:
    """How often staff have written about it already."""
    table = Outbound.__table__.c
    ours = (table.customer_id == customer_id, table.complaint_id == complaint_id, table.staff_id.is_not(None))
    left = table.status.not_in((CANCELLED, *NOT_SENT))
    return len(session.execute(select(table.id).where(*ours, left)).all())


def _cleared(session: Session, turn: Turn, text: str, whose: UUID) -> str:
    """The text without what is known of who got it: name, attributes, orders, and what looks like such."""
    profile = customers.profiles(session, [whose]).get((whose, turn.brand.id), {})
    attributes = profile.get("attributes", {}).values()
    told = [str(held["value"]) for held in attributes if isinstance(held, Mapping) and "value" in held]
    orders = events.orders_of(session, [whose]).get((whose, turn.brand.id), [])
    told += [str(order["number"]) for order in orders if order.get("number")]
    hotline = turn.brand.hotline
    kept = text.replace(hotline, HOTLINE) if hotline else text
    return without_person(kept, profile.get("name"), told).replace(HOTLINE, hotline or "")
