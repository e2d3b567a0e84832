"""Builds the demo brand over a test's database, with a language model of a few sentences and a clock of its own."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from sqlalchemy import Engine

from app.nlu import Entity, Parsed, Unavailable
from app.settings import Settings, load
from app.store.engine import Store
from app.usecases import demo
from app.usecases.answer import Answered, answer_by_meaning, answer_by_rule
from app.usecases.carrier import report
from app.usecases.dispatch import Dispatched, dispatch
from app.usecases.parts import Parts
from app.wiring import build_parts
from tests.databases import KEYRING

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
"""12:00 in Shanghai."""
WANG = "+8613800000001"
MEANT: Mapping[str, tuple[str, float]] = {
    "几点开门": ("store_info", 0.97),
    "T恤还有吗": ("out_of_scope", 0.8),
    "别再给我发短信了": ("opt_out", 0.95),
}


class FewSentences:
    """A language model that knows the sentences of `MEANT`."""

    def __init__(self) -> None:
        self.is_away = False

    def is_up(self) -> bool:
        return not self.is_away

    def parse(self, texts: Sequence[str]) -> list[Parsed | Unavailable]:
        if self.is_away:
            return [Unavailable("down")] * len(texts)
        return [self._read(text) for text in texts]

    def _read(self, text: str) -> Parsed | Unavailable:
        intent, confidence = MEANT.get(text, ("out_of_scope", 0.3))
        entities: tuple[Entity, ...] = ()
        return Parsed(intent, confidence, ((intent, confidence),), entities, "few-sentences")


class TestClock:
    """Time that stands still until it is told to pass."""

    __test__ = False

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at

    def pass_by(self, time: timedelta) -> None:
        self.at += time


def some_settings(directory: Path, database_url: str = "", **changes: str) -> Settings:
    """Settings with the tests' keys."""
    given = {
        "HUIXIN_SECRET_KEY": "s" * 32,
        "HUIXIN_HASH_KEY": KEYRING.hash_key,
        "HUIXIN_SIGNING_KEY": KEYRING.signing_key,
        "HUIXIN_ENCRYPTION_KEYS": ",".join(KEYRING.encryption_keys),
        "HUIXIN_VAR": str(directory / "var"),
        **({"HUIXIN_DATABASE_URL": database_url} if database_url else {}),
        **{f"HUIXIN_{name}": value for name, value in changes.items()},
    }
    return load(given, directory)


def demo_parts(settings: Settings, engine: Engine, now: TestClock, nlu: FewSentences | None = None) -> Parts:
    """The parts of a process, with the demo brand loaded."""
    parts = build_parts(settings, now=now, store=Store(engine), nlu=nlu or FewSentences())  # type: ignore[arg-type]
    demo.load(parts, now())
    return parts


def an_app(settings: Settings, parts: Parts, *rooms: str) -> Flask:
    """The web with its headers, its webhooks and these rooms alone."""
    app = Flask("app.web", template_folder="templates", static_folder="static")
    app.config.update(SECRET_KEY="s" * 32, TESTING=False, MAX_CONTENT_LENGTH=8_000_000)
    app.extensions["parts"] = parts
    Babel(app)
    for room in ("app.web.headers", "app.web.hooks", *rooms):
        import_module(room).register(app, parts, settings)
    return app


ROUNDS, ROUND = 6, timedelta(seconds=2)


def work(parts: Parts, clock: TestClock) -> None:
    """What worker and carrier do in twelve seconds; over once they have had nothing to do twice."""
    idle = 0
    for done in range(ROUNDS):
        answered = answer_by_rule(parts, parts.now()) + answer_by_meaning(parts, parts.now())
        sent = dispatch(parts)
        clock.pass_by(ROUND)
        reported = report(parts, parts.now())
        idle = 0 if reported or answered != Answered() or sent != Dispatched() else idle + 1
        if idle == 2:
            clock.pass_by((ROUNDS - 1 - done) * ROUND)
            return
