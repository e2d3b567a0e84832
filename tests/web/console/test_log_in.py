"""Logging in: roles, the one-time password, lock-out, idle sessions, and nothing said that helps a stranger."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from werkzeug.exceptions import HTTPException

from app.store.log_in_attempts import LogInAttempt
from app.store.staff import AuditEntry, Staff
from app.usecases import staff_accounts
from app.web.console import comparing
from tests.web.console.desk_scene import EMAILS, PASSWORD, Desk, Visitor, a_member

WRONG = "a wrong long password"


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


def test_staff_log_in_with_a_password_hashed_by_argon2_cffi(desk: Desk) -> None:
    status, text = Visitor(desk.app).logs_in(EMAILS["support"])
    assert status == 200
    assert "收件箱" in text


def test_a_stranger_is_sent_to_the_log_in_page_and_back_afterwards(desk: Desk) -> None:
    stranger = Visitor(desk.app)
    answer = stranger.client.get("/inbox?show=breached")
    assert answer.location == "/log-in?next=/inbox?show%3Dbreached"
    stranger.opens(answer.location)
    answer = stranger.client.post(
        answer.location,
        data={
            "csrf_token": stranger.token,
            "email": EMAILS["support"],
            "password": PASSWORD,
            "next": "/inbox?show=breached",
        },
    )
    assert answer.location == "/inbox?show=breached"


def test_nobody_is_led_to_another_site_after_log_in(desk: Desk) -> None:
    stranger = Visitor(desk.app)
    stranger.opens("/log-in")
    form = {"csrf_token": stranger.token, "email": EMAILS["support"], "password": PASSWORD}
    answer = stranger.client.post("/log-in", data={**form, "next": "https://evil.example/"})
    assert "evil" not in answer.headers.get("Location", "")


def test_wrong_password_and_unknown_address_get_the_same_answer(desk: Desk) -> None:
    answers = []
    for email in (EMAILS["support"], "nobody@shop.example"):
        text = Visitor(desk.app).logs_in(email, WRONG)[1]
        answers.append(text[text.index("alert-danger") :][:120])
    assert answers[0] == answers[1]


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(desk: Desk) -> None:
    visitor = Visitor(desk.app)
    for _ in range(5):
        visitor.logs_in(EMAILS["support"], WRONG)
    assert "收件箱" not in visitor.logs_in(EMAILS["support"])[1]
    desk.clock.pass_by(timedelta(minutes=16))
    assert "收件箱" in visitor.logs_in(EMAILS["support"])[1]


def quick(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Passwords are compared at once; what was given is told."""
    compared: list[str] = []

    def compare(password: str, *_: str) -> bool:
        compared.append(password)
        return password == PASSWORD

    monkeypatch.setattr(comparing, "verify_password", compare)
    monkeypatch.setattr(comparing, "hash_password", compare)
    return compared


def tries(visitor: Visitor, email: str, count: int, password: str = WRONG) -> list[int]:
    """As many tries, each from an address of its own."""
    visitor.opens("/log-in")
    statuses = []
    for n in range(count):
        visitor.client.environ_base["REMOTE_ADDR"] = f"198.51.{n // 250}.{n % 250}"
        statuses.append(visitor.sends("/log-in", email=email, password=password)[0])
    return statuses


def test_who_has_logged_in_before_is_locked_out_by_nobody_elsewhere(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    support, thief = a_member(desk, "support"), Visitor(desk.app)
    support.opens("/account")
    support.sends("/log-out")
    quick(desk, monkeypatch)
    tries(thief, EMAILS["support"], 8)
    assert "收件箱" not in thief.logs_in(EMAILS["support"])[1]
    assert "Inbox" in support.logs_in(EMAILS["support"])[1]
    support.sends("/log-out")
    tries(support, EMAILS["support"], 6)
    assert "Too many wrong tries" in support.logs_in(EMAILS["support"])[1]


def test_a_known_browser_is_known_for_its_own_accounts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(desk, monkeypatch)
    thief = a_member(desk, "support")
    thief.opens("/account")
    thief.sends("/log-out")
    tries(thief, EMAILS["manager"], 5)
    assert "密码错误次数太多" in Visitor(desk.app).logs_in(EMAILS["manager"])[1]


def test_many_tries_cost_five_comparisons_and_six_lines_of_the_audit(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = quick(desk, monkeypatch)
    assert set(tries(Visitor(desk.app), EMAILS["manager"], 40)) == {200}
    assert compared == [WRONG] * 5
    with desk.parts.store.read() as session:
        mine = select(AuditEntry.action).where(AuditEntry.actor == EMAILS["manager"]).order_by(AuditEntry.id)
        assert list(session.scalars(mine)) == ["log_in.failed"] * 5 + ["log_in.locked"]


def test_an_address_of_nobody_is_locked_in_the_same_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared, answers = quick(desk, monkeypatch), []
    for email in (EMAILS["support"], "nobody@shop.example"):
        visitor = Visitor(desk.app)
        tries(visitor, email, 6)
        text = visitor.opens("/log-in")[1] and visitor.sends("/log-in", email=email, password=PASSWORD)[1]
        answers.append(text[text.index("alert-danger") :][:160])
    assert answers[0] == answers[1]
    assert len(compared) == 10


def test_what_no_longer_counts_is_not_kept(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(desk, monkeypatch)
    tries(Visitor(desk.app), "nobody@shop.example", 5)
    desk.clock.pass_by(timedelta(minutes=16))
    tries(Visitor(desk.app), "somebody@shop.example", 1)
    with desk.parts.store.read() as session:
        assert session.scalar(select(func.count()).select_from(LogInAttempt)) == 1


def test_a_network_of_one_subscriber_is_one_caller(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    quick(desk, monkeypatch)
    visitor, statuses = Visitor(desk.app), []
    visitor.opens("/log-in")
    for n in range(21):
        visitor.client.environ_base["REMOTE_ADDR"] = f"2001:db8::{n:x}"
        statuses.append(visitor.sends("/log-in", email=f"{n}@x.example", password=WRONG)[0])
    assert statuses[-2:] == [200, 429]


def test_no_more_than_five_of_many_passwords_at_once_are_compared(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []

    def slowly(password: str, _: str) -> bool:
        compared.append(password)
        time.sleep(0.2)
        return False

    monkeypatch.setattr("app.web.console.comparing.verify_password", slowly)
    visitors = [Visitor(desk.app) for _ in range(12)]
    for visitor in visitors:
        visitor.opens("/log-in")
    with ThreadPoolExecutor(12) as crowd:
        list(crowd.map(lambda one: one.sends("/log-in", email=EMAILS["support"], password=WRONG), visitors))
    assert len(compared) == 5


def test_four_wrong_passwords_and_a_right_one_lock_nothing(desk: Desk) -> None:
    visitor = Visitor(desk.app)
    for _ in range(2):
        for _ in range(4):
            visitor.logs_in(EMAILS["support"], WRONG)
        assert "收件箱" in visitor.logs_in(EMAILS["support"])[1]
        visitor.sends("/log-out")


def test_log_ins_from_one_address_are_limited(desk: Desk) -> None:
    visitor = Visitor(desk.app)
    visitor.opens("/log-in")
    statuses = [visitor.sends("/log-in", email=f"{n}@x.example", password=WRONG)[0] for n in range(21)]
    assert statuses[-1] == 429


def test_a_form_without_its_token_is_refused(desk: Desk) -> None:
    answer = desk.app.test_client().post("/log-in", data={"email": EMAILS["support"], "password": PASSWORD})
    assert answer.status_code == 400


def test_a_one_time_password_has_to_be_changed_before_anything_else(desk: Desk) -> None:
    staff_accounts.add_staff(desk.parts, "new@shop.example", "support", "one-time", desk.clock(), "tests")
    newcomer = Visitor(desk.app)
    assert 'name="again"' in newcomer.logs_in("new@shop.example", "one-time")[1]
    assert 'name="again"' in newcomer.opens("/inbox")[1]
    assert newcomer.sends("/password", current="one-time", new="short", again="short")[0] == 422
    assert newcomer.sends("/password", current="one-time", new=PASSWORD, again=PASSWORD + "x")[0] == 422
    assert "收件箱" in newcomer.sends("/password", current="one-time", new=PASSWORD, again=PASSWORD)[1]
    assert "收件箱" in Visitor(desk.app).logs_in("new@shop.example")[1]


def test_changing_the_password_ends_all_other_sessions(desk: Desk) -> None:
    here, elsewhere = a_member(desk, "support"), a_member(desk, "support")
    here.opens("/password")
    new = "another good long password"
    assert here.sends("/password", current=PASSWORD, new=new, again=new)[0] == 200
    assert here.client.get("/inbox").status_code == 200
    assert elsewhere.client.get("/inbox").status_code == 302


def test_a_closed_account_is_out_at_once(desk: Desk) -> None:
    support, admin = a_member(desk, "support"), a_member(desk, "admin")
    with desk.parts.store.read() as session:
        staff_id = session.scalars(select(Staff.id).where(Staff.email == EMAILS["support"])).one()
    admin.opens("/staff")
    admin.sends(f"/staff/{staff_id}/close")
    assert support.client.get("/inbox").status_code == 302
    assert "alert-danger" in Visitor(desk.app).logs_in(EMAILS["support"])[1]


def test_an_idle_session_ends_though_its_page_polls(desk: Desk) -> None:
    support = a_member(desk, "support")
    desk.clock.pass_by(timedelta(hours=3))
    assert support.client.get("/inbox", headers={"HX-Request": "true"}).status_code == 200
    desk.clock.pass_by(timedelta(hours=2))
    polled = support.client.get("/inbox", headers={"HX-Request": "true"})
    assert polled.status_code == 401
    assert polled.headers["HX-Redirect"].startswith("/log-in")


def test_logging_out_needs_a_form_and_ends_the_session(desk: Desk) -> None:
    support = a_member(desk, "support")
    assert support.client.get("/log-out").status_code == 405
    support.opens("/inbox")
    support.sends("/log-out")
    assert support.client.get("/inbox").status_code == 302


def test_a_copy_of_a_cookie_opens_nothing_after_log_out(desk: Desk) -> None:
    support = a_member(desk, "support")
    support.opens("/inbox")
    (cookie,) = [one for one in support.client._cookies.values() if one.key == "session"]
    support.sends("/log-out")
    thief = desk.app.test_client()
    thief.set_cookie("session", cookie.value)
    assert thief.get("/inbox").status_code == 302
    assert a_member(desk, "support").client.get("/inbox").status_code == 200


def test_few_passwords_are_compared_at_once_and_nobody_waits_in_a_long_row(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes 64 MB and all of a core."""
    running: list[int] = []
    most: list[int] = []
    go = threading.Event()

    def slow(*_: str) -> bool:
        running.append(1)
        most.append(len(running))
        go.wait(10)
        running.pop()
        return False

    monkeypatch.setattr(comparing, "verify_password", slow)
    monkeypatch.setattr(comparing, "hash_password", slow)

    def compare(number: int) -> bool | int:
        try:
            with comparing.admitted():
                return comparing.is_password("guess", "hash" if number % 2 else None)
        except HTTPException as refused:
            return refused.code or 0

    row = comparing.AT_ONCE + comparing.WAITING
    with ThreadPoolExecutor(32) as pool:
        tried = [pool.submit(compare, number) for number in range(32)]
        until = time.monotonic() + 10
        while sum(one.done() for one in tried) < 32 - row and time.monotonic() < until:
            time.sleep(0.01)
        refused = [one.result() for one in tried if one.done()]
        go.set()
    assert refused == [429] * (32 - row)
    assert [one.result() for one in tried].count(False) == row
    assert max(most) <= comparing.AT_ONCE


def test_the_audit_knows_who_came_went_and_failed(desk: Desk) -> None:
    visitor = Visitor(desk.app)
    visitor.logs_in(EMAILS["manager"], WRONG)
    visitor.logs_in(EMAILS["manager"])
    visitor.sends("/log-out")
    with desk.parts.store.read() as session:
        mine = select(AuditEntry.action).where(AuditEntry.actor == EMAILS["manager"]).order_by(AuditEntry.id)
        assert list(session.scalars(mine)) == ["log_in.failed", "log_in", "log_out"]


def test_a_first_log_in_with_its_new_password_is_two_lines_of_the_audit(desk: Desk) -> None:
    staff_accounts.add_staff(desk.parts, "new@shop.example", "support", PASSWORD, desk.clock(), "tests")
    visitor = Visitor(desk.app)
    visitor.logs_in("new@shop.example")
    visitor.sends("/password", current=PASSWORD, new="another long password", again="another long password")
    with desk.parts.store.read() as session:
        mine = select(AuditEntry.action).where(AuditEntry.actor == "new@shop.example").order_by(AuditEntry.id)
        assert list(session.scalars(mine)) == ["log_in", "password.change"]
