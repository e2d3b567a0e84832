"""Two people who open one conversation see each other; nobody else sees or causes it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from app.store.presences import Presence
from app.store.staff import AuditEntry
from tests.web.console.desk_scene import Desk, Visitor, a_member
from tests.web.demo_shop import WANG

LOOKS, WRITES = "is looking at this too", "is writing a reply"


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, engine)
    desk.texts(WANG, "我要投诉，送来的蛋糕是坏的")
    return desk


def polls(desk: Desk, visitor: Visitor) -> str:
    status, text = visitor.opens(desk.path_of(WANG) + "/beside", **{"HX-Request": "true"})
    assert status == 200
    return text


def types(desk: Desk, visitor: Visitor, text: str) -> None:
    visitor.opens(desk.path_of(WANG))
    visitor.sends(desk.path_of(WANG) + "/count", text=text)


def rows(desk: Desk) -> int:
    with desk.parts.store.read() as session:
        return session.scalar(select(func.count()).select_from(Presence)) or 0


def test_two_who_look_see_each_other_and_not_themselves(desk: Desk) -> None:
    support, manager = a_member(desk, "support"), a_member(desk, "manager")
    assert LOOKS not in polls(desk, support)
    assert f"support {LOOKS}" in polls(desk, manager)
    again = polls(desk, support)
    assert f"manager {LOOKS}" in again
    assert "support" not in again


def test_who_writes_is_said_to_write_until_it_is_sent_or_left(desk: Desk) -> None:
    support, manager = a_member(desk, "support"), a_member(desk, "manager")
    types(desk, support, "马上")
    assert f"support {WRITES}" in polls(desk, manager)
    types(desk, support, "")
    assert f"support {LOOKS}" in polls(desk, manager)
    types(desk, support, "马上")
    desk.clock.pass_by(timedelta(seconds=8))
    polls(desk, support)
    desk.clock.pass_by(timedelta(seconds=7))
    polls(desk, support)
    assert f"support {LOOKS}" in polls(desk, manager)


def test_who_leaves_is_gone_fifteen_seconds_later(desk: Desk) -> None:
    support, manager = a_member(desk, "support"), a_member(desk, "manager")
    polls(desk, support)
    desk.clock.pass_by(timedelta(seconds=14))
    assert LOOKS in polls(desk, manager)
    desk.clock.pass_by(timedelta(seconds=1))
    assert LOOKS not in polls(desk, manager)


def test_who_stays_is_seen_all_the_time_though_written_down_every_ten_seconds(desk: Desk) -> None:
    support, manager = a_member(desk, "support"), a_member(desk, "manager")
    noted = set()
    for _ in range(20):
        polls(desk, support)
        assert LOOKS in polls(desk, manager)
        with desk.parts.store.read() as session:
            noted |= set(session.scalars(select(Presence.seen_at)))
        desk.clock.pass_by(timedelta(seconds=2))
    assert len(noted) == 2 * 4
    assert rows(desk) == 2


def test_it_ends_with_the_log_in_and_leaves_nothing_in_the_audit(desk: Desk) -> None:
    support, manager = a_member(desk, "support"), a_member(desk, "manager")
    with desk.parts.store.read() as session:
        before = session.scalar(select(func.count()).select_from(AuditEntry))
    polls(desk, support)
    with desk.parts.store.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == before
    support.opens("/account")
    support.sends("/log-out")
    assert rows(desk) == 0
    assert LOOKS not in polls(desk, manager)


def test_a_marketer_neither_sees_nor_causes_it(desk: Desk) -> None:
    support, marketer = a_member(desk, "support"), a_member(desk, "marketer")
    polls(desk, support)
    path = desk.path_of(WANG)
    status, text = marketer.opens(path + "/beside", **{"HX-Request": "true"})
    assert status == 403
    assert LOOKS not in text
    assert marketer.sends(path + "/count", text="马上")[0] == 403
    assert rows(desk) == 1
    assert LOOKS not in polls(desk, support)


def test_a_link_from_elsewhere_makes_nobody_present(desk: Desk) -> None:
    support = a_member(desk, "support")
    support.opens(desk.path_of(WANG) + "/beside")
    assert rows(desk) == 0


def test_of_a_customer_whom_the_brand_never_met_nothing_is_noted(desk: Desk) -> None:
    manager = a_member(desk, "manager")
    nobody = "/inbox/demo/00000000-0000-7000-8000-000000000000/beside"
    assert manager.opens(nobody, **{"HX-Request": "true"})[0] == 404
    assert rows(desk) == 0
