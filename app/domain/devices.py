"""Says with what, and from about where, somebody is logged in: the browser in words, the address without its end."""

import ipaddress

BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
"""What stands in a browser's name of itself, the more special first: most claim to be Chrome and Safari as well."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
SHOWN_BITS = {4: 24, 6: 48}
"""So much of an address tells the network, and not whose machine in it."""


def device_words(user_agent: str) -> str:
    """The browser and the system that a User-Agent header names, such as "Firefox, Windows"; empty for neither."""
    found = (next((name for sign, name in signs if sign in user_agent), "") for signs in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, found))


def network_of(address: str | None, *, bits: dict[int, int] | None = None) -> str:
    """The network of an IP address, such as 203.0.113.0/24; empty for what is no address."""
    try:
        read = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if isinstance(read, ipaddress.IPv6Address) and read.ipv4_mapped:
        read = read.ipv4_mapped
    return str(ipaddress.ip_network(f"{read}/{(bits or SHOWN_BITS)[read.version]}", strict=False))
