"""One customer's page: what was written and why, the clocks, and what staff do."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from app.domain.composing import Composed
from app.store.complaints import Complaint, ComplaintEvent
from app.store.customers import Profile
from app.store.outbound.table import Outbound
from app.store.staff import AuditEntry
from app.usecases import content
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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("   ", "nothing written"),
        ("长" * 496, "501 characters with what is added by itself; 500 at most"),
        ("您好{{ name }}", "It would not be sent: a placeholder is not filled: “{{ name }}”"),
    ],
)
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


@pytest.mark.parametrize(
    ("wish", "state", "said"),
    [("out", "Opted out", "is recorded"), ("in", "Agreed to marketing", "no longer held")],
)
def test_staff_settle_whether_a_text_was_an_opt_out(
    desk: Desk, staff: Visitor, wish: str, state: str, said: str
) -> None:
    page = desk.path_of(WANG)
    assert "They want no more" not in staff.opens(page)[1]
    with desk.parts.store.write() as session:
        session.execute(update(Profile).values(consent="held"))
    assert "They want no more" in staff.opens(page + "/state")[1]
    assert staff.sends(page + "/wish")[0] == 422
    status, text = staff.sends(page + "/wish", wish=wish)
    assert status == 200
    assert said in text
    assert state in text
    assert "They want no more" not in text
    status, text = staff.sends(page + "/wish", wish=wish)
    assert status == 422
    assert "not held any more" in text


def test_staff_resolve_in_their_own_words_or_the_standing_ones(desk: Desk, staff: Visitor) -> None:
    page = f"{desk.path_of(WANG)}/complaints/{complaint_id(desk)}/resolve"
    assert staff.sends(page, text="")[0] == 200
    assert "已处理完毕" in last_text(desk)
    status, text = staff.sends(page, text="again")
    assert status == 422
    assert "resolved already" in text


def test_who_was_told_on_the_phone_gets_no_text(desk: Desk, staff: Visitor) -> None:
    before = last_text(desk)
    status, text = staff.sends(f"{desk.path_of(WANG)}/complaints/{complaint_id(desk)}/resolve", otherwise="1")
    assert status == 200
    assert "told by you" in text
    assert last_text(desk) == before


def test_a_resolution_that_could_not_be_told_is_open_again_with_the_reason(
    desk: Desk, staff: Visitor
) -> None:
    with desk.parts.store.write() as session:
        session.execute(update(Profile).values(consent="withdrawn", stopped_at=desk.clock()))
    staff.sends(f"{desk.path_of(WANG)}/complaints/{complaint_id(desk)}/resolve", text="已重做")
    desk.work()
    text = staff.opens(desk.path_of(WANG))[1]
    assert (
        "The text about the resolution did not reach the customer: open again: they have stopped all texts"
        in text
    )
    assert "Resolve complaint" in text


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


def nobody_has_written(desk: Desk) -> bool:
    with desk.parts.store.read() as session:
        return session.scalars(select(Outbound.id).where(Outbound.staff_id.is_not(None))).first() is None


@pytest.mark.parametrize("what", ["reply", "resolve"])
def test_what_the_gate_would_refuse_for_its_words_is_not_taken(desk: Desk, staff: Visitor, what: str) -> None:
    page = desk.path_of(WANG)
    path = f"{page}/reply" if what == "reply" else f"{page}/complaints/{complaint_id(desk)}/resolve"
    status, text = staff.sends(path, text="{{ name }}您好，已重做")
    assert status == 422
    assert "a placeholder is not filled" in text
    assert "您好，已重做" in text
    assert nobody_has_written(desk)
    assert "Resolve complaint" in text


def test_the_verdict_on_a_reply_is_shown_while_it_is_written(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG) + "/count"
    assert "It would not be sent" in staff.sends(page, text="{{ name }}您好")[1]
    assert "Mind:" in staff.sends(page, text="我们不代开发票")[1]
    assert "verdict" not in staff.sends(page, text="马上为您重做")[1]


def test_500_characters_with_the_signature_can_be_sent(desk: Desk, staff: Visitor) -> None:
    assert staff.sends(desk.path_of(WANG) + "/reply", text="长" * 495)[0] == 200
    assert len(last_text(desk)) == 500


@pytest.mark.parametrize("where", ["reply", "count", "consents"])
def test_what_no_database_can_keep_is_no_form(desk: Desk, staff: Visitor, where: str) -> None:
    assert staff.sends(f"{desk.path_of(WANG)}/{where}", text="a\x00b", scope="health", said="no")[0] == 400


@pytest.mark.parametrize("where", ["reply", "count"])
def test_a_book_is_told_to_be_too_long_and_is_judged_no_further(
    desk: Desk, staff: Visitor, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[int] = []
    look = content.judged

    def noting(parts: Any, wording: Composed, *told: Any) -> Any:
        judged.append(len(wording.text))
        return look(parts, wording, *told)

    monkeypatch.setattr(content, "judged", noting)
    shown = staff.sends(f"{desk.path_of(WANG)}/{where}", text="1" * 80_000)[1]
    assert "80000" in shown
    assert max(judged) <= 2_200


def test_a_text_long_after_theirs_is_counted_with_the_opt_out_wording(desk: Desk, staff: Visitor) -> None:
    desk.texts("+8613800001001", "人工")
    desk.clock.pass_by(timedelta(hours=30))
    visitor = a_member(desk, "manager")
    visitor.opens(desk.path_of("+8613800001001"))
    status, text = visitor.sends(desk.path_of("+8613800001001") + "/reply", text="长" * 495)
    assert (status, "at most" in text) == (422, True)


@pytest.mark.parametrize("path", ["/inbox/nobrand/{id}", "/inbox/demo/00000000-0000-7000-8000-000000000000"])
def test_whom_nobody_knows_is_not_found(desk: Desk, staff: Visitor, path: str) -> None:
    assert staff.opens(path.format(id=desk.path_of(WANG).split("/")[-1]))[0] == 404


def test_staff_end_the_profile_of_a_former_owner(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    status, text = staff.sends(page + "/reassign")
    assert (status, "starts afresh" in text) == (200, True)
    assert "Former owner of the number" in staff.opens(page)[1]
    assert "No consent to marketing" in staff.opens(page)[1]
    assert staff.sends(page + "/reassign")[0] == 422
    assert desk.path_of(WANG) != page


def test_staff_record_a_separate_consent_with_its_words(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    assert staff.sends(page + "/consents", scope="health", said="yes")[0] == 422
    status, text = staff.sends(page + "/consents", scope="health", said="yes", wording="同意保存预产期")
    assert (status, "It is recorded." in text) == (200, True)
    assert '<span class="tag">Health and pregnancy</span>' in text
    assert "No personalisation" in staff.sends(page + "/consents", scope="personalisation", said="no")[1]
    assert staff.sends(page + "/consents", scope="marketing", said="yes", wording="x")[0] == 422
