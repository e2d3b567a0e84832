"""`/api/v1/messages`, `complaints` and `flows`: what a business's own system may read."""

from flask import jsonify, request

from app.reads import records
from app.reads.reason_words import Language
from app.web.api import calls
from app.web.api.answers import ComplaintsAnswer, FlowsAnswer, MessagesAnswer, WhyAnswer
from app.web.api.bodies import ComplaintsQuery, MessagePath, MessagesQuery
from app.web.api.problems import Answer, Refusal, described
from app.web.api.room import api


@api.get(
    "/messages",
    responses={200: MessagesAnswer, **described(401, 422, 503)},
)
def list_messages(query: MessagesQuery) -> Answer:
    """Messages to and from a phone, the newest first."""
    phone = calls.e164(query.phone)
    with calls.parts().store.read() as session:
        page = records.messages(session, calls.caller().brand.id, phone, query.before, query.limit)
    return jsonify(messages=page.items, next=page.next)


@api.get(
    "/messages/<message_id>/why",
    responses={200: WhyAnswer, **described(401, 404, 422, 503)},
)
def why(path: MessagePath) -> Answer:
    """Why a message was sent, held back, or answered as it was."""
    language: Language = "zh" if request.accept_languages.best_match(["en", "zh"]) == "zh" else "en"
    with calls.parts().store.read() as session:
        message = records.message(session, calls.caller().brand.id, path.message_id)
        if message is None:
            raise Refusal(404, "this brand has no such message")
        decisions = [one.as_json(language) for one in records.why(session, path.message_id)]
    return jsonify(message=message, decisions=decisions)


@api.get(
    "/complaints",
    responses={200: ComplaintsAnswer, **described(401, 422, 503)},
)
def list_complaints(query: ComplaintsQuery) -> Answer:
    """Complaints with their promises, the newest first."""
    phone = calls.e164(query.phone) if query.phone is not None else None
    brand_id = calls.caller().brand.id
    with calls.parts().store.read() as session:
        page = records.complaints(session, brand_id, phone, query.status, query.before, query.limit)
    return jsonify(complaints=page.items, next=page.next)


@api.get("/flows", responses={200: FlowsAnswer, **described(401, 503)})
def list_flows() -> Answer:
    """The brand's published flows."""
    with calls.parts().store.read() as session:
        return jsonify(flows=records.published_flows(session, calls.caller().brand.id))
