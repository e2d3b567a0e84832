"""Writes one batch of an imported list: people, profiles and the ledger of their consent, in one short transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.imports.rows import Entry
from app.domain.imports.verdict import Verdict, verdict
from app.store import customers
from app.store.customers import Profile
from app.store.writing import insert_all
from app.usecases import opting
from app.usecases.changes import Changes

_NOTHING_KNOWN: Mapping[str, Any] = {
    "name": None,
    "language": None,
    "consent": "none",
    "consent_at": None,
    "stopped_at": None,
    "attributes": {},
    "tags": [],
}


@dataclass(frozen=True, slots=True)
class Origin:
    """Which import of which brand; it stands in the ledger beside what was proved."""

    import_id: UUID
    brand_id: UUID
    file_name: str
    actor: str


def keep(
    session: Session, origin: Origin, entries: Mapping[str, Entry], again: Iterable[str], now: datetime
) -> Counter[str]:
    """Keeps these people, by phone, and returns counts; those in `again` were counted earlier in the list."""
    batch = _Batch(session, origin, now)
    batch.keep(entries, set(again))
    return batch.counts


class _Batch:
    def __init__(self, session: Session, origin: Origin, now: datetime) -> None:
        self.session, self.origin, self.now = session, origin, now
        self.changes, self.counts = Changes(), Counter[str]()

    def keep(self, entries: Mapping[str, Entry], again: set[str]) -> None:
        """Locks those who are known, so that an opt-out that comes now is either seen or sees what we wrote."""
        brand_id = self.origin.brand_id
        ids, made = customers.ids_and_made(self.session, list(entries), self.now)
        known = [customer_id for customer_id in ids.values() if customer_id not in made]
        profiles = self._profiles(known)
        fresh: list[dict[str, Any]] = []
        for phone, entry in entries.items():
            customer_id = ids[phone]
            profile = profiles.get((customer_id, brand_id))
            changed = self._changed(customer_id, entry, profile or _NOTHING_KNOWN)
            if profile is None:
                fresh.append(self._new_profile(customer_id, changed))
            elif changed:
                self.changes.profiles[customer_id, brand_id] = changed
            if phone not in again:
                self.counts["new" if profile is None else "changed" if changed else "unchanged"] += 1
        insert_all(self.session, Profile, fresh)
        self.changes.flush(self.session)

    def _profiles(self, known: list[UUID]) -> dict[tuple[UUID, UUID], Mapping[str, Any]]:
        if not known:
            return {}
        customers.lock(self.session, known)
        return customers.profiles(self.session, known)

    def _new_profile(self, customer_id: UUID, changed: Mapping[str, Any]) -> dict[str, Any]:
        own = {
            "customer_id": customer_id,
            "brand_id": self.origin.brand_id,
            "said": {},
            "created_at": self.now,
        }
        return {**_NOTHING_KNOWN, **changed, **own}

    def _changed(self, customer_id: UUID, entry: Entry, profile: Mapping[str, Any]) -> dict[str, Any]:
        """What the row says that was not known."""
        told: dict[str, Any] = {}
        for name in ("name", "language"):
            if (value := getattr(entry, name)) is not None and value != profile[name]:
                told[name] = value
        if set(entry.tags) - set(profile["tags"]):
            told["tags"] = list(dict.fromkeys((*profile["tags"], *entry.tags)))
        held = profile["attributes"]
        source = {"source": self.origin.actor, "at": self.now.isoformat()}
        fresh = {
            name: {"value": value, **source}
            for name, value in entry.attributes.items()
            if held.get(name, {}).get("value") != value
        }
        if fresh:
            told["attributes"] = {**held, **fresh}
        return {**told, **self._consent(customer_id, entry, profile)}

    def _consent(self, customer_id: UUID, entry: Entry, profile: Mapping[str, Any]) -> dict[str, Any]:
        proof, origin = entry.proof, self.origin
        said = verdict(proof, profile["consent"], profile["consent_at"], profile["stopped_at"])
        self.counts[said.value] += 1
        if proof is None or said not in (Verdict.GRANT, Verdict.STAYS_OUT):
            return {}
        is_granted = said is Verdict.GRANT
        decided = ("granted", "import_consent") if is_granted else ("refused", "import_opted_out")
        self.changes.decide(
            "consent", customer_id, customer_id, origin.brand_id, *decided, self.now, "", source=proof.source
        )
        if not is_granted:
            return {}
        opting.ledger(
            self.changes,
            customer_id,
            origin.brand_id,
            "granted",
            proof.source,
            proof.at,
            wording=proof.wording,
            evidence={
                "told_by": origin.actor,
                "told_at": self.now.isoformat(),
                "import": str(origin.import_id),
                "file": origin.file_name,
            },
        )
        return {"consent": "granted", "consent_at": proof.at}
