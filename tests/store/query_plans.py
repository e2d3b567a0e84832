"""Asks each database how it would run a statement whose values it does not know, and names the tables it would walk."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

from app.store.schema import metadata

SMALL = frozenset(
    {
        "api_keys",
        "brands",
        "channels",
        "senders",
        "staff",
        "roles",
        "flows",
        "flow_versions",
        "heartbeats",
        "paces",
        "licences",
        "tallies",
        "partners",
    }
)
"""Tables that grow with the business's set-up, not with its messages: walking them costs nothing."""
PARTIAL = frozenset(
    str(index.name)
    for table in metadata().tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
)
"""Indexes that hold only what waits: walking one of them whole is no walk over what ever was."""
_NAMED = re.compile(r"%\((\w+)\)s")


@contextmanager
def listening(engine: Engine, heard: dict[str, int]) -> Iterator[None]:
    """Hears every statement that reads or changes rows, with how many values it takes."""

    def hear(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, is_many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            heard[statement] = len(values[0] if is_many else values)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def walked(connection: Connection, statement: str, values: int) -> set[str]:
    """The tables of which this statement would look at every row."""
    if connection.dialect.name == "sqlite":
        return _walked_by_sqlite(connection, statement, values)
    return _walked_by_postgres(connection, statement)


def _walked_by_sqlite(connection: Connection, statement: str, values: int) -> set[str]:
    steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (None,) * values).all()
    walks = set()
    for step in steps:
        found = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step.detail)
        if found is None or found[1] in ("CONSTANT", "SUBQUERY") or found[2] in PARTIAL:
            continue
        table = _table_of(found[1], statement)
        if table is not None and table not in SMALL:
            walks.add(table)
    return walks


def _table_of(alias: str, statement: str) -> str | None:
    """The table behind an alias; None for a subquery, whose own steps speak for it."""
    tables = metadata().tables
    if alias in tables:
        return alias
    named = re.search(rf"(\w+) AS {alias}\b", statement)
    return named[1] if named and named[1] in tables else None


def _walked_by_postgres(connection: Connection, statement: str) -> set[str]:
    """Without rows a walk is the cheapest way, so it is forbidden: who still walks has no index to go by.

    Which of two usable indexes it takes depends on the rows; SQLite, which only reads what is written, tells that.
    """
    count = len(set(names := _NAMED.findall(statement)))
    places = {name: f"${place}" for place, name in enumerate(dict.fromkeys(names), 1)}
    asked = _NAMED.sub(lambda found: places[found[1]], statement).replace("%%", "%")
    nulls = f"({', '.join(['NULL'] * count)})" if count else ""
    for preparing in (
        "SET LOCAL enable_seqscan = off",
        "SET LOCAL plan_cache_mode = force_generic_plan",
        f"PREPARE asked AS {asked}",
    ):
        connection.exec_driver_sql(preparing)
    try:
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE asked{nulls}").scalar_one()
    finally:
        connection.exec_driver_sql("DEALLOCATE asked")
    return set(_walks(plan[0]["Plan"]))


def _walks(node: Mapping[str, Any], table: str | None = None) -> Iterator[str]:
    table = node.get("Relation Name", table)
    is_scan = "Scan" in node["Node Type"] and node["Node Type"] not in ("Bitmap Heap Scan", "Subquery Scan")
    goes_by_index = "Index Cond" in node or node.get("Index Name") in PARTIAL
    if is_scan and table in metadata().tables and table not in SMALL and not goes_by_index:
        yield str(table)
    children: Sequence[Mapping[str, Any]] = node.get("Plans", ())
    for child in children:
        yield from _walks(child, table)
