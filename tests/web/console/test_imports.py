"""Importing a list in the console: upload, columns, first rows, confirm, watch, report; and who may."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from app.jobs import jobs
from app.store import customers
from app.store.imports import Import
from app.store.staff import AuditEntry
from tests.web.console.desk_scene import EMAILS, Desk, Visitor, a_member

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


@pytest.mark.parametrize("role", ["support", "admin"])
def test_others_may_not(desk: Desk, role: str) -> None:
    assert a_member(desk, role).opens("/imports")[0] == 403


def test_an_upload_needs_the_forms_token_and_a_log_in_for_more_than_a_form(
    desk: Desk, marketer: Visitor
) -> None:
    large = "phone\n" + "13900002222\n" * 30_000
    assert uploads(marketer, large).status_code == 302
    stranger = Visitor(desk.app)
    assert uploads(stranger, large).status_code == 413
    marketer.token = "wrong"
    assert uploads(marketer).status_code == 400
