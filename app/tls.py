"""The certificates that this machine trusts, read once a process for all that call another machine."""

import ssl
from functools import cache

import httpx2


@cache
def trusted() -> ssl.SSLContext:
    """What every client is given as `verify`: reading the machine's certificates takes longer than all else that
    opening a client does. Source of the certificates: OpenSSL's paths, or SSL_CERT_FILE and SSL_CERT_DIR."""
    return httpx2.create_ssl_context()
