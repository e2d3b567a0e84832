"""Importing lists of customers from the command line, on both databases."""

import csv
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from app.store import customers
from app.store.consents import ConsentEvent
from app.store.customers import Customer
from app.store.imports import Import
from app.store.staff import AuditEntry
from app.usecases.parts import Parts
from tests.cli.installation import huixin, installed
from tests.cli.test_looking import texted
from tests.web.demo_shop import NOON, WANG

PROOF = (
    "--consent-source",
    "store",
    "--consent-at",
    "2026-10-01 10:00",
    "--consent-wording",
    "我同意接收优惠短信",
)
NEW = "+8613900002222"


@pytest.fixture
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand."""
    return installed(tmp_path, database_url, engine, monkeypatch)


def a_list(folder: Path, text: str, name: str = "list.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def imported(path: Path, *more: str, proof: tuple[str, ...] = PROOF) -> dict[str, Any]:
    done = huixin("customers", "import", str(path), "--brand", "demo", *proof, *more, "--json")
    assert done.exit_code == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def profile_of(parts: Parts, phone: str) -> dict[str, Any]:
    with parts.store.read() as session:
        (customer_id,) = customers.ids_by_phone(session, [phone]).values()
        (found,) = customers.profiles(session, [customer_id]).values()
    return dict(found)


def ledger_of(parts: Parts, phone: str) -> Sequence[Any]:
    mine = profile_of(parts, phone)["customer_id"]
    query = select(ConsentEvent.__table__).where(ConsentEvent.customer_id == mine)
    with parts.store.read() as session:
        return session.execute(query.order_by(ConsentEvent.at)).all()


def test_a_list_with_proof_makes_customers_who_have_agreed(parts: Parts, tmp_path: Path) -> None:
    told = imported(a_list(tmp_path, "手机号,姓名,语言,标签\n13900002222,赵敏,中文,会员；老客\n"))
    assert (told["counts"]["new"], told["counts"]["grant"], told["report"]) == (1, 1, None)
    mine = profile_of(parts, NEW)
    assert (mine["name"], mine["language"], mine["tags"], mine["consent"]) == (
        *("赵敏", "zh", ["会员", "老客"], "granted"),
    )
    (entry,) = ledger_of(parts, NEW)
    told = (entry.kind, entry.source, entry.evidence["wording"])
    assert told == ("granted", "store", "我同意接收优惠短信")
    assert entry.at.isoformat() == "2026-10-01T02:00:00+00:00"
    assert entry.evidence["file"] == "list.csv"
    why = huixin("why", NEW).stdout
    assert "an imported list came with proof of consent" in why


@pytest.mark.parametrize(
    "proof",
    [
        ("--consent-source", "store"),
        ("--consent-source", "store", "--consent-at", "2026-10-01"),
        ("--consent-source", "store", "--consent-wording", "ok"),
    ],
)
def test_without_time_and_wording_a_list_is_for_service_only(
    parts: Parts, tmp_path: Path, proof: tuple[str, ...]
) -> None:
    told = imported(a_list(tmp_path, "phone\n13900002222\n"), proof=proof)
    assert (told["counts"]["service_only"], told["counts"]["grant"]) == (1, 0)
    assert profile_of(parts, NEW)["consent"] == "none"
    assert ledger_of(parts, NEW) == []


def test_a_time_zone_is_kept_for_new_and_known_customers(parts: Parts, tmp_path: Path) -> None:
    rows = (
        "phone,time zone\n13900002222,Asia/Urumqi\n13800000001,asia/tokyo\n13900003333,Mars\n13900004444,\n"
    )
    told = imported(a_list(tmp_path, rows))
    assert (told["counts"]["values_ignored"], told["counts"]["left_out"]) == (1, 0)
    again = imported(a_list(tmp_path, rows.replace("Mars", ""), "again.csv"))
    assert (again["counts"]["unchanged"], again["counts"]["changed"]) == (4, 0)
    moved = imported(a_list(tmp_path, "phone,time zone\n13900002222,Asia/Tokyo\n13800000001,\n", "moved.csv"))
    assert (moved["counts"]["unchanged"], moved["counts"]["changed"]) == (1, 1)
    phones = (NEW, WANG, "+8613900003333", "+8613900004444")
    zones = [profile_of(parts, phone)["timezone"] for phone in phones]
    assert zones == ["Asia/Tokyo", "Asia/Tokyo", None, None]


def test_columns_of_consent_count_for_each_row_and_an_empty_cell_proves_nothing(
    parts: Parts, tmp_path: Path
) -> None:
    rows = (
        "phone,consent source,consent time,consent wording\n"
        "13900002222,web form,2026-09-01T08:00:00+08:00,words\n"
        "13900003333,,,\n13900004444,store,2031-01-01,words\n13900005555,买来的名单,2026-01-01,words\n"
    )
    told = imported(a_list(tmp_path, rows))
    assert (told["counts"]["grant"], told["counts"]["service_only"], told["counts"]["left_out"]) == (1, 2, 1)
    assert profile_of(parts, NEW)["consent"] == "granted"
    assert profile_of(parts, "+8613900003333")["consent"] == "none"
    assert profile_of(parts, "+8613900004444")["consent"] == "none"
    with parts.store.read() as session:
        assert customers.ids_by_phone(session, ["+8613900005555"]) == {}


def test_who_has_opted_out_stays_out_whatever_the_list_says(parts: Parts, tmp_path: Path) -> None:
    texted(parts, "T")
    before = len(ledger_of(parts, WANG))
    told = imported(a_list(tmp_path, "phone,name\n13800000001,王\n"), "--consent-at", "2026-11-22T12:00")
    assert (told["counts"]["stays_out"], told["counts"]["grant"]) == (1, 0)
    mine = profile_of(parts, WANG)
    assert (mine["consent"], mine["name"]) == ("withdrawn", "王")
    assert len(ledger_of(parts, WANG)) == before


def test_a_bought_list_is_refused_with_the_reason(parts: Parts, tmp_path: Path) -> None:
    path = a_list(tmp_path, "phone\n13900002222\n")
    done = huixin("customers", "import", str(path), "--brand", "demo", "--consent-source", "bought list")
    assert done.exit_code == 1
    assert "fined 380,000 yuan" in done.stderr
    assert huixin("customers", "import", str(path), "--brand", "demo").exit_code == 2
    assert (
        huixin("customers", "import", str(path), "--brand", "demo", "--consent-source", "dunno").exit_code
        == 2
    )


def test_bad_rows_are_reported_and_good_ones_kept(parts: Parts, tmp_path: Path) -> None:
    rows = "=phone(手机),姓名,语言\n1390000222,赵,zh\n13900002222,钱,klingon\n1.39E+10,孙,\n,李,\n"
    told = imported(a_list(tmp_path, rows), "--map", "=phone(手机)=phone")
    assert (told["counts"]["rows"], told["counts"]["left_out"], told["counts"]["values_ignored"]) == (4, 3, 1)
    assert profile_of(parts, NEW)["name"] == "钱"
    report = Path(told["report"])
    assert report == tmp_path / "list.errors.csv"
    lines = list(csv.reader(report.read_text(encoding="utf-8-sig").splitlines()))
    assert lines[0] == ["row", "column", "problem", "outcome", "value (masked)"]
    assert [line[0] for line in lines[1:]] == ["2", "3", "4", "5"]
    assert "1390000222" not in report.read_text(encoding="utf-8")
    assert all(not cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line)
    assert lines[1][1] == "'=phone(手机)"


def test_duplicates_are_merged_the_last_one_wins(parts: Parts, tmp_path: Path) -> None:
    far = "".join(f"1370000{number:04d},甲\n" for number in range(300))
    rows = f"phone,name\n13900002222,一\n+8613900002222,二\n{far}139 0000 2222,三\n13900002222,\n"
    told = imported(a_list(tmp_path, rows))
    assert (told["counts"]["duplicates"], told["counts"]["new"], told["counts"]["rows"]) == (3, 301, 304)
    assert profile_of(parts, NEW)["name"] == "三"
    assert len(ledger_of(parts, NEW)) == 1


def test_the_same_list_again_changes_nothing_and_says_so(parts: Parts, tmp_path: Path) -> None:
    path = a_list(tmp_path, "phone,name\n13900002222,赵\n")
    first = imported(path)
    told = imported(path)
    assert (told["is_repeated"], told["import"]) == (True, first["import"])
    done = huixin("customers", "import", str(path), "--brand", "demo", *PROOF)
    assert "nothing has changed" in done.stdout
    with parts.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Import)) == 1
        mine = select(AuditEntry).where(AuditEntry.action.startswith("customers.import"))
        noted = session.scalars(mine.order_by(AuditEntry.id))
        assert [entry.action for entry in noted] == ["customers.import", "customers.import_ended"]
    longer = imported(a_list(tmp_path, "phone,name\n13900002222,赵\n13900003333,钱\n", "longer.csv"))
    assert (longer["counts"]["unchanged"], longer["counts"]["new"], longer["counts"]["known"]) == (1, 1, 1)
    assert len(ledger_of(parts, NEW)) == 1


def test_a_preview_shows_the_rows_and_keeps_nothing(parts: Parts, tmp_path: Path) -> None:
    path = a_list(tmp_path, "手机号,姓名,备注\n13900002222,赵,x\n12,钱,y\n13900003333,孙,z\n")
    done = huixin("customers", "import", str(path), "--brand", "demo", *PROOF, "--preview", "2", "--json")
    told = json.loads(done.stdout)
    assert told["columns"] == {"手机号": "phone", "姓名": "name"}
    assert told["ignored"] == ["备注"]
    assert [row["phone"] for row in told["rows"]] == ["+86*******2222", ""]
    assert (
        huixin("customers", "import", str(path), "--brand", "demo", *PROOF, "--preview", "2").exit_code == 0
    )
    with parts.store.read() as session:
        assert customers.ids_by_phone(session, [NEW]) == {}
        assert session.scalar(select(func.count()).select_from(Import)) == 0


def test_other_columns_are_kept_as_attributes_where_that_is_said(parts: Parts, tmp_path: Path) -> None:
    imported(a_list(tmp_path, "手机;城市\n13900002222;上海\n"), "--map", "城市=attribute.city")
    assert profile_of(parts, NEW)["attributes"]["city"]["value"] == "上海"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name\n赵\n", "no column of phone numbers"),
        ("13900002222,赵\n", "the first row is no header"),
        ("phone,mobile\n1,2\n", "more than one column"),
        ("phone\n", "no customer below it"),
        ("", "the file is empty"),
        ("\n\n,,\n", "the file is empty"),
    ],
    ids=["no phone", "no header", "two phones", "header alone", "nothing", "blanks"],
)
def test_a_list_that_cannot_be_understood_is_told_clearly(
    parts: Parts, tmp_path: Path, text: str, told: str
) -> None:
    done = huixin("customers", "import", str(a_list(tmp_path, text)), "--brand", "demo", *PROOF)
    assert (done.exit_code, told in done.stderr) == (1, True), done.stderr


def test_an_unknown_brand_and_wrong_words_are_told(parts: Parts, tmp_path: Path) -> None:
    path = str(a_list(tmp_path, "phone\n13900002222\n"))
    assert huixin("customers", "import", path, "--brand", "nobody", *PROOF).exit_code == 1
    ahead = (NOON + timedelta(days=9000)).isoformat()
    for wrong in (("--consent-at", "soon"), ("--consent-at", ahead), ("--map", "phone")):
        assert huixin("customers", "import", path, "--brand", "demo", *PROOF, *wrong).exit_code == 2
    with parts.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Customer)) is not None
