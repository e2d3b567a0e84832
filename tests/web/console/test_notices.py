"""Warnings in the console: the bell, the list with the broken promises first, taking one on, and how one is warned."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text, update

from app.reads.checkup import untold_staff
from app.store.notices import Notice
from app.store.staff import AuditEntry, Staff
from tests.usecases.shop import LI
from tests.usecases.ways import Way
from tests.web.console.desk_scene import EMAILS, Desk, Visitor, a_member
from tests.web.console.permit_scene import plain
from tests.web.console.warning_scene import tells_everybody, time_passes
from tests.web.demo_shop import WANG

PHONE = "+8613900001234"
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Nothing here depends on the kind of database: that every page opens is asked of both."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


@pytest.fixture
def support(desk: Desk) -> Visitor:
    """At the desk, with one complaint that half of the time is used of."""
    desk.texts(LI, "投诉 蛋糕坏了")
    time_passes(desk, 1.01)
    return a_member(desk, "support")


def bell(page: str) -> str:
    return "".join(re.findall(r'class="bell-count">([^<]*)<', page))


def warnings(page: str) -> list[str]:
    return [plain(one) for one in re.findall(r'<li class="line.*?</li>', page, re.S)]


def acknowledges(page: str) -> list[str]:
    return re.findall(r'action="(/notices/[^"]+/acknowledge)"', page)


def audit(desk: Desk, action: str) -> list[tuple[str, dict[str, object]]]:
    with desk.parts.store.read() as session:
        rows = session.execute(
            select(AuditEntry.actor, AuditEntry.details).where(AuditEntry.action == action)
        )
        return [(row.actor, row.details) for row in rows]


def test_the_bell_counts_what_nobody_has_seen_to(desk: Desk, support: Visitor) -> None:
    _, page = support.opens("/inbox")
    assert bell(page) == "1"
    assert bell(a_member(desk, "manager").opens("/inbox")[1]) == ""
    assert "/notices" not in a_member(desk, "marketer").opens("/")[1]


def test_the_bell_is_asked_for_by_itself_and_says_nothing_while_it_is_the_same(support: Visitor) -> None:
    assert support.opens("/notices/bell?known=1")[0] == 204
    status, fragment = support.opens("/notices/bell?known=0")
    assert (status, bell(fragment), "<html" in fragment) == (200, "1", False)


def test_the_list_has_the_highest_level_of_each_clock_and_broken_promises_first(
    desk: Desk, support: Visitor
) -> None:
    desk.texts(WANG, "投诉 面包发霉了")
    time_passes(desk, 0.7)
    (only,) = warnings(support.opens("/notices")[1])
    assert "Complaint #1" in only
    assert "80% of the time used nobody has it" in only
    time_passes(desk, 1)
    manager = a_member(desk, "manager")
    (late,) = warnings(manager.opens("/notices")[1])
    assert "Promise broken" in late
    tells_everybody(desk)
    first, second = warnings(manager.opens("/notices")[1])
    assert ("#1" in first, "Promise broken" in first) == (True, True)
    assert ("#2" in second, "80% of the time used" in second) == (True, True)


def test_a_warning_leads_to_its_conversation(desk: Desk, support: Visitor) -> None:
    _, page = support.opens("/notices")
    (link,) = re.findall(r'href="(/inbox/demo/\d+)"', page)
    answer = support.client.get(link)
    assert (answer.status_code, answer.location) == (302, desk.path_of(LI))
    assert support.opens("/inbox/demo/77")[0] == 404
    assert a_member(desk, "marketer").opens(link)[0] == 403


def test_who_takes_one_on_takes_it_off_everybodys_list(desk: Desk, support: Visitor) -> None:
    tells_everybody(desk)
    manager = a_member(desk, "manager")
    assert bell(manager.opens("/inbox")[1]) == "1"
    _, page = support.opens("/notices")
    status, page = support.sends(acknowledges(page)[0])
    assert (status, warnings(page), bell(page)) == (200, [], "")
    assert "It is off everybody" in page
    assert bell(manager.opens("/inbox")[1]) == ""
    assert audit(desk, "warning.acknowledge") == [
        (EMAILS["support"], {"clock": "first_response", "percent": 50})
    ]


def test_a_higher_level_is_another_matter(desk: Desk, support: Visitor) -> None:
    _, page = support.opens("/notices")
    support.sends(acknowledges(page)[0])
    time_passes(desk, 0.7)
    assert "80% of the time used" in warnings(support.opens("/notices")[1])[0]


def test_one_that_a_colleague_took_on_is_told_as_that(desk: Desk, support: Visitor) -> None:
    _, page = support.opens("/notices")
    (path,) = acknowledges(page)
    support.sends(path)
    assert "A colleague was first." in support.sends(path)[1]
    assert len(audit(desk, "warning.acknowledge")) == 1


def test_who_was_not_told_takes_nothing_on(desk: Desk, support: Visitor) -> None:
    (path,) = acknowledges(support.opens("/notices")[1])
    manager = a_member(desk, "manager")
    manager.opens("/notices")
    assert manager.sends(path)[0] == 404
    assert support.client.post(path).status_code == 400, "without its token"
    assert bell(support.opens("/notices")[1]) == "1"


def test_managers_see_which_way_is_out_of_order(desk: Desk, support: Visitor) -> None:
    with desk.parts.store.write() as session:
        told = {"channel": "email", "state": "queued", "reason": "mail_unreachable", "attempts": 2}
        session.execute(update(Notice).values(**told))
    assert "Mail, 1 to be tried again: the mail server is away" in plain(
        a_member(desk, "manager").opens("/notices")[1]
    )
    assert "mail server is away" not in support.opens("/notices")[1]
    with desk.parts.store.read() as session:
        (found,) = untold_staff(session, desk.clock())
        assert (found.is_ok, found.says) == (False, "1 by email to be tried again (mail_unreachable)")
        assert "HUIXIN_SMTP_URL" in found.mend
        assert list(untold_staff(session, desk.clock() + timedelta(days=2))) == []


# --- how one is warned --------------------------------------------------------------------------------------


def ways(desk: Desk) -> tuple[list[str], str | None]:
    with desk.parts.store.read() as session:
        row = session.execute(
            select(Staff.notice_channels, Staff.phone).where(Staff.email == EMAILS["support"])
        ).one()
        return list(row.notice_channels), row.phone


def test_staff_choose_how_they_are_warned(desk: Desk, support: Visitor) -> None:
    support.opens("/account")
    status, page = support.sends("/account/warnings", email="y", sms="y", phone="139 0000 1234")
    assert (status, ways(desk)) == (200, (["email", "sms"], PHONE))
    assert "From now on you are warned so." in page
    assert "+86*******1234" in page
    assert "13900001234" not in page.replace(" ", "")
    support.sends("/account/warnings", sms="y", phone="")
    assert ways(desk) == (["sms"], PHONE)
    support.sends("/account/warnings", email="y", phone="")
    assert ways(desk) == (["email"], None), "who wants no texts leaves no number"
    assert [details for _, details in audit(desk, "staff.notices")] == [
        {"ways": ["email", "sms"], "is_number_changed": True},
        {"ways": ["sms"], "is_number_changed": False},
        {"ways": ["email"], "is_number_changed": True},
    ]
    support.sends("/account/warnings", email="y", phone="")
    assert len(audit(desk, "staff.notices")) == 3, "nothing changed"


def test_the_number_is_kept_encrypted(desk: Desk, support: Visitor) -> None:
    support.opens("/account")
    support.sends("/account/warnings", sms="y", phone=PHONE)
    with desk.parts.store.read() as session:
        stored = session.execute(text("SELECT phone FROM staff WHERE phone IS NOT NULL")).scalar_one()
    assert b"13900001234" not in bytes(stored)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "Give a number for the texts."),
        ("soon", "That is no phone number."),
        ("1" * 41, "That is too long."),
    ],
)
def test_texts_need_a_number(desk: Desk, support: Visitor, written: str, said: str) -> None:
    support.opens("/account")
    status, page = support.sends("/account/warnings", sms="y", phone=written)
    assert (status, said in page, ways(desk)) == (422, True, (["email"], None))


def test_who_is_never_warned_chooses_nothing(desk: Desk) -> None:
    marketer = a_member(desk, "marketer")
    assert "/account/warnings" not in marketer.opens("/account")[1]
    assert marketer.sends("/account/warnings", email="y")[0] == 403


def test_the_page_says_whether_there_is_a_mail_server(desk: Desk, support: Visitor) -> None:
    assert "no mail server yet" in support.opens("/account")[1]
    desk.app.extensions["parts"] = replace(desk.parts, notifiers={"email": Way().notifier})
    assert "no mail server yet" not in support.opens("/account")[1]
    assert "How else you are told: by mail." in plain(support.opens("/notices")[1])
