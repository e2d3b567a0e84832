"""Bad lists in the console: what is wrong is reported by row, the good rows are kept, and no file stays behind."""

import csv
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from app.jobs import jobs
from app.store import customers
from app.store.imports import DONE, Import
from tests.sheets.bad_lists import COUNTS, GOOD, LEFT_OUT, MIXED, UNREADABLE
from tests.web.console.desk_scene import Desk, Visitor, a_member
from tests.web.console.test_imports import CHOICES, files

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


@pytest.fixture
def marketer(desk: Desk) -> Visitor:
    visitor = a_member(desk, "marketer")
    visitor.opens("/imports")
    return visitor


def uploads(visitor: Visitor, content: bytes) -> Any:
    form = {**CHOICES, "csrf_token": visitor.token, "file": (BytesIO(content), "list.csv")}
    return visitor.client.post("/imports", data=form, content_type="multipart/form-data")


def test_good_rows_are_kept_and_the_others_reported(desk: Desk, marketer: Visitor) -> None:
    path = uploads(marketer, MIXED).location
    assert "=cmd" not in marketer.opens(path)[1]
    meanings = {"column": ["手机号", "姓名"], "field": ["phone", "name"]}
    marketer.client.post(path, data={**meanings, "csrf_token": marketer.token, "start": "1"})
    jobs()["import_lists"].run(desk.parts, desk.clock())
    with desk.parts.store.read() as session:
        held = session.scalars(select(Import)).one()
        assert (held.state, {name: held.counts[name] for name in COUNTS}) == (DONE, COUNTS)
        ids = customers.ids_by_phone(session, list(GOOD))
        found = customers.profiles(session, list(ids.values()))
        names_by_id = {key[0]: profile["name"] for key, profile in found.items()}
    assert {phone: names_by_id[customer_id] for phone, customer_id in ids.items()} == GOOD
    with marketer.client.get(f"{path}/report") as report:
        lines = list(csv.reader(report.data.decode("utf-8-sig").splitlines()))[1:]
    assert [line[0] for line in lines] == LEFT_OUT


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_list_is_told_and_nothing_is_kept(desk: Desk, marketer: Visitor, content: bytes) -> None:
    answer = uploads(marketer, content)
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.text
    assert files(desk) == []
