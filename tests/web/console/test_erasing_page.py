"""The page on which a person is erased, in Chromium: read on any screen, and nothing done without the word for it."""

import pytest
from playwright.sync_api import Page, expect

from tests.web.console.browsing import logs_in, looked_at
from tests.web.console.desk_scene import Desk
from tests.web.console.test_imports_page import address, desk
from tests.web.demo_shop import WANG

__all__ = ["address", "desk"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_administrator_reads_what_goes_and_erases(page: Page, address: str, desk: Desk) -> None:
    desk.texts(WANG, "我要投诉，送来的蛋糕是坏的")
    logs_in(page, address, desk.path_of(WANG), "admin")
    looked_at(page, "conversation")
    page.locator("a[href$='/erase']").click()
    expect(page.locator("#is_sure")).to_be_visible()
    looked_at(page, "erase")
    page.click(".btn-danger")
    expect(page).to_have_url(f"{address}{desk.path_of(WANG)}/erase")
    page.check("#is_sure")
    page.click(".btn-danger")
    expect(page.locator(".alert-success")).to_be_visible()
