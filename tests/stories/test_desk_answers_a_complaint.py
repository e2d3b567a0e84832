"""At the desk, in a real browser: a complaint comes in, is taken, answered, resolved and gone from the list."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.web.console.desk_scene import EMAILS, PASSWORD, Desk, a_member
from tests.web.demo_shop import WANG
from tests.web.serving import served

LI, ALICE = "+8613800001001", "+14155550123"
SERIOUS = ("serious", "critical")
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, engine)
    desk.texts(LI, "人工")
    desk.clock.pass_by(timedelta(minutes=95))
    desk.texts(ALICE, "COMPLAINT my cake arrived broken and the candles were missing")
    desk.clock.pass_by(timedelta(minutes=26))
    desk.texts(WANG, "几点开门")
    desk.texts(WANG, "我要投诉，送来的蛋糕是坏的，蜡烛也没有")
    yield desk
    desk.parts.store.close()


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with served(desk.app) as address:
        yield address


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return {**browser_context_args, "locale": "zh-CN", "viewport": {"width": 1280, "height": 800}}


def log_in(page: Page, address: str, role: str = "support") -> None:
    page.goto(address + "/")
    page.get_by_label("邮箱").fill(EMAILS[role])
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(re.compile("/(inbox|overview)"))


def barriers(page: Page) -> list[str]:
    """What keeps some people from using the page."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} at {node['target']}: {node['html'][:80]}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def test_desk_answers_and_resolves_a_complaint(page: Page, desk: Desk, address: str) -> None:
    log_in(page, address)
    first = page.locator(".line").first
    expect(first).to_contain_text("李先生")
    expect(first.locator(".left")).to_have_text(re.compile(r"^−0:0\d:\d\d$"))
    before = page.locator(".line .left").nth(1).inner_text()
    expect(page.locator(".line .left").nth(1)).not_to_have_text(before)

    page.get_by_role("link", name=re.compile("王女士")).click()
    page.get_by_role("button", name="接手").click()
    expect(page.get_by_text("support 正在接待")).to_be_visible()

    page.get_by_label("短信回复").fill("王女士您好，非常抱歉！" + "马上为您重做一个。" * 7)
    expect(page.locator("#count")).to_contain_text("2 条")
    page.get_by_label("短信回复").fill("王女士您好，非常抱歉！马上为您重做一个。")
    expect(page.locator("#count")).to_contain_text("1 条")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("回复将在10秒后发出")).to_be_visible()
    desk.clock.pass_by(timedelta(seconds=10))
    desk.work()
    expect(page.locator(".by-staff .state")).to_have_text("已送达")
    expect(page.locator(".promises")).to_contain_text("按时")

    page.get_by_label(re.compile("解决投诉")).fill("新蛋糕已送到，再次抱歉。")
    page.get_by_label("处理结果").select_option("已换货或重做")
    page.get_by_role("button", name="解决并通知客户").click()
    expect(page.get_by_text("投诉已解决，并已通知客户。")).to_be_visible()
    page.goto(address + "/inbox")
    expect(page.locator(".lines")).not_to_contain_text("王女士")
    page.get_by_role("link", name="已办结").click()
    expect(page.locator(".lines")).to_contain_text("王女士")


def test_what_the_customer_writes_appears_by_itself_and_keeps_the_draft(
    page: Page, desk: Desk, address: str
) -> None:
    log_in(page, address)
    page.goto(address + desk.path_of(WANG))
    page.get_by_label("短信回复").fill("还没写完")
    page.get_by_text("处理过程").click()
    desk.texts(WANG, "人呢？")
    expect(page.locator("#thread")).to_contain_text("人呢？")
    expect(page.get_by_label("短信回复")).to_have_value("还没写完")
    expect(page.locator("details.events")).to_have_attribute("open", "")


def test_a_slash_picks_a_text_that_is_kept_ready(page: Page, desk: Desk, address: str) -> None:
    manager = a_member(desk, "manager")
    manager.opens("/canned-replies")
    for name, text in (("道歉", "{{ customer.name }}您好，非常抱歉。"), ("退款", "退款已办理。")):
        manager.sends("/canned-replies", brand="demo", language="zh", name=name, text=text)
    log_in(page, address)
    page.goto(address + desk.path_of(WANG))
    page.get_by_label("短信回复").fill("/道")
    expect(page.locator("[data-name]:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_label("短信回复")).to_have_value("王女士您好，非常抱歉。")
    expect(page.locator("#count")).to_contain_text("1 条")
    page.locator("#canned summary").click()
    page.get_by_role("link", name=re.compile("退款")).click()
    expect(page.get_by_label("短信回复")).to_have_value("王女士您好，非常抱歉。\n退款已办理。")
    assert barriers(page) == []


def test_a_full_number_is_shown_in_place(page: Page, desk: Desk, address: str) -> None:
    log_in(page, address)
    page.goto(address + desk.path_of(WANG))
    expect(page.locator("#phone")).not_to_contain_text(WANG)
    page.get_by_role("button", name="显示").click()
    expect(page.locator("#phone")).to_contain_text(WANG)


def test_the_desk_works_on_a_phone(page: Page, desk: Desk, address: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    log_in(page, address)
    for path in ("/inbox", desk.path_of(ALICE), "/overview", "/password"):
        page.goto(address + path)
        assert page.locator("html").evaluate("it => it.scrollWidth") <= 360, path
    page.goto(address + desk.path_of(ALICE))
    page.get_by_label("短信回复").fill("So sorry! A new cake is on its way.")
    page.get_by_role("button", name="发送").click()
    expect(page.get_by_text("回复将在10秒后发出")).to_be_visible()


def test_nobody_is_kept_out_by_how_the_pages_are_made(page: Page, desk: Desk, address: str) -> None:
    page.goto(address + "/log-in")
    assert barriers(page) == []
    log_in(page, address, "admin")
    for path in ("/inbox", desk.path_of(WANG), "/overview", "/staff", "/api-keys", "/audit", "/password"):
        page.goto(address + path)
        assert barriers(page) == [], path


def test_the_console_changes_its_language_on_the_spot(page: Page, desk: Desk, address: str) -> None:
    log_in(page, address)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="收件箱")).to_be_visible()
