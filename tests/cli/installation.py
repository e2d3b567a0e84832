"""Runs commands against an installation of a test's own: its database, its secrets, the demo brand."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine

from app.cli import main
from app.usecases.parts import Parts
from tests.databases import KEYRING
from tests.web.demo_shop import TestClock, demo_parts, some_settings


def installed(directory: Path, database_url: str, engine: Engine, patch: pytest.MonkeyPatch) -> Parts:
    """The demo brand, with the environment that commands read pointing to it."""
    environ = {
        "HUIXIN_SECRET_KEY": "s" * 32,
        "HUIXIN_HASH_KEY": KEYRING.hash_key,
        "HUIXIN_SIGNING_KEY": KEYRING.signing_key,
        "HUIXIN_ENCRYPTION_KEYS": ",".join(KEYRING.encryption_keys),
        "HUIXIN_VAR": str(directory / "var"),
        "HUIXIN_DATABASE_URL": database_url,
        "HUIXIN_NLU_URL": "http://127.0.0.1:9",
        "LC_ALL": "C",
    }
    for name, value in environ.items():
        patch.setenv(name, value)
    return demo_parts(some_settings(directory, database_url), engine, TestClock())


def huixin(*words: str) -> Result:
    """What the command prints, and its exit code."""
    return CliRunner().invoke(main, list(words))
