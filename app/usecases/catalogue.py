"""The published flows of each brand, compiled once a revision, found by keyword, intent and event."""

import threading
from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.flows.definition import Definition, Published
from app.domain.flows.keywords import KeywordTable
from app.store import flows as flow_store
from app.store.engine import Store
from app.usecases.directory import BrandView


class BrandFlows:
    """A brand's library: published versions at hand, older ones fetched when a run still needs them."""

    def __init__(
        self, latest: Mapping[str, Published], fetch: Callable[[str, int], Definition | None], channel: str
    ) -> None:
        self.latest = latest
        self._fetch = fetch
        self._older: dict[tuple[str, int], Published | None] = {}
        usable = [
            flow.definition
            for flow in latest.values()
            if not flow.definition.channels or channel in flow.definition.channels
        ]
        self.keywords = KeywordTable.build(usable)
        self.by_intent = {intent: flow.name for flow in usable for intent in flow.intents}
        self.by_event: dict[str, list[str]] = {}
        for flow in usable:
            for event_type in flow.events:
                self.by_event.setdefault(event_type, []).append(flow.name)

    def find(self, name: str, version: int | None = None) -> Published | None:
        """The flow in this version, or the one that new runs start with."""
        flow = self.latest.get(name)
        if version is None or (flow is not None and flow.version == version):
            return flow
        if (name, version) not in self._older:
            definition = self._fetch(name, version)
            self._older[name, version] = Published(definition, version) if definition else None
        return self._older[name, version]


class FlowCatalogue:
    """Compiled flows by brand and kind of channel; a new revision of the brand's flows replaces them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._compiled: dict[tuple[UUID, str], tuple[int, BrandFlows]] = {}

    def of(self, brand: BrandView, channel: str) -> BrandFlows:
        """The brand's flows as they work on this kind of channel."""
        with self._lock:
            held = self._compiled.get((brand.id, channel))
            if held is not None and held[0] == brand.flow_revision:
                return held[1]
            with self._store.read() as session:
                latest = {
                    name: Published(Definition.model_validate(row.definition), row.version)
                    for name, row in flow_store.published(session, brand.id).items()
                }
            compiled = BrandFlows(latest, self._fetcher(brand.id), channel)
            self._compiled[brand.id, channel] = (brand.flow_revision, compiled)
            return compiled

    def _fetcher(self, brand_id: UUID) -> Callable[[str, int], Definition | None]:
        def fetch(name: str, version: int) -> Definition | None:
            with self._store.read() as session:
                return _definition(session, brand_id, name, version)

        return fetch


def _definition(session: Session, brand_id: UUID, name: str, version: int) -> Definition | None:
    found = flow_store.versions(session, [(brand_id, name, version)])
    plain = found.get((brand_id, name, version))
    return Definition.model_validate(plain) if plain is not None else None
