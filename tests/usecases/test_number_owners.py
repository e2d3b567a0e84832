"""Whose number it is: after half a year of silence, or a wrong number, what was known of its owner ends with it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.domain.imports.rows import Proof
from app.domain.imports.sources import ConsentSource
from app.domain.imports.verdict import Verdict, verdict
from app.domain.purpose import Cause, CauseKind
from app.jobs import expire_numbers
from app.reads import inbox
from app.reads.desk_lists import Wanted
from app.reads.why import about_person
from app.store import customers
from app.store.conversations import Conversation
from app.store.customers import Customer
from app.store.outbound.table import Outbound
from app.store.owners import owners_of
from app.store.tables import new_id
from app.usecases import channel_setup, customer_records, desk, number_owners, opting, separate_consents
from app.usecases.api_access import Caller
from app.usecases.brand_setup import NewBrand, add_brand
from app.usecases.changes import Changes
from app.usecases.customer_list import CustomerList
from app.usecases.customer_records import ConsentRefused, Grant
from app.usecases.import_customers import import_customers
from app.usecases.record_events import NewEvent, record_events
from app.usecases.separate_consents import Told
from tests.usecases.shop import LI, WANG, Shop
from tests.usecases.test_batch_locks import until_one_more_waits

IT_IS_NOT_ME = "你打错了，我不是王女士"


def becomes_silent(shop: Shop, phone: str, status: str = "dead") -> None:
    with shop.parts.store.write() as session:
        customers.set_number_status(session, shop.customer(phone).id, status, shop.clock())


def says_it_is_somebody_else(shop: Shop, phone: str) -> None:
    shop.nlu.learn(IT_IS_NOT_ME, "wrong_number")
    shop.texts(phone, IT_IS_NOT_ME)
    shop.works()
    shop.texts(phone, "1")
    shop.works()


@pytest.mark.parametrize("status", ["dead", "suspended"])
def test_the_owner_ends_after_half_a_year_and_not_before(shop: Shop, status: str) -> None:
    old = shop.customer(WANG)
    becomes_silent(shop, WANG, status)
    shop.passes(days=179, hours=23)
    assert expire_numbers.run(shop.parts, shop.clock()) == {"ended": 0}
    shop.passes(hours=1)
    assert expire_numbers.run(shop.parts, shop.clock()) == {"ended": 1}
    assert expire_numbers.run(shop.parts, shop.clock()) == {"ended": 0}
    heir = shop.customer(WANG)
    assert (heir.id != old.id, heir.number_status) == (True, "unknown")
    fresh = shop.profile(WANG)
    assert (fresh["consent"], fresh["name"], fresh["attributes"], fresh["tags"]) == ("none", None, {}, [])


def test_nothing_is_left_of_the_old_profile_and_its_end_stands_in_the_ledger(shop: Shop) -> None:
    shop.a_customer(WANG, name="王女士", attributes={"city": {"value": "上海"}}, tags=["vip"])
    old = shop.customer(WANG).id
    becomes_silent(shop, WANG)
    shop.passes(days=180)
    expire_numbers.run(shop.parts, shop.clock())
    with shop.parts.store.read() as session:
        (profile,) = customers.profiles(session, [old]).values()
        row = session.get(Customer, old)
        assert row is not None
        assert (row.phone_hash, row.number_status) == (None, "reassigned")
        assert row.succeeded_by_id == shop.customer(WANG).id
        told = about_person(session, WANG, shop.clock())
    assert (profile["consent"], profile["name"], profile["attributes"], profile["tags"]) == (
        "none",
        None,
        {},
        [],
    )
    assert told is not None
    assert [(one.verdict, one.reason) for one in told] == [("reassigned", "number_expired")]


def test_a_number_heard_of_again_stays_its_owners(shop: Shop) -> None:
    old = shop.customer(WANG).id
    becomes_silent(shop, WANG)
    shop.passes(days=100)
    shop.texts(WANG, "人工")
    shop.passes(days=100)
    assert expire_numbers.run(shop.parts, shop.clock()) == {"ended": 0}
    assert shop.customer(WANG).id == old


def test_an_opt_out_stays_with_the_number(shop: Shop) -> None:
    shop.texts(WANG, "T")
    becomes_silent(shop, WANG)
    shop.passes(days=180)
    expire_numbers.run(shop.parts, shop.clock())
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert [(row.kind, row.source) for row in shop.rows("consents", WANG)] == [("withdrawn", "reassigned")]
    assert verdict(Proof("shop", shop.clock(), "同意"), "withdrawn", shop.clock(), None) is Verdict.STAYS_OUT


def test_the_owner_before_the_last_is_known_too(shop: Shop) -> None:
    ids = []
    for _ in range(3):
        ids.append(shop.customer(WANG).id)
        becomes_silent(shop, WANG)
        shop.passes(days=180)
        expire_numbers.run(shop.parts, shop.clock())
    with shop.parts.store.read() as session:
        assert owners_of(session, WANG) == [*ids, shop.customer(WANG).id]
        assert owners_of(session, "+8613900009999") == []


def test_consent_of_before_does_not_count_and_a_fresh_one_does(shop: Shop) -> None:
    given_before = Grant("shop till", "我同意", shop.clock())
    shop.passes(minutes=1)
    becomes_silent(shop, WANG)
    shop.passes(days=180)
    expire_numbers.run(shop.parts, shop.clock())
    caller = Caller(new_id(), "till", shop.brand)
    with pytest.raises(ConsentRefused):
        customer_records.grant(shop.parts, caller, WANG, given_before, shop.clock())
    profile = shop.profile(WANG)
    stale = Proof("shop", given_before.at, "同意")
    assert (
        verdict(stale, profile["consent"], profile["consent_at"], profile["stopped_at"]) is Verdict.STAYS_OUT
    )
    shop.passes(minutes=1)
    fresh = Grant("shop till", "我同意", shop.clock())
    customer_records.grant(shop.parts, caller, WANG, fresh, shop.clock())
    assert shop.profile(WANG)["consent"] == "granted"


def test_a_wrong_number_is_asked_about_confirmed_and_ended_and_its_new_owner_signs_up(shop: Shop) -> None:
    old = shop.customer(WANG).id
    promised = shop.queues(
        WANG,
        "您的订单已发货",
        Cause(CauseKind.EVENT, shop.clock(), "order.shipped"),
        due_at=shop.clock() + timedelta(days=1),
        expires_at=shop.clock() + timedelta(days=2),
    )
    shop.nlu.learn(IT_IS_NOT_ME, "wrong_number")
    shop.texts(WANG, IT_IS_NOT_ME)
    assert shop.profile(WANG)["consent"] == "held"
    shop.works()
    shop.texts(WANG, "1")
    shop.works()
    assert shop.outbound(promised).status == "cancelled"
    assert shop.customer(WANG).id != old
    with shop.parts.store.read() as session:
        sent = session.scalars(
            select(Outbound).where(Outbound.customer_id == old).order_by(Outbound.id)
        ).all()
        assert ("已解除本号码与原机主的关联" in sent[-1].text, sent[-1].status) == (True, "delivered")
        (profile,) = customers.profiles(session, [old]).values()
        assert (profile["consent"], profile["name"]) == ("none", None)
    assert (shop.profile(WANG)["consent"], shop.customer(WANG).number_status) == ("none", "verified")
    shop.texts(WANG, "加入")
    shop.works()
    shop.texts(WANG, "是")
    shop.works()
    assert shop.profile(WANG)["consent"] == "granted"
    assert [row.kind for row in shop.rows("consents", WANG)] == ["granted"]


def test_what_is_queued_for_the_old_owner_afterwards_does_not_leave(shop: Shop) -> None:
    becomes_silent(shop, WANG)
    late = shop.queues(WANG, "您的订单已发货", Cause(CauseKind.EVENT, shop.clock(), "order.shipped"))
    with shop.parts.store.write() as session:
        session.execute(
            update(Customer).where(Customer.id == shop.customer(WANG).id).values(number_status="reassigned")
        )
    shop.dispatches()
    assert (shop.outbound(late).status, shop.outbound(late).reason) == ("refused", "reassigned_number")


def test_who_says_it_is_them_after_all_is_looked_at_by_a_person(shop: Shop) -> None:
    old = shop.customer(WANG).id
    shop.nlu.learn(IT_IS_NOT_ME, "wrong_number")
    shop.texts(WANG, IT_IS_NOT_ME)
    shop.works()
    shop.texts(WANG, "我是本人")
    assert shop.customer(WANG).id == old
    assert [row.reason for row in shop.rows("conversations", WANG)] == ["wrong_number_unclear"]
    assert shop.profile(WANG)["consent"] == "held"


def test_the_old_owners_opt_out_does_not_keep_the_new_one_from_signing_up(shop: Shop) -> None:
    shop.texts(LI, "T")
    says_it_is_somebody_else(shop, LI)
    assert shop.profile(LI)["consent"] == "withdrawn"
    shop.texts(LI, "订阅")
    shop.works()
    shop.texts(LI, "是")
    assert shop.profile(LI)["consent"] == "granted"


NO_MORE = "以后这些东西就别再给我发来了"


def test_what_nobody_has_read_yet_is_the_new_owners(shop: Shop) -> None:
    shop.nlu.learn(IT_IS_NOT_ME, "wrong_number")
    shop.nlu.learn(NO_MORE, "opt_out", 0.99)
    shop.texts(WANG, IT_IS_NOT_ME)
    shop.works()
    shop.hears((WANG, "1"), (WANG, NO_MORE))
    shop.works()
    assert [row.text for row in shop.rows("inbounds", WANG)] == [NO_MORE]
    assert shop.profile(WANG)["consent"] == "withdrawn"


def test_a_text_that_waits_to_be_understood_goes_with_the_number(shop: Shop) -> None:
    shop.hears((WANG, NO_MORE))
    old = shop.customer(WANG).id
    with shop.parts.store.write() as session:
        customers.lock(session, [old])
        changes = Changes()
        number_owners.end(session, changes, old, "staff", shop.clock(), status="unknown")
        changes.flush(session)
    assert [row.text for row in shop.rows("inbounds", WANG)] == [NO_MORE]
    shop.nlu.learn(NO_MORE, "opt_out", 0.99)
    shop.works()
    assert shop.profile(WANG)["consent"] == "withdrawn"


@pytest.mark.parametrize(("source", "carried"), [("nlu", "held"), ("wrong_number", "none")])
def test_a_doubt_whether_they_opted_out_stays_with_the_number(shop: Shop, source: str, carried: str) -> None:
    old, changes = shop.customer(WANG).id, Changes()
    with shop.parts.store.write() as session:
        customers.lock(session, [old])
        opting.ledger(changes, old, shop.brand.id, "held", source, shop.clock())
        changes.profiles[old, shop.brand.id] = {"consent": "held", "consent_at": shop.clock()}
        number_owners.end(session, changes, old, "staff", shop.clock(), status="unknown")
        changes.flush(session)
    assert shop.profile(WANG)["consent"] == carried


def opts_out_by_text(shop: Shop) -> None:
    shop.hears((WANG, "T"))


def opts_out_by_api(shop: Shop) -> None:
    customer_records.withdraw(
        shop.parts, Caller(new_id(), "till", shop.brand), WANG, "phone", "marketing", shop.clock()
    )


def agrees_to_health(shop: Shop) -> None:
    told = Told("health", True, "paper", "我同意")
    separate_consents.record(shop.parts, WANG, shop.brand.id, told, "ann", shop.clock())


def orders(shop: Shop) -> None:
    brand = shop.parts.directory.current(shop.clock()).brands[shop.brand.id]
    event = NewEvent("e1", "order.placed", shop.clock(), WANG, data={"order_number": "A1"})
    record_events(shop.parts, brand, [event], shop.clock())


def gets_a_test(shop: Shop) -> None:
    channel_setup.send_test(shop.parts, shop.channel(), WANG, "测试", shop.clock())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("happens", "table"),
    [
        (opts_out_by_text, "consents"),
        (opts_out_by_api, "consents"),
        (agrees_to_health, "consents"),
        (orders, "outbounds"),
        (gets_a_test, "outbounds"),
    ],
)
def test_what_comes_while_the_number_changes_hands_is_the_new_owners(
    shop: Shop, happens: Callable[[Shop], None], table: str
) -> None:
    old = shop.customer(WANG).id
    with ThreadPoolExecutor(1) as pool:
        with shop.parts.store.write() as session:
            customers.lock(session, [old])
            coming = pool.submit(happens, shop)
            until_one_more_waits(shop, 0)
            changes = Changes()
            number_owners.end(session, changes, old, "staff", shop.clock(), status="unknown")
            changes.flush(session)
        coming.result(20)
    assert shop.customer(WANG).id != old
    assert len(shop.rows(table, WANG)) == 1


def ends(shop: Shop) -> None:
    old, changes = shop.customer(WANG).id, Changes()
    with shop.parts.store.write() as session:
        customers.lock(session, [old])
        number_owners.end(session, changes, old, "staff", shop.clock(), status="unknown")
        changes.flush(session)


def test_a_brand_that_knew_neither_takes_no_consent_of_before(shop: Shop, tmp_path: Path) -> None:
    other = add_brand(shop.parts, NewBrand("other", "别家", "别家"), [], shop.clock(), "test")
    assert other is not None
    brand = shop.brand_named("other")
    caller, given = Caller(new_id(), "till", brand), Grant("shop till", "我同意别家的短信", shop.clock())
    shop.passes(minutes=1)
    ends(shop)
    shop.passes(minutes=1)
    with pytest.raises(ConsentRefused):
        customer_records.grant(shop.parts, caller, WANG, given, shop.clock())
    path = tmp_path / "list.csv"
    path.write_text(f"phone\n{WANG}\n", encoding="utf-8")

    def imported(at: datetime) -> str:
        told = CustomerList(
            path=path, source=ConsentSource.STORE, consent_at=at, wording="我同意别家的短信", told_columns={},
            actor="ann", language="zh", report=tmp_path / "errors.csv", file_name=path.name, partner_id=None,
        )  # fmt: skip
        import_customers(shop.parts, brand, told)
        return str(shop.profile(WANG, "other")["consent"])

    assert imported(given.at) == "none"
    assert imported(shop.clock()) == "granted"


def test_a_separate_consent_of_before_a_withdrawal_or_of_the_former_owner_is_none(shop: Shop) -> None:
    before = shop.clock()

    def says(is_agreed: bool, at: datetime | None = None) -> None:
        told = Told("health", is_agreed, "crm", "我同意", at=at)
        separate_consents.record(shop.parts, WANG, shop.brand.id, told, "ann", shop.clock())

    says(True, before)
    says(True, before)  # told again
    shop.passes(hours=1)
    says(False)
    shop.passes(hours=1)
    with pytest.raises(separate_consents.ConsentOutdated):
        says(True, before)
    assert shop.profile(WANG)["separate_consents"] == []
    says(True, shop.clock())
    ends(shop)
    shop.passes(hours=1)
    with pytest.raises(separate_consents.ConsentOutdated):
        says(True, before)
    assert shop.profile(WANG)["separate_consents"] == []


def test_staff_write_to_the_former_owner_no_more(shop: Shop) -> None:
    staff, old = shop.a_member_of_staff(), shop.customer(WANG).id
    shop.texts(WANG, "人工")
    shop.works()
    waiting = desk.reply(shop.parts, staff, old, shop.brand.id, "马上处理", shop.clock())
    ends(shop)
    shop.dispatches()
    assert (shop.outbound(waiting).status, shop.outbound(waiting).reason) == ("refused", "reassigned_number")
    with pytest.raises(desk.DeskRefusal, match="reassigned_already"):
        desk.reply(shop.parts, staff, old, shop.brand.id, "在吗", shop.clock())


def test_a_wrong_number_leaves_no_line_of_the_former_owner_in_the_inbox(shop: Shop) -> None:
    shop.texts(WANG, "人工")
    shop.works()
    says_it_is_somebody_else(shop, WANG)
    with shop.parts.store.read() as session:
        assert len(owners_of(session, WANG)) == 2
        assert inbox.page(session, Wanted(), shop.clock()).lines == []
        assert session.scalars(select(Conversation.queue_at)).all() == [None]
