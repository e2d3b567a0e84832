"""Load on a local web server: as fast as it goes (wrk), or at a steady rate with every answer timed."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from app import clock

SCRIPT = """
local calls, at = {}, 0
local step, first = 1, 1
local started = 0
function setup(thread) thread:set("number", started); started = started + 1 end
function init(args)
  for line in io.lines(args[1]) do calls[#calls + 1] = line end
  at = number
end
function request()
  at = at + tonumber(%THREADS%)
  local line = calls[(at % #calls) + 1]
  local path, headers, body = line:match("^(%S+)\\t([^\\t]*)\\t(.*)$")
  local fields = {}
  for name, value in headers:gmatch("([%w-]+)=([^;]*);") do fields[name] = value end
  return wrk.format("POST", path, fields, body)
end
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, signed beforehand: the load must not spend its time on signing."""

    path: str
    headers: dict[str, str]
    body: str

    def line(self) -> str:
        """The request as the load script reads it."""
        fields = "".join(f"{name}={value};" for name, value in self.headers.items())
        return f"{self.path}\t{fields}\t{self.body}"


def flat_out(port: int, calls: Sequence[Call], seconds: int, folder: Path, connections: int = 32) -> float:
    """Requests a second that are answered with success, as fast as the server takes them."""
    if shutil.which("wrk") is None:
        raise RuntimeError("wrk was not found: apt-get install wrk")
    script, lines = folder / "load.lua", folder / "calls.txt"
    script.write_text(SCRIPT.replace("%THREADS%", "1"), encoding="utf-8")
    lines.write_text("\n".join(call.line() for call in calls), encoding="utf-8")
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "-s",
        str(script),
        f"http://127.0.0.1:{port}",
    ]
    done = subprocess.run([*command, "--", str(lines)], capture_output=True, text=True, check=True)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    if rate is None:
        raise RuntimeError(done.stdout)
    total = re.search(r"(\d+) requests in", done.stdout)
    share = 1 - (int(failed[1]) / max(1, int(total[1])) if failed and total else 0)
    return float(rate[1]) * share


def steady(port: int, calls: Sequence[Call], rate: float, threads: int = 8) -> list[float]:
    """Sends the calls at `rate` a second and returns the sorted waits in seconds, counted from when each was due."""
    waits: list[float] = []
    lock, begun = threading.Lock(), clock.monotonic() + 0.2

    def run(first: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        pause, mine = threading.Event(), []
        for number in range(first, len(calls), threads):
            due = begun + number / rate
            pause.wait(max(0.0, due - clock.monotonic()))
            call = calls[number]
            connection.request("POST", call.path, call.body.encode(), call.headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 300:
                raise RuntimeError(f"{call.path.split('/')[1]} answered {answer.status}")
            mine.append(clock.monotonic() - due)
        connection.close()
        with lock:
            waits.extend(mine)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if len(waits) != len(calls):
        raise RuntimeError(f"only {len(waits)} of {len(calls)} calls were answered with success")
    return sorted(waits)


def as_json(path: str, **told: object) -> Call:
    """A call with a JSON body."""
    return Call(path, {"Content-Type": "application/json"}, json.dumps(told, ensure_ascii=True))
