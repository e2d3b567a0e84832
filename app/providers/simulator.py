"""The simulator: a carrier of our own, whose numbers have fates that can be read off them.

Its inbound messages come by the phone's page, not by a webhook. What it is handed goes to a `Carrier`, which
keeps it and reports later; what becomes of each message is decided here, by number, or by a hash of its id:
the same message, the same fate.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from pydantic import Field

from app.providers import reading
from app.providers.contract import (
    Acknowledgement,
    Capabilities,
    ChannelSettings,
    Outcome,
    Outgoing,
    Parsed,
    ParsedInbound,
    Provider,
    ReceiptStatus,
    Request,
    Style,
    Unparseable,
)
from app.providers.reading import Unusable

CODE_DEAD = "MK:0001"
"""空号: no such number (PROVIDERS' CMPP table, permanent)."""
CODE_OUT_OF_REACH = "MK:0010"
"""Switched off or out of reach (the same table, temporary)."""
REFUSALS_BEFORE_ACCEPTING = 2

CAPABILITIES = Capabilities(
    style=Style.INTERNATIONAL,
    max_chars=2000,
    rate_per_second=5000,
    concurrency=4,
    batch=200,
    asks_licences=False,
)


class SimulatorSettings(ChannelSettings):
    """How good this carrier is. The defaults deliver everything after a second or so."""

    delivered: float = Field(
        1.0, ge=0, le=1, description="Share of messages that is delivered, chosen by the seed"
    )
    delay_s: float = Field(1.0, ge=0, le=86_400, description="Seconds to a receipt, on average")
    seed: int = Field(0, description="Chooses which messages are delivered, and when")


class Carrier(Protocol):
    """Where simulated messages go: keeps them and files their receipts by `carrier_plan`."""

    def take(self, messages: Sequence[Outgoing], settings: SimulatorSettings) -> list[Outcome]:
        """One outcome for each message, in the same order."""
        ...


class Taking(StrEnum):
    """How the carrier answers a hand-over."""

    ACCEPT = "accept"
    LOSE_ANSWER = "lose_answer"
    TEMPORARY_FIRST_N = "temporary_first_n"


@dataclass(frozen=True, slots=True)
class CarrierPlan:
    """The fate of one message: how it is taken, what is reported (None: nothing ever), and how long after."""

    outcome: Taking
    receipt: ReceiptStatus | None
    code: str | None
    delay_s: float
    refusals: int = 0
    """Hand-overs of this message that are refused as temporary before one is accepted."""


def carrier_plan(phone: str, message_id: str, seed: int, settings: SimulatorSettings) -> CarrierPlan:
    """What becomes of a message to this number. SOURCE: INTERFACE.md, simulator's numbers."""
    luck, pace = _chances(message_id, seed)
    delay_s = settings.delay_s * (0.5 + pace)  # half to one and a half times as long, evenly
    delivered = CarrierPlan(Taking.ACCEPT, ReceiptStatus.DELIVERED, None, delay_s)
    match phone[-4:]:
        case "0001":
            return delivered
        case "0002":
            return CarrierPlan(Taking.ACCEPT, ReceiptStatus.UNDELIVERED, CODE_DEAD, delay_s)
        case "0003":
            return CarrierPlan(
                Taking.TEMPORARY_FIRST_N, ReceiptStatus.DELIVERED, None, delay_s, REFUSALS_BEFORE_ACCEPTING
            )
        case "0004":
            return CarrierPlan(Taking.ACCEPT, None, None, delay_s)
        case "0005":
            return CarrierPlan(Taking.LOSE_ANSWER, ReceiptStatus.DELIVERED, None, delay_s)
    if luck < settings.delivered:
        return delivered
    return CarrierPlan(Taking.ACCEPT, ReceiptStatus.UNDELIVERED, CODE_OUT_OF_REACH, delay_s)


def _chances(message_id: str, seed: int) -> tuple[float, float]:
    """Two independent numbers in [0, 1) that this message always gets."""
    digest = sha256(f"{seed}:{message_id}".encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56, int.from_bytes(digest[7:14]) / 2**56


def inbound(
    message_id: str, phone: object, to_address: str, text: object, at: datetime, style: Style
) -> ParsedInbound | Unparseable:
    """A text typed on the simulator's phone, as the receiving use case takes it."""
    item = {"id": message_id, "phone": phone, "to": to_address, "text": text, "at": at.isoformat()}
    read = _inbound(item, style)
    return read.as_unparseable() if isinstance(read, Unusable) else read


def _inbound(item: dict[str, object], style: Style) -> ParsedInbound | Unusable:
    from_phone = reading.phone(item.get("phone"), style)
    text = reading.text(item.get("text"))
    if from_phone is None or text is None:
        return Unusable(item, "no phone number" if from_phone is None else "no text")
    return ParsedInbound(
        provider_message_id=reading.identity(item.get("id"), from_phone, text, item.get("at")),
        from_phone=from_phone,
        to_address=reading.word(item.get("to"), reading.MAX_ADDRESS) or "",
        text=text,
        at=reading.instant(item.get("at")),
    )


def parse(request: Request, settings: SimulatorSettings) -> Parsed:
    """Messages typed on the phone, `{"id","phone","to","text","at"}`, one or an array: also what a quarantine
    replays."""
    items = reading.json_items(request.body)
    read = [_inbound(dict(item), settings.style or CAPABILITIES.style) for item in items.objects]
    lost = items.unusable + tuple(one for one in read if isinstance(one, Unusable))
    inbound = tuple(one for one in read if isinstance(one, ParsedInbound))
    return Parsed(inbound=inbound, unparseable=reading.kept(request.body, lost))


def verify(request: Request, settings: SimulatorSettings) -> str | None:
    """Nobody outside may speak for the simulator: its door is the page, which has its own guard."""
    return "no_webhook"


def acknowledge(parsed: Parsed) -> Acknowledgement:
    """The page reads the status alone."""
    return Acknowledgement(200, "{}", "application/json")


def send(messages: Sequence[Outgoing], settings: SimulatorSettings, connection: Carrier) -> list[Outcome]:
    """Hands the messages to the carrier."""
    return connection.take(messages, settings)


PROVIDER: Provider[SimulatorSettings, Carrier] = Provider(
    name="simulator",
    settings=SimulatorSettings,
    capabilities=CAPABILITIES,
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    send=send,
    receipt_codes="cmpp",
    has_webhook=False,
)
