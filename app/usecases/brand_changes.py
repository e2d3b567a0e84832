"""Changes what a brand has set for itself: its anniversary, its industry, and hours narrower than the law's."""

from collections.abc import Mapping
from datetime import datetime

from app.domain.festivals import anniversary
from app.domain.own_hours import MARKETING, OWN_HOURS, check_they_meet, told_hours
from app.store import brands
from app.usecases import audit
from app.usecases.brand_setup import BrandRefused
from app.usecases.parts import Parts

CHANGED = ("anniversary", "industry", *OWN_HOURS)


def change_brand(parts: Parts, code: str, told: Mapping[str, str], now: datetime, actor: str) -> None:
    """Sets each of `CHANGED` that is told; an empty text takes one back. Raises BrandRefused and HoursRefused."""
    values = {name: _checked(parts, name, told[name].strip()) for name in CHANGED if name in told}
    values |= told_hours(told)
    with parts.store.write() as session:
        brand = brands.locked(session, code)
        if brand is None:
            raise BrandRefused(f"there is no brand called {code}: see `huixin brands list`")
        kept = {name: value for name, value in brand.settings.items() if name not in values}
        changed = {**kept, **{name: value for name, value in values.items() if value}}
        if MARKETING in values or "industry" in values:
            industry = parts.rules.industry_hours(changed.get("industry", "other"))
            check_they_meet(changed.get(MARKETING, ""), industry)
        brand.settings = changed
        audit.note(session, actor, "brand.change", "brand", code, now, None, **values)
    parts.directory.renew()


def _checked(parts: Parts, name: str, value: str) -> str:
    if name == "anniversary" and value:
        try:
            return anniversary(value)
        except ValueError as error:
            raise BrandRefused(f"give a day such as 06-18: {error}") from None
    if name == "industry" and value not in parts.rules.send_windows:
        known = ", ".join(sorted(parts.rules.send_windows))
        raise BrandRefused(f"{value} is no industry that has hours of its own: give one of {known}")
    return value
