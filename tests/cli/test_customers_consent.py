"""Recording a separate consent, and importing what needs one."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.store import customers
from app.store.consents import ConsentEvent
from app.usecases.parts import Parts
from tests.cli.installation import huixin, installed
from tests.cli.test_customers_import import a_list, imported
from tests.web.demo_shop import WANG


@pytest.fixture
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand."""
    return installed(tmp_path, database_url, engine, monkeypatch)


def kept(parts: Parts) -> dict[str, str]:
    with parts.store.read() as session:
        customer_id = customers.ids_by_phone(session, [WANG])[WANG]
        (profile,) = customers.profiles(session, [customer_id]).values()
    return {name: held["value"] for name, held in profile["attributes"].items()}


def test_a_list_keeps_sensitive_values_of_those_who_have_agreed(parts: Parts, tmp_path: Path) -> None:
    columns = ("--map", "due=attribute.due_date", "--map", "city=attribute.city")
    path = a_list(tmp_path, f"phone,due,city\n{WANG},2027-03-05,上海\n")
    imported(path, *columns)
    assert (kept(parts).get("due_date"), kept(parts)["city"]) == (None, "上海")
    said = ("customers", "consent", WANG, "--brand", "demo", "--scope", "health", "--source", "shop till")
    assert huixin(*said).exit_code == 1
    assert huixin(*said, "--wording", "同意保存我的预产期").exit_code == 0
    path = a_list(tmp_path, f"phone,due,city\n{WANG},2027-03-06,上海\n")
    imported(path, *columns)
    assert kept(parts)["due_date"] == "2027-03-06"
    assert huixin(*said, "--withdraw").exit_code == 0
    assert "due_date" not in kept(parts)
    with parts.store.read() as session:
        kinds = session.scalars(select(ConsentEvent.kind).order_by(ConsentEvent.id)).all()
    assert kinds[-2:] == ["health_granted", "health_withdrawn"]


def test_an_unknown_brand_and_what_is_no_phone_are_told(parts: Parts) -> None:
    rest = ("--scope", "personalisation", "--source", "call", "--withdraw")
    assert huixin("customers", "consent", WANG, "--brand", "nobody", *rest).exit_code == 1
    assert huixin("customers", "consent", "abc", "--brand", "demo", *rest).exit_code == 2
