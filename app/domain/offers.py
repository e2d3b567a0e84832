"""Offers: what a brand promises (a price, a discount, a quantity, until when), and whether it still holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
"""How an offer may be called, as placeholders name it: `{{ offer.member_day.price }}`."""
FIELDS = frozenset({"title", "price", "discount", "quantity", "deadline"})
"""What a placeholder may ask of an offer."""


class Standing(StrEnum):
    """Whether an offer holds; the values are the gate's reasons."""

    LIVE = "live"
    EXPIRED = "offer_expired"
    SOLD_OUT = "offer_sold_out"


@dataclass(frozen=True, slots=True)
class Offer:
    """One promise of a brand. Days are the brand's; `ends_on` is the last one."""

    name: str
    title: Mapping[str, str] = field(default_factory=dict)
    """By language."""
    discount: Mapping[str, str] = field(default_factory=dict)
    """By language, in the words of the copy: 满100减20, 20 off over 100."""
    price: Decimal | None = None
    quantity: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    is_sold_out: bool = False

    def standing(self, today: date) -> Standing:
        """Whether it holds on this day of the brand's. One that has not begun may be announced."""
        if self.ends_on is not None and today > self.ends_on:
            return Standing.EXPIRED
        return Standing.SOLD_OUT if self.is_sold_out or self.quantity == 0 else Standing.LIVE

    def values(self, language: str) -> dict[str, str | int | float]:
        """What placeholders are filled with; what the offer does not say is not there."""
        said = {
            "title": _spoken(self.title, language),
            "discount": _spoken(self.discount, language),
            "price": _number(self.price),
            "quantity": self.quantity,
            "deadline": self.ends_on.isoformat() if self.ends_on else None,
        }
        return {name: value for name, value in said.items() if value not in (None, "")}


def live_values(
    offers: Mapping[str, Offer], today: date, language: str
) -> dict[str, dict[str, str | int | float]]:
    """What texts may be filled with on this day: of the offers that hold, by name."""
    return {
        name: offer.values(language)
        for name, offer in offers.items()
        if offer.standing(today) is Standing.LIVE
    }


def _spoken(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


def _number(price: Decimal | None) -> int | float | None:
    if price is None:
        return None
    return int(price) if price == price.to_integral_value() else float(price)
