"""The shapes of what the API takes, with their limits, as its description shows them."""

import math
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from app.domain.text import clean
from app.domain.zones import is_time_zone
from app.web.api import calls
from app.web.api.problems import Refusal
from app.web.api.wrong_fields import EVENT_TYPE, NO_BLANKS

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing that a shop tells of is older; PostgreSQL's driver cannot read back what falls before the year 1."""


AHEAD = timedelta(hours=24)
"""How far ahead of our clock a moment may lie: clocks differ, and some shops tell local time as if it were UTC."""
DEEPEST = 50
"""Levels of lists and objects in one event's data."""


def _not_ancient(at: datetime) -> datetime:
    if at < EARLIEST:
        raise ValueError("lies before the year 2000")
    return at


def _not_ahead(at: datetime) -> datetime:
    if at > calls.parts().now() + AHEAD:
        raise ValueError("lies in the future")
    return at


def _not_later_than_now(at: datetime | None) -> datetime | None:
    if at is not None and at > calls.parts().now():
        raise ValueError("lies in the future")
    return at


def _dialled(written: str) -> str:
    """The phone as E.164."""
    try:
        return calls.e164(written)
    except Refusal as refused:
        raise ValueError(refused.detail) from None


def _zone(name: str) -> str:
    if not is_time_zone(name):
        raise ValueError("is no time zone: give its IANA name, such as Asia/Shanghai")
    return name


def _own_brand(code: str | None) -> str | None:
    if code not in (None, calls.caller().brand.code):
        raise ValueError("this key is of another brand")
    return code


def _one_value(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """One problem for a value that is none of the possible kinds, not one for each kind."""
    try:
        return check(value)
    except ValidationError:
        raise ValueError("is to be a text of 500 characters at most, a number, true, false or null") from None


def _cleaned(value: Any, depth: int = 0) -> Any:
    """What may be stored of JSON: no NUL, no half characters, at any depth.

    Raises ValueError for what is too deep, and for a number so large that it is read as infinite.
    """
    if depth > DEEPEST:
        raise ValueError(f"is nested deeper than {DEEPEST} levels")
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("holds a number that is too large")
    if isinstance(value, dict):
        return {clean(name): _cleaned(held, depth + 1) for name, held in value.items()}
    return [_cleaned(held, depth + 1) for held in value] if isinstance(value, list) else value


def _needed_by_a_grant(value: Any, told: ValidationInfo) -> Any:
    if told.data.get("action") == "grant" and (
        value is None or (isinstance(value, str) and not value.strip())
    ):
        raise ValueError("is needed by a grant: what the person agreed to, and when")
    return value


Moment = Annotated[
    AwareDatetime,
    AfterValidator(_not_ancient),
    Field(description="ISO 8601 with its offset, from 2000 on", examples=["2026-11-23T12:00:00+08:00"]),
]
PhoneText = Annotated[str, Field(min_length=1, max_length=40, description="Such as +8613800001234")]
Phone = Annotated[PhoneText, AfterValidator(_dialled)]
Name = Annotated[str, AfterValidator(clean), Field(min_length=1, max_length=60, pattern=NO_BLANKS)]
Value = Annotated[
    Annotated[str, AfterValidator(clean), Field(max_length=500)] | bool | int | FiniteFloat | None,
    WrapValidator(_one_value),
]
Language = Literal["zh", "en"]
TimeZone = Annotated[
    str,
    Field(max_length=60, description="Where they live, by its IANA name", examples=["Asia/Shanghai"]),
    AfterValidator(_zone),
]
Limit = Annotated[int, Field(default=50, ge=1, le=200, description="How many at most")]
Before = Annotated[UUID | None, Field(default=None, description="`next` of the part before: what is older")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EventCustomer(BaseModel):
    """Whom an event is about; whatever stands beside the phone is kept as an attribute."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[Name, Value]
    phone: Phone
    timezone: TimeZone | None = None


class EventBody(_Strict):
    """A business event."""

    id: Annotated[
        str,
        AfterValidator(clean),
        Field(min_length=1, max_length=100, description="Your own id: repeated, it counts once"),
    ]
    type: Annotated[str, Field(pattern=EVENT_TYPE, max_length=60, examples=["order.placed"])]
    at: Annotated[Moment, AfterValidator(_not_ahead)]
    brand: Annotated[
        str | None,
        AfterValidator(_own_brand),
        Field(default=None, description="The key's own brand, or left out"),
    ]
    customer: EventCustomer
    data: Annotated[
        dict[str, Any],
        AfterValidator(_cleaned),
        Field(default_factory=dict, examples=[{"order_number": "A1024"}]),
    ]


class CustomerBody(_Strict):
    """What is to be kept of a customer. What is left out stays as it is."""

    name: Annotated[
        str | None,
        Field(default=None, max_length=80),
        AfterValidator(lambda name: clean(name) if name else None),
    ]
    language: Language | None = None
    timezone: TimeZone | None = None
    attributes: Annotated[
        dict[Name, Value],
        Field(default_factory=dict, max_length=100, description="Null removes an attribute"),
    ]


class ConsentBody(_Strict):
    """Consent, given or withdrawn."""

    phone: Phone
    action: Literal["grant", "withdraw"]
    source: Annotated[str, AfterValidator(clean), Field(min_length=1, max_length=40, examples=["shop till"])]
    wording: Annotated[
        str | None,
        Field(
            default=None,
            validate_default=True,
            max_length=500,
            description="What the person agreed to, word for word; a grant needs it",
        ),
        AfterValidator(_cleaned),
        AfterValidator(_needed_by_a_grant),
    ]
    at: Annotated[
        Moment | None,
        AfterValidator(_not_later_than_now),
        AfterValidator(_needed_by_a_grant),
        Field(default=None, validate_default=True, description="When; a grant needs it"),
    ]
    partner: Annotated[
        str | None,
        Field(default=None, max_length=80, description="Who brought it; a grant by a `partner` needs it"),
        AfterValidator(_cleaned),
    ]
    scope: Annotated[
        Literal["marketing", "all", "health", "children", "location", "finance", "personalisation"],
        Field(
            default="marketing",
            description="`all` stops all texts; the others are agreed to, and withdrawn, each by itself",
        ),
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


class LabelBody(_Strict):
    """What a text meant: one of the twenty intents."""

    message_id: UUID
    intent: Annotated[str, Field(max_length=30, examples=["opt_out"])]


class LabelPath(BaseModel):
    """Which label."""

    label_id: UUID


class LabelsQuery(_Strict):
    """Which labels."""

    state: Literal["waiting", "accepted", "rejected"] = "waiting"
    limit: Limit


class ReviewBody(_Strict):
    """What becomes of a label; `intent` is what it said when it was looked at."""

    intent: Annotated[str, Field(max_length=30, examples=["opt_out"])]
    verdict: Literal["accept", "reject"]
