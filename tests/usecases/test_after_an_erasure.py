"""What comes after somebody was erased, or was on its way: nothing brings them back, and nobody waits for them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, func, select, update

from app.domain.purpose import Cause, CauseKind
from app.jobs import expire_numbers
from app.providers.contract import Outcome, Outgoing, Parsed, Rejected, Rejection, Unknown
from app.reads import desk_lists, unsent
from app.store import customers
from app.store.channels import Channel
from app.store.complaints import Complaint
from app.store.conversations import Conversation
from app.store.customers import Customer
from app.store.inbounds import Inbound, Quarantined
from app.store.outbound.table import Outbound
from app.store.simulated import SimulatedMessage
from app.store.staff import AuditEntry
from app.store.tables import new_id
from app.usecases import customer_records, desk, leases, number_owners, separate_consents
from app.usecases.api_access import Caller
from app.usecases.changes import Changes
from app.usecases.customer_records import ConsentRefused, Grant
from app.usecases.directory import ChannelView
from app.usecases.erase_person import Erased, ErasureOrder, erase_person
from app.usecases.export_person import export_person
from app.usecases.record_events import NewEvent
from app.usecases.replay_quarantine import replay
from app.usecases.report_events import report_events
from app.usecases.separate_consents import ConsentOutdated, NobodyThere, Told
from app.usecases.settle_unknown import settle
from tests.usecases.shop import LI, WANG, Lines, Shop
from tests.usecases.test_erase_person import all_that_can_be_read

STRANGER = "+8613911112222"


def erases(shop: Shop, person: str | UUID = LI, **told: Any) -> Erased:
    done = erase_person(shop.parts, person, ErasureOrder("command", shop.clock(), **told))
    assert done is not None
    return done


def is_known(shop: Shop, phone: str = LI) -> bool:
    return shop.customer(phone) is not None


def text_of(shop: Shop, inbound_id: UUID) -> str:
    with shop.parts.store.read() as session:
        return session.scalars(select(Inbound.text).where(Inbound.id == inbound_id)).one()


# --- erased twice, and asked about ------------------------------------------------------------------------------------


def test_to_erase_once_more_changes_nothing_and_says_when_it_was_done(shop: Shop) -> None:
    shop.texts(LI, "退订")
    person = shop.customer(LI).id
    at = erases(shop).at
    shop.passes(hours=1)
    with shop.parts.store.read() as session:
        entries = session.scalar(select(func.count()).select_from(AuditEntry))
    assert erases(shop) == erases(shop, person) == Erased(at, was_before=True)
    with shop.parts.store.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == entries


def test_the_export_tells_when_it_was_and_what_stays(shop: Shop) -> None:
    shop.texts(LI, "几点开门")
    shop.texts(LI, "退订")
    shop.works()
    at = erases(shop).at
    told = export_person(shop.parts, LI, "command", shop.clock())
    assert told is not None
    (gone,) = told.pop("erased")
    assert (told, gone["at"]) == ({}, at)
    assert gone["unreadable"]["inbounds"] == 2
    assert {"outbounds", "decisions", "consent_events"} <= set(gone["unreadable"])
    (opt_out,) = gone["opt_outs"]
    assert (opt_out["brand_id"], opt_out["consent"]) == (shop.brand.id, "withdrawn")
    shop.texts(LI, "你好")
    again = export_person(shop.parts, LI, "command", shop.clock())
    assert again is not None
    assert (len(again["inbounds"]), len(again["erased"])) == (1, 1)


# --- what had been stored comes again ---------------------------------------------------------------------------------


def test_a_repeated_text_makes_nobody_known_again(shop: Shop) -> None:
    view = shop.channel()
    text = shop.a_text(LI, "你好", view)
    shop.delivers(Parsed(inbound=(text,)))
    erases(shop)
    again = shop.delivers(Parsed(inbound=(text,)))
    assert (again.duplicates, again.inbound_ids, is_known(shop)) == (1, [], False)
    both = shop.delivers(Parsed(inbound=(text, shop.a_text(LI, "再来一句", view), text)))
    assert (both.duplicates, len(both.inbound_ids)) == (2, 1)
    assert [row.text for row in shop.rows("inbounds", LI)] == ["再来一句"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_repeated_text_waits_for_no_erasure(shop: Shop) -> None:
    text = shop.a_text(LI, "你好", shop.channel())
    shop.delivers(Parsed(inbound=(text,)))
    person = shop.customer(LI).id
    with ThreadPoolExecutor(1) as pool, shop.parts.store.write() as session:
        customers.lock(session, [person])
        session.execute(update(Customer).where(Customer.id == person).values(key=b"", phone_hash=None))
        coming = pool.submit(shop.delivers, Parsed(inbound=(text,)))
        assert coming.result(30).duplicates == 1


def test_texts_are_the_last_that_an_erasure_touches(shop: Shop, engine: Engine) -> None:
    """Where a stored text is being changed, a repeated one waits until that is over."""
    shop.texts(LI, "你好")
    told: list[str] = []
    event.listen(engine, "before_cursor_execute", listener := lambda *given: told.append(given[2]))
    erases(shop)
    event.remove(engine, "before_cursor_execute", listener)
    changes = [" ".join(one.split()[:2]) for one in told if one.startswith(("UPDATE", "INSERT", "DELETE"))]
    first = changes.index("UPDATE inbounds")
    assert set(changes[first:]) == {"UPDATE inbounds"}
    assert first > 5


def test_a_repeated_event_makes_nobody_known_again(shop: Shop) -> None:
    brand = shop.parts.directory.current(shop.clock()).brands[shop.brand.id]
    told = [NewEvent("e1", "order.placed", shop.clock(), LI, data={"order_number": "A1"})]
    assert report_events(shop.parts, brand, told, shop.clock()).states == ("recorded",)
    assert report_events(shop.parts, brand, told, shop.clock()).states == ("duplicate",)
    erases(shop)
    assert report_events(shop.parts, brand, told, shop.clock()).states == ("duplicate",)
    assert not is_known(shop)
    fresh = [*told, replace(told[0], key="e2"), replace(told[0], key="e2")]
    assert report_events(shop.parts, brand, fresh, shop.clock()).states == (
        *("duplicate", "recorded", "duplicate"),
    )
    assert is_known(shop)


def test_consent_of_before_counts_no_more_and_a_fresh_one_does(shop: Shop) -> None:
    shop.a_brand("cafe")
    before = Grant("shop till", "我同意", shop.clock())
    health = Told("health", True, "paper", "我同意", at=shop.clock())
    shop.passes(minutes=1)
    shop.a_customer(LI, consent="granted")
    erases(shop)
    for code in ("demo", "cafe"):  # who knew them, and who had never heard of them
        caller = Caller(new_id(), "till", shop.brand_named(code))
        with pytest.raises(ConsentRefused, match="consent_known_later"):
            customer_records.grant(shop.parts, caller, LI, before, shop.clock())
    with pytest.raises(ConsentOutdated):
        separate_consents.record(shop.parts, LI, shop.brand.id, health, "ann", shop.clock())
    caller = Caller(new_id(), "till", shop.brand)
    shop.passes(minutes=1)
    fresh = Grant("shop till", "我同意", shop.clock())
    customer_records.grant(shop.parts, caller, LI, fresh, shop.clock())
    assert shop.profile(LI)["consent"] == "granted"


def test_who_is_out_of_one_brand_stays_out_of_that_one_alone(shop: Shop) -> None:
    cafe = shop.a_brand("cafe")
    shop.texts(LI, "退订")
    with shop.parts.store.write() as session:
        customers.add_profiles(session, {(shop.customer(LI).id, cafe)}, shop.clock())
    erases(shop)
    shop.hears((LI, "你好"))
    with shop.parts.store.write() as session:
        customers.add_profiles(session, {(shop.customer(LI).id, cafe)}, shop.clock())
    assert (shop.profile(LI)["consent"], shop.profile(LI, "cafe")["consent"]) == ("withdrawn", "none")
    assert [row.kind for row in shop.rows("consents", LI)] == ["withdrawn"]


# --- what was on its way ----------------------------------------------------------------------------------------------


class ErasingLines(Lines):
    """A carrier during whose answer somebody is erased."""

    def __init__(self, shop: Shop, *answers: Outcome | BaseException) -> None:
        super().__init__(*answers)
        self.shop = shop

    def take(self, messages: Sequence[Outgoing], settings: Any) -> list[Outcome]:
        erases(self.shop)
        return super().take(messages, settings)


def sends_while_erased(shop: Shop, *answers: Outcome | BaseException) -> ErasingLines:
    lines = ErasingLines(shop, *answers)
    shop.parts = replace(shop.parts, connect=lambda _: lines)
    shop.dispatches()
    return lines


@pytest.mark.parametrize("kind", [Rejection.PERMANENT, Rejection.CONTENT, Rejection.TEMPORARY])
def test_a_reply_that_fails_while_they_are_erased_waits_for_nobody(shop: Shop, kind: Rejection) -> None:
    shop.texts(LI, "投诉 蛋糕是坏的")
    shop.works()
    person = shop.customer(LI).id
    desk.reply(shop.parts, shop.a_member_of_staff(), person, shop.brand.id, "马上重做", shop.clock())
    lines = sends_while_erased(shop, Rejected(kind, "x"))
    assert len(lines.taken) == 1
    shop.passes(hours=1)
    shop.dispatches()
    assert len(lines.taken) == 1
    with shop.parts.store.read() as session:
        open_now = select(Conversation.id).where(
            Conversation.customer_id == person, Conversation.status == "open"
        )
        assert session.scalars(open_now).all() == []
        assert unsent.messages(session) == []
        assert set(desk_lists.counts(session, desk_lists.Wanted(), shop.clock()).values()) == {0}


def test_what_nobody_knows_the_outcome_of_is_nothing_for_staff(shop: Shop) -> None:
    shop.queues(LI, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    sends_while_erased(shop, Unknown("timeout"))
    shop.passes(hours=1)
    assert settle(shop.parts, shop.clock())["to_staff"] == 0


@pytest.mark.parametrize("way", ["before", "meanwhile", "of a worker that died"])
def test_what_nobody_knows_the_outcome_of_has_failed_and_does_not_stay_for_ever(shop: Shop, way: str) -> None:
    message = shop.queues(LI, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    match way:
        case "before":
            shop.dials(Unknown("timeout"))
            shop.dispatches()
            erases(shop)
        case "meanwhile":
            sends_while_erased(shop, Unknown("timeout"))
        case _:
            with shop.parts.store.write() as session:
                handing = {"status": "handing", "leased_until": shop.clock(), "handed_at": shop.clock()}
                session.execute(update(Outbound).where(Outbound.id == message).values(handing))
            erases(shop)
            shop.passes(minutes=2)
            assert leases.release(shop.parts, shop.clock())["lost"] == 1
    with shop.parts.store.read() as session:
        row = session.get(Outbound, message)
        assert row is not None
        assert (row.status, row.reason, row.is_for_staff) == ("failed", "person_erased", False)
        assert row.settled_at is not None


def test_the_simulators_carrier_keeps_no_text_of_somebody_erased_meanwhile(shop: Shop) -> None:
    shop.queues(LI, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    connect = shop.parts.connect

    def connecting(channel: ChannelView) -> Any:
        erases(shop)
        return connect(channel)

    shop.parts = replace(shop.parts, connect=connecting)
    shop.dispatches()
    with shop.parts.store.read() as session:
        assert session.scalars(select(SimulatedMessage.text)).all() == []


def test_complaints_are_closed_where_the_brand_can_write_no_more(shop: Shop) -> None:
    shop.texts(LI, "投诉 蛋糕是坏的")
    (complaint,) = shop.rows("complaints", LI)
    with shop.parts.store.write() as session:
        session.execute(update(Channel).values(is_active=False))
    shop.parts.directory.renew()
    erases(shop)
    with shop.parts.store.read() as session:
        assert session.scalars(select(Complaint.status).where(Complaint.id == complaint.id)).all() == [
            "closed"
        ]


def test_what_staff_say_about_somebody_just_erased_is_refused(shop: Shop) -> None:
    shop.texts(LI, "你好")
    person = shop.customer(LI).id
    erases(shop)
    told = Told("health", True, "desk", "我同意")
    with pytest.raises(NobodyThere):
        separate_consents.record(shop.parts, person, shop.brand.id, told, "ann", shop.clock())
    with shop.parts.store.read() as session:
        (profile,) = customers.profiles(session, [person]).values()
    assert profile["separate_consents"] == []


# --- quarantine -------------------------------------------------------------------------------------------------------


def test_what_lies_in_quarantine_goes_where_it_is_theirs_and_is_told_where_it_may_be_others(
    shop: Shop,
) -> None:
    shop.a_sender(shop.channel().id, "10690000000003", shop.a_brand("cafe"))
    nobody = {"to_address": "10690000999999"}
    shop.hears((LI, "给我回电"), **nobody)
    shop.hears((WANG, "给我也回电"), **nobody)
    with shop.parts.store.write() as session:
        for name, body in (("both", f"{LI[1:]}=1&{WANG[1:]}=2"), ("wang", WANG)):
            row = {"channel_id": shop.channel().id, "digest": name.ljust(32).encode(), "body": body}
            session.add(Quarantined(id=new_id(), why=name, received_at=shop.clock(), **row))
    done = erases(shop)
    left = shop.quarantine()
    assert sorted(row.why for row in left) == ["both", "no sender of the channel has this number", "wang"]
    assert done.in_quarantine == tuple(row.id for row in left if row.why == "both")
    assert not any("给我回电" in row.body for row in left)


def test_an_earlier_owners_erasure_takes_no_text_of_the_present_one(shop: Shop) -> None:
    first, _ = a_number_with_two_owners(shop)
    shop.a_sender(shop.channel().id, "10690000000003", shop.a_brand("cafe"))
    shop.hears((LI, "退订"), to_address="10690000999999")
    (waiting,) = shop.quarantine()
    assert erases(shop, first).in_quarantine == (waiting.id,)
    assert [row.id for row in shop.quarantine()] == [waiting.id]


def test_what_was_taken_from_quarantine_leaves_no_copy_there(shop: Shop) -> None:
    shop.a_sender(shop.channel().id, "10690000000003", cafe := shop.a_brand("cafe"))
    shop.hears((LI, "给我回电"), to_address="10690000999999")
    shop.a_sender(shop.channel().id, "10690000999999", cafe)
    assert replay(shop.parts, shop.clock()).messages == 1
    with shop.parts.store.read() as session:
        assert session.scalars(select(Quarantined.body)).all() == [""]


# --- whose number it was ----------------------------------------------------------------------------------------------


def a_number_with_two_owners(shop: Shop) -> tuple[UUID, UUID]:
    """The first and the second, each with a text."""
    shop.texts(LI, "第一个人")
    first = shop.customer(LI).id
    shop.knows_the_number(LI, "dead")
    shop.passes(days=181)
    assert expire_numbers.run(shop.parts, shop.clock()) == {"ended": 1}
    shop.texts(LI, "第二个人")
    return first, shop.customer(LI).id


def texts_of(shop: Shop, person: UUID) -> list[str]:
    with shop.parts.store.read() as session:
        return list(session.scalars(select(Inbound.text).where(Inbound.customer_id == person)))


def test_who_had_the_number_before_is_somebody_else_and_leads_nowhere(shop: Shop) -> None:
    first, second = a_number_with_two_owners(shop)
    assert erases(shop).earlier == 1
    assert (texts_of(shop, first), texts_of(shop, second)) == (["第一个人"], [""])
    with shop.parts.store.read() as session:
        assert session.scalars(select(Customer.succeeded_by_id)).all() == [None] * 4


def test_who_had_the_number_before_goes_too_where_it_was_the_same_person(shop: Shop) -> None:
    first, second = a_number_with_two_owners(shop)
    assert erases(shop, with_earlier=True).earlier == 0
    assert (texts_of(shop, first), texts_of(shop, second)) == ([""], [""])
    assert erases(shop, first).was_before


def test_an_earlier_owner_is_erased_alone(shop: Shop) -> None:
    first, second = a_number_with_two_owners(shop)
    caller = Caller(new_id(), "till", shop.brand)
    shop.passes(minutes=1)
    customer_records.grant(shop.parts, caller, LI, Grant("till", "我同意", shop.clock()), shop.clock())
    erases(shop, first)
    assert (texts_of(shop, first), texts_of(shop, second)) == ([""], ["第二个人"])
    erases(shop)
    shop.texts(LI, "第三个人")
    assert shop.profile(LI)["consent"] == "none"


def test_nothing_ties_an_erased_earlier_owner_to_who_has_the_number_now(shop: Shop) -> None:
    """The ledgers included, which nobody can change any more. What counts for the heir counts all the same."""
    shop.texts(LI, "退订")
    first, second = a_number_with_two_owners(shop)
    others = Grant("till", "我同意", shop.clock() - timedelta(days=1))
    erases(shop, first)
    told = all_that_can_be_read(shop).split("\n")
    assert [one for one in told if str(first) in one and str(second) in one] == []
    with shop.parts.store.read() as session:
        row, heir = session.get_one(Customer, first), session.get_one(Customer, second)
        moments = (row.number_status_at, row.last_inbound_at, row.taken_over_at)
        assert (row.succeeded_by_id, moments, heir.taken_over_at) == (
            None,
            (None, None, None),
            heir.created_at,
        )
    assert shop.profile(LI)["consent"] == "withdrawn"
    shop.a_brand("cafe")
    with pytest.raises(ConsentRefused, match="consent_known_later"):  # of before the heir had the number
        customer_records.grant(
            shop.parts, Caller(new_id(), "till", shop.brand_named("cafe")), LI, others, shop.clock()
        )


def test_a_text_that_went_to_the_next_owner_is_not_erased_with_the_last_one(shop: Shop) -> None:
    (unread,) = shop.hears((LI, "还有优惠吗")).inbound_ids
    old, changes = shop.customer(LI).id, Changes()
    with shop.parts.store.write() as session:
        customers.lock(session, [old])
        number_owners.end(session, changes, old, "staff", shop.clock(), status="unknown")
        changes.flush(session)
    erases(shop, old)
    assert text_of(shop, unread) == "还有优惠吗"
    erases(shop)
    assert text_of(shop, unread) == ""


# --- what it costs ----------------------------------------------------------------------------------------------------


def statements(engine: Engine, shop: Shop, *texts: tuple[str, str]) -> int:
    told: list[str] = []
    event.listen(engine, "before_cursor_execute", listener := lambda *given: told.append(given[2]))
    shop.hears(*texts)
    event.remove(engine, "before_cursor_execute", listener)
    return len(told)


def test_a_text_of_somebody_known_asks_no_question_more_and_all_strangers_one(
    shop: Shop, engine: Engine
) -> None:
    shop.hears((WANG, "你好"))
    known = statements(engine, shop, (WANG, "你好吗"), (LI, "在吗"))
    assert statements(engine, shop, (STRANGER, "你好"), ("+8613911113333", "你好")) == known + 2
    assert known == (5 if shop.parts.store.is_sqlite else 4)
