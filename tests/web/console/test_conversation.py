"""One customer's page: what was written and why, the clocks, and what staff do."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from app.domain.composing import Composed
from app.store import customers
from app.store.complaints import Complaint, ComplaintEvent
from app.store.customers import Profile
from app.store.inbounds import Inbound
from app.store.outbound.table import Outbound
from app.store.staff import AuditEntry
from app.usecases import content, holds
from app.usecases.changes import Changes
from app.usecases.record_events import NewEvent, record_events
from tests.web.console.desk_scene import EMAILS, Desk, Visitor, a_member
from tests.web.demo_shop import WANG

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""


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
    staff.sends(f"{page}/complaints/{complaint_id(desk)}/resolve", text="已为您重做", how="replaced")
    assert "Follow-up" in staff.opens(page + "/state")[1]


def test_a_reply_goes_out_and_stops_the_first_clock(desk: Desk, staff: Visitor) -> None:
    status, text = staff.sends(desk.path_of(WANG) + "/reply", text="马上为您重做")
    desk.clock.pass_by(timedelta(seconds=10))
    desk.work()
    assert status == 200
    assert "until then you can take it back" in text
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


def replies_with(desk: Desk, staff: Visitor, text: str) -> str:
    """The page for what can be done with this reply, waiting to leave."""
    page = desk.path_of(WANG)
    assert staff.sends(page + "/reply", text=text)[0] == 200
    shown = staff.opens(page + "/thread")[1]
    found = re.search(r'formaction="([^"]+)"', shown)
    assert found
    assert "leaves in" in shown
    return found.group(1)


def test_a_reply_that_is_taken_back_returns_to_the_box(desk: Desk, staff: Visitor) -> None:
    there = replies_with(desk, staff, "马上为您重做")
    status, text = staff.sends(there, text="另外")
    assert status == 200
    assert "was not sent" in text
    assert re.search(r'hx-target="#count">马上为您重做\s另外</textarea>', text)
    desk.clock.pass_by(timedelta(seconds=10))
    desk.work()
    with desk.parts.store.read() as session:
        mine = select(Outbound.status).where(Outbound.staff_id.is_not(None))
        assert session.scalars(mine).one() == "cancelled"
    status, text = staff.sends(there, text="")
    assert (status, "and was not sent" in text) == (422, True)


def test_a_reply_that_has_left_cannot_be_taken_back_and_what_was_begun_stays(
    desk: Desk, staff: Visitor
) -> None:
    there = replies_with(desk, staff, "马上为您重做")
    desk.clock.pass_by(timedelta(seconds=10))
    desk.work()
    status, text = staff.sends(there, text="另外")
    assert status == 422
    assert "has left already" in text
    assert ">另外</textarea>" in text
    assert "formaction" not in staff.opens(desk.path_of(WANG) + "/thread")[1]


def test_nobody_takes_back_what_a_colleague_wrote(desk: Desk, staff: Visitor) -> None:
    there = replies_with(desk, staff, "马上为您重做")
    manager = a_member(desk, "manager")
    text = manager.opens(desk.path_of(WANG))[1]
    assert ("leaves in" in text, "/take-back/" in text) == (True, False)
    assert manager.sends(there)[0] == 422


def test_who_replies_at_the_same_time_is_told_and_may_send_it_all_the_same(
    desk: Desk, staff: Visitor
) -> None:
    page, manager = desk.path_of(WANG), a_member(desk, "manager")
    seen = re.search(r'name="seen" value="([^"]+)"', manager.opens(page)[1])
    assert seen
    staff.sends(page + "/reply", text="马上为您重做", seen=seen.group(1))
    status, text = manager.sends(page + "/reply", text="我来处理", seen=seen.group(1))
    assert status == 422
    assert "A colleague has replied meanwhile" in text
    assert ">我来处理</textarea>" in text
    again = re.search(r'name="seen" value="([^"]+)"', text)
    assert again
    assert manager.sends(page + "/reply", text="我来处理", seen=again.group(1))[0] == 200


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
        changes, known = Changes(), customers.ids_by_phone(session, [WANG])
        holds.hold_all(session, changes, known[WANG], desk.parts.now())
        changes.flush(session)
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
    assert staff.sends(page, text="", how="replaced")[0] == 200
    assert "已处理完毕" in last_text(desk)
    status, text = staff.sends(page, text="again", how="refunded")
    assert status == 422
    assert "resolved already" in text


def test_a_complaint_is_not_resolved_without_saying_how(desk: Desk, staff: Visitor) -> None:
    status, text = staff.sends(f"{desk.path_of(WANG)}/complaints/{complaint_id(desk)}/resolve", text="已重做")
    assert status == 422
    assert "Say how the complaint was settled." in text
    assert ">已重做</textarea>" in text


def test_how_it_was_settled_stands_beside_it(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    staff.sends(f"{page}/complaints/{complaint_id(desk)}/resolve", otherwise="1", how="refunded")
    assert "Resolved: Refunded" in staff.opens(page + "/state")[1]


def test_who_was_told_on_the_phone_gets_no_text(desk: Desk, staff: Visitor) -> None:
    before = last_text(desk)
    status, text = staff.sends(
        f"{desk.path_of(WANG)}/complaints/{complaint_id(desk)}/resolve", otherwise="1", how="otherwise"
    )
    assert status == 200
    assert "told by you" in text
    assert last_text(desk) == before


def test_a_resolution_that_could_not_be_told_is_open_again_with_the_reason(
    desk: Desk, staff: Visitor
) -> None:
    with desk.parts.store.write() as session:
        session.execute(update(Profile).values(consent="withdrawn", stopped_at=desk.clock()))
    staff.sends(
        f"{desk.path_of(WANG)}/complaints/{complaint_id(desk)}/resolve", text="已重做", how="replaced"
    )
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
    status, text = staff.sends(path, text="{{ name }}您好，已重做", how="replaced")
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


def test_the_page_says_which_needs_showed_in_a_text_and_when(desk: Desk, staff: Visitor) -> None:
    desk.texts(WANG, "下个月我要搬家")
    text = staff.opens(desk.path_of(WANG))[1]
    assert re.search(r"Moving house · from a text of 2026-11-23", text)
    staff.sends("/language/zh")
    assert re.search(r"搬家 · 来自 2026-11-23 \S+ 的短信", staff.opens(desk.path_of(WANG))[1])


def test_staff_change_category_and_urgency_and_see_what_a_colleague_changed(
    desk: Desk, staff: Visitor
) -> None:
    page = desk.path_of(WANG)
    path, seen = (
        f"{page}/complaints/{complaint_id(desk)}/class",
        {"was_category": "other", "was_severity": "2"},
    )
    assert 'name="was_category" value="other"' in staff.opens(page)[1]
    status, text = staff.sends(path, category="delivery", severity="1", **seen)
    assert (status, "the deadlines stay as they are" in text) == (200, True)
    assert "Category changed: Delivery" in text
    assert "Urgent" in staff.opens(page + "/state")[1]
    status, text = staff.sends(path, category="refund", severity="2", **seen)
    assert (status, "A colleague has changed it meanwhile" in text) == (422, True)
    for wrong in ({"category": "nothing"}, {"severity": "7"}, {"severity": "x"}):
        assert staff.sends(path, **{"category": "delivery", "severity": "1", **seen, **wrong})[0] == 422


def test_a_complaint_waits_for_the_customer_from_the_leaving_of_a_text_on(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    assert "wait for their answer" in staff.opens(page)[1]
    staff.sends(page + "/reply", text="请问订单号是多少？", wait="1")
    assert "waits for the customer until" not in staff.opens(page)[1]
    desk.clock.pass_by(timedelta(seconds=10))
    desk.work()
    text = staff.opens(page)[1]
    assert "waits for the customer until 2026-11-26" in text
    assert "Waiting for the customer" in text
    status, text = staff.sends(f"{page}/complaints/{complaint_id(desk)}/go-on")
    assert (status, "waits for the customer until" in text) == (200, False)
    assert staff.sends(f"{page}/complaints/{complaint_id(desk)}/go-on")[0] == 422


def test_staff_reopen_what_was_settled(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    staff.sends(f"{page}/complaints/{complaint_id(desk)}/resolve", otherwise="1", how="explained")
    assert "is not solved after all" in staff.opens(page)[1]
    status, text = staff.sends(f"{page}/complaints/{complaint_id(desk)}/reopen")
    assert (status, "its clocks start anew" in text) == (200, True)
    assert "Resolve complaint" in text
    assert staff.sends(f"{page}/complaints/{complaint_id(desk)}/reopen")[0] == 422


def test_two_complaints_become_one(desk: Desk, staff: Visitor) -> None:
    page, first = desk.path_of(WANG), complaint_id(desk)
    staff.sends(f"{page}/complaints/{first}/resolve", otherwise="1", how="explained")
    with desk.parts.store.write() as session:
        session.execute(update(Complaint).values(status="closed"))
    desk.texts(WANG, "投诉 又送错了")
    assert "into this one" not in staff.opens(page)[1]
    staff.sends(f"{page}/complaints/{first}/reopen")
    with desk.parts.store.read() as session:
        second = str(session.scalars(select(Complaint.id).where(Complaint.id != UUID(first))).one())
    assert "Merge #1 into this one" in staff.opens(page)[1]
    status, text = staff.sends(f"{page}/complaints/{second}/merge", other=first)
    assert (status, "The two are one complaint now" in text) == (200, True)
    assert "Merged into another complaint: #2" in text
    assert staff.sends(f"{page}/complaints/{second}/merge", other=first)[0] == 422


def test_who_is_mentioned_in_a_note_finds_it_on_their_own_page(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    assert "@manager" in staff.opens(page)[1]
    assert "@marketer" not in staff.opens(page)[1]
    staff.sends(f"{page}/complaints/{complaint_id(desk)}/note", text="@manager 请批准退款；@marketer 不用管")
    text = a_member(desk, "manager").opens("/account")[1]
    assert "@manager 请批准退款" in text
    assert f'href="{page}"' in text
    for role in ("support", "marketer", "admin"):
        assert "请批准退款" not in a_member(desk, role).opens("/account")[1]


def test_a_suggestion_fills_the_box_and_is_not_sent(desk: Desk, staff: Visitor) -> None:
    page = desk.path_of(WANG)
    status, text = staff.sends(page + "/suggest", text="王女士")
    assert (status, "No settled complaint" in text, ">王女士</textarea>" in text) == (200, True, True)
    desk.texts("+8613800001001", "投诉 蛋糕坏了")
    li = desk.path_of("+8613800001001")
    staff.opens(li)
    staff.sends(li + "/reply", text="订单A1024马上重做")
    desk.clock.pass_by(timedelta(seconds=10))
    desk.work()
    with desk.parts.store.read() as session:
        theirs = str(session.scalars(select(Complaint.id).where(Complaint.number == 2)).one())
    staff.sends(f"{li}/complaints/{theirs}/resolve", otherwise="1", how="replaced")
    staff.opens(page)
    text = staff.sends(page + "/suggest")[1]
    assert "As complaint #2 was answered" in text
    assert ">订单{{ order.number }}马上重做</textarea>" in text
    status, text = staff.sends(page + "/reply", text="订单{{ order.number }}马上重做")
    assert (status, "a placeholder is not filled" in text) == (422, True)


def test_what_came_with_a_text_is_shown_and_never_loaded(desk: Desk, staff: Visitor) -> None:
    media = [
        {"url": "https://m.example/1.jpg", "type": "image/jpeg"},
        {"url": "javascript:alert(1)", "type": "image/png"},
        {"url": "https://m.example/2", "type": '"><script>alert(1)</script>'},
    ]
    with desk.parts.store.write() as session:
        session.execute(update(Inbound).values(media=media))
    text = staff.opens(desk.path_of(WANG) + "/thread")[1]
    assert 'href="https://m.example/1.jpg"' in text
    assert 'rel="noopener noreferrer nofollow">Picture</a>' in text
    assert "image/jpeg · m.example" in text
    assert ("javascript:" in text, "<img" in text, "<script>" in text) == (False, False, False)


def test_profile_orders_and_consent_stand_beside_the_conversation(desk: Desk, staff: Visitor) -> None:
    brand = next(iter(desk.parts.directory.current(desk.clock()).brands.values()))
    for key, kind, amount in (("e1", "order.placed", "88.50"), ("e2", "order.placed", "11.5")):
        told = {"order_number": f"A{key}", "amount": amount}
        event = NewEvent(key, kind, desk.clock(), WANG, {"favourite": "巧克力<b>"}, told)
        record_events(desk.parts, brand, [event], desk.clock())
    record_events(
        desk.parts, brand, [NewEvent("e3", "order.cancelled", desk.clock(), WANG, {}, {"order_number": "Ae2"})],
        desk.clock(),
    )  # fmt: skip
    text = staff.opens(desk.path_of(WANG))[1]
    assert "<small>2 orders</small>" in text
    assert re.search(r"<strong>Ae1</strong> placed\s+88.50", text)
    assert "All that was bought and kept: 88.50" in text
    assert re.search(
        r"<dt>favourite</dt>\s+<dd>\s+巧克力&lt;b&gt; <small>told by an event: order.placed", text
    )
    assert "agreed to marketing" in text


def test_a_poll_of_a_conversation_that_is_as_it_was_brings_nothing(desk: Desk, staff: Visitor) -> None:
    desk.app.extensions["open-pages"].known_for_s = 0

    def polls(part: str, version: str) -> tuple[int, str]:
        return staff.opens(f"{desk.path_of(WANG)}/{part}?version={version}", **{"HX-Request": "true"})

    def version_of(text: str) -> str:
        return re.findall(r'name="version"\s+value="(\w+)"', text)[0]

    version = version_of(staff.opens(desk.path_of(WANG))[1])
    assert {polls(part, version) for part in ("thread", "state")} == {(204, "")}
    for happens in (
        lambda: desk.texts(WANG, "人呢？"),
        lambda: staff.sends(f"{desk.path_of(WANG)}/take"),
        lambda: staff.sends(f"{desk.path_of(WANG)}/reply", text="马上为您处理。"),
        lambda: desk.clock.pass_by(timedelta(minutes=1)),
        lambda: staff.sends(f"{desk.path_of(WANG)}/hand-back"),
    ):
        happens()
        status, text = polls("thread", version)
        assert status == 200
        version = version_of(text)
        assert polls("state", version) == (204, "")
