"""Keys: in the order of their making, and found by the time of it."""

from datetime import UTC, datetime, timedelta

from app.store.tables import first_id, new_id


def test_ids_made_before_a_moment_are_less_than_its_first() -> None:
    before, made, after = datetime.now(UTC), new_id(), datetime.now(UTC)
    assert first_id(before) <= made < first_id(after + timedelta(milliseconds=1))
