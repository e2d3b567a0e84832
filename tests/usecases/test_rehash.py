"""The hash key changes while texts come: everybody is found all the time, nobody twice, and what is proved stays so."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.reads.checkup import hash_key_notes
from app.reads.proof import prove
from app.store import customers, encryption, erasures, hash_keys, key_witness, name_hashes, replacing
from app.store.customers import Customer, Profile
from app.store.events import Order
from app.store.inbounds import Inbound
from app.store.key_fingerprints import KeyProblem
from app.store.owners import owners_of
from app.store.phone_hashes import last_four_hash, phone_hash
from app.usecases import erase_person
from app.usecases.record_events import NewEvent
from app.usecases.rehash import Rehashed, rehash
from app.usecases.report_events import report_events
from app.usecases.seal_ledgers import seal_all
from tests.databases import KEYRING
from tests.usecases.shop import LI, WANG, Shop
from tests.usecases.test_importing_batch import NEW as LISTED
from tests.usecases.test_importing_batch import Overtaken, a_batch

OLD, NEW = KEYRING.hash_key, "newer" * 8
MANY = [f"+86137{number:08d}" for number in range(300)]


@pytest.fixture(autouse=True)
def _the_tests_keys_again() -> Iterator[None]:
    yield
    encryption.install(KEYRING)


def starts(shop: Shop, *keys: str) -> None:
    """A process starts with these keys, as wiring does it."""
    ring = replace(KEYRING, hash_key=keys[0], older_hash_keys=keys[1:], past_hash_keys=())
    with shop.parts.store.write() as session:
        key_witness.examine(session, ring)
        past = hash_keys.past(session)
    encryption.install(replace(ring, past_hash_keys=past))


def is_changing(shop: Shop) -> None:
    for keys in ((OLD,), (OLD, NEW), (NEW, OLD)):
        starts(shop, *keys)


def has_changed(shop: Shop) -> None:
    is_changing(shop)
    assert rehash(shop.parts.store).left == 0
    starts(shop, NEW)


def made_known(shop: Shop) -> None:
    with shop.parts.store.write() as session:
        customers.ids_of_all(session, MANY, shop.clock())


def ids(shop: Shop, *phones: str) -> set[UUID]:
    with shop.parts.store.read() as session:
        return set(customers.ids_by_phone(session, phones).values())


def count(shop: Shop) -> int:
    with shop.parts.store.read() as session:
        return session.scalars(select(func.count()).select_from(Customer)).one()


def erases(shop: Shop) -> None:
    assert erase_person.erase_person(shop.parts, LI, erase_person.ErasureOrder("command", shop.clock()))


def notes(shop: Shop) -> list[str]:
    with shop.parts.store.read() as session:
        return [one.mend for one in hash_key_notes(session)]


def test_everybody_is_found_before_and_after(shop: Shop) -> None:
    made_known(shop)
    shop.texts(LI, "你好")
    before, people = ids(shop, *MANY, LI), count(shop)
    with shop.parts.store.read() as session:
        has_name = Profile.name.is_not(None)
        named_people = session.scalar(select(func.count()).select_from(Profile).where(has_name))
    for keys in ((OLD,), (OLD, NEW), (NEW, OLD)):
        starts(shop, *keys)
        shop.texts(LI, "还在吗")
        made_known(shop)
        assert ids(shop, *MANY, LI) == before
    done = rehash(shop.parts.store)
    assert done == Rehashed({"customers": people, "names": named_people, "orders": 0})
    starts(shop, NEW)
    shop.texts(LI, "在的")
    assert (ids(shop, *MANY, LI), count(shop)) == (before, people)
    with shop.parts.store.read() as session:
        held = session.execute(select(Customer.phone, Customer.phone_hash, Customer.last_four_hash)).all()
    assert {(bytes(a), bytes(b)) for _, a, b in held} == {
        (phone_hash(one), last_four_hash(one)) for one, _, _ in held
    }


def test_who_had_a_number_before_is_hashed_anew_by_its_last_digits(shop: Shop) -> None:
    made_known(shop)
    (former,) = ids(shop, MANY[0])
    with shop.parts.store.write() as session:
        customers.lock(session, [former])
        customers.succeed(session, former, "unknown", shop.clock())
    has_changed(shop)
    with shop.parts.store.read() as session:
        row = session.get_one(Customer, former)
        assert (row.phone_hash, bytes(row.last_four_hash)) == (None, last_four_hash(MANY[0]))
        assert owners_of(session, MANY[0])[0] == former


def test_it_goes_on_where_it_was_killed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacing, "BATCH", {"sqlite": 50, "postgresql": 50})
    made_known(shop)
    is_changing(shop)

    def killed(table: str, done: int) -> None:
        if done >= 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rehash(shop.parts.store, killed)
    with pytest.raises(KeyProblem, match="lacks a key"):
        starts(shop, NEW)
    assert len(ids(shop, *MANY)) == len(MANY)
    rehash(shop.parts.store)
    starts(shop, NEW)
    assert len(ids(shop, *MANY)) == len(MANY)


def test_texts_come_meanwhile(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacing, "BATCH", {"sqlite": 10, "postgresql": 10})
    made_known(shop)
    is_changing(shop)
    people = count(shop)
    going_on = threading.Thread(target=rehash, args=(shop.parts.store,))
    going_on.start()
    came = 0
    while going_on.is_alive() or came < 3:
        shop.texts(MANY[came * 7 % len(MANY)], "你好")
        shop.texts(f"+86138{came:08d}", "我是新来的")
        came += 1
    going_on.join()
    starts(shop, NEW)
    assert len(ids(shop, *MANY)) == len(MANY)
    assert count(shop) == people + came - len(
        ids(shop, WANG) & ids(shop, *(f"+86138{n:08d}" for n in range(came)))
    )


def test_two_who_hash_with_two_keys_make_one_person(shop: Shop) -> None:
    is_changing(shop)
    old_first = replace(encryption.keyring(), hash_key=OLD, older_hash_keys=(NEW,))
    people, new_first = count(shop), encryption.keyring()
    with shop.parts.store.write() as session:
        encryption.install(old_first)
        customers.ids_of_all(session, MANY[:1], shop.clock())
        encryption.install(new_first)
        coming = threading.Thread(target=shop.texts, args=(MANY[0], "你好"))
        coming.start()
        coming.join(0.5)
        assert coming.is_alive()
    coming.join(30)
    assert count(shop) == people + 1
    with shop.parts.store.read() as session:
        whose = [
            row.customer_id
            for row in session.execute(select(Inbound.customer_id, Inbound.text))
            if row.text == "你好"
        ]
    assert set(whose) == ids(shop, MANY[0])


def test_a_list_makes_nobody_twice(shop: Shop) -> None:
    is_changing(shop)
    old_first = replace(encryption.keyring(), hash_key=OLD, older_hash_keys=(NEW,))
    late, new_first = a_batch(shop), encryption.keyring()
    encryption.install(old_first)
    shop.texts(LISTED, "T")
    encryption.install(new_first)
    with pytest.raises(Overtaken), shop.parts.store.write() as session:
        late.write(session)
    with shop.parts.store.write() as session:
        counts = a_batch(shop).write(session)
    assert (counts["new"], counts["changed"], counts["stays_out"]) == (1, 1, 1)


def test_a_name_is_found_before_and_after(shop: Shop) -> None:
    known = shop.a_customer(LI, name="李 明", name_hash=name_hashes.name_hash("李 明"))
    for keys in ((OLD, NEW), (NEW, OLD)):
        starts(shop, *keys)
        assert named(shop, "李明") == [known]
    assert rehash(shop.parts.store).left == 0
    starts(shop, NEW)
    assert named(shop, "李明") == [known]


def named(shop: Shop, name: str) -> list[UUID]:
    theirs = select(Profile.customer_id).where(Profile.name_hash.in_(name_hashes.every(name)))
    with shop.parts.store.read() as session:
        return list(session.scalars(theirs))


def test_an_order_is_found_by_its_number(shop: Shop) -> None:
    shop.tells("order.placed", "e1", order_number="a-1")
    is_changing(shop)
    shop.tells("order.paid", "e2", order_number="A-1")
    rehash(shop.parts.store)
    starts(shop, NEW)
    shop.tells("order.shipped", "e3", order_number="a-1")
    with shop.parts.store.read() as session:
        assert session.scalars(select(Order.status)).all() == ["shipped"]


def test_the_proof_stays_whole(shop: Shop) -> None:
    shop.texts(LI, "T")
    seal_all(shop.parts, shop.clock())
    is_changing(shop)
    shop.texts(LI, "订阅")
    seal_all(shop.parts, shop.clock())
    rehash(shop.parts.store)
    starts(shop, NEW)
    assert [one for ledger in prove(shop.parts.store, {}) for one in ledger.findings] == []
    encryption.install(replace(encryption.keyring(), past_hash_keys=()))
    wrong = {one.wrong for ledger in prove(shop.parts.store, {}) for one in ledger.findings}
    assert wrong == {"was changed"}


def test_who_was_erased_is_still_out_and_nobodys_event_comes_twice(shop: Shop) -> None:
    brand = shop.parts.directory.current(shop.clock()).brands[shop.brand.id]
    told = [NewEvent("e1", "order.placed", shop.clock(), LI, data={"order_number": "A1"})]
    report_events(shop.parts, brand, told, shop.clock())
    shop.texts(LI, "退订")
    erases(shop)
    has_changed(shop)
    assert report_events(shop.parts, brand, told, shop.clock()).states == ("duplicate",)
    assert shop.customer(LI) is None
    shop.passes(hours=1)
    shop.texts(LI, "还在吗")
    assert shop.profile(LI)["consent"] == "withdrawn"
    with shop.parts.store.read() as session:
        assert bytes(erasures.of_phone(session, LI)[0].phone_hash or b"") == phone_hash(LI)


@pytest.mark.parametrize("when", ["before", "meanwhile", "after"])
def test_what_was_agreed_before_an_erasure_counts_no_more(shop: Shop, when: str) -> None:
    """Since when somebody has their number is told by the hash of the erased owner."""
    shop.texts(LI, "你好")
    erases(shop)
    if when == "before":
        shop.texts(LI, "我是新来的")
    is_changing(shop)
    if when == "meanwhile":
        shop.texts(LI, "我是新来的")
    rehash(shop.parts.store)
    starts(shop, NEW)
    if when == "after":
        shop.texts(LI, "我是新来的")
    whose = shop.customer(LI).id
    with shop.parts.store.read() as session:
        assert customers.taken_over_at(session, [whose]).keys() == {whose}


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ((NEW,), "is not the one of this database|lacks a key"),
        ((NEW, OLD), "never deployed behind"),
        ((OLD, NEW), None),
    ],
)
def test_a_key_is_deployed_behind_the_old_one_first(
    shop: Shop, keys: tuple[str, ...], told: str | None
) -> None:
    starts(shop, OLD)
    if told is None:
        starts(shop, *keys)
        return
    with pytest.raises(KeyProblem, match=told):
        starts(shop, *keys)


def test_what_has_been_replaced_comes_to_the_front_no_more(shop: Shop) -> None:
    has_changed(shop)
    starts(shop, NEW, OLD)
    for keys in ((OLD,), (OLD, NEW)):
        with pytest.raises(KeyProblem):
            starts(shop, *keys)


def test_a_key_that_waits_behind_is_not_taken_for_a_past_one(shop: Shop) -> None:
    third = "third" * 8
    is_changing(shop)
    starts(shop, NEW, OLD, third)
    rehash(shop.parts.store)
    starts(shop, third, NEW)
    assert len(ids(shop, WANG)) == 1


def test_the_doctor_tells_whether_an_old_key_has_to_stay(shop: Shop) -> None:
    starts(shop, OLD)
    assert notes(shop) == []
    starts(shop, OLD, NEW)
    assert notes(shop) == []
    starts(shop, NEW, OLD)
    assert notes(shop) == ["`huixin keys rehash`"]
    rehash(shop.parts.store)
    assert notes(shop) == ["take all but the first away"]
    starts(shop, NEW)
    assert notes(shop) == []


def test_who_stands_twice_keeps_the_old_key_needed(shop: Shop) -> None:
    starts(shop, OLD)
    made_known(shop)
    encryption.install(replace(KEYRING, hash_key=NEW))  # as a process would that skips the steps
    shop.texts(MANY[0], "你好")
    encryption.install(KEYRING)
    for keys in ((OLD, NEW), (NEW, OLD)):
        starts(shop, *keys)
    assert rehash(shop.parts.store).left == 1
    assert notes(shop) == ["`huixin keys rehash`"]
    with pytest.raises(KeyProblem, match="lacks a key"):
        starts(shop, NEW)
