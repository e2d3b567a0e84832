"""Defines the figures of the desk: promises kept, time taken, what came back, and complaints per message or order.

A complaint is counted in the period in which it was received, and one that was reopened makes its promises anew: each
round's are counted, so that no reopening hides a broken one.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from math import exp, lgamma, log, log1p

SOURCE = "SPEC CO-6"
MESSAGE, SERVICE = "message_complaint", "service_complaint"
KINDS = (SERVICE, MESSAGE)
"""Counted apart everywhere: about goods or service, and about being texted."""
ALARM_LINES = {MESSAGE: 0.001, SERVICE: 0.003}
"""Above which share an alarm is due: of delivered marketing messages (source A), and of orders (source B)."""
CHANCE = 0.05


class By(StrEnum):
    """What the figures are told apart by, beside the kind."""

    TOTAL = "total"
    """By nothing: all in one line."""
    BRAND = "brand"
    CAMPAIGN = "campaign"
    """The flow whose message the complaint followed."""
    VARIANT = "variant"
    """The step of that flow."""
    CATEGORY = "category"
    PERSON = "person"
    """Who has it; else who had its conversation last."""
    WEEK = "week"
    """In which it was received, from Monday on by the brand's clock."""


COUNTED_PER = {
    MESSAGE: frozenset({By.TOTAL, By.BRAND, By.CAMPAIGN, By.VARIANT, By.WEEK}),
    SERVICE: frozenset({By.TOTAL, By.BRAND, By.WEEK}),
}
"""Where there is something to count complaints against: an order belongs to no campaign, and neither to a person."""


@dataclass(frozen=True, slots=True)
class Promises:
    """How many were kept, how many broken, and how many still run; at the deadline is in time."""

    kept: int = 0
    broken: int = 0
    running: int = 0

    @property
    def share(self) -> float | None:
        """The share kept of those that are decided; None where none is."""
        return share(self.kept, self.kept + self.broken)


@dataclass(frozen=True, slots=True)
class Taken:
    """How long it took by the wall clock, of what has happened: half took no longer than `median`, nine of ten no
    longer than `p90`, each the time of one of them."""

    median: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What customers said when they were asked whether it is solved."""

    solved: int = 0
    unsolved: int = 0
    unclear: int = 0
    no_answer: int = 0
    not_possible: int = 0
    """Nobody could be asked by text: staff call, and it is told apart."""

    @property
    def share(self) -> float | None:
        """The share solved of those who said so or the opposite."""
        return share(self.solved, self.solved + self.unsolved)


@dataclass(frozen=True, slots=True)
class Figures:
    """One group's. `resolved` and `reopened` count complaints that ever were; `per` is how many marketing messages were
    delivered, or orders placed, in the same time, None where nothing can be counted against."""

    complaints: int = 0
    resolved: int = 0
    reopened: int = 0
    first_response: Promises = field(default_factory=Promises)
    resolution: Promises = field(default_factory=Promises)
    follow_up: Promises = field(default_factory=Promises)
    response_time: Taken = field(default_factory=Taken)
    resolution_time: Taken = field(default_factory=Taken)
    asked: Asked = field(default_factory=Asked)
    per: int | None = None

    @property
    def reopened_share(self) -> float | None:
        """Of the complaints that were resolved, the share that came back."""
        return share(self.reopened, self.resolved)

    @property
    def rate(self) -> float | None:
        """Complaints for each message or order; None where there was none."""
        return None if not self.per else self.complaints / self.per


class Line(StrEnum):
    """How a rate stands to its alarm line."""

    NONE = "none"
    UNDER = "under"
    OVER = "over"
    """Above it, but so few that chance may explain it."""
    SURELY_OVER = "surely_over"


def against_line(kind: str, figures: Figures) -> Line:
    """How the rate stands to the kind's alarm line. It is surely above where no more than 5 % of chance explain so many
    complaints at the line itself (binomial, one side); a single one proves nothing. Source: SPEC CO-6, CA-8."""
    if figures.rate is None or not figures.per:
        return Line.NONE
    at_line = ALARM_LINES[kind]
    if figures.rate <= at_line:
        return Line.UNDER
    many = min(figures.complaints, figures.per)
    return Line.SURELY_OVER if many > 1 and chance_of(many, figures.per, at_line) <= CHANCE else Line.OVER


def chance_of(hits: int, of: int, rate: float) -> float:
    """How probable it is that `of` tries, each a hit with this rate, give so many hits or more."""
    fewer = (_exactly(number, of, rate) for number in range(hits))
    return max(0.0, 1.0 - sum(fewer))


def _exactly(hits: int, of: int, rate: float) -> float:
    ways = lgamma(of + 1) - lgamma(hits + 1) - lgamma(of - hits + 1)
    return exp(ways + hits * log(rate) + (of - hits) * log1p(-rate))


def share(some: int, of: int) -> float | None:
    """A share of 1; None of nothing."""
    return some / of if of else None
