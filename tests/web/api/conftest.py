"""Fixtures: a program that calls the API with a key of the demo brand."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.usecases import api_keys
from app.usecases.parts import Parts


@pytest.fixture
def key(parts: Parts) -> str:
    """A key of the demo brand."""
    return api_keys.add(parts, "shop", "demo", parts.now(), "test")


@pytest.fixture
def caller(app: Flask, key: str) -> FlaskClient:
    """A program with the key."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client
