"""Keeps texts ready for staff: judged before they are kept, and filled for the customer whom one writes to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.domain import canned_replies
from app.domain.alert_words import CATEGORIES
from app.domain.canned_replies import Canned, CannedRefused
from app.domain.content.check import Severity
from app.domain.flows.state import RunState
from app.domain.flows.text_checks import HOLE
from app.domain.purpose import Purpose
from app.store import brands, customers
from app.store import canned_replies as store
from app.store.canned_replies import CannedReply
from app.store.tables import new_id
from app.usecases import audit, content, messages
from app.usecases.changes import Changes
from app.usecases.desk_turn import DeskRefusal, StaffMember, turn_of
from app.usecases.directory import BrandView
from app.usecases.parts import Parts
from app.usecases.turn import Turn

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_NO_RUN = RunState.begin("", 0)


@dataclass(frozen=True, slots=True)
class Filled:
    """A text that is kept ready, as one customer would get it."""

    id: UUID
    name: str
    language: str
    text: str


def put(parts: Parts, staff: StaffMember, brand: BrandView, canned: Canned, now: datetime) -> bool:
    """Keeps the text, in place of the one of its name and language; says whether it is new. Raises CannedRefused."""
    canned_replies.check(canned)
    _judge(parts, brand, canned, now)
    with parts.store.write() as session:
        brands.locked(session, brand.code)
        row = store.named(session, brand.id, canned.language, canned.name)
        is_new = row is None
        if row is None:
            row = CannedReply(id=new_id(), brand_id=brand.id, language=canned.language, name=canned.name)
            session.add(row)
        row.text, row.updated_at = canned.text, now
        told = {"brand": brand.code, "name": canned.name, "language": canned.language}
        audit.note(
            session, staff.email, "canned_reply.put", "canned_reply", str(row.id), now, staff.id, **told
        )
    return is_new


def remove(parts: Parts, staff: StaffMember, canned_id: UUID, now: datetime) -> bool:
    """Keeps the text ready no longer; says whether it was there."""
    with parts.store.write() as session:
        row = session.get(CannedReply, canned_id)
        if row is None:
            return False
        told = {"name": row.name, "language": row.language}
        audit.note(
            session, staff.email, "canned_reply.remove", "canned_reply", str(row.id), now, staff.id, **told
        )
        session.delete(row)
    return True


def ready_for(parts: Parts, customer_id: UUID, brand_id: UUID, now: datetime) -> list[Filled]:
    """The brand's texts filled for this customer, those in their language first."""
    directory = parts.directory.current(now)
    with parts.store.read() as session:
        customer = session.get(customers.Customer, customer_id)
        rows = store.of_brand(session, brand_id)
        if customer is None or not rows:
            return []
        try:
            turn = turn_of(session, directory, Changes(), customer_id, brand_id, {customer_id: customer}, now)
        except DeskRefusal:
            return []
        return _filled(turn, rows)


def _filled(turn: Turn, rows: Sequence[CannedReply]) -> list[Filled]:
    complaint, facts = turn.open_complaint, turn.facts(_NO_RUN)
    if complaint is not None:
        category = CATEGORIES.get(complaint["category"], {}).get(facts.language, "")
        facts = replace(facts, complaint={"number": complaint["number"], "category": category})
    found = [
        Filled(row.id, row.name, row.language, canned_replies.filled(row.as_canned(), facts)) for row in rows
    ]
    return sorted(found, key=lambda one: one.language != facts.language)


def _judge(parts: Parts, brand: BrandView, canned: Canned, now: datetime) -> None:
    """As the gate would, by the number that the brand answers from; what placeholders will say is not known yet."""
    directory = parts.directory.current(now)
    sender = directory.sender_for(brand.id, "service", None)
    if sender is None:
        raise CannedRefused("brand", "no_sender")
    channel, text = directory.channels[sender.channel_id], _PLACEHOLDER.sub(HOLE, canned.text)
    wording = messages.composed(parts, text, Purpose.REPLY, brand, channel, canned.language)
    terms = content.terms_of(parts, brand, {}, now)
    found = content.judged(parts, wording, Purpose.REPLY, brand, channel, canned.language, terms)
    for one in found:
        if one.severity is Severity.BLOCK:
            raise CannedRefused("text", one.code, one.quote)
