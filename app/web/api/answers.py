"""The shapes of what the API answers, as its description shows them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field


class EventResult(BaseModel):
    """What became of one event."""

    index: int
    id: str | None
    status: Literal["recorded", "duplicate", "invalid", "failed"]
    errors: list[dict[str, str]] = Field(default_factory=list)


class EventsAnswer(BaseModel):
    """What became of the events."""

    recorded: int
    duplicates: int
    invalid: int
    started: Annotated[int, Field(description="Flows that the events have started")]
    results: list[EventResult]


class CustomerAnswer(BaseModel):
    """What the brand knows of a customer."""

    id: UUID
    phone: str
    region: str
    timezone: str | None
    number_status: str
    separate_consents: list[str]
    is_personalised: bool
    name: str | None
    language: str | None
    consent: Literal["none", "pending", "granted", "held", "withdrawn"]
    consent_at: datetime | None
    stopped_at: datetime | None
    attributes: dict[str, Any]
    tags: list[str]
    last_inbound_at: datetime | None
    created_at: datetime


class MessageAnswer(BaseModel):
    """A message; what is of outbound ones alone is left out of inbound ones."""

    id: UUID
    direction: Literal["inbound", "outbound"]
    text: str
    at: datetime
    status: str
    reason: str | None
    purpose: str | None = None
    parts: int | None = None
    due_at: datetime | None = None
    handed_at: datetime | None = None
    settled_at: datetime | None = None
    code: str | None = None
    answers: UUID | None = None


class MessagesAnswer(BaseModel):
    """Messages, the newest first."""

    messages: list[MessageAnswer]
    next: UUID | None


class DecisionAnswer(BaseModel):
    """A decision with its reason; `sentence` is in the language that `Accept-Language` asks for."""

    at: datetime
    brand: str
    subject: str
    subject_id: UUID
    verdict: str
    reason: str
    details: dict[str, Any]
    trace_id: str
    sentence: str


class WhyAnswer(BaseModel):
    """A message with the decisions about it, oldest first."""

    message: MessageAnswer
    decisions: list[DecisionAnswer]


class ComplaintAnswer(BaseModel):
    """A complaint with its promises."""

    id: UUID
    number: int
    phone: str
    kind: str
    category: str
    severity: int
    tone: Literal["calm", "unhappy", "angry"]
    status: Literal["open", "waiting", "resolved", "closed"]
    summary: str
    opened_at: datetime
    first_response_due_at: datetime
    first_response_at: datetime | None
    first_response_breached_at: datetime | None
    resolution_due_at: datetime | None
    resolution_at: datetime | None
    resolution_breached_at: datetime | None
    follow_up_due_at: datetime | None
    follow_up_at: datetime | None
    follow_up_result: str | None


class ComplaintsAnswer(BaseModel):
    """Complaints, the newest first."""

    complaints: list[ComplaintAnswer]
    next: UUID | None


class FlowAnswer(BaseModel):
    """A published flow."""

    name: str
    version: int
    title: dict[str, str] | None
    about: str
    triggers: list[dict[str, Any]]
    languages: list[str]
    published_at: datetime


class FlowsAnswer(BaseModel):
    """The published flows, by name."""

    flows: list[FlowAnswer]


class LabelAnswer(BaseModel):
    """Which label it is."""

    id: UUID


class LabelShown(BaseModel):
    """What a text was said to mean; `guessed` and `model` are what was decided at the time."""

    id: UUID
    message_id: UUID
    text: str
    intent: str
    guessed: str | None
    model: str | None
    state: Literal["waiting", "accepted", "rejected"]
    labelled_by: str
    labelled_at: datetime
    reviewed_by: str | None
    reviewed_at: datetime | None


class LabelsAnswer(BaseModel):
    """Labels, the oldest first."""

    labels: list[LabelShown]
