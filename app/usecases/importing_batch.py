"""Writes one batch of an imported list: people, profiles and the ledger of their consent, in one short transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.imports.rows import Entry
from app.domain.imports.verdict import Verdict, verdict
from app.domain.sensitive import SensitiveAttributes
from app.store import customers, erasures, phone_hashes
from app.store.customers import Profile
from app.store.engine import Store
from app.store.name_hashes import beside_name
from app.store.writing import insert_all
from app.usecases import opting
from app.usecases.changes import Changes, Decided
from app.usecases.importing_newcomers import Newcomers, Origin

_NOTHING_KNOWN: Mapping[str, Any] = {
    "name": None,
    "language": None,
    "timezone": None,
    "consent": "none",
    "consent_at": None,
    "stopped_at": None,
    "attributes": {},
    "tags": [],
    "separate_consents": [],
    "is_personalised": True,
}


class Overtaken(Exception):
    """A number of the batch has gone to a new owner since it was looked up, or its owner was erased."""


class Batch:
    """People who are about to be written, by phone.

    What takes long is done before the transaction: who is known is looked up, and the rows of those who are not are
    sealed and made ready for the driver. Where somebody comes to be known meanwhile, `write` raises IntegrityError,
    where a number changes hands or its owner is erased, Overtaken; a new batch of the same people sees it. Those in
    `again` stood further up in the list and are not counted once more.
    """

    def __init__(
        self,
        store: Store,
        origin: Origin,
        entries: Mapping[str, Entry],
        again: Iterable[str],
        now: datetime,
        sensitive: SensitiveAttributes,
    ) -> None:
        self.origin, self.now, self.again, self.sensitive = origin, now, set(again), sensitive
        self.changes, self.counts = Changes(), Counter[str]()
        hashes = phone_hashes.every(entries)
        with store.read() as session:
            ids = customers.ids_by_hash(session, hashes)
            self.hashes = {digest: phone for digest, phone in hashes.items() if phone not in ids}
            erased = erasures.of(session, self.hashes)
        self.known = {customer_id: entries[phone] for phone, customer_id in ids.items()}
        self.returning = {phone: entries[phone] for phone in erased}
        newest = {phone: digest for digest, phone in reversed(self.hashes.items()) if phone not in erased}
        new = {digest: self._lawful(entries[phone]) for phone, digest in newest.items()}
        self.newcomers = Newcomers(store.engine.dialect, origin, dict(sorted(new.items())), now)

    def _lawful(self, entry: Entry) -> Entry:
        """Of somebody new, who can have given no separate consent, nothing sensitive is kept."""
        missing = self.sensitive.missing((*entry.attributes, *entry.tags), ())
        if not missing:
            return entry
        self.counts["values_ignored"] += len(missing)
        attributes = {name: value for name, value in entry.attributes.items() if name not in missing}
        return replace(
            entry, attributes=attributes, tags=tuple(tag for tag in entry.tags if tag not in missing)
        )

    def write(self, session: Session) -> Counter[str]:
        """Keeps them, and returns counts. Locks those who are known: an opt-out that comes now is either seen or
        sees what we wrote."""
        new = [entry.phone for entry in self.newcomers.entries]
        if new and customers.known_by_now(session, new):
            raise Overtaken
        self.newcomers.write(session)
        if new and erasures.of(session, self.hashes).keys() & new:
            raise Overtaken  # somebody came, opted out and was erased, all of it since they were looked up
        self.counts.update(self.newcomers.counts)
        made = customers.ids_of_all(session, list(self.returning), self.now) if self.returning else {}
        self.known.update({made[phone]: entry for phone, entry in self.returning.items()})
        if self.known:
            self._write_known(session)
        return self.counts

    def _write_known(self, session: Session) -> None:
        locked = customers.lock(session, self.known)
        if any(person.phone_hash is None for person in locked):
            raise Overtaken
        profiles = customers.profiles(session, self.known)
        strangers = {person.id for person in locked if (person.id, self.origin.brand_id) not in profiles}
        taken = customers.taken_over_at(session, strangers) if strangers else {}
        fresh: list[dict[str, Any]] = []
        for person in locked:
            entry, key = self.known[person.id], (person.id, self.origin.brand_id)
            profile = profiles.get(key)
            unknown = {**_NOTHING_KNOWN, "consent_at": taken.get(person.id)}
            changed = self._changed(person.id, profile or unknown)
            if profile is None:
                made = {**unknown, "said": {}, "created_at": self.now, **changed}
                fresh.append(
                    {**beside_name(made), "customer_id": person.id, "brand_id": self.origin.brand_id}
                )
            elif changed:
                self.changes.profiles[key] = changed
            if entry.phone not in self.again:
                self.counts["new" if profile is None else "changed" if changed else "unchanged"] += 1
        insert_all(session, Profile, fresh)
        self.changes.flush(session)

    def _changed(self, customer_id: UUID, profile: Mapping[str, Any]) -> dict[str, Any]:
        """What the row says that was not known."""
        entry, told = self.known[customer_id], dict[str, Any]()
        if entry.name is not None and entry.name != profile["name"]:
            told["name"] = entry.name
        if entry.language is not None and entry.language != profile["language"]:
            told["language"] = entry.language
        if entry.timezone is not None and entry.timezone != profile["timezone"]:
            told["timezone"] = entry.timezone
        withheld = self._withheld(customer_id, entry, profile)
        tags = [tag for tag in entry.tags if tag not in withheld]
        if set(tags) - set(profile["tags"]):
            told["tags"] = list(dict.fromkeys((*profile["tags"], *tags)))
        held = profile["attributes"]
        fresh = {
            name: one
            for name, one in self.origin.attributes(entry, self.now).items()
            if held.get(name, {}).get("value") != one["value"] and name not in withheld
        }
        if fresh:
            told["attributes"] = {**held, **fresh}
        return {**told, **self._consent(customer_id, entry, profile)}

    def _withheld(self, customer_id: UUID, entry: Entry, profile: Mapping[str, Any]) -> Mapping[str, Any]:
        """Sensitive values to whose class there is no separate consent: they are not kept, and it is logged."""
        missing = self.sensitive.missing((*entry.attributes, *entry.tags), profile["separate_consents"])
        self.counts["values_ignored"] += len(missing)
        for kind in sorted(set(missing.values())):
            told = ("attribute", customer_id, customer_id, self.origin.brand_id, "refused")
            details = {"scope": str(kind), "source": "import"}
            refused = Decided(*told, "sensitive_consent_missing", self.now, details=details)
            self.changes.decide(refused)
        return missing

    def _consent(self, customer_id: UUID, entry: Entry, profile: Mapping[str, Any]) -> dict[str, Any]:
        proof, origin = entry.proof, self.origin
        said = verdict(proof, profile["consent"], profile["consent_at"], profile["stopped_at"])
        self.counts[said.value] += 1
        if proof is None or said not in (Verdict.GRANT, Verdict.STAYS_OUT):
            return {}
        is_granted = said is Verdict.GRANT
        decided = ("granted", "import_consent") if is_granted else ("refused", "import_opted_out")
        told = ("consent", customer_id, customer_id, origin.brand_id, *decided, self.now)
        self.changes.decide(Decided(*told, details={"source": proof.source}))
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
            evidence=origin.evidence(self.now),
            partner_id=origin.partner_for(proof.source),
        )
        return {"consent": "granted", "consent_at": proof.at}
