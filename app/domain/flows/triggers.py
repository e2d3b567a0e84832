"""What starts a flow: a keyword, an intent or an event."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def as_words(written: object) -> object:
    """One word or a list of words; a number in the file is a word too."""
    if isinstance(written, str | int | float):
        written = [written]
    if isinstance(written, list | tuple):
        return tuple(str(word) if isinstance(word, int | float) else word for word in written)
    return written


Words = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=40)], ...], BeforeValidator(as_words)]


class KeywordTrigger(BaseModel):
    """The customer's text is, begins with or contains one of these words, whatever its case, width or
    script.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    trigger: Literal["keyword"]
    words: Annotated[Words, Field(min_length=1)]
    mode: Literal["whole", "first_word", "contains"] = "whole"


class IntentTrigger(BaseModel):
    """The language model takes the customer's text for this intent."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    trigger: Literal["intent"]
    name: str


class EventTrigger(BaseModel):
    """Another system reports an event of this type about the customer."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    trigger: Literal["event"]
    type: str


Trigger = Annotated[KeywordTrigger | IntentTrigger | EventTrigger, Field(discriminator="trigger")]
TRIGGERS: dict[str, type[BaseModel]] = {
    "keyword": KeywordTrigger,
    "intent": IntentTrigger,
    "event": EventTrigger,
}
