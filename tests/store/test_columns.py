"""Columns: instants in UTC, JSON in the order it was written, and what is private unreadable at rest."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Engine, make_url, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from app.store import encryption, flows
from app.store.columns import Encrypted, EncryptedJson
from app.store.heartbeats import Heartbeat
from app.store.personal import Personal
from app.store.schema import metadata
from app.usecases import desk
from app.usecases.rotate_keys import count_rows, rotate
from tests.databases import KEYRING
from tests.usecases.shop import LI, WANG, Shop

PRIVATE = (
    "13800001001",
    "张三丰",
    "蛋糕是坏的",
    "巧克力",
    "已为您重做",
    "A1024XYZ",
    "您反映",
    "内部备注",
    "麦香坊】",
)
WORDS = {*PRIVATE, *(json.dumps(word)[1:-1] for word in PRIVATE)}
"""And as JSON would escape them."""


@pytest.fixture
def lived(engine: Engine) -> Shop:
    """A shop in which everything that is private has been stored once."""
    shop = Shop(engine)
    attributes = {"name": "张三丰", "favourite": "巧克力"}
    shop.tells("order.shipped", "e1", LI, order_number="A1024XYZ", attributes=attributes)
    shop.texts(LI, "投诉 送来的蛋糕是坏的")
    shop.works()
    staff = shop.a_member_of_staff()
    desk.reply(shop.parts, staff, shop.customer(LI).id, shop.brand.id, "已为您重做", shop.clock())
    (complaint,) = shop.rows("complaints", LI)
    desk.note(shop.parts, staff, complaint.id, "内部备注", shop.clock())
    desk.resolve(shop.parts, staff, complaint.id, "", shop.clock())
    shop.texts(WANG, "查订单")
    shop.works()
    shop.texts(WANG, "A1024XYZ")
    shop.hears((LI, "巧克力"))
    shop.works()
    return shop


def test_nothing_private_can_be_read_in_any_row(lived: Shop) -> None:
    found = []
    with lived.parts.store.read() as session:
        for table in metadata().sorted_tables:
            for row in session.execute(text(f"SELECT * FROM {table.name}")).mappings():
                for name, value in row.items():
                    shown = (
                        bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    )
                    if table.name not in ("flow_versions", "brands"):
                        found += [(table.name, name, word) for word in WORDS if word in shown]
    assert found == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_private_can_be_read_in_the_file(lived: Shop, database_url: str) -> None:
    lived.parts.store.close()
    path = Path(make_url(database_url).database or "")
    raw = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    private = [
        word for word in PRIVATE if word not in ("您反映", "麦香坊】")
    ]  # those are in the shipped flows
    assert [word for word in private if word.encode() in raw] == []


def test_these_columns_are_encrypted() -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table in metadata().sorted_tables
        for column in table.columns
        if isinstance(column.type, Encrypted | EncryptedJson | Personal)
    }
    assert {
        "customers.phone", "profiles.name", "profiles.attributes", "inbounds.text", "outbounds.text",
        "outbounds.body", "runs.state", "complaints.summary", "complaint_events.note", "events.data",
        "orders.data", "quarantine.body", "consent_events.evidence", "channels.secret", "channels.settings",
        "simulated_messages.text", "open_questions.choices", "kept_answers.body",
        "imports.head",
    } <= sealed  # fmt: skip


def test_keys_rotate_and_the_old_one_can_go(lived: Shop) -> None:
    shop = lived
    before = [row.text for row in shop.rows("inbounds", LI)]
    old, new = KEYRING.encryption_keys[0], Fernet.generate_key().decode()
    try:
        encryption.install(encryption.Keyring((new, old), KEYRING.hash_key, KEYRING.signing_key))
        told: list[tuple[str, int]] = []
        counts = rotate(shop.parts.store, lambda table, done: told.append((table, done)))
        assert sum(counts.values()) == count_rows(shop.parts.store) > 0
        assert dict(told) == {table: rows for table, rows in counts.items() if rows}
        encryption.install(encryption.Keyring((new,), KEYRING.hash_key, KEYRING.signing_key))
        assert [row.text for row in shop.rows("inbounds", LI)] == before
        assert shop.customer(LI).phone == LI
        assert shop.profile(LI)["attributes"]["favourite"]["value"] == "巧克力"
    finally:
        encryption.install(KEYRING)


def test_another_key_reads_nothing(lived: Shop) -> None:
    try:
        encryption.install(
            encryption.Keyring((Fernet.generate_key().decode(),), KEYRING.hash_key, KEYRING.signing_key)
        )
        with pytest.raises(encryption.InvalidToken):
            lived.rows("inbounds", LI)
    finally:
        encryption.install(KEYRING)


def test_equal_values_are_stored_unequally_and_found_all_the_same() -> None:
    ring = encryption.Keyring(("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",), "k" * 32, "5e" * 32)
    assert ring.encrypt("a") != ring.encrypt("a")
    assert ring.digest("phone", "a") == ring.digest("phone", "a")
    assert ring.digest("phone", "a") != ring.digest("order", "a")
    assert "MDEy" not in repr(ring)


def test_flows_start_at_their_first_step_on_both_databases(engine: Engine) -> None:
    shop = Shop(engine)
    with shop.parts.store.read() as session:
        found = flows.published(session, shop.brand.id)
        assert next(iter(found["sign_up"].definition["steps"])) == "look"
        assert next(iter(found["order_confirmation"].definition["steps"])) == "confirm"


def test_an_instant_comes_back_in_utc(engine: Engine) -> None:
    shop = Shop(engine)
    at = datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with shop.parts.store.write() as session:
        session.add(Heartbeat(name="x", at=at, says={}))
    with shop.parts.store.read() as session:
        held = session.scalars(select(Heartbeat.at)).one()
    assert (held, held.tzinfo, held.microsecond) == (at, UTC, 123456)


def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    shop = Shop(engine)
    naive = select(Heartbeat).where(Heartbeat.at == datetime(2026, 3, 1))  # noqa: DTZ001
    with shop.parts.store.read() as session, pytest.raises(StatementError, match="time zone"):
        session.execute(naive)


@pytest.mark.parametrize("year", [1, 1899, 9001, 9999])
def test_a_moment_that_could_not_be_read_back_is_refused(engine: Engine, year: int) -> None:
    shop = Shop(engine)
    far = select(Heartbeat).where(Heartbeat.at == datetime(year, 1, 1, tzinfo=UTC))
    with shop.parts.store.read() as session, pytest.raises(StatementError, match="cannot be stored"):
        session.execute(far)


def test_a_failed_statement_does_not_tell_what_it_was_given(engine: Engine) -> None:
    shop = Shop(engine)
    with shop.parts.store.read() as session, pytest.raises(DBAPIError) as failed:
        session.execute(text("SELECT * FROM nowhere WHERE phone = :phone"), {"phone": LI})
    assert LI not in str(failed.value)
