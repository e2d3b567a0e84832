"""The long runs: bounded in the suite, at full count under `--soak`, which writes docs/soak.md.

A long test is marked `@pytest.mark.soak(ci=40, full=1000)` and asks `rounds` how often to go round. Where only some of
them are run (`pytest --soak -k race`), the table keeps its lines about the others; each says when it was measured.
"""

import os
import platform
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from app import clock

TABLE = Path(__file__).resolve().parents[1] / "docs" / "soak.md"
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile(
    "suite", max_examples=60, deadline=None, suppress_health_check=SLOW, derandomize=True
)
settings.register_profile("soak", max_examples=3000, deadline=None, suppress_health_check=SLOW)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--soak`."""
    parser.addoption(
        "--soak", action="store_true", help="only the long runs, at full count; writes docs/soak.md"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples a property test tries."""
    config.pluginmanager.register(_Table(config), "huixin-soak-table")
    settings.load_profile("soak" if config.getoption("soak") else "suite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under `--soak` keep the long runs alone, without a time limit."""
    if not config.getoption("soak"):
        return
    long = [item for item in items if item.get_closest_marker("soak") or "/properties/" in str(item.path)]
    config.hook.pytest_deselected(items=[item for item in items if item not in long])
    items[:] = long
    for item in long:
        item.add_marker(pytest.mark.timeout(0), append=False)  # before the mark of the test itself


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    """Return how often this long run goes round: its mark's `ci`, or `full` under `--soak`."""
    mark = request.node.get_closest_marker("soak")
    count = int(mark.kwargs["full" if request.config.getoption("soak") else "ci"])
    request.node.user_properties.append(("rounds", count))
    return count


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Write what a long run has seen into its line of the table."""
    return lambda words: request.node.user_properties.append(("measured", words))


class _Table:
    """Gathers the results of all workers and writes the table."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.rows: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        count = dict(report.user_properties).get("rounds", f"{settings().max_examples} examples")
        result = "skipped" if report.skipped else report.outcome
        words = dict(report.user_properties).get("measured", "")
        told = (
            f"`{report.nodeid}`",
            count,
            f"{report.duration:.0f} s",
            result,
            f"{clock.now():%Y-%m-%d %H:%M}",
            words,
        )
        self.rows[report.nodeid] = f"| {' | '.join(map(str, told))} |"

    def pytest_sessionfinish(self) -> None:
        if not self.config.getoption("soak") or hasattr(self.config, "workerinput"):
            return
        machine = f"{os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}"
        lines = [
            "# Long runs",
            "",
            f"Written by `make soak` ({machine}); moments are UTC.",
            "",
            "| run | rounds | took | result | when | measured |",
            "| --- | --- | --- | --- | --- | --- |",
            *sorted({**self._standing(), **self.rows}.values()),
        ]
        TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _standing(self) -> dict[str, str]:
        """The lines about runs that were not asked for now."""
        is_whole = not (self.config.option.keyword or self.config.option.file_or_dir)
        if is_whole or not TABLE.exists():
            return {}
        lines = TABLE.read_text(encoding="utf-8").splitlines()
        return {line.split("`")[1]: line for line in lines if line.startswith("| `")}
