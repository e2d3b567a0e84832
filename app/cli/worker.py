"""`huixin worker`: answers what comes in and hands over what is queued."""

import click

from app import logs
from app.settings import load


@click.command("worker")
def worker() -> None:
    """Answer inbound messages and hand over outbound ones; run as many as you like."""
    from app.processes.worker import run_worker
    from app.wiring import build_parts

    settings = load()
    logs.configure(settings.log_format)
    run_worker(build_parts(settings))


COMMAND = worker
