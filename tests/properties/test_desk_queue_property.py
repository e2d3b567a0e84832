"""Where somebody stands at the desk: by urgency, then by time left, then by when they came; late is who is past it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.desk_queue import HEAD_START, Standing, complaint_standing, hand_over_standing

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NEVER = datetime(2500, 1, 1, tzinfo=UTC)
moments = st.integers(0, 10**8).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
maybe = st.none() | moments
looks = {
    "severity": st.sampled_from([1, 2]),
    "tone": st.sampled_from(["calm", "unhappy", "angry"]),
    "opened_at": moments,
}
complaints = st.fixed_dictionaries(
    {
        **looks,
        "status": st.sampled_from(["open", "waiting", "resolved", "closed"]),
        "first_response_due_at": moments,
        "first_response_at": maybe,
        "first_response_breached_at": maybe,
        "resolution_due_at": maybe,
        "resolution_breached_at": maybe,
    }
)
hand_overs = st.fixed_dictionaries(
    {
        **looks,
        "status": st.sampled_from(["open", "closed"]),
        "answer_due_at": moments,
        "answered_at": maybe,
    }
)


def due(row: dict[str, Any]) -> datetime | None:
    if "answer_due_at" in row:
        return row["answer_due_at"] if row["answered_at"] is None else None
    return row["first_response_due_at"] if row["first_response_at"] is None else row["resolution_due_at"]


def standing(row: dict[str, Any]) -> Standing:
    if "answer_due_at" in row:
        return hand_over_standing(row, has_open_complaint=False)
    return complaint_standing(row)


def place(row: dict[str, Any]) -> tuple[bool, datetime, datetime]:
    """Written down once more, as a list of rules."""
    at = due(row)
    if at is None:
        return row["severity"] != 1, NEVER, row["opened_at"]
    return row["severity"] != 1, at if row["tone"] == "calm" else at - HEAD_START, BEGIN


@given(st.lists(complaints | hand_overs, min_size=2, max_size=12))
def test_the_order_is_that_of_urgency_time_left_and_arrival(rows: list[dict[str, Any]]) -> None:
    waiting = [row for row in rows if standing(row).queue_at is not None]
    assert sorted(map(place, waiting)) == [
        place(row) for row in sorted(waiting, key=lambda row: (standing(row).queue_at, place(row)))
    ]


@given(complaints | hand_overs)
def test_who_waits_stands_there_and_nobody_else(row: dict[str, Any]) -> None:
    waits = row["status"] in ("open", "waiting")
    told = standing(row)
    assert (told.queue_at is not None) == waits
    assert told.late_at is None or waits


@given(complaints, moments)
def test_a_complaint_is_late_once_a_promise_is_broken_or_a_clock_has_run_out(
    row: dict[str, Any], now: datetime
) -> None:
    at = complaint_standing(row).late_at
    has_run_out = (
        (row["first_response_at"] is None and row["first_response_due_at"] < now)
        or (row["resolution_due_at"] is not None and row["resolution_due_at"] < now)
        or any(
            row[f"{clock}_breached_at"] is not None and row[f"{clock}_breached_at"] < now
            for clock in ("first_response", "resolution")
        )
    )
    assert (at is not None and at < now) == (has_run_out and row["status"] in ("open", "waiting"))


@given(hand_overs)
def test_who_has_an_open_complaint_stands_there_once(row: dict[str, Any]) -> None:
    assert hand_over_standing(row, has_open_complaint=True) == Standing()
