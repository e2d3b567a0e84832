"""The webhook: a signed Twilio form verified, deduplicated, decided, committed and acknowledged, beside a bare view."""

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import psycopg
from sqlalchemy import make_url
from twilio.request_validator import RequestValidator

from app.bench.figures import Figure, percentile
from app.bench.installation import Installation, free_port, installation, wait_for_port
from app.bench.load import Call, flat_out, steady
from app.processes.web import THREADS
from app.settings import ROOT
from app.store import brands
from app.store.channels import Channel, Sender
from app.store.tables import new_id

SECONDS = 8
STEADY_RATE = 200
STEADY_SECONDS = 10
FORMS = 20_000
TEXTS = ("几点开门", "T", "帮助", "thanks", "我的快递到哪了")
NUMBER = "+14155550111"


def measure(database: str) -> list[Figure]:
    """The rate flat out, and the p99 at a steady rate."""
    with installation(database) as made:
        bare = _bare_rate(made)
        secret, token = twilio_channel(made)
        made.start_web()
        ours = flat_out(
            made.port, list(twilio_forms(made, secret, token, "a", FORMS)), SECONDS, made.settings.var
        )
        calls = list(twilio_forms(made, secret, token, "b", STEADY_RATE * STEADY_SECONDS))
        waits = steady(made.port, calls, STEADY_RATE)
    p99 = 1000 * percentile(waits, 0.99)
    return [
        Figure("inbound", database, "webhook, flat out", ours, "a second", bare / 2, bare),
        Figure("inbound", database, f"webhook p99 at {STEADY_RATE} a second", p99, "ms", 50, is_ceiling=True),
    ]


def twilio_forms(made: Installation, secret: str, token: str, run: str, count: int) -> Iterator[Call]:
    """Signed deliveries of texts; `run` keeps their ids apart from those of another run."""
    path = f"/hooks/twilio/{secret}/inbound"
    validator = RequestValidator(token)
    for number in range(count):
        fields = {
            "MessageSid": f"SM{run}{number:030d}",
            "AccountSid": "AC" + "0" * 32,
            "From": f"+1415{number % 5000:07d}",
            "To": NUMBER,
            "Body": TEXTS[number % len(TEXTS)],
            "NumMedia": "0",
            "NumSegments": "1",
        }
        signature = validator.compute_signature(f"{made.settings.public_url}{path}", fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature}
        yield Call(path, headers, urlencode(fields))


def twilio_channel(made: Installation) -> tuple[str, str]:
    """A Twilio channel of the demo brand: its webhook secret and its auth token."""
    secret, token = secrets.token_urlsafe(18), secrets.token_hex(16)
    settings = {"account_sid": "AC" + "0" * 32, "auth_token": token}
    with made.store() as store, store.write() as session:
        brand = brands.by_code(session, "demo")
        if brand is None:
            raise RuntimeError("the demo brand is missing")
        now = brand.created_at
        channel = Channel(
            id=new_id(), name="twilio", provider="twilio", secret=secret, settings=settings, created_at=now
        )
        session.add(channel)
        session.flush()
        session.add(
            Sender(id=new_id(), channel_id=channel.id, brand_id=brand.id, address=NUMBER, purpose="any")
        )
    return secret, token


def _bare_rate(made: Installation) -> float:
    """The yardstick in the same run: the same server, threads and durability."""
    port, url = free_port(), _bare_table(made)
    environ = {**os.environ, "HUIXIN_BENCH_BARE_URL": url}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    command += ["--blocking-threads", str(THREADS), "--no-ws", "--log-level", "error", "app.bench.bare:app"]
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
    try:
        wait_for_port(port, "/health/live")
        return flat_out(port, list(_bare_calls()), SECONDS, made.settings.var)
    finally:
        process.terminate()
        process.wait()


def _bare_calls() -> Iterator[Call]:
    for number in range(1000):
        body = urlencode({"MessageSid": f"SM{number:032d}", "Body": TEXTS[number % len(TEXTS)]})
        yield Call("/bare", {"Content-Type": "application/x-www-form-urlencoded"}, body)


def _bare_table(made: Installation) -> str:
    if made.database == "sqlite":
        path = Path(made.settings.var) / "bare.db"
        with sqlite3.connect(path) as local:
            local.execute("PRAGMA journal_mode=WAL")
            local.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body TEXT)")
        return str(path)
    url = make_url(made.settings.database_url).set(drivername="postgresql")
    address = url.render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, body text)")
    return address
