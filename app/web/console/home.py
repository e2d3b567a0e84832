"""The first page after log-in, and each brand's last day."""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.reads import brands
from app.usecases.parts import Parts
from app.web.access import EVERY_ROLE, allow
from app.web.console.rendering import page

home = Blueprint("home", __name__)
AT_THE_DESK = ("support", "manager")


@home.get("/")
@allow(*EVERY_ROLE)
def front() -> ResponseReturnValue:
    """Leads to where one's work is."""
    return redirect(url_for("inbox.waiting" if current_user.role in AT_THE_DESK else "home.overview"))


@home.get("/overview")
@allow(*EVERY_ROLE)
def overview() -> ResponseReturnValue:
    """What each brand received and sent in the last 24 hours."""
    parts: Parts = current_app.extensions["parts"]
    with parts.store.read() as session:
        days = brands.last_day(session, parts.now())
    return page("console/overview.html", days=days)
