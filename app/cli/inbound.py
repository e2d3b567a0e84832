"""`huixin inbound`: what is in quarantine."""

import click

from app import clock
from app.cli._opening import json_option, opened, print_json


@click.group("inbound")
def inbound() -> None:
    """See to messages that could not be read."""


@inbound.command("replay")
@json_option
def replay(as_json: bool) -> None:
    """Try again what is in quarantine; exit 1 while anything stays there."""
    from app.usecases.replay_quarantine import replay as replay_all

    with opened() as parts:
        done = replay_all(parts, clock.now())
    left = [
        {"received_at": item.received_at.isoformat(), "channel": item.channel, "why": item.why}
        for item in done.left
    ]
    if as_json:
        print_json({"messages": done.messages, "receipts": done.receipts, "left": left})
    else:
        click.echo(
            f"{done.messages} messages and {done.receipts} receipts taken, {len(left)} left in quarantine"
        )
        for item in left:
            click.echo(f"{item['received_at']}  {item['channel']}: {item['why']}", err=True)
    if left:
        raise SystemExit(1)


COMMAND = inbound
