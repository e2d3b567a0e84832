"""What an angrier text changes of a complaint or a hand-over: its tone, the signs of it, its severity."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.desk_queue import HIGHEST_SEVERITY, NORMAL_SEVERITY
from app.domain.sentiment import Level, Sign, Tone

OF_NOBODY: Mapping[str, Any] = {"severity": NORMAL_SEVERITY, "tone": Level.CALM.value, "tone_signs": []}
"""Of what nobody has written about yet."""


def taken_from(held: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a complaint begins with: the tone of the hand-over that it is opened in."""
    return {name: (held or OF_NOBODY)[name] for name in OF_NOBODY}


@dataclass(frozen=True, slots=True)
class Raised:
    """A raise with its reason; `values` are what changes."""

    reason: str
    values: dict[str, Any]

    def told(self) -> dict[str, Any]:
        """What the decision log and the audit tell of it."""
        return {"severity": self.values["severity"], "signs": self.values["tone_signs"]}


def raised(held: Mapping[str, Any], tone: Tone) -> Raised | None:
    """What a text of this tone raises; None where it is no angrier than those before it. Source: SPEC NL-6.

    An angry text and a danger make it of the highest severity; an unhappy one moves it up among the normal ones. What
    staff have set meanwhile stays until a text is angrier than all before.
    """
    is_new_danger = tone.is_danger and Sign.DANGER.value not in held["tone_signs"]
    is_angrier = tone.level.rank > Level(held["tone"]).rank
    if not (is_new_danger or is_angrier):
        return None
    is_highest = is_new_danger or tone.level is Level.ANGRY
    signs = {*held["tone_signs"], *tone.signs} if is_new_danger else {*_kept(held), *tone.signs}
    values = {
        "severity": min(held["severity"], HIGHEST_SEVERITY) if is_highest else held["severity"],
        "tone": tone.level.value if is_angrier else held["tone"],
        "tone_signs": [sign.value for sign in Sign if sign.value in signs],
    }
    return Raised("tone_danger" if is_new_danger else f"tone_{tone.level.value}", values)


def _kept(held: Mapping[str, Any]) -> set[str]:
    """Of the signs before those that stay when a text is angrier: a danger is one until the matter is settled."""
    return {Sign.DANGER.value} & set(held["tone_signs"])
