"""Twilio's calls of ours: verified by the official SDK, read field by field, answered without a word."""

from collections.abc import Mapping

from app.providers import reading
from app.providers.contract import (
    Acknowledgement,
    Media,
    Parsed,
    ParsedInbound,
    ParsedReceipt,
    Request,
    Style,
    answers_ok,
)
from app.providers.reading import Unusable
from app.providers.twilio.account import CAPABILITIES, OUTBOUND_ID, STATUSES, TwilioSettings

SIGNATURE = "X-Twilio-Signature"
SIGNATURE_SETTINGS = "X-Twilio-Webhooks-Signature-Settings"
INBOUND_STATUSES = frozenset({"", "received", "receiving"})
MOST_MEDIA = 10


class _Form(dict[str, list[str]]):
    """A form as the SDK's validator reads one."""

    def getlist(self, name: str) -> list[str]:
        return self.get(name, [])


def verify(request: Request, settings: TwilioSettings) -> str | None:
    """Checks the signature over address and form, or over address and hash of a JSON body."""
    from twilio.request_validator import RequestValidator, get_signature_algorithm

    given = request.headers.get(SIGNATURE, "")
    if not given:
        return "signature_missing"
    by_shared_key = request.headers.get(SIGNATURE_SETTINGS)
    key = settings.webhook_key if by_shared_key and settings.webhook_key else settings.auth_token
    params: _Form | str = _Form((name, list(values)) for name, values in request.form.items())
    try:
        if request.body and not request.form:
            if not reading.first(request.query, "bodySHA256"):
                return "signature_wrong"  # nothing vouches for this body
            params = request.body.decode()
        validator = RequestValidator(key.get_secret_value())
        algorithm = get_signature_algorithm(by_shared_key)
        is_theirs = validator.validate(request.url, params, given, algorithm)
    except ValueError:  # not UTF-8, or an address no parser takes
        return "signature_wrong"
    return None if is_theirs else "signature_wrong"


def parse(request: Request, settings: TwilioSettings) -> Parsed:
    """Reads one message or one receipt: Twilio sends them singly, as a form, a query or (signed) JSON."""
    items, lost = _items(request)
    outbound_id = reading.word(reading.first(request.query, OUTBOUND_ID), reading.MAX_ID)
    inbound: list[ParsedInbound] = []
    receipts: list[ParsedReceipt] = []
    for item in items:
        one = _read(item, outbound_id, settings.style or CAPABILITIES.style)
        if isinstance(one, ParsedInbound):
            inbound.append(one)
        elif isinstance(one, ParsedReceipt):
            receipts.append(one)
        else:
            lost.append(one)
    return Parsed(tuple(inbound), tuple(receipts), reading.kept(request.body, lost))


def _items(request: Request) -> tuple[tuple[Mapping[str, object], ...], list[Unusable]]:
    fields = request.form or (request.query if request.method == "GET" else {})
    if fields:
        return ({name: values[0] for name, values in fields.items() if values},), []
    found = reading.json_items(request.body)
    return found.objects, list(found.unusable)


def _read(
    item: Mapping[str, object], outbound_id: str | None, style: Style
) -> ParsedInbound | ParsedReceipt | Unusable:
    status = (reading.word(item.get("MessageStatus") or item.get("SmsStatus"), 40) or "").lower()
    if status in INBOUND_STATUSES:
        return _inbound(item, style)
    provider_id = _sid(item)
    if status not in STATUSES or (provider_id is None and outbound_id is None):
        why = "no known status" if status not in STATUSES else "no id"
        return Unusable(item, why)
    return ParsedReceipt(
        provider_id=provider_id,
        outbound_id=outbound_id,
        to_phone=reading.phone(item.get("To"), style),
        status=STATUSES[status],
        code=reading.word(item.get("ErrorCode"), reading.MAX_CODE),
    )


def _inbound(item: Mapping[str, object], style: Style) -> ParsedInbound | Unusable:
    from_phone = reading.phone(item.get("From"), style)
    text = reading.text(item.get("Body", ""))
    if from_phone is None or text is None:
        return Unusable(item, "no phone number" if from_phone is None else "no text")
    opt_out_type = (reading.word(item.get("OptOutType"), 10) or "").lower()
    return ParsedInbound(
        provider_message_id=_sid(item) or reading.identity(None, reading.as_bytes(item).decode("ascii")),
        from_phone=from_phone,
        to_address=reading.word(item.get("To"), reading.MAX_ADDRESS) or "",
        text=text,
        opt_out_type=opt_out_type if opt_out_type in ("stop", "start", "help") else None,
        media=_media(item),
    )


def _sid(item: Mapping[str, object]) -> str | None:
    names = ("MessageSid", "SmsSid", "SmsMessageSid")
    return next((sid for name in names if (sid := reading.word(item.get(name), reading.MAX_ID))), None)


def _media(item: Mapping[str, object]) -> tuple[Media, ...]:
    found = []
    for number in range(MOST_MEDIA):
        url = reading.word(item.get(f"MediaUrl{number}"), 2000)
        if url is None:
            break
        if url.startswith(("https://", "http://")):
            found.append(Media(url, reading.word(item.get(f"MediaContentType{number}"), 100)))
    return tuple(found)


def acknowledge(parsed: Parsed) -> Acknowledgement:
    """No reply by TwiML: replies leave by the REST API, where they have an id."""
    return Acknowledgement(200, "<Response/>", "text/xml; charset=utf-8")


def connectivity(request: Request) -> Acknowledgement | None:
    """A GET is a message where the number is set to deliver by GET."""
    return None if "MessageSid" in request.query or "SmsSid" in request.query else answers_ok(request)
