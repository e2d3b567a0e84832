"""Fixtures: the demo brand in a fresh database, and the web over it."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.settings import Settings
from app.usecases.parts import Parts
from tests.web.demo_shop import FewSentences, TestClock, an_app, demo_parts, some_settings


@pytest.fixture
def now() -> TestClock:
    """Noon in Shanghai, and later when it is told."""
    return TestClock()


@pytest.fixture
def nlu() -> FewSentences:
    """A language model of a few sentences."""
    return FewSentences()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings with the simulator on."""
    return some_settings(tmp_path, database_url)


@pytest.fixture
def parts(settings: Settings, engine: Engine, now: TestClock, nlu: FewSentences) -> Parts:
    """The parts over the demo brand."""
    return demo_parts(settings, engine, now, nlu)


@pytest.fixture
def app(settings: Settings, parts: Parts) -> Flask:
    """The web with simulator and API."""
    return an_app(settings, parts, "app.web.api", "app.web.simulator")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Calls the web without a browser."""
    return app.test_client()
