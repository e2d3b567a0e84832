"""Alembic's environment: one connection, all tables, batch mode for SQLite."""

from alembic import context

from app.store.engine import open_engine
from app.store.schema import metadata


def run() -> None:
    """Runs the migrations on the configured database."""
    url = context.config.get_main_option("sqlalchemy.url") or ""
    engine = open_engine(url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata(),
            render_as_batch=True,
            compare_type=True,
            user_module_prefix="app.store.columns.",
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
