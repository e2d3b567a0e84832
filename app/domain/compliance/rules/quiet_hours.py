"""Rule: no marketing at night in the customer's own time zone."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Defer, Refuse, Rule
from app.domain.compliance.facts import Facts, QuietHours, Send
from app.domain.purpose import Purpose
from app.domain.windows import Window, next_open

SOURCE = "47 CFR 64.1200(c)(1); mainland practice 08:00-21:00; SPEC CA-3, CO-5"
LAW = QuietHours()
"""Brand and channel can narrow these hours. Wider ones, wherever they come from, count for nothing."""


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Defers to the next morning. Without a known zone the text must be welcome in each possible one.

    Replies and confirmations go at any hour; service messages too, unless the brand has set hours for them.
    """
    hours = _hours_for(send, facts)
    if hours is None:
        return ALLOW
    if hours.is_closed:
        return Refuse("no_window")
    zones = (facts.timezone,) if facts.timezone else facts.possible_timezones
    if not zones:
        return Refuse("zone_unknown")
    opens_at = next_open([Window(hours.start, hours.end)], zones, now)
    if opens_at is None:
        return Refuse("no_window")
    return ALLOW if opens_at == now else Defer(opens_at, "quiet_hours")


def _hours_for(send: Send, facts: Facts) -> QuietHours | None:
    if send.purpose is Purpose.MARKETING:
        return LAW.narrowed(facts.quiet_hours)
    if send.purpose is Purpose.SERVICE:
        if send.is_follow_up:
            return LAW.narrowed(facts.service_hours or LAW)
        return facts.service_hours
    return None


RULE = Rule(
    name="quiet_hours",
    says="Marketing and complaint follow-ups go only by day where the customer is.",
    source=SOURCE,
    reasons={
        "quiet_hours": "It is outside the hours for such messages in the customer's time zone.",
        "no_window": "Law, channel and brand leave no hour in which it may go.",
        "zone_unknown": "Neither the customer's time zone nor the number's possible ones are known.",
    },
    judge=judge,
    default="08:00-21:00",
)
