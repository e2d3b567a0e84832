"""A complaint from its first text to the last word, in a real browser; a hand-over and back; and who may not look."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from app.jobs import follow_up_complaints, tell_staff, warn_staff, watch_complaints
from tests.web.console.desk_scene import EMAILS, PASSWORD, Desk
from tests.web.demo_shop import WANG
from tests.web.serving import served

HOUR = timedelta(hours=1)
CLOCKS = (warn_staff, watch_complaints, tell_staff, follow_up_complaints)
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path, engine)
    yield desk
    desk.parts.store.close()


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with served(desk.app) as address:
        yield address


def time_passes(desk: Desk, time: timedelta) -> None:
    """The clock moves on, and its jobs and the worker do what is due by then."""
    desk.clock.pass_by(time)
    for job in CLOCKS:
        job.run(desk.parts, desk.clock())
    desk.work()


@pytest.fixture
def seats(browser: Browser, address: str) -> Iterator["Seats"]:
    made = Seats(browser, address)
    yield made
    made.close()


class Seats:
    """Staff, each in a browser of their own."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address
        self._contexts: list[object] = []

    def of(self, role: str) -> Page:
        """Somebody of this role, logged in."""
        context = self._browser.new_context(
            locale="zh-CN", viewport={"width": 1280, "height": 900}, base_url=self._address
        )
        self._contexts.append(context)
        page = context.new_page()
        page.goto("/log-in")
        page.get_by_label("邮箱").fill(EMAILS[role])
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(re.compile("/(inbox|overview|marketing)"))
        return page

    def close(self) -> None:
        """Everybody goes home."""
        for context in self._contexts:
            context.close()  # type: ignore[attr-defined]


def test_a_complaint_is_warned_of_escalated_answered_resolved_asked_about_and_reopened(
    desk: Desk, seats: Seats
) -> None:
    desk.texts(WANG, "我要投诉，送来的蛋糕是坏的")
    support, manager = seats.of("support"), seats.of("manager")
    expect(support.locator(".line")).to_have_count(1)
    expect(support.locator(".bell-count")).to_have_count(0)

    time_passes(desk, 1.1 * HOUR)  # half of the two hours is over, and nobody has it
    expect(support.locator(".bell-count")).to_have_text("1")
    support.goto("/notices")
    expect(support.locator(".warning")).to_contain_text("已用 50%")

    time_passes(desk, HOUR)  # the promise is broken: its managers are told
    expect(manager.locator(".bell-count")).to_have_text("1")
    manager.goto("/notices")
    expect(manager.locator(".warning")).to_contain_text("已超时")
    manager.get_by_role("button", name=re.compile("跟进投诉 #1")).click()
    expect(manager.locator(".warning")).to_have_count(0)

    support.goto("/inbox")
    support.get_by_role("link", name=re.compile(r"0001")).first.click()
    support.get_by_role("button", name="接手").click()
    support.get_by_label("短信回复").fill("非常抱歉！马上为您重做一个，今天送到。")
    support.get_by_role("button", name="发送").click()
    expect(support.get_by_text("回复将在10秒后发出")).to_be_visible()
    time_passes(desk, timedelta(seconds=11))
    expect(support.locator(".by-staff .state")).to_have_text("已送达")
    expect(support.locator(".promises")).to_contain_text("超时")

    support.get_by_label(re.compile("解决投诉")).fill("新蛋糕已送到，再次抱歉。")
    support.get_by_label("处理结果").select_option("已换货或重做")
    support.get_by_role("button", name="解决并通知客户").click()
    time_passes(desk, timedelta(minutes=1))
    support.goto("/inbox")
    expect(support.locator(".lines")).not_to_contain_text("0001")

    for _ in range(9):  # the customer is asked by day and within three days
        time_passes(desk, 8 * HOUR)
    support = seats.of("support")  # who has been away for hours logs in again
    support.goto(desk.path_of(WANG))
    expect(support.locator("#thread")).to_contain_text("您反映的问题解决了吗")
    desk.texts(WANG, "还是没解决")
    support.goto("/inbox")
    again = support.locator(".line").first
    expect(again).to_contain_text("0001")
    expect(again).to_contain_text("紧急")
    again.get_by_role("link").first.click()
    support.get_by_text("处理过程").click()
    expect(support.locator("details.events")).to_contain_text("重新打开")


def test_a_marketer_is_refused_a_complaint(desk: Desk, seats: Seats) -> None:
    desk.texts(WANG, "我要投诉，送来的蛋糕是坏的")
    marketer = seats.of("marketer")
    expect(marketer.get_by_role("link", name="收件箱")).to_have_count(0)
    for path in ("/inbox", "/inbox/demo/1", desk.path_of(WANG), "/notices", "/complaints/figures"):
        answer = marketer.goto(path)
        assert answer is not None
        assert answer.status in (403, 404), path
        expect(marketer.locator("body")).not_to_contain_text("蛋糕")


def test_a_hand_over_and_back(desk: Desk, seats: Seats) -> None:
    support = seats.of("support")
    desk.texts(WANG, "人工")
    line = support.locator(".line")
    expect(line).to_contain_text("客户要求人工")
    line.get_by_role("link").first.click()
    support.get_by_role("button", name="接手").click()
    expect(support.get_by_text("support 正在接待")).to_be_visible()
    answers = support.locator(".message.outbound:not(.by-staff)")
    before = answers.count()
    desk.texts(WANG, "几点开门")
    expect(support.locator("#thread")).to_contain_text("几点开门")
    assert answers.count() == before  # while staff have it, the bot is silent
    support.get_by_role("button", name="交还机器人").click()
    desk.texts(WANG, "几点开门")
    expect(answers).to_have_count(before + 1)
    support.goto("/inbox")
    expect(support.locator(".lines")).not_to_contain_text("0001")
