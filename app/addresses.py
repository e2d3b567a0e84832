"""Reads the addresses that settings name: of servers, of people."""

import ipaddress
from email.utils import formataddr, parseaddr
from urllib.parse import urlsplit


def is_loopback(url: str) -> bool:
    """Say whether the address is one that only this machine can reach."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def server(given: str, *schemes: str) -> str:
    """The address of a server, without a slash at its end. Raises ValueError with what is wrong."""
    parts = urlsplit(given)
    try:
        is_local, _ = parts.scheme == "unix", parts.port
    except ValueError:
        raise ValueError("has a port that is no number up to 65535") from None
    if parts.scheme not in schemes or not (parts.path if is_local else parts.hostname):
        raise ValueError(
            "is no address that begins with " + " or ".join(f"{scheme}://" for scheme in schemes)
        )
    return given.rstrip("/")


def writer(given: str) -> str:
    """Who a mail is from: an address, or a name with an address in angle brackets. Raises ValueError."""
    name, address = parseaddr(given)
    local, _, domain = address.rpartition("@")
    is_plain = address.isascii() and address.isprintable() and " " not in address
    if not (local and domain and is_plain and given.isprintable()):
        raise ValueError("is no mail address")
    return formataddr((name, address))
