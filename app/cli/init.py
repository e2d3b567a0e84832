"""`huixin init`: makes the var folder with its secrets, the database and the first admin."""

import os

import click

from app.secret_keys import create_secrets
from app.settings import load, var_folder


@click.command("init")
def init() -> None:
    """Make what a new installation needs; on one that has it, change nothing."""
    from app.wiring import initialise

    os.umask(0o077)  # the database is its owner's alone
    if made := create_secrets(var_folder()):
        click.echo(f"made {made}; keep a copy of it apart from the database's")
    initialised = initialise(load())
    if initialised.one_time_password:
        click.echo(
            f"first admin: {initialised.admin_email}, one-time password: {initialised.one_time_password}"
        )
    else:
        click.echo("nothing to make: this installation is ready")


COMMAND = init
