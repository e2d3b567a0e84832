"""Writing many rows at once: what is there already is left, what is new is told, and order does not matter."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from app.store.engine import Store
from app.store.heartbeats import Heartbeat
from app.store.pacing import Pace
from app.store.tables import new_id, new_ids
from app.store.writing import insert_all, insert_ignoring, insert_new, insert_ready, made_ready, update_all

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine)


def a_row(name: str, **says: int) -> dict[str, object]:
    return {"name": name, "at": NOW, "says": says}


def held(store: Store) -> dict[str, dict[str, int]]:
    with store.read() as session:
        return {row.name: row.says for row in session.scalars(select(Heartbeat).order_by(Heartbeat.name))}


def test_insert_new_tells_what_was_not_there(store: Store) -> None:
    with store.write() as session:
        assert insert_new(session, Heartbeat, [a_row("a", n=1)], ("name",), "name") == {"a"}
        rows = [a_row("a", n=2), a_row("b", n=2), a_row("c", n=2)]
        assert insert_new(session, Heartbeat, rows, ("name",), "name") == {"b", "c"}
        assert insert_new(session, Heartbeat, rows, ("name",), "name") == set()
        assert insert_new(session, Heartbeat, [], ("name",), "name") == set()
    assert held(store) == {"a": {"n": 1}, "b": {"n": 2}, "c": {"n": 2}}


def test_insert_new_of_a_thousand_rows_tells_each(store: Store) -> None:
    rows = [{"subject_id": new_id(), "spent_until": NOW} for _ in range(1000)]
    with store.write() as session:
        insert_all(session, Pace, rows[::2])
        fresh = insert_new(session, Pace, rows, ("subject_id",), "subject_id")
    assert fresh == {row["subject_id"] for row in rows[1::2]}
    assert all(isinstance(one, UUID) for one in fresh)


def test_insert_ignoring_leaves_what_is_there(store: Store) -> None:
    with store.write() as session:
        insert_ignoring(session, Heartbeat, [a_row("a", n=1)], ("name",))
        insert_ignoring(session, Heartbeat, [a_row("a", n=2), a_row("b", n=2)], ("name",))
        insert_ignoring(session, Heartbeat, [], ("name",))
    assert held(store) == {"a": {"n": 1}, "b": {"n": 2}}


def test_insert_all_raises_on_a_clash_and_keeps_nothing(store: Store) -> None:
    with pytest.raises(IntegrityError), store.write() as session:
        insert_all(session, Heartbeat, [a_row("a"), a_row("a")])
    assert held(store) == {}


def test_update_all_changes_each_row_to_its_own_values(store: Store) -> None:
    with store.write() as session:
        insert_all(session, Heartbeat, [a_row("a"), a_row("b"), a_row("c")])
        told = [{"name": "a", "says": {"n": 1}}, {"name": "b", "says": {"n": 2}}, {"name": "x", "says": {}}]
        update_all(session, Heartbeat, told, ("name",))
        assert update_all(session, Heartbeat, [], ("name",)) == 0
    assert held(store) == {"a": {"n": 1}, "b": {"n": 2}, "c": {}}


def test_what_is_read_keeps_nothing(store: Store) -> None:
    with store.read() as session:
        if not store.is_sqlite:
            insert_all(session, Heartbeat, [a_row("a")])
    assert held(store) == {}


def test_new_ids_are_ordered_as_they_are_made() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)


def test_rows_made_ready_are_written_as_any_others(store: Store) -> None:
    says = [{"n": 1}, {"n": "\t\\N'"}]
    each = {"name": ["a", "b\t\\N'"], "says": says}
    with store.write() as session:
        insert_ready(session, made_ready(store.engine.dialect, Heartbeat, 2, each, at=NOW))
        insert_ready(session, made_ready(store.engine.dialect, Heartbeat, 0, {"name": []}, at=NOW))
    assert held(store) == {"a": says[0], "b\t\\N'": says[1]}
    with store.read() as session:
        assert {row.at for row in session.scalars(select(Heartbeat))} == {NOW}


def test_keys_may_be_digits_and_a_clash_keeps_nothing(store: Store) -> None:
    keys = new_ids(2)
    ready = made_ready(store.engine.dialect, Pace, 2, {"subject_id": keys}, spent_until=NOW)
    with store.write() as session:
        insert_ready(session, ready)
    fresh = [UUID(keys[0]), new_id()]
    again = made_ready(store.engine.dialect, Pace, 2, {"subject_id": fresh}, spent_until=NOW)
    with pytest.raises(IntegrityError), store.write() as session:
        insert_ready(session, again)
    with store.read() as session:
        assert {row.subject_id for row in session.scalars(select(Pace))} == {UUID(key) for key in keys}
