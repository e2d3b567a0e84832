"""Reads what is posted to the simulator; what it cannot use is told in words, never an error of the server."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.providers import reading
from app.providers.contract import Style
from app.usecases.directory import BrandView, ChannelView, Directory, SenderView

MAX_TEXT = 2000
EVENTS = ("order.placed", "order.shipped", "order.delivered")


class BadInput(Exception):
    """What was sent cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A phone's line to a brand: who, and through which channel and number."""

    brand: BrandView
    channel: ChannelView
    sender: SenderView
    phone: str = field(repr=False)


def posted(body: bytes) -> Mapping[str, object]:
    """The JSON object of a body."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise BadInput("the body is no JSON") from None
    if not isinstance(found, dict):
        raise BadInput('the body is to be an object: {"brand", "phone", "text"}')
    return found


def line(directory: Directory, brand: object, phone: object) -> Line:
    """The line that a call names by brand and phone."""
    known = directory.brand_coded(brand) if isinstance(brand, str) else None
    if known is None:
        codes = (
            ", ".join(sorted(one.code for one in with_simulator(directory))) or "none has a simulator channel"
        )
        raise BadInput(f"there is no brand {_shown(brand)}; known: {codes}")
    sender = simulator_sender(directory, known)
    if sender is None:
        raise BadInput(f"brand {known.code} has no simulator channel: huixin channels add simulator ...")
    channel = directory.channels[sender.channel_id]
    return Line(known, channel, sender, e164(phone, channel.capabilities.style))


def e164(phone: object, style: Style) -> str:
    """A phone as it is typed, or as a query gives it (where `+` became a blank)."""
    typed = "+" + phone.strip() if isinstance(phone, str) and phone[:1] == " " else phone
    read = reading.phone(typed, style) if isinstance(typed, str) else None
    if read is None:
        raise BadInput(f"{_shown(phone)} is no phone number; give one such as +8613800001234")
    return read


def typed_text(text: object) -> str:
    """The text as a phone could have sent it."""
    if not isinstance(text, str) or not text:
        raise BadInput("`text` is to be a text that is not empty")
    if len(text) > MAX_TEXT:
        raise BadInput(f"`text` has {len(text)} characters; a phone sends at most {MAX_TEXT}")
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise BadInput("`text` holds a character that no text message can carry (NUL or half a character)")
    return text


def event_type(given: object) -> str:
    """One of the events that the page can fire."""
    if given not in EVENTS:
        raise BadInput(f"`type` is to be one of {', '.join(EVENTS)}")
    return str(given)


def order_number(given: object, otherwise: str) -> str:
    """The order's number, or one of our own."""
    if given is None:
        return otherwise
    number = reading.word(given, 40)
    if number is None or not number.isprintable():
        raise BadInput("`order_number` is to be a short text")
    return number


def with_simulator(directory: Directory) -> list[BrandView]:
    """The brands that the simulator's phone can text, by their short names."""
    mine = [brand for brand in directory.brands.values() if simulator_sender(directory, brand) is not None]
    return sorted(mine, key=lambda brand: brand.code)


def simulator_sender(directory: Directory, brand: BrandView) -> SenderView | None:
    """The brand's first number on an active simulator channel."""
    for sender in directory.senders.values():
        channel = directory.channels[sender.channel_id]
        if sender.brand_id == brand.id and channel.is_active and channel.provider.name == "simulator":
            return sender
    return None


def _shown(given: object) -> str:
    """What was given, short and harmless, for an answer."""
    return json.dumps(given, default=str)[:60] if isinstance(given, str | int | float) else "without a name"
