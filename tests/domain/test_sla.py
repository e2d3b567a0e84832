"""A complaint's clocks: what each event does to them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.domain.business_time import BusinessHours
from app.domain.sla import Clock, SlaEvent, SlaState, apply, due_breaches, opened, owed, running
from app.domain.sla_policy import Deadlines, SlaPolicy, deadlines

OPENED_AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def at(hours: float) -> datetime:
    return OPENED_AT + timedelta(hours=hours)


A, B, C = (UUID(int=number) for number in (1, 2, 3))
"""Texts of staff."""


def event(kind: str, hours: float, told: str | UUID | None = None) -> SlaEvent:
    """An event of a text of staff (the first one, where none is named), or with a detail."""
    if isinstance(told, str):
        return SlaEvent(kind, at(hours), told)
    return SlaEvent(kind, at(hours), outbound_id=told or A)


def after(*events: tuple[str, float] | tuple[str, float, str | UUID]) -> SlaState:
    state = opened(SlaPolicy(), OPENED_AT)
    for told in events:
        state = apply(state, event(*told))
    return state


def test_deadlines_are_two_and_forty_eight_hours_from_receipt() -> None:
    assert deadlines(SlaPolicy(), OPENED_AT) == Deadlines(at(2), at(48))


def test_at_the_deadline_counts_as_met() -> None:
    state = after()
    assert due_breaches(state, at(2)) == ()
    assert due_breaches(state, at(2) + MOMENT) == (Clock.FIRST_RESPONSE,)
    replied = after(("replied", 2))
    assert due_breaches(replied, at(48)) == ()
    assert due_breaches(replied, at(48) + MOMENT) == (Clock.RESOLUTION,)
    assert due_breaches(after(("replied", 2), ("resolved", 48)), at(49)) == ()


def test_a_late_answer_is_a_breach_even_if_nobody_looked_in_between() -> None:
    assert due_breaches(after(("replied", 3)), at(4)) == (Clock.FIRST_RESPONSE,)
    assert due_breaches(after(("replied", 1), ("resolved", 50)), at(51)) == (Clock.RESOLUTION,)


def test_a_breach_is_recorded_once() -> None:
    state = after(("breached", 2.5, "first_response"), ("breached", 3, "first_response"))
    assert state.first_response_breached_at == at(2.5)
    assert due_breaches(state, at(5)) == ()


def test_waiting_on_the_customer_pauses_resolution_only() -> None:
    waiting = after(("paused", 1))
    assert waiting.status == "waiting"
    assert due_breaches(waiting, at(3)) == (Clock.FIRST_RESPONSE,)
    assert due_breaches(after(("replied", 1), ("paused", 1)), at(60)) == ()
    resumed = after(("replied", 1), ("paused", 1), ("resumed", 11))
    assert (resumed.status, resumed.resolution_due_at) == ("open", at(58))


def test_any_reply_ends_a_pause() -> None:
    assert after(("paused", 1), ("replied", 5)).resolution_due_at == at(52)


def test_a_pause_ends_by_itself_after_72_hours() -> None:
    waiting = after(("replied", 1), ("paused", 1))
    assert waiting.pause_ends_at == at(73)
    assert due_breaches(waiting, at(73) + timedelta(hours=47)) == ()
    assert due_breaches(waiting, at(73) + timedelta(hours=47) + MOMENT) == (Clock.RESOLUTION,)
    assert after(("replied", 1), ("paused", 1), ("resumed", 100)).resolution_due_at == at(48 + 72)


def test_waits_at_most_three_times() -> None:
    state = after(
        *[(kind, hour) for hour in (1, 3, 5) for kind, hour in (("paused", hour), ("resumed", hour + 1))]
    )
    assert (state.pauses, state.may_pause) == (3, False)
    assert apply(state, SlaEvent("paused", at(7))) == state
    assert state.resolution_due_at == at(51)


def test_a_pause_after_the_deadline_mends_nothing() -> None:
    late = after(("replied", 1), ("paused", 49), ("resumed", 60))
    assert late.resolution_due_at == at(48)
    assert due_breaches(after(("replied", 1), ("paused", 49)), at(50)) == (Clock.RESOLUTION,)


def test_resolving_answers_and_starts_the_follow_up() -> None:
    state = after(("resolved", 1))
    assert (state.status, state.first_response_at, state.follow_up_due_at) == ("resolved", at(1), at(73))
    assert due_breaches(state, at(73)) == ()
    assert due_breaches(state, at(73) + MOMENT) == (Clock.FOLLOW_UP,)


def test_the_follow_up_closes_it() -> None:
    asked = after(("resolved", 1), ("followed_up", 25, "asked"))
    assert (asked.status, asked.follow_up_at) == ("resolved", at(25))
    closed = apply(asked, SlaEvent("followed_up", at(26), "solved"))
    assert (closed.status, closed.follow_up_at, closed.follow_up_result) == ("closed", at(25), "solved")
    assert after(("resolved", 1), ("followed_up", 25, "not_possible")).follow_up_result == "not_possible"


def test_reopening_starts_both_clocks_anew() -> None:
    state = after(("paused", 0.5), ("resolved", 1), ("followed_up", 25, "asked"), ("reopened", 30))
    assert (state.status, state.reopened, state.pauses) == ("open", 1, 0)
    assert (state.first_response_due_at, state.resolution_due_at) == (at(32), at(78))
    assert (state.first_response_at, state.resolution_at, state.follow_up_at) == (None, None, None)


def test_merging_keeps_the_earliest_deadlines() -> None:
    older = Deadlines(at(-1), at(45))
    state = apply(after(("replied", 0.5)), SlaEvent("merged", at(1), deadlines=older))
    assert (state.first_response_due_at, state.resolution_due_at) == (at(-1), at(45))
    younger = apply(after(), SlaEvent("merged", at(1), deadlines=Deadlines(at(3), at(50))))
    assert (younger.first_response_due_at, younger.resolution_due_at) == (at(2), at(48))


@pytest.mark.parametrize("kind", ["reopened", "followed_up", "merged", "noted"])
def test_an_event_that_does_not_fit_changes_nothing(kind: str) -> None:
    assert after((kind, 1)) == after()


def test_an_open_complaint_keeps_its_policy() -> None:
    state = apply(opened(SlaPolicy(resolution=timedelta(hours=24)), OPENED_AT), event("resolved", 1))
    stored = SlaState.from_json(json.loads(json.dumps(state.to_json())))
    assert stored == state
    assert apply(stored, SlaEvent("reopened", at(2))).resolution_due_at == at(26)


def test_a_reply_that_failed_is_no_response_and_a_later_one_takes_its_place() -> None:
    assert after(("replied", 1, A), ("reply_failed", 3, A)).first_response_at is None
    both = after(("replied", 1, A), ("replied", 1.5, B), ("reply_failed", 3, A))
    assert both.first_response_at == at(1.5)
    failed = after(("replied", 1, A), ("reply_failed", 3, A))
    assert due_breaches(failed, at(2) + MOMENT) == (Clock.FIRST_RESPONSE,)


def test_of_two_replies_that_left_at_one_instant_only_the_failed_one_is_forgotten() -> None:
    both = after(("replied", 1, A), ("replied", 1, B))
    assert apply(both, event("reply_failed", 3, A)).first_response_at == at(1)
    assert apply(after(("replied", 1, A)), event("reply_failed", 1, B)).first_response_at == at(1)


def test_a_reply_known_of_only_later_takes_back_a_breach_that_was_none() -> None:
    breached = after(("breached", 2.1, "first_response"))
    assert apply(breached, event("replied", 2)).first_response_breached_at is None
    later = SlaEvent("replied", at(2) + MOMENT, outbound_id=A)
    assert apply(breached, later).first_response_breached_at == at(2.1)


def test_a_reply_from_before_the_complaint_was_reopened_does_not_answer_it_again() -> None:
    reopened = after(("replied", 1), ("resolved", 2), ("reopened", 30))
    assert apply(reopened, event("replied", 29, B)).first_response_at is None


def test_a_resolution_that_nobody_was_told_of_is_none() -> None:
    failed = after(("resolved", 1, A), ("resolution_failed", 1.5, A))
    assert (failed.status, failed.first_response_at, failed.follow_up_due_at) == ("open", None, None)
    assert failed.resolution_due_at == at(48)
    assert due_breaches(failed, at(49)) == (Clock.FIRST_RESPONSE, Clock.RESOLUTION)
    again = apply(failed, event("resolved", 30, B))
    assert (again.status, again.resolution_at, again.first_response_at) == ("resolved", at(30), at(30))


def test_an_earlier_reply_stays_the_first_response_of_a_resolution_that_failed() -> None:
    failed = after(("replied", 0.5, B), ("resolved", 1, A), ("resolution_failed", 1.5, A))
    assert (failed.status, failed.first_response_at) == ("open", at(0.5))


def test_the_text_of_another_resolution_and_of_a_closed_complaint_changes_nothing() -> None:
    resolved = after(("resolved", 1, A), ("reopened", 30), ("resolved", 31, B))
    assert apply(resolved, event("resolution_failed", 32, A)) == resolved
    closed = after(("resolved", 1, A), ("followed_up", 25, "solved"))
    assert apply(closed, event("resolution_failed", 26, A)) == closed


OFFICE = SlaPolicy(hours=BusinessHours("Asia/Shanghai", ("09:00-18:00",) * 5 + ("", "")))
"""OPENED_AT is a Sunday, 17:00 in Shanghai: Monday's nine o'clock there is 16 hours later."""


def test_a_policy_in_business_time_is_counted_by_its_own_hours_all_along() -> None:
    state = opened(OFFICE, OPENED_AT)
    assert (state.first_response_due_at, state.resolution_due_at) == (at(18), at(16 + 5 * 24 + 3 + 2 * 24))
    paused = apply(apply(state, event("paused", 17)), event("resumed", 16 + 24))
    assert paused.resolution_due_at == at(16 + 8 * 24 + 2)
    resolved = apply(paused, event("resolved", 41))
    assert resolved.follow_up_due_at == at(41 + 8 * 24 + 2 * 24)
    assert apply(resolved, event("reopened", 42)).first_response_due_at == at(44)
    assert SlaState.from_json(json.loads(json.dumps(resolved.to_json()))) == resolved


def test_a_pause_outside_hours_moves_nothing() -> None:
    state = opened(OFFICE, OPENED_AT)
    assert apply(apply(state, event("paused", 1)), event("resumed", 15)).resolution_due_at == (
        state.resolution_due_at
    )


def rebased(state: SlaState, hours: float, policy: SlaPolicy) -> SlaState:
    return apply(state, SlaEvent("rebased", at(hours), policy=policy))


QUICK = SlaPolicy(timedelta(hours=1), timedelta(hours=24), timedelta(hours=48))


def test_rebasing_counts_from_the_beginning_by_the_new_policy() -> None:
    assert rebased(after(), 0.5, QUICK) == replace(
        opened(QUICK, OPENED_AT), first_response_due_at=at(1), resolution_due_at=at(24)
    )
    assert rebased(rebased(after(), 0.5, OFFICE), 0.6, SlaPolicy()) == after()


def test_rebasing_keeps_the_pauses_and_what_was_merged() -> None:
    paused = after(("paused", 1), ("resumed", 11), ("replied", 12))
    assert rebased(paused, 13, QUICK).resolution_due_at == at(34)
    waiting = rebased(after(("replied", 1), ("paused", 2)), 3, QUICK)
    assert (waiting.status, apply(waiting, event("resumed", 12)).resolution_due_at) == ("waiting", at(34))
    merged = apply(after(), SlaEvent("merged", at(0.5), deadlines=Deadlines(at(0.8), at(20))))
    assert (
        rebased(merged, 0.6, QUICK).first_response_due_at,
        rebased(merged, 0.6, QUICK).resolution_due_at,
    ) == (
        at(0.8),
        at(20),
    )


def test_rebasing_leaves_alone_what_was_met_or_missed() -> None:
    replied = rebased(after(("replied", 1.5)), 3, QUICK)
    assert (replied.first_response_due_at, replied.resolution_due_at) == (at(2), at(24))
    assert due_breaches(replied, at(4)) == ()
    breached = rebased(after(("breached", 2.1, "first_response")), 3, OFFICE)
    assert (breached.first_response_due_at, breached.first_response_breached_at) == (at(2), at(2.1))
    unrecorded = rebased(after(), 3, OFFICE)
    assert due_breaches(unrecorded, at(3)) == (Clock.FIRST_RESPONSE,)


def test_rebasing_can_break_a_promise_at_once() -> None:
    state = rebased(after(("replied", 1)), 30, QUICK)
    assert due_breaches(state, at(30)) == (Clock.RESOLUTION,)


def test_rebasing_moves_the_follow_up_until_it_is_asked() -> None:
    resolved = rebased(after(("resolved", 1)), 2, QUICK)
    assert (resolved.follow_up_due_at, resolved.resolution_due_at) == (at(49), at(48))
    asked = rebased(after(("resolved", 1), ("followed_up", 25, "asked")), 26, QUICK)
    assert asked.follow_up_due_at == at(73)
    assert apply(asked, event("reopened", 30)).resolution_due_at == at(54)


def test_what_was_stored_before_policies_had_hours_is_read() -> None:
    stored = opened(SlaPolicy(), OPENED_AT).to_json()
    del stored["moves"], stored["policy"]["hours"]
    assert SlaState.from_json(stored) == opened(SlaPolicy(), OPENED_AT)


def test_a_wait_whose_question_never_arrived_was_none() -> None:
    asked = after(("replied", 1), ("paused", 1))
    assert (asked.status, asked.pauses) == ("waiting", 1)
    failed = apply(asked, event("reply_failed", 5))
    assert (failed.status, failed.pauses, failed.pause_ends_at) == ("open", 0, None)
    assert failed.resolution_due_at == at(48)
    assert failed.first_response_at is None


def test_another_text_that_fails_leaves_the_wait_alone() -> None:
    asked = after(("replied", 1), ("paused", 1), ("reply_failed", 5, B))
    assert asked.status == "waiting"


def test_one_that_is_merged_away_owes_nothing_any_more() -> None:
    gone = after(("paused", 1), ("merged_away", 2, "#7"))
    assert (gone.status, gone.follow_up_result, gone.is_merged_away) == ("closed", "merged", True)
    assert (due_breaches(gone, at(500)), running(gone, at(3))) == ((), ())
    assert apply(gone, event("resolved", 5)) == gone
    assert apply(gone, event("reopened", 6)) == gone
    assert after(("resolved", 1), ("merged_away", 2, "#7")).status == "resolved"


def test_what_was_answered_is_owed_no_answer_any_more() -> None:
    later = opened(SlaPolicy(), at(1))
    assert owed(after(), later, at(1.5)) == Deadlines(at(2), at(48))
    assert owed(after(("replied", 1)), later, at(1.5)) == Deadlines(at(3), at(48))


def test_what_was_waited_is_not_owed() -> None:
    waits = after(("replied", 1), ("paused", 1))
    assert owed(waits, opened(SlaPolicy(), at(20)), at(11)).resolution_due_at == at(58)
