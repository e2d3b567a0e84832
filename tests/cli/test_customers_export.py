"""Giving out what is kept about one person."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.store.staff import AuditEntry
from app.usecases.parts import Parts
from tests.cli.installation import huixin, installed
from tests.cli.test_customers_import import a_list, imported
from tests.cli.test_looking import texted
from tests.web.demo_shop import WANG


@pytest.fixture
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand."""
    return installed(tmp_path, database_url, engine, monkeypatch)


def test_everything_kept_about_one_person_and_nobody_else(parts: Parts, tmp_path: Path) -> None:
    texted(parts, "投诉 面包发霉了")
    texted(parts, "T")
    imported(a_list(tmp_path, "phone,name\n13800000001,王\n13900002222,另一个人\n"))
    told = json.loads(huixin("customers", "export", WANG).stdout)
    assert told["customers"][0]["phone"] == WANG
    assert told["profiles"][0]["name"] == "王"
    assert "投诉 面包发霉了" in json.dumps(told["inbounds"], ensure_ascii=False)
    assert {"consent_events", "decisions", "outbounds", "complaints", "complaint_events"} <= set(told)
    assert "另一个人" not in json.dumps(told, ensure_ascii=False)
    people = {row["id"] for row in told["customers"]}
    for table, rows in told.items():
        assert {row.get("customer_id") for row in rows} <= people | {None}, table
        assert not [name for row in rows for name in row if name.endswith("_hash")], table
    with parts.store.read() as session:
        (noted,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "customer.export"))
        assert WANG not in json.dumps(noted.details)


def test_a_stranger_and_what_is_no_phone_are_told(parts: Parts) -> None:
    assert huixin("customers", "export", "+8613999999999").exit_code == 1
    assert huixin("customers", "export", "abc").exit_code == 2
