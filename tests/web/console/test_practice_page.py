"""The pages of practice: a made-up customer is let in, answered and left with a score, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.web.console.browsing import logs_in, looked_at
from tests.web.console.desk_scene import Desk, Visitor, a_member
from tests.web.console.permit_scene import plain
from tests.web.serving import served

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


@pytest.fixture
def address(desk: Desk) -> Iterator[str]:
    with served(desk.app) as address:
        yield address


def begins(visitor: Visitor, scenario: str = "broken_cake") -> str:
    visitor.opens("/practice")
    answer = visitor.client.post("/practice/start", data={"csrf_token": visitor.token, "scenario": scenario})
    visitor.opens(answer.location)
    return str(answer.location)


def test_a_customer_is_answered_and_the_score_is_shown(desk: Desk) -> None:
    support = a_member(desk, "support")
    path = begins(support)
    assert "The cake you delivered is crushed!" in support.opens(path)[1]
    assert "Sorry does not help" in support.sends(path + "/say", text="I am so sorry")[1].replace(
        "&#39;", "'"
    )
    text = support.sends(path + "/say", text="A new one comes within two hours, it is your fault though")[1]
    assert "The customer has heard what they wanted." in text
    told = plain(support.sends(path + "/end")[1])
    assert "Your score 88 %" in told
    assert "Missed: Not: Blaming the customer" in told
    assert re.search(r"First answer in time 00:\d\d of 3 min", told)
    assert "Not: Blaming the customer" in plain(support.opens("/practice")[1])


def test_a_text_that_the_checks_stop_stays_in_the_box(desk: Desk) -> None:
    support = a_member(desk, "support")
    path = begins(support)
    status, text = support.sends(path + "/say", text="sorry " * 200)
    assert (status, "It would not be sent:" in text, "sorry sorry" in text) == (422, True, True)


def test_the_verdict_is_there_before_the_text_is_sent(desk: Desk) -> None:
    support = a_member(desk, "support")
    path = begins(support)
    assert "characters · 1 part" in plain(support.sends(path + "/count", text="很抱歉，马上重做")[1])
    assert "It would not be sent:" in support.sends(path + "/count", text="sorry " * 200)[1]


def test_managers_see_everybodys_scores_and_support_their_own(desk: Desk) -> None:
    support, manager = a_member(desk, "support"), a_member(desk, "manager")
    path = begins(support)
    support.sends(path + "/end")
    assert "support" in plain(manager.opens("/practice")[1]).split("Everybody's scores")[1]
    assert manager.opens(path)[0] == 404
    mine = begins(manager)
    manager.sends(mine + "/end")
    assert plain(support.opens("/practice")[1]).split("Your scores")[1].count("%") == 1


def test_a_marketer_does_not_practise(desk: Desk) -> None:
    assert a_member(desk, "marketer").opens("/practice")[0] == 403


def test_there_is_no_customer_of_another_name(desk: Desk) -> None:
    support = a_member(desk, "support")
    support.opens("/practice")
    assert "There is no such made-up customer." in support.sends("/practice/start", scenario="../x")[1]


def test_somebody_practises_in_a_browser(page: Page, address: str) -> None:
    logs_in(page, address, "/practice", "support")
    looked_at(page, "practice")
    page.get_by_role("button", name="开始：蛋糕送到时坏了").click()
    expect(page.locator(".countdown .left").first).to_have_text(re.compile(r"0:0\d:\d\d"))
    page.fill("#text", "非常抱歉，让您和孩子失望了")
    expect(page.locator("#count")).to_contain_text("1 条")
    page.get_by_role("button", name="答复").click()
    expect(page.locator(".message.inbound")).to_have_count(2)
    looked_at(page, "practice-talk")
    page.fill("#text", "保证绝对不会再有下次" + "！" * 500)
    page.get_by_role("button", name="答复").click()
    expect(page.locator("#refused")).to_contain_text("这样写发不出去")
    looked_at(page, "practice-refused")
    page.fill("#text", "我们马上重做一个，今天下午五点前送到")
    page.get_by_role("button", name="答复").click()
    page.get_by_role("button", name="结束并查看成绩").click()
    expect(page.locator("#score")).to_contain_text("%")
    looked_at(page, "practice-score")
