"""What the gate knows about a send and about the person it goes to."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from app.domain.festivals import FestivalVolume
from app.domain.licences import Standing
from app.domain.purpose import Cause, Purpose
from app.domain.windows import Window
from app.domain.workdays import Workdays

MAINLAND = Workdays()


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The local times between which messages may go: from `start`, and before `end`."""

    start: time = time(8)
    end: time = time(21)

    @property
    def is_closed(self) -> bool:
        """Whether the window is empty: what the law, the channel and the brand allow does not meet."""
        return self.start >= self.end

    def narrowed(self, other: "QuietHours") -> "QuietHours":
        """The hours inside both: a brand or a channel can tighten the law's window, never widen it."""
        return QuietHours(max(self.start, other.start), min(self.end, other.end))


@dataclass(frozen=True, slots=True)
class CarrierLimit:
    """How many messages carriers take from one number to one receiver in a time."""

    most: int
    span: timedelta


@dataclass(frozen=True, slots=True)
class Send:
    """One message about to be handed over."""

    purpose: Purpose
    cause: Cause
    text: str
    queued_at: datetime
    expires_at: datetime | None = None
    is_follow_up: bool = False
    """Asks whether a complaint is solved."""
    answers_question_id: UUID | None = None
    """The open question that this text belongs to (its repetition, its clarification)."""
    asks_question: bool = False
    inbound_id: UUID | None = None
    objections: tuple[str, ...] = ()
    """Reason codes of the content checks that keep this text from being sent, the gravest first."""
    is_promotional: bool = False
    """The text holds a promotional word."""
    is_requested_resubscribe: bool = False
    """The customer, having opted out, has asked to be asked again."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The customer, the number and the brand at the moment of the decision."""

    consent: str = "none"
    """Marketing consent for this brand: none, pending, granted, held or withdrawn."""
    consent_at: datetime | None = None
    """When the consent became what it is."""
    is_stopped: bool = False
    """STOP on a US or Canadian channel: nothing goes but what the customer asks for."""
    stopped_at: datetime | None = None
    last_inbound_at: datetime | None = None
    has_unread_inbound: bool = False
    """A text of theirs is stored and not understood yet."""
    has_open_question: bool = False
    """Another question is open for this customer and sender."""
    question_expires_at: datetime | None = None
    has_open_complaint: bool = False
    complaint_hold_until: datetime | None = None
    number_status: str = "unknown"
    """unknown, verified, unreachable, doubtful, suspended, dead, reassigned or erased."""
    number_status_at: datetime | None = None
    timezone: str | None = None
    """IANA name; None where it is unknown, and the strictest of `possible_timezones` counts."""
    possible_timezones: tuple[str, ...] = ()
    quiet_hours: QuietHours = QuietHours()
    """For marketing: the law's."""
    marketing_stopped: bool = False
    """The brand's switch."""
    service_hours: QuietHours | None = None
    """For service messages, where the brand or the channel has set any."""
    windows: tuple[Window, ...] | None = None
    """For marketing: the hours that industry, brand and channel leave; None where none of them is known."""
    workdays: Workdays = MAINLAND
    audience: str = "active"
    """The class, which says which cap counts. Trade, prospects and who is of no class count as active."""
    marketing_handed: tuple[datetime, ...] = ()
    """When marketing of this brand was handed over in the last 90 days, less what certainly never arrived."""
    last_interaction_at: datetime | None = None
    """When the customer last replied, clicked, redeemed or bought."""
    licences: tuple[Standing, ...] = ()
    """For marketing: of each kind of licence that the channel asks for, what is on record."""
    festival: FestivalVolume | None = None
    """Near a festival: how much the brand has advertised today; None on other days, and for who has had one today."""
    carrier_limits: tuple[CarrierLimit, ...] = ()
    """Of the channel."""
    handed_by_number: tuple[datetime, ...] = ()
    """When this number handed over anything for this receiver, as far back as `carrier_limits` reach."""
    agreement_ends_at: datetime | None = None
    """When the agreement ends with the partner who brought their consent; None where the brand got it itself."""
    text_uses: frozenset[str] = frozenset()
    """What about the person the text was worded with: `profile`, and classes of sensitive data."""
    agreed_uses: frozenset[str] = frozenset()
    """The classes of sensitive data that they have consented to."""
    is_personalised: bool = True
    """False: they have switched personalisation off."""
    opt_out_confirmed_at: datetime | None = None
    """When the last opt-out confirmation was handed over."""
