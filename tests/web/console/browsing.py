"""The console in a real browser: logged in to, looked at wide and narrow."""

import os
import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.web.console.desk_scene import EMAILS, PASSWORD


def logs_in(page: Page, address: str, path: str, role: str = "manager") -> None:
    """Ask for the page, log in where that leads, and stand on it."""
    page.goto(address + path)
    page.fill("[name=email]", EMAILS[role])
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit].btn-primary")
    page.wait_for_url(re.compile(re.escape(address + path) + "$"))


def looked_at(page: Page, name: str) -> None:
    """Nothing wrong for screen readers, nothing wider than the page; a picture where one is asked for."""
    folder = os.environ.get("HUIXIN_PICTURES")
    page.wait_for_load_state()
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        assert page.locator("html").evaluate("it => it.scrollWidth <= innerWidth"), (name, width)
    page.set_viewport_size({"width": 1280, "height": 900})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.emulate_media(color_scheme="dark")
    if folder:
        page.screenshot(path=f"{folder}/{name}-dark.png", full_page=True)
    found = Axe().run(page, options={"runOnly": ["color-contrast"]})
    assert found.violations_count == 0, found.generate_report()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    page.emulate_media(color_scheme="light")
