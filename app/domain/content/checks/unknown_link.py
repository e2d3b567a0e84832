"""Check: links lead to the brand's own hosts."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from app.domain.content.check import Check, Finding, Seen, Severity

SOURCE = "SPEC CT-3; carriers ask for filed, constant links (Tencent 382/39023)"
_ENDINGS = (
    "com|cn|net|org|io|co|me|cc|top|xyz|vip|shop|site|app|link|ly|info|biz|hk|tw|us|uk|eu|de|jp|store|online"
)
_REST = r"[^\s，。！？；、）】\"'<>\u4e00-\u9fff]*"
_LINK = re.compile(
    rf"(?=[a-z0-9._-])(?:https?://{_REST}"
    rf"|[a-z0-9._-]+@[a-z0-9.-]+/{_REST}"
    r"|(?<![a-z0-9_.@-])[a-z0-9-]+(?:\.[a-z0-9-]+)+(?![a-z0-9.@-])(?::\d+)?"
    rf"(?:/{_REST})?)"
)
"""A scheme, or the longest run of names and dots, with its path."""
_ENDS_AS_HOST = re.compile(rf"\.(?:{_ENDINGS})$")


def links_in(folded: str) -> list[str]:
    """The links of a folded text, with and without a scheme."""
    if "." not in folded and "://" not in folded:
        return []
    return [link for link in _LINK.findall(folded) if _is_link(link)]


def _is_link(found: str) -> bool:
    """Without scheme and path (88.5, 型号a.b) only what ends as hosts do is one."""
    name, slash, _ = found.partition("/")
    is_number = name.replace(".", "").isdigit()
    return (
        "://" in found
        or (bool(slash) and not is_number)
        or bool(_ENDS_AS_HOST.search(name.partition(":")[0]))
    )


def host_of(link: str) -> str:
    """The host of a link, in lower case, without user, port and final dot; empty where there is none to read."""
    try:
        return (urlsplit(link if "://" in link else f"//{link}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def find(seen: Seen) -> Iterable[Finding]:
    """A host of the list, or a host below one, is known."""
    copy = seen.copy
    for link in links_in(seen.folded):
        host = host_of(link)
        if not any(host == known or host.endswith(f".{known}") for known in copy.hosts):
            yield Finding("unknown_link", seen.at_most(Severity.BLOCK), host or link)


CHECK = Check(
    name="unknown_link",
    says="Links lead to hosts that the brand has named.",
    source=SOURCE,
    reasons={"unknown_link": "The text links to a host that the brand has not named."},
    find=find,
)
