"""The inbox in Chromium: sieved, ticked and given away, while what is new comes in by itself."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.web.console.browsing import logs_in, looked_at
from tests.web.console.desk_scene import Desk
from tests.web.demo_shop import WANG
from tests.web.serving import served

LI, ALICE, STRANGER = "+8613800001001", "+14155550123", "+8613800002002"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, engine)
    desk.texts(LI, "人工")
    desk.clock.pass_by(timedelta(minutes=50))
    desk.texts(ALICE, "COMPLAINT my cake arrived broken, I will call my lawyer")
    desk.clock.pass_by(timedelta(minutes=75))
    desk.texts(WANG, "投诉 面包发霉了，太失望了")
    return desk


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """The console served on this machine."""
    with served(desk.app) as address:
        yield address


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {**browser_context_args, "locale": "zh-CN"}


def test_lines_are_ticked_given_away_and_sieved(page: Page, address: str, desk: Desk) -> None:
    logs_in(page, address, "/inbox")
    expect(page.locator(".line")).to_have_count(3)
    looked_at(page, "inbox")
    page.get_by_label("勾选Alice").check()
    desk.texts(STRANGER, "人工")
    expect(page.locator(".line")).to_have_count(4)  # by itself, and what was ticked still is
    expect(page.get_by_label("勾选Alice")).to_be_checked()
    page.get_by_label("把勾选的分给").select_option(label="support")
    page.get_by_role("button", name="分配").click()
    expect(page.get_by_text("已分配1条。")).to_be_visible()
    page.get_by_label("归谁").select_option(label="support")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator(".line")).to_have_count(1)
    expect(page.locator(".line")).to_contain_text("Alice")
    expect(page.get_by_role("link", name="全部")).to_contain_text("1")
    looked_at(page, "inbox-sieved")
