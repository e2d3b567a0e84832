"""Notices reach staff once, whoever dies, hangs or comes back late; none goes out that has become needless."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from app.domain.escalation import Channel
from app.store import complaint_warnings
from app.store.complaint_warnings import ComplaintWarning
from app.store.complaints import Complaint
from app.store.notices import Notice
from app.store.staff import Staff
from app.usecases import desk, tell_staff
from app.usecases.tell_staff import FIRST_PAUSE, LEASE, LONGEST_PAUSE, MOST_ATTEMPTS, pause, tell
from tests.usecases.shop import LI, Shop
from tests.usecases.test_warn_staff import MORNING, complain, hire, looks
from tests.usecases.ways import AWAY, LATER, NEVER, Killed, Way, killed, raises, with_ways

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PHONE = "+8613800002222"
NOTHING = {"told": 0, "put_off": 0, "dropped": 0, "failed": 0}


def tells(shop: Shop, at: datetime | None = None) -> dict[str, int]:
    """A round at this moment, with what it did that is not nothing."""
    if at is not None:
        shop.clock.at = at
    return {what: count for what, count in tell(shop.parts, shop.clock()).items() if count}


def warned(shop: Shop, *, percent: float = 50, phone: str = LI) -> tuple[Any, datetime]:
    """A complaint, and when staff have just been warned that so much of the time for the first response is used."""
    complaint = complain(shop, phone)
    at = complaint.opened_at + 2 * HOUR * percent / 100
    looks(shop, at)
    return complaint, at


def notices(shop: Shop, channel: str) -> list[Any]:
    with shop.parts.store.read() as session:
        rows = select(Notice.__table__).where(Notice.channel == channel).order_by(Notice.id)
        return list(session.execute(rows))


def states(shop: Shop, channel: str = "email") -> list[tuple[str, str | None]]:
    return [(row.state, row.reason) for row in notices(shop, channel)]


def acknowledges(shop: Shop, staff: UUID) -> None:
    with shop.parts.store.write() as session:
        for warning_id in session.scalars(select(ComplaintWarning.id)).all():
            complaint_warnings.acknowledge(session, warning_id, staff, shop.clock())


@pytest.fixture
def mail(shop: Shop) -> Way:
    (way,) = with_ways(shop, Channel.EMAIL)
    return way


def test_each_is_told_in_their_own_words_once(shop: Shop) -> None:
    mail, webhook = with_ways(shop, Channel.EMAIL, Channel.WEBHOOK)
    ann, bea = hire(shop, "support", language="en"), hire(shop, "support")
    complaint, at = warned(shop)
    assert tells(shop, at) == {"told": 3}
    assert tells(shop) == tells(shop, at + HOUR / 2) == {}
    with shop.parts.store.read() as session:
        addresses = {session.get_one(Staff, one).email: one for one in (ann, bea)}
    assert {(addresses[letter.to or ""], letter.language) for letter in mail.taken} == {
        (ann, "en"),
        (bea, "zh"),
    }
    (posted,) = webhook.taken
    assert posted.to is None
    alert = posted.alert
    assert (alert.brand_code, alert.number, alert.clock, alert.percent) == ("demo", 1, "first_response", 50)
    assert (alert.due_at, alert.met_at) == (complaint.first_response_due_at, None)
    assert alert.link == "https://shop.example/inbox/demo/1"
    assert mail.rests == webhook.rests == 1, "what a round has opened it closes"
    assert [(row.state, row.reason) for row in notices(shop, "webhook")] == [("sent", None)]


def test_a_broken_promise_names_the_deadline_that_was_missed(shop: Shop) -> None:
    (webhook,) = with_ways(shop, Channel.WEBHOOK)
    hire(shop, "manager")
    complaint, _ = warned(shop)
    late = complaint.first_response_due_at + MINUTE
    looks(shop, late)
    desk.reply(
        shop.parts, shop.a_member_of_staff(), complaint.customer_id, shop.brand.id, "马上", shop.clock()
    )
    shop.works()
    tells(shop, late)
    (letter,) = webhook.taken
    assert (letter.alert.percent, letter.alert.due_at) == (100, complaint.first_response_due_at)
    assert letter.alert.met_at is not None


def test_the_deadline_of_a_round_that_a_reopening_ended_is_told_as_it_was(shop: Shop) -> None:
    (webhook,) = with_ways(shop, Channel.WEBHOOK)
    hire(shop, "manager")
    complaint, shop.clock.at = warned(shop, percent=101)
    staff = shop.a_member_of_staff()
    desk.resolve(shop.parts, staff, complaint.id, "", shop.clock(), is_told_otherwise=True)
    shop.texts(LI, "投诉 还是坏的")
    reopened_at = shop.clock()
    tells(shop)
    alert = webhook.taken[0].alert
    assert (
        alert.due_at == complaint.first_response_due_at < shop.rows("complaints", LI)[0].first_response_due_at
    )
    assert alert.met_at is not None
    assert reopened_at - MINUTE < alert.met_at < reopened_at


def test_after_an_outage_nothing_is_forgotten(shop: Shop, mail: Way) -> None:
    for role in ("support", "support", "manager"):
        hire(shop, role)
    complaint, at = warned(shop)
    assert tells(shop, at + HOUR / 2) == {"told": 2}
    late = complaint.first_response_due_at + 5 * HOUR
    looks(shop, late)
    assert tells(shop, late + HOUR / 2) == {"told": 1}
    assert [letter.alert.percent for letter in mail.taken] == [50, 50, 100]


def test_what_has_become_needless_is_told_to_nobody(shop: Shop, mail: Way) -> None:
    ann = hire(shop, "support")
    _, at = warned(shop)
    acknowledges(shop, ann)
    assert tells(shop, at) == {"dropped": 1}
    assert (states(shop), mail.tries) == ([("dropped", "acknowledged")], 0)


def test_who_answers_in_time_spares_the_others_the_warning(shop: Shop, mail: Way) -> None:
    hire(shop, "support")
    complaint, at = warned(shop)
    shop.clock.at = at
    desk.reply(
        shop.parts, shop.a_member_of_staff(), complaint.customer_id, shop.brand.id, "马上", shop.clock()
    )
    shop.works()
    assert tells(shop) == {"dropped": 1}
    assert (states(shop), mail.tries) == ([("dropped", "met")], 0)


def test_a_broken_promise_is_told_although_it_is_kept_by_now(shop: Shop, mail: Way) -> None:
    hire(shop, "manager")
    complaint, at = warned(shop, percent=101)
    shop.clock.at = at
    desk.resolve(shop.parts, shop.a_member_of_staff(), complaint.id, "", shop.clock(), is_told_otherwise=True)
    assert tells(shop) == {"told": 1}


@pytest.mark.parametrize(
    ("changes", "reason"), [({"active": False}, "staff_left"), ({"notice_channels": []}, "not_wanted")]
)
def test_who_has_left_or_wants_no_mail_any_more_gets_none(
    shop: Shop, mail: Way, changes: dict[str, Any], reason: str
) -> None:
    hire(shop, "support")
    _, at = warned(shop)
    with shop.parts.store.write() as session:
        session.execute(update(Staff).values(**changes))
    assert tells(shop, at) == {"dropped": 1}
    assert states(shop) == [("dropped", reason)]


def test_a_way_that_is_set_up_no_more_is_told(shop: Shop, mail: Way) -> None:
    hire(shop, "support")
    _, at = warned(shop)
    with_ways(shop)
    assert tells(shop, at) == {"failed": 1}
    assert states(shop) == [("failed", "not_set_up")]


def test_what_was_put_off_into_the_night_waits_for_the_morning(engine: Engine) -> None:
    evening = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)  # 20:30 in Shanghai
    shop = Shop(engine, evening)
    (mail,) = with_ways(shop, Channel.EMAIL)
    hire(shop, "support")
    _, at = warned(shop)
    mail.then(LATER)
    assert tells(shop, at) == {"put_off": 1}
    night = at + 31 * MINUTE
    assert tells(shop, night) == {"put_off": 1}
    (row,) = notices(shop, "email")
    assert (row.state, row.reason, row.due_at, row.attempts) == ("queued", "night", MORNING, 1)
    assert (tells(shop, MORNING - MINUTE), tells(shop, MORNING)) == ({}, {"told": 1})


def test_pauses_grow_and_somebody_is_given_up_after_a_day(shop: Shop, mail: Way) -> None:
    hire(shop, "support")
    _, at = warned(shop)
    mail.then(*[LATER] * MOST_ATTEMPTS)
    waits = []
    for _ in range(MOST_ATTEMPTS - 1):
        assert tells(shop, at) == {"put_off": 1}
        (row,) = notices(shop, "email")
        waits.append(row.due_at - shop.clock.at)
        at = _by_day(row.due_at)
    assert tells(shop, at) == {"failed": 1}
    assert states(shop) == [("failed", "mail_put_off")]
    assert [round(wait / FIRST_PAUSE) for wait in waits[:5]] == [1, 2, 4, 8, 16]
    assert pause(MOST_ATTEMPTS) == LONGEST_PAUSE
    whole = sum((pause(n) for n in range(1, MOST_ATTEMPTS)), timedelta())
    assert timedelta(hours=20) < whole < timedelta(hours=28)


def _by_day(at: datetime) -> datetime:
    """The next noon where it is night in Shanghai: what is asked here is how long the pauses are."""
    return at if at.hour < 13 else at.replace(hour=4, minute=0) + timedelta(days=1)


def test_what_will_never_be_taken_is_not_tried_again(shop: Shop, mail: Way) -> None:
    hire(shop, "support")
    _, at = warned(shop)
    mail.then(NEVER)
    assert tells(shop, at) == {"failed": 1}
    assert (tells(shop, at + HOUR / 2), mail.tries, states(shop)) == ({}, 1, [("failed", "mail_refused")])


def test_a_server_that_is_away_is_asked_once_a_round_and_another_letter_each_time(
    shop: Shop, mail: Way
) -> None:
    for _ in range(3):
        hire(shop, "support")
    _, at = warned(shop)
    mail.then(AWAY, AWAY)
    assert tells(shop, at) == {"put_off": 1}
    assert tells(shop, at + timedelta(seconds=2)) == {"put_off": 1}
    assert tells(shop, at + timedelta(seconds=4)) == {"told": 1}
    assert tells(shop, at + timedelta(seconds=30)) == {"told": 2}
    assert len(set(mail.ids)) == 3
    assert mail.tries == 5


def test_a_letter_that_nobody_can_send_holds_up_no_other(shop: Shop, mail: Way) -> None:
    hire(shop, "support")
    hire(shop, "support")
    _, at = warned(shop)
    mail.then(raises)
    assert tells(shop, at) == {"told": 1, "put_off": 1}
    assert sorted(states(shop), key=str) == [("queued", "error"), ("sent", None)]


def test_a_notice_that_cannot_be_read_holds_up_no_other(shop: Shop, mail: Way) -> None:
    hire(shop, "support")
    bad, at = warned(shop)
    warned(shop, phone="+8613900001000")
    with shop.parts.store.write() as session:
        session.execute(update(Complaint).where(Complaint.id == bad.id).values(clock={"status": "?"}))
    assert tells(shop, at + MINUTE) == {"told": 1, "failed": 1}
    assert sorted(states(shop), key=str) == [("failed", "error"), ("sent", None)]


def test_killed_between_hand_over_and_record_it_goes_again_under_the_same_name(shop: Shop, mail: Way) -> None:
    hire(shop, "support")
    _, at = warned(shop)
    mail.then(killed)
    with pytest.raises(Killed):
        tells(shop, at)
    assert states(shop) == [("sending", None)]
    assert tells(shop, at + LEASE - MINUTE) == {}
    assert tells(shop, at + LEASE + MINUTE) == {"told": 1}
    assert tells(shop, at + HOUR / 2) == {}
    assert (len(mail.ids), len(set(mail.ids))) == (2, 1)


def test_who_dies_of_a_letter_again_and_again_gives_it_up(shop: Shop, mail: Way) -> None:
    hire(shop, "support")
    _, at = warned(shop)
    with shop.parts.store.write() as session:
        session.execute(update(Notice).where(Notice.channel == "email").values(attempts=MOST_ATTEMPTS))
    assert tells(shop, at) == {"failed": 1}
    assert (states(shop), mail.tries) == ([("failed", "given_up")], 0)


def test_a_slow_sender_whose_lease_ran_out_settles_nothing_of_another(shop: Shop, mail: Way) -> None:
    hire(shop, "support")
    _, at = warned(shop)

    def stands_still(_: object) -> None:
        assert tells(shop, at + LEASE + MINUTE) == {"told": 1}

    mail.then(stands_still)
    assert tells(shop, at) == {}
    assert (len(mail.ids), len(set(mail.ids)), states(shop)) == (2, 1, [("sent", None)])


def test_a_round_ends_and_the_next_goes_on(shop: Shop, mail: Way) -> None:
    for _ in range(3):
        hire(shop, "support")
    _, at = warned(shop)
    mail.then(lambda _: shop.clock.pass_by(tell_staff.ROUND))
    assert tells(shop, at) == {"told": 1}
    assert tells(shop) == {"told": 2}


def test_two_workers_at_once_tell_each_once(shop: Shop) -> None:
    mail, webhook = with_ways(shop, Channel.EMAIL, Channel.WEBHOOK)
    for _ in range(6):
        hire(shop, "support", notice_channels=["email", "sms"], phone=PHONE)
    _, at = warned(shop)
    shop.clock.at = at
    with ThreadPoolExecutor(4) as workers:
        done = list(workers.map(lambda _: tell(shop.parts, shop.clock()), range(4)))
    assert sum(one["told"] for one in done) == 13
    assert len(set(mail.ids)) == len(mail.ids) == 6
    assert len(webhook.ids) == 1
    assert len(shop.outbounds(PHONE)) == 6


# --- by text ------------------------------------------------------------------------------------------------


def test_a_text_to_staff_goes_by_the_outbox_whatever_customers_may_be_sent(shop: Shop) -> None:
    hire(shop, "support", notice_channels=["sms"], phone=PHONE)
    shop.texts(PHONE, "TD")  # as a customer they have opted out
    shop.works()
    _, at = warned(shop)
    assert tells(shop, at) == {"told": 1}
    assert tells(shop) == {}
    shop.works()
    sent = shop.outbounds(PHONE)[-1]
    (row,) = notices(shop, "sms")
    assert (row.state, row.outbound_id) == ("sent", sent.id)
    assert (sent.purpose, sent.status) == ("staff_alert", "delivered")
    assert "投诉#1" in sent.text
    assert "https://shop.example/inbox/demo/1" in sent.text


@pytest.mark.forges_rows
def test_a_brand_without_a_number_sends_no_text_and_says_so(shop: Shop) -> None:
    hire(shop, "support", notice_channels=["sms"], phone=PHONE)
    complaint, at = warned(shop)
    mute = shop.a_brand("mute")
    with shop.parts.store.write() as session:
        session.execute(update(Complaint).where(Complaint.id == complaint.id).values(brand_id=mute))
    assert tells(shop, at) == {"failed": 1}
    assert states(shop, "sms") == [("failed", "no_sender")]


def test_who_has_taken_their_number_back_gets_no_text(shop: Shop) -> None:
    hire(shop, "support", notice_channels=["sms"], phone=PHONE)
    _, at = warned(shop)
    with shop.parts.store.write() as session:
        session.execute(update(Staff).values(phone=None))
    assert tells(shop, at) == {"failed": 1}
    assert states(shop, "sms") == [("failed", "no_phone")]
