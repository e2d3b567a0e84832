"""Where the parts meet: the only module that knows them all."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import yaml
from flask import Flask

from app import clock
from app.domain.escalation import Channel
from app.domain.practice import Scenario
from app.domain.wording import Wording
from app.nlu import Nlu
from app.notifiers import Notifier, mail, webhook
from app.number_checkers import Access, Finding, NoAnswer, checkers
from app.processes.waking import Polling, RedisBell
from app.providers import providers
from app.providers.transport import Transport
from app.rules import RULES_FOLDER, Rules, load_rules
from app.rules.practice import scenarios
from app.settings import Problem, Settings, SettingsError
from app.store import encryption, hash_keys, heartbeats, key_witness
from app.store.encryption import Keyring
from app.store.engine import Store, open_engine
from app.usecases.carrier import StoredCarrier
from app.usecases.catalogue import FlowCatalogue
from app.usecases.check_numbers import Asking
from app.usecases.directory import ChannelView, DirectoryCache
from app.usecases.parts import Parts
from app.usecases.wake import Wake
from app.web.arriving import LONGEST_BODY, LONGEST_FORM

CHECK_WITHIN = timedelta(seconds=60)
"""How long a number-check service may take for a batch."""


class Connections:
    """One connection a channel: the simulator's carrier over the store, one HTTP pool for all others."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now
        self._transport: Transport | None = None

    def __call__(self, channel: ChannelView) -> Any:
        """What the channel's provider sends through; the pool is made for the first that needs it."""
        if not channel.provider.has_webhook:
            return StoredCarrier(self._store, channel.id, self._now)
        if self._transport is None:
            self._transport = Transport(monotonic=clock.monotonic)
        return self._transport

    def close(self) -> None:
        """Gives the connections back."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None


def install_keys(settings: Settings) -> None:
    """Hands the process the keys of the data at rest."""
    keys = tuple(key.get_secret_value() for key in settings.encryption_keys)
    hash_key, *older = (key.get_secret_value() for key in settings.hash_key)
    encryption.install(Keyring(keys, hash_key, settings.signing_key.get_secret_value(), tuple(older)))


@cache
def _rules() -> Rules:
    """The rule data, read once a process."""
    return load_rules()


@cache
def _practice() -> dict[str, Scenario]:
    """The made-up customers, read once a process."""
    return scenarios()


def build_parts(
    settings: Settings,
    *,
    now: Callable[[], datetime] = clock.now,
    store: Store | None = None,
    nlu: Nlu | None = None,
    wake: Wake | None = None,
) -> Parts:
    """Everything a process works with; what is given is used in place of the real thing (tests)."""
    install_keys(settings)
    store = store or _opened(settings)
    wake = wake or (RedisBell(settings.redis_url) if settings.redis_url else Polling())
    return Parts(
        store=store,
        directory=DirectoryCache(store, providers()),
        rules=_rules(),
        wording=Wording(yaml.safe_load((RULES_FOLDER / "wording.yml").read_text(encoding="utf-8"))),
        flows=FlowCatalogue(store),
        nlu=nlu or Nlu(settings.nlu_url),
        connect=Connections(store, now),
        wake=wake,
        now=now,
        public_url=settings.public_url,
        uploads=settings.var / "imports",
        practice=_practice(),
        notifiers=_notifiers(settings),
    )


def _notifiers(settings: Settings) -> dict[str, Notifier]:
    """The ways to tell staff outside of the console that the settings name; nothing is opened before it is used."""
    found = {}
    if settings.smtp_url and settings.smtp_from:
        found[Channel.EMAIL.value] = mail.notifier(settings.smtp_url, settings.smtp_from)
    if settings.alert_webhook_url and settings.alert_webhook_secret:
        told = settings.alert_webhook_url, settings.alert_webhook_secret, clock.monotonic
        found[Channel.WEBHOOK.value] = webhook.notifier(*told)
    return found


def _opened(settings: Settings) -> Store:
    """The database, once its keys have been found to fit; raises SettingsError where they do not."""
    store = Store(open_engine(settings.database_url))
    try:
        with store.write() as session:
            ring = encryption.keyring()
            key_witness.examine(session, ring)
            past = hash_keys.past(session)
    except key_witness.KeyProblem as problem:
        store.close()
        setting, _, mend = str(problem).partition(": ")
        raise SettingsError([Problem("the keys", setting, mend)]) from None
    encryption.install(replace(ring, past_hash_keys=past))
    return store


@contextmanager
def number_checker(settings: Settings) -> Iterator[Asking | None]:
    """The number-check service that the settings name, with its connection; None where they name none."""
    if settings.number_checker is None:
        yield None
        return
    checker = checkers()[settings.number_checker]
    access = Access(settings.number_check_url, settings.number_check_key)
    transport = Transport(answer=CHECK_WITHIN, monotonic=clock.monotonic)

    def ask(phones: Sequence[str]) -> Sequence[Finding] | NoAnswer:
        try:
            return checker.check(phones, access, transport)
        except Exception as error:
            return NoAnswer(f"the checker {checker.name} failed ({type(error).__name__})")

    try:
        yield Asking(checker.name, checker.batch, ask)
    finally:
        transport.close()


@dataclass(frozen=True, slots=True)
class Initialised:
    """What `initialise` has made; the password is None where there was an admin already."""

    admin_email: str
    one_time_password: str | None


def initialise(settings: Settings, *, now: Callable[[], datetime] = clock.now) -> Initialised:
    """Brings the database up to date and makes roles, the first admin and, with the simulator, the demo brand."""
    from app.store import migrating
    from app.usecases import demo, staff_accounts

    install_keys(settings)
    migrating.upgrade(settings.database_url)
    parts = build_parts(settings, now=now)
    password = secrets.token_urlsafe(9)
    made = staff_accounts.ensure_first_admin(parts, "admin@huixin.local", password, now())
    if settings.simulator:
        demo.load(parts, now())
    parts.store.close()
    return Initialised("admin@huixin.local", password if made else None)


def is_initialised(settings: Settings) -> bool:
    """Whether this installation has a database; raises DBAPIError where that cannot be found out."""
    from app.store import migrating

    return migrating.has_begun(settings.database_url)


WEB = (
    "app.web.headers",
    "app.web.operations",
    "app.web.hooks",
    "app.web.api",
    "app.web.console",
    "app.web.simulator",
)
"""The rooms of the web, in the order in which they are added; each has `register(app, parts, settings)`."""


class FrontDoor:
    """The whole web: webhooks go to a small application of their own, without sessions, languages and log-in.

    A provider's call then costs a third of the processor time, and what the console loads cannot slow it down.
    """

    def __init__(self, settings: Settings) -> None:
        self._parts = parts = build_parts(settings)
        self._everything, self._deliveries = (
            create_app(settings, parts),
            Flask("app.web.hooks", static_folder=None),
        )
        self._deliveries.extensions["parts"] = parts
        self._deliveries.extensions["reception"] = self._everything.extensions["reception"]
        self._hooks, self._api = import_module("app.web.hooks"), import_module("app.web.api.calls")
        self._deliveries.register_blueprint(self._hooks.hooks)

    def tell_address(self) -> None:
        """Notes where this installation is reached from now on, for the commands that print addresses."""
        told = {"public_url": self._parts.public_url}
        with self._parts.store.write() as session:
            heartbeats.beat(session, heartbeats.WEB_ADDRESS, self._parts.now(), told)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request (PEP 3333)."""
        is_delivery = environ.get("PATH_INFO", "").startswith("/hooks/")
        return (self._deliveries if is_delivery else self._everything)(environ, start_response)

    def room_for(self, environ: WSGIEnvironment) -> Any:
        """Where a large body may lie while it arrives; None where it is not to be taken."""
        room: Callable[[WSGIEnvironment], Any] = self._everything.extensions["room_for"]
        return room(environ)

    def longest(self, path: str) -> int:
        """The bytes that anybody may send to this path; for a delivery, what its channel says if that is at hand."""
        is_delivery = path.startswith("/hooks/")
        directory = self._parts.directory.at_hand(self._parts.now()) if is_delivery else None
        longest: int = LONGEST_FORM if directory is None else self._hooks.longest(directory, path)
        return longest

    def longest_from(self, environ: WSGIEnvironment) -> int:
        """The bytes that this caller may send; 0 for a stranger. Asks the database."""
        path, parts = environ.get("PATH_INFO", ""), self._parts
        if path.startswith("/hooks/"):
            longest: int = self._hooks.longest(parts.directory.current(parts.now()), path)
            return longest
        if path.startswith("/api/"):
            return LONGEST_BODY if self._api.caller_of(parts, environ.get("HTTP_AUTHORIZATION", "")) else 0
        is_staff: Callable[[WSGIEnvironment], bool] = self._everything.extensions["is_staff"]
        return LONGEST_FORM if is_staff(environ) else 0

    def quick(self, path: str) -> dict[str, Any] | None:
        """What a request that asks the database nothing before its answer is put off is to work with; None for others.

        The directory itself: one that was fresh a moment ago would have to be loaded if it has been renewed since.
        """
        directory = self._parts.directory.at_hand(self._parts.now()) if path.startswith("/hooks/") else None
        return None if directory is None else {self._hooks.DIRECTORY: directory}


def create_app(settings: Settings, parts: Parts | None = None) -> Flask:
    """The web application over its parts."""
    app = Flask("app.web", template_folder="templates", static_folder="static")
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        MAX_CONTENT_LENGTH=LONGEST_BODY,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
    )
    app.extensions["parts"] = parts = parts or build_parts(settings)
    for room in WEB:
        import_module(room).register(app, parts, settings)
    return app
