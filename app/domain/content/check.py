"""What a check of a text's content is: what it is given, what it finds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from app.domain.composing import BrandIdentity, ChannelStyle
from app.domain.content.words import Disguises, WordList
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


@dataclass(frozen=True)
class Seen:
    """A text in the forms in which checks compare it, each made once."""

    copy: Copy
    lists: Lists

    @cached_property
    def folded(self) -> str:
        """Width, case and traditional forms make no difference."""
        return fold(self.copy.text)

    @cached_property
    def compared(self) -> str:
        """Its words without their disguise, as the lists compare them."""
        return self.lists.disguises.undone_of_folded(self.folded)

    @property
    def is_marketing(self) -> bool:
        """Whether the text is advertising."""
        return self.copy.purpose is Purpose.MARKETING

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
