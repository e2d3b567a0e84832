"""One customer's page: what was written and why, the clocks, and what staff do."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.store.complaints import Complaint, ComplaintEvent
from app.store.outbound.table import Outbound
from app.store.staff import AuditEntry
from tests.web.console.desk_scene import EMAILS, Desk, Visitor, a_member
from tests.web.demo_shop import WANG


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, engine)
    desk.texts(WANG, "我要投诉，送来的蛋糕是坏的<script>")
    return desk


@pytest.fixture
def staff(desk: Desk) -> Visitor:
    visitor = a_member(desk, "support")
    visitor.opens(desk.path_of(WANG))
    return visitor


def complaint_id(desk: Desk) -> str:
    with desk.parts.store.read() as session:
        return str(session.scalars(select(Complaint.id)).one())


def last_text(desk: Desk) -> str:
    with desk.parts.store.read() as session:
        return session.scalars(select(Outbound.text).order_by(Outbound.id.desc()).limit(1)).one()


def test_shows_both_directions_with_state_and_reason(desk: Desk, staff: Visitor) -> None:
    text = staff.opens(desk.path_of(WANG))[1]
    assert "蛋糕是坏的&lt;script&gt;" in text
    assert "专人2小时内" in text
    assert "Delivered" in text
    assert "the text is a keyword" in text


def test_shows_three_clocks_once_they_run(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    assert len(re.findall('class="left"', staff.opens(page + "/state")[1])) == 2
    staff.opens(page)
    staff.sends(f"{page}/complaints/{complaint_id(desk)}/resolve", text="已为您重做")
    assert "Follow-up" in staff.opens(page + "/state")[1]


def test_a_reply_goes_out_and_stops_the_first_clock(desk: Desk, staff: Visitor) -> None:
    status, text = staff.sends(desk.path_of(WANG) + "/reply", text="马上为您重做")
    desk.work()
    assert status == 200
    assert "Your reply is on its way." in text
    assert last_text(desk) == "【麦香坊】马上为您重做"
    assert "in time" in staff.opens(desk.path_of(WANG))[1]


def test_a_form_that_is_sent_again_sends_a_text_once_and_another_text_too(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    form = re.search(r'name="form"\s+value="([^"]+)"', staff.opens(page)[1])
    assert form
    for text in ("马上", "马上", "另一句", "马上"):
        assert staff.sends(page + "/reply", text=text, form=form.group(1))[0] == 200
    with desk.parts.store.read() as session:
        replies = session.scalars(select(Outbound.text).where(Outbound.cause == "staff_reply"))
        assert sorted(replies) == ["【麦香坊】另一句", "【麦香坊】马上"]


@pytest.mark.parametrize(("text", "said"), [("   ", "nothing written"), ("长" * 501, "too long")])
def test_what_cannot_be_sent_is_said_and_kept_in_the_box(
    desk: Desk, staff: Visitor, text: str, said: str
) -> None:
    status, shown = staff.sends(desk.path_of(WANG) + "/reply", text=text)
    assert status == 422
    assert said in shown
    assert text.strip() in shown


def test_a_colleague_cannot_take_what_one_has(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    staff.sends(page + "/take")
    manager = a_member(desk, "manager")
    manager.opens(page)
    status, text = manager.sends(page + "/take")
    assert status == 422
    assert "A colleague has this conversation." in text


def test_the_bot_is_silent_until_it_is_handed_back(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    staff.sends(page + "/take")
    desk.texts(WANG, "几点开门")
    assert "营业时间" not in last_text(desk)
    staff.opens(page)
    staff.sends(page + "/hand-back")
    desk.texts(WANG, "人工")
    assert "客服" in last_text(desk)


def test_staff_resolve_in_their_own_words_or_the_standing_ones(desk: Desk, staff: Visitor) -> None:
    page = f"{desk.path_of(WANG)}/complaints/{complaint_id(desk)}/resolve"
    assert staff.sends(page, text="")[0] == 200
    assert "已处理完毕" in last_text(desk)
    status, text = staff.sends(page, text="again")
    assert status == 422
    assert "resolved already" in text


def test_a_note_is_for_colleagues_only(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    staff.sends(f"{page}/complaints/{complaint_id(desk)}/note", text="老客户，优先处理")
    assert "老客户，优先处理" in staff.opens(page)[1]
    assert "老客户" not in last_text(desk)
    with desk.parts.store.read() as session:
        kinds = set(session.scalars(select(ComplaintEvent.kind)))
    assert "noted" in kinds


def test_a_complaint_of_somebody_else_is_not_reached_through_this_page(desk: Desk, staff: Visitor) -> None:
    desk.texts("+8613800001001", "人工")
    other = desk.path_of("+8613800001001")
    assert staff.sends(f"{other}/complaints/{complaint_id(desk)}/resolve", text="x")[0] == 404


def test_the_full_number_is_shown_on_request_and_noted(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    assert WANG not in staff.opens(page)[1]
    assert WANG in staff.sends(page + "/phone")[1]
    with desk.parts.store.read() as session:
        revealed = select(AuditEntry.actor, AuditEntry.subject_id).where(
            AuditEntry.action == "customer.reveal"
        )
        assert session.execute(revealed).one() == (EMAILS["support"], page.split("/")[-1])


def test_characters_and_parts_are_counted_as_the_carrier_does(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG) + "/count"
    assert "1 part" in staff.sends(page, text="字" * 65)[1]
    text = staff.sends(page, text="字" * 66)[1]
    assert "66 characters" in text
    assert "2 parts" in text


@pytest.mark.parametrize("path", ["/inbox/nobrand/{id}", "/inbox/demo/00000000-0000-7000-8000-000000000000"])
def test_whom_nobody_knows_is_not_found(desk: Desk, staff: Visitor, path: str) -> None:
    assert staff.opens(path.format(id=desk.path_of(WANG).split("/")[-1]))[0] == 404
