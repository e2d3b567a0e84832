"""Knows the browsers in which staff have logged in, by a signed cookie: nobody elsewhere can lock those out."""

import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

COOKIE = "known_browser"
KNOWN_FOR = timedelta(days=180)
MOST = 8
"""So many accounts share a browser at a desk; of more, those that came last are known."""


def device_of(staff_id: UUID) -> str | None:
    """The name of this browser, where this member of staff has logged in with it; else None."""
    device, accounts = _told()
    return device if staff_id.hex in accounts else None


def remember(staff_id: UUID) -> None:
    """Makes the browser known with the answer to this request."""
    device, accounts = _told()
    others = [one for one in accounts if one != staff_id.hex][: MOST - 1]
    told = _serializer().dumps([device or secrets.token_hex(16), [staff_id.hex, *others]])

    @after_this_request
    def set_cookie(answer: Response) -> Response:
        answer.set_cookie(
            COOKIE,
            told,
            max_age=KNOWN_FOR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return answer


def _told() -> tuple[str | None, list[str]]:
    try:
        told: Any = _serializer().loads(request.cookies.get(COOKIE, ""), KNOWN_FOR.total_seconds())
        device, accounts = told
    except (BadSignature, TypeError, ValueError):
        return None, []
    return device, accounts


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known-browser")
