"""Rule: around a festival, advertising to many people in a day has to be filed with the carrier before."""

from datetime import datetime

from app.domain.compliance.decision import ALLOW, Decision, Refuse, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose

SOURCE = "SPEC CA-7; data/rules/festivals.yml, licences.yml"


def judge(send: Send, facts: Facts, now: datetime) -> Decision:
    """Counts people, not messages: who has had one today is no further receiver."""
    volume = facts.festival
    if send.purpose is not Purpose.MARKETING or volume is None or volume.receivers < volume.most:
        return ALLOW
    return ALLOW if all(one.holds_at(now) for one in volume.filings) else Refuse("festival_unfiled")


RULE = Rule(
    name="festival_volume",
    says="Around a festival or the brand's anniversary, many receivers in a day need the carrier's filing.",
    source=SOURCE,
    reasons={
        "festival_unfiled": "So many people in a day around a festival need the carrier's filing number:"
        " `huixin licences add festival_filing`."
    },
    judge=judge,
    default="10,000 receivers a day, 3 days either way; on channels that ask for it",
)
