"""The gate: what holds for any send, any facts and any order of the rules."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.compliance.decision import Allow, Decision, Defer, Refuse, Rule, decide
from app.domain.compliance.facts import Facts, QuietHours, Send
from app.domain.purpose import Cause, CauseKind, Purpose
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

SENDS = st.builds(
    Send,
    purpose=st.sampled_from(Purpose),
    cause=st.builds(Cause, st.sampled_from(CauseKind), INSTANTS),
    text=st.just("x"),
    queued_at=INSTANTS,
    expires_at=st.none() | INSTANTS,
    is_follow_up=st.booleans(),
    answers_question_id=st.none() | st.just(UUID(int=1)),
    asks_question=st.booleans(),
    is_requested_resubscribe=st.booleans(),
)
FACTS = st.builds(
    Facts,
    consent=st.sampled_from(["none", "pending", "granted", "held", "withdrawn"]),
    is_stopped=st.booleans(),
    stopped_at=st.none() | INSTANTS,
    last_inbound_at=st.none() | INSTANTS,
    has_unread_inbound=st.booleans(),
    has_open_question=st.booleans(),
    question_expires_at=st.none() | INSTANTS,
    has_open_complaint=st.booleans(),
    complaint_hold_until=st.none() | INSTANTS,
    number_status=st.sampled_from(["unknown", "verified", "doubtful", "suspended", "dead"]),
    timezone=st.none() | st.sampled_from(ZONES),
    possible_timezones=st.lists(st.sampled_from(ZONES), max_size=4).map(tuple),
    quiet_hours=HOURS,
    marketing_stopped=st.booleans(),
    service_hours=st.none() | HOURS,
    opt_out_confirmed_at=st.none() | INSTANTS,
)


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


@given(SENDS, FACTS, INSTANTS)
def test_a_rule_that_raises_refuses(send: Send, facts: Facts, now: datetime) -> None:
    verdict = decide(send, facts, [*GATE, Rule("broken", "", "test", {}, broken)], now)
    assert isinstance(verdict.decision, Refuse)
    assert "rule_error" in verdict.reasons


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
