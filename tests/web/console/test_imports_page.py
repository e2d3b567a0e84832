"""The import's pages in Chromium: a list goes from the form to its report, wide and narrow, without a breach."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from werkzeug.serving import make_server

from app.jobs import jobs
from tests.web.console.desk_scene import EMAILS, PASSWORD, Desk

ROWS = "会员电话,姓名,备注\n13900002222,赵敏,老客\n1390000,钱多多,号码短\n+14155550199,Ann,\n"


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """The console served on this machine."""
    server = make_server("127.0.0.1", 0, desk.app, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


def looked_at(page: Page, name: str) -> None:
    """Nothing wrong for screen readers, nothing wider than the page; a picture where one is asked for."""
    folder = os.environ.get("HUIXIN_PICTURES")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
    page.set_viewport_size({"width": 1280, "height": 900})
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_list_goes_from_the_form_to_its_report(
    page: Page, address: str, desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "会员名单.csv"
    path.write_text(ROWS, encoding="utf-8")
    page.goto(f"{address}/imports")
    page.fill("[name=email]", EMAILS["marketer"])
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit].btn-primary")
    expect(page.locator("[name=file]")).to_be_visible()
    looked_at(page, "form")
    page.set_input_files("[name=file]", path)
    page.select_option("[name=source]", "bought_list")
    page.click("[name=submit]")
    expect(page.locator(".invalid-feedback")).to_be_visible()
    page.set_input_files("[name=file]", path)
    page.select_option("[name=source]", "store")
    page.fill("[name=consent_at]", "2026-10-01")
    page.fill("[name=wording]", "我同意接收优惠短信")
    page.click("[name=submit]")
    expect(page.locator("[role=alert]")).to_be_visible()
    page.locator("select[name=field]").first.select_option("phone")
    page.locator(".columns ~ div button").click()
    expect(page.locator(".preview")).to_contain_text("赵敏")
    looked_at(page, "draft")
    page.click("[name=start]")
    expect(page.locator("progress")).to_be_visible()
    jobs()["import_lists"].run(desk.parts, desk.clock())
    expect(page.locator("progress")).to_have_count(0)
    looked_at(page, "done")
    with page.expect_download() as download:
        page.click(".import-state a.btn")
    assert download.value.suggested_filename == "会员名单.errors.csv"
