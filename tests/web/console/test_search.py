"""Searching at the desk: who is found by what, by whom, and words within a conversation."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.reads import conversation_search, desk_search
from app.store.complaints import Complaint
from app.store.customers import Customer, Profile
from app.usecases.erase_person import ErasureOrder, erase_person
from tests.store.query_plans import SMALL, listening, walked
from tests.web.console.desk_scene import Desk, Visitor, a_member
from tests.web.console.test_inbox import ALICE, LI, STRANGER, names
from tests.web.demo_shop import WANG

INJECTED = "' OR 1=1 --"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Nothing here depends on the kind of database."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, engine)
    for phone, text in {LI: "人工", ALICE: "COMPLAINT my cake arrived broken", WANG: "营业时间"}.items():
        desk.texts(phone, text)
    return desk


def found(visitor: Visitor, asked: str) -> list[str]:
    visitor.opens("/inbox")
    status, text = visitor.sends("/inbox/search", q=asked)
    assert status == 200
    return names(text)


def test_somebody_is_found_by_phone_last_digits_name_or_complaint(desk: Desk) -> None:
    staff = a_member(desk, "support")
    for asked in ("13800001001", "+86 138 0000 1001", "1001", "李先生", " 李先生 ", "李 先生"):
        assert found(staff, asked) == ["李先生"], asked
    for asked in ("(415) 555-0123", "0123", "alice", "ＡＬＩＣＥ"):
        assert found(staff, asked) == ["Alice"], asked
    with desk.parts.store.read() as session:
        number = session.scalars(select(Complaint.number)).one()
    assert found(staff, f"#{number}") == ["Alice"]
    assert f"#{number}</span>" in staff.sends("/inbox/search", q=f"＃{number}")[1]


@pytest.mark.parametrize("asked", ["李", "138", "100", INJECTED, "%", "#999", "<b>x</b>", "9" * 100])
def test_nothing_else_is_found(desk: Desk, asked: str) -> None:
    staff = a_member(desk, "support")
    assert found(staff, asked) == []
    text = staff.sends("/inbox/search", q=asked)[1]
    assert "Nobody was found" in text
    assert "<b>x" not in text


def test_a_page_shows_no_whole_number_and_the_address_none_at_all(desk: Desk) -> None:
    staff = a_member(desk, "manager")
    staff.opens("/inbox")
    answer = staff.client.post("/inbox/search", data={"csrf_token": staff.token, "q": "1001"})
    assert (answer.status_code, answer.request.query_string) == (200, b"")
    assert "+86*******1001" in answer.text
    assert "13800001001" not in answer.text


def test_support_finds_whom_something_has_brought_to_staff_alone(desk: Desk) -> None:
    assert found(a_member(desk, "support"), WANG) == []
    assert len(found(a_member(desk, "manager"), WANG)) == 1


def test_marketers_search_nothing(desk: Desk) -> None:
    marketer = a_member(desk, "marketer")
    marketer.opens("/overview")
    assert marketer.sends("/inbox/search", q="1001")[0] == 403
    assert marketer.sends(desk.path_of(LI) + "/search", q="人工")[0] == 403


def test_who_was_erased_is_found_by_nothing(desk: Desk) -> None:
    with desk.parts.store.read() as session:
        mine = session.scalars(select(Customer.id).join(Profile).where(Profile.name_hash.is_not(None)))
        assert len(set(mine)) >= 2
    erase_person(desk.parts, LI, ErasureOrder("tests", desk.clock()))
    manager = a_member(desk, "manager")
    assert [found(manager, asked) for asked in (LI, "1001", "李先生")] == [[], [], []]
    with desk.parts.store.read() as session:
        gone = select(Profile.name_hash).join(Customer).where(Customer.key == b"")
        assert list(session.scalars(gone)) == [None]


def test_a_crowd_is_cut_and_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_search, "MOST", 1)
    desk.texts("+8613900001001", "人工")
    desk.clock.pass_by(timedelta(minutes=1))
    staff = a_member(desk, "support")
    assert found(staff, "1001") == ["+86*******1001"]
    assert "More than 1 were found" in staff.sends("/inbox/search", q="1001")[1]


@pytest.mark.parametrize("role", ["support", "manager"])
def test_a_search_walks_over_no_table_that_grows(desk: Desk, role: str) -> None:
    staff, heard = a_member(desk, role), dict[str, int]()
    staff.opens("/inbox")
    engine = desk.parts.store.engine
    with listening(engine, heard):
        for asked in ("13800001001", "1001", "李先生", "#1"):
            staff.sends("/inbox/search", q=asked)
        staff.sends(desk.path_of(LI) + "/search", q="人工")
    with engine.connect() as connection:
        found = {table for one, values in heard.items() for table in walked(connection, one, values)}
    assert found - SMALL == set()


def marks(text: str) -> list[str]:
    return re.findall("<mark>(.*?)</mark>", text)


def test_words_are_found_and_marked_in_one_conversation(desk: Desk) -> None:
    desk.texts(LI, "我的訂單 <script>alert(1)</script> 呢")
    desk.texts(STRANGER, "我的订单呢")
    staff = a_member(desk, "support")
    staff.opens(desk.path_of(LI))
    status, text = staff.sends(desk.path_of(LI) + "/search", q="订单")
    assert (status, marks(text)) == (200, ["訂單"])
    text = staff.sends(desk.path_of(LI) + "/search", q="<SCRIPT>")[1]
    assert marks(text) == ["&lt;script&gt;"]
    assert "<script>alert" not in text
    text = staff.sends(desk.path_of(LI) + "/search", q=INJECTED)[1]
    assert "No message here holds these words" in text


def test_a_long_conversation_is_searched_a_stretch_at_a_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_search, "STRETCH", 3)
    for number in range(5):
        desk.texts(LI, f"第{number}次问 蛋糕")
        desk.clock.pass_by(timedelta(minutes=1))
    staff, seen, until = a_member(desk, "support"), list[str](), ""
    staff.opens(desk.path_of(LI))
    for _ in range(9):
        text = staff.sends(desk.path_of(LI) + "/search", q="蛋糕", until=until)[1]
        seen += re.findall("第(\\d)次问 <mark>蛋糕", text)
        more = re.search(r'name="until"\s+value="([^"]+)"', text)
        if more is None:
            break
        until = more[1]
    assert seen == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize("until", ["", "yesterday", "0001-01-01T00:00:00+00:00", "2026-11-23"])
def test_a_moment_that_is_none_is_passed_over(desk: Desk, until: str) -> None:
    staff = a_member(desk, "support")
    staff.opens(desk.path_of(LI))
    status, text = staff.sends(desk.path_of(LI) + "/search", q="人工", until=until)
    assert (status, "人工" in marks(text)) == (200, True)


def test_support_searches_no_conversation_that_it_may_not_read(desk: Desk) -> None:
    staff = a_member(desk, "support")
    staff.opens("/inbox")
    assert staff.sends(desk.path_of(WANG) + "/search", q="营业")[0] == 404
