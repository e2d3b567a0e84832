"""Two-step log-in: set up, asked for, needed by a role, lost, and counted like a password."""

import re
from base64 import b64decode
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
import segno
from passlib.totp import TOTP
from sqlalchemy import Engine, select

from app.store.recovery_codes import RecoveryCode
from app.store.staff import AuditEntry, Staff
from app.store.staff_sessions import HALF_FOR
from tests.web.console.desk_scene import EMAILS, PASSWORD, Desk, Visitor, a_member

PAGE = "/account/second-factor"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Nothing here depends on the kind of database."""


class App:
    """An authenticator app on somebody's phone, whose clock may drift."""

    def __init__(self, desk: Desk, key: str) -> None:
        self._desk, self._totp = desk, TOTP(key)

    def code(self, drift: timedelta = timedelta()) -> str:
        return str(self._totp.generate(int((self._desk.clock.at + drift).timestamp())).token)


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


def sets_up(desk: Desk, visitor: Visitor) -> tuple[App, list[str]]:
    """The app and the recovery codes."""
    visitor.opens(PAGE)
    text = visitor.sends(PAGE, press="begin")[1]
    key = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", text)
    assert key is not None
    assert f"otpauth://totp/Huixin:{EMAILS['support']}?secret={key[1].replace(' ', '')}" in text
    app = App(desk, key[1])
    status, text = visitor.sends(PAGE, press="confirm", code=app.code())
    assert status == 200
    desk.clock.pass_by(timedelta(seconds=30))
    return app, re.findall(r"<code>([a-z2-7-]{19})</code>", text)


@pytest.fixture
def guarded(desk: Desk) -> tuple[App, list[str], Visitor]:
    """Support with a second factor, and its session."""
    visitor = a_member(desk, "support")
    return *sets_up(desk, visitor), visitor


def gives_password(desk: Desk) -> Visitor:
    visitor = Visitor(desk.app)
    visitor.opens("/log-in")
    visitor.sends("/language/en")
    text = visitor.logs_in(EMAILS["support"])[1]
    assert "Second step" in text
    return visitor


def is_in(visitor: Visitor) -> bool:
    return visitor.client.get("/inbox").status_code == 200


def test_log_in_asks_for_a_code_and_each_code_lets_in_once(
    desk: Desk, guarded: tuple[App, list[str], Visitor]
) -> None:
    app, _, _ = guarded
    visitor, other = gives_password(desk), gives_password(desk)
    assert not is_in(visitor)
    assert "Inbox" in visitor.sends("/log-in/code", code=f" {app.code()[:3]} {app.code()[3:]}")[1]
    assert is_in(visitor)
    assert "was used before" in other.sends("/log-in/code", code=app.code())[1]
    assert not is_in(other)


@pytest.mark.parametrize(("steps", "is_let_in"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_one_step(
    desk: Desk, guarded: tuple[App, list[str], Visitor], steps: int, is_let_in: bool
) -> None:
    desk.clock.pass_by(timedelta(minutes=2))
    visitor = gives_password(desk)
    visitor.sends("/log-in/code", code=guarded[0].code(timedelta(seconds=30 * steps)))
    assert is_in(visitor) == is_let_in


def test_a_recovery_code_lets_in_once(desk: Desk, guarded: tuple[App, list[str], Visitor]) -> None:
    codes = guarded[1]
    assert len(set(codes)) == 10
    visitor, again = gives_password(desk), gives_password(desk)
    visitor.sends("/log-in/code", code=codes[3].upper())
    again.sends("/log-in/code", code=codes[3])
    assert (is_in(visitor), is_in(again)) == (True, False)
    assert "9 recovery codes are left" in visitor.opens(PAGE)[1]


def test_wrong_codes_lock_like_wrong_passwords_though_the_password_is_right(
    desk: Desk, guarded: tuple[App, list[str], Visitor]
) -> None:
    for _ in range(5):
        thief = gives_password(desk)
        thief.sends("/log-in/code", code="000000")
    assert "Too many wrong tries" in thief.sends("/log-in/code", code=guarded[0].code())[1]
    assert not is_in(thief)


def test_the_second_step_lapses_and_is_no_session(
    desk: Desk, guarded: tuple[App, list[str], Visitor]
) -> None:
    visitor = gives_password(desk)
    with visitor.client.session_transaction() as held:
        held["_user_id"] = held["half"]
    assert not is_in(visitor)
    visitor = gives_password(desk)
    desk.clock.pass_by(HALF_FOR)
    assert visitor.client.post(
        "/log-in/code", data={"csrf_token": visitor.token, "code": guarded[0].code()}
    ).location.endswith("/log-in")
    assert Visitor(desk.app).client.get("/log-in/code").status_code == 302


def test_it_leads_on_to_the_page_that_was_asked_for_and_to_no_other_site(
    desk: Desk, guarded: tuple[App, list[str], Visitor]
) -> None:
    visitor = Visitor(desk.app)
    visitor.opens("/log-in")
    form = {"csrf_token": visitor.token, "email": EMAILS["support"], "password": PASSWORD, "next": "/why"}
    asked = visitor.client.post("/log-in", data=form).location
    assert asked == "/log-in/code?next=/why"
    assert 'name="next" value="/why"' in visitor.opens(asked)[1]
    form = {"csrf_token": visitor.token, "code": guarded[0].code(), "next": "https://evil.example/"}
    assert "evil" not in visitor.client.post("/log-in/code", data=form).location


def test_a_role_that_needs_it_is_held_to_setting_it_up(desk: Desk) -> None:
    support, manager, admin = (a_member(desk, role) for role in ("support", "manager", "admin"))
    admin.opens("/staff")
    admin.sends("/staff/second-factor", role="support")
    assert support.client.get("/inbox").location == PAGE
    assert is_in(manager)
    app, _ = sets_up(desk, support)
    assert is_in(support)
    status, text = support.sends(PAGE, press="off", code=app.code())
    assert (status, "Your role needs" in text) == (422, True)
    admin.sends("/staff/second-factor")
    assert support.sends(PAGE, press="off", code=app.code())[0] == 200
    visitor = Visitor(desk.app)
    visitor.logs_in(EMAILS["support"])
    assert is_in(visitor)


def test_turning_it_off_or_new_recovery_codes_ask_for_a_code(
    desk: Desk, guarded: tuple[App, list[str], Visitor]
) -> None:
    app, codes, visitor = guarded
    assert visitor.sends(PAGE, press="off", code="")[0] == 422
    assert visitor.sends(PAGE, press="codes", code="000000")[0] == 422
    fresh = re.findall(
        r"<code>([a-z2-7-]{19})</code>", visitor.sends(PAGE, press="codes", code=app.code())[1]
    )
    assert len({*fresh, *codes}) == 20
    thief = gives_password(desk)
    thief.sends("/log-in/code", code=codes[0])
    assert not is_in(thief)


def test_a_key_that_holds_is_not_changed_by_setting_up_again(
    desk: Desk, guarded: tuple[App, list[str], Visitor]
) -> None:
    visitor = guarded[2]
    visitor.sends(PAGE, press="begin")
    assert visitor.sends(PAGE, press="confirm", code=guarded[0].code())[0] == 422
    visitor = gives_password(desk)
    visitor.sends("/log-in/code", code=guarded[0].code())
    assert is_in(visitor)


def test_an_admin_helps_who_has_lost_the_phone(desk: Desk, guarded: tuple[App, list[str], Visitor]) -> None:
    admin = a_member(desk, "admin")
    paths = re.findall(r'action="(/staff/[0-9a-f-]{36}/factor)"', admin.opens("/staff")[1])
    assert len(paths) == 1
    admin.sends(paths[0])
    assert not is_in(guarded[2])
    visitor = Visitor(desk.app)
    visitor.logs_in(EMAILS["support"])
    assert is_in(visitor)


def test_the_audit_tells_each_step_and_no_key(desk: Desk, guarded: tuple[App, list[str], Visitor]) -> None:
    visitor = gives_password(desk)
    visitor.sends("/log-in/code", code=guarded[1][0])
    with desk.parts.store.read() as session:
        mine = select(AuditEntry.action, AuditEntry.details).where(AuditEntry.actor == EMAILS["support"])
        assert [tuple(row) for row in session.execute(mine.order_by(AuditEntry.id))] == [
            ("log_in", {}),
            ("second_factor.on", {}),
            ("log_in.password", {}),
            ("second_factor.recovery", {"left": 9}),
            ("log_in", {}),
        ]


def test_key_and_codes_cannot_be_read_in_the_database(
    desk: Desk, guarded: tuple[App, list[str], Visitor]
) -> None:
    with desk.parts.store.read() as session:
        raw = session.connection().exec_driver_sql("SELECT totp_key FROM staff WHERE totp_key IS NOT NULL")
        (token,) = raw.scalars()
        key = session.scalars(select(Staff.totp_key).where(Staff.totp_key.is_not(None))).one()
        assert key.encode() not in bytes(token)
        kept = b"".join(map(bytes, session.scalars(select(RecoveryCode.digest))))
    assert not any(code.replace("-", "").upper().encode() in kept for code in guarded[1])


def test_the_key_is_a_picture_too_until_it_holds(desk: Desk) -> None:
    visitor = a_member(desk, "support")
    visitor.opens(PAGE)
    text = visitor.sends(PAGE, press="begin")[1]
    picture = re.search(r'src="data:image/png;base64,([A-Za-z0-9+/=]+)"', text)
    assert picture is not None
    assert b64decode(picture[1]).startswith(b"\x89PNG")
    link = re.search(r'href="(otpauth:[^"]+)"', text)
    assert link is not None
    assert (
        segno.make_qr(unescape(link[1]), error="m")
        .png_data_uri(scale=5, border=4, dark="#000", light="#fff")
        .endswith(picture[1])
    )
    key = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", text)
    assert key is not None
    assert "data:image/png" not in visitor.sends(PAGE, press="confirm", code=App(desk, key[1]).code())[1]
