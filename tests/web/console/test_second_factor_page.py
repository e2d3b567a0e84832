"""Two-step log-in and the desk's search in Chromium: read on any screen, and done with the keyboard alone."""

import re
from datetime import timedelta

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Page, expect

from tests.web.console.browsing import logs_in, looked_at
from tests.web.console.desk_scene import EMAILS, PASSWORD, Desk
from tests.web.console.test_imports_page import address, desk
from tests.web.demo_shop import WANG

__all__ = ["address", "desk"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_administrator_logs_in_in_two_steps_and_searches(page: Page, address: str, desk: Desk) -> None:
    desk.texts(WANG, "我要投诉，送来的蛋糕是坏的")
    logs_in(page, address, "/account", "admin")
    looked_at(page, "account")
    page.click("a[href='/account/second-factor']")
    page.click("[value=begin]")
    totp = TOTP(page.locator("code").inner_text())
    looked_at(page, "second-factor-key")
    page.fill("#code", totp.generate(int(desk.clock.at.timestamp())).token)
    page.press("#code", "Enter")
    expect(page.locator("ol code")).to_have_count(10)
    looked_at(page, "second-factor-codes")
    page.goto(f"{address}/staff")
    looked_at(page, "staff")
    page.click("form[action='/log-out'] button")
    desk.clock.pass_by(timedelta(seconds=30))
    page.fill("[name=email]", EMAILS["admin"])
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page).to_have_url(re.compile("/log-in/code"))
    looked_at(page, "code")
    page.fill("[name=code]", totp.generate(int(desk.clock.at.timestamp())).token)
    page.press("[name=code]", "Enter")
    expect(page.locator(".topbar")).to_be_visible()
    page.goto(f"{address}/inbox")
    page.fill("#q", WANG[-4:])
    page.press("#q", "Enter")
    expect(page.locator("a.found")).to_have_count(1)
    looked_at(page, "found")
    page.focus("a.found")
    page.keyboard.press("Enter")
    page.fill("#q", "蛋糕")
    page.press("#q", "Enter")
    expect(page.locator("mark").first).to_have_text("蛋糕")
    looked_at(page, "found-texts")
