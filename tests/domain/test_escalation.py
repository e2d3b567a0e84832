"""Warnings of a complaint's clocks: when, of which level, to whom, and at which hour."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.domain.escalation import (
    LADDER,
    Channel,
    Colleague,
    Reached,
    Rung,
    To,
    deliver_at,
    due,
    next_at,
    recipients,
)
from app.domain.sla import Deadlines, SlaEvent, SlaPolicy, SlaState, apply, opened

OPENED_AT = datetime(2026, 11, 23, 4, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
TEXT = UUID(int=1)
NOTHING = Reached()


def at(hours: float) -> datetime:
    return OPENED_AT + timedelta(hours=hours)


def after(*events: tuple[str, float] | tuple[str, float, str]) -> SlaState:
    state = opened(SlaPolicy(), OPENED_AT)
    for kind, hours, *detail in events:
        told = Deadlines(at(1), at(40)) if kind == "merged" else None
        event = SlaEvent(kind, at(hours), *detail, deadlines=told, outbound_id=TEXT)
        state = apply(state, event)
    return state


def levels(state: SlaState, hours: float, reached: Reached = NOTHING) -> list[tuple[str, int, bool]]:
    return [(one.clock.value, one.percent, one.is_sent) for one in due(state, reached, at(hours))]


def test_each_level_comes_at_its_part_of_the_time_allowed() -> None:
    state = after()
    assert next_at(state, NOTHING) == at(1)
    assert levels(state, 0.99) == []
    assert levels(state, 1) == [("first_response", 50, True)]
    half = NOTHING.after(due(state, NOTHING, at(1)))
    assert next_at(state, half) == at(1.6)
    assert levels(state, 1.6, half) == [("first_response", 80, True)]


def test_at_the_deadline_nobody_is_told_that_it_was_missed() -> None:
    state, reached = after(), Reached(0, {"first_response": 80})
    assert levels(state, 2, reached) == []
    assert due(state, reached, at(2) + MOMENT)[0].percent == 100


def test_of_what_is_overdue_at_once_the_highest_alone_is_sent() -> None:
    assert levels(after(), 24) == [
        ("first_response", 50, False),
        ("first_response", 80, False),
        ("first_response", 100, True),
        ("resolution", 50, True),
    ]


def test_a_clock_that_was_met_warns_no_more() -> None:
    state = after(("replied", 0.5))
    assert next_at(state, NOTHING) == at(24)
    assert levels(state, 23) == []


def test_a_level_that_was_passed_before_the_clock_was_met_is_recorded_and_only_a_breach_is_told() -> None:
    assert levels(after(("replied", 1.7)), 3) == [
        ("first_response", 50, False),
        ("first_response", 80, False),
    ]
    assert levels(after(("replied", 2.5)), 3)[-1] == ("first_response", 100, True)


def test_a_reply_that_did_not_arrive_lets_the_clock_warn_again() -> None:
    assert levels(after(("replied", 0.5), ("reply_failed", 1.5)), 1.5) == [("first_response", 50, True)]


def test_while_the_customer_is_waited_for_resolution_warns_of_nothing() -> None:
    state, reached = after(("replied", 0.5), ("paused", 20)), NOTHING
    assert levels(state, 80) == []
    assert next_at(state, reached) == at(24 + 72)
    resumed = apply(state, SlaEvent("resumed", at(30)))
    assert next_at(resumed, reached) == at(34)
    assert levels(resumed, 34) == [("resolution", 50, True)]


def test_a_wait_that_nobody_ends_is_over_by_itself() -> None:
    state = after(("replied", 0.5), ("paused", 30))
    assert levels(state, 30 + 71) == []
    assert levels(state, 30 + 72) == [("resolution", 50, True)]


def test_a_deadline_missed_before_the_wait_is_told_of_during_it() -> None:
    assert levels(after(("replied", 0.5), ("paused", 49)), 50)[-1] == ("resolution", 100, True)


def test_a_deadline_that_was_brought_forward_brings_its_warnings_with_it() -> None:
    state = after(("merged", 0.2))  # the deadline is after one hour now
    assert next_at(state, NOTHING) == OPENED_AT
    assert levels(state, 0.3) == [("first_response", 50, True)]
    assert levels(state, 0.7) == [("first_response", 50, False), ("first_response", 80, True)]


def test_a_complaint_that_was_reopened_starts_anew() -> None:
    state = after(("replied", 0.5), ("resolved", 2), ("reopened", 30))
    reached = Reached.of({"round": 0, "levels": {"first_response": 100, "resolution": 80}}, state)
    assert reached == Reached(1, {})
    assert next_at(state, reached) == at(31)


def test_the_follow_up_is_warned_of_until_it_is_asked_and_never_once_all_is_over() -> None:
    resolved = after(("replied", 0.5), ("resolved", 2))
    assert next_at(resolved, NOTHING) == at(2 + 36)
    assert levels(resolved, 2 + 36) == [("follow_up", 50, True)]
    assert next_at(after(("replied", 0.5), ("resolved", 2), ("followed_up", 26, "asked")), NOTHING) is None
    closed = after(("resolved", 60), ("followed_up", 61, "erased"))
    assert next_at(closed, NOTHING) is None


def test_who_looks_often_sends_each_level_by_itself() -> None:
    state, reached, sent = after(), NOTHING, []
    for tenths in range(490):
        now = at(tenths / 10) + MOMENT
        sent += [(one.clock.value, one.percent) for one in due(state, reached, now) if one.is_sent]
        reached = reached.after(due(state, reached, now))
    assert sent == [(clock, level) for clock in ("first_response", "resolution") for level in (50, 80, 100)]


def test_what_is_stored_is_read_back() -> None:
    state = after()
    reached = NOTHING.after(due(state, NOTHING, at(24)))
    assert Reached.of(reached.to_json(), state) == reached
    assert reached.levels == {"first_response": 100, "resolution": 50}


ANN, BEA, CHE, DAN = (UUID(int=number) for number in range(1, 5))
STAFF = [
    Colleague(ANN, "support"),
    Colleague(BEA, "support"),
    Colleague(CHE, "manager"),
    Colleague(DAN, "admin"),
]


@pytest.mark.parametrize(
    ("to", "assignee", "told"),
    [
        (To.ASSIGNEE, BEA, (BEA,)),
        (To.ASSIGNEE, None, (ANN, BEA)),
        (To.ASSIGNEE, UUID(int=9), (ANN, BEA)),
        (To.TEAM, BEA, (ANN, BEA)),
        (To.MANAGERS, BEA, (CHE,)),
    ],
)
def test_each_rung_tells_its_own(to: To, assignee: UUID | None, told: tuple[UUID, ...]) -> None:
    assert recipients(to, assignee, STAFF) == told


def test_where_nobody_has_a_part_the_next_one_up_is_told() -> None:
    assert recipients(To.TEAM, None, STAFF[2:]) == (CHE,)
    assert recipients(To.MANAGERS, None, STAFF[3:]) == (DAN,)
    assert recipients(To.ASSIGNEE, None, []) == ()


NIGHT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
MORNING = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.EMAIL])
def test_who_sleeps_is_told_in_the_morning(channel: Channel) -> None:
    rung = LADDER.rung(80)
    assert deliver_at(channel, rung, NIGHT, "Asia/Shanghai") == MORNING
    assert deliver_at(channel, rung, NIGHT, "Europe/London") == NIGHT
    assert deliver_at(channel, rung, MORNING - MOMENT, "Asia/Shanghai") == MORNING
    assert deliver_at(channel, rung, MORNING, "Asia/Shanghai") == MORNING


def test_console_and_webhook_wait_for_no_morning_and_neither_does_what_is_loud() -> None:
    rung = LADDER.rung(80)
    assert deliver_at(Channel.CONSOLE, rung, NIGHT, "Asia/Shanghai") == NIGHT
    assert deliver_at(Channel.WEBHOOK, rung, NIGHT, "Asia/Shanghai") == NIGHT
    assert deliver_at(Channel.SMS, Rung(100, To.MANAGERS, True), NIGHT, "Asia/Shanghai") == NIGHT
