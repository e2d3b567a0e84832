"""Giving out what is kept about one person, and erasing it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from app.jobs import seal_ledgers
from app.store import customers
from app.store.complaints import Complaint
from app.store.inbounds import Quarantined
from app.store.staff import AuditEntry
from app.store.tables import new_id
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


def test_nothing_is_cut_where_the_keys_fill_many_questions(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        texted(parts, f"投诉 面包发霉了 {n}")
        with parts.store.write() as session:
            session.execute(update(Complaint).values(status="closed"))
    whole = json.loads(huixin("customers", "export", WANG).stdout)
    monkeypatch.setattr("app.usecases.export_person.AT_ONCE", 2)
    told = json.loads(huixin("customers", "export", WANG).stdout)
    told.pop("audit")  # of the first export
    assert told == whole
    reached = {row["complaint_id"] for row in told["complaint_events"]}
    assert reached == {row["id"] for row in told["complaints"]}
    assert len(reached) == len(told["inbounds"]) == 3


def test_no_key_no_digest_and_nothing_encrypted_is_given_out(parts: Parts, tmp_path: Path) -> None:
    imported(a_list(tmp_path, "phone,name,城市\n13800000001,王,上海\n"), "--map", "城市=attribute.city")
    texted(parts, "T")
    huixin("customers", "export", WANG)  # so that there is an entry of the audit
    seal_ledgers.run(parts, parts.now())
    text = huixin("customers", "export", WANG).stdout
    assert "上海" in text
    assert "gAAAA" not in text
    told = json.loads(text)
    assert not [
        (table, name) for table, rows in told.items() for row in rows for name in row if "digest" in name
    ]
    assert "b'" not in text


def test_a_stranger_and_what_is_no_phone_are_told(parts: Parts) -> None:
    assert huixin("customers", "export", "+8613999999999").exit_code == 1
    assert huixin("customers", "export", "abc").exit_code == 2


def test_an_erased_person_is_a_stranger_of_whom_only_the_rest_is_told(parts: Parts) -> None:
    texted(parts, "投诉 面包发霉了")
    texted(parts, "T")
    done = huixin("customers", "erase", WANG)
    assert (done.exit_code, done.stdout) == (0, "erased\n")
    assert huixin("why", WANG).exit_code == 1
    told = json.loads(huixin("customers", "export", WANG).stdout)
    assert list(told) == ["erased"]
    assert told["erased"][0]["unreadable"]["inbounds"] == 2
    again = huixin("customers", "erase", WANG)
    assert (again.exit_code, again.stdout.startswith("nothing is left to erase")) == (0, True)
    assert huixin("customers", "erase", "+8613999999999").exit_code == 1
    assert huixin("audit", "verify").exit_code == 0


def test_what_an_erasure_leaves_to_people_is_said(parts: Parts) -> None:
    with parts.store.write() as session:
        (channel,) = parts.directory.current(parts.now()).channels.values()
        row = {"channel_id": channel.id, "digest": b"x" * 32, "body": f"from={WANG[1:]}", "why": "no text"}
        session.add(Quarantined(id=new_id(), received_at=parts.now(), **row))
        customer = customers.by_phone(session, WANG)
        assert customer is not None
        customers.lock(session, [customer.id])
        customers.succeed(session, customer.id, "unknown", parts.now())
    said = huixin("customers", "erase", WANG, "--yes").stdout
    assert "1 earlier owner of the number stayed, being somebody else" in said
    assert "huixin inbound discard" in said
