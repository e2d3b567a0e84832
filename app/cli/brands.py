"""`huixin brands`: the brands that customers know."""

import click

from app import clock
from app.cli._opening import counted, json_option, opened, print_json


@click.group("brands")
def brands() -> None:
    """Add and list brands."""


@brands.command("add")
@click.argument("code")
@click.option("--name", required=True, help="The brand's name, as customers know it.")
@click.option("--signature", help="What stands in the signature of its texts; else the name.")
@click.option("--hotline", default="", help="The number to call.")
@click.option(
    "--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Its first language."
)
@click.option("--timezone", default="Asia/Shanghai", show_default=True, help="Where it is.")
@click.option("--industry", default="other", show_default=True, help="Whose hours its marketing keeps.")
@click.option(
    "--link-host", "link_hosts", multiple=True, metavar="HOST", help="Where its marketing may link to."
)
@click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="LANGUAGE.NAME=VALUE",
    help="What its flows may tell: zh.hours=9:00到21:00",
)
@click.option(
    "--flows/--no-flows", default=True, show_default=True, help="Publish the flows that are shipped."
)
def add(
    code: str,
    name: str,
    signature: str | None,
    hotline: str,
    language: str,
    timezone: str,
    industry: str,
    link_hosts: tuple[str, ...],
    facts: tuple[str, ...],
    flows: bool,
) -> None:
    """Add a brand with the short name CODE."""
    from app.flow_files import SHIPPED, read_path
    from app.usecases.brand_setup import BrandRefused, NewBrand, add_brand

    brand = NewBrand(
        code, name, signature or name, hotline, language, timezone, _facts(facts), industry, link_hosts
    )
    shipped = [definition for definition, _ in read_path(SHIPPED).flows] if flows else []
    with opened() as parts:
        try:
            published = add_brand(parts, brand, shipped, clock.now(), "command")
        except BrandRefused as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"added {code} with {counted(len(published), 'flow')}; connect it with `huixin channels add`")


def _facts(given: tuple[str, ...]) -> dict[str, dict[str, str]]:
    facts: dict[str, dict[str, str]] = {}
    for one in given:
        key, equals, value = one.partition("=")
        language, dot, name = key.partition(".")
        if not (equals and dot and name) or language not in ("zh", "en"):
            raise click.BadParameter(
                f"{one} is not LANGUAGE.NAME=VALUE, such as en.hours=9 to 9", param_hint="--fact"
            )
        facts.setdefault(language, {})[name] = value
    return facts


@brands.command("change")
@click.argument("code")
@click.option("--anniversary", metavar="MM-DD", help="The day it celebrates every year; empty takes it back.")
@click.option("--industry", help="Whose hours its marketing keeps.")
@click.option("--marketing-hours", help="Narrower hours: 10:00-11:30,15:00-17:00; empty takes them back.")
@click.option("--service-hours", help="When its service messages go: 08:00-21:00; empty takes it back.")
def change(code: str, **given: str | None) -> None:
    """Change hours, industry or anniversary of the brand CODE; hours can only be narrowed."""
    from app.domain.own_hours import HoursRefused
    from app.usecases.brand_changes import change_brand
    from app.usecases.brand_setup import BrandRefused

    told = {name: value for name, value in given.items() if value is not None}
    with opened() as parts:
        try:
            change_brand(parts, code, told, clock.now(), "command")
        except (BrandRefused, HoursRefused) as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"changed {code}")


@brands.command("list")
@json_option
def list_brands(as_json: bool) -> None:
    """List the brands."""
    from app.store.brands import all_brands

    with opened() as parts, parts.store.read() as session:
        found = [
            {
                "code": brand.code,
                "name": brand.name,
                "language": brand.language,
                "timezone": brand.timezone,
                "marketing_stopped_at": brand.marketing_stopped_at and brand.marketing_stopped_at.isoformat(),
                "marketing_stopped_by": brand.marketing_stopped_by,
            }
            for brand in all_brands(session)
        ]
    if as_json:
        print_json(found)
    for brand in [] if as_json else found:
        stopped = (
            f"  marketing stopped by {brand['marketing_stopped_by']}" if brand["marketing_stopped_at"] else ""
        )
        click.echo(f"{brand['code']}  {brand['name']}  {brand['language']}  {brand['timezone']}{stopped}")


COMMAND = brands
