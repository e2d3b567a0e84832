"""In CI a test that is skipped fails the run: there, everything that a test needs has been installed."""

import os

import pytest


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run for skipped tests; each was printed with its reason."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    is_worker = hasattr(session.config, "workerinput")
    if os.environ.get("CI") and not is_worker and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
