"""What moves a complaint's clocks."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.sla_policy import Deadlines, SlaPolicy


class EventKind(StrEnum):
    """What moves a clock."""

    REPLIED = "replied"
    """A person's text has left for the customer, at `at`; an automatic receipt is no reply."""
    REPLY_FAILED = "reply_failed"
    """That text did not reach the customer after all, or never left; `detail` is the reason."""
    RESOLUTION_FAILED = "resolution_failed"
    """The same of the text that told the customer of the resolution: nothing is resolved."""
    PAUSED = "paused"
    """A text that has left asked the customer for something: resolution waits for them."""
    RESUMED = "resumed"
    """The customer wrote, or the pause has lasted long enough."""
    RESOLVED = "resolved"
    REOPENED = "reopened"
    MERGED = "merged"
    """Another complaint was joined to this one: `deadlines` are what was still owed of it."""
    MERGED_AWAY = "merged_away"
    """This one was joined to another, which has its promises from now on; `detail` names that one."""
    BREACHED = "breached"
    """`detail` names the clock."""
    FOLLOWED_UP = "followed_up"
    """`detail`: asked, solved, no_answer or not_possible."""
    REBASED = "rebased"
    """The brand has changed its policy and asked that it hold for this complaint too: `policy` is the new one."""


class Clock(StrEnum):
    """The promises that can be broken."""

    FIRST_RESPONSE = "first_response"
    RESOLUTION = "resolution"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True)
class SlaEvent:
    """One event of the complaint's log that concerns its clocks. `outbound_id` is staff's text that it is about."""

    kind: str
    at: datetime
    detail: str | None = None
    deadlines: Deadlines | None = None
    outbound_id: UUID | None = None
    policy: SlaPolicy | None = None
