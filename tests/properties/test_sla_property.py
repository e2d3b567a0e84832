"""A complaint's clocks: what holds for any events."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.sla import Deadlines, SlaEvent, SlaPolicy, SlaState, apply, due_breaches, follow_up_at, opened

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
    "breached",
    "followed_up",
    "noted",
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
    assert (state.resolution_at is None) == (state.status in ("open", "waiting"))
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
        if event.kind not in ("merged", "reopened"):
            assert later.resolution_due_at >= state.resolution_due_at
            assert later.first_response_due_at == state.first_response_due_at
        state = later


@given(st.integers(0, 366 * 24 * 60), st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/London"]))
def test_follow_ups_are_asked_by_day_before_the_deadline(minutes: int, zone: str) -> None:
    resolved_at = START + timedelta(minutes=minutes)
    asked_at = follow_up_at(resolved_at, zone)
    assert timedelta(hours=10) <= asked_at - resolved_at <= timedelta(hours=48)
