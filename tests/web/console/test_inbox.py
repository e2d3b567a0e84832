"""The inbox: who waits, by the time that is left, under each filter."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from app.reads import inbox as lines
from app.store.complaints import Complaint
from app.store.outbound.table import Outbound
from app.store.staff import AuditEntry
from tests.usecases.standing import set_standings
from tests.web.console.desk_scene import Desk, Visitor, a_member
from tests.web.demo_shop import WANG

LI, ALICE, STRANGER = "+8613800001001", "+14155550123", "+8613800002002"


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, engine)
    desk.app.extensions["open-pages"].known_for_s = 0
    desk.texts(LI, "人工")
    desk.clock.pass_by(timedelta(minutes=10))
    desk.texts(ALICE, "COMPLAINT my cake arrived broken")
    desk.clock.pass_by(timedelta(minutes=10))
    desk.texts(STRANGER, "投诉 面包发霉了")
    return desk


@pytest.fixture
def staff(desk: Desk) -> Visitor:
    return a_member(desk, "support")


def names(text: str) -> list[str]:
    return re.findall(r'<span class="names"><strong>([^<]+)', text)


def test_the_least_time_left_comes_first(staff: Visitor) -> None:
    assert names(staff.opens("/inbox")[1]) == ["李先生", "Alice", "+86*******2002"]


def test_a_complaint_that_was_not_solved_comes_before_what_is_due_earlier(desk: Desk, staff: Visitor) -> None:
    with desk.parts.store.write() as session:
        newest = session.scalars(select(Complaint.id).order_by(Complaint.opened_at.desc()).limit(1)).one()
        session.execute(update(Complaint).where(Complaint.id == newest).values(severity=1))
        set_standings(session)
    assert names(staff.opens("/inbox")[1]) == ["+86*******2002", "李先生", "Alice"]


def test_who_is_unhappy_comes_half_an_hour_sooner_and_who_is_angry_first(desk: Desk, staff: Visitor) -> None:
    desk.texts(STRANGER, "投诉 太失望了")
    assert names(staff.opens("/inbox")[1]) == ["+86*******2002", "李先生", "Alice"]
    desk.texts(ALICE, "COMPLAINT I will call my lawyer")
    text = staff.opens("/inbox")[1]
    assert names(text) == ["Alice", "+86*******2002", "李先生"]
    assert re.findall(r'class="tag tag-(?:unhappy|angry)">.*?</span> (\w+)', text) == ["Angry", "Unhappy"]


def test_an_angry_hand_over_goes_first_and_changes_the_list_at_once(desk: Desk, staff: Visitor) -> None:
    version = re.findall(r'name="version" value="(\w+)"', staff.opens("/inbox")[1])[0]
    desk.texts(LI, "人工，不处理我就打12315")
    status, text = staff.opens(f"/inbox?version={version}", **{"HX-Request": "true"})
    assert status == 200
    assert names(text)[0] == "李先生"
    assert "Urgent" in text


def test_the_page_says_by_which_signs_a_tone_was_heard(desk: Desk, staff: Visitor) -> None:
    desk.texts(ALICE, "COMPLAINT my son had an allergic reaction, this is outrageous")
    text = staff.opens(desk.path_of(ALICE))[1]
    assert "Harm or danger" in text
    assert "Heard by: harm or danger, anger or despair" in text
    assert "More urgent: they tell of harm or danger to somebody" in text


def test_filters_show_their_share(staff: Visitor) -> None:
    assert names(staff.opens("/inbox?show=complaints")[1]) == ["Alice", "+86*******2002"]
    assert names(staff.opens("/inbox?show=hand_overs")[1]) == ["李先生"]
    assert names(staff.opens("/inbox?show=breached")[1]) == []
    assert names(staff.opens("/inbox?show=nonsense")[1]) == ["李先生", "Alice", "+86*******2002"]


def test_counts_stand_beside_the_filters(staff: Visitor) -> None:
    counts = re.findall(r'<span class="count">(\d+)', staff.opens("/inbox")[1])
    assert counts == ["3", "2", "1", "0", "0", "0"]


def test_what_is_late_is_marked_and_counted(desk: Desk, staff: Visitor) -> None:
    desk.clock.pass_by(timedelta(hours=1, minutes=45))
    text = staff.opens("/inbox?show=breached")[1]
    assert names(text) == ["李先生", "Alice"][: len(names(text))]
    assert 'class="line is-late"' in text


def test_a_poll_of_a_list_that_is_still_the_same_brings_nothing(desk: Desk, staff: Visitor) -> None:
    def polls(version: str) -> tuple[int, str]:
        return staff.opens(f"/inbox?version={version}", **{"HX-Request": "true"})

    def version_in(text: str) -> str:
        return re.findall(r'name="version" value="(\w+)"', text)[0]

    version = version_in(staff.opens("/inbox")[1])
    assert polls(version) == (204, "")
    desk.texts(LI, "还在吗")
    status, text = polls(version)
    assert status == 200
    assert "还在吗" in text
    version = version_in(text)
    staff.sends(f"{desk.path_of(LI)}/take")
    assert polls(version)[0] == 200
    desk.clock.pass_by(timedelta(hours=3))
    assert "is-late" in polls(version)[1]


def test_no_full_number_is_on_the_list(staff: Visitor) -> None:
    text = staff.opens("/inbox")[1]
    assert not any(phone in text or phone[3:] in text for phone in (LI, ALICE, STRANGER))


def test_what_is_resolved_moves_to_the_settled(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(ALICE)
    resolve = re.search(r'action="([^"]+/resolve)"', staff.opens(page)[1])
    assert resolve
    assert staff.sends(resolve.group(1), text="We baked you a new one.", how="replaced")[0] == 200
    assert "Alice" not in names(staff.opens("/inbox")[1])
    assert "Alice" in names(staff.opens("/inbox?show=resolved")[1])


def test_the_fragment_is_the_same_list_without_the_page(staff: Visitor) -> None:
    whole = staff.opens("/inbox")[1]
    part = staff.opens("/inbox", **{"HX-Request": "true"})[1]
    assert "<html" not in part
    assert names(part) == names(whole)


def test_a_first_response_starts_the_next_clock(desk: Desk, staff: Visitor) -> None:
    staff.opens(desk.path_of(ALICE))
    staff.sends(desk.path_of(ALICE) + "/reply", text="So sorry! A new one is on its way.")
    desk.clock.pass_by(timedelta(seconds=10))
    desk.work()
    text = staff.opens("/inbox?show=complaints")[1]
    assert names(text) == ["+86*******2002", "Alice"]
    assert re.findall(r'class="which">([^<]+)', text) == ["First response", "Resolution"]


def test_a_new_customer_appears_by_name_once_known(desk: Desk, staff: Visitor) -> None:
    desk.texts(WANG, "人工")
    assert "王女士" in names(staff.opens("/inbox")[1])


def needs_a_person(desk: Desk, status: str) -> str:
    """One message on the staff's list; its id."""
    with desk.parts.store.write() as session:
        found = session.scalars(select(Outbound.id).order_by(Outbound.id)).first()
        changes = {"status": status, "reason": "provider_config", "is_for_staff": True}
        session.execute(update(Outbound).where(Outbound.id == found).values(changes))
    return str(found)


@pytest.mark.parametrize("status", ["failed", "unknown"])
def test_messages_that_need_a_person_are_listed_until_they_are_seen_to(
    desk: Desk, staff: Visitor, status: str
) -> None:
    outbound_id = needs_a_person(desk, status)
    text = staff.opens("/inbox?show=failed")[1]
    assert re.findall(r'<span class="count">(\d+)', text)[-1] == "1"
    assert f'href="{desk.path_of(LI)}"' in text
    assert LI not in text
    text = staff.sends(f"/inbox/failed/{outbound_id}/seen")[1]
    assert "No message needs a person." in text
    staff.sends(f"/inbox/failed/{outbound_id}/seen")
    with desk.parts.store.read() as session:
        assert session.scalars(select(Outbound.status).where(Outbound.is_for_staff.is_(True))).all() == []
        assert (
            session.scalars(select(Outbound.status).where(Outbound.id == UUID(outbound_id))).one() == "failed"
        )
        noted = select(AuditEntry.subject_id).where(AuditEntry.action == "outbound.seen")
        assert session.scalars(noted).all() == [outbound_id]


def test_a_list_is_sieved_by_whose_it_is_by_brand_and_by_category(desk: Desk, staff: Visitor) -> None:
    with desk.parts.store.write() as session:
        newest = session.scalars(select(Complaint.id).order_by(Complaint.opened_at.desc()).limit(1)).one()
        session.execute(update(Complaint).where(Complaint.id == newest).values(category="quality"))
    staff.sends(f"{desk.path_of(LI)}/take")
    assert names(staff.opens("/inbox?who=mine")[1]) == ["李先生"]
    assert names(staff.opens("/inbox?who=nobody")[1]) == ["Alice", "+86*******2002"]
    text = staff.opens("/inbox?who=nobody&category=quality")[1]
    assert names(text) == ["+86*******2002"]
    assert re.findall(r'<span class="count">(\d+)', text)[0] == "1"
    assert names(staff.opens("/inbox?brand=demo&who=nonsense&category=nonsense")[1]) == [
        "李先生",
        "Alice",
        "+86*******2002",
    ]


def test_a_long_list_goes_on_on_the_next_page(
    desk: Desk, staff: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PAGE", 2)
    text = staff.opens("/inbox")[1]
    assert names(text) == ["李先生", "Alice"]
    [following] = re.findall(r'href="(/inbox\?[^"]*after=[^"]+)"', text)
    text = staff.opens(following.replace("&amp;", "&"))[1]
    assert names(text) == ["+86*******2002"]
    assert "Next page" not in text
    for broken in ("x", "9e99~1", "1~", f"{10**30}~{'0' * 32}"):
        assert names(staff.opens(f"/inbox?after={broken}")[1]) == ["李先生", "Alice"]


def test_lines_that_are_ticked_are_given_to_somebody(desk: Desk, staff: Visitor) -> None:
    text = staff.opens("/inbox?show=complaints")[1]
    ticks = re.findall(r'name="line"\s+value="([^"]+)"', text)
    me = re.findall(r'<option value="([^"]+)">myself', text)[0]
    status, text = staff.sends("/inbox/assign", line=ticks[0], to=me, show="complaints")
    assert status == 200
    assert "1 line was given to them." in text
    assert len(names(text)) == 2  # the filters are as they were
    assert names(staff.opens("/inbox?who=mine")[1]) == ["Alice"]
    assert "Tick who is to be given" in staff.sends("/inbox/assign", to=me)[1]
    assert "Tick who is to be given" in staff.sends("/inbox/assign", line="nonsense", to="me")[1]


def test_what_waits_for_the_customer_is_a_list_of_its_own(desk: Desk, staff: Visitor) -> None:
    staff.opens(desk.path_of(ALICE))
    staff.sends(desk.path_of(ALICE) + "/reply", text="Could you send us a picture?", wait="yes")
    desk.clock.pass_by(timedelta(seconds=10))
    desk.work()
    assert names(staff.opens("/inbox?show=waiting")[1]) == ["Alice"]


def test_a_version_that_somebody_made_up_is_answered_by_nobody(desk: Desk) -> None:
    stranger = Visitor(desk.app)
    answer = stranger.client.get("/inbox?version=" + "0" * 32, headers={"HX-Request": "true"})
    assert answer.status_code == 401
