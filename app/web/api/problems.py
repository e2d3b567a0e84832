"""Errors of the API as problem JSON (RFC 9457), with every field that is wrong."""

from typing import Any

from flask import Response, current_app
from pydantic import BaseModel, Field, ValidationError

from app.web.api.wrong_fields import FieldProblem, field_problems

TITLES = {
    400: "The request cannot be read",
    401: "A key is needed",
    403: "This is not open to the key",
    404: "Not found",
    409: "This contradicts what is known",
    413: "Too large",
    415: "Send JSON",
    422: "The request cannot be used",
    503: "Try again",
}
Answer = Response | tuple[Response, int]
"""What a route gives; flask-openapi3 reads the annotation, and cannot read Flask's own name for it."""

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """An error as RFC 9457 has it."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = Field(default_factory=list)


class Refusal(Exception):
    """Ends a call with a problem."""

    def __init__(self, status: int, detail: str, **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers


def problem(
    status: int, detail: str, errors: list[FieldProblem] | None = None, headers: dict[str, str] | None = None
) -> Response:
    """The answer for an error."""
    told = Problem(title=TITLES.get(status, "Error"), status=status, detail=detail, errors=errors or [])
    body = current_app.json.dumps(told.model_dump(mode="json", exclude_defaults=False))
    return Response(body, status, headers, content_type=MEDIA_TYPE)


def of_validation(error: ValidationError) -> Response:
    """The answer to a request whose fields cannot be used."""
    return problem(422, "some fields cannot be used", field_problems(error))


def described(*statuses: int) -> dict[Any, Any]:
    """These problems in the API's description."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        str(status): {"description": TITLES[status], "content": {MEDIA_TYPE: schema}} for status in statuses
    }
