"""Puts the points of a practice into words: what was done or missed, and what would have helped."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask_babel import gettext, lazy_gettext

from app.domain.practice import Point, Scenario
from app.web.console.figure_words import say_time
from app.web.console.languages import shown
from app.web.console.wording import KINDS, Words

POINTS: Words = {
    "first_response": lazy_gettext("First answer in time"),
    "resolution": lazy_gettext("Solved in time, to the customer's content"),
    "checks": lazy_gettext("No text stopped by the checks"),
}


def say_point(point: Point, scenario: Scenario) -> str:
    """What the point is for."""
    if point.name in POINTS:
        return str(POINTS[point.name])
    if point.name in scenario.avoided:
        return gettext("Not: %(what)s", what=scenario.avoided[point.name].title[shown()])
    return scenario.wanted[point.name].title[shown()]


def say_about(point: Point, scenario: Scenario) -> str:
    """The time it took beside the time there was, or how often it happened."""
    allowed = {"first_response": scenario.answer, "resolution": scenario.solve}.get(point.name)
    if allowed is not None:
        if point.about is None:
            return gettext("no answer was given")
        return gettext("%(took)s of %(allowed)s", took=_clock(point.about), allowed=say_time(allowed))
    if point.name == "checks" and point.about:
        return gettext("%(count)s stopped", count=int(point.about))
    return ""


def say_practice_kind(kind: str) -> str:
    """What a made-up customer wants."""
    return str(KINDS.get(kind, gettext("An enquiry")))


def _clock(seconds: float) -> str:
    return str(timedelta(seconds=int(seconds))).removeprefix("0:")


FILTERS: Mapping[str, Callable[..., Any]] = {
    "say_point": say_point,
    "say_about": say_about,
    "say_practice_kind": say_practice_kind,
}
