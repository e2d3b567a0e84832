"""Hashes people and orders anew under the newest hash key, in short batches, while everything else goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.store import erasures, hash_keys, key_witness
from app.store.customers import Customer, Profile
from app.store.encryption import keyring
from app.store.engine import Store
from app.store.events import Order, order_hash
from app.store.forgetting import IS_ERASED
from app.store.name_hashes import name_hash
from app.store.phone_hashes import last_four_hashes, phone_hash
from app.store.replacing import Token, batches, replace

Tell = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Rehashed:
    """How many rows were walked over, by table, and how many people could not be hashed anew: somebody else stands
    under the newest hash of their number, and the old key stays needed."""

    counts: dict[str, int]
    left: int = 0


def rehash(store: Store, tell: Tell = lambda table, done: None) -> Rehashed:
    """Makes the hashes of phones, of their last four digits, of names and of orders with the newest key, and keeps the
    older ones as past keys. Safe to kill and to run again: what is under the newest key already is passed over.

    Every process must have been started with the newest key first, and the older ones behind it; KeyProblem says where
    this one was not.
    """
    with store.write() as session:
        key_witness.examine(session, keyring())
    people, left = _people(store, tell)
    names = _names(store, tell)
    orders = _orders(store, tell)
    if not left:
        with store.write() as session:
            hash_keys.retire(session, keyring())
    return Rehashed({"customers": people, "names": names, "orders": orders}, left)


def count_rows(store: Store) -> int:
    """How many rows are walked over."""
    with store.read() as session:
        walked = (Customer, Profile, Order)
        return sum(session.scalar(select(func.count()).select_from(one)) or 0 for one in walked)


def _people(store: Store, tell: Tell) -> tuple[int, int]:
    """Walks by id, and ids grow with time: who is made known meanwhile comes at the end."""
    table: Any = Customer.__table__
    told = select(table.c.id, table.c.phone, table.c.phone_hash, table.c.last_four_hash)
    done = left = 0
    for rows in batches(store, told.where(~IS_ERASED), [table.c.id]):
        endings = dict(
            zip((row.id for row in rows), last_four_hashes([row.phone for row in rows]), strict=True)
        )
        owners = [row for row in rows if row.phone_hash is not None]
        former = [row for row in rows if row.phone_hash is None]  # the number has gone to somebody else
        wanted = _changed([((row.id,), row.phone_hash, phone_hash(row.phone)) for row in owners])
        others = _changed([((row.id,), row.last_four_hash, endings[row.id]) for row in former])
        if wanted or others:
            with store.write_in_bulk() as session:
                free = _free(session, table.c.phone_hash, wanted)
                theirs = (table.c.last_four_hash, [endings[row_id] for (row_id,), _, _ in free])
                replace(session, table, [table.c.id], table.c.phone_hash, free, theirs)
                replace(session, table, [table.c.id], table.c.last_four_hash, others)
                erasures.rehash(session, {held: fresh for _, held, fresh in free})
                left += len(wanted) - len(free)
        done += len(rows)
        tell("customers", done)
    return done, left


def _names(store: Store, tell: Tell) -> int:
    table: Any = Profile.__table__
    keys = [table.c.customer_id, table.c.brand_id]
    told = select(*keys, table.c.name, table.c.name_hash).where(table.c.name_hash.is_not(None))
    done = 0
    for rows in batches(store, told, keys):
        named = [(row, name_hash(row.name)) for row in rows]
        wanted = _changed(
            [((row.customer_id, row.brand_id), row.name_hash, fresh) for row, fresh in named if fresh]
        )
        if wanted:
            with store.write_in_bulk() as session:
                replace(session, table, keys, table.c.name_hash, wanted)
        done += len(rows)
        tell("names", done)
    return done


def _orders(store: Store, tell: Tell) -> int:
    """An order of which two rows are kept stays as it is: it is found by its customer."""
    table: Any = Order.__table__
    done = 0
    for rows in batches(store, select(table.c.id, table.c.number_hash, table.c.data), [table.c.id]):
        numbers = [(row, str(row.data.get("number") or "")) for row in rows]
        wanted = _changed(
            [((row.id,), row.number_hash, order_hash(number)) for row, number in numbers if number]
        )
        if wanted:
            with store.write_in_bulk() as session:
                free = _free(session, table.c.number_hash, wanted)
                replace(session, table, [table.c.id], table.c.number_hash, free)
        done += len(rows)
        tell("orders", done)
    return done


def _changed(tokens: Sequence[Token]) -> list[Token]:
    return [(row, bytes(held), fresh) for row, held, fresh in tokens if bytes(held) != fresh]


def _free(session: Session, column: Any, tokens: Sequence[Token]) -> list[Token]:
    """Those whose fresh hash nobody has."""
    taken = set(map(bytes, session.scalars(select(column).where(column.in_([one[2] for one in tokens])))))
    return [one for one in tokens if one[2] not in taken]
