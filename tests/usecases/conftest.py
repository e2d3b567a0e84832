"""Fixture: a shop on SQLite and on PostgreSQL."""

import pytest
from sqlalchemy import Engine

from tests.usecases.shop import Shop


@pytest.fixture
def shop(engine: Engine) -> Shop:
    """The demo brand at noon in Shanghai."""
    return Shop(engine)
