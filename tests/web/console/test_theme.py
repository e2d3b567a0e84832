"""Light or dark in a real browser: as the system is, or as somebody chose, on every page from then on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.web.console.browsing import logs_in
from tests.web.console.desk_scene import Desk
from tests.web.serving import served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def address(engine: Engine, tmp_path: Path) -> Iterator[str]:
    with served(Desk(tmp_path, engine).app) as address:
        yield address


def test_the_choice_of_a_browser_goes_before_the_systems(page: Page, address: str) -> None:
    root = page.locator("html")
    logs_in(page, address, "/account")
    page.emulate_media(color_scheme="dark")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.select_option("#theme", "light")
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.goto(address + "/inbox")
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.goto(address + "/account")
    expect(page.locator("#theme")).to_have_value("light")
    page.select_option("#theme", "")
    expect(root).to_have_attribute("data-bs-theme", "dark")
