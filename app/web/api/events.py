"""`POST /api/v1/events`: business events, one or up to a thousand, each with a result of its own."""

import json
from dataclasses import dataclass

from flask import jsonify
from pydantic import ValidationError

from app.domain.text import clean
from app.usecases.record_events import NewEvent
from app.usecases.report_events import report_events
from app.web.api import calls
from app.web.api.answers import EventResult, EventsAnswer
from app.web.api.bodies import EventBody
from app.web.api.problems import Answer, Refusal, described, problem
from app.web.api.room import api
from app.web.api.wrong_fields import FieldProblem, field_problems

MOST = 1000
LARGEST = 32_000
"""Characters of one event's data and attributes."""

_ONE = {"$ref": "#/components/schemas/EventBody"}
_REQUEST = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"oneOf": [_ONE, {"type": "array", "items": _ONE, "minItems": 1, "maxItems": MOST}]}
        }
    },
}


@dataclass(frozen=True, slots=True)
class _Bad:
    id: str | None
    errors: list[FieldProblem]


@api.post(
    "/events",
    openapi_extensions={"requestBody": _REQUEST},
    responses={200: EventsAnswer, 207: EventsAnswer, **described(400, 401, 409, 413, 415, 422, 503)},
)
def report() -> Answer:
    """Report business events.

    One event or an array of up to 1000. Each has its own result: 200 where all could be used, 207 where
    some could not, 422 where the only one could not. An id counts once, however often it comes.
    """
    told = calls.body()
    items = told if isinstance(told, list) else [told]
    if not 1 <= len(items) <= MOST:
        raise Refusal(422, f"send 1 to {MOST} events at once, not {len(items)}")
    read = [_read(item) for item in items]
    if isinstance(told, dict) and isinstance(read[0], _Bad):
        return problem(422, "the event cannot be used", read[0].errors)
    return _answer(read)


def _answer(read: list[NewEvent | _Bad]) -> Answer:
    good = [event for event in read if isinstance(event, NewEvent)]
    reported = report_events(calls.parts(), calls.caller().brand, good, calls.parts().now())
    states = iter(reported.states)
    results = [
        EventResult(
            index=index, id=item.id, status="invalid", errors=[one.model_dump() for one in item.errors]
        )
        if isinstance(item, _Bad)
        else EventResult.model_validate({"index": index, "id": item.key, "status": next(states)})
        for index, item in enumerate(read)
    ]
    counts = [result.status for result in results]
    answer = EventsAnswer(
        recorded=counts.count("recorded"),
        duplicates=counts.count("duplicate"),
        invalid=counts.count("invalid") + counts.count("failed"),
        started=reported.started,
        results=results,
    )
    return jsonify(answer.model_dump(mode="json")), 207 if answer.invalid else 200


def _read(item: object) -> NewEvent | _Bad:
    if not isinstance(item, dict):
        return _Bad(None, [FieldProblem(field="", problem="an event is an object")])
    told_id = item.get("id")
    shown = clean(told_id)[:100] if isinstance(told_id, str) else None
    try:
        event = EventBody.model_validate(item)
    except ValidationError as error:
        return _Bad(shown, field_problems(error))
    attributes = dict(event.customer.__pydantic_extra__)
    if len(json.dumps([event.data, attributes])) > LARGEST:
        return _bad(shown, "data", f"is larger than {LARGEST} characters")
    person = event.customer
    return NewEvent(event.id, event.type, event.at, person.phone, attributes, event.data, person.timezone)


def _bad(shown: str | None, field: str, words: str) -> _Bad:
    return _Bad(shown, [FieldProblem(field=field, problem=words)])
