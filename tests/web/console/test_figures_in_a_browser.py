"""The page of figures in Chromium, with eight weeks of complaints on it: wide and narrow, in both languages."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.usecases.record_events import NewEvent, record_events
from tests.properties.complaint_stories import NOW, a_story, keep
from tests.usecases.shop import LI, Shop
from tests.web.console.browsing import logs_in, looked_at
from tests.web.console.desk_scene import Desk
from tests.web.serving import served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def address(engine: Engine, tmp_path: Path) -> Iterator[str]:
    shop = Shop(engine, NOW - timedelta(days=1))
    shop.a_customer(LI)
    placed = [NewEvent(f"o-{n}", "order.placed", NOW - timedelta(days=1 + n % 30), LI) for n in range(400)]
    record_events(shop.parts, shop.brand, placed, shop.clock())
    desk = Desk(tmp_path, engine, shop.clock)
    chance = Random(3)
    keep(shop, [a_story(chance, "demo", []) for _ in range(60)])
    with served(desk.app) as address:
        yield address


def test_figures_are_read_week_by_week_and_by_category(page: Page, address: str) -> None:
    logs_in(page, address, "/figures")
    looked_at(page, "figures-brand-zh")
    page.get_by_role("button", name="English").click()
    for by in ("week", "category", "campaign"):
        page.select_option("#by", by)
        page.locator("form[action='/figures'] [type=submit]").click()
        expect(page.locator("#by")).to_have_value(by)
        looked_at(page, f"figures-{by}-en")
    expect(page.locator(".chart").first.locator("li")).to_have_count(3)
    expect(page.locator(".figures-table tbody tr").first).to_be_visible()
