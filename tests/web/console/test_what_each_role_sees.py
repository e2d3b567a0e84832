"""A walk of the console by every role: what they read, what they can press, and what is kept from them."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from app.usecases.marketing_switch import Presser, stop_all
from app.web import access
from app.web.console.inbox import AT_THE_DESK
from tests.web.console.desk_scene import EMAILS, Desk, Visitor, a_member
from tests.web.console.test_inbox import LI
from tests.web.console.walking import LISTED, QUIET, SAID, WHISPERED, furnished, walks
from tests.web.demo_shop import WANG

CONVERSATION = ("conversation", "why", "inbox", "erasing")
"""Where what customers write may stand."""
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Nothing here depends on the kind of database."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return furnished(engine, tmp_path)


def open_to(app: Flask, role: str) -> set[tuple[str, str]]:
    """Every (method, endpoint) that this role may use."""
    return {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        if role in (access.guard_of(app, rule.endpoint) or ())
        for method in (rule.methods or set()) & {"GET", "POST"}
    }


@pytest.fixture(params=access.EVERY_ROLE)
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_each_role_is_offered_all_that_it_may_use_and_nothing_else(desk: Desk, role: str) -> None:
    before = walks(desk, role).endpoints()
    stop_all(desk.parts, Presser("tests", None), desk.clock())
    visitor = a_member(desk, "support")
    visitor.opens(desk.path_of(LI))
    visitor.sends(desk.path_of(LI) + "/take")
    if role in AT_THE_DESK:
        writer = a_member(desk, role)
        writer.opens(desk.path_of(LI))
        assert writer.sends(desk.path_of(LI) + "/reply", text="您好")[0] == 200
    offered = before | walks(desk, role).endpoints()
    public = {(method, one) for method, one in offered if access.guard_of(desk.app, one) == access.EVERYONE}
    may = open_to(desk.app, role)
    assert offered - public - may == set()
    assert may - offered - NOT_IN_A_LINK == set()


NOT_IN_A_LINK = {("GET", "security.logout")}
"""What is open to a role without a page that offers it: the form to log out posts."""


def test_no_page_shows_a_whole_number(desk: Desk, role: str) -> None:
    for room, text in walks(desk, role).texts():
        for phone in (*SAID, QUIET, WANG, LISTED):
            national = phone.removeprefix("+86").removeprefix("+1")
            assert national not in text, (role, room, phone)


def test_what_customers_write_is_read_at_the_desk_alone(desk: Desk, role: str) -> None:
    seen: dict[str, set[str]] = {text: set() for text in (*SAID.values(), WHISPERED)}
    for room, text in walks(desk, role).texts():
        for said, rooms in seen.items():
            if said in text:
                rooms.add(room)
    for said, rooms in seen.items():
        is_read = role in AT_THE_DESK and said != WHISPERED
        assert (bool(rooms), rooms - set(CONVERSATION)) == (is_read, set()), (role, said)


@pytest.mark.parametrize("part", ["", "/thread", "/state"])
def test_support_reads_nothing_of_somebody_whom_nothing_has_brought_to_staff(desk: Desk, part: str) -> None:
    path = desk.path_of(QUIET) + part
    assert a_member(desk, "support").opens(path)[0] == 404
    for role in ("manager", "admin"):
        assert a_member(desk, role).opens(path)[0] == 200


@pytest.mark.parametrize("press", ["reply", "take", "phone", "count", "reassign"])
def test_support_presses_nothing_there_either(desk: Desk, press: str) -> None:
    support = a_member(desk, "support")
    support.opens("/password")
    status, text = support.sends(f"{desk.path_of(QUIET)}/{press}", text="您好")
    assert (status, QUIET in text) == (404, False)


def test_who_stands_on_the_staffs_list_can_be_looked_into(desk: Desk) -> None:
    support = a_member(desk, "support")
    status, text = support.opens(desk.path_of(WANG))
    assert (status, "营业时间" in text) == (200, True)
    assert support.opens(f"/why/{desk.path_of(WANG).split('/')[-1]}")[0] == 200


def test_a_whole_number_is_shown_to_who_asks_for_it_at_the_desk(desk: Desk, role: str) -> None:
    visitor = Visitor(desk.app)
    visitor.logs_in(EMAILS[role])
    visitor.opens("/password")
    status, text = visitor.sends(desk.path_of(LI) + "/phone")
    assert (status == 200, LI in text) == (role in AT_THE_DESK, role in AT_THE_DESK)
