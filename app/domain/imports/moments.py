"""Reads moments as lists write them: ISO 8601, Chinese dates, and the day numbers of a spreadsheet."""

import re
from datetime import datetime, timedelta, tzinfo

_SPREADSHEET_BEGINS = datetime(1899, 12, 30)  # noqa: DTZ001 - a zone is given to what is read
_DAY_NUMBER = re.compile(r"(3[6-9]|[4-6]\d)\d{3}(\.\d+)?")
_CHINESE = re.compile(r"(\d{4})[年/.](\d{1,2})[月/.](\d{1,2})日?\s*(.*)", re.DOTALL)
_TIME = re.compile(r"(\d{1,2})[:：时点](\d{1,2})?(?:[:：分](\d{1,2})?)?秒?")


def moment(written: str, zone: tzinfo) -> datetime | None:
    """The moment, read in `zone` where the text names none; None for what is no moment."""
    try:
        found = _naive_or_aware(written.strip())
        return None if found is None else found if found.tzinfo else found.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None


def _naive_or_aware(written: str) -> datetime | None:
    if _DAY_NUMBER.fullmatch(written):
        return _SPREADSHEET_BEGINS + timedelta(seconds=round(float(written) * 86_400))
    dated = _CHINESE.fullmatch(written)
    if dated is None:
        return datetime.fromisoformat(written)
    year, month, day, rest = dated.groups()
    timed = _TIME.fullmatch(rest.strip()) if rest.strip() else None
    if rest.strip() and timed is None:
        return None
    hour, minute, second = (int(part or 0) for part in timed.groups()) if timed else (0, 0, 0)
    return datetime(int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001 - see `moment`
