"""Changing keys: people a second, beside bare decrypting and encrypting, and beside bare hashing of the same values."""

from dataclasses import replace

from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import LargeBinary, select, type_coerce

from app import clock
from app.bench.figures import Figure
from app.bench.installation import installation
from app.store import customers, encryption, key_witness
from app.store.customers import Customer
from app.store.engine import Store
from app.usecases.rehash import rehash
from app.usecases.rotate_keys import rotate

COUNT = 50_000
FILLED_AT_ONCE = 500
GOAL_ROWS = 1_000_000
GOAL_S = 180
NEWER = "newer" * 8


def measure(database: str, count: int = COUNT) -> list[Figure]:
    """The rate in this process; nothing else goes on."""
    with installation(database) as made, made.store() as store:
        settings = made.settings
        old = tuple(one.get_secret_value() for one in settings.encryption_keys)
        told = (settings.hash_key[0].get_secret_value(), settings.signing_key.get_secret_value())
        encryption.install(encryption.Keyring(old, *told))
        _fill(store, count)
        keys = (Fernet.generate_key().decode(), *old)
        bare = _bare(store, keys)
        encryption.install(encryption.Keyring(keys, *told))
        begun = clock.monotonic()
        rotate(store)
        rate = count / (clock.monotonic() - begun)
        hashed, hashing = _rehash(store, count)
    goal, of = GOAL_ROWS / GOAL_S, f"of {count:,}"
    return [
        Figure("rotation", database, f"people, {of}", rate, "a second", goal, bare),
        Figure("rotation", database, f"phones hashed anew, {of}", hashed, "a second", goal, hashing),
    ]


def _rehash(store: Store, count: int) -> tuple[float, float]:
    """Phones a second, and bare hashing of as many."""
    old = encryption.keyring()
    for keys in ((old.hash_key, NEWER), (NEWER, old.hash_key)):
        readable = tuple(reversed(old.encryption_keys))
        encryption.install(replace(old, encryption_keys=readable, hash_key=keys[0], older_hash_keys=keys[1:]))
        with store.write() as session:
            key_witness.examine(session, encryption.keyring())
    begun = clock.monotonic()
    rehash(store)
    rate = count / (clock.monotonic() - begun)
    begun = clock.monotonic()
    for number in range(count):
        old.digest("phone", f"+86137{number:08d}")
    return rate, count / (clock.monotonic() - begun)


def _fill(store: Store, count: int) -> None:
    now = clock.now()
    for first in range(0, count, FILLED_AT_ONCE):
        phones = [f"+86137{number:08d}" for number in range(first, first + FILLED_AT_ONCE)]
        with store.write() as session:
            customers.ids_of_all(session, phones, now)


def _bare(store: Store, keys: tuple[str, ...]) -> float:
    with store.read() as session:
        held = [bytes(key) for key in session.scalars(select(type_coerce(Customer.key, LargeBinary)))]
    ring, begun = MultiFernet([Fernet(key) for key in keys]), clock.monotonic()
    for token in held:
        ring.rotate(token)
    return len(held) / (clock.monotonic() - begun)
