"""Keeps a brand's offers, which copy is bound to: made, changed, sold out, and there again."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from app.domain.content.claims import claims_in
from app.domain.offers import NAME, Offer
from app.domain.text import fold
from app.store import brands, offers
from app.store.offers import OfferRow
from app.store.tables import new_id
from app.usecases import audit
from app.usecases.parts import Parts

LONGEST_TEXT = 60
HIGHEST_PRICE = Decimal(10_000_000)


class OfferRefused(Exception):
    """The offer cannot be kept; `field` is the one to mend, `reason` a code, and the text says it in words."""

    def __init__(self, field: str, reason: str, text: str) -> None:
        super().__init__(text)
        self.field, self.reason = field, reason


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes an offer, and when."""

    name: str
    at: datetime


def put(parts: Parts, brand_code: str, offer: Offer, actor: Actor) -> bool:
    """Makes the offer, or changes the one of its name; says whether it is new. Raises OfferRefused."""
    _check(offer)
    with parts.store.write() as session:
        brand = _brand(session, brand_code)
        row = offers.row_named(session, brand.id, offer.name)
        is_new = row is None
        if row is None:
            row = OfferRow(id=new_id(), brand_id=brand.id, name=offer.name)
            session.add(row)
        row.title, row.discount = dict(offer.title), dict(offer.discount)
        row.price_cents = None if offer.price is None else int(offer.price * 100)
        row.quantity = offer.quantity
        if is_new:  # new terms do not put it back on sale: `sell_out` says when it is
            row.is_sold_out = offer.is_sold_out
        row.starts_on, row.ends_on = offer.starts_on, offer.ends_on
        row.updated_at = actor.at
        terms = {**offer.values(brand.language), "is_sold_out": row.is_sold_out}
        audit.note(
            session, actor.name, "offer.put", "offer", offer.name, actor.at, brand=brand.code, terms=terms
        )
    parts.directory.renew()
    return is_new


def sell_out(parts: Parts, brand_code: str, name: str, is_sold_out: bool, actor: Actor) -> None:
    """From now on nothing that names the offer is sent, or is again. Raises OfferRefused."""
    with parts.store.write() as session:
        brand = _brand(session, brand_code)
        row = offers.row_named(session, brand.id, name)
        if row is None:
            raise OfferRefused(
                "name", "offer_unknown", f"{brand.code} has no offer {name}: see `huixin offers list`"
            )
        row.is_sold_out, row.updated_at = is_sold_out, actor.at
        action = "offer.sold_out" if is_sold_out else "offer.back"
        audit.note(session, actor.name, action, "offer", name, actor.at, brand=brand.code)
    parts.directory.renew()


def _brand(session: Session, code: str) -> brands.Brand:
    brand = brands.by_code(session, code)
    if brand is None:
        raise OfferRefused("brand", "brand_unknown", f"there is no brand {code}: see `huixin brands list`")
    return brand


def _check(offer: Offer) -> None:
    if not NAME.fullmatch(offer.name):
        raise OfferRefused("name", "name_wrong", "a name is small letters, digits and _: member_day")
    if not any(text.strip() for text in offer.title.values()):
        raise OfferRefused("title", "title_missing", "say what the offer is called in a text: title")
    for field, texts in (("title", offer.title), ("discount", offer.discount)):
        if any(len(text) > LONGEST_TEXT for text in texts.values()):
            raise OfferRefused(field, "text_too_long", f"{field}: {LONGEST_TEXT} characters at most")
    for text in offer.discount.values():
        if not claims_in(fold(text)):
            raise OfferRefused(
                "discount",
                "discount_unread",
                f"no discount can be read in {text!r}: write it like 满100减20 or 15% off",
            )
    if offer.price is not None and not _is_price(offer.price):
        raise OfferRefused("price", "price_wrong", "a price is a number with two decimals at most: 9.90")
    if offer.quantity is not None and not 0 <= offer.quantity <= 10**9:
        raise OfferRefused("quantity", "quantity_wrong", "a quantity is a whole number from 0")
    if not _is_in_order(offer.starts_on, offer.ends_on):
        raise OfferRefused("ends_on", "days_wrong", "the last day is before the first one")


def _is_price(price: Decimal) -> bool:
    return price.is_finite() and 0 <= price < HIGHEST_PRICE and price == round(price, 2)


def _is_in_order(first: date | None, last: date | None) -> bool:
    return first is None or last is None or first <= last
