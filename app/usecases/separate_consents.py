"""Separate consents to sensitive data, and the switch of personalisation: recorded, honoured, withdrawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.sensitive import PERSONALISATION
from app.domain.text import clean
from app.store import consents, customers
from app.store.forgetting import is_erased
from app.usecases import audit, opting
from app.usecases.changes import Changes, Decided
from app.usecases.parts import Parts

LONGEST_WORDING = 500


class ConsentUnproved(Exception):
    """A separate consent needs the words that the person agreed to."""


class ConsentOutdated(Exception):
    """The person has said something else since, or somebody else had the number then."""


class NobodyThere(Exception):
    """The person is not known, or was erased meanwhile."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a person has said about one scope: agreed, or no longer; where, and to which words."""

    scope: str
    is_agreed: bool
    source: str
    wording: str | None = None
    inbound_id: UUID | None = None
    at: datetime | None = None
    """When they said so, where that was not now."""


def apply(
    parts: Parts,
    changes: Changes,
    key: tuple[UUID, UUID],
    profile: Mapping[str, Any],
    told: Told,
    now: datetime,
    trace_id: str = "",
) -> dict[str, Any]:
    """Records it in the ledger; returns what of the profile changes. Values of a class that is withdrawn go at once.

    The customer's row must be locked by this transaction. Source: SPEC CP-9.
    """
    if told.scope == PERSONALISATION:
        kind = "personalisation_on" if told.is_agreed else "personalisation_off"
        values: dict[str, Any] = {"is_personalised": told.is_agreed}
    else:
        kind = f"{told.scope}_{'granted' if told.is_agreed else 'withdrawn'}"
        values = _with(profile, told) if told.is_agreed else _without(parts, profile, told)
    opting.ledger(
        changes,
        *key,
        kind,
        told.source[:40],
        told.at or now,
        wording=told.wording,
        inbound_id=told.inbound_id,
    )
    verdict = "granted" if told.is_agreed else "withdrawn"
    decided = ("consent", key[0], *key, verdict, "separate_consent", now, trace_id)
    changes.decide(Decided(*decided, {"scope": told.scope, "source": told.source[:40]}))
    changes.profiles.setdefault(key, {}).update(values)
    return values


def _with(profile: Mapping[str, Any], told: Told) -> dict[str, Any]:
    return {"separate_consents": sorted({*profile["separate_consents"], told.scope})}


def _without(parts: Parts, profile: Mapping[str, Any], told: Told) -> dict[str, Any]:
    agreed = [scope for scope in profile["separate_consents"] if scope != told.scope]
    table = parts.rules.sensitive
    gone = {name for name in (*profile["attributes"], *profile["tags"]) if table.class_of(name) == told.scope}
    return {
        "separate_consents": agreed,
        "attributes": {name: held for name, held in profile["attributes"].items() if name not in gone},
        "tags": [tag for tag in profile["tags"] if tag not in gone],
    }


def kept(
    parts: Parts,
    changes: Changes,
    key: tuple[UUID, UUID],
    profile: Mapping[str, Any],
    names: Iterable[str],
    source: str,
    now: datetime,
) -> set[str]:
    """Which of these attributes or tags may be kept; the refusal of the others is logged, without their values."""
    asked = list(names)
    missing = parts.rules.sensitive.missing(asked, profile["separate_consents"])
    for kind in sorted(set(missing.values())):
        refused = ("attribute", key[0], *key, "refused", "sensitive_consent_missing", now)
        changes.decide(Decided(*refused, details={"scope": str(kind), "source": source}))
    return set(asked) - set(missing)


def record(parts: Parts, customer: str | UUID, brand_id: UUID, told: Told, actor: str, now: datetime) -> UUID:
    """Records what a person (their E.164 phone, or their id) has said elsewhere.

    Raises ConsentUnproved, ConsentOutdated, and NobodyThere for the id of nobody; a withdrawal counts whenever it was
    said.
    """
    wording = clean(told.wording).strip() if told.wording else ""
    if told.is_agreed and told.scope != PERSONALISATION and not wording:
        raise ConsentUnproved
    told, changes = replace(told, wording=wording[:LONGEST_WORDING] or None), Changes()
    with parts.store.write() as session:
        customer_id = _locked(session, customer, brand_id, now)
        profile = customers.profiles(session, [customer_id])[customer_id, brand_id]
        if (
            told.is_agreed
            and told.at is not None
            and told.at < _said_until(session, customer_id, brand_id, told)
        ):
            raise ConsentOutdated
        apply(parts, changes, (customer_id, brand_id), profile, told, now)
        action = "consent.granted" if told.is_agreed else "consent.withdrawn"
        audit.note(session, actor, action, "customer", str(customer_id), now, None, scope=told.scope)
        changes.flush(session)
    return customer_id


def _locked(session: Session, customer: str | UUID, brand_id: UUID, now: datetime) -> UUID:
    if isinstance(customer, UUID):
        if all(is_erased(row) for row in customers.lock(session, [customer])):
            raise NobodyThere
        return customer
    customer_id: UUID = customers.lock_owners(session, [customer], now)[customer].id
    customers.add_profiles(session, {(customer_id, brand_id)}, now)
    return customer_id


def _said_until(session: Session, customer_id: UUID, brand_id: UUID, told: Told) -> datetime:
    """When the last word about the scope was said, or the number taken over: what is older counts no more."""
    kinds = (f"{told.scope}_granted", f"{told.scope}_withdrawn", f"{told.scope}_on", f"{told.scope}_off")
    said = [one.at for one in consents.history(session, customer_id, brand_id) if one.kind in kinds]
    taken = customers.taken_over_at(session, [customer_id])
    return max([*said, *taken.values()], default=datetime.min.replace(tzinfo=UTC))
