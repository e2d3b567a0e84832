"""Reads what the gate has to know about a batch of messages, with a fixed number of queries, under the locks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import phone as phones
from app.domain.compliance.facts import Facts, QuietHours, Send
from app.domain.purpose import Cause, Purpose, derive_purpose
from app.store import complaints, customers, inbounds, runs
from app.store.brands import Brand
from app.store.outbound.table import Outbound
from app.usecases.directory import ChannelView, Directory
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
            frozenset(
                (row.customer_id, row.brand_id)
                for row in complaints.unresolved(session, ids)
                if row.status in (complaints.OPEN, complaints.WAITING)
            ),
            frozenset(session.scalars(select(Brand.id).where(Brand.marketing_stopped_at.is_not(None)))),
            _confirmed(session, rows),
            inbounds.last_written(session, ids),
        )
        for row in runs.open_questions(session, ids):
            facts._keep_question(row)
        return facts

    def _keep_question(self, row: Any) -> None:
        self.open_before[row.customer_id, row.sender_id] = row.run_id
        if row.expires_at is None or row.expires_at > self.now:
            self.questions[row.customer_id, row.sender_id] = (row.run_id, row.expires_at)

    def send(self, row: Any) -> Send:
        """The message as the rules see it; its purpose is derived anew, from the facts of this moment."""
        cause = Cause(row.cause, row.cause_at, row.cause_type)
        purpose, _ = derive_purpose(
            cause,
            row.body,
            self.wrote_at.get((row.customer_id, row.brand_id)),
            self.now,
            self.parts.rules.promotional,
            self.parts.rules.transactional,
        )
        is_withdrawn = self.profiles[row.customer_id, row.brand_id]["consent"] == "withdrawn"
        return Send(
            purpose=purpose,
            cause=cause,
            text=row.text,
            queued_at=row.created_at,
            expires_at=row.expires_at,
            is_follow_up=row.is_follow_up,
            answers_question_id=row.run_id if row.answers_run else None,
            asks_question=row.asks_question,
            inbound_id=row.inbound_id,
            is_promotional=is_withdrawn and self.parts.rules.promotional.first_in(row.body) is not None,
            is_requested_resubscribe=purpose is Purpose.OPT_IN_CONFIRMATION and row.inbound_id is not None,
        )

    def of(self, row: Any) -> Facts:
        """The facts about one message's customer, number and brand."""
        profile = self.profiles[row.customer_id, row.brand_id]
        customer = self.locked[row.customer_id]
        asked = self.questions.get((row.customer_id, row.sender_id))
        is_another = asked is not None and asked[0] != row.run_id
        return Facts(
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

    def superseded_by(self, row: Any) -> UUID | None:
        """The run whose question is open while this message asks another one: the customer has moved on from it."""
        asked = self.open_before.get((row.customer_id, row.sender_id))
        return asked if asked is not None and asked != row.run_id else None

    def note_asked(self, row: Any) -> None:
        """The message's question is the open one from now on."""
        self.open_before[row.customer_id, row.sender_id] = row.run_id

    def note_handed(self, row: Any) -> None:
        """A message of this batch is about to leave: later ones of the batch are judged with it."""
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
