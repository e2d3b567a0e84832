"""A double of Twilio's Messages API and of its signed webhooks, after Twilio's own documentation.

It keeps what it takes, refuses or loses an answer on demand, and signs what it would call us with. `python -m
tests.doubles.twilio_api` runs it by itself.
"""

import base64
import hmac
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha1
from threading import Event, Lock
from urllib.parse import parse_qs, parse_qsl, urlencode

from tests.doubles.listening import Call, Listening, Reply

ACCOUNT = "AC" + "0" * 32
TOKEN = "12345"


@dataclass
class Taken:
    sid: str
    to: str
    sender: str
    body: str
    status_callback: str | None
    created_at: datetime
    status: str = "queued"
    error_code: int | None = None
    direction: str = "outbound-api"

    def to_json(self) -> dict[str, object]:
        at = format_datetime(self.created_at)
        return {
            "sid": self.sid, "account_sid": ACCOUNT, "to": self.to, "from": self.sender, "body": self.body,
            "status": self.status, "direction": self.direction, "num_segments": "1",
            "error_code": self.error_code,
            "error_message": None, "date_created": at, "date_updated": at, "date_sent": None,
            "api_version": "2010-04-01", "price": None, "price_unit": "USD", "num_media": "0",
        }  # fmt: skip


class TwilioApi(Listening):
    """`taken` is what was accepted; `refuse`, `lose_answers` and `answer_with` script what comes next."""

    def __init__(
        self,
        account: str = ACCOUNT,
        token: str = TOKEN,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.account, self.token, self.now = account, token, now
        self.taken: list[Taken] = []
        self.opted_out: set[str] = set()
        self.calls = 0
        self._next: deque[Reply | str] = deque()
        self._lock = Lock()
        super().__init__(self._answer)

    def refuse(
        self, status: int, code: int, headers: Mapping[str, str] | None = None, times: int = 1
    ) -> None:
        """The next calls are answered with an error of this HTTP status and Twilio code, and take nothing."""
        for _ in range(times):
            self._next.append(_error(status, code, headers))

    def answer_with(self, reply: Reply) -> None:
        """The next call is answered so, and takes nothing."""
        self._next.append(reply)

    def lose_answers(self, times: int = 1) -> None:
        """The next messages are taken, and the connection is closed without an answer."""
        self._next.extend(["lose"] * times)

    def _answer(self, call: Call) -> Reply:
        with self._lock:
            self.calls += 1
            if not self._is_authentic(call):
                return _error(401, 20003)
            planned = self._next.popleft() if self._next else None
            if isinstance(planned, Reply):
                return planned
            reply = self._route(call)
            return Reply(is_lost=True) if planned == "lose" else reply

    def _is_authentic(self, call: Call) -> bool:
        expected = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        return call.headers.get("Authorization") == f"Basic {expected}"

    def _route(self, call: Call) -> Reply:
        root = f"/2010-04-01/Accounts/{self.account}/Messages"
        if call.method == "POST" and call.path == f"{root}.json":
            return self._create(dict(parse_qsl(call.body.decode(), keep_blank_values=True)))
        if call.method == "GET" and call.path == f"{root}.json":
            asked = parse_qs(call.query)
            found = [one for one in reversed(self.taken) if "To" not in asked or one.to == asked["To"][0]]
            page = {
                "messages": [one.to_json() for one in found],
                "page": 0,
                "page_size": 100,
                "next_page_uri": None,
            }
            return _json(200, page)
        sid = call.path.removeprefix(root).strip("/").removesuffix(".json")
        one = next((one for one in self.taken if one.sid == sid), None)
        return _json(200, one.to_json()) if one and call.method == "GET" else _error(404, 20404)

    def _create(self, form: Mapping[str, str]) -> Reply:
        sender = form.get("From") or form.get("MessagingServiceSid")
        if not sender:
            return _error(400, 21603)
        if not form.get("To", "").startswith("+"):
            return _error(400, 21211)
        if form["To"] in self.opted_out:
            return _error(400, 21610)
        if not form.get("Body"):
            return _error(400, 21619)
        if len(form["Body"]) > 1600:
            return _error(400, 21617)
        sid = f"SM{len(self.taken) + 1:032x}"
        self.taken.append(
            Taken(sid, form["To"], sender, form["Body"], form.get("StatusCallback"), self.now())
        )
        return _json(201, self.taken[-1].to_json())

    # --- what Twilio calls us with: post `body` to the address with these headers ---

    def signed(self, url: str, fields: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
        """Body and headers of a webhook of these fields to this public address."""
        text = url + "".join(name + fields[name] for name in sorted(fields))
        digest = hmac.new(self.token.encode(), text.encode(), sha1).digest()
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": base64.b64encode(digest).decode(),
        }
        return urlencode(fields).encode(), headers

    def inbound(
        self, url: str, *, sid: str, from_phone: str, to: str, text: str, **more: str
    ) -> tuple[bytes, dict[str, str]]:
        """A customer's message, as Twilio posts it."""
        fields = {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": self.account,
            "From": from_phone, "To": to, "Body": text, "NumMedia": "0", "NumSegments": "1",
            "SmsStatus": "received",
            "ApiVersion": "2010-04-01", "FromCity": "", "FromCountry": "US",
        } | more  # fmt: skip
        return self.signed(url, fields)

    def receipt(
        self, taken: Taken, status: str, error_code: int | None = None
    ) -> tuple[str, bytes, dict[str, str]]:
        """Address, body and headers of the status callback for a taken message."""
        assert taken.status_callback, "the message asked for no receipts"
        fields = {
            "MessageSid": taken.sid, "SmsSid": taken.sid, "MessageStatus": status, "SmsStatus": status,
            "To": taken.to, "From": taken.sender, "AccountSid": self.account, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if error_code is not None:
            fields["ErrorCode"] = str(error_code)
        return taken.status_callback, *self.signed(taken.status_callback, fields)


def _json(status: int, value: object, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json", **(headers or {})})


def _error(status: int, code: int, headers: Mapping[str, str] | None = None) -> Reply:
    more_info = f"https://www.twilio.com/docs/errors/{code}"
    problem = {"code": code, "message": f"error {code}", "more_info": more_info, "status": status}
    return _json(status, problem, headers)


if __name__ == "__main__":
    with TwilioApi() as api:
        print(f"base_url={api.url} account_sid={api.account} auth_token={api.token}", flush=True)
        Event().wait()
