"""How commands read a day off the command line."""

from datetime import date
from typing import Any

import click

from app.domain.days import is_in_range


class Day(click.ParamType):
    """A day: 2026-08-18."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, in the brand's time zone."""
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no day, such as 2026-08-18", param, ctx)
        return day if is_in_range(day) else self.fail(f"{value}: give a year from 2000 to 2999", param, ctx)
