"""Waking workers early: a hint that there is work, never the work itself."""

from typing import Protocol


class Wake(Protocol):
    """Rings and waits. Losing every ring only makes things slower."""

    def ring(self, what: str) -> None:
        """Hints that there is `inbound` or `outbound` work; never raises."""

    def wait(self, what: str, timeout_s: float) -> None:
        """Returns on a ring, or after `timeout_s` seconds; never raises."""
