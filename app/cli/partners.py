"""`huixin partners`: the agreements with those who bring a brand customers."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from app import clock
from app.cli._days import Day
from app.cli._opening import json_option, language, opened, print_json

if TYPE_CHECKING:
    from app.usecases.partners import Agreement
    from app.usecases.parts import Parts

brand_option = click.option("--brand", required=True, help="The brand's short name.")
number_option = click.option("--agreement", required=True, help="The agreement's number.")
until_option = click.option(
    "--until", type=Day(), required=True, help="The agreement's last day, 2027-12-31."
)


@click.group("partners")
def partners() -> None:
    """Record the agreements with those who bring a brand customers."""


@partners.command("add")
@click.argument("name")
@brand_option
@number_option
@until_option
def add(name: str, brand: str, agreement: str, until: date) -> None:
    """Record the partner called NAME, for `huixin customers import --partner NAME`."""
    from app.usecases.partners import Agreement
    from app.usecases.partners import add as add_partner

    _keep(add_partner, Agreement(name, brand, agreement, until))


@partners.command("renew")
@click.argument("name")
@brand_option
@number_option
@until_option
def renew(name: str, brand: str, agreement: str, until: date) -> None:
    """Put a new agreement in the place of the old one with NAME."""
    from app.usecases.partners import Agreement
    from app.usecases.partners import renew as renew_agreement

    _keep(renew_agreement, Agreement(name, brand, agreement, until))


def _keep(how: "Callable[[Parts, Agreement, datetime, str], UUID]", told: "Agreement") -> None:
    from app.reads.licence_words import command_refusal
    from app.usecases.partners import PartnerRefused

    with opened() as parts:
        try:
            how(parts, told, clock.now(), "command")
        except PartnerRefused as refused:
            raise click.ClickException(command_refusal(refused.reason, language())) from None
    click.echo(f"agreement {told.number} with {told.partner} runs to the end of {told.expires_on}")


@partners.command("list")
@json_option
def list_partners(as_json: bool) -> None:
    """List the partners, and which agreements have ended or are about to."""
    from app.reads.licence_words import state_words
    from app.reads.licences import agreements

    with opened() as parts, parts.store.read() as session:
        found = agreements(session, parts.rules.agreement_warning, clock.now())
    if as_json:
        print_json([one.as_json() for one in found])
    for one in () if as_json else found:
        state = state_words(one.state, language())
        click.echo(f"{one.brand}  {one.name}  {one.agreement}  until {one.expires_on}  {state}")
    if not (found or as_json):
        click.echo("还没有合作方" if language() == "zh" else "there is no partner yet")


COMMAND = partners
