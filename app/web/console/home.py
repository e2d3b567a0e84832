"""The first page after log-in, and each brand's last day."""

from flask import Blueprint, current_app, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.reads import brands
from app.reads.licences import to_see_to
from app.usecases.parts import Parts
from app.web.access import EVERY_ROLE, allow
from app.web.console.permits import READERS
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
    """What each brand received and sent in the last 24 hours, and how many of its permits want seeing to."""
    parts: Parts = current_app.extensions["parts"]
    now, rules = parts.now(), parts.rules
    with parts.store.read() as session:
        days = brands.last_day(session, now)
        permits = to_see_to(session, rules.licence_kinds, rules.agreement_warning, now)
    reads_permits = current_user.role in READERS
    return page("console/overview.html", days=days, permits=permits if reads_permits else None)
