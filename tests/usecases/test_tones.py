"""An angrier text makes a complaint or a hand-over more urgent, with its reason; nothing makes it less so."""

from typing import Any

from sqlalchemy import select

from app.store.complaints import Complaint
from app.store.staff import AuditEntry
from app.usecases import desk
from app.usecases.listen import ACTOR
from tests.usecases.shop import WANG, Shop

PLAIN = "投诉 送来的蛋糕是坏的"


def complaint(shop: Shop) -> Any:
    (row,) = shop.rows("complaints", WANG)
    return row


def raises(shop: Shop, subject: str) -> list[tuple[str, dict[str, Any]]]:
    rows = [one for one in shop.rows("decisions", WANG) if (one.subject, one.verdict) == (subject, "raised")]
    return [(one.reason, one.details) for one in rows]


def audited(shop: Shop) -> list[tuple[str, str, str]]:
    with shop.parts.store.read() as session:
        mine = select(AuditEntry).where(AuditEntry.actor == ACTOR).order_by(AuditEntry.at, AuditEntry.id)
        return [(one.action, str(one.subject_id), one.details["reason"]) for one in session.scalars(mine)]


def test_a_calm_complaint_is_a_normal_one(shop: Shop) -> None:
    shop.texts(WANG, PLAIN)
    row = complaint(shop)
    assert (row.severity, row.tone, row.tone_signs) == (2, "calm", [])
    assert raises(shop, "complaint") == []


def test_an_angry_text_opens_an_urgent_complaint(shop: Shop) -> None:
    shop.texts(WANG, "投诉 你们这群骗子，再不退钱我就打12315")
    row = complaint(shop)
    assert (row.severity, row.tone, row.tone_signs) == (1, "angry", ["threat", "insult"])
    told = {"number": 1, "severity": 1, "signs": ["threat", "insult"]}
    assert raises(shop, "complaint") == [("tone_angry", told)]
    assert audited(shop) == [("complaint.raise", str(row.id), "tone_angry")]


def test_a_later_text_that_is_angrier_raises_an_open_complaint(shop: Shop) -> None:
    shop.texts(WANG, PLAIN)
    shop.nlu.learn("等了两个小时没人理", "complaint", 0.9)
    shop.texts(WANG, "等了两个小时没人理")
    row = complaint(shop)
    assert (row.severity, row.tone) == (2, "unhappy")
    assert row.tone_signs == ["waiting", "displeasure", "complaint"]
    shop.texts(WANG, "投诉 第三次说了，我要找律师")
    row = complaint(shop)
    assert (row.severity, row.tone) == (1, "angry")
    assert [reason for reason, _ in raises(shop, "complaint")] == ["tone_unhappy", "tone_angry"]
    assert shop.complaint_events(WANG).count("raised") == 2


def test_a_calmer_text_lowers_nothing_and_the_same_anger_raises_nothing_again(shop: Shop) -> None:
    shop.texts(WANG, "投诉 我要打12315")
    shop.texts(WANG, "投诉 好的，谢谢")
    shop.texts(WANG, "投诉 我要找律师")
    row = complaint(shop)
    assert (row.severity, row.tone, row.tone_signs) == (1, "angry", ["threat"])
    assert len(raises(shop, "complaint")) == 1


def test_what_staff_have_set_stays_until_a_text_is_angrier(shop: Shop) -> None:
    shop.texts(WANG, "投诉 我要打12315")
    with shop.parts.store.write() as session:
        row = session.scalars(select(Complaint)).one()
        row.severity = 2
    shop.texts(WANG, "投诉 我要找律师")
    assert complaint(shop).severity == 2


def test_danger_is_of_the_highest_severity_however_calmly_it_is_told(shop: Shop) -> None:
    shop.texts(WANG, PLAIN)
    shop.texts(WANG, "投诉 补充一下，孩子吃完拉肚子，去医院了")
    row = complaint(shop)
    assert (row.severity, row.tone, row.tone_signs) == (1, "calm", ["danger"])
    assert [reason for reason, _ in raises(shop, "complaint")] == ["tone_danger"]
    shop.texts(WANG, "投诉 太失望了")
    assert complaint(shop).tone_signs == ["danger", "displeasure"]


def test_an_angry_text_raises_a_hand_over_even_while_staff_have_it(shop: Shop) -> None:
    shop.texts(WANG, "人工")
    (row,) = shop.rows("conversations", WANG)
    assert (row.severity, row.tone) == (2, "calm")
    desk.take(shop.parts, shop.a_member_of_staff(), shop.customer(WANG).id, shop.brand.id, shop.clock())
    shop.nlu.learn("骗子", "abuse", 0.9)
    shop.texts(WANG, "骗子")
    (row,) = shop.rows("conversations", WANG)
    assert (row.severity, row.tone, row.tone_signs) == (1, "angry", ["insult", "abuse"])
    assert raises(shop, "conversation") == [("tone_angry", {"severity": 1, "signs": ["insult", "abuse"]})]
    assert audited(shop) == [("conversation.raise", str(row.id), "tone_angry")]


def test_a_complaint_takes_the_tone_of_the_hand_over_that_it_is_opened_in(shop: Shop) -> None:
    shop.texts(WANG, "人工")
    shop.texts(WANG, "人工，我要打12315")
    shop.texts(WANG, PLAIN)
    row = complaint(shop)
    assert (row.severity, row.tone) == (1, "angry")
    assert raises(shop, "complaint") == []


def test_nobody_is_heard_who_waits_for_nobody_and_no_machine(shop: Shop) -> None:
    shop.texts(WANG, "你们这群骗子，我要打12315")
    assert audited(shop) == []
    shop.texts(WANG, PLAIN)
    shop.texts(WANG, "自动回复：我在开会，12315")
    assert complaint(shop).tone == "calm"
