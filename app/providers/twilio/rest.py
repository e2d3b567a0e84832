"""Sends by Twilio's REST API, and asks it what became of a message whose answer was lost.

The official SDK speaks, over our transport, so that we know whether a byte had left when something broke.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from app.providers import reading
from app.providers.contract import (
    Accepted,
    Fate,
    Found,
    NotFound,
    Outcome,
    Outgoing,
    ParsedReceipt,
    Rejected,
    Rejection,
    Sought,
    Unknown,
)
from app.providers.transport import Answer, Exchange, NotSent, Transport, Unsendable
from app.providers.twilio.account import OUTBOUND_ID, STATUSES, TwilioSettings

SETTLES_AFTER = timedelta(minutes=2)
"""Before this a message may be on its way into the list: its absence says nothing."""
CLOCKS_APART = timedelta(minutes=2)
MOST_LISTED = 200
TRIAL_PREFIX = "Sent from your Twilio trial account - "

# SOURCE: twilio.com/docs/api/errors. Codes of later receipts are read by the table of delivery codes instead.
ERRORS = {
    Rejection.OPT_OUT: {21610},
    Rejection.TEMPORARY: {14107, 20429, 21611, 30001, 30003, 30008, 63038},
    Rejection.PERMANENT: {21211, 21214, 21217, 21265, 21266, 21614, 21635, 30004, 30005, 30006},
    Rejection.CONTENT: {21602, 21605, 21617, 21619, 30007},
    Rejection.CONFIG: {20003, 20008, 21212, 21408, 21603, 21606, 21608, 21609, 21612, 21618, 21659, 21660}
    | {21661, 21703, 30002, 30010, 30032, 30034},
}
KINDS = {code: kind for kind, codes in ERRORS.items() for code in codes}
STATUS_KINDS = {401: Rejection.CONFIG, 403: Rejection.CONFIG, 404: Rejection.CONFIG, 429: Rejection.TEMPORARY}
UNREADABLE = (ValueError, TypeError, AttributeError, KeyError, LookupError)
"""What the SDK raises on an answer that is not what its API describes."""


class _NoAnswer(Exception):
    """Carries through the SDK what became of a request that nobody answered."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(type(exchange).__name__)
        self.exchange = exchange


class _Wire:
    """What the SDK calls its HTTP client: our transport, which remembers the last answer."""

    def __init__(self, transport: Transport) -> None:
        self.last: Answer | None = None
        self._transport = transport

    def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_: object,
    ) -> Any:
        from twilio.http.response import Response

        address = f"{uri}?{urlencode(params, doseq=True)}" if params else uri
        content = urlencode(data or {}, doseq=True, errors="replace").encode()
        self.last = None
        exchange = self._transport.request(method, address, content=content, headers=headers, auth=auth)
        if not isinstance(exchange, Answer):
            raise _NoAnswer(exchange)
        self.last = exchange
        return Response(exchange.status, exchange.text, exchange.headers)


def _client(settings: TwilioSettings, wire: _Wire) -> Any:
    """The SDK's client, blind to TWILIO_EDGE and the like: a channel is what its settings say."""
    from twilio.rest import Client

    user, password = settings.credentials()
    client = Client(user, password, settings.account_sid, http_client=wire, environment={"": ""})
    client.api.base_url = settings.base_url
    return client


def send(messages: Sequence[Outgoing], settings: TwilioSettings, connection: Transport) -> list[Outcome]:
    """Creates the messages one by one."""
    wire = _Wire(connection)
    client = _client(settings, wire)
    return [_send(message, settings, client, wire) for message in messages]


def _send(message: Outgoing, settings: TwilioSettings, client: Any, wire: _Wire) -> Outcome:
    from twilio.base.exceptions import TwilioException

    try:
        created = client.messages.create(
            to=message.to_phone, body=message.text, **_sender(message, settings), **_callback(message)
        )
    except _NoAnswer as broken:
        return _unanswered(broken.exchange)
    except TwilioException as error:
        return _refusal(error, wire.last)
    except UNREADABLE as error:
        return Unknown(f"unreadable answer ({type(error).__name__})")
    sid = reading.word(created.sid, reading.MAX_ID)
    if sid is None:
        return Unknown("answered without a sid")
    if created.status == "failed" and isinstance(created.error_code, int):
        kind = KINDS.get(created.error_code, Rejection.PERMANENT)
        return Rejected(kind, str(created.error_code), "failed at once")
    return Accepted(sid, _parts(created.num_segments))


def _sender(message: Outgoing, settings: TwilioSettings) -> dict[str, str]:
    if settings.messaging_service_sid:
        return {"messaging_service_sid": settings.messaging_service_sid}
    return {"from_": message.from_address}


def _callback(message: Outgoing) -> dict[str, str]:
    if message.status_callback is None:
        return {}
    mark = "&" if urlsplit(message.status_callback).query else "?"
    return {"status_callback": f"{message.status_callback}{mark}{urlencode({OUTBOUND_ID: message.id})}"}


def _parts(num_segments: object) -> int | None:
    """Billed parts; with a messaging service Twilio says 0 at first, which is no answer."""
    digits = str(num_segments)
    return int(digits) or None if digits.isdecimal() and len(digits) < 4 else None


def _unanswered(exchange: Exchange) -> Outcome:
    match exchange:
        case NotSent(detail):
            return Rejected(Rejection.TEMPORARY, "not_connected", detail)
        case Unsendable(detail):
            return Rejected(Rejection.CONFIG, "bad_base_url", detail)
        case Answer():
            return Unknown("answered")
        case lost:
            return Unknown(lost.detail)


def _refusal(error: Exception, answer: Answer | None) -> Outcome:
    """What Twilio's error means; unknown where the message may have been taken all the same."""
    if answer is None:
        return Unknown(type(error).__name__)
    code = getattr(error, "code", None)
    wait = answer.retry_after
    kind = KINDS.get(code) if isinstance(code, int) else None
    if answer.status == 503 and wait is not None:
        kind = Rejection.TEMPORARY
    elif answer.status >= 500 or answer.status == 408:
        kind = None
    elif kind is None and answer.status in STATUS_KINDS:
        kind = STATUS_KINDS[answer.status]
    elif kind is None and answer.status >= 400:
        kind = Rejection.PERMANENT
    if kind is None:
        return Unknown(f"HTTP {answer.status}")
    named = reading.word(code, reading.MAX_CODE) or str(answer.status)
    return Rejected(kind, named, f"HTTP {answer.status}", wait)


def query(sought: Sought, settings: TwilioSettings, connection: Transport, now: datetime) -> Fate:
    """The state of a message: by its sid, else the one unclaimed message of its text to its number.

    `NotFound` is certain: nothing unclaimed has gone to that number since the hand-over, whatever its text
    (Twilio may have changed a quote in it), the list was seen whole, and the message has had time to appear.
    """
    from twilio.base.exceptions import TwilioException

    wire = _Wire(connection)
    client = _client(settings, wire)
    try:
        if sought.provider_id is not None:
            return _found(client.messages(sought.provider_id).fetch(), sought)
        fate = _search(sought, client, now)
        is_list = (
            wire.last is not None and '"messages"' in wire.last.text
        )  # the SDK takes any one array for it
        return fate if is_list else Unknown("no list of messages came back")
    except _NoAnswer as broken:
        return Unknown(broken.args[0])
    except TwilioException:
        return Unknown("the question was refused")
    except UNREADABLE as error:
        return Unknown(f"unreadable answer ({type(error).__name__})")


def _search(sought: Sought, client: Any, now: datetime) -> Fate:
    since = sought.handed_at - CLOCKS_APART
    listed = list(client.messages.stream(to=sought.message.to_phone, limit=MOST_LISTED, page_size=100))
    unclaimed = [one for one in listed if _is_unclaimed(one, sought, since)]
    same = [one for one in unclaimed if _body(one) == sought.message.text.strip()]
    if len(same) == 1:
        return _found(same[0], sought)
    if unclaimed:
        return Unknown(f"{len(unclaimed)} messages may be the one")
    if len(listed) == MOST_LISTED or now - sought.handed_at < SETTLES_AFTER:
        return Unknown("not in the list yet")
    return NotFound()


def _is_unclaimed(listed: Any, sought: Sought, since: datetime) -> bool:
    is_late_enough = listed.date_created is None or listed.date_created >= since
    is_ours = not str(listed.direction or "").startswith("inbound")
    return is_late_enough and is_ours and listed.sid not in sought.known_ids


def _body(listed: Any) -> str:
    return str(listed.body or "").removeprefix(TRIAL_PREFIX).strip()


def _found(listed: Any, sought: Sought) -> Fate:
    sid = reading.word(listed.sid, reading.MAX_ID)
    status = STATUSES.get(str(listed.status))
    if sid is None or status is None:
        return Unknown("a message in no known state")
    code = reading.word(listed.error_code, reading.MAX_CODE)
    return Found(
        ParsedReceipt(sid, sought.message.id, sought.message.to_phone, status, code, listed.date_updated)
    )
