"""Warnings: the bell in the header, what one was warned of, and an end to it."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.domain.escalation import Channel
from app.reads import notices as warned
from app.usecases import acknowledge_warning
from app.usecases.acknowledge_warning import NotTold
from app.usecases.desk import StaffMember
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console.inbox import AT_THE_DESK
from app.web.console.rendering import page

notices = Blueprint("notices", __name__, url_prefix="/notices")
SEES_TROUBLE = ("manager", "admin")


@notices.get("")
@allow(*AT_THE_DESK)
def mine() -> ResponseReturnValue:
    """The list."""
    parts, now = _parts(), _parts().now()
    with parts.store.read() as session:
        warnings = warned.mine(session, current_user.id)
        ways = warned.ways(session, current_user.id)
        trouble = warned.trouble(session, now) if current_user.role in SEES_TROUBLE else []
    has_mail = Channel.EMAIL in parts.notifiers
    return page("console/notices.html", warnings=warnings, ways=ways, trouble=trouble, has_mail=has_mail)


@notices.get("/bell")
@allow(*AT_THE_DESK)
def bell() -> ResponseReturnValue:
    """The bell alone, as every page polls it; nothing (204) where it is still as this page has it."""
    parts: Parts = _parts()
    with parts.store.read() as session:
        many = warned.count(session, current_user.id)
    if request.args.get("known") == str(many):
        return "", HTTPStatus.NO_CONTENT
    return page("console/_bell.html", warned=lambda: many)


@notices.post("/<uuid:warning_id>/acknowledge")
@allow(*AT_THE_DESK)
def acknowledge(warning_id: UUID) -> ResponseReturnValue:
    """Takes one on."""
    staff = StaffMember(current_user.id, current_user.email)
    try:
        is_first = acknowledge_warning.acknowledge(_parts(), staff, warning_id, _parts().now())
    except NotTold:
        abort(404)
    said = gettext("It is off everybody's list.") if is_first else gettext("A colleague was first.")
    flash(said, "success")
    return redirect(url_for("notices.mine"))


def _parts() -> Parts:
    parts: Parts = current_app.extensions["parts"]
    return parts
