"""What a flow may know about the customer, the brand and what started it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.domain.flows.effects import Labels, Value

OF_STAFF = ("complaint",)
"""What the texts that staff keep ready are filled from, and those of flows are not."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a step can branch on or fill into a text. Absent data is a missing key, `None` or an empty
    string.

    `event` is the run's `data`. `order` is the one that `order_number` names in the run's variables or data,
    else the
    customer's latest; None where that order (or any) is not known. `timezone` is the customer's, an IANA
    name. `labels` is what a choice among `customer` is called, by its placeholder (`customer.size`) and language.
    """

    customer: Mapping[str, Value] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    language: str = "zh"  # zh | en
    brand: Mapping[str, Value] = field(default_factory=dict)
    event: Mapping[str, Value] = field(default_factory=dict)
    order: Mapping[str, Value] | None = None
    consent: str = "none"  # none | pending | granted | held | withdrawn
    channel: str = "mainland"  # mainland | north_america | international
    has_open_complaint: bool = False
    timezone: str = "Asia/Shanghai"
    labels: Labels = field(default_factory=dict)
    offers: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    """Of the brand's offers that hold now: title, price, discount, quantity, deadline."""
    complaint: Mapping[str, Value] = field(default_factory=dict)
    """Of the open complaint, for texts of staff: number, category."""


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo:
    """The time zone of this name, or Shanghai's where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("Asia/Shanghai")
