"""Replays a transcript on a world in memory and tells where it goes differently."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.auto_reply import is_auto_reply
from app.domain.context import LastSaid
from app.domain.flows.definition import Shelf
from app.domain.flows.effects import Effect
from app.domain.flows.keywords import KeywordTable
from app.domain.flows.loop import drive
from app.domain.flows.memory import MemoryWorld
from app.domain.flows.state import RunState
from app.domain.flows.stimuli import Replied, Stimulus, TimerFired, Triggered
from app.domain.flows.transcripts import START, Difference, Line, Transcript, describe, facts_of, orders_of
from app.domain.routes import Answered, NeedsMeaning, Started
from app.domain.routing import Situation, Understood, route_by_context, route_by_meaning, route_by_rule

LAST_YEAR = 9000
"""The calendar of the machine ends with the year 9999."""
UNLISTED = ("send_text", "ask", "wait_until", "finish")
"""Effects that a script shows by other lines; the rest it may leave out."""


def replay(transcripts: Iterable[Transcript], shelf: Shelf) -> list[Difference]:
    """Every place where the flows on the shelf no longer do what the transcripts say."""
    table = KeywordTable.build(flow.definition for flow in shelf.latest.values())
    return sorted(found for transcript in transcripts for found in Replay(transcript, shelf, table).run())


class Replay:
    """One passage through one script. Each run of a flow is kept, so that an old question can still
    be answered.
    """

    def __init__(self, transcript: Transcript, shelf: Shelf, table: KeywordTable) -> None:
        self.transcript, self.shelf, self.table = transcript, shelf, table
        self.now = _instant(transcript.given.get("now"))
        self.world = MemoryWorld(
            now=self.now,
            known=facts_of(transcript),
            orders=orders_of(transcript),
            refuses=bool(transcript.given.get("refuse_sends", False)),
            before_hold=str(transcript.given.get("before_hold", "granted")),
        )
        self.runs: list[RunState] = []
        self.texts_read = 0
        self.effects_read = 0
        self.differences: list[Difference] = []

    def run(self) -> list[Difference]:
        """Every difference; the first one ends a script, since the rest would only follow from it."""
        for line in self.transcript.script:
            if line.kind not in ("brand", "effect", "outcome"):
                self._nothing_more(line.line)
            if self.differences:
                return self.differences
            getattr(self, f"_{line.kind}")(line)
            if self.differences:
                return self.differences
        self._nothing_more(
            self.transcript.script[-1].line if self.transcript.script else self.transcript.line
        )
        return self.differences

    def _differs(self, line: int, message: str) -> None:
        self.differences.append(Difference(self.transcript.file, line, self.transcript.name, message))

    def _nothing_more(self, line: int) -> None:
        """The brand has said no more than the script has it say."""
        if self.texts_read < len(self.world.sent):
            self._differs(line, f"before this, the brand also says: {self.world.sent[self.texts_read]}")

    def _customer(self, line: Line) -> None:
        text, intent = str(line.value), line.notes.get("intent")
        situation = self._situation(text)
        route = route_by_rule(text, situation)
        if isinstance(route, NeedsMeaning) and not intent:
            route = route_by_context(text, situation, self.now) or route
        if isinstance(route, NeedsMeaning):
            meant = Understood(str(intent), 1.0, {str(intent): 1.0}) if intent else Understood("", 0.0)
            route = route_by_meaning(text, meant, situation, self.now)
        match route:
            case Answered(run_id=run_id, intent=heard):
                self._drive(run_id.int, Replied(text, self.now, heard))
            case Started(flow=flow, by=by):
                self._begin(flow, Triggered(by, text, self._entities(line), self.now), line)
            case _:
                self._differs(line.line, "no flow answers this: add a keyword, or `intent:` to the line")

    def _situation(self, text: str) -> Situation:
        """As production sees it; a run is known by its place."""
        asking = next((i for i in reversed(range(len(self.runs))) if self.runs[i].open_question), None)
        flows = self.shelf.latest.values()
        return Situation(
            keywords=self.table,
            intents={intent: one.definition.name for one in flows for intent in one.definition.intents},
            question=self.runs[asking].open_question if asking is not None else None,
            question_run_id=UUID(int=asking) if asking is not None else None,
            is_auto_reply=is_auto_reply(text),
            last=LastSaid(self.world.sent[-1]) if self.world.sent else None,
            has_open_complaint=self.world.known.has_open_complaint,
        )

    def _brand(self, line: Line) -> None:
        if self.texts_read >= len(self.world.sent):
            return self._differs(line.line, f"the script has: {line.value}; the brand says nothing")
        said = self.world.sent[self.texts_read]
        self.texts_read += 1
        if said != str(line.value).strip():
            self._differs(line.line, f"the script has: {line.value}; the brand says: {said}")
        return None

    def _wait(self, line: Line) -> None:
        if self.now.year > LAST_YEAR:
            return self._differs(line.line, f"the script waits beyond the year {LAST_YEAR}")
        until: datetime = self.now + line.value
        while True:
            due = [(run.due_at, i) for i, run in enumerate(self.runs) if run.due_at and run.due_at <= until]
            if not due:
                break
            at, index = min(due)
            self.now = max(self.now, at)
            self._drive(index, TimerFired(self.now))
        self.now = self.world.now = until
        return None

    def _event(self, line: Line) -> None:
        data = {**(self.transcript.given.get("event") or {}), **(line.notes.get("data") or {})}
        started = [f for f in self.shelf.latest.values() if str(line.value) in f.definition.events]
        if not started:
            self._differs(line.line, f"no flow starts with the event {line.value}")
        for flow in started:
            self._begin(flow.definition.name, Triggered("event", "", data, self.now), line)

    def _start(self, line: Line) -> None:
        data = dict(self.transcript.given.get("event") or {})
        name = line.value if isinstance(line.value, str) else self.transcript.flow
        self._begin(name, Triggered("system", "", data, self.now), line)

    def _effect(self, line: Line) -> None:
        for index in range(self.effects_read, len(self.world.effects)):
            effect = self.world.effects[index]
            if line.value == effect.NAME and _shows(effect, line):
                self.effects_read = index + 1
                return
        asked = [describe(e) for e in self.world.effects[self.effects_read :] if e.NAME not in UNLISTED]
        notes = ", ".join(f"{name}={wanted!r}" for name, wanted in line.notes.items())
        came = ", ".join(asked) or "nothing"
        self._differs(line.line, f"the script has: {line.value}({notes}); what happens: {came}")

    def _outcome(self, line: Line) -> None:
        outcome = self.runs[-1].outcome if self.runs else None
        if outcome != line.value:
            came = f"it ends with: {outcome}" if outcome else "it has not ended"
            self._differs(line.line, f"the script has the outcome: {line.value}; {came}")

    def _send(self, line: Line) -> None:
        """`- send: refused` or `- send: allowed`: what the gate does from here on."""
        self.world.refuses = line.value == "refused"

    def _begin(self, name: str, trigger: Triggered, line: Line) -> None:
        flow = self.shelf.find(name)
        if flow is None:
            return self._differs(line.line, f"there is no flow called {name}")
        self._set_aside()
        self.runs.append(RunState.begin(name, flow.version))
        return self._drive(len(self.runs) - 1, trigger)

    def _set_aside(self) -> None:
        """Runs that are over need no more looking at."""
        self.runs = [run for run in self.runs if not run.is_finished]

    def _drive(self, index: int, stimulus: Stimulus) -> None:
        self.world.now = self.now
        rested = drive(self.shelf, self.runs[index], stimulus, self.world, self.now)
        self.runs[index] = rested.state
        self.runs.append(self.runs.pop(index))

    def _entities(self, line: Line) -> dict[str, Any]:
        return dict(line.notes.get("entities") or {})


def _shows(effect: Effect, line: Line) -> bool:
    return all(getattr(effect, name, None) == wanted for name, wanted in line.notes.items())


def _instant(written: Any) -> datetime:
    return datetime.fromisoformat(str(written)) if written else START
