"""The inbox: hand-overs and complaints by the time that is left, and messages that need a person."""

from uuid import UUID

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.reads import inbox as lines
from app.reads import unsent
from app.reads.inbox import Show
from app.usecases import staff_list
from app.usecases.desk import StaffMember
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console.rendering import page

inbox = Blueprint("inbox", __name__)
AT_THE_DESK = ("support", "manager", "admin")


@inbox.get("/inbox")
@allow(*AT_THE_DESK)
def waiting() -> ResponseReturnValue:
    """The list; asked for by htmx, the list alone."""
    parts: Parts = current_app.extensions["parts"]
    show = request.args.get("show", Show.ALL, type=Show)
    now = parts.now()
    with parts.store.read() as session:
        items, counts = lines.items(session, show, now), lines.counts(session, now)
        failed = unsent.messages(session) if show is Show.FAILED else []
    template = "console/_inbox_list.html" if "HX-Request" in request.headers else "console/inbox.html"
    return page(template, items=items, failed=failed, counts=counts, show=show, shows=tuple(Show))


@inbox.post("/inbox/failed/<uuid:outbound_id>/seen")
@allow(*AT_THE_DESK)
def seen(outbound_id: UUID) -> ResponseReturnValue:
    """Takes a message off the list; one that a colleague took off is off all the same."""
    parts: Parts = current_app.extensions["parts"]
    staff_list.seen(parts, StaffMember(current_user.id, current_user.email), outbound_id, parts.now())
    return redirect(url_for("inbox.waiting", show=Show.FAILED.value))
