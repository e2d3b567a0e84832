"""Importing a list in the console: upload, columns, first rows, confirm, watch, report; and who may."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import EnvironBuilder, encode_multipart

from app.jobs import jobs
from app.store import customers
from app.store.imports import Import
from app.store.staff import AuditEntry
from app.usecases import uploaded_lists
from app.web.spooling import Room
from tests.web.console.desk_scene import EMAILS, Desk, Visitor, a_member
from tests.web.test_spooling import files_no_longer_than

LIST = "电话,姓名\n13900002222,<b>赵敏</b>\n123,钱\n"
CHOICES = {"brand": "demo", "source": "store", "consent_at": "2026-10-01", "wording": "我同意"}


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


@pytest.fixture
def marketer(desk: Desk) -> Visitor:
    visitor = a_member(desk, "marketer")
    visitor.opens("/imports")
    return visitor


def uploads(visitor: Visitor, text: str = LIST, name: str = "list.csv", **changes: str) -> Any:
    form: dict[str, Any] = {**CHOICES, **changes, "csrf_token": visitor.token}
    form["file"] = (BytesIO(text.encode()), name)
    return visitor.client.post("/imports", data=form, content_type="multipart/form-data")


def files(desk: Desk) -> list[str]:
    folder = desk.settings.var / "imports"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_marketer_uploads_looks_confirms_and_reads_the_report(desk: Desk, marketer: Visitor) -> None:
    path = uploads(marketer).location
    text = marketer.opens(path)[1]
    assert "+86*******2222" in text
    assert "&lt;b&gt;赵敏" in text
    assert re.search(r'<option value="phone"\s+selected>', text)
    marketer.sends(path, column="电话", field="phone", start="1")
    assert 'hx-trigger="every 2s"' in marketer.opens(path)[1]
    assert jobs()["import_lists"].run(desk.parts, desk.clock()) == {"imported": 1, "discarded": 0}
    done = marketer.opens(path, **{"HX-Request": "true"})[1]
    assert "hx-trigger" not in done
    assert "<html" not in done
    report = marketer.client.get(f"{path}/report")
    assert "attachment" in report.headers["Content-Disposition"]
    assert report.text.count("\n") == 2
    report.close()
    assert [name for name in files(desk) if not name.endswith(".errors.csv")] == []
    with desk.parts.store.read() as session:
        assert customers.ids_by_phone(session, ["+8613900002222"])
        noted = session.scalars(select(AuditEntry.actor).where(AuditEntry.action == "customers.import")).all()
        assert noted == [EMAILS["marketer"]]


def test_the_same_list_again_changes_nothing_and_leaves_no_file(desk: Desk, marketer: Visitor) -> None:
    for _ in range(2):
        path = uploads(marketer, "phone\n13900002222\n").location
        marketer.opens(path)
        text = marketer.sends(path, column="phone", field="phone", start="1")[1]
        jobs()["import_lists"].run(desk.parts, desk.clock())
    assert files(desk) == []
    with desk.parts.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 1
    assert text is not None


def test_columns_can_be_told_and_an_unclear_list_cannot_be_started(desk: Desk, marketer: Visitor) -> None:
    path = uploads(marketer, "会员电话,备注\n13900002222,x\n").location
    assert 'name="start"' not in marketer.opens(path)[1]
    assert marketer.sends(path, column="会员电话", field="name", start="1")[0] == 422
    marketer.sends(path, column="会员电话", field="phone")
    assert 'name="start"' in marketer.opens(path)[1]
    marketer.sends(path, discard="1")
    assert files(desk) == []
    assert marketer.opens(path)[0] == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"source": ""},
        {"source": "bought_list"},
        {"consent_at": "2099-01-01"},
        {"consent_at": "soon"},
        {"text": ""},
        {"text": "\x00\x01"},
        {"text": "phone\n"},
    ],
)
def test_what_cannot_be_imported_is_told_at_once(
    desk: Desk, marketer: Visitor, changes: dict[str, str]
) -> None:
    answer = uploads(marketer, **changes)
    assert answer.status_code == 422
    assert files(desk) == []
    if changes.get("source") == "bought_list":
        assert re.search("38 万元|380,000", answer.text)


def test_a_draft_is_forgotten_after_a_day(desk: Desk, marketer: Visitor) -> None:
    uploads(marketer)
    assert len(files(desk)) == 1
    desk.clock.pass_by(timedelta(days=2))
    assert jobs()["import_lists"].run(desk.parts, desk.clock())["discarded"] == 1
    assert files(desk) == []


def test_a_draft_is_shown_without_its_file_and_cannot_be_started_then(desk: Desk, marketer: Visitor) -> None:
    path = uploads(marketer).location
    (kept,) = (desk.settings.var / "imports").iterdir()
    kept.unlink()
    assert "+86*******2222" in marketer.opens(path)[1]
    assert "cannot be opened" in marketer.sends(path, column="电话", field="phone", start="1")[1]
    assert marketer.opens(path)[0] == 404


def test_a_started_list_keeps_no_first_rows_beside_it(desk: Desk, marketer: Visitor) -> None:
    path = uploads(marketer).location
    with desk.parts.store.read() as session:
        assert session.scalars(select(Import.head)).one()["rows"][0][1] == ["13900002222", "<b>赵敏</b>"]
    marketer.sends(path, column="电话", field="phone", start="1")
    with desk.parts.store.read() as session:
        assert session.scalars(select(Import.head)).one() is None


def test_whatever_breaks_while_a_list_is_kept_leaves_no_file(
    desk: Desk, marketer: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(uploaded_lists, "head_of", broken)
    assert uploads(marketer).status_code == 500
    assert files(desk) == []


@pytest.mark.parametrize("role", ["support", "admin"])
def test_others_may_not(desk: Desk, role: str) -> None:
    assert a_member(desk, role).opens("/imports")[0] == 403


def uploads_much(visitor: Visitor, longest_file: int = 100_000_000) -> Any:
    """Sends more than memory holds, while no file on the disk can be longer than this."""
    file = FileStorage(BytesIO(b"phone\n" + b"13900002222\n" * 800_000), "list.csv")
    boundary, body = encode_multipart({**CHOICES, "csrf_token": visitor.token, "file": file})
    kind = f"multipart/form-data; boundary={boundary}"
    with files_no_longer_than(longest_file):
        return visitor.client.post("/imports", data=body, content_type=kind)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_list_of_more_than_memory_holds_is_taken(desk: Desk, marketer: Visitor) -> None:
    assert uploads_much(marketer).status_code == 302
    assert len(files(desk)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_is_told_and_nothing_is_kept(desk: Desk, marketer: Visitor) -> None:
    answer = uploads_much(marketer, 8_500_000)
    assert answer.status_code == 507
    assert re.search("磁盘已满|disk is full", answer.text)
    assert files(desk) == []


def test_there_is_room_for_the_lists_of_those_who_may_send_them(desk: Desk, marketer: Visitor) -> None:
    def room(visitor: Visitor, path: str = "/imports", method: str = "POST", **headers: str) -> Any:
        cookie = visitor.client.get_cookie("session")
        told = {"Cookie": f"session={cookie.value}"} if cookie else {}
        environ = EnvironBuilder(path, method=method, headers={**told, **headers}).get_environ()
        return desk.app.extensions["room_for"](environ)

    assert room(marketer) == Room(desk.parts.uploads, 200_000_000)
    assert room(marketer, Origin="http://localhost", **{"Sec-Fetch-Site": "same-origin"}) is not None
    assert room(marketer, Origin="https://elsewhere.example") is None
    assert room(marketer, **{"Sec-Fetch-Site": "cross-site"}) is None
    assert room(marketer, "/imports", "GET") is None
    assert room(marketer, "/staff") is None
    assert room(marketer, "/nowhere") is None
    assert room(Visitor(desk.app)) is None
    assert room(a_member(desk, "support")) is None


def test_an_upload_needs_the_forms_token_and_a_log_in_for_more_than_a_form(
    desk: Desk, marketer: Visitor
) -> None:
    large = "phone\n" + "13900002222\n" * 30_000
    assert uploads(marketer, large).status_code == 302
    stranger = Visitor(desk.app)
    assert uploads(stranger, large).status_code == 413
    marketer.token = "wrong"
    assert uploads(marketer).status_code == 400
