"""Fixture: a shop on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.usecases.shop import Shop
from tests.usecases.standing import wrong_standings


@pytest.fixture
def shop(engine: Engine, request: pytest.FixtureRequest) -> Iterator[Shop]:
    """The demo brand at noon in Shanghai. Whatever a test does there, everybody who waits stands where they should at
    the desk; but where it forges rows."""
    shop = Shop(engine)
    yield shop
    if request.node.get_closest_marker("forges_rows") is None:
        with shop.parts.store.read() as session:
            assert wrong_standings(session) == []
