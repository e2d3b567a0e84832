"""Days and moments as forms give them, within the centuries that every time zone can tell."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext
from wtforms import DateField, ValidationError

from app.domain.days import is_in_range


def moment_of(written: str, zone: str | None = None) -> datetime | None:
    """The moment, in UTC; without an offset of its own it is on the clock of `zone`. None where it is no moment."""
    try:
        moment = datetime.fromisoformat(written.replace(" ", "+"))
        if moment.tzinfo is None and zone is not None:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo is not None and is_in_range(moment) else None


class DayField(DateField):  # type: ignore[misc]
    """A day in a form."""

    def pre_validate(self, _form: Any) -> None:
        """Refuses a day in whose year nobody lives: the first and the last of all have no day before or after them."""
        if self.data is not None and not is_in_range(self.data):
            raise ValidationError(lazy_gettext("Please give a year from 2000 to 2999."))
