"""`huixin channels`: accounts at providers, with their numbers."""

import threading
from typing import TYPE_CHECKING, Any

import click

from app import clock
from app.cli._opening import json_option, language, opened, print_json
from app.cli._reaching import answers
from app.settings import is_loopback, load
from app.usecases.directory import ChannelView
from app.usecases.parts import Parts

if TYPE_CHECKING:
    from app.reads.licences import Needed

SETTLES_WITHIN_S = 15
TEST_NUMBER = "+8613800000001"
"""Where the simulator's test goes: it delivers everything to this one."""


@click.group("channels")
def channels() -> None:
    """Connect providers."""


@channels.command("add")
@click.argument("provider")
@click.argument("name")
@click.option("--brand", required=True, help="The brand's short name.")
@click.option(
    "--set", "given", multiple=True, metavar="KEY=VALUE", help="A setting of the provider, or sender=NUMBER."
)
@json_option
def add(provider: str, name: str, brand: str, given: tuple[str, ...], as_json: bool) -> None:
    """Add a channel called NAME at PROVIDER, and print the webhook addresses to enter there."""
    from app.usecases.channel_setup import ChannelRefused, add_channel

    with opened() as parts:
        try:
            added = add_channel(parts, provider, name, brand, _pairs(given), clock.now(), "command")
        except ChannelRefused as refused:
            raise click.ClickException("\n".join(refused.problems)) from None
        public_url = parts.public_url
        lacking = _lacking(parts, name)
    if as_json:
        addresses = {"inbound_url": added.inbound_url, "receipts_url": added.receipts_url}
        lacks = {"lacks_for_marketing": [one.kind.code for one in lacking]}
        told = {
            "name": added.name,
            "senders": added.senders,
            "lacks_for_sending": added.lacks_for_sending,
            **lacks,
        }
        print_json({**told, **(addresses if added.has_webhook else {})})
        return
    click.echo(
        f"added {added.name}; sends from {', '.join(filter(None, added.senders)) or 'the account itself'}"
    )
    if added.has_webhook:
        click.echo(f"messages: {added.inbound_url}\nreceipts: {added.receipts_url}")
        _warn_of_address(public_url)
    if added.lacks_for_sending:
        click.echo(
            f"it only receives: without {added.lacks_for_sending} nobody who texts it gets an answer",
            err=True,
        )
    _warn_of_licences(lacking)


def _lacking(parts: Parts, channel: str) -> "list[Needed]":
    """The licences that marketing on this channel still lacks."""
    from app.reads.licences import needed

    with parts.store.read() as session:
        every = needed(session, parts.rules.licence_kinds, clock.now())
    return [one for one in every if one.channel == channel]


def _warn_of_licences(lacking: "list[Needed]") -> None:
    from app.reads.licence_words import needed_words

    for one in lacking:
        click.echo(needed_words(one, language()), err=True)
    if lacking:
        click.echo("it answers and serves without; before it promotes: `huixin licences add`", err=True)


def _warn_of_address(public_url: str) -> None:
    """Tell on stderr where a provider cannot use the addresses as they are."""
    if not is_loopback(public_url):
        return
    if not load().has_public_url and not answers(public_url):
        click.echo(
            f"no Huixin answers at {public_url}: the port is a guess; start Huixin before you use it",
            err=True,
        )
    click.echo("these addresses reach this machine only: set HUIXIN_PUBLIC_URL first", err=True)


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for one in given:
        key, equals, value = one.partition("=")
        if not (key and equals):
            raise click.BadParameter(f"{key} is not KEY=VALUE", param_hint="--set")
        pairs[key.strip()] = value
    return pairs


@channels.command("list")
@json_option
def list_channels(as_json: bool) -> None:
    """List the channels, without their secrets."""
    with opened() as parts:
        directory = parts.directory.current(clock.now())
    found: list[dict[str, Any]] = [
        {
            "name": channel.name,
            "provider": channel.provider.name,
            "style": channel.capabilities.style.value,
            "is_active": channel.is_active,
            "rate_per_second": channel.rate_per_second,
            "senders": [
                {"address": s.address, "brand": directory.brands[s.brand_id].code, "purpose": s.purpose}
                for s in channel.senders
            ],
        }
        for channel in sorted(directory.channels.values(), key=lambda one: one.name)
    ]
    if as_json:
        print_json(found)
    for channel in [] if as_json else found:
        senders = ", ".join(
            f"{s['address'] or '-'} ({s['brand']}, {s['purpose']})" for s in channel["senders"]
        )
        state = "" if channel["is_active"] else "  switched off"
        click.echo(f"{channel['name']}  {channel['provider']}  {channel['style']}  {senders}{state}")


@channels.command("hours")
@click.argument("name")
@click.option("--marketing", help="When it may promote: 09:00-12:00,14:00-20:00; empty takes it back.")
@click.option("--service", help="When service messages may go: 07:00-22:00; empty takes it back.")
def hours(name: str, marketing: str | None, service: str | None) -> None:
    """Narrow the hours of the channel called NAME; the law's and the industry's stand in any case."""
    from app.domain.own_hours import HoursRefused
    from app.usecases.channel_setup import ChannelRefused, change_hours

    given = {"marketing_hours": marketing, "service_hours": service}
    told = {key: value for key, value in given.items() if value is not None}
    with opened() as parts:
        try:
            change_hours(parts, name, told, clock.now(), "command")
        except (ChannelRefused, HoursRefused) as refused:
            raise click.ClickException(str(refused)) from None
    click.echo(f"changed {name}")


@channels.command("test")
@click.argument("name")
@click.option("--to", "to", metavar="PHONE", help="Whom the message goes to; the simulator needs none.")
def test(name: str, to: str | None) -> None:
    """Send one message through the channel called NAME, and tell what its provider said."""
    from app.reads.reason_words import reason_words
    from app.usecases.channel_setup import ChannelRefused, fate, send_test

    with opened() as parts:
        channel = _channel(parts, name)
        try:
            sent = send_test(
                parts, channel, _number(channel, to), f"Huixin: {name} works. 通道正常。", clock.now()
            )
        except ChannelRefused as refused:
            raise click.ClickException(str(refused)) from None
        pause = threading.Event()
        until = clock.monotonic() + SETTLES_WITHIN_S
        while (tried := fate(parts, sent)).status in ("queued", "claimed", "handing"):
            if clock.monotonic() > until or (tried.status == "queued" and tried.reason):
                break
            pause.wait(0.2)
    said = f" ({tried.code})" if tried.code else ""
    words = f": {reason_words(tried.reason, language())}" if tried.reason else ""
    if tried.status not in ("accepted", "sent", "delivered", "read"):
        raise click.ClickException(f"the message is {tried.status}{words}{said}")
    click.echo(f"{tried.status} by the provider as {tried.provider_id}")


def _channel(parts: Parts, name: str) -> ChannelView:
    channel = parts.directory.current(clock.now()).channel_named(name)
    if channel is None:
        raise click.ClickException(f"there is no channel called {name}: see `huixin channels list`")
    if not channel.is_active:
        raise click.ClickException(f"channel {name} is switched off")
    return channel


def _number(channel: ChannelView, to: str | None) -> str:
    from app.providers import reading

    if to is None and channel.provider.has_webhook:
        raise click.UsageError("say where to: --to PHONE gets one real message")
    number = reading.phone(to or TEST_NUMBER, channel.capabilities.style)
    if number is None:
        raise click.BadParameter("is no phone number: give one such as +8613800001234", param_hint="--to")
    return number


COMMAND = channels
