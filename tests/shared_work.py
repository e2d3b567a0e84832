"""Fixtures: what every test would do anew, and a running product does once, is done once for all tests of a process."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import OperationalError

from app.usecases import staff_access, staff_accounts
from tests.databases import POSTGRES_URL


@pytest.fixture(scope="session", autouse=True)
def _statements_are_compiled_once() -> Iterator[None]:
    """Let all engines share what they have compiled: it depends on the dialect alone."""

    def opened(url: str, **options: Any) -> Engine:
        engine = create_engine(url, **options)
        if known := _known_engine(engine.dialect.name):
            engine.dialect, engine._compiled_cache = known.dialect, known._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.store.engine.create_engine", opened)
        yield


@cache
def _known_engine(name: str) -> Engine | None:
    """An engine whose dialect has met its database; None where that is not there."""
    engine = create_engine("sqlite://" if name == "sqlite" else POSTGRES_URL)
    try:
        engine.connect().close()
    except OperationalError:
        return None
    engine.dispose()
    return engine


class _Templates(BytecodeCache):
    """Compiled templates, kept in memory; Jinja finds out by itself whether a template has changed."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def _templates_are_compiled_once() -> Iterator[None]:
    """Let all applications share the templates that they have compiled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": _Templates()})
        yield


@pytest.fixture(scope="session", autouse=True)
def _passwords_are_hashed_lightly() -> Iterator[None]:
    """Spare the work that keeps somebody with a stolen database busy."""
    light = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        for module in (staff_accounts, staff_access):
            patch.setattr(module, "HASHER", light)
        yield
