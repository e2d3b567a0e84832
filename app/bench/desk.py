"""The desk: how long its list takes with years of complaints behind it, and what open consoles cost that sit idle."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from sqlalchemy import update

from app import clock
from app.bench import desk_filling
from app.bench.figures import Figure, percentile
from app.bench.installation import Installation, installation
from app.store.staff import Staff
from app.usecases.staff_accounts import HASHER, add_staff
from app.wiring import build_parts

WAITING, SETTLED = 10_000, 1_000_000
PAGES, CONSOLES, IDLE_S, POLL_S = 20, 50, 20.0, 2.0
LISTS = ("", "show=complaints", "show=breached", "who=nobody", "category=quality", "show=resolved")
PASSWORD = "a password of the benchmark"  # noqa: S105
EMAIL = "desk@bench.example"


def measure(database: str, count: int = SETTLED) -> list[Figure]:
    """Milliseconds of a page, each list asked for as often; and the share of a core that idle consoles take."""
    with installation(database) as made:
        _fill(made, count)
        web = made.start_web()
        with _staff(made) as client:
            each = {asked: sorted(_timed(client, f"/inbox?{asked}") for _ in range(PAGES)) for asked in LISTS}
            idle = _idle(client, web.pid)
    of = f"{WAITING:,} open, {count:,} settled"
    waits = sorted(one for timed in each.values() for one in timed)
    slowest = {asked or "all": percentile(timed, 0.95) for asked, timed in each.items()}
    name = max(slowest, key=lambda asked: slowest[asked])
    return [
        Figure(
            "desk", database, f"page, p50; {of}", 1000 * percentile(waits, 0.5), "ms", 150, is_ceiling=True
        ),
        Figure(
            "desk", database, f"page, p95; {of}", 1000 * percentile(waits, 0.95), "ms", 150, is_ceiling=True
        ),
        Figure(
            "desk", database, f"slowest list, p95: {name}", 1000 * slowest[name], "ms", 150, is_ceiling=True
        ),
        Figure("desk", database, f"{CONSOLES} idle consoles", 100 * idle, "% of a core", 10, is_ceiling=True),
    ]


def _fill(made: Installation, count: int) -> None:
    parts = build_parts(made.settings)
    add_staff(parts, EMAIL, "support", "a one-time password", parts.now(), "bench")
    with parts.store.write() as session:
        session.execute(
            update(Staff)
            .where(Staff.email == EMAIL)
            .values(must_change_password=False, password=HASHER.hash(PASSWORD))
        )
    desk_filling.settle(parts, count)
    desk_filling.wait(parts, WAITING, "139")
    parts.store.close()


@contextmanager
def _staff(made: Installation) -> Iterator[httpx2.Client]:
    """Somebody who is logged in."""
    with httpx2.Client(base_url=f"http://127.0.0.1:{made.port}", timeout=30, trust_env=False) as client:
        form = client.get("/log-in").text
        token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', form)[0]
        told = {"email": EMAIL, "password": PASSWORD, "csrf_token": token}
        if client.post("/log-in", data=told).status_code != 302:
            raise RuntimeError("the benchmark could not log in")
        yield client


def _timed(client: httpx2.Client, address: str) -> float:
    begun = clock.monotonic()
    if client.get(address).status_code != 200:
        raise RuntimeError(f"{address} is not shown")
    return clock.monotonic() - begun


def _idle(client: httpx2.Client, pid: int) -> float:
    """The share of a core that the web takes while nothing happens and every console asks as its page does."""
    polls, pause = int(CONSOLES * IDLE_S / POLL_S), threading.Event()
    page = client.get("/inbox").text
    busy, begun = _cpu_s(pid), clock.monotonic()
    for number in range(polls):
        version = re.findall(r'name="version" value="(\w+)"', page)[0]
        answer = client.get("/inbox", params={"version": version}, headers={"HX-Request": "true"})
        page = answer.text if answer.status_code == 200 else page
        pause.wait(max(0.0, begun + (number + 1) * POLL_S / CONSOLES - clock.monotonic()))
    return (_cpu_s(pid) - busy) / (clock.monotonic() - begun)


def _cpu_s(pid: int) -> float:
    """Seconds of processor time that a process and its children have taken."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    mine = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children", encoding="utf-8") as file:
            mine += sum(_cpu_s(int(child)) for child in file.read().split())
    return mine
