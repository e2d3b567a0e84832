"""The browser fixture that every test of a page stands on."""

from playwright.sync_api import Page
from pytest_httpserver import HTTPServer

POLICY = {"Content-Security-Policy": "default-src 'self'"}


def test_a_page_is_shown_by_chromium(page: Page, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(
        "<title>你好</title>", content_type="text/html; charset=utf-8"
    )
    page.goto(httpserver.url_for("/"))
    assert page.title() == "你好"


def test_a_breach_of_the_policy_is_noticed(
    page: Page, page_errors: list[str], httpserver: HTTPServer
) -> None:
    inline = "<script>document.title = 'breached'</script>"
    httpserver.expect_request("/").respond_with_data(inline, content_type="text/html", headers=POLICY)
    page.goto(httpserver.url_for("/"))
    page.evaluate("1")
    assert any("script-src" in error for error in page_errors)
    page_errors.clear()
