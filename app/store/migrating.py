"""Brings a database to the schema of this code, with Alembic, from any process."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import make_url

from app.store.engine import open_engine

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def configuration(url: str) -> Config:
    """Alembic's configuration for this database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def has_begun(url: str) -> bool:
    """Whether any migration has been applied; makes no file. Raises DBAPIError without an answer."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return False
    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() is not None
    finally:
        engine.dispose()


def upgrade(url: str, revision: str = "head") -> None:
    """Applies every migration that is missing."""
    command.upgrade(configuration(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Takes migrations back to a revision; for tests and for an emergency."""
    command.downgrade(configuration(url), revision)
