"""The signed HTTP provider: any gateway that can post JSON and sign it (docs/providers.md has both sides).

In: `{"id","from","to","text","at"}` and receipts `{"id"|"provider_id","status","code","at"}`, one or an
array, either at either address. Out: `{"id","to","from","text"}` to `send_url`, answered with
`{"provider_id"}`. Both ways the header `X-Huixin-Signature: sha256=<hex HMAC-SHA256 of the raw body>`.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from urllib.parse import urljoin, urlsplit

from pydantic import Field, SecretStr, field_validator

from app.providers import reading
from app.providers.contract import (
    Accepted,
    Acknowledgement,
    Capabilities,
    ChannelSettings,
    Outcome,
    Outgoing,
    Parsed,
    ParsedInbound,
    ParsedReceipt,
    Provider,
    ReceiptStatus,
    Rejected,
    Rejection,
    Request,
    Style,
    Unknown,
)
from app.providers.reading import Unusable
from app.providers.transport import Answer, Lost, NotSent, Transport, Unsendable

SIGNATURE = "X-Huixin-Signature"

CAPABILITIES = Capabilities(
    style=Style.INTERNATIONAL, max_chars=2000, rate_per_second=100, concurrency=8, batch=1
)

STATUSES = {
    "accepted": ReceiptStatus.ACCEPTED,
    "queued": ReceiptStatus.ACCEPTED,
    "sent": ReceiptStatus.SENT,
    "delivered": ReceiptStatus.DELIVERED,
    "read": ReceiptStatus.READ,
    "undelivered": ReceiptStatus.UNDELIVERED,
    "failed": ReceiptStatus.UNDELIVERED,
    "rejected": ReceiptStatus.UNDELIVERED,
    "expired": ReceiptStatus.UNDELIVERED,
}

# What a status says for certain. 400 and up, where not named: permanent. 500 and up, where not named:
# unknown.
MEANINGS = {
    301: Rejection.CONFIG,
    307: Rejection.CONFIG,
    308: Rejection.CONFIG,
    401: Rejection.CONFIG,
    403: Rejection.CONFIG,
    404: Rejection.CONFIG,
    405: Rejection.CONFIG,
    407: Rejection.CONFIG,
    411: Rejection.CONFIG,
    415: Rejection.CONFIG,
    425: Rejection.TEMPORARY,
    429: Rejection.TEMPORARY,
    501: Rejection.CONFIG,
}
MAYBE_TAKEN = frozenset({408, 409})  # gave up waiting for its own back end; has this id already


class HttpSettings(ChannelSettings):
    """What a signed HTTP channel needs."""

    key: SecretStr = Field(min_length=8, description="Signs both ways; agreed with the gateway")
    send_url: str | None = Field(
        None, description="Where our messages are posted; without it the channel only receives"
    )
    base_url: str | None = Field(None, description="What a `send_url` without a host is relative to")

    @field_validator("send_url", "base_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and "://" in value and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("an http or https address is wanted")
        return value

    def address(self) -> str | None:
        """The address that messages are posted to."""
        return urljoin(self.base_url or "", self.send_url or "") or None

    def lacks_for_sending(self) -> str | None:
        """Without an address to post to it only receives."""
        return "send_url" if self.address() is None else None


def signature(key: SecretStr, body: bytes) -> str:
    """The header's value for this body."""
    return "sha256=" + hmac.new(key.get_secret_value().encode(), body, sha256).hexdigest()


def verify(request: Request, settings: HttpSettings) -> str | None:
    """Compares the body's signature in constant time."""
    given = request.headers.get(SIGNATURE, "").strip().lower()
    if not given:
        return "signature_missing"
    expected = signature(settings.key, request.body)
    is_ours = hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())
    return None if is_ours else "signature_wrong"


def parse(request: Request, settings: HttpSettings) -> Parsed:
    """Reads messages and receipts, each item by itself."""
    items = reading.json_items(request.body)
    style = settings.style or CAPABILITIES.style
    read = [_receipt(item, style) if _is_receipt(item) else _inbound(item, style) for item in items.objects]
    lost = items.unusable + tuple(one for one in read if isinstance(one, Unusable))
    return Parsed(
        inbound=tuple(one for one in read if isinstance(one, ParsedInbound)),
        receipts=tuple(one for one in read if isinstance(one, ParsedReceipt)),
        unparseable=reading.kept(request.body, lost),
    )


def _is_receipt(item: Mapping[str, object]) -> bool:
    return "status" in item and "text" not in item


def _inbound(item: Mapping[str, object], style: Style) -> ParsedInbound | Unusable:
    from_phone = reading.phone(item.get("from"), style)
    text = reading.text(item.get("text"))
    if from_phone is None or text is None:
        return Unusable(item, "no phone number" if from_phone is None else "no text")
    to_address = reading.word(item.get("to"), reading.MAX_ADDRESS) or ""
    return ParsedInbound(
        provider_message_id=reading.identity(item.get("id"), from_phone, to_address, text, item.get("at")),
        from_phone=from_phone,
        to_address=to_address,
        text=text,
        at=reading.instant(item.get("at")),
        sign_name=reading.word(item.get("sign_name"), reading.MAX_ADDRESS),
    )


def _receipt(item: Mapping[str, object], style: Style) -> ParsedReceipt | Unusable:
    outbound_id = reading.word(item.get("id"), reading.MAX_ID)
    provider_id = reading.word(item.get("provider_id"), reading.MAX_ID)
    status = STATUSES.get((reading.word(item.get("status"), 40) or "").lower())
    if status is None or (outbound_id is None and provider_id is None):
        return Unusable(item, "no known status" if status is None else "no id")
    return ParsedReceipt(
        provider_id=provider_id,
        outbound_id=outbound_id,
        to_phone=reading.phone(item.get("to"), style),
        status=status,
        code=reading.word(item.get("code"), reading.MAX_CODE),
        at=reading.instant(item.get("at")),
    )


def acknowledge(parsed: Parsed) -> Acknowledgement:
    """Counts what came, so that a gateway's developer sees what we made of it."""
    counts = {
        "inbound": len(parsed.inbound),
        "receipts": len(parsed.receipts),
        "unparseable": len(parsed.unparseable),
    }
    return Acknowledgement(200, json.dumps({"ok": True, **counts}), "application/json")


def send(messages: Sequence[Outgoing], settings: HttpSettings, connection: Transport) -> list[Outcome]:
    """Posts the messages one by one."""
    return [_send(message, settings, connection) for message in messages]


def _send(message: Outgoing, settings: HttpSettings, transport: Transport) -> Outcome:
    address = settings.address()
    if address is None:
        return Rejected(Rejection.CONFIG, "no_send_url", "the channel has no send_url")
    item = {"id": message.id, "to": message.to_phone, "from": message.from_address, "text": message.text}
    body = json.dumps(item, ensure_ascii=False).encode("utf-8", "replace")
    headers = {"Content-Type": "application/json", SIGNATURE: signature(settings.key, body)}
    match transport.request("POST", address, content=body, headers=headers):
        case NotSent(detail):
            return Rejected(Rejection.TEMPORARY, "not_connected", detail)
        case Unsendable(detail):
            return Rejected(Rejection.CONFIG, "bad_send_url", detail)
        case Lost(detail):
            return Unknown(detail)
        case Answer() as answer:
            return _outcome(answer)


def _outcome(answer: Answer) -> Outcome:
    told = _told(answer)
    if 200 <= answer.status < 300:
        provider_id = reading.word(told.get("provider_id"), reading.MAX_ID)
        parts = told.get("parts")
        billed = parts if isinstance(parts, int) and not isinstance(parts, bool) and 0 < parts < 100 else None
        return Accepted(provider_id, billed) if provider_id else Unknown("answered without a provider_id")
    kind = _kind(answer, told)
    if kind is None:
        return Unknown(f"HTTP {answer.status}")
    code = reading.word(told.get("code"), reading.MAX_CODE) or f"http_{answer.status}"
    return Rejected(kind, code, f"HTTP {answer.status}", answer.retry_after)


def _kind(answer: Answer, told: Mapping[str, object]) -> Rejection | None:
    """What a refusal means; None where the message may have been taken all the same."""
    if answer.status == 503 and answer.retry_after is not None:
        return Rejection.TEMPORARY
    if answer.status in MEANINGS:
        return MEANINGS[answer.status]
    if not 400 <= answer.status < 500 or answer.status in MAYBE_TAKEN:
        return None
    with suppress(ValueError):
        return Rejection(str(told.get("kind")))
    return Rejection.PERMANENT


def _told(answer: Answer) -> Mapping[str, object]:
    objects = reading.json_items(answer.body).objects
    return objects[0] if len(objects) == 1 else {}


PROVIDER: Provider[HttpSettings, Transport] = Provider(
    name="http",
    settings=HttpSettings,
    capabilities=CAPABILITIES,
    verify=verify,
    parse=parse,
    acknowledge=acknowledge,
    send=send,
    receipt_codes="cmpp",
)
