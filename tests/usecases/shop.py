"""A shop to try use cases in: the demo brand over a test's database, a clock of its own, and customers who text."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from sqlalchemy import Engine, select

from app.domain.wording import Wording
from app.nlu import Parsed as Reading
from app.nlu import Unavailable
from app.processes.waking import Polling
from app.providers import providers
from app.providers.contract import (
    Accepted,
    Outcome,
    Outgoing,
    Parsed,
    ParsedInbound,
    ParsedReceipt,
    ReceiptStatus,
)
from app.rules import RULES_FOLDER
from app.store import customers, personal, writing
from app.store.brands import Brand
from app.store.channels import Channel, Sender
from app.store.customers import Profile, ids_of_all
from app.store.engine import Store
from app.store.schema import metadata
from app.store.staff import Staff
from app.store.tables import new_id
from app.usecases import demo, messages
from app.usecases.answer import answer_by_meaning, answer_by_rule
from app.usecases.catalogue import FlowCatalogue
from app.usecases.changes import Changes
from app.usecases.desk import StaffMember
from app.usecases.directory import BrandView, ChannelView, DirectoryCache, SenderView
from app.usecases.dispatch import Dispatched, dispatch
from app.usecases.parts import Parts
from app.usecases.receipts import apply_receipts
from app.usecases.receive import Delivery, Received, receive
from app.usecases.record_events import NewEvent, Recorded, record_events
from app.usecases.turn import Reader, Turn
from app.wiring import Connections
from tests.domain.rule_data import shipped
from tests.usecases.traces import Traces
from tests.web.demo_shop import NOON, FewSentences, TestClock, work

WANG = "+8613800000001"
"""Has agreed to marketing; the carrier delivers."""
LI = "+8613800001001"
"""Has agreed to nothing."""
ALICE = "+14155550123"
"""Has agreed to marketing, lives in California, reads English."""


class Meanings(FewSentences):
    """A language model that understands what a test has taught it."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Reading] = {}
        self.asked: list[str] = []
        self.stumbles_over: set[str] = set()

    def learn(self, text: str, intent: str, confidence: float = 0.95, **ranking: float) -> None:
        told = tuple({intent: confidence, **ranking}.items())
        self.known[text] = Reading(intent, confidence, told, (), "meanings")

    def _read(self, text: str) -> Reading | Unavailable:
        self.asked.append(text)
        if text in self.stumbles_over:
            return Unavailable("error")
        return self.known.get(text) or Reading("out_of_scope", 0.2, (("out_of_scope", 0.2),), (), "meanings")


class Shop(Traces):
    """The use cases as a test drives them."""

    def __init__(self, engine: Engine, at: datetime = NOON) -> None:
        self.clock = TestClock(at)
        self.nlu = Meanings()
        self.parts = Parts(
            store=Store(engine),
            directory=DirectoryCache(Store(engine), providers()),
            rules=shipped(),
            wording=_wording(),
            flows=FlowCatalogue(Store(engine)),
            nlu=self.nlu,  # type: ignore[arg-type]
            connect=Connections(Store(engine), self.clock),
            wake=Polling(),
            now=self.clock,
            public_url="https://shop.example",
            uploads=Path("/nowhere/uploads"),
        )
        _furnish(self.parts)

    def dials(self, *answers: Outcome | BaseException) -> "Lines":
        """From now on hand-overs go to a carrier that answers so."""
        lines = Lines(*answers)
        self.parts = replace(self.parts, connect=lambda _: lines)
        return lines

    # --- who is there ---------------------------------------------------------------------------------------

    @property
    def brand(self) -> BrandView:
        return self.brand_named("demo")

    def brand_named(self, code: str) -> BrandView:
        found = self.parts.directory.current(self.clock()).brand_coded(code)
        assert found is not None
        return found

    def channel(self, name: str = "simulator") -> ChannelView:
        found = self.parts.directory.current(self.clock()).channel_named(name)
        assert found is not None
        return found

    def a_brand(self, code: str) -> UUID:
        brand = Brand(
            id=new_id(), code=code, name=code, signature=code, language="zh", created_at=self.clock()
        )
        with self.parts.store.write() as session:
            session.add(brand)
        self.parts.directory.renew()
        return brand.id

    def a_channel(
        self, name: str, address: str, provider: str = "simulator", brand: UUID | None = None, **settings: Any
    ) -> ChannelView:
        channel = Channel(
            id=new_id(),
            name=name,
            provider=provider,
            secret=f"secret-{name}",
            settings=settings,
            created_at=self.clock(),
        )
        with self.parts.store.write() as session:
            session.add(channel)
        self.a_sender(channel.id, address, brand)
        return self.channel(name)

    def a_sender(self, channel_id: UUID, address: str, brand: UUID | None = None, **told: Any) -> None:
        row = Sender(
            id=new_id(), channel_id=channel_id, brand_id=brand or self.brand.id, address=address, **told
        )
        with self.parts.store.write() as session:
            session.add(row)
        self.parts.directory.renew()

    def a_member_of_staff(self) -> StaffMember:
        staff = Staff(
            id=new_id(),
            email=f"{new_id().hex}@shop.example",
            password="x",
            created_at=self.clock(),
        )
        with self.parts.store.write() as session:
            session.add(staff)
        return StaffMember(staff.id, "staff@shop.example")

    def a_customer(self, phone: str, *, consent: str | None = "granted", **told: Any) -> UUID:
        now = self.clock()
        with self.parts.store.write() as session:
            customer_id = ids_of_all(session, [phone], now)[phone]
            customers.add_profiles(session, {(customer_id, self.brand.id)}, now)
            values = {**({"consent": consent, "consent_at": now} if consent else {}), **told}
            row = {"customer_id": customer_id, "brand_id": self.brand.id, **values}
            if values:
                writing.update_all(session, Profile, [row], ("customer_id", "brand_id"))
        return customer_id

    def knows_the_number(self, phone: str, status: str) -> None:
        """What receipts have shown of a customer's number."""
        with self.parts.store.write() as session:
            customers.set_number_status(session, self.customer(phone).id, status, self.clock())

    # --- what happens ---------------------------------------------------------------------------------------

    def passes(self, **time: float) -> None:
        self.clock.pass_by(timedelta(**time))

    def a_text(self, phone: str, text: str, channel: ChannelView, **told: Any) -> ParsedInbound:
        address = channel.senders[0].address if channel.senders else "nobody"
        given = {"provider_message_id": new_id().hex, "to_address": address, **told}
        return ParsedInbound(from_phone=phone, text=text, **given)

    def hears(self, *told: tuple[str, str], channel: str = "simulator", **more: Any) -> Received:
        """One delivery of texts, each (phone, text), stored and not yet answered."""
        view = self.channel(channel)
        parsed = Parsed(inbound=tuple(self.a_text(phone, text, view, **more) for phone, text in told))
        return self.delivers(parsed, channel)

    def delivers(self, parsed: Parsed, channel: str = "simulator") -> Received:
        now = self.clock()
        return receive(self.parts, [Delivery(self.channel(channel), parsed, new_id().hex)], now)[0]

    def texts(self, phone: str, text: str, **more: Any) -> None:
        """One text, stored and answered; the answer is queued."""
        self.hears((phone, text), **more)
        self.answers()

    def answers(self) -> None:
        answer_by_rule(self.parts, self.clock())
        answer_by_meaning(self.parts, self.clock())

    def dispatches(self) -> Dispatched:
        return dispatch(self.parts)

    def works(self) -> None:
        """Worker and carrier, until nothing is left to do."""
        work(self.parts, self.clock)

    def reports(self, provider_id: str | None, status: str, **told: Any) -> int:
        """One receipt of the channel's provider."""
        given = {"outbound_id": None, "to_phone": None, **told}
        receipt = ParsedReceipt(provider_id, status=ReceiptStatus(status), **given)
        with self.parts.store.write() as session:
            return apply_receipts(self.parts, session, [(self.channel(), receipt)], self.clock())

    def tells(self, event_type: str, key: str, phone: str = WANG, **told: Any) -> Recorded:
        """One event of the business's own system."""
        at = told.pop("at", None) or self.clock()
        event = NewEvent(key, event_type, at, phone, told.pop("attributes", {}), told)
        return record_events(self.parts, self.brand, [event], self.clock())

    def queues(self, phone: str, text: str, cause: Any, brand: str = "demo", **told: Any) -> UUID:
        """One message put into the outbox; `told` are of `Origin`, and expires_at and due_at."""
        times = {name: told.pop(name) for name in ("expires_at", "due_at") if name in told}
        sender: SenderView | None = told.pop("sender", None)
        now, changes = self.clock(), Changes()
        directory = self.parts.directory.current(now)
        sender = sender or directory.sender_for(directory.brand_coded(brand).id, "any", None)  # type: ignore[union-attr]
        assert sender is not None
        with self.parts.store.write() as session:
            customer_id = ids_of_all(session, [phone], now)[phone]
            locked = {row.id: row for row in customers.lock(session, [customer_id])}
            book = Reader(session, directory, changes, now).turns({(customer_id, sender.id)}, locked)
            turn: Turn = book.turn(customer_id, sender.id, "")
            queued = messages.queue(self.parts, turn, text, cause, messages.Origin(**told), **times)
            changes.flush(session)
        return queued


@cache
def _wording() -> Wording:
    return Wording(yaml.safe_load((RULES_FOLDER / "wording.yml").read_text(encoding="utf-8")))


_demo: dict[str, list[dict[str, Any]]] = {}
"""The rows of the demo brand, read off the first database that it was loaded into."""


def _furnish(parts: Parts) -> None:
    """Load the demo brand, of no particular industry; from the second time on row by row, in a tenth of the time."""
    tables = metadata().sorted_tables
    if not _demo:
        demo.load(parts, NOON)
        with parts.store.write() as session:  # noon is outside the hours of retail
            brand = session.scalars(select(Brand)).one()
            brand.settings = {**brand.settings, "industry": "other"}
        with parts.store.read() as session:
            for table in tables:
                _demo[table.name] = [dict(row) for row in session.execute(select(table)).mappings()]
        return
    with parts.store.write() as session:
        for table in tables:
            if _demo[table.name]:
                session.execute(table.insert(), personal.seal_rows(session, table, _demo[table.name]))


class Lines:
    """A carrier that answers each message as it was told (an exception is raised), else takes it, and notes all."""

    def __init__(self, *answers: Outcome | BaseException) -> None:
        self.answers = list(answers)
        self.taken: list[Outgoing] = []

    def take(self, messages: Sequence[Outgoing], settings: Any) -> list[Outcome]:
        self.taken += messages
        given: list[Outcome] = []
        for message in messages:
            answer = self.answers.pop(0) if self.answers else Accepted(f"p-{message.id}")
            if isinstance(answer, BaseException):
                raise answer
            given.append(answer)
        return given

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.taken]
