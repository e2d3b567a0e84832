"""The inbox: hand-overs and complaints by the time that is left, and messages that need a person."""

from http import HTTPStatus
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
    """The list; asked for by htmx, the list alone, or nothing (204) where it is still as this page has it."""
    parts: Parts = current_app.extensions["parts"]
    show = request.args.get("show", Show.ALL, type=Show)
    now = parts.now()
    is_poll = "HX-Request" in request.headers
    with parts.store.read() as session:
        version = lines.version(session, show, now)
        if is_poll and request.args.get("version") == version:
            return "", HTTPStatus.NO_CONTENT
        items, counts = lines.items(session, show, now), lines.counts(session, now)
        failed = unsent.messages(session) if show is Show.FAILED else []
    template = "console/_inbox_list.html" if is_poll else "console/inbox.html"
    shown = {"items": items, "failed": failed, "counts": counts, "version": version}
    return page(template, show=show, shows=tuple(Show), **shown)


@inbox.post("/inbox/failed/<uuid:outbound_id>/seen")
@allow(*AT_THE_DESK)
def seen(outbound_id: UUID) -> ResponseReturnValue:
    """Takes a message off the list; one that a colleague took off is off all the same."""
    parts: Parts = current_app.extensions["parts"]
    staff_list.seen(parts, StaffMember(current_user.id, current_user.email), outbound_id, parts.now())
    return redirect(url_for("inbox.waiting", show=Show.FAILED.value))
