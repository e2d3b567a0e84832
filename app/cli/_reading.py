"""What commands read off the command line in the same way: a phone number, a moment."""

from datetime import datetime

import click

from app.domain import phone as phones

REGION = "CN"
"""Where a number without a country is looked for."""


def phone(given: str) -> str:
    """A phone number in E.164 from what was typed."""
    read = phones.parse(given, REGION)
    if isinstance(read, phones.NotAPhone):
        raise click.BadParameter(f"is no phone number ({read.reason}): give one such as +8613800001234")
    return read.e164


def moment(given: str, option: str) -> datetime:
    """A moment as it is typed; without an offset it is this machine's time."""
    try:
        return datetime.fromisoformat(given).astimezone()
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{given} is no time: give one such as 2026-11-23T12:00", param_hint=option
        ) from None
