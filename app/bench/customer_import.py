"""Importing a list of customers: rows a second, memory, and the webhook's p99 beside it."""

import random
import subprocess
import threading
from pathlib import Path

from app import clock
from app.bench.figures import Figure, percentile, resident_mb
from app.bench.inbound import twilio_channel, twilio_forms
from app.bench.installation import Installation, installation
from app.bench.load import steady

ROWS = 50_000
BESIDE_ROWS = 200_000
GOAL_ROWS = 1_000_000
GOAL_S = 240
STEADY_RATE = 50
STEADY_SECONDS = 10
SEED = 20_260_701
WORDING = "我同意接收优惠短信"


def measure(database: str, count: int = ROWS) -> list[Figure]:
    """The rate alone, then the webhook's p99 while the next list is imported."""
    with installation(database) as made:
        folder = Path(made.settings.var)
        seconds, peak = _alone(made, _list(folder / "first.csv", count, "136"))
        secret, token = twilio_channel(made)
        made.start_web()
        calls = list(twilio_forms(made, secret, token, "i", STEADY_RATE * STEADY_SECONDS))
        beside = made.start(*_command(_list(folder / "second.csv", BESIDE_ROWS, "137")))
        waits = steady(made.port, calls, STEADY_RATE)
        is_beside = beside.poll() is None
    p99 = 1000 * percentile(waits, 0.99) if is_beside else float("nan")
    what = f"webhook p99 at {STEADY_RATE} a second beside an import"
    return [
        Figure("import", database, f"rows, of {count:,}", count / seconds, "a second", GOAL_ROWS / GOAL_S),
        Figure("import", database, "memory at most", peak, "MB", 300, is_ceiling=True),
        Figure("import", database, what, p99, "ms", 300, is_ceiling=True),
    ]


def _list(path: Path, count: int, prefix: str) -> Path:
    """People in no order, as lists have them."""
    chance = random.Random(SEED)  # noqa: S311
    with path.open("w", encoding="utf-8") as file:
        file.write("手机号,姓名,语言,标签\n")
        for number in range(count):
            file.write(f"{prefix}{chance.randrange(10**8):08d},客户{number},中文,会员;老客\n")
    return path


def _command(path: Path) -> list[str]:
    proof = ["--consent-source", "store", "--consent-at", "2026-01-01", "--consent-wording", WORDING]
    return ["customers", "import", str(path), "--brand", "demo", *proof, "--json"]


def _alone(made: Installation, path: Path) -> tuple[float, float]:
    """Seconds that the whole command takes, and the most memory it was seen with, in megabytes."""
    begun, peak, pause = clock.monotonic(), 0.0, threading.Event()
    process: subprocess.Popen[bytes] = made.start(*_command(path))
    while process.poll() is None:
        try:
            peak = max(peak, resident_mb(process.pid))
        except OSError:  # it has ended meanwhile
            break
        pause.wait(0.05)
    if process.wait():
        raise RuntimeError("the import failed")
    return clock.monotonic() - begun, peak
