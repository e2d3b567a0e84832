"""The import's pages in Chromium: a list goes from the form to its report, wide and narrow, without a breach."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from app.jobs import jobs
from tests.web.console.browsing import logs_in, looked_at
from tests.web.console.desk_scene import Desk
from tests.web.serving import served

ROWS = "会员电话,姓名,备注\n13900002222,赵敏,老客\n1390000,钱多多,号码短\n+14155550199,Ann,\n"


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    """The console served on this machine."""
    with served(desk.app) as address:
        yield address


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_list_goes_from_the_form_to_its_report(
    page: Page, address: str, desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "会员名单.csv"
    path.write_text(ROWS, encoding="utf-8")
    logs_in(page, address, "/imports", "marketer")
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
