"""A batch of very many is written with the log gone through seldom; all else with SQLite's own measure."""

import os
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from app.store.engine import Store, open_engine


@pytest.mark.parametrize(("kind", "pages"), [("write", 1000), ("write_in_bulk", 20_000)])
def test_only_bulk_goes_through_the_log_seldom(tmp_path: Path, kind: str, pages: int) -> None:
    store = Store(open_engine(f"sqlite:///{tmp_path / 'huixin.db'}"))
    with getattr(store, kind)() as session:
        assert session.scalar(text("PRAGMA wal_autocheckpoint")) == pages
    store.close()


def test_a_new_database_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    store = Store(open_engine(f"sqlite:///{tmp_path / 'huixin.db'}"))
    try:
        with store.write() as session:
            session.execute(text("CREATE TABLE secret (n INTEGER)"))
            assert {one.stat().st_mode & 0o077 for one in tmp_path.iterdir()} == {0}
    finally:
        store.close()
        os.umask(before)


def test_a_batch_is_kept_whole_or_not_at_all(engine: Engine) -> None:
    store = Store(engine)
    with store.write_in_bulk() as session:
        session.execute(text("CREATE TABLE counted (n INTEGER)"))
        session.execute(text("INSERT INTO counted VALUES (1)"))
    with pytest.raises(ZeroDivisionError):
        _fails_after_a_row(store)
    with store.write() as session:
        assert session.scalars(text("SELECT n FROM counted")).all() == [1]
        session.execute(text("DROP TABLE counted"))


def _fails_after_a_row(store: Store) -> None:
    with store.write_in_bulk() as session:
        session.execute(text("INSERT INTO counted VALUES (2)"))
        raise ZeroDivisionError
