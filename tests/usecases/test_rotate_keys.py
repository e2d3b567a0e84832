"""Keys rotate while texts come and messages leave; a killed rotation goes on, and then the old key can go."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary, select, type_coerce

from app.domain.purpose import Cause, CauseKind
from app.store import customers, encryption, replacing
from app.store.customers import Customer
from app.store.inbounds import Inbound
from app.usecases import rotate_keys
from app.usecases.rotate_keys import rotate
from tests.databases import KEYRING
from tests.usecases.shop import LI, WANG, Shop

OLD, NEW = KEYRING.encryption_keys[0], Fernet.generate_key().decode()
MANY = [f"+86137{number:08d}" for number in range(1200)]
KILLED = """
import os, signal, sys
from app.store import encryption
from app.store.engine import Store, open_engine
from app.store import replacing
from app.usecases import rotate_keys

url, new, old, hash_key, signing_key = sys.argv[1:]
encryption.install(encryption.Keyring((new, old), hash_key, signing_key))
replacing.BATCH = {"sqlite": 100, "postgresql": 100}
def tell(table, done):
    if table == "customers" and done >= 500:
        os.kill(os.getpid(), signal.SIGKILL)
rotate_keys.rotate(Store(open_engine(url)), tell)
"""


@pytest.fixture(autouse=True)
def _the_tests_keys_again() -> Iterator[None]:
    yield
    encryption.install(KEYRING)


def install(*keys: str) -> None:
    encryption.install(encryption.Keyring(keys, KEYRING.hash_key, KEYRING.signing_key))


def under_the_old_key(shop: Shop) -> int:
    """How many people's keys are still under it."""
    with shop.parts.store.read() as session:
        wrapped = session.scalars(select(type_coerce(Customer.key, LargeBinary))).all()
    fernet = Fernet(OLD)
    found = 0
    for one in wrapped:
        try:
            fernet.decrypt(bytes(one))
            found += 1
        except encryption.InvalidToken:
            pass
    return found


def made_known(shop: Shop) -> None:
    with shop.parts.store.write() as session:
        customers.ids_of_all(session, MANY, shop.clock())


def test_a_rotation_killed_in_the_middle_goes_on_where_it_stopped(shop: Shop, database_url: str) -> None:
    made_known(shop)
    told = (database_url, NEW, OLD, KEYRING.hash_key, KEYRING.signing_key)
    done = subprocess.run([sys.executable, "-c", KILLED, *told], check=False, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    left = under_the_old_key(shop)
    assert len(MANY) - 500 <= left < len(MANY)
    install(NEW, OLD)
    rotate(shop.parts.store)
    assert under_the_old_key(shop) == 0
    install(NEW)
    with shop.parts.store.read() as session:
        assert set(MANY) <= set(session.scalars(select(Customer.phone)))


def test_what_is_under_the_newest_key_is_not_written_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_known(shop)
    install(NEW, OLD)
    rotate(shop.parts.store)
    monkeypatch.setattr(rotate_keys, "replace", lambda *_: pytest.fail("written again"))
    rotate(shop.parts.store)


def test_texts_come_and_messages_leave_meanwhile(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replacing, "BATCH", {"sqlite": 20, "postgresql": 20})
    made_known(shop)
    shop.texts(LI, "帮助")
    shop.works()
    install(NEW, OLD)
    rotating = threading.Thread(target=rotate, args=(shop.parts.store,))
    rotating.start()
    came = 0
    while rotating.is_alive() or not came:
        shop.texts(LI, f"还有 {came} 个问题")
        shop.texts(MANY[-1 - came % len(MANY)], "你好")
        shop.queues(WANG, f"您的第 {came} 单已收到。", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
        shop.works()
        shop.passes(hours=1)
        came += 1
    rotating.join()
    assert under_the_old_key(shop) == 0
    install(NEW)
    with shop.parts.store.read() as session:
        texts = set(session.scalars(select(Inbound.text)))
    assert {f"还有 {number} 个问题" for number in range(came)} <= texts
    handed = {row.status for row in shop.rows("outbounds", WANG)}
    assert handed & {"accepted", "sent", "delivered"}


def test_a_missing_key_is_told(shop: Shop) -> None:
    made_known(shop)
    install(NEW)
    with pytest.raises(encryption.InvalidToken):
        rotate(shop.parts.store)
