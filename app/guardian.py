"""Ends a supervisor's process groups when the supervisor is gone, however it went; a script of its own.

It reads `+GROUP` and `-GROUP` lines on stdin; the end of stdin means that nobody is left to look after
them. Only the standard library is loaded, so it costs little memory and starts at once.
"""

import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 3.0


def watched(lines: Iterable[str]) -> set[int]:
    """Return the groups that are still to be ended once the lines are over."""
    groups: set[int] = set()
    for line in lines:
        sign, group = line[:1], line[1:].strip()
        if sign == "+":
            groups.add(int(group))
        elif sign == "-":
            groups.discard(int(group))
    return groups


def signal_group(group: int, number: int) -> bool:
    """Signal every process of the group; False when none is left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of zombies
        return False
    return True


def end(groups: set[int], grace: float = GRACE_SECONDS) -> None:
    """Ask each group to end, and kill what has not after `grace` seconds."""
    left = {group for group in groups if signal_group(group, signal.SIGTERM)}
    waited = 0.0
    while left and waited < grace:
        time.sleep(0.05)
        waited += 0.05
        left = {group for group in left if signal_group(group, 0)}
    for group in left:
        signal_group(group, signal.SIGKILL)


if __name__ == "__main__":
    for deaf in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(deaf, signal.SIG_IGN)
    end(watched(sys.stdin))
