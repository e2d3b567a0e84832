"""Builds sends and facts for tests of the gate; what is not given stands in nobody's way."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.domain.compliance.decision import Decision, Rule
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Cause, Purpose

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
"""12:00 in Shanghai."""


def a_send(**changes: Any) -> Send:
    send = Send(
        purpose=Purpose.MARKETING,
        cause=Cause("campaign", NOON),
        text="【爱客】新品上市 退订回T",
        queued_at=NOON,
    )
    return replace(send, **changes)


def facts(**changes: Any) -> Facts:
    return replace(Facts(consent="granted", timezone="Asia/Shanghai", number_status="verified"), **changes)


def judged(rule: Rule, send: Send, known: Facts, now: datetime = NOON) -> Decision:
    return rule.judge(send, known, now)
