"""Ledgers are sealed in chains: whatever is changed, removed, inserted or moved is named; sealing never forks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.domain.proof.chain import Head
from app.reads.proof import Proof, prove
from app.store import encryption, forgetting, ledgers, seals
from app.store.consents import ConsentEvent
from app.store.ledgers import LEDGERS
from app.store.seals import Seal
from app.usecases import audit, rotate_keys, seal_ledgers
from app.usecases.seal_ledgers import seal_all, seal_next
from tests.databases import KEYRING
from tests.store.tampering import tamper
from tests.usecases.shop import LI, WANG, Shop

NAMES = sorted(LEDGERS)


@pytest.fixture
def lived(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop whose ledgers have some rows under several seals."""
    monkeypatch.setattr(seal_ledgers, "BATCH", 4)
    for words in ("T", "人工", "订阅"):
        shop.texts(WANG, words)
        shop.texts(LI, words)
        shop.works()
    with shop.parts.store.write() as session:
        for number in range(9):
            audit.note(
                session, "ann", "customer.reveal", "customer", str(number), shop.clock(), where="console"
            )
    seal_all(shop.parts, shop.clock())
    return shop


def proof_of(shop: Shop, ledger: str, **known: Head) -> Proof:
    return next(one for one in prove(shop.parts.store, known) if one.ledger == ledger)


def found(shop: Shop, ledger: str, **known: Head) -> set[tuple[str, str, str]]:
    return {(one.subject, one.which, one.wrong) for one in proof_of(shop, ledger, **known).findings}


def ids(shop: Shop, ledger: str, sequence: int = 2) -> list[UUID]:
    """The rows under a seal."""
    table = LEDGERS[ledger]
    with shop.parts.store.read() as session:
        mine = select(Seal.id).where(Seal.ledger == ledger, Seal.sequence == sequence)
        return list(session.scalars(select(table.c.id).where(table.c.seal_id.in_(mine)).order_by(table.c.id)))


def stored(shop: Shop, row_id: UUID) -> Any:
    """An id as a statement in text has to give it."""
    return row_id.hex if shop.parts.store.is_sqlite else row_id


def test_what_was_recorded_is_sealed_and_proves_whole(lived: Shop) -> None:
    for proof in prove(lived.parts.store, {}):
        assert proof.findings == []
        assert proof.unsealed == 0
        assert proof.seals >= 2
        assert proof.rows > 4
    assert seal_all(lived.parts, lived.clock()) == 0


def test_what_is_not_sealed_yet_is_counted_and_no_finding(lived: Shop) -> None:
    with lived.parts.store.write() as session:
        audit.note(session, "ann", "customer.reveal", "customer", "x", lived.clock())
    assert (proof_of(lived, "audit").unsealed, found(lived, "audit")) == (1, set())


CHANGES = {
    "audit": {
        "actor": "bob",
        "action": "log_in",
        "details": '{"where": "api"}',
        "at": "2020-01-01 00:00:00.000000",
    },
    "consent_events": {"kind": "granted!", "evidence": b"x" * 200, "source": "paper"},
    "decisions": {"verdict": "refused!", "reason": "mood", "details": "{}", "trace_id": "0"},
}


@pytest.mark.parametrize(
    ("ledger", "column"), [(ledger, column) for ledger, columns in CHANGES.items() for column in columns]
)
def test_a_changed_row_is_named(lived: Shop, engine: Engine, ledger: str, column: str) -> None:
    row_id = ids(lived, ledger)[1]
    change = f"UPDATE {ledger} SET {column} = :value WHERE id = :id"
    assert tamper(engine, change, value=CHANGES[ledger][column], id=stored(lived, row_id)) == 1
    assert found(lived, ledger) == {("row", str(row_id), "was changed")}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("value", ["never", "12", b"\x00"])
def test_a_row_with_what_nobody_can_read_is_named(lived: Shop, engine: Engine, value: Any) -> None:
    row_id = ids(lived, "decisions")[1]
    tamper(engine, "UPDATE decisions SET at = :value WHERE id = :id", value=value, id=row_id.hex)
    assert found(lived, "decisions") == {("row", str(row_id), "was changed")}


@pytest.mark.parametrize("ledger", NAMES)
def test_a_removed_row_is_named(lived: Shop, engine: Engine, ledger: str) -> None:
    first, *_, last = ids(lived, ledger)
    for row_id in (first, last):
        tamper(engine, f"DELETE FROM {ledger} WHERE id = :id", id=stored(lived, row_id))
    assert found(lived, ledger) == {("row", str(row_id), "was removed") for row_id in (first, last)}


@pytest.mark.parametrize("ledger", NAMES)
@pytest.mark.parametrize("is_within", [True, False])
def test_an_inserted_row_is_named(lived: Shop, engine: Engine, ledger: str, is_within: bool) -> None:
    """A copy of a row under an id of its own, with digest and seal of the copied one."""
    row_id = ids(lived, ledger)[0]
    fresh = UUID(int=row_id.int + 1) if is_within else UUID(int=(1 << 128) - 1)
    names = ", ".join(column.name for column in LEDGERS[ledger].columns if column.name != "id")
    tamper(
        engine,
        f"INSERT INTO {ledger} (id, {names}) SELECT :fresh, {names} FROM {ledger} WHERE id = :id",
        fresh=stored(lived, fresh),
        id=stored(lived, row_id),
    )
    told = "seal 2 does not list it" if is_within else "no seal covers it as it says"
    assert found(lived, ledger) == {("row", str(fresh), f"was inserted: {told}")}


@pytest.mark.parametrize("ledger", NAMES)
def test_two_rows_that_changed_places_are_named(lived: Shop, engine: Engine, ledger: str) -> None:
    one, other = ids(lived, ledger)[:2]
    for was, becomes in ((one, UUID(int=0)), (other, one), (UUID(int=0), other)):
        change = f"UPDATE {ledger} SET id = :becomes WHERE id = :was"
        tamper(engine, change, becomes=stored(lived, becomes), was=stored(lived, was))
    assert found(lived, ledger) == {("row", str(row_id), "was changed") for row_id in (one, other)}


@pytest.mark.parametrize("ledger", NAMES)
def test_a_row_moved_to_another_seal_or_out_of_all_is_named(lived: Shop, engine: Engine, ledger: str) -> None:
    row_id = ids(lived, ledger)[1]
    tamper(
        engine, f"UPDATE {ledger} SET seal_id = NULL, digest = NULL WHERE id = :id", id=stored(lived, row_id)
    )
    assert found(lived, ledger) == {("row", str(row_id), "was removed")}
    seal_all(lived.parts, lived.clock())
    assert found(lived, ledger) == {("row", str(row_id), "was removed")}


SEAL_CHANGES = {
    "at": ("2020-01-01 00:00:00.000000", "was rewritten: its digest is another"),
    "count": (3, "was rewritten: its digest is another"),
    "digest": (bytes(32), "was rewritten: its digest is another"),
    "previous": (bytes(32), "was rewritten: its digest is another"),
    "rows_digest": (bytes(32), "was rewritten: its digest is another"),
    "signature": (bytes(64), "is not signed by this installation"),
    "ids": (bytes(64), "was rewritten: its list of rows is another"),
}


@pytest.mark.parametrize("column", SEAL_CHANGES)
def test_a_rewritten_seal_is_named(lived: Shop, engine: Engine, column: str) -> None:
    value, wrong = SEAL_CHANGES[column]
    change = f"UPDATE seals SET {column} = :value WHERE ledger = 'decisions' AND sequence = 2"
    assert tamper(engine, change, value=value) == 1
    assert ("seal", "2", wrong) in found(lived, "decisions")
    assert found(lived, "audit") == set()


def test_a_seal_rewritten_with_its_digest_lacks_the_signature(lived: Shop, engine: Engine) -> None:
    """Who owns the database alone can compute every digest of a seal, but cannot sign."""
    with lived.parts.store.read() as session:
        seal = session.scalars(select(Seal).where(Seal.ledger == "audit", Seal.sequence == 2)).one()
        session.expunge(seal)
    seal.at += timedelta(hours=1)
    digest = seal.link().says.digest()
    change = "UPDATE seals SET at = :at, digest = :digest WHERE ledger = 'audit' AND sequence = 2"
    at = seal.at.replace(tzinfo=None).isoformat(" ") if lived.parts.store.is_sqlite else seal.at
    tamper(engine, change, at=at, digest=digest)
    assert ("seal", "2", "is not signed by this installation") in found(lived, "audit")
    assert ("seal", "3", "does not continue the seal before it") in found(lived, "audit")


def test_a_removed_seal_and_the_rows_that_it_covered_are_named(lived: Shop, engine: Engine) -> None:
    covered = ids(lived, "decisions", 2)
    tamper(engine, "DELETE FROM seals WHERE ledger = 'decisions' AND sequence = 2")
    rows = {("row", str(row_id), "was inserted: no seal covers it as it says") for row_id in covered}
    assert found(lived, "decisions") == {("seal", "2", "was removed"), *rows}


def test_an_end_cut_off_is_found_by_who_kept_an_earlier_proof(lived: Shop, engine: Engine) -> None:
    known = proof_of(lived, "audit").head
    assert found(lived, "audit", audit=known) == set()
    for row_id in ids(lived, "audit", known.sequence):
        tamper(engine, "DELETE FROM audit WHERE id = :id", id=stored(lived, row_id))
    tamper(engine, "DELETE FROM seals WHERE ledger = 'audit' AND sequence = :last", last=known.sequence)
    assert found(lived, "audit") == set()
    removed = ("seal", str(known.sequence), "was removed: it is known from before")
    assert found(lived, "audit", audit=known) == {removed}
    with lived.parts.store.write() as session:
        for _ in range(4):
            audit.note(session, "eve", "log_in", "staff", "x", lived.clock())
    seal_all(lived.parts, lived.clock())
    another = ("seal", str(known.sequence), "is not the one that was known")
    assert found(lived, "audit", audit=known) == {another}


def test_both_databases_digest_the_same_row_alike(lived: Shop) -> None:
    row_id, customer, brand = UUID(int=1), UUID(int=2), UUID(int=3)
    for row in lived.rows("decisions", LI)[:1]:
        customer, brand = row.customer_id, row.brand_id
    table, at = LEDGERS["decisions"], lived.clock.at.replace(microsecond=120)
    values = {
        "id": row_id, "at": at, "customer_id": customer, "brand_id": brand, "subject": "outbound",
        "subject_id": row_id, "verdict": "allowed", "reason": "允许", "details": {"b": [1.5, "微"], "a": None},
        "trace_id": "t",
    }  # fmt: skip
    with lived.parts.store.write() as session:
        session.execute(table.insert(), [values])
        (row,) = [one for one in ledgers.unsealed(session, "decisions", 9) if one["id"] == row_id]
    assert ledgers.written("decisions", row) == {
        "ledger": "decisions", "id": str(row_id), "at": at.isoformat(timespec="microseconds"),
        "customer_id": str(customer), "brand_id": str(brand), "subject": "outbound",
        "subject_id": str(row_id), "verdict": "allowed", "reason": "允许",
        "details": '{"b": [1.5, "\\u5fae"], "a": null}', "trace_id": "t",
    }  # fmt: skip


def test_rotating_the_keys_changes_no_digest(lived: Shop) -> None:
    new, old = Fernet.generate_key().decode(), KEYRING.encryption_keys[0]
    assert lived.rows("consents", LI)[0].evidence == {}
    try:
        encryption.install(encryption.Keyring((new, old), KEYRING.hash_key, KEYRING.signing_key))
        rotate_keys.rotate(lived.parts.store)
        encryption.install(encryption.Keyring((new,), KEYRING.hash_key, KEYRING.signing_key))
        assert lived.rows("consents", LI)[0].evidence == {}
        assert found(lived, "consent_events") == set()
    finally:
        encryption.install(KEYRING)


def test_what_is_erased_by_destroying_its_key_breaks_no_chain(lived: Shop) -> None:
    whose = lived.customer(LI).id
    mine = select(ConsentEvent.evidence).where(ConsentEvent.customer_id == whose)
    with lived.parts.store.write() as session:
        opened = session.scalars(mine).all()
        forgetting.forget(session, whose, "person_erased", lived.clock())
    assert any(opened)
    with lived.parts.store.read() as session:
        assert set(map(str, session.scalars(mine))) == {"{}"}
    for ledger in NAMES:
        assert found(lived, ledger) == set()


def test_an_envelope_stays_as_it_was_sealed_its_key_too(lived: Shop, engine: Engine) -> None:
    row_id = ids(lived, "consent_events")[0]
    change = text("UPDATE consent_events SET evidence = :gone WHERE id = :id")
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(change, {"gone": bytes(200), "id": stored(lived, row_id)})


def test_another_key_proves_nothing(lived: Shop) -> None:
    try:
        encryption.install(encryption.Keyring(KEYRING.encryption_keys, "other" * 8, KEYRING.signing_key))
        assert {one[2] for one in found(lived, "audit")} == {"was changed"}
        encryption.install(encryption.Keyring(KEYRING.encryption_keys, KEYRING.hash_key, "0f" * 32))
        assert {one[2] for one in found(lived, "audit")} == {"is not signed by this installation"}
    finally:
        encryption.install(KEYRING)


def test_many_sealers_at_once_never_fork_a_chain(shop: Shop) -> None:
    with shop.parts.store.write() as session:
        for number in range(300):
            audit.note(session, "ann", "customer.reveal", "customer", str(number), shop.clock())
    waiting = proof_of(shop, "audit").unsealed
    start = Barrier(4)

    def seals_until_nothing_is_left(_: int) -> int:
        start.wait()
        return sum(seal_next(shop.parts, "audit", shop.clock()) for _ in range(20))

    with ThreadPoolExecutor(4) as crowd:
        sealed = sum(crowd.map(seals_until_nothing_is_left, range(4)))
    proof = proof_of(shop, "audit")
    assert (sealed, proof.rows, proof.unsealed, proof.findings) == (waiting, waiting, 0, [])


@pytest.mark.parametrize("at", ["head", "add", "mark"])
def test_a_sealer_killed_at_any_moment_leaves_nothing_half_sealed(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    with shop.parts.store.write() as session:
        audit.note(session, "ann", "customer.reveal", "customer", "1", shop.clock())
    waiting = proof_of(shop, "audit").unsealed
    module: Any = ledgers if at == "mark" else seals
    whole: Callable[..., Any] = getattr(module, at)

    class Killed(BaseException):
        pass

    def dies(*given: Any) -> Any:
        whole(*given)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(module, at, dies)
        with pytest.raises(Killed):
            seal_next(shop.parts, "audit", shop.clock())
    proof = proof_of(shop, "audit")
    assert (proof.seals, proof.unsealed, proof.findings) == (0, waiting, [])
    assert seal_next(shop.parts, "audit", shop.clock()) == waiting


def test_no_two_seals_have_one_place_in_a_chain(lived: Shop) -> None:
    with lived.parts.store.read() as session:
        seal = session.scalars(select(Seal).where(Seal.ledger == "audit", Seal.sequence == 2)).one()
        link = seal.link()
        count = session.scalar(select(func.count()).select_from(Seal))
    with pytest.raises(IntegrityError), lived.parts.store.write() as session:
        seals.add(session, link.says, link.ids)
    with lived.parts.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Seal)) == count
