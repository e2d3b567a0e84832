"""Takes over what a business's own system says of a customer: name, language, attributes, consent, withdrawal."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.domain.imports.rows import names_brand
from app.domain.imports.sources import OWN_ACTS, ConsentSource, source_named
from app.store import customers
from app.usecases import audit, opting
from app.usecases.api_access import Caller
from app.usecases.changes import Changes, Decided
from app.usecases.partners import PartnerRefused, bringing
from app.usecases.parts import Parts

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Grant:
    """Consent given elsewhere: where, to which words, when."""

    source: str
    wording: str
    at: datetime
    partner: str | None = None
    """Who brought it, by name."""


class ConsentRefused(Exception):
    """The consent cannot count, or there is none. Reasons: `opted_out`, `withdrawn_later`, `stopped`,
    `consent_known_later`, `sensitive_consent_missing`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class _Record:
    session: Session
    customer_id: Any
    profile: Mapping[str, Any]
    changes: Changes


def put(
    parts: Parts,
    caller: Caller,
    e164: str,
    now: datetime,
    *,
    told: Mapping[str, Any],
    attributes: Mapping[str, Value],
) -> bool:
    """Keeps name, language and time zone where `told` has them, and each attribute; None removes one.

    Returns whether the customer is new to the brand. Raises ConsentRefused, and keeps nothing, where one
    is sensitive and there is no separate consent to its class.
    """
    with _record(parts, caller, e164, now) as (record, is_new):
        held = {name: kept for name, kept in record.profile["attributes"].items() if name not in attributes}
        source = {"source": caller.actor, "at": now.isoformat()}
        fresh = {name: {"value": value, **source} for name, value in attributes.items() if value is not None}
        if parts.rules.sensitive.missing(fresh, record.profile["separate_consents"]):
            raise ConsentRefused("sensitive_consent_missing")
        values = {name: told[name] for name in ("name", "language", "timezone") if name in told}
        _change(record, caller, **values, attributes={**held, **fresh})
        named = sorted([*told, *attributes])
        audit.note(
            record.session,
            caller.actor,
            "customer.put",
            "customer",
            str(record.customer_id),
            now,
            fields=named,
        )
    return is_new


def grant(parts: Parts, caller: Caller, e164: str, given: Grant, now: datetime) -> None:
    """Records consent to marketing. Raises ConsentRefused where the customer has withdrawn it since, or has withdrawn
    it at all and this is no sign-up of their own,
    and PartnerRefused where the partner who brought it is not named, or has no agreement that runs.

    Who has sent STOP to everything can only lift that by a text of their own. Source: SPEC IN-6, CP-1.
    """
    is_needed = source_named(given.source) == ConsentSource.PARTNER
    partner_id = bringing(parts, caller.brand.id, given.partner, is_needed=is_needed)
    if partner_id and not names_brand(given.wording, (caller.brand.name, caller.brand.signature)):
        raise PartnerRefused("brand_unnamed")
    with _record(parts, caller, e164, now) as (record, _):
        profile = record.profile
        if profile["stopped_at"] is not None:
            raise ConsentRefused("stopped")
        is_out = profile["consent"] in ("withdrawn", "held")
        if is_out and source_named(given.source) not in OWN_ACTS:
            raise ConsentRefused("opted_out")
        known_at = profile["consent_at"]
        if known_at is not None and (given.at < known_at or (is_out and given.at == known_at)):
            raise ConsentRefused("withdrawn_later" if is_out else "consent_known_later")
        evidence = {"told_by": caller.actor, "told_at": now.isoformat(), "told_source": given.source}
        opting.ledger(
            record.changes,
            record.customer_id,
            caller.brand.id,
            "granted",
            code_of(given.source),
            given.at,
            wording=given.wording,
            evidence=evidence,
            partner_id=partner_id,
        )
        _change(record, caller, consent="granted", consent_at=given.at)
        _decide(record, caller, "granted", "api_consent", now, given.source)


def withdraw(parts: Parts, caller: Caller, e164: str, source: str, scope: str, now: datetime) -> None:
    """Stops marketing, or with scope `all` everything, at once; what is queued is cancelled."""
    with _record(parts, caller, e164, now) as (record, _):
        opting.withdraw(
            record.changes,
            record.customer_id,
            [caller.brand.id],
            scope,
            code_of(source),
            now,
            evidence={"told_by": caller.actor, "told_source": source},
            reason="api_withdrawal",
            trace_id="",
        )
        _decide(record, caller, "withdrawn", "api_withdrawal", now, source, scope=scope)


@contextmanager
def _record(parts: Parts, caller: Caller, e164: str, now: datetime) -> Iterator[tuple[_Record, bool]]:
    """The customer's profile under the lock; what changes is written at the end."""
    brand_id = caller.brand.id
    with parts.store.write() as session:
        customer_id = customers.lock_owners(session, [e164], now)[e164].id
        is_new = (customer_id, brand_id) not in customers.profiles(session, [customer_id])
        customers.add_profiles(session, {(customer_id, brand_id)}, now)
        profile = customers.profiles(session, [customer_id])[customer_id, brand_id]
        record = _Record(session, customer_id, profile, Changes())
        yield record, is_new
        record.changes.flush(session)


def code_of(source: str) -> str:
    """What is kept of a source in the clear: its code. The caller's own words may name somebody, and stay sealed."""
    return source_named(source) or "other"


def _change(record: _Record, caller: Caller, **values: Any) -> None:
    record.changes.profiles.setdefault((record.customer_id, caller.brand.id), {}).update(values)


def _decide(
    record: _Record, caller: Caller, verdict: str, reason: str, now: datetime, source: str, **details: Any
) -> None:
    customer_id = record.customer_id
    told = ("consent", customer_id, customer_id, caller.brand.id, verdict, reason, now)
    record.changes.decide(Decided(*told, details={"source": code_of(source), **details}))
    audit.note(record.session, caller.actor, f"consent.{verdict}", "customer", str(customer_id), now)
