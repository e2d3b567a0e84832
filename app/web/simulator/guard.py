"""Who may use the simulator: this page itself, or a program that is no browser; never another site's page."""

from urllib.parse import urlsplit

from werkzeug.wrappers import Request

from app.addresses import is_loopback

MAX_BODY = 64_000


def refusal(call: Request, public_url: str) -> tuple[int, str] | None:
    """Status and words for a call that is refused; None for one that may go on.

    The simulator has no log-in. A page of another site could post to it from a visitor's browser, or reach it
    under a name of its own (DNS rebinding): its `Origin`, its `Sec-Fetch-Site` or its host give it away.
    """
    own = urlsplit(public_url).netloc
    if call.host != own and not is_loopback(f"http://{call.host}"):
        return 403, "the simulator answers only under this machine's own address"
    if call.method in ("GET", "HEAD"):
        return None
    origin, site = call.headers.get("Origin"), call.headers.get("Sec-Fetch-Site", "same-origin")
    if site != "same-origin" or (origin is not None and urlsplit(origin).netloc != call.host):
        return 403, "another site's page may not use the simulator"
    if call.mimetype != "application/json":
        return 415, "send JSON, with Content-Type: application/json"
    if (call.content_length or 0) > MAX_BODY:
        return 413, f"at most {MAX_BODY} bytes"
    return None
