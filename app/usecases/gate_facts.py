"""Reads what the gate has to know about a batch of messages, with a fixed number of queries, under the locks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.domain.compliance.facts import Facts, Send
from app.domain.composing import Composed
from app.domain.purpose import Cause, Purpose, derive_purpose
from app.store import complaints, customers, inbounds, offers, owners, runs
from app.store.brands import Brand
from app.store.outbound import queue
from app.store.outbound.table import Outbound
from app.usecases import content
from app.usecases.directory import ChannelView, Directory
from app.usecases.festival_count import FestivalCount
from app.usecases.marketing_facts import COUNTED, MarketingFacts
from app.usecases.number_limits import NumberLimits
from app.usecases.parts import Parts
from app.usecases.permits import Permits
from app.usecases.prepared import Prepared, blocking
from app.usecases.sending_hours import SendingHours

STOPPED_BRANDS = select(Brand.id).where(Brand.marketing_stopped_at.is_not(None))
CONFIRMED = (
    select(Outbound.customer_id, Outbound.brand_id, func.max(Outbound.handed_at))
    .where(
        Outbound.customer_id.in_(bindparam("customers", expanding=True)),
        Outbound.purpose == Purpose.OPT_OUT_CONFIRMATION.value,
        Outbound.status.in_(COUNTED),  # one that failed, and waits to be tried again, has confirmed nothing
    )
    .group_by(Outbound.customer_id, Outbound.brand_id)
)


@dataclass(slots=True)
class GateFacts:
    """The facts of one batch; `note_handed` keeps them true while the batch is decided row by row."""

    prepared: Prepared
    directory: Directory
    rows: Sequence[Any]
    """What of the batch is to be decided now."""
    locked: Mapping[UUID, Any]
    now: datetime
    consents: Mapping[tuple[UUID, UUID], Any]
    unread: frozenset[UUID]
    complaining: frozenset[tuple[UUID, UUID]]
    stopped_brands: frozenset[UUID]
    confirmed_at: Mapping[tuple[UUID, UUID], datetime]
    wrote_at: Mapping[tuple[UUID, UUID], datetime]
    hours: SendingHours
    limits: NumberLimits
    questions: dict[tuple[UUID, UUID], Any] = field(default_factory=dict)
    open_before: dict[tuple[UUID, UUID], UUID] = field(default_factory=dict)
    permits: Permits | None = None
    festival: FestivalCount | None = None
    marketing: MarketingFacts | None = None
    """Read where the batch has marketing in it."""
    purposes: dict[UUID, Purpose] = field(default_factory=dict)
    terms: dict[UUID, content.Terms] = field(default_factory=dict)
    """Of the brands whose messages name an offer."""

    @classmethod
    def read(cls, session: Session, prepared: Prepared) -> "GateFacts":
        """Locks the customers of the batch and reads everything about them.

        A message that is claimed no longer is left out; one that would overtake another goes back to the queue.
        """
        parts = prepared.parts
        locked = {row.id: row for row in customers.lock(session, {row.customer_id for row in prepared.rows})}
        now = parts.now()
        directory = parts.directory.current(now)
        prepared.follow(directory)
        rows = _in_order(session, [row for row in prepared.rows if row.customer_id in locked])
        ids = {row.customer_id for row in rows}
        before = owners.before(session, {one for one in ids if locked[one].taken_over_at is not None})
        facts = cls(
            prepared,
            directory,
            rows,
            locked,
            now,
            customers.consents(session, ids),
            inbounds.unread_of(session, ids),
            _complaining(session, ids),
            frozenset(session.connection().execute(STOPPED_BRANDS).scalars()),
            _confirmed(session, rows),
            inbounds.last_written(session, ids),
            SendingHours(parts.rules, directory, prepared.channel),
            _limits(session, prepared, rows, before, now),
        )
        for row in runs.open_questions(session, ids):
            facts._keep_question(row)
        facts.purposes = {row.id: facts._purpose(row) for row in rows}
        if Purpose.MARKETING in facts.purposes.values():
            facts.marketing = MarketingFacts.read(session, ids, before.erased, now)
            facts.permits = Permits(parts.rules, directory, prepared.channel)
            brands = {row.brand_id for row in rows if facts.purposes[row.id] is Purpose.MARKETING}
            facts.festival = FestivalCount(facts.permits, now).read(session, brands)
        facts.terms = _terms(parts, session, directory, rows, now)
        return facts

    @property
    def parts(self) -> Parts:
        """What use cases work with."""
        return self.prepared.parts

    @property
    def channel(self) -> ChannelView:
        """Over which the batch is to leave."""
        return self.prepared.channel

    def _keep_question(self, row: Any) -> None:
        self.open_before[row.customer_id, row.sender_id] = row.run_id
        if row.expires_at is None or row.expires_at > self.now:
            self.questions[row.customer_id, row.sender_id] = (row.run_id, row.expires_at)

    def _purpose(self, row: Any) -> Purpose:
        """What the message is for, derived anew from the facts of this moment."""
        purpose, _ = derive_purpose(
            Cause(row.cause, row.cause_at, row.cause_type),
            row.body,
            self.wrote_at.get((row.customer_id, row.brand_id)),
            self.now,
            self.parts.rules.promotional,
            self.parts.rules.transactional,
            names_offer=bool(row.offers),
        )
        return purpose

    def send(self, row: Any) -> tuple[Send, Composed]:
        """The message as the rules see it, and its wording as it would be handed over."""
        purpose = self.purposes[row.id]
        wording = self.prepared.wording(row, purpose)
        is_withdrawn = self.consents[row.customer_id, row.brand_id].consent == "withdrawn"
        send = Send(
            purpose=purpose,
            cause=Cause(row.cause, row.cause_at, row.cause_type),
            text=wording.text,
            queued_at=row.created_at,
            expires_at=row.expires_at,
            is_follow_up=row.is_follow_up,
            answers_question_id=row.run_id if row.answers_run else None,
            asks_question=row.asks_question,
            inbound_id=row.inbound_id,
            is_promotional=is_withdrawn and self._promotes(row),
            is_requested_resubscribe=purpose is Purpose.OPT_IN_CONFIRMATION and row.inbound_id is not None,
            objections=self._objections(row, wording, purpose),
        )
        return send, wording

    def _promotes(self, row: Any) -> bool:
        return bool(row.offers) or self.parts.rules.promotional.first_in(row.body) is not None

    def _objections(self, row: Any, wording: Composed, purpose: Purpose) -> tuple[str, ...]:
        """What a message promises is judged by the offers of this moment, all else as it was made ready."""
        if not row.offers:
            return self.prepared.objections(row, purpose)
        brand = self.directory.brands[row.brand_id]
        terms = self.terms[brand.id]
        return blocking(
            content.judged(self.parts, wording, purpose, brand, self.channel, row.language, terms, row.offers)
        )

    def of(self, row: Any) -> Facts:
        """The facts about one message's customer, number and brand."""
        pair = (row.customer_id, row.brand_id)
        held, customer = self.consents[pair], self.locked[row.customer_id]
        asked = self.questions.get((row.customer_id, row.sender_id))
        is_another = asked is not None and asked[0] != row.run_id
        wrote_at = self.wrote_at.get(pair)
        return Facts(
            consent=held.consent,
            consent_at=held.consent_at,
            is_stopped=held.stopped_at is not None,
            stopped_at=held.stopped_at,
            last_inbound_at=wrote_at,
            has_unread_inbound=row.customer_id in self.unread,
            has_open_question=is_another,
            question_expires_at=asked[1] if asked is not None and is_another else None,
            has_open_complaint=pair in self.complaining,
            complaint_hold_until=held.hold_until,
            text_uses=frozenset(row.uses),
            agreed_uses=frozenset(held.separate_consents),
            is_personalised=held.is_personalised,
            number_status=customer.number_status,
            number_status_at=customer.number_status_at,
            timezone=held.timezone,
            possible_timezones=self.prepared.zones[row.customer_id] or (self._home_zone(row.brand_id),),
            service_hours=self.hours.service(row.brand_id),
            carrier_limits=self.limits.limits,
            handed_by_number=self.limits.handed_to((row.customer_id, row.sender_id)),
            marketing_stopped=row.brand_id in self.stopped_brands,
            opt_out_confirmed_at=self.confirmed_at.get(pair),
            **(self._of_marketing(row, wrote_at) if self.purposes[row.id] is Purpose.MARKETING else {}),
        )

    def _of_marketing(self, row: Any, wrote_at: datetime | None) -> dict[str, Any]:
        """What only marketing is judged by."""
        pair, known, permits = (row.customer_id, row.brand_id), self.marketing, self.permits
        if known is None or permits is None or self.festival is None:
            raise RuntimeError("the facts of marketing were not read")
        return {
            "windows": self.hours.marketing(row.brand_id),
            "licences": permits.licences(row.brand_id),
            "festival": self.festival.volume(row, known.handed.get(pair, [])),
            "audience": known.audience(pair, wrote_at, self.consents[pair].tags),
            "agreement_ends_at": known.agreement_ends_at(pair),
            "marketing_handed": tuple(known.handed.get(pair, ())),
            "last_interaction_at": known.last_interaction(pair, wrote_at),
        }

    def superseded_by(self, row: Any) -> UUID | None:
        """The run whose question is open while this message asks another one: the customer has moved on from it."""
        asked = self.open_before.get((row.customer_id, row.sender_id))
        return asked if asked is not None and asked != row.run_id else None

    def note_asked(self, row: Any) -> None:
        """The message's question is the open one from now on."""
        self.open_before[row.customer_id, row.sender_id] = row.run_id

    def note_handed(self, row: Any) -> None:
        """A message of this batch is about to leave: later ones of the batch are judged with it."""
        if self.marketing is not None and self.purposes[row.id] is Purpose.MARKETING:
            pair = row.customer_id, row.brand_id
            if self.festival is not None:
                self.festival.note_handed(row, self.marketing.handed.get(pair, []))
            self.marketing.note_handed(pair)
        self.limits.note_handed((row.customer_id, row.sender_id))
        if row.asks_question:
            self.questions[row.customer_id, row.sender_id] = (row.run_id, None)

    def write(self, session: Session) -> None:
        """Keeps what was counted while the batch was decided."""
        if self.festival is not None:
            self.festival.write(session)

    def _home_zone(self, brand_id: UUID) -> str:
        return self.directory.brands[brand_id].timezone


def _in_order(session: Session, rows: Sequence[Any]) -> Sequence[Any]:
    """The messages that are ours to decide, without those that would overtake an earlier one to their customer."""
    mine = queue.still_claimed(session, rows)
    early = queue.overtaking(session, mine) if mine else set()
    if early:
        queue.unclaim(session, early)
    return [row for row in mine if row.id not in early]


def _limits(
    session: Session, prepared: Prepared, rows: Sequence[Any], before: owners.Before, now: datetime
) -> NumberLimits:
    limits = prepared.parts.rules.carrier_limits.get(prepared.channel.capabilities.style.value, ())
    found = NumberLimits(limits, now)
    senders = {row.sender_id for row in rows}
    return found.read(session, {row.customer_id for row in rows}, senders, before.all())


def _terms(
    parts: Parts, session: Session, directory: Directory, rows: Sequence[Any], now: datetime
) -> dict[UUID, content.Terms]:
    """Each brand's terms. Offers are read anew: one may have sold out since the text was written."""
    naming = {row.brand_id for row in rows if row.offers}
    known = offers.of_brands(session, naming) if naming else {}
    return {one: content.terms_of(parts, directory.brands[one], known.get(one, {}), now) for one in naming}


def _complaining(session: Session, ids: Collection[UUID]) -> frozenset[tuple[UUID, UUID]]:
    return frozenset(
        (row.customer_id, row.brand_id)
        for row in complaints.unresolved(session, ids)
        if row.status in (complaints.OPEN, complaints.WAITING)
    )


def _confirmed(session: Session, rows: Sequence[Any]) -> dict[tuple[UUID, UUID], datetime]:
    """When each (customer, brand) last had an opt-out confirmed, for the rare batch that has one to send."""
    ids = {row.customer_id for row in rows if row.purpose == Purpose.OPT_OUT_CONFIRMATION.value}
    if not ids:
        return {}
    found = session.connection().execute(CONFIRMED, {"customers": list(ids)})
    return {(customer, brand): at for customer, brand, at in found if at is not None}
