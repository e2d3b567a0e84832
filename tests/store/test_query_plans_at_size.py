"""With many rows, and whatever a database knows of them, the hot statements still go by their indexes."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from app.domain.purpose import Cause, CauseKind
from app.reads import desk_lists, inbox
from app.reads.desk_lists import Show, Wanted
from app.store import inbounds
from app.store.outbound import queue, receipts
from app.store.schema import metadata
from tests.usecases.shop import WANG, Shop

ROWS = 20_000
BIG = ("customers", "profiles", "outbounds", "inbounds", "receipts")
SERIES = "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {rows})"
SAID = {
    "ix_outbounds_queue": ("claims", "looks_whether_any_is_due"),
    "ix_outbounds_provider_id": ("matches_a_receipt",),
    "ix_receipts_waiting": ("finds_receipts_that_waited",),
    "ix_inbounds_unread": ("wakes_for_texts",),
    "ix_outbounds_for_staff": ("lists_the_inbox",),
}
"""Which index has to serve whom. A database that knows nothing of the rows may take another, but may not walk."""


@pytest.fixture
def shop(unmeasured_engine: Engine) -> Shop:
    """A shop in which a lot has happened: a tenth of it is still to be done."""
    shop = Shop(unmeasured_engine)
    shop.hears((WANG, "营业时间"))
    shop.answers()
    shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))
    shop.works()
    row = shop.outbounds(WANG)[0]
    shop.reports(row.provider_id, "read")
    with unmeasured_engine.begin() as connection:
        fill(connection)
    return shop


def fill(connection: Connection) -> None:
    """Copy the oldest row of each big table, one person to each copy."""
    is_sqlite = connection.dialect.name == "sqlite"
    new = (
        "substr('00000000000000000000000000000000' || n, -32)"
        if is_sqlite
        else "lpad(n::text, 32, '0')::uuid"
    )
    few = "CASE WHEN n % 10 = 0 THEN '{}' ELSE '{}' END"
    own: Mapping[str, Mapping[str, str]] = {
        "customers": {"phone_hash": "NULL"},
        "profiles": {"customer_id": new},
        "outbounds": {"customer_id": new, "status": few.format("queued", "read"), "provider_id": "'p' || n"},
        "inbounds": {
            "customer_id": new,
            "status": few.format("received", "done"),
            "provider_message_id": "'p' || n",
        },
        "receipts": {
            "provider_id": "'p' || n",
            "applied_at": "CASE WHEN n % 10 = 0 THEN NULL ELSE one.applied_at END",
        },
    }
    for name in BIG:
        columns = [column.name for column in metadata().tables[name].columns]
        told = {"id": new, **own[name]}
        values = ", ".join(told.get(column, f"one.{column}") for column in columns)
        oldest = f"(SELECT * FROM {name} LIMIT 1) AS one"
        connection.execute(
            text(
                f"INSERT INTO {name} ({', '.join(columns)}) {SERIES.format(rows=ROWS)}"
                f" SELECT {values} FROM series CROSS JOIN {oldest}"
            )
        )


def claims(shop: Shop) -> None:
    with shop.parts.store.write() as session:
        assert queue.claim(session, shop.channel().id, 50, shop.clock(), timedelta(seconds=30))
        session.rollback()


def looks_whether_any_is_due(shop: Shop) -> None:
    with shop.parts.store.read() as session:
        assert queue.has_due(session, shop.channel().id, shop.clock())


def matches_a_receipt(shop: Shop) -> None:
    with shop.parts.store.read() as session:
        assert receipts.outbounds_named(session, shop.channel().id, [], ["p7", "p9"])


def finds_receipts_that_waited(shop: Shop) -> None:
    with shop.parts.store.read() as session:
        assert receipts.waiting(session, shop.channel().id, ["p100", "p200"])


def wakes_for_texts(shop: Shop) -> None:
    with shop.parts.store.read() as session:
        assert inbounds.waiting_customers(session, 50)
        inbounds.may_understand(session, shop.clock())


def lists_the_inbox(shop: Shop) -> None:
    with shop.parts.store.read() as session:
        for show in Show:
            inbox.page(session, Wanted(show), shop.clock())
        desk_lists.counts(session, Wanted(), shop.clock())
        desk_lists.state(session)


HOT: tuple[Callable[[Shop], None], ...] = (
    claims,
    looks_whether_any_is_due,
    matches_a_receipt,
    finds_receipts_that_waited,
    wakes_for_texts,
    lists_the_inbox,
)


@pytest.mark.parametrize("is_analysed", [False, True], ids=["no_statistics", "fresh_statistics"])
def test_hot_statements_go_by_their_indexes_at_size(
    shop: Shop, unmeasured_engine: Engine, is_analysed: bool
) -> None:
    if is_analysed:
        with unmeasured_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    for happens in HOT:
        with plans(unmeasured_engine) as found:
            happens(shop)
        wanted = [index for index, names in SAID.items() if is_analysed and happens.__name__ in names]
        told = "\n".join(found)
        assert [index for index in wanted if index not in told] == [], told
        assert [(happens.__name__, walk) for one in found for walk in walks(one)] == [], told


@contextmanager
def plans(engine: Engine) -> Iterator[list[str]]:
    """Gathers how the database goes about each statement, with the very values that it is given."""
    found: list[str] = []
    verb = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN (FORMAT JSON)"

    def explain(_c: Any, cursor: Any, statement: str, values: Any, _context: Any, is_many: bool) -> None:
        if statement.lstrip().startswith(("SELECT", "UPDATE")):
            asking = cursor.connection.cursor()
            asking.execute(f"{verb} {statement}", values[0] if is_many else values)
            found.append("\n".join(_words(row) for row in asking.fetchall()))

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", explain)


def _words(row: Any) -> str:
    return json.dumps(row[0], indent=1) if isinstance(row[0], list) else str(row[-1])


def walks(plan: str) -> list[str]:
    """The big tables that a plan looks at from end to end."""
    by_sqlite = re.findall(r"^SCAN (\w+)$", plan, re.MULTILINE)
    by_postgres = re.findall(r'"Node Type": "Seq Scan".*?"Relation Name": "(\w+)"', plan, re.DOTALL)
    return [name for name in by_sqlite + by_postgres if name in BIG]
