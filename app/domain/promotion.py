"""Decides whether a newly trained model may take the present one's place: no guarded figure may get worse."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.reading_figures import Read
from app.domain.whole_reading import OptOut


@dataclass(frozen=True, slots=True)
class Guard:
    """Where a guarded figure stands in a document of figures, and whether less of it is better."""

    path: tuple[str, ...]
    is_better_low: bool = False


GUARDED: Mapping[str, Guard] = {
    "accuracy": Guard(("accuracy",)),
    "macro-F1": Guard(("macro_f1",)),
    "opt_out recall, at once or asked": Guard(("opt_out", "sure_or_asked_recall")),
    "others opted out at once": Guard(("opt_out", "opted_out_of_others"), is_better_low=True),
    "complaint recall": Guard(("per_intent", "complaint", "recall")),
}
"""What no promotion may make worse. Source: SPEC NL-5, NL-7."""


@dataclass(frozen=True, slots=True)
class Fall:
    """A guarded figure that the new model makes worse."""

    figure: str
    before: float
    after: float


def falls(present: Mapping[str, Any], candidate: Mapping[str, Any]) -> list[Fall]:
    """The guarded figures that get worse between two documents of `reading_figures.figures`. Source: SPEC NL-5."""
    pairs = [(name, figure(present, name), figure(candidate, name)) for name in GUARDED]
    return [Fall(name, before, after) for name, before, after in pairs if _is_worse(name, before, after)]


def figure(document: Mapping[str, Any], name: str) -> float:
    """A guarded figure of a document; 0 where it has none."""
    found: Any = document
    for part in GUARDED[name].path:
        found = found.get(part, 0.0) if isinstance(found, Mapping) else 0.0
    return float(found)


def _is_worse(name: str, before: float, after: float) -> bool:
    return after > before if GUARDED[name].is_better_low else after < before


@dataclass(frozen=True, slots=True)
class Shadow:
    """How two models would have taken the same texts of real customers: counts of texts."""

    n: int
    changed: int
    opt_outs_lost: int
    opt_outs_gained: int
    complaints_lost: int
    complaints_gained: int


def shadow(present: Sequence[Read], candidate: Sequence[Read]) -> Shadow:
    """What would change for these texts, in the same order; an opt-out counts whether at once or asked."""
    pairs = list(zip(present, candidate, strict=True))

    def moved(is_so: Any) -> tuple[int, int]:
        lost = sum(is_so(before.reading) and not is_so(after.reading) for before, after in pairs)
        gained = sum(is_so(after.reading) and not is_so(before.reading) for before, after in pairs)
        return lost, gained

    opt_outs = moved(lambda reading: reading.opt_out is not OptOut.NO)
    complaints = moved(lambda reading: reading.intent == "complaint")
    changed = sum(before.reading.intent != after.reading.intent for before, after in pairs)
    return Shadow(len(pairs), changed, *opt_outs, *complaints)
