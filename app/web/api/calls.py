"""What happens around every call of the API: the key, the body, and repetition under an `Idempotency-Key`."""

import json
import re
from typing import Any, NoReturn

import structlog
from flask import Response, current_app, g, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from app.domain.phone import NotAPhone
from app.usecases import repeating
from app.usecases.api_access import Caller, caller_with
from app.usecases.dialling import phone_of
from app.usecases.parts import Parts
from app.web.api.problems import Refusal

MAX_BODY = 8_000_000
KEY_SHAPE = re.compile(r"[\x21-\x7e]{1,255}")

log = structlog.get_logger(__name__)


def parts() -> Parts:
    """What this process works with."""
    found: Parts = current_app.extensions["parts"]
    return found


def caller() -> Caller:
    """The program that calls."""
    known: Caller = g.caller
    return known


def e164(written: str) -> str:
    """A number in a call, as E.164; a problem where it is none."""
    now = parts().now()
    read = phone_of(parts().directory.current(now), caller().brand.id, written)
    if isinstance(read, NotAPhone):
        raise Refusal(422, f"this is no phone number ({read.reason}); give one such as +8613800001234")
    return read.e164


def caller_of(having: Parts, authorization: str) -> Caller | None:
    """The program that sends this header; None where it names no key that counts."""
    scheme, _, key = authorization.partition(" ")
    return caller_with(having, key.strip(), having.now()) if scheme.lower() == "bearer" and key else None


def authenticate() -> ResponseReturnValue | None:
    """Lets in who has a key; runs before every call."""
    known = caller_of(parts(), request.headers.get("Authorization", ""))
    if known is None:
        log.warning("a call of the API was refused", endpoint=request.endpoint)
        raise Refusal(401, "send the header `Authorization: Bearer KEY`", **{"WWW-Authenticate": "Bearer"})
    g.caller = known
    return None


def read_body() -> ResponseReturnValue | None:
    """Reads the JSON that a changing call carries; runs before it."""
    if request.method not in ("POST", "PUT"):
        return None
    if (request.content_length or 0) > MAX_BODY:
        raise Refusal(413, f"at most {MAX_BODY} bytes")
    if request.mimetype != "application/json":
        raise Refusal(415, "send JSON, with Content-Type: application/json")
    try:
        g.body = json.loads(request.get_data(), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Refusal(400, "the body is no JSON") from None
    if not isinstance(g.body, dict | list):
        raise Refusal(400, "the body is to be a JSON object")
    return None


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def body() -> Any:
    """The JSON of this call."""
    return g.body


def begin_once() -> ResponseReturnValue | None:
    """Gives the kept answer where this call was answered before; runs before a changing call."""
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method not in ("POST", "PUT"):
        return None
    if not KEY_SHAPE.fullmatch(key):
        raise Refusal(400, "an Idempotency-Key has 1 to 255 visible ASCII characters")
    content = b"\n".join([request.method.encode(), request.path.encode(), request.get_data()])
    match repeating.begin(parts(), caller().key_id, key, content, parts().now()):
        case repeating.Begun() as begun:
            g.begun = begun
        case repeating.Answered(status=status, body=kept):
            headers = {"Idempotent-Replayed": "true"}
            return Response(kept, status, headers, content_type="application/json")
        case repeating.UnderWay():
            raise Refusal(
                409, "the first call with this Idempotency-Key is under way", **{"Retry-After": "1"}
            )
        case repeating.KeyOfAnother():
            raise Refusal(422, "this Idempotency-Key was used for another call")
    return None


def finish_once(answer: Response) -> Response:
    """Keeps the answer of a call with an `Idempotency-Key`; runs after every call."""
    begun = g.pop("begun", None)
    if begun is not None:
        try:
            repeating.finish(parts(), begun, answer.status_code, answer.get_data(as_text=True))
        except DBAPIError as error:  # the call itself is done; its key is free again in a minute
            log.warning("an answer could not be kept for repetition", error=type(error).__name__)
    return answer
