"""Fixtures: pages in Debian's Chromium, on which any breach of the content security policy fails the test."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.databases import lacking

expect.set_options(timeout=20_000)  # milliseconds: a browser on a crowded machine

REPORT_BREACH = """document.addEventListener("securitypolicyviolation", breach =>
    console.error(`policy breach: ${breach.violatedDirective} ${breach.blockedURI}`))"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start Debian's Chromium rather than one that Playwright would have to download."""
    chromium = shutil.which("chromium")
    if chromium is None:
        lacking("Chromium", "apt-get install chromium fonts-noto-cjk")
    return {**browser_type_launch_args, "executable_path": chromium, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Ask pages to hold still: what is looked at is never half shown."""
    return {**browser_context_args, "reduced_motion": "reduce"}


@pytest.fixture
def page_errors() -> list[str]:
    """Return the list that the page's errors and breaches of its policy go to."""
    return []


@pytest.fixture
def page(context: BrowserContext, page_errors: list[str]) -> Iterator[Page]:
    """Yield a page; what its scripts throw and what its policy forbids fails the test."""
    opened = context.new_page()
    opened.add_init_script(REPORT_BREACH)
    opened.on(
        "console", lambda said: page_errors.append(said.text) if "policy" in said.text.lower() else None
    )
    opened.on("pageerror", lambda error: page_errors.append(str(error)))
    yield opened
    opened.wait_for_load_state()
    opened.evaluate("1")  # what was reported last has arrived before this answer
    assert not page_errors, page_errors
