"""Weekly reviews of each brand's numbers, and who has not been heard of in this quarter: set-based, nothing decrypted
but the phones of a list that somebody asked for."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Integer,
    and_,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Uuid

from app.domain.delivery_codes import ENDED, SUSPENDED_AFTER
from app.store.customers import OUT_OF_USE, Customer, Profile
from app.store.number_checks import NOTHING, NumberCheck
from app.store.outbound.table import DELIVERED, READ, UNDELIVERED, Outbound
from app.store.tables import Rows, Table
from app.store.writing import insert_ignoring

SLICE = 500
_IS_THEIRS = Customer.number_status.not_in(ENDED)


class NumberReview(Table):
    """How many of a brand's customers had a verified number in the week that began on this Monday."""

    __tablename__ = "number_reviews"

    brand_id: Mapped[UUID] = mapped_column(Uuid(), ForeignKey("brands.id"), primary_key=True)
    week_on: Mapped[date] = mapped_column(Date(), primary_key=True)
    customers: Mapped[int]
    verified: Mapped[int]
    at: Mapped[datetime]


def silent_since(session: Session, before: datetime, limit: int) -> list[UUID]:
    """Customers whose number was dead or suspended by this moment and has been so ever since, the longest first."""
    silent = select(Customer.id).where(text(OUT_OF_USE), Customer.number_status_at <= before)
    return list(session.scalars(silent.order_by(Customer.number_status_at).limit(limit)))


def _is_verified(since: datetime) -> ColumnElement[bool]:
    """A text of theirs, a final receipt, a checker's answer, or what any of them has shown of the number, since this
    moment."""
    reported = exists().where(
        Outbound.customer_id == Customer.id,
        Outbound.status.in_((DELIVERED, UNDELIVERED, READ)),
        Outbound.settled_at >= since,
    )
    shown = and_(
        Customer.number_status.in_(("verified", "dead", "suspended")), Customer.number_status_at >= since
    )
    answered = _asked(NumberCheck.standing != NOTHING, NumberCheck.at >= since)
    return or_(Customer.last_inbound_at >= since, shown, reported, answered)


def _asked(*what: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(NumberCheck.customer_id == Customer.id, *what)


def _to_check(since: datetime, asked_since: datetime, now: datetime) -> ColumnElement[bool]:
    """Not verified since the one moment and not asked about since the other; or found suspended once, and due to be
    asked about for the second time."""
    is_new = and_(~func.coalesce(_is_verified(since), False), ~_asked(NumberCheck.at >= asked_since))
    once = (NumberCheck.standing == "suspended", NumberCheck.at <= now - SUSPENDED_AFTER)
    is_second = and_(Customer.number_status == "doubtful", _asked(*once))
    return and_(_IS_THEIRS, exists().where(Profile.customer_id == Customer.id), or_(is_new, is_second))


def to_check(
    session: Session, since: datetime, asked_since: datetime, now: datetime, after: UUID, limit: int
) -> Rows:
    """The next customers, by id, about whose numbers a checker is to be asked, of all brands: id, phone."""
    waiting = select(Customer.id, Customer.phone).where(
        Customer.id > after, _to_check(since, asked_since, now)
    )
    return session.execute(waiting.order_by(Customer.id).limit(limit)).all()


def count_to_check(session: Session, since: datetime, asked_since: datetime, now: datetime) -> int:
    """How many customers `to_check` would go through."""
    waiting = select(func.count()).select_from(Customer).where(_to_check(since, asked_since, now))
    return session.scalars(waiting).one()


def share(session: Session, brand_id: UUID, since: datetime) -> tuple[int, int]:
    """How many customers the brand has, and how many of their numbers are verified."""
    verified = func.sum(cast(case((_is_verified(since), 1), else_=0), Integer))
    mine = select(func.count(), verified).select_from(Customer).join(Profile)
    row = session.execute(mine.where(Profile.brand_id == brand_id, _IS_THEIRS)).one()
    return row[0], row[1] or 0


def unverified(session: Session, brand_id: UUID, since: datetime) -> Iterator[Rows]:
    """The brand's customers whose number is not verified, in slices: id, phone, number_status, last_inbound_at."""
    told = (Customer.id, Customer.phone, Customer.number_status, Customer.last_inbound_at)
    waiting = (
        select(*told)
        .join(Profile)
        .where(Profile.brand_id == brand_id, _IS_THEIRS, ~func.coalesce(_is_verified(since), False))
        .order_by(Customer.id)
        .limit(SLICE)
    )
    last = UUID(int=0)
    while rows := session.execute(waiting.where(Customer.id > last)).all():
        yield rows
        last = rows[-1].id


def keep(session: Session, rows: list[dict[str, object]]) -> None:
    """Keeps reviews; one of that brand and week that is there stays."""
    insert_ignoring(session, NumberReview, rows, ("brand_id", "week_on"))


def reviewed(session: Session, brand_ids: Collection[UUID], week_on: date) -> set[UUID]:
    """Those of the brands that were counted in this week already."""
    mine = select(NumberReview.brand_id).where(
        NumberReview.brand_id.in_(brand_ids), NumberReview.week_on == week_on
    )
    return set(session.scalars(mine))


def latest(session: Session) -> list[NumberReview]:
    """Each brand's last review."""
    newest = select(func.max(NumberReview.week_on)).scalar_subquery()
    return list(session.scalars(select(NumberReview).where(NumberReview.week_on == newest)))
