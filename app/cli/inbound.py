"""`huixin inbound`: what is in quarantine."""

from uuid import UUID

import click

from app import clock
from app.cli._opening import counted, json_option, opened, print_json


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
        {
            "id": str(item.id),
            "received_at": item.received_at.isoformat(),
            "channel": item.channel,
            "why": item.why,
        }
        for item in done.left
    ]
    if as_json:
        print_json({"messages": done.messages, "receipts": done.receipts, "left": left})
    else:
        click.echo(
            f"{counted(done.messages, 'message')} and {counted(done.receipts, 'receipt')} taken, "
            f"{len(left)} left in quarantine"
        )
        for item in left:
            click.echo(f"{item['id']}  {item['received_at']}  {item['channel']}: {item['why']}", err=True)
        if left:
            click.echo("`huixin inbound discard ID` gives one up for good", err=True)
    if left:
        raise SystemExit(1)


@inbound.command("discard")
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=click.UUID)
def discard(ids: tuple[UUID, ...]) -> None:
    """Give up deliveries in quarantine for good, by the ids that `replay` prints; the audit keeps who and when."""
    from app.usecases.discard_quarantined import discard as discard_these

    with opened() as parts:
        gone = discard_these(parts, ids, "command", clock.now())
    click.echo(counted(len(gone), "delivery", "deliveries") + " discarded")
    if unknown := [str(one) for one in ids if one not in gone]:
        raise click.ClickException(f"not in quarantine: {', '.join(unknown)}")


COMMAND = inbound
