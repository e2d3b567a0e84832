"""Says what is wrong with the fields of a call in plain words; every field at once, and never what was sent in it."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

EVENT_TYPE = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$"
NO_BLANKS = r"^[^\s\x00]+$"
_MOMENT = "is to be a time with its offset, such as 2026-11-23T12:00:00+08:00"
_PATTERNS = {
    EVENT_TYPE: "is to be small letters, digits and underscores, with dots between words: order.placed",
    NO_BLANKS: "may hold no blank",
}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    problem: str


def _text_too_short(limits: Mapping[str, Any]) -> str:
    return "is empty" if limits["min_length"] == 1 else f"has fewer than {limits['min_length']} characters"


_WORDS: Mapping[str, str | Callable[[Mapping[str, Any]], str]] = {
    "missing": "is missing",
    "extra_forbidden": "is no field here",
    "string_type": "is to be a text",
    "string_too_short": _text_too_short,
    "string_too_long": lambda limits: f"has more than {limits['max_length']} characters",
    "string_pattern_mismatch": lambda limits: _PATTERNS.get(
        limits["pattern"], "has a form that cannot be used"
    ),
    "too_long": lambda limits: f"holds more than {limits['max_length']}",
    "literal_error": lambda limits: f"is to be {limits['expected']}",
    "dict_type": "is to be an object",
    "model_type": "is to be an object",
    "model_attributes_type": "is to be an object",
    "timezone_aware": _MOMENT,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "uuid_type": "is no id of ours",
    "uuid_parsing": "is no id of ours",
    "int_type": "is to be a whole number",
    "int_parsing": "is to be a whole number",
    "greater_than_equal": lambda limits: f"is to be {limits['ge']} or more",
    "less_than_equal": lambda limits: f"is to be {limits['le']} or less",
}


def field_problems(error: ValidationError) -> list[FieldProblem]:
    """Each wrong field with what is wrong."""
    return [_said(found) for found in error.errors(include_url=False, include_input=False)]


def _said(found: Mapping[str, Any]) -> FieldProblem:
    words = _WORDS.get(found["type"])
    if words is None:
        told = str(found["msg"]).removeprefix("Value error, ")
        words = told[:1].lower() + told[1:]
    said = words if isinstance(words, str) else words(found["ctx"])
    path = [str(step) for step in found["loc"]]
    if path and path[-1] == "[key]":
        path, said = path[:-1], f"its name {said}"
    return FieldProblem(field=".".join(path), problem=said)
