"""Shares of nothing are no shares, and an alarm is sure only where chance does not explain it."""

import pytest

from app.domain.complaint_figures import (
    MESSAGE,
    SERVICE,
    Asked,
    Figures,
    Line,
    Promises,
    against_line,
    chance_of,
)


def test_what_still_runs_is_no_part_of_a_share() -> None:
    assert Promises(kept=3, broken=1, running=5).share == 0.75
    assert Promises(running=5).share is None


def test_who_did_not_answer_is_neither_content_nor_not() -> None:
    assert Asked(solved=1, unsolved=3, unclear=4, no_answer=5, not_possible=6).share == 0.25
    assert Asked(no_answer=5).share is None


def test_what_came_back_is_a_share_of_what_was_resolved() -> None:
    assert Figures(complaints=10, resolved=4, reopened=1).reopened_share == 0.25
    assert Figures(complaints=10).reopened_share is None


@pytest.mark.parametrize(
    ("kind", "complaints", "per", "line"),
    [
        (MESSAGE, 3, None, Line.NONE),
        (MESSAGE, 3, 0, Line.NONE),
        (MESSAGE, 10, 10_000, Line.UNDER),  # at the line is not above it
        (MESSAGE, 11, 10_000, Line.OVER),
        (MESSAGE, 1, 10, Line.OVER),  # one in ten proves nothing
        (MESSAGE, 15, 10_000, Line.OVER),
        (MESSAGE, 16, 10_000, Line.SURELY_OVER),
        (SERVICE, 17, 10_000, Line.UNDER),
        (SERVICE, 3, 2, Line.SURELY_OVER),
        (SERVICE, 0, 10, Line.UNDER),
    ],
)
def test_a_rate_stands_to_its_line(kind: str, complaints: int, per: int | None, line: Line) -> None:
    assert against_line(kind, Figures(complaints=complaints, per=per)) is line


@pytest.mark.parametrize(
    ("hits", "of", "rate", "chance"), [(1, 10, 0.5, 0.999023), (10, 10, 0.5, 0.000977), (0, 9, 0.1, 1.0)]
)
def test_chance_is_the_binomials(hits: int, of: int, rate: float, chance: float) -> None:
    assert chance_of(hits, of, rate) == pytest.approx(chance, abs=1e-6)


def test_chance_is_told_of_millions() -> None:
    assert chance_of(1_000, 1_000_000, 0.001) == pytest.approx(0.504212, abs=1e-6)
    assert chance_of(1_053, 1_000_000, 0.001) < 0.05 < chance_of(1_052, 1_000_000, 0.001)
