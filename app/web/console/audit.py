"""The audit: who did what, the latest first."""

from uuid import UUID

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from app.reads import staff as staff_list
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console.rendering import page
from app.web.console.wording import ACTIONS

audit = Blueprint("audit", __name__)


@audit.get("/audit")
@allow("manager", "admin")
def trail() -> ResponseReturnValue:
    """A page of it."""
    parts: Parts = current_app.extensions["parts"]
    action = request.args.get("action") or None
    with parts.store.read() as session:
        lines = staff_list.trail(session, request.args.get("before", type=UUID), action)
    has_more = len(lines) == staff_list.A_PAGE
    return page("console/audit.html", lines=lines, action=action, actions=ACTIONS, has_more=has_more)
