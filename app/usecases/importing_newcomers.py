"""People of a list whom nobody knows yet: their rows are made column by column, before the transaction begins."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Dialect
from sqlalchemy.orm import Session

from app.domain.imports.rows import Entry
from app.domain.imports.sources import ConsentSource
from app.domain.imports.verdict import Verdict
from app.store import phone_hashes
from app.store.consents import ConsentEvent
from app.store.customers import Customer, Profile
from app.store.decisions import Decision
from app.store.encryption import PersonKey, keyring
from app.store.name_hashes import name_hash
from app.store.personal import EnvelopedJson, Personal, PersonalJson
from app.store.tables import new_ids
from app.store.writing import ReadyRows, insert_ready, made_ready

TEXT = Personal()


@dataclass(frozen=True, slots=True)
class Origin:
    """Which import of which brand; it stands in the ledger beside what was proved."""

    import_id: UUID
    brand_id: UUID
    file_name: str
    actor: str
    partner_id: UUID | None = None

    def evidence(self, now: datetime) -> dict[str, Any]:
        """What the ledger keeps of it."""
        told = {"told_by": self.actor, "told_at": now.isoformat()}
        return {**told, "import": str(self.import_id), "file": self.file_name}

    def partner_for(self, source: str) -> UUID | None:
        """Who brought a person whose consent has this source."""
        return self.partner_id if source == ConsentSource.PARTNER else None

    def attributes(self, entry: Entry, now: datetime) -> dict[str, Any]:
        """The row's attributes as a profile keeps them, with their source."""
        source = {"source": self.actor, "at": now.isoformat()}
        return {name: {"value": value, **source} for name, value in entry.attributes.items()}


class Newcomers:
    """New customers by the hash of their phone, with their profiles, their consent and the decisions on it.

    Everything encrypted is made before `write`. Whoever becomes known meanwhile makes `write` raise
    IntegrityError.
    """

    def __init__(
        self, dialect: Dialect, origin: Origin, entries: Mapping[bytes, Entry], now: datetime
    ) -> None:
        self.dialect, self.origin, self.now = dialect, origin, now
        self.hashes, self.entries, self.counts = list(entries), list(entries.values()), Counter[str]()
        self.counts["new"] = len(self.entries)
        self.ready, self.keys = list[ReadyRows](), list[PersonKey]()
        if self.entries:
            ids = new_ids(len(self.entries))
            self.keys = keyring().new_person_keys(len(ids), now)
            self._people(ids)
            self._profiles(ids)
            self._consents(ids)

    def write(self, session: Session) -> None:
        """Adds them."""
        for rows in self.ready:
            insert_ready(session, rows)

    def _add(self, table: Any, each: Mapping[str, Any], **same: Any) -> None:
        count = len(next(iter(each.values())))
        self.ready.append(made_ready(self.dialect, table, count, each, **same))

    def _people(self, ids: list[str]) -> None:
        phones = [entry.phone for entry in self.entries]
        each = {
            "id": ids,
            "key": [key.wrapped for key in self.keys],
            "phone": [TEXT.sealed(key, phone) for key, phone in zip(self.keys, phones, strict=True)],
            "phone_hash": self.hashes,
            "last_four_hash": phone_hashes.last_four_hashes(phones),
        }
        self._add(Customer, each, number_status="unknown", created_at=self.now)

    def _profiles(self, ids: list[str]) -> None:
        origin, now, told = self.origin, self.now, PersonalJson()
        people = list(zip(self.keys, self.entries, strict=True))
        each = {
            "customer_id": ids,
            "name": [entry.name and TEXT.sealed(key, entry.name) for key, entry in people],
            "name_hash": [name_hash(entry.name) for entry in self.entries],
            "language": [entry.language for entry in self.entries],
            "timezone": [entry.timezone for entry in self.entries],
            "consent": ["granted" if entry.proof else "none" for entry in self.entries],
            "consent_at": [entry.proof and entry.proof.at for entry in self.entries],
            "attributes": [
                told.sealed(key, origin.attributes(entry, now) if entry.attributes else {})
                for key, entry in people
            ],
            "tags": [entry.tags for entry in self.entries],
        }
        none_told = {"said": {}, "separate_consents": [], "is_personalised": True}
        self._add(Profile, each, brand_id=origin.brand_id, **none_told, created_at=now)

    def _evidence(self) -> list[bytes]:
        """What proves each consent, under the person's own key."""
        told, envelope = self.origin.evidence(self.now), EnvelopedJson()
        people = zip(self.keys, self.entries, strict=True)
        proofs = [(key, entry.proof) for key, entry in people if entry.proof]
        return [envelope.sealed(key, {"wording": proof.wording, **told}) for key, proof in proofs]

    def _consents(self, ids: list[str]) -> None:
        """The ledger and the decisions. Of people whom nobody knows any proof is a grant: see `verdict`."""
        proved = [(key, entry.proof) for key, entry in zip(ids, self.entries, strict=True) if entry.proof]
        self.counts[Verdict.GRANT] = len(proved)
        self.counts[Verdict.SERVICE_ONLY] = len(ids) - len(proved)
        if not proved:
            return
        keys, origin = [key for key, _ in proved], self.origin
        details = {proof.source: {"source": proof.source} for _, proof in proved}
        each = {
            "id": new_ids(len(keys)),
            "customer_id": keys,
            "source": [proof.source for _, proof in proved],
            "evidence": self._evidence(),
            "at": [proof.at for _, proof in proved],
            "partner_id": [origin.partner_for(proof.source) for _, proof in proved],
        }
        self._add(ConsentEvent, each, brand_id=origin.brand_id, kind="granted")
        told = {
            "id": new_ids(len(keys)),
            "customer_id": keys,
            "subject_id": keys,
            "details": [details[proof.source] for _, proof in proved],
        }
        same = {"brand_id": origin.brand_id, "subject": "consent", "trace_id": "", "at": self.now}
        self._add(Decision, told, verdict="granted", reason="import_consent", **same)
