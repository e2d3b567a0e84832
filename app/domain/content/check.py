"""What a check of a text's content is: what it is given, what it finds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from app.domain.composing import BrandIdentity, ChannelStyle
from app.domain.content.words import Disguises, WordList
from app.domain.offers import Offer
from app.domain.purpose import Purpose
from app.domain.text import fold


class Severity(StrEnum):
    """`block`: the message is not sent. `warn`: its writer is told."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a table: words of one category, how bad they are, and longer words in which they mean something else."""

    category: str
    severity: Severity
    words: tuple[str, ...]
    exceptions: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    """One of them makes the words right (投资有风险)."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Lists:
    """The tables that checks look words up in: data that an operator edits."""

    disguises: Disguises
    blocked: WordList[Listed]
    claims: WordList[Listed]
    notices: WordList[Listed]


EARLIEST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bound:
    """The offers that a text names, None for one that does not exist. `now` is the brand's local time."""

    offers: Mapping[str, Offer | None] = field(default_factory=dict, hash=False)
    now: datetime = EARLIEST

    @property
    def today(self) -> date:
        """The brand's day."""
        return self.now.date()

    def hours_left(self, last_day: date) -> float:
        """Until this day of the brand's is over."""
        end = datetime.combine(last_day, time.max, self.now.tzinfo)
        return (end - self.now) / timedelta(hours=1)


UNBOUND = Bound()


@dataclass(frozen=True, slots=True)
class Copy:
    """A text as a phone gets it, and who sends it as what."""

    text: str
    purpose: Purpose
    style: ChannelStyle
    brand: BrandIdentity
    language: str = "zh"
    parts: int = 1
    hosts: frozenset[str] = frozenset()
    """Hosts that the brand's links may lead to."""
    hotline: str = ""
    adds_signature: bool = False
    adds_opt_out: bool = False
    """The provider adds it: the text has none of its own."""
    templates_only: bool = False
    offers: Bound = UNBOUND


class Seen:
    """A text in the forms in which checks compare it, each made once."""

    __slots__ = ("compared", "copy", "folded", "is_marketing", "lists")

    def __init__(self, copy: Copy, lists: Lists) -> None:
        self.copy, self.lists = copy, lists
        self.folded = fold(copy.text)
        """Width, case and traditional forms make no difference."""
        self.compared = lists.disguises.undone_of_folded(self.folded)
        """Its words without their disguise, as the lists compare them."""
        self.is_marketing = copy.purpose is Purpose.MARKETING
        """Whether the text is advertising."""

    def at_most(self, severity: Severity) -> Severity:
        """The severity of a finding that only advertising is stopped for: answers and notices are warned of."""
        return severity if self.is_marketing else Severity.WARN


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check has to say of a text. `quote` is the word or place it is about."""

    code: str
    severity: Severity
    quote: str = ""
    category: str = ""
    mend: str = ""
    """What would do instead, where it is known."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `reasons` gives each code its meaning for documentation, pages and the decision log."""

    name: str
    says: str
    source: str
    reasons: Mapping[str, str]
    find: Callable[[Seen], Iterable[Finding]]
