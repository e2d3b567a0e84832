"""Compares passwords, a few at a time: each comparison takes 64 MB and all of a core for a tenth of a second."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import abort
from flask_security.utils import hash_password, verify_password

AT_ONCE = 2
WAITING = 6
"""More than so many at once, from wherever they come, are nobody's staff coming to work."""

_admitted = threading.BoundedSemaphore(AT_ONCE + WAITING)
_turns = threading.BoundedSemaphore(AT_ONCE)


def is_password(password: str, hashed: str | None) -> bool:
    """Whether this is the password. Where there is none it takes as long, so that time tells nothing."""
    with _turns:
        if hashed:
            return bool(verify_password(password, hashed))
        hash_password(password)
        return False


@contextmanager
def admitted() -> Iterator[None]:
    """While a password is looked up and compared; answers the request with 429 where too many are.

    They would take the memory and the threads that everybody else needs.
    """
    if not _admitted.acquire(blocking=False):
        abort(429)
    try:
        yield
    finally:
        _admitted.release()
