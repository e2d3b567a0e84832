"""The page on which the API can be read and tried, in Chromium, under the policy of every page."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.web.serving import served


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The web served on this machine."""
    with served(app) as address:
        yield address


def test_a_call_can_be_read_and_tried(page: Page, address: str, key: str) -> None:
    page.goto(f"{address}/api/v1/docs")
    page.get_by_role("button", name="Authorize").click()
    page.locator(".auth-container input").fill(key)
    page.locator(".auth-btn-wrapper .authorize").click()
    page.locator(".auth-btn-wrapper .btn-done").click()
    page.locator("#operations-default-list_flows_flows_get, [id*=flows_get]").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table")).to_contain_text("complaint_follow_up")
