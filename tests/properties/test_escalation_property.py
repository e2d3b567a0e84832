"""Warnings of a complaint's clocks: what holds for any events, however late, early or doubled the looks at them are."""

import json
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.escalation import LADDER, Reached, due, next_at
from app.domain.sla import Clock, SlaEvent, SlaPolicy, SlaState, apply, opened
from tests.properties.test_sla_property import HOURS, START, event_logs

LEVELS = {rung.percent for rung in LADDER.rungs}
Recorded = tuple[int, Clock, int, bool]


class Watched:
    """A complaint whose warnings are recorded as often as somebody looks."""

    def __init__(self) -> None:
        self.state: SlaState = opened(SlaPolicy(), START)
        self.reached = Reached()
        self.recorded: list[Recorded] = []

    def happens(self, event: SlaEvent) -> None:
        self.state = apply(self.state, event)
        self.reached = Reached.of(json.loads(json.dumps(self.reached.to_json())), self.state)

    def looks(self, now: datetime) -> list[Recorded]:
        coming = next_at(self.state, self.reached)
        found = due(self.state, self.reached, now)
        assert bool(found) == (coming is not None and coming <= now)
        self.reached = self.reached.after(found)
        seen = [(self.state.reopened, one.clock, one.percent, one.is_sent) for one in found]
        self.recorded += seen
        return seen


def watched(events: list[SlaEvent], looks: list[float], *, drift: float = 0) -> Watched:
    """The events in their order with looks between them; the clock that is looked at may be off by hours."""
    one = Watched()
    steps: list[tuple[datetime, SlaEvent | None]] = [(event.at, event) for event in events]
    steps += [(START + timedelta(hours=hour), None) for hour in looks]
    for at, event in sorted(steps, key=lambda step: step[0]):
        if event is None:
            one.looks(at + timedelta(hours=drift))
        else:
            one.happens(event)
    return one


@given(event_logs(), st.lists(HOURS, max_size=30), st.floats(-50, 50))
def test_each_level_is_recorded_once_whenever_somebody_looks(
    events: list[SlaEvent], looks: list[float], drift: float
) -> None:
    recorded = [one[:3] for one in watched(events, looks, drift=drift).recorded]
    assert len(recorded) == len(set(recorded))


@given(event_logs(), st.lists(HOURS, max_size=10), HOURS)
def test_of_one_clock_one_level_is_sent_at_a_time_and_that_is_the_highest(
    events: list[SlaEvent], looks: list[float], hours: float
) -> None:
    one = watched(events, looks)
    seen = one.looks(START + timedelta(hours=400 + hours))
    for clock in Clock:
        mine = [(percent, is_sent) for _, of, percent, is_sent in seen if of == clock]
        assert [percent for percent, _ in mine] == sorted(percent for percent, _ in mine)
        assert all(not is_sent for _, is_sent in mine[:-1])


@given(event_logs(), st.lists(HOURS, max_size=10))
def test_whatever_was_down_no_level_of_a_clock_that_still_runs_is_forgotten(
    events: list[SlaEvent], looks: list[float]
) -> None:
    one = watched(events, looks)
    one.looks(START + timedelta(hours=4000))
    assert next_at(one.state, one.reached) is None
    is_here = not one.state.is_merged_away
    running = {
        Clock.FIRST_RESPONSE: is_here and one.state.first_response_at is None,
        Clock.RESOLUTION: is_here and one.state.resolution_at is None,
        Clock.FOLLOW_UP: one.state.status == "resolved" and one.state.follow_up_at is None,
    }
    for clock in Clock:
        mine = {
            percent for round_, of, percent, _ in one.recorded if (round_, of) == (one.state.reopened, clock)
        }
        assert mine == LEVELS or not running[clock]


@given(event_logs(), st.lists(HOURS, max_size=30), HOURS)
def test_nothing_is_said_of_resolution_while_the_customer_is_waited_for(
    events: list[SlaEvent], looks: list[float], hours: float
) -> None:
    one = watched(events, looks)
    paused_at, ends_at = one.state.paused_at, one.state.pause_ends_at
    if paused_at is None or ends_at is None or paused_at > one.state.resolution_due_at:
        return
    now = min(paused_at + timedelta(hours=hours), ends_at - timedelta(microseconds=1))
    assert Clock.RESOLUTION not in {clock for _, clock, _, _ in one.looks(now)}
