"""The switch in the console: who may press it, what it stops, and that everybody sees who pressed it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.domain.purpose import Cause, CauseKind
from app.reads.checkup import stopped_marketing
from app.store.brands import Brand
from app.store.staff import AuditEntry
from app.store.tables import new_id
from app.usecases.marketing_switch import Presser, stop_all
from tests.usecases.shop import WANG, Shop
from tests.web.console.desk_scene import EMAILS, Desk, Visitor, a_member

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, engine)
    other = Brand(
        id=new_id(), code="cafe", name="咖啡", signature="咖啡", language="zh", created_at=desk.clock()
    )
    with desk.parts.store.write() as session:
        session.add(other)
    desk.parts.directory.renew()
    return desk


def stopped(desk: Desk) -> dict[str, str | None]:
    """Whose marketing is stopped, by whom."""
    with desk.parts.store.read() as session:
        brands = session.scalars(
            select(Brand).where(Brand.marketing_stopped_at.is_not(None)).order_by(Brand.code)
        )
        return {brand.code: brand.marketing_stopped_by for brand in brands}


def now(desk: Desk) -> str:
    return desk.clock().isoformat()


def visits(desk: Desk, role: str) -> Visitor:
    visitor = a_member(desk, role)
    visitor.opens("/marketing")
    return visitor


def test_one_press_stops_all_brands_and_everybody_sees_who_pressed(desk: Desk) -> None:
    status, text = visits(desk, "marketer").sends("/marketing/stop", brand="*")
    assert (status, "Marketing is stopped: 2 brands." in text) == (200, True)
    assert stopped(desk) == {"demo": EMAILS["marketer"], "cafe": EMAILS["marketer"]}
    support = a_member(desk, "support")
    assert f"by {EMAILS['marketer']}" in support.opens("/marketing")[1]
    with desk.parts.store.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "marketing.stop")).one()
        assert (entry.actor, entry.subject_id, entry.staff_id is not None) == (
            EMAILS["marketer"],
            "all",
            True,
        )
        assert {one.says.split(" since")[0] for one in stopped_marketing(session)} == {
            "stopped for cafe",
            "stopped for demo",
        }
        assert all(EMAILS["marketer"] in one.says for one in stopped_marketing(session))


def test_one_brand_is_stopped_and_goes_on_alone(desk: Desk) -> None:
    manager = visits(desk, "manager")
    manager.sends("/marketing/stop", brand="demo")
    assert list(stopped(desk)) == ["demo"]
    assert "already" in manager.sends("/marketing/stop", brand="demo")[1]
    assert "1 brand." in manager.sends("/marketing/resume", brand="demo", seen_until=now(desk))[1]
    assert stopped(desk) == {}
    assert manager.sends("/marketing/stop", brand="nobody")[0] == 404


def test_who_stopped_first_stays_named(desk: Desk) -> None:
    visits(desk, "marketer").sends("/marketing/stop", brand="demo")
    visits(desk, "admin").sends("/marketing/stop", brand="*")
    assert stopped(desk) == {"demo": EMAILS["marketer"], "cafe": EMAILS["admin"]}


@pytest.mark.parametrize(
    ("role", "stop", "resume"), [("support", 403, 403), ("marketer", 200, 403), ("manager", 200, 200)]
)
def test_stopping_is_for_more_roles_than_letting_go_on(desk: Desk, role: str, stop: int, resume: int) -> None:
    visitor = visits(desk, role)
    assert visitor.sends("/marketing/stop", brand="demo")[0] == stop
    assert visitor.sends("/marketing/resume", brand="demo", seen_until=now(desk))[0] == resume


def test_only_what_the_page_showed_as_stopped_goes_on(desk: Desk) -> None:
    manager = visits(desk, "manager")
    manager.sends("/marketing/stop", brand="demo")
    looked = now(desk)
    desk.clock.pass_by(timedelta(seconds=1))
    visits(desk, "marketer").sends("/marketing/stop", brand="cafe")
    assert "1 brand." in manager.sends("/marketing/resume", brand="*", seen_until=looked)[1]
    assert list(stopped(desk)) == ["cafe"]
    assert "Nothing was let go on" in manager.sends("/marketing/resume", brand="*", seen_until=looked)[1]


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"brand": "*"},
        {"brand": "*", "seen_until": "soon"},
        {"seen_until": "1"},
        {"brand": "*", "seen_until": "0001-01-01T00:00+14:00"},
        {"brand": "*", "seen_until": "9999-12-31T23:59-14:00"},
    ],
)
def test_a_press_that_names_no_brand_or_no_moment_lets_nothing_go_on(
    desk: Desk, told: dict[str, str]
) -> None:
    manager = visits(desk, "manager")
    manager.sends("/marketing/stop", brand="*")
    assert manager.sends("/marketing/resume", **told)[0] in (400, 404)
    assert set(stopped(desk)) == {"demo", "cafe"}


def test_what_is_queued_stays_behind_when_it_is_pressed(engine: Engine) -> None:
    shop = Shop(engine)
    queued = shop.queues(WANG, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    stop_all(shop.parts, Presser("a@shop.example"), shop.clock())
    shop.dispatches()
    assert (shop.outbound(queued).status, shop.outbound(queued).reason) == ("queued", "marketing_stopped")
