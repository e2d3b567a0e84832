"""The fixtures that every database test stands on."""

from sqlalchemy import Engine, create_engine, inspect


def test_an_engine_comes_with_every_table(engine: Engine) -> None:
    assert "inbounds" in inspect(engine).get_table_names() or "inbound" in inspect(engine).get_table_names()


def test_an_empty_database_has_no_table(empty_database_url: str) -> None:
    opened = create_engine(empty_database_url)
    assert inspect(opened).get_table_names() == []
    opened.dispose()


def test_runs_with_and_without_redis(redis_url: str | None) -> None:
    assert redis_url is None or redis_url.startswith("redis")
