"""Finds loops in which a customer who says nothing is texted again and again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from heapq import heapify, heappop, heappush

from app.domain.flows.definition import Definition
from app.domain.flows.durations import format_duration
from app.domain.flows.findings import Finding, Source, Wrong

LEAST_PAUSE = timedelta(hours=24)
"""How long a loop has to rest before it may text somebody again who has not answered."""


def findings_of_loops(flows: Sequence[tuple[Definition, Source]]) -> list[Finding]:
    """The same of many flows, by file and line."""
    return [
        Finding(source.file, source.line_of(path), step, code, text)
        for definition, source in flows
        for path, step, code, text in check_loops(definition)
    ]


def check_loops(definition: Definition) -> Iterator[Wrong]:
    """The steps that text a customer once more, within a day, who has said nothing since."""
    ways = {name: _unanswered(definition, name) for name in definition.steps}
    for name, step in definition.steps.items():
        pause = _way_back(name, _unanswered(definition, name, is_texted=True), ways) if step.texts() else None
        if pause is None or pause >= LEAST_PAUSE:
            continue
        rest = f"after {format_duration(pause)}" if pause else "at once"
        pausing = f"{format_duration(pause)}后" if pause else "马上"
        message = (
            f"the flow comes back here {rest} and texts the customer again, and again, without an answer: "
            "ask a question and go on from its answer, or wait for 1d on the way "
            f"（客户没有回复，流程{pausing}就会回到这里再发一条，没完没了：请改为等客户回答后再继续，或在途中等待至少1d）"
        )
        yield ("steps", name), name, "texts_without_end", message


def _unanswered(definition: Definition, name: str, *, is_texted: bool = False) -> Mapping[str, timedelta]:
    """The next steps without a word of the customer, each with the shortest rest before it; those where nothing was
    sent for lack of a value left out, if asked."""
    step, found = definition.steps[name], dict[str, timedelta]()
    for field, target in step.targets().items():
        pause = step.pauses(field)
        if target is not None and pause is not None and not (is_texted and field == "missing"):
            found[target] = min(pause, found.get(target, pause))
    return found


def _way_back(
    name: str, first: Mapping[str, timedelta], ways: Mapping[str, Mapping[str, timedelta]]
) -> timedelta | None:
    """How long the run rests at least until it comes back to a step; None where it cannot."""
    waiting = [(pause, following) for following, pause in first.items()]
    heapify(waiting)
    settled = set[str]()
    while waiting:
        rested, place = heappop(waiting)
        if place == name:
            return rested
        if place in settled or place not in ways:
            continue
        settled.add(place)
        for following, pause in ways[place].items():
            heappush(waiting, (min(rested + pause, LEAST_PAUSE), following))
    return None
