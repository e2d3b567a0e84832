"""Adds a brand, with the flows that the product ships."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.flows.definition import Definition
from app.domain.zones import is_time_zone
from app.store import brands
from app.store.brands import Brand
from app.store.tables import new_id
from app.usecases import audit
from app.usecases.flow_publishing import publish
from app.usecases.parts import Parts

CODE = re.compile(r"[a-z][a-z0-9-]{0,39}")


class BrandRefused(Exception):
    """The brand cannot be added; the text says why and what to give instead."""


@dataclass(frozen=True, slots=True)
class NewBrand:
    """What customers see of a brand; `facts` are what its flows may tell, by language."""

    code: str
    name: str
    signature: str
    hotline: str = ""
    language: str = "zh"
    timezone: str = "Asia/Shanghai"
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    industry: str = "other"
    """Whose hours its marketing keeps: a row of `data/rules/send_windows.yml`."""
    link_hosts: Sequence[str] = ()
    """Hosts that its marketing may link to, beside those in its facts."""


def add_brand(
    parts: Parts, brand: NewBrand, flows: Sequence[Definition], now: datetime, actor: str
) -> list[str]:
    """Adds the brand, publishes these flows for it and returns their names. Raises BrandRefused."""
    if not CODE.fullmatch(brand.code):
        raise BrandRefused("a brand's short name has small letters, digits and hyphens: such as maixiang")
    if not brand.name.strip() or len(brand.name) > 80 or len(brand.signature) > 40 or len(brand.hotline) > 40:
        raise BrandRefused("give a name of up to 80 characters; signature and hotline have up to 40")
    if not is_time_zone(brand.timezone):
        raise BrandRefused(f"{brand.timezone} is no time zone: give one such as Asia/Shanghai")
    if brand.industry not in parts.rules.send_windows:
        known = ", ".join(sorted(parts.rules.send_windows))
        raise BrandRefused(f"{brand.industry} is no industry that has hours of its own: give one of {known}")
    facts = {language: dict(facts) for language, facts in brand.facts.items()}
    settings = {"facts": facts, "industry": brand.industry, "link_hosts": list(brand.link_hosts)}
    with parts.store.write() as session:
        if brands.by_code(session, brand.code) is not None:
            raise BrandRefused(f"there is a brand called {brand.code} already")
        row = Brand(
            id=new_id(),
            code=brand.code,
            name=brand.name.strip(),
            signature=brand.signature.strip(),
            hotline=brand.hotline,
            language=brand.language,
            timezone=brand.timezone,
            settings=settings,
            created_at=now,
        )
        session.add(row)
        audit.note(session, actor, "brand.add", "brand", brand.code, now)
    parts.directory.renew()
    return publish(parts, brand.code, flows, now, actor) if flows else []
