"""Loads the demo brand on the first start: a bakery with its channel, flows and a few customers."""

import secrets
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy.orm import Session

from app.domain.flows.definition import Definition
from app.flow_files import SHIPPED, read_path
from app.store import brands, customers
from app.store.brands import Brand
from app.store.channels import Channel, Sender
from app.store.customers import ids_of_all
from app.store.tables import new_id
from app.usecases import opting
from app.usecases.changes import Changes
from app.usecases.flow_publishing import publish
from app.usecases.parts import Parts

RECIPE = Path(__file__).resolve().parents[2] / "data" / "recipes" / "demo" / "brand.yml"


def load(parts: Parts, now: datetime) -> bool:
    """Makes the demo brand where it is missing, and publishes the shipped flows for it; says whether it was new."""
    recipe = yaml.safe_load(RECIPE.read_text(encoding="utf-8"))
    with parts.store.write() as session:
        is_new = brands.by_code(session, recipe["code"]) is None
        if is_new:
            _make(session, recipe, now)
    parts.directory.renew()
    if is_new:
        publish_shipped(parts, recipe["code"], now)
    return is_new


def publish_shipped(parts: Parts, brand_code: str, now: datetime) -> list[str]:
    """Publishes the flows that come with the product for a brand."""
    return publish(parts, brand_code, shipped_flows(), now, "installation")


@cache
def shipped_flows() -> tuple[Definition, ...]:
    """The flows that come with the product, read once a process."""
    return tuple(definition for definition, _ in read_path(SHIPPED).flows)


def _make(session: Session, recipe: dict[str, Any], now: datetime) -> None:
    told = {
        name: recipe[name]
        for name in ("code", "name", "signature", "hotline", "language", "timezone", "settings")
    }
    brand = Brand(id=new_id(), created_at=now, **told)
    channel = Channel(
        id=new_id(),
        name=recipe["channel"]["name"],
        provider=recipe["channel"]["provider"],
        secret=secrets.token_urlsafe(24),
        settings=recipe["channel"]["settings"],
        created_at=now,
    )
    session.add_all([brand, channel])
    session.flush()
    address = recipe["channel"]["sender"]
    session.add(Sender(id=new_id(), channel_id=channel.id, brand_id=brand.id, address=address, purpose="any"))
    session.flush()
    people = ids_of_all(session, [person["phone"] for person in recipe["customers"]], now)
    customers.add_profiles(session, {(customer_id, brand.id) for customer_id in people.values()}, now)
    changes = Changes()
    for person in recipe["customers"]:
        customer_id = people[person["phone"]]
        told = {"name": person["name"], "language": person.get("language")}
        changes.profiles[customer_id, brand.id] = told
        if person["consent"]:
            opting.ledger(changes, customer_id, brand.id, "granted", "demo", now, wording="演示数据")
            changes.profiles[customer_id, brand.id] |= {"consent": "granted", "consent_at": now}
    session.flush()
    changes.flush(session)
