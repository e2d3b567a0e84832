"""`huixin clock`: runs the scheduled jobs while it leads."""

import click

from app import logs
from app.settings import load


@click.command("clock")
def clock() -> None:
    """Run scheduled jobs; of several clocks one leads."""
    from app.jobs import jobs
    from app.processes.clock import run_clock
    from app.processes.leader import leadership
    from app.wiring import build_parts

    settings = load()
    logs.configure(settings.log_format)
    parts = build_parts(settings)
    run_clock(parts, jobs(), leadership(parts.store.engine))


COMMAND = clock
