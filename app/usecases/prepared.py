"""A batch of claimed messages made ready for the gate before any lock is taken: decrypted, composed, checked.

That takes longest, and what a customer wishes changes none of it. Everything a customer's wish, a cap or another
worker can change is read under the locks: see `gate_facts`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.domain import phone as phones
from app.domain.composing import Composed
from app.domain.content.check import Finding, Severity
from app.domain.purpose import Purpose
from app.store import customers
from app.store.outbound import queue
from app.usecases import content, messages
from app.usecases.directory import ChannelView, Directory
from app.usecases.parts import Parts

Says = tuple[str, Purpose, UUID, str]
"""Text, purpose, brand and language: what a message says on a channel follows from these."""


@dataclass(slots=True)
class Prepared:
    """The claimed messages of a batch, in the order in which they are to leave, and what they say."""

    parts: Parts
    channel: ChannelView
    directory: Directory
    rows: Sequence[Any]
    phones: Mapping[UUID, str]
    zones: Mapping[UUID, tuple[str, ...]]
    """Where each customer may live by their number; empty where it tells nothing."""
    _wordings: dict[Says, Composed] = field(default_factory=dict)
    _objections: dict[Says, tuple[str, ...]] = field(default_factory=dict)
    _terms: dict[UUID, content.Terms] = field(default_factory=dict)

    @classmethod
    def read(cls, parts: Parts, channel: ChannelView, ids: Collection[UUID]) -> "Prepared":
        """Those of the messages that are claimed, each checked as what it was queued as."""
        with parts.store.read() as session:
            rows = queue.claimed_rows(session, ids)
            known = customers.phones(session, {row.customer_id for row in rows})
        zones = {customer_id: phones.timezones_of(phone) for customer_id, phone in known.items()}
        made = cls(parts, channel, parts.directory.current(parts.now()), rows, known, zones)
        for row in rows:
            if not row.offers:
                made.objections(row, Purpose(row.purpose))
        return made

    def follow(self, directory: Directory) -> None:
        """Forgets what was made ready where a brand has changed meanwhile: nothing leaves under its old signature."""
        if directory.brands != self.directory.brands:
            self._wordings.clear()
            self._objections.clear()
            self._terms.clear()
        self.directory = directory

    def wording(self, row: Any, purpose: Purpose) -> Composed:
        """The message as it would be handed over with this purpose. What many receive is composed once a batch."""
        says = (row.body, purpose, row.brand_id, row.language)
        if says not in self._wordings:
            brand = self.directory.brands[row.brand_id]
            self._wordings[says] = messages.composed(
                self.parts, row.body, purpose, brand, self.channel, row.language
            )
        return self._wordings[says]

    def objections(self, row: Any, purpose: Purpose) -> tuple[str, ...]:
        """What blocks a message that names no offer, the gravest first."""
        says = (row.body, purpose, row.brand_id, row.language)
        if says not in self._objections:
            brand, wording = self.directory.brands[row.brand_id], self.wording(row, purpose)
            if brand.id not in self._terms:
                self._terms[brand.id] = content.terms_of(self.parts, brand, {}, self.parts.now())
            terms = self._terms[brand.id]
            found = content.judged(self.parts, wording, purpose, brand, self.channel, row.language, terms)
            self._objections[says] = blocking(found)
        return self._objections[says]


def blocking(found: Sequence[Finding]) -> tuple[str, ...]:
    """The reasons why a text is not sent."""
    return tuple(one.code for one in found if one.severity is Severity.BLOCK)
