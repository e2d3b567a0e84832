"""Says what came with a text (a picture, a file), and whether its address may be offered to staff as a link."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

KINDS = {"image": "image", "video": "video", "audio": "audio"}
EXACTLY = {"application/pdf": "pdf", "text/vcard": "contact", "text/x-vcard": "contact"}
LONGEST_TYPE = 60


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file, which lies at the provider still. `kind` is a code, `type` what the provider calls it; `url` is None
    where a browser had better not go there."""

    kind: str
    type: str
    host: str
    url: str | None


def attachment(told: Mapping[str, object]) -> Attachment:
    """What a stored file is shown as. Only an encrypted address without a name and password in it becomes a link: all
    else (a script, a file of this machine) is told and cannot be followed."""
    type_, url = str(told.get("type") or "")[:LONGEST_TYPE].lower(), str(told.get("url") or "")
    kind = EXACTLY.get(type_) or KINDS.get(type_.partition("/")[0], "file")
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_plain = parts.username is None and parts.password is None
    except ValueError:
        return Attachment(kind, type_, "", None)
    is_safe = parts.scheme == "https" and bool(host) and is_plain and url.isprintable() and " " not in url
    return Attachment(kind, type_, host, url if is_safe else None)
