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
from app.store.columns import sealed, sealed_json
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


class Batch:
    """People who are about to be written, by phone. What takes long is done before the transaction: hashing, sealing.

    Those in `again` stood further up in the list and are not counted once more.
    """

    def __init__(
        self, origin: Origin, entries: Mapping[str, Entry], again: Iterable[str], now: datetime
    ) -> None:
        self.origin, self.now, self.again = origin, now, set(again)
        self.changes, self.counts = Changes(), Counter[str]()
        self.new = customers.new_rows(list(entries), now)
        self.entries = dict(zip(self.new, entries.values(), strict=True))
        self.names = {key: sealed(one.name) for key, one in self.entries.items() if one.name}
        told = {"told_by": origin.actor, "told_at": now.isoformat()}
        self.evidence: dict[str, Any] = {**told, "import": str(origin.import_id), "file": origin.file_name}
        self.nothing = {**_NOTHING_KNOWN, "attributes": sealed_json({}), "said": {}, "created_at": now}

    def write(self, session: Session) -> Counter[str]:
        """Keeps them, and returns counts. Locks those who are known: an opt-out that comes now is either seen or
        sees what we wrote."""
        brand_id = self.origin.brand_id
        ids, made = customers.ids_and_made(session, self.new)
        profiles = self._profiles(
            session, [customer_id for customer_id in ids.values() if customer_id not in made]
        )
        fresh: list[dict[str, Any]] = []
        for digest, entry in self.entries.items():
            customer_id = ids[digest]
            profile = profiles.get((customer_id, brand_id))
            changed = self._changed(customer_id, digest, profile or _NOTHING_KNOWN)
            if profile is None:
                fresh.append({**self.nothing, **changed, "customer_id": customer_id, "brand_id": brand_id})
            elif changed:
                self.changes.profiles[customer_id, brand_id] = changed
            if entry.phone not in self.again:
                self.counts["new" if profile is None else "changed" if changed else "unchanged"] += 1
        insert_all(session, Profile, fresh)
        self.changes.flush(session)
        return self.counts

    def _profiles(self, session: Session, known: list[UUID]) -> dict[tuple[UUID, UUID], Mapping[str, Any]]:
        if not known:
            return {}
        customers.lock(session, known)
        return customers.profiles(session, known)

    def _changed(self, customer_id: UUID, digest: bytes, profile: Mapping[str, Any]) -> dict[str, Any]:
        """What the row says that was not known."""
        entry, told = self.entries[digest], dict[str, Any]()
        if entry.name is not None and entry.name != profile["name"]:
            told["name"] = self.names[digest]
        if entry.language is not None and entry.language != profile["language"]:
            told["language"] = entry.language
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
            evidence=self.evidence,
        )
        return {"consent": "granted", "consent_at": proof.at}
