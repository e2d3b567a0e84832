"""The pages of permits and hours in Chromium: used with the mouse, wide and narrow, without a barrier or a breach."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.web.console.browsing import logs_in, looked_at
from tests.web.console.permit_scene import Scene, a_scene
from tests.web.serving import served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    scene = a_scene(engine, tmp_path)
    scene.shop.a_channel("main", "10690077", style="mainland", asks_licences=True)
    scene.desk.parts.directory.renew()
    return scene


@pytest.fixture
def address(scene: Scene) -> Iterator[str]:
    """The console served on this machine."""
    with served(scene.desk.app) as address:
        yield address


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {**browser_context_args, "locale": "zh-CN"}


def test_a_missing_filing_is_recorded_from_the_link_beside_it(page: Page, address: str) -> None:
    logs_in(page, address, "/licences")
    looked_at(page, "licences-missing")
    page.locator(".lacks", has_text="通道备案").get_by_role("link", name="登记").click()
    expect(page.locator("#kind")).to_have_value("channel_filing")
    expect(page.locator("#channel")).to_have_value("main")
    page.get_by_label("证照或备案编号").fill("TD-2026-0001")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("#expires_on-told")).to_contain_text("这种证照有期限")
    expect(page.locator("#number")).to_have_value("TD-2026-0001")
    looked_at(page, "licences-refused")
    page.fill("#expires_on", "2026-12-01")
    page.get_by_role("button", name="登记").click()
    expect(page.locator(".lacks", has_text="通道备案")).to_contain_text("即将到期")
    page.get_by_text("撤下 TD-2026-0001").click()
    looked_at(page, "licences-ending")
    page.get_by_role("button", name="确认撤下").click()
    expect(page.locator(".lacks", has_text="通道备案")).to_contain_text("未登记")


def test_a_partner_on_record_is_renewed_from_the_refusal(page: Page, address: str) -> None:
    logs_in(page, address, "/partners")
    for _ in range(2):
        page.get_by_label("合作方").fill("锦江酒店")
        page.get_by_label("协议编号").fill("HZ-2026-07")
        page.get_by_label("最后一天").fill("2026-12-10")
        page.get_by_role("button", name="登记").click()
    expect(page.locator("#partner-told")).to_contain_text("请续签它的协议")
    looked_at(page, "partners-refused")
    page.locator("form a", has_text="续签与 锦江酒店 的合作协议").click()
    expect(page.locator("#number")).to_have_value("")
    looked_at(page, "partners-renewal")
    page.goto(address + "/overview")
    looked_at(page, "overview")
    page.get_by_role("link", name="合作协议待办 1 项").click()
    page.locator(".lacks", has_text="锦江酒店").get_by_role("link", name="续期").click()
    page.get_by_label("协议编号").fill("HZ-2027-03")
    page.get_by_label("最后一天").fill("2028-06-30")
    page.get_by_role("button", name="登记").click()
    expect(page.locator(".rows")).to_contain_text("HZ-2027-03 · 截至 2028-06-30")


def test_hours_are_narrowed_and_never_widened(page: Page, address: str) -> None:
    logs_in(page, address, "/hours")
    looked_at(page, "hours")
    page.get_by_role("link", name="修改 麦香坊 的时段").click()
    page.get_by_label("营销短信时段").fill("07:00-22:00")
    page.get_by_label("服务短信时段").fill("8:00至20:00")
    page.get_by_role("button", name="保存时段").click()
    expect(page.locator("#marketing_hours-told")).to_contain_text("时段只能收窄，不能放宽")
    expect(page.locator("#service_hours")).to_have_value("8:00至20:00")
    looked_at(page, "hours-refused")
    page.get_by_label("营销短信时段").fill("10：00－11：30，15：00－17：00")
    page.get_by_role("button", name="保存时段").click()
    expect(page.locator("tr.left").first).to_contain_text("10:00-11:30、15:00-17:00")
    looked_at(page, "hours-narrowed")


def test_deadlines_go_over_to_business_hours(scene: Scene, page: Page, address: str) -> None:
    scene.desk.texts("+8613800001001", "投诉 蛋糕坏了")
    logs_in(page, address, "/deadlines")
    looked_at(page, "deadlines")
    page.get_by_role("link", name="修改 麦香坊 的时限").click()
    expect(page.get_by_label("周一")).to_be_hidden()
    page.get_by_label("如何计时").select_option("business")
    page.get_by_label("首次响应时限").fill("30分钟")
    page.get_by_label("周六").fill("九点")
    page.get_by_role("button", name="保存时限").click()
    expect(page.locator("#saturday-told")).to_contain_text("看不懂“九点”")
    looked_at(page, "deadlines-refused")
    page.get_by_label("周六").fill("10:00-16:00")
    page.get_by_label("特殊日期").fill("2026-12-24至2026-12-26 休息")
    page.get_by_role("button", name="预览影响").click()
    expect(page.locator("#foreseen")).to_contain_text("首次响应")
    looked_at(page, "deadlines-foreseen")
    page.get_by_label("处理中的投诉也按新设置重新计算时限").check()
    page.get_by_role("button", name="保存时限").click()
    expect(page.locator("body")).to_contain_text("已重新计算 1 件处理中的投诉。")
    expect(page.locator(".hours")).to_contain_text("2026-12-24..2026-12-26 休息")
    looked_at(page, "deadlines-saved")
