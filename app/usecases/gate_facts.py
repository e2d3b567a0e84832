"""Reads what the gate has to know about a batch of messages, with a fixed number of queries, under the locks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import phone as phones
from app.domain.compliance.facts import Facts, QuietHours, Send
from app.domain.composing import Composed
from app.domain.content.check import Severity
from app.domain.purpose import Cause, Purpose, derive_purpose
from app.store import complaints, customers, inbounds, runs
from app.store.brands import Brand
from app.store.outbound.table import Outbound
from app.usecases import content, messages
from app.usecases.directory import ChannelView, Directory
from app.usecases.marketing_facts import MarketingFacts
from app.usecases.parts import Parts


@dataclass(slots=True)
class GateFacts:
    """The facts of one batch; `note_handed` keeps them true while the batch is decided row by row."""

    parts: Parts
    directory: Directory
    channel: ChannelView
    locked: Mapping[UUID, Any]
    now: datetime
    profiles: Mapping[tuple[UUID, UUID], Any]
    unread: frozenset[UUID]
    questions: dict[tuple[UUID, UUID], Any]
    complaining: frozenset[tuple[UUID, UUID]]
    stopped_brands: frozenset[UUID]
    confirmed_at: Mapping[tuple[UUID, UUID], datetime]
    wrote_at: Mapping[tuple[UUID, UUID], datetime]
    open_before: dict[tuple[UUID, UUID], UUID] = field(default_factory=dict)
    marketing: MarketingFacts | None = None
    """Read where the batch has marketing in it."""
    purposes: dict[UUID, Purpose] = field(default_factory=dict)
    hosts: dict[UUID, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        parts: Parts,
        session: Session,
        directory: Directory,
        channel: ChannelView,
        rows: Sequence[Any],
        locked: Mapping[UUID, Any],
        now: datetime,
    ) -> "GateFacts":
        """Everything about the customers of `rows`, whose rows this transaction has locked."""
        ids = {row.customer_id for row in rows}
        unread = select(inbounds.Inbound.customer_id).where(
            inbounds.IS_UNREAD, inbounds.Inbound.customer_id.in_(ids)
        )
        facts = cls(
            parts,
            directory,
            channel,
            locked,
            now,
            customers.profiles(session, ids),
            frozenset(session.scalars(unread)),
            {},
            _complaining(session, ids),
            frozenset(session.scalars(select(Brand.id).where(Brand.marketing_stopped_at.is_not(None)))),
            _confirmed(session, rows),
            inbounds.last_written(session, ids),
        )
        for row in runs.open_questions(session, ids):
            facts._keep_question(row)
        facts.purposes = {row.id: facts._purpose(row) for row in rows}
        if Purpose.MARKETING in facts.purposes.values():
            facts.marketing = MarketingFacts.read(session, ids, now)
        told = {row.brand_id: directory.brands[row.brand_id] for row in rows}
        facts.hosts = {brand_id: content.hosts_of(parts, brand) for brand_id, brand in told.items()}
        return facts

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
        )
        return purpose

    def send(self, row: Any) -> tuple[Send, Composed]:
        """The message as the rules see it, and its wording as it would be handed over."""
        purpose = self.purposes[row.id]
        brand = self.directory.brands[row.brand_id]
        wording = messages.wording_of(self.parts, row, purpose, brand, self.channel)
        found = content.judged(
            self.parts, wording, purpose, brand, self.channel, row.language, self.hosts[brand.id]
        )
        is_withdrawn = self.profiles[row.customer_id, row.brand_id]["consent"] == "withdrawn"
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
            is_promotional=is_withdrawn and self.parts.rules.promotional.first_in(row.body) is not None,
            is_requested_resubscribe=purpose is Purpose.OPT_IN_CONFIRMATION and row.inbound_id is not None,
            objections=tuple(one.code for one in found if one.severity is Severity.BLOCK),
        )
        return send, wording

    def of(self, row: Any) -> Facts:
        """The facts about one message's customer, number and brand."""
        profile = self.profiles[row.customer_id, row.brand_id]
        customer = self.locked[row.customer_id]
        asked = self.questions.get((row.customer_id, row.sender_id))
        is_another = asked is not None and asked[0] != row.run_id
        facts = Facts(
            consent=profile["consent"],
            consent_at=profile["consent_at"],
            is_stopped=profile["stopped_at"] is not None,
            stopped_at=profile["stopped_at"],
            last_inbound_at=self.wrote_at.get((row.customer_id, row.brand_id)),
            has_unread_inbound=row.customer_id in self.unread,
            has_open_question=is_another,
            question_expires_at=asked[1] if asked is not None and is_another else None,
            has_open_complaint=(row.customer_id, row.brand_id) in self.complaining,
            complaint_hold_until=profile["hold_until"],
            number_status=customer.number_status,
            timezone=customer.timezone,
            possible_timezones=phones.timezones_of(customer.phone) or (self._home_zone(row.brand_id),),
            quiet_hours=self._quiet_hours(row.brand_id),
            marketing_stopped=row.brand_id in self.stopped_brands,
            opt_out_confirmed_at=self.confirmed_at.get((row.customer_id, row.brand_id)),
        )
        return self._for_marketing(row, facts) if self.purposes[row.id] is Purpose.MARKETING else facts

    def _for_marketing(self, row: Any, facts: Facts) -> Facts:
        pair, known = (row.customer_id, row.brand_id), self.marketing
        if known is None:
            raise RuntimeError("the facts of marketing were not read")
        industry = self.directory.brands[row.brand_id].settings.get("industry", "other")
        by_industry = self.parts.rules.send_windows
        return replace(
            facts,
            windows=by_industry.get(industry, by_industry["other"]),
            audience=known.audience(pair, facts.last_inbound_at),
            marketing_handed=tuple(known.handed.get(pair, ())),
            last_interaction_at=known.last_interaction(pair, facts.last_inbound_at),
        )

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
            self.marketing.note_handed((row.customer_id, row.brand_id))
        if row.asks_question:
            self.questions[row.customer_id, row.sender_id] = (row.run_id, None)

    def _home_zone(self, brand_id: UUID) -> str:
        return self.directory.brands[brand_id].timezone

    def _quiet_hours(self, brand_id: UUID) -> QuietHours:
        hours = QuietHours()
        own = self.directory.brands[brand_id].settings.get("quiet_hours")
        if own:
            hours = hours.narrowed(
                QuietHours(time.fromisoformat(own["start"]), time.fromisoformat(own["end"]))
            )
        return hours


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
    found = session.execute(
        select(Outbound.customer_id, Outbound.brand_id, func.max(Outbound.handed_at))
        .where(
            Outbound.customer_id.in_(ids),
            Outbound.purpose == Purpose.OPT_OUT_CONFIRMATION.value,
            Outbound.handed_at.is_not(None),
        )
        .group_by(Outbound.customer_id, Outbound.brand_id)
    )
    return {(customer, brand): at for customer, brand, at in found if at is not None}
