"""What an inbound message can lead to: one value for each way, with its reason."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Answered:
    """The text answers the open question of this run."""

    run_id: UUID
    reason: str
    intent: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The text starts this flow."""

    flow: str
    by: str
    reason: str
    matched: str


@dataclass(frozen=True, slots=True)
class OptedOut:
    """An opt-out in other words; when it is not sure, marketing is held and a person looks. The customer is asked, too,
    unless the bot is silent. `complaint` is the kind of complaint that the same text makes."""

    is_sure: bool
    reason: str
    is_asked: bool = True
    complaint: str | None = None


@dataclass(frozen=True, slots=True)
class OptedIn:
    """A wish to receive messages, by a word or by meaning: the double opt-in asks whether it is meant."""

    reason: str


@dataclass(frozen=True, slots=True)
class Said:
    """The system itself says one of its few texts."""

    wording: str
    reason: str


@dataclass(frozen=True, slots=True)
class WrongNumber:
    """Somebody else has this number: an apology, no more marketing, staff look."""

    reason: str = "wrong_number"


@dataclass(frozen=True, slots=True)
class ToStaff:
    """A person answers; the customer is told so unless the text only joins what staff have already. One that complains
    is a complaint even where the bot says nothing."""

    reason: str
    is_told: bool = True
    is_complaint: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing is said, and this is why."""

    reason: str


@dataclass(frozen=True, slots=True)
class NeedsMeaning:
    """Rules cannot tell: the NLU is asked."""

    reason: str = "needs_meaning"


Route = Answered | Started | OptedOut | OptedIn | Said | WrongNumber | ToStaff | Silence | NeedsMeaning
