"""Whether the web of an installation answers at an address."""

import http.client
from urllib.parse import urlsplit

PATIENCE_S = 2


def answers(url: str) -> bool:
    """Say whether Huixin answers at this address: a server listens before the application is loaded."""
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    asking = connection(parts.hostname or "", parts.port, timeout=PATIENCE_S)
    try:
        asking.request("GET", f"{parts.path}/health/live")
        return asking.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()
