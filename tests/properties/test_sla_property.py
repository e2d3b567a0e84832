"""A complaint's clocks: what holds for any events."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.domain.business_time import BusinessHours
from app.domain.follow_up import asked_at
from app.domain.sla import SlaEvent, SlaState, apply, due_breaches, opened
from app.domain.sla_policy import Deadlines, SlaPolicy

QUARTER = timedelta(minutes=15)
START = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = [UUID(int=number) for number in range(4)]
HOURS = st.floats(0, 400, allow_nan=False)
KINDS = [
    "replied",
    "reply_failed",
    "paused",
    "resumed",
    "resolved",
    "resolution_failed",
    "reopened",
    "merged",
    "merged_away",
    "breached",
    "followed_up",
    "noted",
    "rebased",
]
OFFICE = BusinessHours("Asia/Shanghai", ("09:00-12:00,13:00-18:00",) * 5 + ("", ""), "CN")
POLICIES = [
    SlaPolicy(),
    SlaPolicy(timedelta(hours=1), timedelta(hours=24), timedelta(hours=48)),
    SlaPolicy(hours=OFFICE),
    SlaPolicy(hours=BusinessHours("America/New_York", ("22:00-06:00",) * 7, "US")),
]
DETAILS = ["first_response", "resolution", "follow_up", "asked", "solved", "no_answer", None]


@st.composite
def event_logs(draw: st.DrawFn) -> list[SlaEvent]:
    hours = sorted(draw(st.lists(HOURS, max_size=15)))
    return [
        SlaEvent(
            draw(st.sampled_from(KINDS)),
            START + timedelta(hours=hour),
            draw(st.sampled_from(DETAILS)),
            Deadlines(START + timedelta(hours=1), START + timedelta(hours=40)),
            draw(st.sampled_from(TEXTS)),
            draw(st.sampled_from(POLICIES)),
        )
        for hour in hours
    ]


def fold(events: list[SlaEvent]) -> SlaState:
    state = opened(SlaPolicy(), START)
    for event in events:
        state = apply(state, event)
    return state


@given(event_logs(), HOURS)
def test_any_log_folds_and_is_stored_whole(events: list[SlaEvent], hours: float) -> None:
    state = fold(events)
    assert SlaState.from_json(json.loads(json.dumps(state.to_json()))) == state
    assert state.pauses <= 3
    assert (state.status == "waiting") == (state.paused_at is not None)
    assert (state.resolution_at is None) == (state.status in ("open", "waiting") or state.is_merged_away)
    due_breaches(state, START + timedelta(hours=hours))


@given(event_logs(), HOURS)
def test_a_recorded_breach_is_never_due_again(events: list[SlaEvent], hours: float) -> None:
    state, now = fold(events), START + timedelta(hours=400 + hours)
    for clock in due_breaches(state, now):
        state = apply(state, SlaEvent("breached", now, clock))
    assert due_breaches(state, now) == ()


@given(event_logs(), st.sampled_from(TEXTS))
def test_a_text_that_failed_leaves_no_trace_in_the_figures(events: list[SlaEvent], lost: UUID) -> None:
    """Whatever else happened, a reply that failed is as good as never written."""
    rest = [
        event
        for event in events
        if event.kind not in ("replied", "reply_failed") or event.outbound_id != lost
    ]
    others = [event for event in rest if event.outbound_id != lost]
    reply = SlaEvent("replied", START + timedelta(hours=400), outbound_id=lost)
    failed = SlaEvent("reply_failed", START + timedelta(hours=401), outbound_id=lost)
    assert fold([*others, reply, failed]).first_response_at == fold(others).first_response_at


@given(event_logs())
def test_pauses_never_bring_a_deadline_forward(events: list[SlaEvent]) -> None:
    state = opened(SlaPolicy(), START)
    for event in events:
        later = apply(state, event)
        if event.kind not in ("merged", "reopened", "rebased"):
            assert later.resolution_due_at >= state.resolution_due_at
            assert later.first_response_due_at == state.first_response_due_at
        state = later


@given(event_logs(), st.sampled_from(POLICIES))
def test_rebasing_takes_back_no_breach_and_moves_no_promise_that_was_kept(
    events: list[SlaEvent], policy: SlaPolicy
) -> None:
    state, now = fold(events), START + timedelta(hours=400)
    later = apply(state, SlaEvent("rebased", now, policy=policy))
    assert set(due_breaches(later, now)) >= set(due_breaches(state, now))
    assert later.first_response_breached_at == state.first_response_breached_at
    assert later.resolution_breached_at == state.resolution_breached_at
    assert later.follow_up_breached_at == state.follow_up_breached_at
    if state.first_response_at is not None:
        assert later.first_response_due_at == state.first_response_due_at
    if state.resolution_at is not None:
        assert later.resolution_due_at == state.resolution_due_at


@given(event_logs(), st.sampled_from(POLICIES), st.sampled_from(POLICIES))
def test_rebasing_there_and_back_changes_nothing(
    events: list[SlaEvent], policy: SlaPolicy, first: SlaPolicy
) -> None:
    """Before any promise is met or missed a complaint is as if the last policy had been there from the first."""
    moving = [event for event in events if event.kind in ("paused", "resumed")]
    state, now = opened(first, START), START
    for event in moving:
        if due_breaches(state, event.at):
            break
        state, now = apply(state, event), event.at
    there = apply(state, SlaEvent("rebased", now, policy=policy))
    if not due_breaches(there, now):
        assert apply(there, SlaEvent("rebased", now, policy=first)) == apply(
            state, SlaEvent("rebased", now, policy=first)
        )


@given(
    st.sampled_from(POLICIES),
    st.lists(st.integers(0, 90 * 4), max_size=6, unique=True),
    st.integers(0, 20_000),
)
def test_resolution_is_due_when_enough_time_has_counted(
    policy: SlaPolicy, changes: list[int], opened_after: int
) -> None:
    """Somebody counts the quarters of an hour that are open and in which nobody waits for the customer."""
    opened_at = START + opened_after * QUARTER
    state, pauses = opened(policy, opened_at), []
    turns = sorted(changes)
    for first, last in zip(turns[::2], turns[1::2], strict=False):
        paused, resumed = (opened_at + one * QUARTER for one in (first, last))
        if paused > state.resolution_due_at:
            break
        pauses.append((paused, min(resumed, paused + policy.longest_pause)))
        state = apply(apply(state, SlaEvent("paused", paused)), SlaEvent("resumed", resumed))
    left, at, calendar = policy.resolution, opened_at, policy.calendar
    while left:
        is_waiting = any(paused <= at < resumed for paused, resumed in pauses)
        left -= timedelta() if is_waiting else calendar.between(at, at + QUARTER)
        at += QUARTER
    assert state.resolution_due_at == at


@given(
    st.integers(0, 366 * 24 * 60),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/London"]),
    st.integers(24, 400),
)
def test_follow_ups_are_asked_by_day_before_the_deadline(minutes: int, zone: str, hours: int) -> None:
    resolved_at = START + timedelta(minutes=minutes)
    due_at = resolved_at + timedelta(hours=hours)
    found = asked_at(resolved_at, zone, due_at)
    assert timedelta(hours=8) <= found - resolved_at <= timedelta(hours=48)
    assert found <= due_at
    assert 8 <= found.astimezone(ZoneInfo(zone)).hour < 21
