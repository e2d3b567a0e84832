"""`huixin licences`: the licences and filings that advertising needs."""

from datetime import date
from uuid import UUID

import click

from app import clock
from app.cli._days import Day
from app.cli._opening import json_option, language, opened, print_json


@click.group("licences")
def licences() -> None:
    """Record licences and filings, and tell which are missing or about to end."""


@licences.command("kinds")
@json_option
def kinds(as_json: bool) -> None:
    """List the kinds of licences, with the channels that ask for them."""
    from app.reads.licence_words import kind_words
    from app.rules import load_rules

    known = load_rules().licence_kinds
    if as_json:
        print_json(
            [
                {
                    "kind": kind.code,
                    "name": kind_words(kind, language()),
                    "scope": kind.scope,
                    "styles": sorted(kind.styles),
                    "asked": kind.asked,
                    "must_expire": kind.must_expire,
                    "source": kind.source,
                }
                for kind in known
            ]
        )
    for kind in () if as_json else known:
        where = f"{', '.join(sorted(kind.styles))}, {kind.asked}, by {kind.scope}"
        click.echo(f"{kind.code}  {kind_words(kind, language())}  ({where})")


@licences.command("add")
@click.argument("kind")
@click.option("--brand", required=True, help="The brand's short name.")
@click.option("--number", required=True, help="The number that stands on it.")
@click.option("--until", type=Day(), help="Its last day, 2027-12-31.")
@click.option("--from", "since", type=Day(), help="Its first day; else it holds already.")
@click.option("--channel", help="The channel, for a kind that is filed by channel.")
@click.option("--signature", help="The signature, for a kind that is filed by signature; else the brand's.")
def add(
    kind: str,
    brand: str,
    number: str,
    until: date | None,
    since: date | None,
    channel: str | None,
    signature: str | None,
) -> None:
    """Record a licence of KIND, or the renewal of one; `huixin licences kinds` lists the kinds."""
    from app.reads.licence_words import command_refusal
    from app.usecases.licences import LicenceRefused, NewLicence
    from app.usecases.licences import add as add_licence

    told = NewLicence(kind, brand, number, until, since, channel, signature)
    with opened() as parts:
        try:
            licence_id = add_licence(parts, told, clock.now(), "command")
        except LicenceRefused as refused:
            raise click.ClickException(command_refusal(refused.reason, language())) from None
    click.echo(f"recorded {kind} {number} as {licence_id}")


@licences.command("end")
@click.argument("licence_id", metavar="ID", type=click.UUID)
def end(licence_id: UUID) -> None:
    """Take the licence with this ID off the record: it was revoked, or recorded by mistake."""
    from app.usecases.licences import end as end_licence

    with opened() as parts:
        is_ended = end_licence(parts, licence_id, clock.now(), "command")
    if not is_ended:
        raise click.ClickException(f"no licence {licence_id} is on record: see `huixin licences list`")
    click.echo(f"{licence_id} counts for nothing from now on")


@licences.command("list")
@json_option
def list_licences(as_json: bool) -> None:
    """List what is on record, and what is missing, expired or about to end."""
    from app.reads.licence_words import needed_words, state_words
    from app.reads.licences import lines, needed

    now = clock.now()
    with opened() as parts, parts.store.read() as session:
        held = lines(session, parts.rules.licence_kinds, now)
        lacking = needed(session, parts.rules.licence_kinds, now)
    if as_json:
        print_json(
            {"licences": [one.as_json() for one in held], "needed": [one.as_json() for one in lacking]}
        )
        return
    for one in held:
        what = " ".join(filter(None, (one.channel, one.signature)))
        until = f"until {one.expires_on}" if one.expires_on else "without end"
        state = state_words(one.state, language())
        click.echo(f"{one.id}  {one.brand}  {one.kind}  {one.number}  {what}  {until}  {state}")
    for need in lacking:
        click.echo(needed_words(need, language()))
    if not (held or lacking):
        click.echo(
            "没有许可证或备案，也不需要"
            if language() == "zh"
            else "no licence or filing is on record, and none is needed"
        )


COMMAND = licences
