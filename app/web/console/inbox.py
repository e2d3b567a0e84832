"""The inbox: hand-overs and complaints by the time that is left."""

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from app.reads import inbox as lines
from app.reads.inbox import Show
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
    template = "console/_inbox_list.html" if "HX-Request" in request.headers else "console/inbox.html"
    return page(template, items=items, counts=counts, show=show, shows=tuple(Show))
