"""Receiving: stored once, in order, for whom it was meant; what nobody can place is kept."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete

from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Media, Parsed, Unparseable
from app.store.channels import Sender
from app.usecases import desk, replay_quarantine
from app.usecases.parts import Parts
from app.usecases.receive import MAX_TEXT, PIECE, Delivery, Received, receive, reread, written
from app.usecases.replay_quarantine import replay
from tests.usecases.shop import ALICE, LI, WANG, Shop


def test_a_message_repeated_later_is_stored_once(shop: Shop) -> None:
    first = shop.hears((LI, "营业时间"), provider_message_id="m1")
    shop.works()
    again = shop.hears((LI, "营业时间"), provider_message_id="m1")
    shop.works()
    assert (len(first.inbound_ids), first.duplicates) == (1, 0)
    assert (again.inbound_ids, again.duplicates) == ([], 1)
    assert len(shop.rows("inbounds", LI)) == 1
    assert len(shop.outbounds(LI)) == 1


def test_a_message_repeated_within_one_delivery_is_stored_once(shop: Shop) -> None:
    view = shop.channel()
    one = shop.a_text(LI, "T", view, provider_message_id="m1")
    received = shop.delivers(Parsed(inbound=(one, one, one)))
    assert (len(received.inbound_ids), received.duplicates) == (1, 2)
    assert len(shop.outbounds(LI)) == 1


def test_a_message_repeated_by_two_deliveries_of_one_batch_is_stored_once(shop: Shop) -> None:
    view = shop.channel()
    parsed = Parsed(inbound=(shop.a_text(LI, "T", view, provider_message_id="m1"),))
    both = receive(shop.parts, [Delivery(view, parsed, "t1"), Delivery(view, parsed, "t2")], shop.clock())
    assert [(len(one.inbound_ids), one.duplicates) for one in both] == [(1, 0), (0, 1)]


def test_the_same_id_on_another_channel_is_another_message(shop: Shop) -> None:
    shop.a_channel("second", "10690002")
    shop.hears((LI, "你好"), provider_message_id="m1")
    shop.hears((LI, "你好"), channel="second", provider_message_id="m1")
    assert len(shop.rows("inbounds", LI)) == 2


def test_texts_of_a_customer_keep_their_order(shop: Shop) -> None:
    shop.hears((LI, "一"), (WANG, "别的"), (LI, "二"), (LI, "三"))
    assert [row.text for row in shop.rows("inbounds", LI)] == ["一", "二", "三"]


def test_a_moment_in_the_future_is_now_and_one_in_the_past_is_kept(shop: Shop) -> None:
    past = shop.clock() - timedelta(hours=3)
    shop.hears((LI, "早"), at=shop.clock() + timedelta(days=1))
    shop.hears((LI, "晚"), at=past)
    early, late = shop.rows("inbounds", LI)
    assert early.sent_at == early.received_at
    assert late.sent_at == past


def test_pictures_are_kept_with_their_message(shop: Shop) -> None:
    shop.hears((LI, "坏了"), media=(Media("https://m.example/1.jpg", "image/jpeg"),))
    assert shop.rows("inbounds", LI)[0].media == [{"url": "https://m.example/1.jpg", "type": "image/jpeg"}]


def test_a_picture_without_words_is_looked_at_by_a_person(shop: Shop) -> None:
    picture = (Media("https://m.example/1.jpg", "image/jpeg"),)
    shop.texts(LI, "", media=picture)
    shop.works()
    assert shop.rows("inbounds", LI)[-1].outcome == "media_alone"
    assert shop.rows("conversations", LI)[-1].reason == "media_alone"
    assert len(shop.outbounds(LI)) == 1
    shop.texts(LI, " ", media=picture)
    assert len(shop.outbounds(LI)) == 1  # they know that a person looks
    shop.texts(LI, "")
    assert shop.rows("inbounds", LI)[-1].outcome == "empty"


def test_a_picture_belongs_to_the_open_complaint_and_ends_the_wait_for_them(shop: Shop) -> None:
    shop.texts(LI, "投诉 送来的蛋糕是坏的")
    shop.works()
    staff = shop.a_member_of_staff()
    there = shop.customer(LI).id, shop.brand.id
    desk.reply(shop.parts, staff, *there, "请发一张照片", shop.clock(), awaits_answer=True)
    shop.works()
    assert shop.rows("complaints", LI)[0].status == "waiting"
    shop.passes(hours=1)
    shop.texts(LI, "", media=(Media("https://m.example/1.jpg", "image/jpeg"),))
    assert shop.rows("complaints", LI)[0].status == "open"
    assert shop.complaint_events(LI)[-2:] == ["resumed", "joined"]


def test_a_text_without_end_is_cut_and_stored(shop: Shop) -> None:
    shop.hears((LI, "长" * 10_000))
    assert len(shop.rows("inbounds", LI)[0].text) == MAX_TEXT


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b", "", " \n", "\x00"])
def test_what_no_database_would_take_is_cleaned_and_stored(shop: Shop, text: str) -> None:
    received = shop.hears((LI, text), (WANG, "T"))
    shop.works()
    assert len(received.inbound_ids) == 2
    assert shop.outcomes(WANG) == ["opted_out"]
    assert shop.outcomes(LI)[0] is not None


def test_what_cannot_be_read_is_kept_once_and_costs_no_neighbour(shop: Shop) -> None:
    bad = Unparseable(b'{"text": "\xff\x00"', "no phone number")
    good = shop.a_text(LI, "T", shop.channel())
    first = shop.delivers(Parsed(inbound=(good,), unparseable=(bad,)))
    shop.delivers(Parsed(unparseable=(bad,)))
    assert (len(first.inbound_ids), first.quarantined) == (1, 1)
    assert [row.why for row in shop.quarantine()] == ["no phone number"]


def test_a_message_to_a_number_that_nobody_has_waits_in_quarantine_until_somebody_has_it(shop: Shop) -> None:
    channel = shop.a_channel("bare", "10690009")
    with shop.parts.store.write() as session:
        session.execute(delete(Sender).where(Sender.channel_id == channel.id))
    shop.parts.directory.renew()
    received = shop.hears((LI, "退订"), channel="bare", at=shop.clock())
    assert (received.inbound_ids, received.quarantined) == ([], 1)
    assert shop.rows("inbounds", LI) == []
    assert replay(shop.parts, shop.clock()).messages == 0
    shop.a_sender(channel.id, "10690009")
    done = replay(shop.parts, shop.clock())
    assert (done.messages, done.left) == (1, [])
    assert shop.profile(LI)["consent"] == "withdrawn"
    assert replay(shop.parts, shop.clock()).messages == 0


def test_a_body_of_many_texts_leaves_the_quarantine_in_pieces(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    items: list[int] = []

    def noting(parts: Parts, deliveries: Sequence[Delivery], now: datetime) -> list[Received]:
        items.extend(one.items for one in deliveries)
        return receive(parts, deliveries, now)

    monkeypatch.setattr(replay_quarantine, "receive", noting)
    number = shop.channel().senders[0].address
    texts = [
        {"id": f"q{n}", "phone": f"+86138{n:08d}", "to": number, "text": "几点开门"}
        for n in range(2 * PIECE + 1)
    ]
    shop.delivers(Parsed(unparseable=(Unparseable(json.dumps(texts).encode(), "nobody could read it then"),)))
    done = replay(shop.parts, shop.clock())
    assert (done.messages, done.left, items) == (2 * PIECE + 1, [], [PIECE, PIECE, 1])


def test_a_message_that_belonged_to_nobody_is_read_back_as_it_was(shop: Shop) -> None:
    item = shop.a_text(LI, "退订“谢谢”\n", shop.channel(), at=shop.clock(), sign_name="麦香坊")
    kept = reread(written(item).decode())
    assert kept == item
    assert reread("{}") is None
    assert reread("a=1&b=2") is None
    assert reread("[1]") is None


def test_brands_on_one_number_hear_who_answers_them(shop: Shop) -> None:
    other = shop.a_brand("cafe")
    channel = shop.channel()
    shop.a_sender(channel.id, channel.senders[0].address, other)
    shop.hears((WANG, "第一句"))  # nobody has written yet: to the older sender
    sender = next(one for one in shop.channel().senders if one.brand_id == other)
    shop.queues(
        LI, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"), "cafe", sender=sender
    )
    shop.dispatches()
    shop.hears((LI, "谢谢"))
    assert shop.rows("inbounds", WANG)[0].brand_id == shop.brand.id
    assert shop.rows("inbounds", LI)[0].brand_id == other


def test_a_signature_in_the_message_decides_between_brands(shop: Shop) -> None:
    other = shop.a_brand("cafe")
    channel = shop.channel()
    shop.a_sender(channel.id, channel.senders[0].address, other, sign_name="咖啡")
    shop.hears((LI, "谢谢"), sign_name="咖啡")
    assert shop.rows("inbounds", LI)[0].brand_id == other


def test_an_extension_or_prefix_of_the_number_still_finds_it(shop: Shop) -> None:
    other = shop.a_brand("cafe")
    shop.a_sender(shop.channel().id, "10699999", other)
    shop.hears((LI, "谢谢"), to_address="+8610699999")
    assert shop.rows("inbounds", LI)[0].brand_id == other


@pytest.mark.parametrize(
    ("text", "language"), [("几点开门呀", "zh"), ("when do you open", "en"), ("几点", None), ("ok", None)]
)
def test_the_language_is_learnt_from_four_characters_and_more(
    shop: Shop, text: str, language: str | None
) -> None:
    shop.texts(LI, text)
    assert shop.profile(LI)["language"] == language


def test_who_writes_has_a_number_that_works(shop: Shop) -> None:
    shop.a_customer(ALICE)
    shop.knows_the_number(ALICE, "dead")
    shop.passes(minutes=1)
    shop.hears((ALICE, "hello there"))
    assert shop.customer(ALICE).number_status == "verified"
    assert shop.customer(ALICE).number_status_at == shop.customer(ALICE).last_inbound_at
    assert shop.customer(ALICE).last_inbound_at == shop.rows("inbounds", ALICE)[0].received_at


def test_a_number_that_no_sender_has_stays_in_quarantine_where_brands_share_the_channel(shop: Shop) -> None:
    shop.a_sender(shop.channel().id, "10690077", shop.a_brand("cafe"), sign_name="咖啡")
    received = shop.hears((LI, "投诉"), to_address="10999999")
    assert (received.inbound_ids, received.quarantined) == ([], 1)
    signed = shop.hears((LI, "投诉"), to_address="10999999", sign_name="咖啡")
    assert len(signed.inbound_ids) == 1
    assert [row.brand_id for row in shop.rows("inbounds", LI)] == [shop.brand_named("cafe").id]


def test_a_number_that_no_sender_has_is_the_brands_own_where_it_has_the_channel_alone(shop: Shop) -> None:
    assert len(shop.hears((LI, "营业时间"), to_address="10999999").inbound_ids) == 1
    shop.a_sender(shop.channel().id, "10690077")
    assert len(shop.hears((LI, "营业时间"), to_address="10999999").inbound_ids) == 1


def test_a_text_without_a_destination_goes_to_the_brand_that_wrote_last_and_to_no_other(shop: Shop) -> None:
    other = shop.a_brand("cafe")
    shop.a_sender(shop.channel().id, "10690077", other)
    assert shop.hears((LI, "你好"), to_address="").quarantined == 1
    sender = next(one for one in shop.channel().senders if one.brand_id == other)
    order = Cause(CauseKind.EVENT, shop.clock(), "order.placed")
    shop.queues(LI, "您的订单已收到", order, "cafe", sender=sender)
    shop.dispatches()
    shop.hears((LI, "你好"), to_address="")
    assert [row.brand_id for row in shop.rows("inbounds", LI)] == [other]
