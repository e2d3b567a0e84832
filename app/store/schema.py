"""All tables together: imported for their metadata, made at once for tests, by Alembic elsewhere."""

import importlib
import pkgutil

from sqlalchemy import Engine, MetaData

import app.store
import app.store.outbound
from app.store import append_only
from app.store.tables import Table


def metadata() -> MetaData:
    """The metadata with every table module loaded."""
    for package in (app.store, app.store.outbound):
        for module in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{module.name}")
    return Table.metadata


def create_all(engine: Engine) -> None:
    """Makes every table that is missing, and guards the ledgers."""
    with engine.begin() as connection:
        metadata().create_all(connection)
        append_only.guard(connection, metadata())
