"""`/api/v1/labels`: what texts really meant, told by the business's own staff, and reviewed."""

from flask import jsonify

from app.reads import labels as reads
from app.usecases import labels
from app.usecases.labels import LabelRefused
from app.web.api import calls
from app.web.api.answers import LabelAnswer, LabelsAnswer
from app.web.api.bodies import LabelBody, LabelPath, LabelsQuery, ReviewBody
from app.web.api.problems import Answer, Refusal, described
from app.web.api.room import api

_STATUS = {"no_such_text": 404, "no_such_label": 404, "replaced": 409}


@api.post("/labels", responses={201: LabelAnswer, **described(400, 401, 404, 409, 413, 415, 422, 503)})
def put(body: LabelBody) -> Answer:
    """Say what a text meant.

    The label waits for a review; a later one of the same text replaces it. Accepted labels teach the next model.
    """
    parts, caller = calls.parts(), calls.caller()
    told = (body.message_id, body.intent, caller.actor, parts.now(), caller.brand.id)
    try:
        return jsonify(id=str(labels.put(parts, *told))), 201
    except LabelRefused as error:
        raise Refusal(_STATUS.get(error.reason, 422), str(error)) from None


@api.get("/labels", responses={200: LabelsAnswer, **described(401, 422, 503)})
def list_labels(query: LabelsQuery) -> Answer:
    """The brand's labels in one state, the oldest first."""
    with calls.parts().store.read() as session:
        return jsonify(labels=reads.listed(session, query.state, calls.caller().brand.id, query.limit))


@api.post(
    "/labels/<label_id>/review",
    responses={200: LabelAnswer, **described(400, 401, 404, 409, 413, 415, 422, 503)},
)
def review(path: LabelPath, body: ReviewBody) -> Answer:
    """Accept or reject a label.

    `intent` is the one that was listed; a label that has been replaced since is answered with 409 and stays as it is.
    """
    parts, caller = calls.parts(), calls.caller()
    verdict = (body.intent, body.verdict == "accept", caller.actor, parts.now())
    try:
        labels.review(parts, path.label_id, *verdict, caller.brand.id)
    except LabelRefused as error:
        raise Refusal(_STATUS.get(error.reason, 422), str(error)) from None
    return jsonify(id=str(path.label_id))
