"""`huixin users`: who may log in to the console."""

import click

from app import clock, logs
from app.settings import load


@click.group("users")
def users() -> None:
    """Add members of staff, and let them in again."""


@users.command("add")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice(["admin", "manager", "support", "marketer"]))
def add(email: str, role: str) -> None:
    """Add EMAIL with a role, and print the one-time password."""
    from app.usecases.staff_access import one_time_password
    from app.usecases.staff_accounts import AccountExists, add_staff
    from app.wiring import build_parts

    if email.count("@") != 1 or email.startswith("@") or email.endswith("@"):
        raise click.BadParameter("give an e-mail address, such as ann@shop.example", param_hint="EMAIL")
    settings = load()
    logs.configure(settings.log_format)
    parts, password = build_parts(settings), one_time_password()
    try:
        add_staff(parts, email.strip().lower(), role, password, clock.now(), "command")
    except AccountExists:
        raise click.ClickException(f"there is an account with the address {email} already") from None
    finally:
        parts.store.close()
    click.echo(f"{email.strip().lower()} ({role}), one-time password: {password}")


@users.command("let-in")
@click.argument("email")
def let_in(email: str) -> None:
    """Help EMAIL who is locked out: no two-step log-in, a new one-time password, no wait after wrong ones."""
    from app.usecases.staff_access import AccessRefusal, let_in, one_time_password
    from app.wiring import build_parts

    settings = load()
    logs.configure(settings.log_format)
    parts, password = build_parts(settings), one_time_password()
    try:
        let_in(parts, email, password, clock.now(), "command")
    except AccessRefusal:
        raise click.ClickException(f"there is no account with the address {email}") from None
    finally:
        parts.store.close()
    click.echo(f"{email.strip().lower()}, one-time password: {password}")


COMMAND = users
