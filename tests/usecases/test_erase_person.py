"""Erasing a person: nobody can read any more what was kept, the proof stays whole, and opt-outs count for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, select, text, update

from app.domain.purpose import Cause, CauseKind
from app.jobs import expire_numbers
from app.reads import conversations as conversation_reads
from app.store import customers, number_reviews
from app.store.append_only import SEALING
from app.store.columns import Encrypted
from app.store.customers import Customer, Profile
from app.store.inbounds import Inbound
from app.store.outbound.table import Outbound
from app.store.personal import ERASED, Personal
from app.store.schema import metadata
from app.store.staff import AuditEntry
from app.store.tables import new_id
from app.usecases import customer_records, desk, number_owners, separate_consents
from app.usecases.api_access import Caller
from app.usecases.changes import Changes
from app.usecases.customer_records import Grant
from app.usecases.erase_person import ErasureOrder, erase_person
from app.usecases.export_person import export_person
from app.usecases.record_events import NewEvent
from app.usecases.report_events import report_events
from app.usecases.seal_ledgers import seal_all
from app.usecases.separate_consents import Told
from tests.usecases.shop import LI, WANG, Shop
from tests.usecases.test_seal_ledgers import found, proof_of

IN_THE_CLEAR = {
    "complaint_events": {"details", "kind"},
    "complaints": {
        *("campaign", "category", "clock", "follow_up_result", "kind", "status", "variant", "warned"),
    },
    "consent_events": {"kind", "source"},
    "conversations": {"reason", "status"},
    "decisions": {"details", "reason", "subject", "trace_id", "verdict"},
    "events": {"type"},
    "inbounds": {"outcome", "provider_message_id", "status", "trace_id"},
    "labels": {"guessed", "intent", "labelled_by", "model", "reviewed_by", "state"},
    "orders": {"status"},
    "outbounds": {
        *(
            "cause",
            "cause_type",
            "code",
            "encoding",
            "language",
            "offered",
            "offers",
            "provider_id",
            "purpose",
        ),
        *("reason", "reasons", "status", "step", "trace_id"),
    },
    "profiles": {"consent"},
    "runs": {"cause", "cause_type", "flow", "outcome", "status"},
    "simulated_messages": {"address", "receipt_code", "receipt_status"},
}
"""Codes, figures, names of flows, steps and offers, the brand's own numbers, and the provider's own ids."""


@pytest.fixture
def lived(engine: Engine) -> Shop:
    """A shop that knows all sorts of things about Li: an order, a complaint, a run under way."""
    shop = Shop(engine)
    shop.tells(
        "order.shipped", "e1", LI, order_number="A1024", attributes={"name": "张三丰", "sweet": "巧克力"}
    )
    shop.texts(LI, "投诉 送来的蛋糕是坏的")
    shop.works()
    staff = shop.a_member_of_staff()
    (complaint,) = shop.rows("complaints", LI)
    desk.note(shop.parts, staff, complaint.id, "内部备注", shop.clock())
    shop.texts(WANG, "查订单")
    shop.works()
    return shop


def erased(shop: Shop, phone: str) -> None:
    assert erase_person(shop.parts, phone, ErasureOrder("command", shop.clock())) is not None


def test_what_was_said_cannot_be_read_any_more(lived: Shop) -> None:
    person = lived.customer(LI)
    key = bytes(person.key)
    erased(lived, LI)
    with lived.parts.store.read() as session:
        (row,) = session.scalars(select(Inbound).where(Inbound.customer_id == person.id))
        profiles = session.scalars(select(Profile).where(Profile.customer_id == person.id)).all()
        phone, held = session.execute(
            select(Customer.phone, Customer.key).where(Customer.id == person.id)
        ).one()
        for table in metadata().sorted_tables:
            for raw in session.execute(text(f"SELECT * FROM {table.name}")).mappings():
                assert all(key not in bytes(value) for value in raw.values() if isinstance(value, bytes))
        assert (row.text, row.outcome is not None, phone, bytes(held)) == ("", True, "", b"")
        assert [(one.name, one.attributes, one.tags, one.said) for one in profiles] == [(None, {}, [], {})]


def test_an_erased_persons_profile_says_no_more_than_a_former_owners(lived: Shop) -> None:
    """Both are emptied by the same list: see `ERASED`."""
    told = {"name": "张三丰", "language": "en", "tags": ["vip"], "is_personalised": False}
    with lived.parts.store.write() as session:
        for phone in (LI, WANG):
            session.execute(
                update(Profile)
                .where(Profile.customer_id == lived.customer(phone).id)
                .values(said={"flavour": "x"})
            )
    ids = [lived.a_customer(phone, consent="granted", **told) for phone in (LI, WANG)]
    erased(lived, LI)
    changes = Changes()
    with lived.parts.store.write() as session:
        customers.lock(session, ids)
        number_owners.end(session, changes, ids[1], "staff", lived.clock(), status="unknown")
        changes.flush(session)
    with lived.parts.store.read() as session:
        profiles = {one["customer_id"]: one for one in customers.profiles(session, ids).values()}
    names = (
        "name",
        "language",
        "timezone",
        "attributes",
        "tags",
        "said",
        "separate_consents",
        "is_personalised",
    )
    left = [{name: profiles[person][name] for name in names} for person in ids]
    assert left[0] == left[1]
    assert list(left[0].values()) == [None, None, None, {}, [], {}, [], True]


def test_nothing_is_shown_or_given_out_after_it(lived: Shop) -> None:
    person, brand = lived.customer(LI), lived.brand
    erased(lived, LI)
    with lived.parts.store.read() as session:
        assert conversation_reads.person(session, person.id, brand.id) is None
        assert customers.by_phone(session, LI) is None
    with pytest.raises(desk.DeskRefusal):
        desk.reply(lived.parts, lived.a_member_of_staff(), person.id, brand.id, "您好", lived.clock())


SAID = ("张三丰", "巧克力", "13800001001", "A1024", "蛋糕", "内部备注", "李家铺", "生日", "e1-138", "小陈")


def says_and_does_much(shop: Shop) -> None:
    """Each of these leaves something of Li in another table."""
    caller, now = Caller(new_id(), "till", shop.brand), shop.clock()
    granted = Grant("店员替张三丰登记", "张三丰同意接收优惠短信", now)
    customer_records.put(shop.parts, caller, LI, now, told={"name": "张三丰"}, attributes={"喜好": "巧克力"})
    customer_records.grant(shop.parts, caller, LI, granted, now)
    told = Told("health", True, "paper", "本人张三丰同意")
    separate_consents.record(shop.parts, LI, shop.brand.id, told, "ann", now)
    brand = shop.parts.directory.current(now).brands[shop.brand.id]
    event = NewEvent(
        "e1-13800001001", "order.placed", now, LI, {"sweet": "巧克力"}, {"order_number": "A1024"}
    )
    report_events(shop.parts, brand, [event], now)
    shop.texts(LI, "关闭个性化")
    shop.texts(LI, "加入 我是李家铺的小陈")
    shop.works()
    shop.texts(LI, "好的")
    shop.texts(LI, "投诉 生日蛋糕是坏的，我住李家铺")
    shop.works()
    shop.hears((LI, "STOP 我是小陈"), opt_out_type="stop")
    shop.hears((LI, "START 小陈"), opt_out_type="start")
    staff, (complaint,) = shop.a_member_of_staff(), shop.rows("complaints", LI)
    desk.note(shop.parts, staff, complaint.id, "内部备注", now)
    desk.reply(shop.parts, staff, complaint.customer_id, shop.brand.id, "张三丰您好", now)
    shop.works()


def all_that_can_be_read(shop: Shop) -> str:
    """Every value of every table, decrypted where the application can."""
    with shop.parts.store.read() as session:
        return "\n".join(
            f"{table.name} {row}"
            for table in metadata().sorted_tables
            for row in session.execute(select(table))
        )


def test_nothing_that_can_be_read_tells_of_them(shop: Shop) -> None:
    shop.a_channel("shared", "10690000000002")
    shop.a_sender(shop.channel("shared").id, "10690000000003", shop.a_brand("cafe"))
    says_and_does_much(shop)
    shop.hears((LI, "我住李家铺"), channel="shared", to_address="10690000999999")
    before = all_that_can_be_read(shop)
    assert [one for one in SAID if one not in before] == []
    erased(shop, LI)
    after = all_that_can_be_read(shop)
    assert [one for one in SAID if one in after] == []


def test_an_unknown_number_has_nothing_to_erase(lived: Shop) -> None:
    assert erase_person(lived.parts, "+8613900009999", ErasureOrder("command", lived.clock())) is None


def test_others_keep_what_is_theirs(lived: Shop) -> None:
    before = [row.text for row in lived.rows("outbounds", WANG)]
    erased(lived, LI)
    assert [row.text for row in lived.rows("outbounds", WANG)] == before
    assert before


def test_what_is_under_way_ends(lived: Shop) -> None:
    lived.texts(LI, "查订单")
    lived.works()
    lived.queues(LI, "您的订单已收到。", Cause(CauseKind.EVENT, lived.clock(), "order.placed"))
    lived.texts(LI, "再查一下")
    tables = ("complaints", "conversations", "inbounds", "runs", "outbounds")
    person = lived.customer(LI)
    erased(lived, LI)
    with lived.parts.store.read() as session:
        left = {
            name: set(session.scalars(select(table.c.status).where(table.c.customer_id == person.id)))
            for name, table in metadata().tables.items()
            if name in tables
        }
        questions = metadata().tables["open_questions"]
        assert session.scalars(select(questions).where(questions.c.customer_id == person.id)).all() == []
    assert (left["complaints"], left["conversations"], left["inbounds"]) == ({"closed"}, {"closed"}, {"done"})
    assert left["runs"] == {"finished"}
    assert "cancelled" in left["outbounds"]
    assert not left["outbounds"] & {"queued", "claimed"}


def test_the_proof_stays_whole(lived: Shop) -> None:
    lived.texts(LI, "退订")
    seal_all(lived.parts, lived.clock())
    lived.texts(LI, "TD")
    erased(lived, LI)
    for ledger in ("audit", "consent_events", "decisions"):
        assert found(lived, ledger) == set()
    seal_all(lived.parts, lived.clock())
    for ledger in ("audit", "consent_events", "decisions"):
        assert (found(lived, ledger), proof_of(lived, ledger).unsealed) == (set(), 0)


def test_the_audit_says_that_it_was_done_but_not_to_whom(lived: Shop) -> None:
    person = lived.customer(LI)
    erased(lived, LI)
    with lived.parts.store.read() as session:
        (noted,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "customer.erase"))
        assert (noted.subject_id, noted.details) == (str(person.id), {})


@pytest.mark.parametrize("word", ["退订", "STOP"])
def test_the_number_comes_again_as_a_new_person_who_is_still_out(lived: Shop, word: str) -> None:
    lived.texts(LI, word)
    lived.works()
    before, old = lived.profile(LI), lived.customer(LI).id
    assert before["consent"] == "withdrawn"
    erased(lived, LI)
    erased_at = lived.clock()
    lived.texts(LI, "你好")
    after, new = lived.profile(LI), lived.customer(LI).id
    assert new != old
    assert lived.customer(LI).phone == LI
    assert (after["consent"], after["consent_at"], after["stopped_at"], after["name"]) == (
        "withdrawn", before["consent_at"], before["stopped_at"], None
    )  # fmt: skip
    exported = export_person(lived.parts, LI, "command", erased_at)
    assert exported is not None
    assert {row["text"] for row in exported["inbounds"]} == {"你好"}
    (line,) = exported["consent_events"]
    assert (line["source"], line["evidence"]) == ("kept_opt_out", {})
    assert old not in {row.get("customer_id") for rows in exported.values() for row in rows}


def test_who_agreed_and_was_erased_has_to_agree_anew(lived: Shop) -> None:
    lived.a_customer(LI, consent="granted")
    erased(lived, LI)
    assert lived.a_customer(LI, consent=None)
    assert (lived.profile(LI)["consent"], lived.profile(LI)["stopped_at"]) == ("none", None)


def test_of_several_erasures_the_last_word_counts(lived: Shop) -> None:
    lived.texts(LI, "退订")
    erased(lived, LI)
    lived.a_customer(LI, consent="granted")
    erased(lived, LI)
    lived.a_customer(LI, consent=None)
    assert lived.profile(LI)["consent"] == "none"
    lived.texts(LI, "退订")
    erased(lived, LI)
    lived.a_customer(LI, consent=None)
    assert lived.profile(LI)["consent"] == "withdrawn"


def test_what_comes_back_from_the_carrier_after_it_does_not_leave(lived: Shop) -> None:
    reply = lived.queues(LI, "几点都行。", Cause(CauseKind.INBOUND, lived.clock()))
    late = lived.queues(LI, "您的订单已发货。", Cause(CauseKind.EVENT, lived.clock(), "order.shipped"))
    erased(lived, LI)
    with lived.parts.store.write() as session:
        again = update(Outbound).where(Outbound.id.in_((reply, late)))
        session.execute(again.values(status="queued", reason="temporary", due_at=lived.clock()))
    lived.dispatches()
    told = {(lived.outbound(one).status, lived.outbound(one).reason) for one in (reply, late)}
    assert told == {("refused", "person_erased")}


def test_an_erased_number_is_nobodys_to_review_or_to_end(lived: Shop) -> None:
    lived.knows_the_number(LI, "dead")
    person, brand = lived.customer(LI), lived.brand.id
    with lived.parts.store.read() as session:
        before = number_reviews.share(session, brand, lived.clock())[0]
    erased(lived, LI)
    lived.passes(days=181)
    assert expire_numbers.run(lived.parts, lived.clock()) == {"ended": 0}
    with lived.parts.store.read() as session:
        assert number_reviews.share(session, brand, lived.clock())[0] == before - 1
        listed = [row.id for rows in number_reviews.unverified(session, brand, lived.clock()) for row in rows]
    assert person.id not in listed


def test_the_last_owners_word_goes_to_the_next_one(lived: Shop) -> None:
    lived.texts(LI, "退订")
    erased(lived, LI)
    lived.a_customer(LI, consent="granted")
    lived.knows_the_number(LI, "dead")
    lived.passes(days=181)
    assert expire_numbers.run(lived.parts, lived.clock()) == {"ended": 1}
    assert lived.profile(LI)["consent"] == "none"
    assert lived.rows("consents", LI) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_text_that_comes_during_the_erasure_belongs_to_the_new_person(lived: Shop) -> None:
    old = lived.customer(LI).id
    with lived.parts.store.write() as session:
        customers.lock(session, [old])
        coming = threading.Thread(target=lived.texts, args=(LI, "还在吗"))
        coming.start()
        coming.join(0.5)
        assert coming.is_alive()
        session.execute(update(Customer).where(Customer.id == old).values(key=b"", phone_hash=None))
    coming.join(30)
    assert lived.customer(LI).id != old
    assert [row.text for row in lived.rows("inbounds", LI)] == ["还在吗"]


def test_texts_that_come_beside_erasures_are_readable_or_erased(lived: Shop) -> None:
    def told(turn: int) -> None:
        for number in range(10):
            lived.hears((LI, f"第 {turn}.{number} 句"), (WANG, f"第 {turn}.{number} 句"))

    def forgotten() -> None:
        for _ in range(6):
            erase_person(lived.parts, LI, ErasureOrder("command", lived.clock()))

    with lived.parts.store.read() as session:
        before = set(session.scalars(select(Inbound.id)))
    with ThreadPoolExecutor(3) as pool:
        going_on = [pool.submit(told, 1), pool.submit(told, 2), pool.submit(forgotten)]
    for one in going_on:
        one.result()
    with lived.parts.store.read() as session:
        texts = select(Inbound.text, Inbound.status, Customer.key).join(Customer)
        came = session.execute(texts.where(Inbound.id.not_in(before))).all()
    assert len(came) == 40
    assert {(row.text == "", row.status) for row in came if not row.key} <= {(True, "done")}
    assert {row.text for row in came if row.key} >= {
        f"第 {turn}.{n} 句" for turn in (1, 2) for n in range(10)
    }
    assert all(row.text for row in came if row.key)


def test_every_column_about_a_person_is_sealed_emptied_or_known_to_tell_nothing() -> None:
    found: dict[str, set[str]] = {}
    for table in metadata().sorted_tables:
        if "customer_id" not in table.columns and table.name not in ("customers", "simulated_messages"):
            continue
        for column in table.columns:
            is_hidden = isinstance(column.type, Personal | Encrypted) or ERASED in column.info
            is_text = (
                "VARCHAR" in str(column.type) or "JSON" in str(column.type) or "TEXT" in str(column.type)
            )
            if is_text and not is_hidden and column.name not in SEALING:
                found.setdefault(table.name, set()).add(column.name)
    assert found == IN_THE_CLEAR
