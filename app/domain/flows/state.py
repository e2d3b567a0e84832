"""Where one run of a flow stands: a value that is stored as JSON between two stimuli."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.flows.answers import Question
from app.domain.flows.effects import Labels, Value


class Phase(StrEnum):
    """What the run is waiting for."""

    NEW = "new"
    APPLYING = "applying"  # inside the loop only: an effect's result
    ASKING = "asking"  # the customer's answer
    WAITING = "waiting"  # a time
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class RunState:
    """One run. `question` is open only once `opened_at` is set. `variables` holds answers by the name of
    their step; `labels` what a choice is called, by its placeholder (`answer.size`, `event.size`) and language.
    `meant_at` is when the run was to be where it stands: the trigger's own moment, the end of a wait, an answer.
    What is late is late against it.
    """

    flow: str
    version: int
    phase: Phase = Phase.NEW
    step: str | None = None
    triggered_by: str = ""
    triggered_at: datetime | None = None
    meant_at: datetime | None = None
    text: str = ""
    data: Mapping[str, Value] = field(default_factory=dict)
    variables: Mapping[str, Value] = field(default_factory=dict)
    labels: Labels = field(default_factory=dict)
    question: Question | None = None
    asked_text: str = ""
    opened_at: datetime | None = None
    attempts: int = 0
    due_at: datetime | None = None
    expires_at: datetime | None = None
    last_result: str = ""
    outcome: str | None = None
    depth: int = 0
    steps_taken: int = 0

    @classmethod
    def begin(cls, flow: str, version: int, depth: int = 0) -> "RunState":
        """A run that has not started yet; drive it with `Triggered`."""
        return cls(flow=flow, version=version, depth=depth)

    @property
    def is_finished(self) -> bool:
        """Whether nothing can change this run any more."""
        return self.phase is Phase.FINISHED

    @property
    def open_question(self) -> Question | None:
        """The question the customer can answer now: asked, handed over and not settled."""
        return self.question if self.phase is Phase.ASKING and self.opened_at is not None else None

    def changed(self, **changes: Any) -> "RunState":
        """A copy with these fields changed."""
        return replace(self, **changes)

    def to_json(self) -> str:
        """The state as one JSON document. It can hold the customer's words: store it encrypted."""
        plain: dict[str, Any] = {"schema": 1}
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime):
                value = value.isoformat()
            elif isinstance(value, Question):
                value = value.to_dict()
            elif isinstance(value, Mapping):
                value = dict(value)
            plain[name] = value
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, document: str) -> "RunState":
        """The reverse of `to_json`. Fields of a later schema are left out; raises ValueError on what is no
        state.
        """
        plain = json.loads(document)
        if not isinstance(plain, dict) or "flow" not in plain:
            raise ValueError("not a run's state")
        known = {name: plain[name] for name in cls.__dataclass_fields__ if name in plain}
        for name in ("triggered_at", "meant_at", "opened_at", "due_at", "expires_at"):
            if known.get(name):
                known[name] = datetime.fromisoformat(known[name])
        if known.get("question"):
            known["question"] = Question.from_dict(known["question"])
        known["phase"] = Phase(known.get("phase", Phase.NEW))
        return cls(**known)
