"""What tells staff outside of the console: mail and webhook, one file each. They know no database and read no clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.alert_words import Alert


class Kind(StrEnum):
    """What a failure means for another try."""

    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    """Of this notice nothing will come."""
    DOWN = "down"
    """Nothing can be sent this way at present, to nobody: the server is away, or does not let us in."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not sent, or nobody knows. `reason` is a code fit for a log: it holds no address and no secret; `status`
    is the other side's own number for it, where it gave one."""

    kind: Kind
    reason: str
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One notice as it leaves. `id` is the same however often it is tried; `to` is the address, where there is one."""

    id: str
    alert: Alert
    language: str
    to: str | None
    now: datetime


def nothing() -> None:
    """What a notifier does between batches that holds no connection."""


@dataclass(frozen=True, slots=True)
class Notifier:
    """A way to tell staff. `send` says None where it was taken; `rest` gives back what a batch has held open."""

    send: Callable[[Letter], Failed | None]
    rest: Callable[[], None] = nothing
