"""Searching at the desk: for a conversation, and for words in one. Sent as forms: no number stands in an address."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.domain.desk_search import wanted
from app.reads import conversation_search, conversations, desk_search
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console.inbox import AT_THE_DESK
from app.web.console.people import may_see
from app.web.console.rendering import page

finding = Blueprint("finding", __name__, url_prefix="/inbox")
LONGEST = 100
"""Characters of a search."""


@finding.post("/search")
@allow(*AT_THE_DESK)
def people() -> ResponseReturnValue:
    """The conversations that are asked for."""
    asked, parts = _asked(), current_app.extensions["parts"]
    with parts.store.read() as session:
        is_support = current_user.role == "support"
        found = desk_search.found(session, wanted(asked), with_staff_only=is_support) if asked else []
    most = desk_search.MOST
    return page("console/found.html", asked=asked, found=found[:most], has_more=len(found) > most, most=most)


@finding.post("/<brand_code>/<uuid:customer_id>/search")
@allow(*AT_THE_DESK)
def words(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """The messages of one conversation that hold the words, a stretch at a time."""
    parts: Parts = current_app.extensions["parts"]
    brand = parts.directory.current(parts.now()).brand_coded(brand_code) or abort(404)
    asked, until = _asked(), _moment(request.form.get("until", ""))
    with parts.store.read() as session:
        person = conversations.person(session, customer_id, brand.id)
        if person is None or not may_see(session, customer_id):
            abort(404)
        found = conversation_search.hits(session, customer_id, brand.id, asked, until) if asked else None
    return page("console/found_texts.html", brand=brand, person=person, asked=asked, found=found)


def _asked() -> str:
    return request.form.get("q", "").strip()[:LONGEST]


def _moment(told: str) -> datetime | None:
    """What the page itself has put there."""
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and 1970 <= moment.year < 9000 else None
