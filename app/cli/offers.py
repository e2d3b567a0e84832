"""`huixin offers`: the prices, discounts, quantities and deadlines that copy may name."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import click

from app import clock
from app.cli._days import Day
from app.cli._opening import json_option, opened, print_json

if TYPE_CHECKING:
    from app.domain.offers import Offer

brand_option = click.option("--brand", required=True, metavar="CODE", help="Whose offer it is.")


class Price(click.ParamType):
    """A number with at most two decimals."""

    name = "price"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """The price, exactly as it was written."""
        try:
            return Decimal(str(value))
        except InvalidOperation:
            self.fail(f"{value} is no price, such as 9.90", param, ctx)


@click.group("offers")
def offers() -> None:
    """Keep the offers that copy is bound to."""


@offers.command("put")
@click.argument("name")
@brand_option
@click.option("--title", metavar="WORDS", help="What it is called in Chinese texts.")
@click.option("--title-en", metavar="WORDS", help="What it is called in English texts.")
@click.option("--discount", metavar="WORDS", help="As Chinese texts say it: 满100减20.")
@click.option("--discount-en", metavar="WORDS", help="As English texts say it: 20 off over 100.")
@click.option("--price", type=Price(), help="What it costs.")
@click.option("--quantity", type=int, help="How many there are.")
@click.option("--from", "starts_on", type=Day(), help="The first day, in the brand's time zone.")
@click.option("--until", "ends_on", type=Day(), help="The last day.")
def put(
    name: str,
    brand: str,
    title: str | None,
    title_en: str | None,
    discount: str | None,
    discount_en: str | None,
    price: Decimal | None,
    quantity: int | None,
    starts_on: date | None,
    ends_on: date | None,
) -> None:
    """Make the offer NAME, or write it anew; texts name it as {{ offer.NAME.price }}."""
    from app.domain.offers import Offer
    from app.usecases.offers import Actor, OfferRefused
    from app.usecases.offers import put as put_offer

    offer = Offer(
        name, _texts(title, title_en), _texts(discount, discount_en), price, quantity, starts_on, ends_on
    )
    with opened() as parts:
        try:
            is_new = put_offer(parts, brand, offer, Actor("command", clock.now()))
        except OfferRefused as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"{'added' if is_new else 'changed'} {name}; texts name it as {{{{ offer.{name}.title }}}}")


def _texts(zh: str | None, en: str | None) -> dict[str, str]:
    return {language: text for language, text in (("zh", zh), ("en", en)) if text}


@offers.command("sold-out")
@click.argument("name")
@brand_option
@click.option("--back", is_flag=True, help="It is to be had again.")
def sold_out(name: str, brand: str, back: bool) -> None:
    """Mark the offer NAME sold out: no text that names it is sent from now on."""
    from app.usecases.offers import Actor, OfferRefused, sell_out

    with opened() as parts:
        try:
            sell_out(parts, brand, name, not back, Actor("command", clock.now()))
        except OfferRefused as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"{name} is {'to be had again' if back else 'sold out'}")


@offers.command("list")
@brand_option
@json_option
def list_offers(brand: str, as_json: bool) -> None:
    """List the brand's offers, and whether they hold."""
    from app.domain.flows.facts import zone_named

    with opened() as parts:
        directory = parts.directory.current(parts.now())
        found = directory.brand_coded(brand)
        if found is None:
            raise click.ClickException(f"there is no brand {brand}: see `huixin brands list`")
        today = parts.now().astimezone(zone_named(found.timezone)).date()
        shown = [_shown(offer, found.language, today) for offer in directory.offers[found.id].values()]
    if as_json:
        print_json(shown)
    for one in [] if as_json else shown:
        told = "  ".join(f"{name}={value}" for name, value in one.items() if name not in ("name", "standing"))
        click.echo(f"{one['name']}  {one['standing']}  {told}")


def _shown(offer: "Offer", language: str, today: date) -> dict[str, Any]:
    standing = offer.standing(today).value.removeprefix("offer_")
    return {"name": offer.name, "standing": standing, **offer.values(language)}


COMMAND = offers
