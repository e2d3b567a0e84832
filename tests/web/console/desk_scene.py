"""Sets a desk up: the demo brand, its console, staff of every role, customers who text, and who logs in."""

import re
from functools import cache
from importlib import import_module
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select, update

from app.providers import simulator
from app.providers.contract import Parsed, ParsedInbound
from app.settings import Settings
from app.store.customers import Customer
from app.store.phone_hashes import phone_hash
from app.store.staff import Staff
from app.usecases import staff_accounts
from app.usecases.parts import Parts
from app.usecases.receive import Delivery, receive
from app.usecases.staff_accounts import add_staff
from tests.web.demo_shop import TestClock, demo_parts, some_settings, work

PASSWORD = "a good long password"
EMAILS = {role: f"{role}@shop.example" for role in ("support", "marketer", "manager", "admin")}
ROOMS = ("headers", "operations", "hooks", "console", "simulator")


@cache
def hashed(password: str) -> str:
    """The password's hash as an account has it; slow by design, so made once."""
    return staff_accounts.HASHER.hash(password)


class Desk:
    """The application over one database, and what people do with it."""

    def __init__(self, directory: Path, engine: Engine, clock: TestClock | None = None) -> None:
        self.clock = clock or TestClock()
        self.settings: Settings = some_settings(directory)
        self.parts: Parts = demo_parts(self.settings, engine, self.clock)
        self.app = self._app()
        for role, email in EMAILS.items():
            add_staff(self.parts, email, role, "a one-time password", self.clock(), "tests")
        with self.parts.store.write() as session:
            session.execute(update(Staff).values(must_change_password=False, password=hashed(PASSWORD)))

    def _app(self) -> Flask:
        app = Flask("app.web", template_folder="templates", static_folder="static")
        app.config.update(SECRET_KEY="s" * 32, MAX_CONTENT_LENGTH=8_000_000)
        app.extensions["parts"] = self.parts
        for room in ROOMS:
            import_module(f"app.web.{room}").register(app, self.parts, self.settings)
        return app

    def texts(self, phone: str, text: str) -> None:
        """A customer texts the brand, and the bot does its part."""
        now = self.clock()
        channel = self.parts.directory.current(now).channel_named("simulator")
        assert channel is not None
        number = channel.senders[0].address
        message = simulator.inbound(
            f"t-{now.timestamp()}", phone, number, text, now, channel.capabilities.style
        )
        assert isinstance(message, ParsedInbound)
        receive(self.parts, [Delivery(channel, Parsed(inbound=(message,)), f"{now.timestamp()}")], now)
        self.work()

    def work(self) -> None:
        """What worker and carrier do."""
        work(self.parts, self.clock)

    def path_of(self, phone: str) -> str:
        """The customer's page."""
        with self.parts.store.read() as session:
            found = session.scalars(select(Customer.id).where(Customer.phone_hash == phone_hash(phone))).one()
        return f"/inbox/demo/{found}"


class Visitor:
    """Somebody in front of the console: sends forms with the token of the page that they have before them."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.token = ""

    def opens(self, path: str, **headers: str) -> tuple[int, str]:
        answer = self.client.get(path, follow_redirects=True, headers=headers)
        self._keep_token(answer.text)
        return answer.status_code, answer.text

    def sends(self, path: str, **form: str) -> tuple[int, str]:
        answer = self.client.post(path, data={"csrf_token": self.token, **form}, follow_redirects=True)
        self._keep_token(answer.text)
        return answer.status_code, answer.text

    def logs_in(self, email: str, password: str = PASSWORD) -> tuple[int, str]:
        self.opens("/log-in")
        return self.sends("/log-in", email=email, password=password)

    def _keep_token(self, text: str) -> None:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        self.token = found.group(1) if found else self.token


def a_member(desk: Desk, role: str) -> Visitor:
    """Staff of this role, logged in, reading English."""
    visitor = Visitor(desk.app)
    visitor.opens("/log-in")
    chosen = visitor.client.post("/language/en", data={"csrf_token": visitor.token})
    assert chosen.status_code == 302
    visitor.sends("/log-in", email=EMAILS[role], password=PASSWORD)
    return visitor
