"""What a flow is: its name, triggers and steps, as read from a file or made in the editor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

from app.domain.discovery import DiscoveryError, discover
from app.domain.flows import steps as step_package
from app.domain.flows.step import Step, StepSchema, Texts
from app.domain.flows.triggers import EventTrigger, IntentTrigger, KeywordTrigger, Trigger

SCHEMA = 1
Language = Literal["zh", "en"]
Channel = Literal["mainland", "north_america", "international"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def _find_steps() -> dict[str, Step]:
    found: dict[str, Step] = {}
    for name, kind in discover(step_package, "STEP").items():
        if not isinstance(kind, Step):
            raise DiscoveryError(f"the STEP named {name!r} is no Step")
        found[name] = kind
    return found


STEPS = _find_steps()

if TYPE_CHECKING:
    AnyStep = StepSchema
else:
    AnyStep = Annotated[reduce(or_, (kind.schema for kind in STEPS.values())), Field(discriminator="do")]

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Definition(BaseModel):
    """One flow. The run starts at `start`, or at the first step; `channels` left out means every kind of
    channel.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)
    schema_version: Literal[1] = Field(default=1, alias="schema")
    name: Name
    title: Texts
    about: str = ""
    languages: tuple[Language, ...] = LANGUAGES
    channels: tuple[Channel, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    start: str | None = None
    steps: Annotated[dict[Name, AnyStep], Field(min_length=1)]

    @property
    def first_step(self) -> str:
        """Where a run starts."""
        return self.start or next(iter(self.steps))

    @cached_property
    def keywords(self) -> tuple[KeywordTrigger, ...]:
        """The keyword triggers."""
        return tuple(t for t in self.triggers if isinstance(t, KeywordTrigger))

    @cached_property
    def intents(self) -> tuple[str, ...]:
        """The intents that start this flow."""
        return tuple(t.name for t in self.triggers if isinstance(t, IntentTrigger))

    @cached_property
    def events(self) -> tuple[str, ...]:
        """The types of event that start this flow."""
        return tuple(t.type for t in self.triggers if isinstance(t, EventTrigger))


@dataclass(frozen=True, slots=True)
class Published:
    """A definition with the version it was published as; neither ever changes."""

    definition: Definition
    version: int = 1


class Library(Protocol):
    """Where the loop finds flows."""

    def find(self, name: str, version: int | None = None) -> Published | None:
        """The flow in this version, or in the one that new runs start with; None where there is none."""


class Shelf:
    """A library in memory: the published versions it is given; the highest is the one that new runs start
    with.
    """

    def __init__(self, published: Iterable[Published]) -> None:
        self._versions: dict[tuple[str, int], Published] = {}
        self._latest: dict[str, Published] = {}
        for flow in published:
            name = flow.definition.name
            self._versions[name, flow.version] = flow
            if name not in self._latest or self._latest[name].version <= flow.version:
                self._latest[name] = flow

    @classmethod
    def of(cls, *definitions: Definition) -> "Shelf":
        """A library of first versions."""
        return cls(Published(definition) for definition in definitions)

    def find(self, name: str, version: int | None = None) -> Published | None:
        """The flow in this version, or its latest."""
        return self._latest.get(name) if version is None else self._versions.get((name, version))

    @property
    def latest(self) -> Mapping[str, Published]:
        """By name, the version that new runs start with."""
        return self._latest
