"""The page of figures: what managers read, what a marketer reads of it, and what a spreadsheet gets."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from app.store.complaints import Complaint
from app.store.staff import Staff
from app.usecases import desk as at_desk
from app.usecases.desk import StaffMember
from tests.usecases.shop import LI
from tests.web.console.desk_scene import Desk, Visitor, a_member
from tests.web.console.permit_scene import plain

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""
SAID = "投诉 送来的蛋糕是坏的"


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    """One complaint about goods, not answered yet."""
    desk = Desk(tmp_path, engine)
    desk.texts(LI, SAID)
    return desk


def answers(desk: Desk, after: timedelta) -> None:
    """Somebody answers the complaint, who has it from then on."""

    desk.clock.pass_by(after)
    with desk.parts.store.write() as session:
        staff = session.scalars(select(Staff).where(Staff.email == "support@shop.example")).one()
        row = session.execute(select(Complaint.customer_id, Complaint.brand_id)).one()
        member = StaffMember(staff.id, staff.email)
        session.execute(update(Complaint).values(campaign='=HYPERLINK("x")', variant="offer"))
    at_desk.reply(desk.parts, member, row.customer_id, row.brand_id, "马上为您重做", desk.clock())
    desk.work()


def rows_of(visitor: Visitor, query: str) -> list[list[str]]:
    answer = visitor.client.get(f"/figures/complaints.csv?{query}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(answer.data.decode("utf-8-sig").splitlines()))


def test_a_manager_reads_how_promises_were_kept(desk: Desk) -> None:
    answers(desk, timedelta(minutes=30))
    status, text = a_member(desk, "manager").opens("/figures?by=brand")
    told = plain(text)
    assert status == 200
    assert "First response in time 100 % 1 of 1" in told
    assert "First response, median 30 min 90 %: 30 min" in told
    assert "Resolution in time – 0 of 0" in told


def test_a_broken_promise_is_told_as_such(desk: Desk) -> None:
    answers(desk, timedelta(hours=3))
    text = plain(a_member(desk, "manager").opens("/figures")[1])
    assert "First response in time 0 % 0 of 1" in text


@pytest.mark.parametrize("by", ["brand", "campaign", "variant", "category", "person", "week"])
def test_the_figures_are_told_by_each_of_these(desk: Desk, by: str) -> None:
    answers(desk, timedelta(minutes=30))
    names = {"brand": "麦香坊", "campaign": '=HYPERLINK("x")', "variant": '=HYPERLINK("x") / offer'}
    names |= {"category": "Other", "person": "support", "week": "2026-11-23"}
    manager = a_member(desk, "manager")
    (line,) = [one for one in rows_of(manager, f"by={by}") if one[0] == "service_complaint" and one[2] == "1"]
    assert names[by] in line[1]
    assert names[by].replace('"', "&#34;") in manager.opens(f"/figures?by={by}")[1]


def test_no_spreadsheet_takes_a_name_for_a_formula(desk: Desk) -> None:
    answers(desk, timedelta(minutes=30))
    (line,) = [
        one for one in rows_of(a_member(desk, "manager"), "by=campaign") if one[0] == "service_complaint"
    ]
    assert line[1] == '\'=HYPERLINK("x")'


def test_a_spreadsheet_gets_numbers(desk: Desk) -> None:
    answers(desk, timedelta(minutes=30))
    heading, line, *_ = rows_of(a_member(desk, "manager"), "by=brand")
    told = dict(zip(heading, line, strict=True))
    assert told["Complaints"] == "1"
    assert told["First response in time"] == "1.0"
    assert 30 <= float(told["First response, median"]) < 31
    assert told["Resolution in time"] == ""


def test_a_marketer_reads_complaint_rates_alone(desk: Desk) -> None:
    answers(desk, timedelta(minutes=30))
    marketer = a_member(desk, "marketer")
    status, text = marketer.opens("/figures?by=person")
    assert status == 200
    assert "About being texted" in text
    for kept_back in ("About goods or service", "First response", "Member of staff", "蛋糕", "support@"):
        assert kept_back not in text
    heading, *lines = rows_of(marketer, "by=person")
    assert heading == ["Kind", "Campaign", "Complaints", "Messages or orders", "Complaint rate"]
    assert {one[0] for one in rows_of(marketer, "by=week")[1:]} == {"message_complaint"}
    assert lines == []


def test_support_reads_none_of_it(desk: Desk) -> None:
    support = a_member(desk, "support")
    assert support.opens("/figures")[0] == 403
    assert support.opens("/figures/complaints.csv")[0] == 403


@pytest.mark.parametrize(
    "query",
    [
        "by=nothing&brand=nobody&from=2026-13-01&to=x",
        "from=2026-11-23&to=2026-11-01",
        "from=0001-01-01&to=9999-12-31",
        "by=total",
        "by=week&from=2001-01-01",
    ],
)
def test_whatever_the_address_asks_the_page_opens(desk: Desk, query: str) -> None:
    manager = a_member(desk, "manager")
    assert manager.opens(f"/figures?{query}")[0] == 200
    assert manager.opens(f"/figures/complaints.csv?{query}")[0] == 200


def test_days_are_those_of_the_brand(desk: Desk) -> None:
    manager = a_member(desk, "manager")
    today = desk.clock().date()
    assert rows_of(manager, f"by=category&from={today}&to={today}")[1][1:3] == ["Other", "1"]
    before = today - timedelta(days=1)
    assert rows_of(manager, f"by=category&from={before}&to={before}")[1:] == []
