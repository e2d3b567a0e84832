"""The shapes of what the API takes, with their limits, as its description shows them."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat

from app.domain.text import clean

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing that a shop tells of is older; PostgreSQL's driver cannot read back what falls before the year 1."""


def _not_ancient(at: datetime) -> datetime:
    if at < EARLIEST:
        raise ValueError("lies before the year 2000")
    return at


Moment = Annotated[
    AwareDatetime,
    AfterValidator(_not_ancient),
    Field(description="ISO 8601 with its offset, from 2000 on", examples=["2026-11-23T12:00:00+08:00"]),
]
PhoneText = Annotated[str, Field(min_length=1, max_length=40, description="Such as +8613800001234")]
Name = Annotated[str, AfterValidator(clean), Field(min_length=1, max_length=60, pattern=r"^[^\s\x00]+$")]
Value = Annotated[str, AfterValidator(clean), Field(max_length=500)] | bool | int | FiniteFloat | None
Language = Literal["zh", "en"]
Limit = Annotated[int, Field(default=50, ge=1, le=200, description="How many at most")]
Before = Annotated[UUID | None, Field(default=None, description="`next` of the part before: what is older")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EventCustomer(BaseModel):
    """Whom an event is about; whatever stands beside the phone is kept as an attribute."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[Name, Value]
    phone: PhoneText


class EventBody(_Strict):
    """A business event."""

    id: Annotated[
        str,
        AfterValidator(clean),
        Field(min_length=1, max_length=100, description="Your own id: repeated, it counts once"),
    ]
    type: Annotated[
        str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$", max_length=60, examples=["order.placed"])
    ]
    at: Moment
    brand: Annotated[str | None, Field(default=None, description="The key's own brand, or left out")]
    customer: EventCustomer
    data: Annotated[dict[str, Any], Field(default_factory=dict, examples=[{"order_number": "A1024"}])]


class CustomerBody(_Strict):
    """What is to be kept of a customer. What is left out stays as it is."""

    name: Annotated[
        str | None,
        AfterValidator(lambda name: clean(name) if name else None),
        Field(default=None, max_length=80),
    ]
    language: Language | None = None
    attributes: Annotated[
        dict[Name, Value],
        Field(default_factory=dict, max_length=100, description="Null removes an attribute"),
    ]


class ConsentBody(_Strict):
    """Consent to marketing, given or withdrawn."""

    phone: PhoneText
    action: Literal["grant", "withdraw"]
    source: Annotated[str, AfterValidator(clean), Field(min_length=1, max_length=40, examples=["shop till"])]
    wording: Annotated[
        str | None,
        Field(
            default=None,
            max_length=500,
            description="What the person agreed to, word for word; a grant needs it",
        ),
    ]
    at: Annotated[Moment | None, Field(default=None, description="When; a grant needs it")]
    scope: Annotated[
        Literal["marketing", "all"], Field(default="marketing", description="What a withdrawal stops")
    ]


class PhonePath(BaseModel):
    """A phone in a path."""

    phone: PhoneText


class MessagePath(BaseModel):
    """A message in a path."""

    message_id: UUID


class MessagesQuery(BaseModel):
    """Which messages."""

    phone: PhoneText
    limit: Limit
    before: Before


class ComplaintsQuery(BaseModel):
    """Which complaints."""

    phone: Annotated[PhoneText | None, Field(default=None)]
    status: Literal["open", "waiting", "resolved", "closed"] | None = None
    limit: Limit
    before: Before


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
    """A message; what is of outgoing ones alone is left out of incoming ones."""

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
