"""The yardstick of the webhook: a bare Flask view that does one INSERT and one durable commit, and nothing else."""

import os
import sqlite3
import threading

import psycopg
from flask import Flask, request

URL = os.environ["HUIXIN_BENCH_BARE_URL"]
INSERT = "INSERT INTO bare (body) VALUES ({mark})"
app = Flask(__name__)
_held = threading.local()


def _sqlite() -> sqlite3.Connection:
    connection: sqlite3.Connection | None = getattr(_held, "connection", None)
    if connection is None:
        connection = sqlite3.connect(URL, timeout=30, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        _held.connection = connection
    return connection


def _postgres() -> psycopg.Connection[tuple[object, ...]]:
    connection: psycopg.Connection[tuple[object, ...]] | None = getattr(_held, "connection", None)
    if connection is None:
        connection = psycopg.connect(URL)
        _held.connection = connection
    return connection


@app.route("/health/live")
def live() -> str:
    """Answers as soon as the server is up."""
    return "ok"


@app.route("/bare", methods=["POST"])
def bare() -> str:
    """One row, one commit."""
    body = request.get_data().decode()
    if URL.startswith("postgresql"):
        connection = _postgres()
        connection.execute(INSERT.format(mark="%s"), (body,))
        connection.commit()
    else:
        local = _sqlite()
        local.execute("BEGIN IMMEDIATE")
        local.execute(INSERT.format(mark="?"), (body,))
        local.execute("COMMIT")
    return "<Response/>"
