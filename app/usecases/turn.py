"""One customer's turn with one brand inside a transaction: all that is known, read for a whole batch at once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain import phone as phones
from app.domain.flows.facts import Facts, zone_named
from app.domain.flows.state import RunState
from app.domain.offers import Offer, live_values
from app.domain.reply_language import reply_language
from app.store import complaints, conversations, customers, events, inbounds, runs
from app.usecases.changes import Changes, Decided
from app.usecases.directory import BrandView, ChannelView, Directory, SenderView

BRAND_FACTS = ("name", "hotline")


@dataclass(slots=True)
class Standing:
    """How a customer stands with a brand: shared by the turns on all of the brand's numbers."""

    profile: dict[str, Any]
    complaints: list[dict[str, Any]]
    conversation: dict[str, Any] | None
    orders: list[dict[str, Any]]


@dataclass(slots=True)
class Turn:
    """What the bot knows when it is a customer's turn. `changes` is shared by all turns of the transaction."""

    customer: Any
    brand: BrandView
    sender: SenderView
    channel: ChannelView
    standing: Standing
    changes: Changes
    now: datetime
    trace_id: str = ""
    question: Any = None
    question_state: RunState | None = None
    question_run: Any = None
    replies: int = 0
    """Automatic replies queued in this transaction."""
    offers: Mapping[str, Offer] = field(default_factory=dict)
    """The brand's, by name."""
    region: Callable[[], str] = lambda: ""
    """Where the customer's number is at home; read once, and only where nothing else tells their language."""
    wrote_at: Callable[[], datetime | None] = lambda: None
    """When the customer last wrote to this brand: what they write to another gives it no right to answer. Read once for
    all turns, and only where it matters."""
    last_sent_language: str | None = None
    """Of the last message handed over on this number, where it was looked up."""

    @property
    def profile(self) -> dict[str, Any]:
        """What the brand knows of the customer."""
        return self.standing.profile

    @property
    def complaints(self) -> list[dict[str, Any]]:
        """The customer's complaints that are not closed, oldest first."""
        return self.standing.complaints

    @property
    def conversation(self) -> dict[str, Any] | None:
        """The open hand-over to a person."""
        return self.standing.conversation

    @conversation.setter
    def conversation(self, row: dict[str, Any] | None) -> None:
        self.standing.conversation = row

    @property
    def key(self) -> tuple[UUID, UUID]:
        """(customer, brand)."""
        return self.customer.id, self.brand.id

    @property
    def language(self) -> str:
        """In which language the customer is answered."""
        return reply_language(
            self.profile["language"], self.last_sent_language, self.region, self.brand.language
        )

    @property
    def timezone(self) -> str:
        """Where the customer's day begins: their own zone where it was told, else the brand's."""
        return self.profile["timezone"] or self.brand.timezone

    @property
    def open_complaint(self) -> dict[str, Any] | None:
        """The complaint that further messages join."""
        waiting = [row for row in self.complaints if row["status"] in (complaints.OPEN, complaints.WAITING)]
        return waiting[-1] if waiting else None

    def change_profile(self, **values: Any) -> None:
        """Changes what the brand knows of the customer, for the rest of this turn and in the store."""
        self.profile.update(values)
        self.changes.profiles.setdefault(self.key, {}).update(values)

    def decide(self, subject: str, subject_id: UUID, verdict: str, reason: str, **details: Any) -> None:
        """Writes one line of the decision log about this customer and brand."""
        told = (subject, subject_id, *self.key, verdict, reason)
        self.changes.decide(Decided(*told, self.now, self.trace_id, details))

    def facts(self, state: RunState) -> Facts:
        """What a flow may know."""
        kept = self.profile["attributes"]
        attributes = {name: held["value"] for name, held in kept.items()}
        if self.profile["name"]:
            attributes["name"] = self.profile["name"]
        own = self.brand.settings.get("facts", {})
        said = own.get(self.language, {}) if isinstance(own.get(self.language), Mapping) else {}
        return Facts(
            customer=attributes,
            tags=frozenset(self.profile["tags"]),
            language=self.language,
            brand={"name": self.brand.name, "hotline": self.brand.hotline, **said},
            event=state.data,
            order=self._order(state),
            consent=self.profile["consent"],
            channel=self.channel.capabilities.style.value,
            has_open_complaint=self.open_complaint is not None,
            timezone=self.timezone,
            labels={f"customer.{name}": held["labels"] for name, held in kept.items() if "labels" in held},
            offers=self._offers(),
        )

    def _offers(self) -> dict[str, dict[str, str | int | float]]:
        today = self.now.astimezone(zone_named(self.brand.timezone)).date()
        return live_values(self.offers, today, self.language)

    def _order(self, state: RunState) -> Mapping[str, Any] | None:
        wanted = state.variables.get("order_number") or state.data.get("order_number")
        for order in self.standing.orders:
            if wanted is None or str(order.get("number", "")).upper() == str(wanted).upper():
                shown = {**order, "updated_at": order["updated_at"].isoformat()}
                return {name: value for name, value in shown.items() if not isinstance(value, list | dict)}
        return None


def _region(session: Session, known: Mapping[UUID, str], customer_id: UUID) -> str:
    return phones.region_of(known.get(customer_id) or customers.phone_of(session, customer_id))


@dataclass(slots=True)
class Reader:
    """Reads the turns of many customers with a fixed number of queries; `phones` are those known already."""

    session: Session
    directory: Directory
    changes: Changes
    now: datetime
    phones: Mapping[UUID, str] = field(default_factory=dict, repr=False)

    def turns(self, wanted: Collection[tuple[UUID, UUID]], locked: Mapping[UUID, Any]) -> "TurnBook":
        """The turns of (customer, sender) pairs; `locked` are the customers' rows, locked by this transaction."""
        ids = {customer_id for customer_id, _ in wanted}
        pairs = {(c, self.directory.senders[s].brand_id) for c, s in wanted if s in self.directory.senders}
        profiles = customers.profiles(self.session, ids)
        missing = pairs - set(profiles)
        if missing:
            customers.add_profiles(self.session, missing, self.now)
            profiles = customers.profiles(self.session, ids)
        return TurnBook(self, locked, profiles, ids)


class TurnBook:
    """The turns of one transaction, each made once and then shared by all that happens to its customer."""

    def __init__(
        self, reader: Reader, locked: Mapping[UUID, Any], profiles: Mapping[Any, Any], ids: Collection[UUID]
    ) -> None:
        session = reader.session
        self._reader, self._locked, self._profiles = reader, locked, profiles
        self._turns: dict[tuple[UUID, UUID], Turn] = {}
        self._standings: dict[tuple[UUID, UUID], Standing] = {}
        self._questions = {(row.customer_id, row.sender_id): row for row in runs.open_questions(session, ids)}
        asking = {row.run_id for row in self._questions.values()}
        self._runs = {row.id: row for row in runs.active(session, asking)} if asking else {}
        self._complaints: dict[Any, list[dict[str, Any]]] = {}
        for row in complaints.unresolved(session, ids):
            self._complaints.setdefault((row.customer_id, row.brand_id), []).append(dict(row._mapping))
        self._conversations = {
            (row.customer_id, row.brand_id): dict(row._mapping)
            for row in conversations.open_with(session, ids)
        }
        self._orders = events.orders_of(session, ids)
        self._written = cache(partial(inbounds.last_written, session, ids))

    def turn(self, customer_id: UUID, sender_id: UUID, trace_id: str) -> Turn:
        """The customer's turn on this sender."""
        reader = self._reader
        key = (customer_id, sender_id)
        if key not in self._turns:
            sender = reader.directory.senders[sender_id]
            pair = (customer_id, sender.brand_id)
            question = self._questions.get(key)
            run = self._runs.get(question.run_id) if question is not None else None
            self._turns[key] = Turn(
                customer=self._locked[customer_id],
                brand=reader.directory.brands[sender.brand_id],
                sender=sender,
                channel=reader.directory.channels[sender.channel_id],
                offers=reader.directory.offers.get(sender.brand_id, {}),
                region=cache(partial(_region, reader.session, reader.phones, customer_id)),
                wrote_at=lambda: self._written().get(pair),
                standing=self._standing(pair),
                changes=reader.changes,
                now=reader.now,
                question=question,
                question_run=run,
                question_state=RunState.from_json(run.state) if run is not None else None,
            )
        turn = self._turns[key]
        turn.trace_id = trace_id
        return turn

    def _standing(self, pair: tuple[UUID, UUID]) -> Standing:
        """As stored, with what this transaction has changed already."""
        if pair not in self._standings:
            changes = self._reader.changes
            known = [
                {**row, **changes.changed_complaints.get(row["id"], {})}
                for row in self._complaints.get(pair, [])
            ]
            new = [
                row
                for row in changes.new_complaints.values()
                if (row["customer_id"], row["brand_id"]) == pair
            ]
            begun = [
                row
                for row in changes.new_conversations.values()
                if (row["customer_id"], row["brand_id"]) == pair
            ]
            self._standings[pair] = Standing(
                profile={**self._profiles[pair], **changes.profiles.get(pair, {})},
                complaints=known + new,
                conversation=begun[0] if begun else self._conversations.get(pair),
                orders=self._orders.get(pair, []),
            )
        return self._standings[pair]
