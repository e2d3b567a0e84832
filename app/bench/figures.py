"""Figures of a benchmark: what was measured, beside its yardstick or its bar."""

import platform
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from app import clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. `bar` is the goal in `unit`; `yardstick` the same unit's figure of the plain thing."""

    bench: str
    database: str
    what: str
    value: float
    unit: str
    bar: float | None = None
    yardstick: float | None = None
    is_ceiling: bool = False
    """Whether the bar is an upper limit (milliseconds, megabytes)."""

    @property
    def of_bar(self) -> float | None:
        """How far the bar is reached: 1.0 and more is reached."""
        if self.bar is None or not self.value:
            return None
        return self.bar / self.value if self.is_ceiling else self.value / self.bar

    def to_json(self) -> dict[str, Any]:
        """The row as JSON takes it."""
        ratio = self.of_bar
        return {**asdict(self), "of_bar": round(ratio, 2) if ratio is not None else None}


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """The value below which `share` of the sorted values lie."""
    if not sorted_values:
        return float("nan")
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def best_slice(act: Callable[[T], object], given: Sequence[T], size: int) -> float:
    """Seconds each, of the best `size` in a row: what else the machine does makes the others longer."""
    slices = []
    for first in range(0, len(given), size):
        begun = clock.monotonic()
        for one in given[first : first + size]:
            act(one)
        slices.append(clock.monotonic() - begun)
    return min(slices) / size


def machine() -> str:
    """What the figures were measured on."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    names = [line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name")]
    cores = f"{len(names) or '?'} cores {names[0] if names else platform.machine()}"
    return f"{cores}, {platform.platform()}, Python {platform.python_version()}"


def resident_mb(pid: int) -> float:
    """Resident memory of a process and its children, in megabytes."""
    total = _rss(pid)
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        total += sum(resident_mb(int(child)) for child in task.read_text().split())
    return total


def _rss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0
