"""The page of complaint deadlines: what is set, what a change would do to open complaints, and each refusal beside its
field."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.domain.sla_policy import SlaPolicy
from app.store.complaints import Complaint
from app.usecases.complaint_policy import policy_of
from tests.usecases.shop import LI
from tests.web.console.desk_scene import Visitor
from tests.web.console.permit_scene import Scene, a_scene, plain

BRAND = "/deadlines/demo"
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Nothing here depends on the kind of database."""


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    return a_scene(engine, tmp_path)


@pytest.fixture
def manager(scene: Scene) -> Visitor:
    return scene.visits("manager", BRAND)


def policy(scene: Scene) -> SlaPolicy:
    parts = scene.desk.parts
    brand = parts.directory.current(scene.desk.clock()).brand_coded("demo")
    assert brand is not None
    return policy_of(brand)


def complaint(scene: Scene) -> tuple[datetime, datetime, datetime]:
    """When the only one was opened, and is due."""
    columns = (Complaint.opened_at, Complaint.first_response_due_at, Complaint.resolution_due_at)
    with scene.desk.parts.store.read() as session:
        opened_at, first, resolution = session.execute(select(*columns)).one()
    return opened_at, first, resolution


def test_a_brand_goes_over_to_business_hours_and_back(scene: Scene, manager: Visitor) -> None:
    text = plain(manager.opens("/deadlines")[1])
    assert "First response within 2 hours of receipt" in text
    assert "Which time counts Every hour, day and night" in text
    status, page = manager.sends(
        BRAND, counts="business", saturday="１０-１６", days="2026-12-24 9-12", submit="1"
    )
    text = plain(page)
    assert (status, "The deadlines of 麦香坊 are saved." in text) == (200, True)
    assert "Business hours alone Asia/Shanghai Public holidays: China" in text
    assert "Mon–Fri 09:00-18:00 Sat 10:00-16:00 Sun closed all day Public holidays closed all day" in text
    assert "Single days 2026-12-24 09:00-12:00" in text
    manager.sends("/language/zh")
    text = plain(manager.opens("/deadlines")[1])
    assert "周一–周五 09:00-18:00 周六 10:00-16:00 周日 休息 法定节假日 休息 调休上班日 09:00-18:00" in text
    assert "首次响应 收到后 2 小时内" in text
    manager.sends(BRAND, counts="wall", resolution="24", submit="1")
    assert policy(scene) == SlaPolicy(resolution=24 * HOUR)
    assert [one[1] for one in scene.noted("brand")][-2:] == ["complaint_policy.change"] * 2


def test_open_complaints_stay_as_they_are_unless_it_is_asked(scene: Scene, manager: Visitor) -> None:
    scene.desk.texts(LI, "投诉 蛋糕坏了")
    opened_at, *due = complaint(scene)
    manager.sends(BRAND, first_response="4", submit="1")
    assert complaint(scene) == (opened_at, *due)
    text = plain(manager.opens(BRAND)[1])
    assert "Open complaints with an earlier policy, were they counted anew 1" in text
    text = plain(manager.sends(BRAND, applies_to="open", submit="1")[1])
    assert "The deadlines of 麦香坊 are saved. 1 open complaint was counted anew." in text
    assert complaint(scene) == (opened_at, opened_at + 4 * HOUR, opened_at + 48 * HOUR)
    assert "counted anew" not in plain(manager.opens(BRAND)[1].split("</form>")[-1])


def test_what_a_change_would_do_is_shown_before_it_is_saved(scene: Scene, manager: Visitor) -> None:
    scene.desk.texts(LI, "投诉 蛋糕坏了")
    before = complaint(scene)
    scene.desk.clock.at = before[0] + 1.5 * HOUR
    status, page = manager.sends(BRAND, first_response="1", resolution="48", look="1")
    text = plain(page)
    assert (status, policy(scene), complaint(scene)) == (200, SlaPolicy(), before)
    assert re.search(r"#1 First response [-\d]+ [:\d]+ [-\d]+ [:\d]+ missed at once", text)
    assert re.search(r"#1 Resolution [-\d]+ [:\d]+ the same", text)
    assert "1 of them would miss a deadline at once." in text
    assert re.search('name="first_response"[^>]* value="1"', page)
    text = plain(manager.sends(BRAND, first_response="3", look="1")[1])
    assert "None of them would miss a deadline at once." in text
    assert "No open complaint would be changed." in plain(manager.sends(BRAND, look="1")[1])


WRONG = [
    ("first_response", "soon", "看不懂“soon”", "“soon” is no length"),
    ("first_response", "1 min", "太短：至少 5 min", "Too short: 5 min or more."),
    ("resolution", "1", "应先回复，后解决", "nothing is resolved before it is answered"),
    ("follow_up", "3", "太短：至少 24", "Too short: 24 or more."),
    ("follow_up", "3000", "太长：最多 2000", "Too long: 2000 or less."),
    ("zone", "Peking", "没有“Peking”这个时区", "“Peking” is no time zone"),
    ("monday", "late", "看不懂“late”", "“late” is no time"),
    ("sunday", "9-9", "全天请写 00:00-24:00", "a whole day is 00:00-24:00"),
    ("on_holidays", "9-12,11-13", "09:00-12:00、11:00-13:00 有重叠", "09:00-12:00, 11:00-13:00 overlap."),
    ("days", "2026-10-01", "请先写日期，再写时段", "write the day and then its hours"),
    ("monday", "1" * 121, "太长", "That is too long."),
]


def told_beside(page: str, field: str) -> str:
    return page.split(f'id="{field}-told">')[1].split("</div>")[0]


def test_what_cannot_be_set_is_told_beside_its_field(scene: Scene, manager: Visitor) -> None:
    for language, button in (("zh", "look"), ("en", "submit")):
        manager.sends(f"/language/{language}")
        for field, written, zh, en in WRONG:
            status, page = manager.sends(BRAND, counts="business", **{field: written, button: "1"})
            assert status == 422
            assert (zh if language == "zh" else en) in told_beside(page, field), (field, written)
    assert policy(scene) == SlaPolicy()


def test_all_that_is_wrong_is_told_at_once(manager: Visitor) -> None:
    wrong = {"first_response": "x", "tuesday": "y", "days": "z"}
    page = manager.sends(BRAND, counts="business", **wrong, submit="1")[1]
    for field, written in wrong.items():
        assert f"“{written}”" in told_beside(page, field)


def test_what_somebody_else_has_changed_meanwhile_stays(scene: Scene, manager: Visitor) -> None:
    manager.sends(BRAND, resolution="24", submit="1")
    stale = {"was_first_response": "2", "was_resolution": "48", "resolution": "48"}
    manager.sends(BRAND, **stale, first_response="3", submit="1")
    assert policy(scene) == SlaPolicy(first_response=3 * HOUR, resolution=24 * HOUR)
    count = len(scene.noted("brand"))
    manager.sends(BRAND, submit="1")
    assert len(scene.noted("brand")) == count


def test_a_year_without_announced_days_off_is_told(scene: Scene, manager: Visitor) -> None:
    scene.desk.clock.at = datetime(2040, 3, 1, tzinfo=UTC)
    assert (
        "worked in return of 2040 have not been announced yet" in scene.visits("admin", BRAND).opens(BRAND)[1]
    )


def test_others_neither_read_nor_change_it(scene: Scene) -> None:
    for role in ("support", "marketer"):
        visitor = scene.visits(role, "/password")
        assert [visitor.opens(path)[0] for path in ("/deadlines", BRAND)] == [403, 403]
        assert visitor.sends(BRAND, resolution="24", submit="1")[0] == 403
    assert "/deadlines" not in scene.visits("marketer", "/hours").opens("/hours")[1]
    assert scene.visits("manager", BRAND).opens("/deadlines/nobody")[0] == 404
