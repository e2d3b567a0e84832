"""The step `wait`."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.flows.definition import STEPS
from app.domain.flows.effects import SendText, WaitUntil
from app.domain.flows.state import Phase
from app.domain.flows.stimuli import Triggered
from tests.domain.flows.flow_making import NOW, Conversation, a_flow, both


def a_wait(**fields):
    steps = {
        "wait": {"do": "wait", "then": "say", **fields},
        "say": {"do": "send", "text": both("到了"), "then": "end"},
        "gone": {"do": "finish", "outcome": "gone"},
    }
    return a_flow(steps)


def test_waits_for_a_duration():
    talk = Conversation(a_wait(**{"for": "1d"})).starts()
    assert talk.effect(WaitUntil).at == talk.state.due_at == NOW + timedelta(days=1)
    assert talk.waits(hours=23).state.phase is Phase.WAITING
    assert talk.waits(hours=1).sent == ["到了"]


def test_counts_from_the_trigger():
    talk = Conversation(a_wait(**{"for": "1d", "since": "trigger"}))
    talk.meets(Triggered("event", at=NOW - timedelta(hours=6)))
    assert talk.state.due_at == NOW + timedelta(hours=18)


@pytest.mark.parametrize(
    ("fields", "zone", "due_at"),
    [
        ({"until": "10:00"}, "Asia/Shanghai", NOW),
        ({"until": "09:00"}, "Asia/Shanghai", NOW + timedelta(hours=23)),
        ({"for": "1h", "until": "12:00"}, "Asia/Shanghai", NOW + timedelta(hours=2)),
        ({"until": "10:00"}, "America/New_York", datetime(2026, 3, 2, 15, 0, tzinfo=UTC)),
        ({"for": "5d", "until": "10:00"}, "America/New_York", datetime(2026, 3, 7, 15, 0, tzinfo=UTC)),
        ({"for": "6d", "until": "10:00"}, "America/New_York", datetime(2026, 3, 8, 14, 0, tzinfo=UTC)),
    ],
)
def test_waits_until_the_customers_clock_shows(fields, zone, due_at):
    assert Conversation(a_wait(**fields), timezone=zone).starts().state.due_at == due_at


def test_what_follows_has_a_shelf_life():
    talk = Conversation(a_wait(**{"for": "1d", "too_late": "4h"})).starts().waits(hours=25)
    assert talk.effect(SendText).expires_at == NOW + timedelta(hours=28)


def test_woken_too_late_it_sends_nothing():
    talk = Conversation(a_wait(**{"for": "1d", "too_late": "4h"})).starts().waits(hours=29)
    assert (talk.sent, talk.state.outcome) == ([], "too_late")


def test_a_wait_after_an_event_of_long_ago_is_over_too_late():
    talk = Conversation(a_wait(**{"for": "1d", "too_late": "4h"}))
    talk.meets(Triggered("event", at=NOW - timedelta(days=9))).waits(hours=24)
    assert (talk.sent, talk.state.outcome) == ([], "too_late")


def test_woken_too_late_it_goes_where_the_step_says():
    talk = Conversation(a_wait(**{"for": "1d", "too_late": "4h", "late": "gone"})).starts().waits(hours=29)
    assert talk.state.outcome == "gone"


def test_a_timer_that_fires_early_changes_nothing():
    talk = Conversation(a_wait(**{"for": "1d"})).starts()
    before = talk.state
    assert talk.waits(hours=1).state == before


def test_wants_something_to_wait_for():
    step = a_wait().steps["wait"]
    assert [trouble.code for trouble in STEPS["wait"].check(step)] == ["no_wait"]
