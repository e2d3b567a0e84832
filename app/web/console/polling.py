"""Answers an open page that asks whether it is as it was, before anybody is looked up: the answer holds nothing.

What it is as is asked of the database once a second at most, however many pages are open in how many browsers.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from sqlalchemy.orm import Session

from app import clock
from app.usecases.parts import Parts

Ask = Callable[[Session], str]
"""Says what a page is like: it changes with whatever the page shows but for the time."""
Polled = tuple[object, Ask]
"""The name of such a state, and how it is asked for."""
View = TypeVar("View", bound=Callable[..., Any])
MOST = 1_000
_NAME = "open-pages"


class OpenPages:
    """The states that are asked for, each kept for `known_for_s`."""

    def __init__(self, parts: Parts, known_for_s: float = 1.0) -> None:
        self.known_for_s = known_for_s
        self._parts = parts
        self._lock = threading.Lock()
        self._known: OrderedDict[object, tuple[float, str]] = OrderedDict()

    def state(self, polled: Polled) -> str:
        """As it is, a second old at most."""
        with self._lock:
            known_at, state = self._known.get(polled[0], (float("-inf"), ""))
        if clock.monotonic() - known_at < self.known_for_s:
            return state
        with self._parts.store.read() as session:
            return self.anew(polled, session)

    def anew(self, polled: Polled, session: Session) -> str:
        """As it is at this moment, before what is shown is read: what changes meanwhile is news to the next poll."""
        name, ask = polled
        asked_at, state = clock.monotonic(), ask(session)
        with self._lock:
            self._known[name] = asked_at, state
            self._known.move_to_end(name)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return state


def polled(of: Callable[..., Polled | None]) -> Callable[[View], View]:
    """Marks a view that an open page polls; `of` takes what the address names and says which state it shows."""

    def mark(view: View) -> View:
        view.polled = of  # type: ignore[attr-defined]
        return view

    return mark


def version(session: Session, of: Polled) -> str:
    """The version of what is about to be read, for the page to ask with."""
    pages: OpenPages = current_app.extensions[_NAME]
    return _version(pages.anew(of, session))


def install(app: Flask, parts: Parts) -> None:
    """Answers polls of what is as it was."""
    pages = app.extensions[_NAME] = OpenPages(parts)

    @app.before_request
    def as_it_was() -> Response | None:
        told = request.args.get("version")
        of = getattr(current_app.view_functions.get(request.endpoint or ""), "polled", None)
        if of is None or told is None or "HX-Request" not in request.headers:
            return None
        polled = of(**(request.view_args or {}))
        if polled is None or told != _version(pages.state(polled)):
            return None
        return Response(status=HTTPStatus.NO_CONTENT)


def _version(state: str) -> str:
    """Of what was asked for, at this minute: what is late changes by itself. Nobody can make one up, for it holds the
    secret of the sessions."""
    parts: Parts = current_app.extensions["parts"]
    asked = sorted((name, value) for name, value in request.args.items() if name != "version")
    minute = parts.now().replace(second=0, microsecond=0)
    known = (state, asked, minute, current_app.secret_key)
    return sha256(repr(known).encode()).hexdigest()[:32]
