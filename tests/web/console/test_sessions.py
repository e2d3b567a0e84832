"""Sessions: seen by whose they are, ended one by one or all at once, and over by themselves in the end."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select

from app.store.staff import AuditEntry, Staff
from app.store.staff_sessions import IDLE, LONGEST, StaffSession
from tests.web.console.desk_scene import EMAILS, PASSWORD, Desk, Visitor, a_member

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Nothing here depends on the kind of database."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


def is_in(visitor: Visitor) -> bool:
    return visitor.client.get("/account").status_code == 200


def staff_id(desk: Desk, role: str) -> str:
    with desk.parts.store.read() as session:
        return str(session.scalars(select(Staff.id).where(Staff.email == EMAILS[role])).one())


def ends(text: str) -> list[str]:
    return re.findall(r'action="(/account/sessions/[0-9a-f-]{36}/end)"', text)


def test_somebody_sees_where_they_are_logged_in(desk: Desk) -> None:
    here, elsewhere = a_member(desk, "support"), Visitor(desk.app)
    elsewhere.client.environ_base.update(HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.77")
    elsewhere.logs_in(EMAILS["support"])
    text = here.opens("/account")[1]
    assert "Firefox, Linux" in text
    assert "203.0.113.0/24" in text
    assert "203.0.113.77" not in text
    assert text.count("this one") == len(ends(text)) == 1


def test_one_session_is_ended_and_the_others_go_on(desk: Desk) -> None:
    one, two, three = (a_member(desk, "support") for _ in range(3))
    first, second = ends(three.opens("/account")[1])
    three.sends(first)
    assert sorted(map(is_in, (one, two, three))) == [False, True, True]
    three.sends(second)
    assert list(map(is_in, (one, two, three))) == [False, False, True]


def test_all_others_are_ended_at_once(desk: Desk) -> None:
    one, two, manager = a_member(desk, "support"), a_member(desk, "support"), a_member(desk, "manager")
    two.opens("/account")
    assert "1 session elsewhere has ended" in two.sends("/account/sessions/end-others")[1]
    assert list(map(is_in, (one, two, manager))) == [False, True, True]


def test_nobody_ends_the_session_of_somebody_else(desk: Desk) -> None:
    a_member(desk, "support")
    theirs = ends(a_member(desk, "support").opens("/account")[1])[0]
    manager = a_member(desk, "manager")
    manager.opens("/account")
    manager.sends(theirs)
    with desk.parts.store.read() as session:
        assert session.scalar(select(func.count()).select_from(StaffSession)) == 3


def test_an_admin_logs_a_colleague_out_everywhere(desk: Desk) -> None:
    support, admin = a_member(desk, "support"), a_member(desk, "admin")
    path = f"/staff/{staff_id(desk, 'support')}/logout"
    assert path in admin.opens("/staff")[1]
    assert path not in admin.sends(path)[1]
    assert not is_in(support)
    assert "cannot do this to your own" in admin.sends(f"/staff/{staff_id(desk, 'admin')}/logout")[1]
    with desk.parts.store.read() as session:
        mine = select(AuditEntry.actor, AuditEntry.subject_id).where(AuditEntry.action == "sessions.end")
        assert session.execute(mine).all() == [(EMAILS["admin"], staff_id(desk, "support"))]


def test_logging_out_ends_this_session_alone(desk: Desk) -> None:
    here, elsewhere = a_member(desk, "support"), a_member(desk, "support")
    here.opens("/account")
    here.sends("/log-out")
    assert list(map(is_in, (here, elsewhere))) == [False, True]


def test_a_busy_session_ends_a_week_after_its_log_in(desk: Desk) -> None:
    support, begun = a_member(desk, "support"), desk.clock()
    while desk.clock.at + IDLE < begun + LONGEST:
        desk.clock.pass_by(IDLE - timedelta(minutes=6))
        assert is_in(support)
    desk.clock.pass_by(begun + LONGEST - desk.clock.at)
    assert not is_in(support)


def test_what_has_lapsed_is_not_kept(desk: Desk) -> None:
    a_member(desk, "support")
    desk.clock.pass_by(IDLE + timedelta(minutes=1))
    a_member(desk, "manager")
    with desk.parts.store.read() as session:
        assert session.scalar(select(func.count()).select_from(StaffSession)) == 1


def test_a_token_is_kept_as_its_hash_alone(desk: Desk) -> None:
    support = a_member(desk, "support")
    with support.client.session_transaction() as held:
        token = held["_user_id"]
    with desk.parts.store.read() as session:
        kept = session.execute(select(StaffSession.__table__)).one()
    assert all(token.encode() not in str(value).encode() for value in kept)
    assert bytes.fromhex(token) != kept.token_hash


def test_knowing_who_asks_takes_one_read_by_an_index(desk: Desk) -> None:
    support, asked = a_member(desk, "support"), list[str]()
    engine = desk.parts.store.engine
    listen = (engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    event.listen(*listen)
    try:
        support.opens("/password")
    finally:
        event.remove(*listen)
    (who,) = [one for one in asked if "FROM staff" in one]
    with desk.parts.store.read() as session:
        plan = session.connection().exec_driver_sql(
            "EXPLAIN QUERY PLAN " + who, (b"", "2026-01-01", "2026-01-01")
        )
        assert "SCAN" not in " ".join(row.detail for row in plan)


def test_a_password_changed_here_ends_what_was_copied(desk: Desk) -> None:
    support = a_member(desk, "support")
    with support.client.session_transaction() as held:
        before = held["_user_id"]
    support.opens("/password")
    support.sends("/password", current=PASSWORD, new="another long password", again="another long password")
    with support.client.session_transaction() as held:
        assert held["_user_id"] != before
    assert is_in(support)
