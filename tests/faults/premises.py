"""An installation of its own for a fault test: its secrets, the demo brand, and a signed `http` channel to a gateway.

Everything that runs, in this process or in a process of its own, finds it by the same environment.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.secret_keys import create_secrets
from app.settings import ROOT, Settings, load
from app.store.brands import Brand
from app.store.channels import Channel, Sender
from app.store.engine import Store
from app.store.tables import new_id
from app.usecases import demo, licences
from app.usecases.directory import ChannelView
from app.usecases.licences import NewLicence
from app.usecases.parts import Parts
from app.wiring import build_parts
from tests.doubles.gateway import KEY
from tests.doubles.listening import free_port
from tests.doubles.twilio_api import ACCOUNT, TOKEN

ADDRESS = "10690002"
LICENCES = {"telecom_licence": None, "signature_filing": None, "channel_filing": "gateway"}
"""What the gateway asks of the brand before it may promote."""
HOOK_SECRET = "secret-of-the-hook"
NOWHERE = "http://127.0.0.1:9"


@dataclass
class Premises:
    """Where one installation lives; `environ` is what its processes are started with."""

    var: Path
    database_url: str
    redis_url: str | None = None
    nlu_url: str = NOWHERE
    port: int = field(default_factory=free_port)

    @property
    def environ(self) -> dict[str, str]:
        own = {
            "HUIXIN_VAR": str(self.var),
            "HUIXIN_DATABASE_URL": self.database_url,
            "HUIXIN_NLU_URL": self.nlu_url,
            "HUIXIN_LOG_FORMAT": "json",
            "PORT": str(self.port),
        }
        if self.redis_url:
            own["HUIXIN_REDIS_URL"] = self.redis_url
        return own

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def hook(self, channel: str = "gateway", kind: str = "inbound", secret: str = HOOK_SECRET) -> str:
        return f"/hooks/{channel}/{secret}/{kind}"

    def settings(self) -> Settings:
        return load(self.environ, directory=self.var)

    @contextmanager
    def opened(self, now: Callable[[], datetime] = clock.now, store: Store | None = None) -> Iterator[Parts]:
        """The parts of this process, whose connections are closed afterwards."""
        parts = build_parts(self.settings(), now=now, store=store)
        try:
            yield parts
        finally:
            parts.nlu.close()
            parts.connect.close()  # type: ignore[attr-defined]
            parts.store.close()


def furnish(premises: Premises, send_url: str = f"{NOWHERE}/send", *, now: datetime | None = None) -> None:
    """Make secrets, demo brand and channels (`simulator`, `gateway`, `twilio`) in a database that has its tables."""
    create_secrets(premises.var)
    at = now or clock.now()
    with premises.opened() as parts:
        demo.load(parts, at)
        with parts.store.write() as session:
            brand = session.scalars(select(Brand)).one()  # noon is outside the hours of retail
            brand.settings = {**brand.settings, "industry": "other"}
            _add_channels(session, send_url, at)
        for kind, channel in LICENCES.items():
            told = NewLicence(kind, brand.code, "1", date(2999, 12, 31), channel=channel)
            licences.add(parts, told, at, "test")


def _add_channels(session: Session, send_url: str, at: datetime) -> None:
    brand_id = session.scalars(select(Brand.id)).one()
    told = {
        "gateway": ("http", {"key": KEY, "send_url": send_url, "style": "mainland"}, ADDRESS),
        "twilio": ("twilio", {"account_sid": ACCOUNT, "auth_token": TOKEN}, "+15005550006"),
    }
    for name, (provider, settings, address) in told.items():
        channel = Channel(
            id=new_id(),
            name=name,
            provider=provider,
            secret=HOOK_SECRET,
            settings=settings,
            created_at=at,
        )
        session.add(channel)
        session.flush()
        session.add(Sender(id=new_id(), channel_id=channel.id, brand_id=brand_id, address=address))


def channel_of(parts: Parts, name: str = "gateway") -> ChannelView:
    """Return a channel as use cases see it."""
    found = parts.directory.current(parts.now()).channel_named(name)
    assert found is not None
    return found


def phone_of(number: int) -> str:
    """Return the phone of the n-th customer of a test."""
    return f"+86138{10_000_000 + number:08d}"


def environ_of(premises: Premises) -> dict[str, str]:
    """Return the whole environment of a process of this installation."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, **premises.environ}
