"""The consent ledger: every grant, confirmation, stop and hold, append-only, with its source and wording."""

from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.store.append_only import AppendOnly, unsealed_index
from app.store.personal import EnvelopedJson
from app.store.tables import Table, primary_key, reference

ABOUT_TEXTS = frozenset({"requested", "granted", "withdrawn", "stopped_all", "held", "lifted", "ended"})
"""The kinds that are about being texted."""
TAKES_BACK = frozenset({"withdrawn", "stopped_all", "lifted"})
"""The kinds after which no earlier grant stands."""
_PROOF = Index(
    "ix_consent_events_inbound",
    "inbound_id",
    postgresql_where=text("inbound_id IS NOT NULL"),
    sqlite_where=text("inbound_id IS NOT NULL"),
)


class ConsentEvent(AppendOnly, Table):
    """One change of a customer's consent with a brand: requested, granted, withdrawn, stopped_all, held, lifted (an
    opt-out or a hold has ended for somebody who had never agreed), or ended (the number is somebody else's now); beside
    these health_granted and health_withdrawn (and so for every class of sensitive data), personalisation_off and _on.
    """

    __tablename__ = "consent_events"
    __table_args__ = (_PROOF, Index(None, "customer_id", "brand_id", "at"), unsealed_index("consent_events"))

    id: Mapped[UUID] = primary_key()
    customer_id: Mapped[UUID] = reference("customers.id")
    brand_id: Mapped[UUID] = reference("brands.id")
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(40))
    evidence: Mapped[dict[str, Any]] = mapped_column(EnvelopedJson)
    """What proves it, `wording` among it: the very words, which may name the person."""
    inbound_id: Mapped[UUID | None]
    partner_id: Mapped[UUID | None] = reference("partners.id", is_optional=True)
    """Who brought it, where the consent came by a partner."""
    at: Mapped[datetime]


def stopped_by(session: Session, customer_id: UUID, inbound_id: UUID) -> set[UUID]:
    """The brands whose marketing one text of the customer has stopped or held."""
    mine = (ConsentEvent.customer_id == customer_id, ConsentEvent.inbound_id == inbound_id)
    stopped = ConsentEvent.kind.in_(("withdrawn", "stopped_all", "held"))
    return set(session.scalars(select(ConsentEvent.brand_id).where(*mine, stopped)))


WRONG_NUMBER = "wrong_number"
"""The source of a hold that is no doubt whether a text opted out: the number may be somebody else's."""


def is_doubted(latest_first: Iterable[Any]) -> bool:
    """Whether marketing is held because a text may have been an opt-out, by the lines that are about being texted.
    A wrong number ends no doubt of before."""
    held = takewhile(lambda one: one.kind == "held", latest_first)
    return any(one.source != WRONG_NUMBER for one in held)


def is_in_doubt(session: Session, customer_id: UUID, brand_id: UUID) -> bool:
    """Whether it is not known if this customer has opted out with this brand."""
    lines = history(session, customer_id, brand_id)
    return is_doubted(one for one in reversed(lines) if one.kind in ABOUT_TEXTS)


def history(session: Session, customer_id: UUID, brand_id: UUID) -> list[ConsentEvent]:
    """One customer's consent with one brand, oldest first."""
    mine = (ConsentEvent.customer_id == customer_id, ConsentEvent.brand_id == brand_id)
    return list(session.scalars(select(ConsentEvent).where(*mine).order_by(ConsentEvent.at, ConsentEvent.id)))
