"""A throw-away installation for a benchmark: its own folder, database, ports and processes, gone afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from app import clock
from app.processes.web import THREADS
from app.secret_keys import create_secrets
from app.settings import ROOT, Settings, load
from app.store.engine import Store, open_engine
from app.wiring import initialise

POSTGRES_URL = os.environ.get(
    "HUIXIN_BENCH_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)
READY_S = 60.0


@dataclass(slots=True)
class Installation:
    """Settings, environment and the processes started so far."""

    settings: Settings
    environ: dict[str, str]
    port: int
    database: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Starts `huixin COMMAND` in this installation."""
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *command],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def start_web(self, threads: int = THREADS) -> subprocess.Popen[bytes]:
        """Starts the web and waits until it answers."""
        process = self.start("web", "--port", str(self.port), "--threads", str(threads))
        wait_for_port(self.port, "/health/live")
        return process

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The installation's database, opened from here."""
        store = Store(open_engine(self.settings.database_url))
        try:
            yield store
        finally:
            store.close()

    def stop(self) -> None:
        """Ends every process, politely first."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()


def free_port() -> int:
    """A port that is free at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_for_port(port: int, path: str) -> None:
    """Waits until a server answers; raises TimeoutError."""
    until, pause = clock.monotonic() + READY_S, threading.Event()
    while clock.monotonic() < until:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", path)
            connection.getresponse().read()
            connection.close()
            return
        except OSError:
            pause.wait(0.1)
    raise TimeoutError(f"nothing answers on port {port}")


@contextmanager
def installation(database: str, **more: str) -> Iterator[Installation]:
    """An installation on `sqlite` or `postgresql` with the demo brand, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="huixin-bench-"))
    name = f"huixin_bench_{os.getpid()}"
    port = free_port()
    environ = {
        **os.environ,
        "HUIXIN_VAR": str(folder),
        "PORT": str(port),
        "HUIXIN_LOG_FORMAT": "json",
        **more,
    }
    environ["HUIXIN_NLU_URL"] = f"http://127.0.0.1:{free_port()}"
    environ.pop("HUIXIN_DATABASE_URL", None)
    if (ROOT / "var" / "models").is_dir():
        (folder / "models").symlink_to(ROOT / "var" / "models")
    if database == "postgresql":
        _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
        url = make_url(POSTGRES_URL).set(database=name)
        environ["HUIXIN_DATABASE_URL"] = url.render_as_string(hide_password=False)
    create_secrets(folder)
    settings = load(environ)
    initialise(settings)
    made = Installation(settings, environ, port, database)
    try:
        yield made
    finally:
        made.stop()
        if database == "postgresql":
            _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(folder, ignore_errors=True)


def _administer(*statements: str) -> None:
    engine = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def has_postgres() -> bool:
    """Whether the PostgreSQL server for benchmarks answers."""
    try:
        _administer("SELECT 1")
    except Exception:  # whatever keeps it from answering, it cannot be measured
        return False
    return True


def databases() -> list[str]:
    """The databases that can be measured here."""
    return ["sqlite", *(["postgresql"] if has_postgres() else [])]
