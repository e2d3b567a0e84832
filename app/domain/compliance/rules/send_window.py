"""Rule: marketing goes in the hours that the industry, the brand, the provider and the channel leave for it."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Defer, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose
from app.domain.windows import next_open

SOURCE = "SPEC CA-3; data/rules/send_windows.yml"


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Defers to the next window in the customer's zone; without a known zone, of every possible one."""
    if send.purpose is not Purpose.MARKETING or facts.windows is None:
        return ALLOW
    zones = (facts.timezone,) if facts.timezone else facts.possible_timezones
    if not zones:
        return Refuse("zone_unknown")
    opens_at = next_open(facts.windows, zones, now, facts.workdays)
    if opens_at is None:
        return Refuse("no_window")
    return ALLOW if opens_at == now else Defer(opens_at, "outside_window")


RULE = Rule(
    name="send_window",
    says="Marketing goes in the hours of the brand's industry, narrowed by brand, provider and channel.",
    source=SOURCE,
    reasons={
        "outside_window": "It is outside the hours in which the brand's industry may promote.",
        "no_window": "Law, channel and brand leave no hour in which it may go.",
        "zone_unknown": "Neither the customer's time zone nor the number's possible ones are known.",
    },
    judge=judge,
    default="10:00-20:00; retail 10:00-11:30, 15:00-17:30; others in data/rules/send_windows.yml",
)
