"""Ledgers: tables whose rows are added, sealed and, by policy, pruned; triggers of the database refuse all else."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import JSON, Connection, Index, LargeBinary, MetaData, Table, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.store.columns import PlainJson

SEALING = ("digest", "seal_id")
"""Of a ledger's row, what may be written after it was added, once."""
SEALS, CHECKPOINTS = "seals", "checkpoints"


class AppendOnly:
    """A ledger's row: its digest and its seal, both nothing until it is sealed."""

    digest: Mapped[bytes | None] = mapped_column(LargeBinary(32), sort_order=100)
    seal_id: Mapped[UUID | None] = mapped_column(Uuid(), sort_order=101)


def unsealed_index(table: str) -> Index:
    """Finds the rows that no seal covers yet, in the order of their ids."""
    is_unsealed = text("seal_id IS NULL")
    return Index(f"ix_{table}_unsealed", "id", postgresql_where=is_unsealed, sqlite_where=is_unsealed)


def ledgers(metadata: MetaData) -> list[Table]:
    """The ledgers among these tables."""
    return [table for table in metadata.sorted_tables if set(SEALING) <= set(table.columns.keys())]


def guard(connection: Connection, metadata: MetaData) -> None:
    """Has the database refuse, from whoever it comes, what no ledger allows. May be repeated."""
    write = _sqlite if connection.dialect.name == "sqlite" else _postgresql
    for table in ledgers(metadata):
        for statement in write(table.name, _may_be_sealed(table), _PRUNED_ROW):
            connection.exec_driver_sql(statement)
    for statement in write(SEALS, "false", _PRUNED_SEAL):
        connection.exec_driver_sql(statement)
    for statement in write(CHECKPOINTS, "NEW.ledger = OLD.ledger AND NEW.sequence > OLD.sequence", "false"):
        connection.exec_driver_sql(statement)


def unguard(connection: Connection, metadata: MetaData) -> None:
    """Takes back what `guard` has made outside of the tables, once they are gone."""
    if connection.dialect.name != "sqlite":
        for name in (*(table.name for table in ledgers(metadata)), SEALS, CHECKPOINTS):
            connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}_append_only()")


_PRUNED_ROW = """EXISTS (SELECT 1 FROM seals JOIN checkpoints ON checkpoints.ledger = seals.ledger
    AND seals.sequence <= checkpoints.sequence WHERE seals.id = OLD.seal_id)"""
_PRUNED_SEAL = """EXISTS (SELECT 1 FROM checkpoints WHERE checkpoints.ledger = OLD.ledger
    AND OLD.sequence <= checkpoints.sequence)"""


def _may_be_sealed(table: Table) -> str:
    """Nothing changes but that a seal comes where none was."""
    kept = [_is_kept(name, column.type) for name, column in table.columns.items() if name not in SEALING]
    stays = " AND ".join(_is_kept(name, None) for name in SEALING)
    return " AND ".join([*kept, f"(OLD.seal_id IS NULL OR ({stays}))"])


def _is_kept(name: str, kind: object) -> str:
    old, new = f"OLD.{name}", f"NEW.{name}"
    if isinstance(kind, PlainJson | JSON):
        old, new = (f"CAST({value} AS TEXT)" for value in (old, new))
    return f"({new} IS NOT DISTINCT FROM {old})"


def _sqlite(table: str, may_change: str, may_go: str) -> Iterator[str]:
    may_change = may_change.replace("IS NOT DISTINCT FROM", "IS")  # which older ones do not know
    for verb, is_allowed in (("UPDATE", may_change), ("DELETE", may_go)):
        refusal = f"SELECT RAISE(ABORT, '{table} is append-only');"
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW"
            f" WHEN NOT ({is_allowed}) BEGIN {refusal} END"
        )


def _postgresql(table: str, may_change: str, may_go: str) -> Iterator[str]:
    yield f"""CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'UPDATE' THEN IF {may_change} THEN RETURN NEW; END IF;
    ELSIF TG_OP = 'DELETE' THEN IF {may_go} THEN RETURN OLD; END IF;
    END IF;
    RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$"""
    for verb, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_append_only_{each.lower()} BEFORE {verb} ON {table}"
            f" FOR EACH {each} EXECUTE FUNCTION {table}_append_only()"
        )
