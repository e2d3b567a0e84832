"""The signed HTTP checker: any service that takes JSON with phones and answers what it knows of each.

Out: `{"phones": ["+8613800001234", ...]}` to `HUIXIN_NUMBER_CHECK_URL`, with the header
`X-Huixin-Signature: sha256=<hex HMAC-SHA256 of the raw body>`. Back:
`{"results": [{"phone", "status": "alive|dead|suspended|unknown", "code"}, ...]}`.
"""

import json
from collections.abc import Iterable, Sequence

from pydantic import SecretStr

from app.number_checkers import Access, Checker, Finding, NoAnswer, Standing
from app.providers import reading
from app.providers.http import SIGNATURE, signature
from app.providers.transport import Answer, Lost, NotSent, Transport, Unsendable

NEEDS_MENDING = frozenset({301, 302, 307, 308, 401, 403, 404, 405, 407, 411, 415, 501})
"""Statuses that say that address or key are wrong, or that nobody serves this there."""


def check(phones: Sequence[str], access: Access, transport: Transport) -> Sequence[Finding] | NoAnswer:
    """Asks about these phones at once."""
    body = json.dumps({"phones": list(phones)}).encode()
    key = access.key or SecretStr("")
    headers = {"Content-Type": "application/json", SIGNATURE: signature(key, body)}
    match transport.request("POST", access.url or "", content=body, headers=headers):
        case NotSent(detail):
            return NoAnswer(f"the checker could not be reached ({detail})")
        case Unsendable(detail):
            return NoAnswer(f"HUIXIN_NUMBER_CHECK_URL is no address to ask at ({detail})", is_final=True)
        case Lost(detail):
            return NoAnswer(f"the checker did not answer in full, or not in time ({detail})")
        case Answer(status=status) if not 200 <= status < 300:
            return NoAnswer(f"the checker refused with HTTP {status}", is_final=status in NEEDS_MENDING)
        case Answer(body=told):
            return _read(told)


def _read(body: bytes) -> Sequence[Finding] | NoAnswer:
    objects = reading.json_items(body).objects
    results = objects[0].get("results") if len(objects) == 1 else None
    if not isinstance(results, list):
        return NoAnswer("the checker's answer cannot be read: it has no list of results")
    return list(_findings(results))


def _findings(results: Iterable[object]) -> Iterable[Finding]:
    """What can be read of them: an item that cannot be costs its neighbours nothing."""
    for item in results:
        if not isinstance(item, dict):
            continue
        phone = reading.word(item.get("phone"), reading.MAX_ADDRESS)
        status = (reading.word(item.get("status"), 20) or "").lower()
        if phone is not None and status in set(Standing):
            yield Finding(phone, Standing(status), reading.word(item.get("code"), reading.MAX_CODE))


CHECKER = Checker("http", batch=100, check=check)
