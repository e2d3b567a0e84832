"""The bell, the warnings and one's own ways in Chromium: wide and narrow, in both languages, without a barrier."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, select, update

from app.store import notices
from app.store.notices import Notice
from app.store.tables import new_id
from tests.usecases.shop import LI
from tests.web.console.browsing import logs_in, looked_at
from tests.web.console.desk_scene import Desk, a_member
from tests.web.console.warning_scene import tells_everybody, time_passes
from tests.web.demo_shop import WANG
from tests.web.serving import served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    """A promise that is broken, one that runs out, and mail that does not arrive."""
    desk = Desk(tmp_path, engine)
    desk.texts(LI, "投诉 蛋糕坏了")
    time_passes(desk, 1.1)
    desk.texts(WANG, "投诉 面包发霉了")
    time_passes(desk, 1.1)
    tells_everybody(desk)
    email = {"channel": "email", "state": "queued", "reason": "mail_unreachable", "attempts": 3}
    with desk.parts.store.write() as session:
        told = session.execute(select(Notice.__table__).limit(1)).mappings().one()
        notices.add(session, [{**told, **email, "id": new_id()}])
    return desk


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """The console served on this machine."""
    with served(desk.app) as address:
        yield address


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {**browser_context_args, "locale": "zh-CN"}


def test_a_warning_is_seen_taken_on_and_gone(page: Page, address: str, desk: Desk) -> None:
    logs_in(page, address, "/inbox")
    expect(page.locator(".bell-count")).to_have_text("2")
    looked_at(page, "bell")
    page.click(".bell")
    expect(page.locator(".warning")).to_have_count(2)
    expect(page.locator(".line.is-late .warning")).to_contain_text("已超时")
    looked_at(page, "notices")
    page.get_by_role("button", name="跟进投诉 #1 的提醒").click()
    expect(page.locator(".warning")).to_have_count(1)
    expect(page.locator(".bell-count")).to_have_text("1")
    page.get_by_role("link", name="投诉 #2").click()
    expect(page.locator("h1")).to_be_visible()
    page.get_by_role("button", name="English").click()
    page.goto(f"{address}/notices")
    looked_at(page, "notices-english")
    page.get_by_role("button", name="Take on the warning about complaint #2").click()
    expect(page.get_by_text("Nothing is running out.")).to_be_visible()
    looked_at(page, "notices-none")


def test_the_bell_rings_on_a_page_that_stays_open(page: Page, address: str, desk: Desk) -> None:
    logs_in(page, address, "/inbox")
    manager = a_member(desk, "manager")
    with desk.parts.store.write() as session:
        session.execute(update(Notice).values(created_at=desk.clock()))
    desk.texts("+8613800001002", "投诉 送错了")
    time_passes(desk, 2.1)
    expect(page.locator(".bell-count")).to_have_text("3")
    assert manager.opens("/notices")[0] == 200


def test_one_chooses_texts_and_is_told_what_is_missing(page: Page, address: str) -> None:
    logs_in(page, address, "/account")
    page.get_by_label("短信", exact=True).check()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#phone-told")).to_have_text("请填写接收短信的号码。")
    looked_at(page, "account-refused")
    page.get_by_label("接收短信的号码").fill("139 0000 1234")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("+86*******1234")).to_be_visible()
    looked_at(page, "account-warned-by")
