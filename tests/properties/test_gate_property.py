"""The gate: what holds for any send, any facts and any order of the rules."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.compliance.decision import Allow, Decision, Defer, Refuse, Rule, Verdict, decide
from app.domain.compliance.facts import CarrierLimit, Facts, QuietHours, Send
from app.domain.festivals import FestivalVolume
from app.domain.licences import Period, Standing
from app.domain.purpose import Cause, CauseKind, Purpose
from app.domain.windows import Window
from app.domain.workdays import Workdays
from tests.domain.rule_data import shipped

GATE = shipped().gate
START = datetime(2026, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 366 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Pacific/Honolulu",
    "Europe/London",
    "Asia/Kathmandu",
    "Pacific/Auckland",
)
HOURS = st.builds(QuietHours, st.integers(0, 23).map(time), st.integers(0, 23).map(time))

SENDING: dict[str, st.SearchStrategy[Any]] = {
    "purpose": st.sampled_from(Purpose),
    "cause": st.builds(Cause, st.sampled_from(CauseKind), INSTANTS),
    "text": st.just("x"),
    "queued_at": INSTANTS,
    "expires_at": st.none() | INSTANTS,
    "is_follow_up": st.booleans(),
    "answers_question_id": st.none() | st.just(UUID(int=1)),
    "asks_question": st.booleans(),
    "inbound_id": st.none() | st.just(UUID(int=2)),
    "objections": st.sampled_from([(), ("blocked_word",)]),
    "is_promotional": st.booleans(),
    "is_requested_resubscribe": st.booleans(),
}
WINDOWS = st.tuples(st.integers(0, 22), st.integers(1, 23), st.booleans()).map(
    lambda told: Window(time(told[0]), time(max(told[0] + 1, told[1])), told[2])
)
STANDINGS = st.builds(
    Standing,
    st.sampled_from(shipped().licence_kinds),
    st.lists(st.builds(Period, st.none() | INSTANTS, st.none() | INSTANTS), max_size=2).map(tuple),
)
USES = st.frozensets(st.sampled_from(["profile", "health", "finance"]))
LIMITS = st.builds(
    CarrierLimit, st.integers(1, 3), st.integers(1, 48).map(lambda hours: timedelta(hours=hours))
)
KNOWN: dict[str, st.SearchStrategy[Any]] = {
    "festival": st.none()
    | st.builds(
        FestivalVolume,
        st.sampled_from([0, 9_999, 10_000]),
        st.just(10_000),
        st.lists(STANDINGS, max_size=1).map(tuple),
    ),
    "carrier_limits": st.lists(LIMITS, max_size=2).map(tuple),
    "handed_by_number": st.lists(INSTANTS, max_size=4).map(tuple),
    "text_uses": USES,
    "agreed_uses": USES,
    "is_personalised": st.booleans(),
    "consent_at": st.none() | INSTANTS,
    "windows": st.none() | st.lists(WINDOWS, max_size=2).map(tuple),
    "workdays": st.just(Workdays()),
    "audience": st.sampled_from(["new", "active", "dormant", "trade", "prospect", "nobody's"]),
    "marketing_handed": st.lists(INSTANTS, max_size=4).map(tuple),
    "last_interaction_at": st.none() | INSTANTS,
    "licences": st.lists(STANDINGS, max_size=2).map(tuple),
    "agreement_ends_at": st.none() | INSTANTS,
    "consent": st.sampled_from(["none", "pending", "granted", "held", "withdrawn"]),
    "is_stopped": st.booleans(),
    "stopped_at": st.none() | INSTANTS,
    "last_inbound_at": st.none() | INSTANTS,
    "has_unread_inbound": st.booleans(),
    "has_open_question": st.booleans(),
    "question_expires_at": st.none() | INSTANTS,
    "has_open_complaint": st.booleans(),
    "complaint_hold_until": st.none() | INSTANTS,
    "number_status": st.sampled_from(
        ["unknown", "verified", "unreachable", "doubtful", "suspended", "dead", "reassigned"]
    ),
    "number_status_at": st.none() | INSTANTS,
    "timezone": st.none() | st.sampled_from(ZONES),
    "possible_timezones": st.lists(st.sampled_from(ZONES), max_size=4).map(tuple),
    "quiet_hours": HOURS,
    "marketing_stopped": st.booleans(),
    "service_hours": st.none() | HOURS,
    "opt_out_confirmed_at": st.none() | INSTANTS,
}


SENDS, FACTS = st.builds(Send, **SENDING), st.builds(Facts, **KNOWN)


def fixed(name: str, decision: Decision) -> Rule:
    return Rule(name, "", "test", {}, lambda send, facts, now: decision)


def broken(send: Send, facts: Facts, now: datetime) -> Decision:
    raise RuntimeError


@given(SENDS, FACTS, INSTANTS, st.permutations(GATE))
def test_the_order_of_the_rules_makes_no_difference(
    send: Send, facts: Facts, now: datetime, rules: list[Rule]
) -> None:
    verdict = decide(send, facts, rules, now)
    assert verdict == decide(send, facts, GATE, now)
    assert not verdict.errors


@given(SENDS, FACTS, INSTANTS, st.sampled_from(["allow", "defer", "refuse"]))
def test_one_more_rule_only_tightens(send: Send, facts: Facts, now: datetime, answer: str) -> None:
    decision: Decision = {
        "allow": Allow(),
        "defer": Defer(now + timedelta(minutes=5), "extra"),
        "refuse": Refuse("extra"),
    }[answer]
    before = decide(send, facts, GATE, now)
    after = decide(send, facts, [*GATE, fixed("extra", decision)], now)
    if isinstance(before.decision, Refuse):
        assert isinstance(after.decision, Refuse)
    if isinstance(before.decision, Defer) and isinstance(after.decision, Defer):
        assert after.decision.until >= before.decision.until
    if not before.is_allowed:
        assert not after.is_allowed
    assert set(before.reasons) <= set(after.reasons)


@given(SENDS, FACTS, INSTANTS, st.sets(st.sampled_from([rule.name for rule in GATE])))
def test_no_rule_lets_go_what_the_others_hold_back(
    send: Send, facts: Facts, now: datetime, names: set[str]
) -> None:
    few = decide(send, facts, [rule for rule in GATE if rule.name in names], now)
    assert _strictness(few) <= _strictness(decide(send, facts, GATE, now))


def _strictness(verdict: Verdict) -> tuple[int, datetime]:
    if isinstance(verdict.decision, Defer):
        return 1, verdict.decision.until
    return (2 if isinstance(verdict.decision, Refuse) else 0), START


@pytest.mark.parametrize("name", [rule.name for rule in GATE])
@given(SENDS, FACTS, INSTANTS)
def test_a_rule_that_raises_refuses(name: str, send: Send, facts: Facts, now: datetime) -> None:
    rules = [replace(rule, judge=broken) if rule.name == name else rule for rule in GATE]
    verdict = decide(send, facts, rules, now)
    assert isinstance(verdict.decision, Refuse)
    assert "rule_error" in verdict.reasons
    assert verdict.errors == ((name, "RuntimeError"),)


@pytest.mark.parametrize(("tried", "made"), [(SENDING, Send), (KNOWN, Facts)])
def test_everything_that_a_rule_may_ask_for_is_tried(
    tried: Mapping[str, object], made: type[Send] | type[Facts]
) -> None:
    """What a new rule asks for has to be among what these properties try, or they prove nothing about it."""
    assert set(tried) == {field.name for field in fields(made)}


@given(INSTANTS, st.sampled_from(ZONES), HOURS)
def test_hours_that_somebody_sets_can_only_take_from_the_laws(
    now: datetime, zone: str, hours: QuietHours
) -> None:
    """Everything else speaks for the message, so the hours alone decide."""
    send = Send(Purpose.MARKETING, Cause(CauseKind.JOURNEY, now), "x", now)
    agreed = Facts(consent="granted", timezone=zone, number_status="verified")
    by_law = decide(send, agreed, GATE, now)
    assert by_law.is_allowed == (time(8) <= now.astimezone(ZoneInfo(zone)).time() < time(21))
    by_setting = decide(send, replace(agreed, quiet_hours=hours), GATE, now)
    assert _strictness(by_law) <= _strictness(by_setting)


@given(SENDS, FACTS, INSTANTS)
def test_an_industrys_windows_only_tighten(send: Send, facts: Facts, now: datetime) -> None:
    without = decide(send, replace(facts, windows=None), GATE, now)
    assert _strictness(without) <= _strictness(decide(send, facts, GATE, now))


@given(SENDS, FACTS, INSTANTS)
def test_a_deferral_ends_later_and_every_reason_is_documented(
    send: Send, facts: Facts, now: datetime
) -> None:
    verdict = decide(send, facts, GATE, now)
    if isinstance(verdict.decision, Defer):
        assert verdict.decision.until > now
    known = {code for rule in GATE for code in rule.reasons}
    assert set(verdict.reasons) <= known
    assert verdict.is_allowed == (not verdict.reasons)


@given(SENDS, FACTS, INSTANTS)
def test_no_marketing_without_consent_by_night_or_after_stop(send: Send, facts: Facts, now: datetime) -> None:
    if not decide(send, facts, GATE, now).is_allowed:
        return
    if facts.is_stopped:
        assert send.purpose not in (Purpose.MARKETING, Purpose.SERVICE)
    if send.purpose is Purpose.MARKETING:
        assert facts.consent == "granted"
        assert [facts.marketing_stopped, facts.has_unread_inbound, facts.has_open_complaint] == [False] * 3
        assert facts.number_status not in ("dead", "suspended")
        assert facts.timezone or facts.possible_timezones
        zones = (facts.timezone,) if facts.timezone else facts.possible_timezones
        assert all(time(8) <= now.astimezone(ZoneInfo(zone)).time() < time(21) for zone in zones)
