"""The simulator's page in Chromium: texting, the panel, phones, languages; no breach of the policy."""

import re
import threading
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from app.usecases.parts import Parts
from tests.web.demo_shop import TestClock, work
from tests.web.serving import served


@pytest.fixture
def address(app: Flask, parts: Parts, now: TestClock) -> Iterator[str]:
    """The web served on this machine, with a worker beside it."""
    stopping = threading.Event()

    def labour() -> None:
        while not stopping.wait(0.1):
            work(parts, now)

    working = threading.Thread(target=labour)
    with served(app) as address:
        working.start()
        yield f"{address}/simulator"
        stopping.set()
        working.join()


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    """A desktop in China."""
    return {**browser_context_args, "locale": "zh-CN", "viewport": {"width": 1280, "height": 800}}


def test_texts_and_shows_the_reply_with_what_decided(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="退订谢谢").click()
    expect(page.locator(".theirs .bubble")).to_contain_text("您已退订")
    expect(page.locator(".theirs .state")).to_contain_text("已送达")
    expect(page.locator("#decision .badge")).to_have_text("规则")
    page.get_by_label("短信", exact=True).fill("几点开门")
    page.keyboard.press("Enter")
    expect(page.locator("#decision .badge")).to_have_text("意图")
    expect(page.locator("#decision .sureness")).to_contain_text("97%")
    page.locator(".theirs .bubble").first.click()
    expect(page.locator("#decision")).to_contain_text("退订确认")


def test_keeps_phones_apart_and_remembers_a_new_one(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="人工", exact=True).click()
    expect(page.locator(".mine")).to_have_count(1)
    page.get_by_label("再加一部手机").fill("139 1234 0002")
    page.get_by_role("button", name="添加").click()
    expect(page.locator(".mine")).to_have_count(0)
    page.get_by_role("button", name="人工", exact=True).click()
    expect(page.locator(".theirs .state")).to_contain_text("未送达", timeout=15_000)
    page.reload()
    expect(page.locator("#people")).to_contain_text("+86 139 1234 0002")
    page.get_by_label("再加一部手机").fill("12")
    page.get_by_role("button", name="添加").click()
    expect(page.get_by_role("alert").first).to_contain_text("这不是手机号码")


def test_fires_events_and_speaks_english(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="order.placed").click()
    expect(page.locator(".theirs .bubble")).to_contain_text(re.compile(r"订单A\d{5}已收到"))
    page.get_by_role("button", name="EN").click()
    expect(page.get_by_role("heading", name="What decided")).to_be_visible()
    expect(page.locator(".theirs .state")).to_contain_text("delivered")
    page.reload()
    expect(page.get_by_role("heading", name="What decided")).to_be_visible()


def test_explains_what_an_event_began_once_it_comes(page: Page, address: str) -> None:
    page.goto(address)
    expect(page).to_have_title(re.compile("^回信"))
    page.get_by_role("button", name="人工", exact=True).click()
    expect(page.locator("#decision .quoted")).to_have_text("人工")
    expect(page.locator(".theirs .bubble")).to_have_count(1)
    page.get_by_role("button", name="order.placed").click()
    expect(page.locator("#decision .quoted")).to_contain_text(re.compile(r"订单A\d{5}已收到"))
    expect(page.locator("#decision .steps")).to_contain_text("准予发送")


def test_markup_in_a_text_is_text(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("短信", exact=True).fill('<img src=x onerror="alert(1)"><b>几点</b>')
    page.keyboard.press("Enter")
    expect(page.locator(".mine .bubble")).to_have_text('<img src=x onerror="alert(1)"><b>几点</b>')
    assert page.locator(".thread img, .panel img").count() == 0


def test_can_be_used_by_everyone(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="退订谢谢").click()
    expect(page.locator(".theirs .state")).to_contain_text("已送达")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
