"""The front door gives the event loop what it needs at hand, and says where it is only when it is opened."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from werkzeug.test import Client, create_environ, run_wsgi_app
from werkzeug.wrappers import Response

from app.reads.processes import web_address
from app.usecases import api_keys, demo, staff_accounts
from app.usecases.channel_setup import add_channel
from app.web.arriving import LONGEST_BODY, LONGEST_FORM
from app.wiring import FrontDoor
from tests.web.demo_shop import some_settings

PASSWORD = "a one-time password"
HOOK = "/hooks/simulator/secret/inbound"


@pytest.fixture
def front(engine: Engine, database_url: str, tmp_path: Path) -> Iterator[FrontDoor]:
    opened = FrontDoor(some_settings(tmp_path, database_url, PUBLIC_URL="https://sms.shop.example"))
    yield opened
    opened._parts.store.close()


def is_known(front: FrontDoor) -> bool:
    return front.quick(HOOK) is not None


def test_a_delivery_is_quick_while_the_directory_is_at_hand(front: FrontDoor) -> None:
    assert not is_known(front)
    assert Client(front).post(HOOK).status_code == 403
    assert is_known(front)
    assert front.quick("/health/live") is None
    front._parts.directory.renew()
    assert not is_known(front)


def test_a_quick_delivery_never_loads_the_directory_even_if_it_has_been_renewed_since(
    front: FrontDoor,
) -> None:
    front._parts.directory.current(front._parts.now())
    at_hand = front.quick(HOOK)
    assert at_hand is not None
    front._parts.directory.renew()
    asked: list[str] = []

    @event.listens_for(front._parts.store.engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    answer = run_wsgi_app(front, {**create_environ(HOOK, method="POST"), **at_hand})
    assert (answer[1], asked) == ("403 FORBIDDEN", [])


def test_what_is_at_hand_waits_for_nobody_who_loads_it(front: FrontDoor) -> None:
    front._parts.directory.current(front._parts.now())
    with front._parts.directory._lock:
        assert is_known(front)


def test_the_address_is_told_when_the_door_is_opened_and_not_when_it_is_made(front: FrontDoor) -> None:
    with front._parts.store.read() as session:
        assert web_address(session) is None
    front.tell_address()
    with front._parts.store.read() as session:
        assert web_address(session) == "https://sms.shop.example"


def test_only_known_callers_may_send_more_than_a_form(front: FrontDoor) -> None:
    parts = front._parts
    demo.load(parts, parts.now())
    key = api_keys.add(parts, "shop", "demo", parts.now(), "test")
    told = {"key": "k" * 16, "sender": "10690002"}
    add_channel(parts, "http", "gateway", "demo", told, parts.now(), "test")
    channel = parts.directory.current(parts.now()).channel_named("gateway")
    assert channel is not None
    hook, guessed = f"/hooks/{channel.name}/{channel.secret}/inbound", f"/hooks/{channel.name}/guess/inbound"
    assert [front.longest(path) for path in (hook, guessed, "/hooks/", "/api/v1/events", "/log-in")] == [
        *(1_000_000, 0, 0, LONGEST_FORM, LONGEST_FORM)
    ]
    parts.directory.renew()
    assert [front.longest(path) for path in (hook, guessed)] == [LONGEST_FORM, LONGEST_FORM]

    def asked(path: str, **headers: str) -> int:
        return front.longest_from(create_environ(path, headers=headers))

    assert (asked(hook), asked(guessed)) == (1_000_000, 0)
    assert asked("/api/v1/events", Authorization=f"Bearer {key}") == LONGEST_BODY
    assert asked("/api/v1/events", Authorization=f"Bearer {key}x") == asked("/api/v1/events") == 0
    assert asked("/log-in", Authorization=f"Bearer {key}") == 0


def test_staff_are_known_by_their_session_and_nobody_by_another(front: FrontDoor) -> None:
    staff_accounts.add_staff(front._parts, "li@shop.example", "support", PASSWORD, front._parts.now(), "test")
    client = Client(front, Response)

    def asked() -> int:
        held = client.get_cookie("session")
        return front.longest_from(create_environ("/inbox", headers={"Cookie": f"session={held.value}"}))

    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/log-in").text)
    assert token is not None
    assert asked() == front.longest_from(create_environ("/inbox")) == 0
    form = {"csrf_token": token[1], "email": "li@shop.example", "password": PASSWORD}
    assert client.post("/log-in", data=form).status_code == 302
    assert asked() == LONGEST_FORM
