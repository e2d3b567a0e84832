"""What an SMS provider is to the rest of Huixin: the values that pass in and out, and the `Provider` that
gathers them.

A provider's file declares `PROVIDER = Provider(...)`. Its functions hold no session and read no clock. What a
sender has to know after a failure (try again? wake an engineer? is it an opt-out?) is a field of the outcome,
never an exception. Nothing here shows a secret, a number or a text in its `repr`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from app.providers.channel_settings import ChannelSettings as ChannelSettings
from app.providers.channel_settings import Style as Style
from app.providers.request import Headers as Headers
from app.providers.request import Request as Request


@dataclass(frozen=True, slots=True)
class ProviderHours:
    """When a provider takes marketing at all, 08:00-22:00 (several with commas), and who says so. What it would refuse
    is kept back on every channel of it; a channel's own hours can only narrow these."""

    marketing: str
    source: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider adds, confirms, blocks, takes and reports, so that nobody asks for its name.

    The caller makes at most `concurrency` calls of `send` at once, each with at most `batch` messages.
    """

    style: Style
    adds_signature: bool = False
    adds_opt_out_wording: bool = False
    confirms_opt_outs: bool = False
    """Confirms every opt-out itself. One that confirms some of them says so on the message:
    `ParsedInbound.opt_out_type`."""
    blocks_opted_out: bool = False
    templates_only: bool = False
    asks_licences: bool = True
    """Whether advertising through it needs the licences of its style; only a carrier of our own asks for none."""
    reports_receipts: bool = True
    can_query: bool = False
    hours: ProviderHours | None = None
    """None where it takes marketing at any hour, or where nothing certain is known."""
    max_chars: int = 1600
    rate_per_second: float = 10.0
    concurrency: int = 4
    batch: int = 1

    def for_channel(self, settings: "ChannelSettings") -> "Capabilities":
        """These capabilities with what the channel's own settings say otherwise."""
        changes: dict[str, Any] = {}
        if settings.style is not None:
            changes["style"] = settings.style
        if settings.rate_per_second is not None:
            changes["rate_per_second"] = settings.rate_per_second
        if settings.asks_licences:
            changes["asks_licences"] = True  # a setting can ask for more than the provider, never for less
        return replace(self, **changes)


# --- what comes in ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or other file that came with a message, still at the provider."""

    url: str = field(repr=False)
    content_type: str | None


@dataclass(frozen=True, slots=True)
class ParsedInbound:
    """A customer's message. `from_phone` is E.164; `at` is the provider's time, aware, UTC, where it gives
    one."""

    provider_message_id: str
    from_phone: str = field(repr=False)
    to_address: str
    text: str = field(repr=False)
    at: datetime | None = None
    sign_name: str | None = None
    opt_out_type: str | None = None
    """`stop`, `start` or `help` where the provider has acted on the word and answered it: we send no
    confirmation."""
    media: tuple[Media, ...] = ()


class ReceiptStatus(StrEnum):
    """How far an outbound message has come."""

    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    READ = "read"

    @property
    def rank(self) -> int:
        """Receipts come in any order: a state gives way only to one of a higher rank."""
        return _RANKS[self]


_RANKS = {
    ReceiptStatus.ACCEPTED: 0,
    ReceiptStatus.SENT: 1,
    ReceiptStatus.UNDELIVERED: 2,
    ReceiptStatus.DELIVERED: 3,
    ReceiptStatus.READ: 4,
}


@dataclass(frozen=True, slots=True)
class ParsedReceipt:
    """A provider's later word on an outbound message: by their id, by ours, or by both."""

    provider_id: str | None
    outbound_id: str | None
    to_phone: str | None = field(repr=False)
    status: ReceiptStatus
    code: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unparseable:
    """Something authenticated that we could not read: for the quarantine."""

    raw: bytes = field(repr=False)
    why: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """All that one request brought. One bad item of an array never loses its neighbours."""

    inbound: tuple[ParsedInbound, ...] = ()
    receipts: tuple[ParsedReceipt, ...] = ()
    unparseable: tuple[Unparseable, ...] = ()


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The answer a provider expects."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain; charset=utf-8"


# --- what goes out ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One composed message. `id` is our outbound id; `status_callback` is where receipts are wanted."""

    id: str
    to_phone: str = field(repr=False)
    from_address: str
    text: str = field(repr=False)
    status_callback: str | None = field(default=None, repr=False)
    parts: int = 1


class Rejection(StrEnum):
    """What a refusal means to us: try again, never again, an opt-out, the wording, or the account's
    set-up."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    OPT_OUT = "opt_out"
    CONTENT = "content"
    CONFIG = "config"


@dataclass(frozen=True, slots=True)
class Accepted:
    """Taken by the provider; `parts` where it says what it bills."""

    provider_id: str
    parts: int | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Certainly not taken. `retry_after` is the provider's own wish."""

    kind: Rejection
    code: str
    detail: str = ""
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """May have been taken: to be settled by receipt or query, never to be sent again blindly."""

    detail: str


Outcome = Accepted | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Sought:
    """An outbound message whose fate we ask after. `known_ids` are provider ids that belong to other messages
    of ours."""

    message: Outgoing
    handed_at: datetime
    provider_id: str | None = None
    known_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """The provider has it, and this is its state."""

    receipt: ParsedReceipt


@dataclass(frozen=True, slots=True)
class NotFound:
    """The provider certainly never took it: another try is safe."""


Fate = Found | NotFound | Unknown

S = TypeVar("S", bound=ChannelSettings)
C = TypeVar("C")


def answers_ok(request: Request) -> Acknowledgement | None:
    """The plain answer to a connectivity check by GET."""
    return Acknowledgement(200, "ok")


@dataclass(frozen=True, slots=True)
class Provider(Generic[S, C]):
    """A kind of SMS supplier. `C` is the connection wiring hands to `send` and `query`: a `Transport`, or the
    simulator's `Carrier`."""

    name: str
    settings: type[S]
    capabilities: Capabilities
    verify: Callable[[Request, S], str | None]
    """None if the request is the provider's own; else the reason for refusing it, fit for a log."""
    parse: Callable[[Request, S], Parsed]
    """Never raises, whatever the body."""
    acknowledge: Callable[[Parsed], Acknowledgement]
    send: Callable[[Sequence[Outgoing], S, C], list[Outcome]]
    """One outcome for each message, in the same order. Never raises for what a network or a provider can
    do."""
    connectivity: Callable[[Request], Acknowledgement | None] = answers_ok
    """The answer to a GET; None where this GET is itself a message, to be verified and parsed."""
    query: Callable[[Sought, S, C, datetime], Fate] | None = None
    """The fate of a message at `now`; given exactly where `capabilities.can_query`."""
    receipt_codes: str = ""
    """The table of delivery codes in `data/rules/` by which this provider's codes are read."""
    has_webhook: bool = True
    """False where messages come in by another door (the simulator's page)."""
