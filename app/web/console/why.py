"""Why a person got, or did not get, a text: every decision about them up to any moment, in plain words."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.domain import phone as phones
from app.reads import judgements
from app.reads.judgements import Looked
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console.inbox import AT_THE_DESK
from app.web.console.moments import moment_of
from app.web.console.people import may_see
from app.web.console.rendering import page, zone_of_the_house

why = Blueprint("why", __name__, url_prefix="/why")
FATE_KNOWN_AFTER = timedelta(days=3)
REGION = "CN"
"""Where a number without a country is looked for."""


@why.get("")
@allow(*AT_THE_DESK)
def ask() -> ResponseReturnValue:
    """The form."""
    return page("console/why.html", looked=None, at=None)


@why.post("")
@allow(*AT_THE_DESK)
def find() -> ResponseReturnValue:
    """Finds whom a phone or a message is about. Sent as a form, so that no number stands in an address or a log."""
    asked, at = request.form.get("about", "").strip(), request.form.get("at", "").strip()
    message_id = _uuid(asked)
    if message_id is not None:
        return redirect(url_for("why.message", message_id=message_id, at=at or None))
    number = phones.parse(asked, REGION)
    parts: Parts = current_app.extensions["parts"]
    customer_id = None
    if not isinstance(number, phones.NotAPhone):
        with parts.store.read() as session:
            owners = judgements.owners_of(session, number.e164)
            customer_id = next((one for one in owners if may_see(session, one)), None)
    if customer_id is None:
        return page("console/why.html", looked=None, at=at, is_unknown=True), 404
    return redirect(url_for("why.person", customer_id=customer_id, at=at or None))


@why.get("/messages/<uuid:message_id>")
@allow(*AT_THE_DESK)
def message(message_id: UUID) -> ResponseReturnValue:
    """Leads to the message on its person's page."""
    parts: Parts = current_app.extensions["parts"]
    with parts.store.read() as session:
        found = judgements.owner_of(session, message_id)
        found = found if found and may_see(session, found[0]) else None
    if found is None:
        return page("console/why.html", looked=None, at=None, is_unknown=True), 404
    at = request.args.get("at")
    return redirect(
        url_for("why.person", customer_id=found[0], at=at, message=message_id, _anchor=str(message_id))
    )


@why.get("/<uuid:customer_id>")
@allow(*AT_THE_DESK)
def person(customer_id: UUID) -> ResponseReturnValue:
    """All that was decided about the person by the moment that is asked for, the latest first."""
    parts: Parts = current_app.extensions["parts"]
    at = request.args.get("at", "")
    until = moment_of(at, zone_of_the_house())
    if at and until is None:
        flash(gettext("This is no time; all until now is shown."), "danger")
    with parts.store.read() as session:
        if not may_see(session, customer_id):
            abort(404)
        wanted, until = request.args.get("message", type=UUID), until or parts.now()
        looked = judgements.about(session, customer_id, until)
        if looked is not None and wanted is not None and not looked.shows(wanted):
            looked = _around(session, customer_id, wanted, until) or looked
        if looked is None:
            abort(404)
        before = [one for one in looked.before if may_see(session, one.customer_id)]
    at = _local(until) if at else ""
    return page("console/why.html", looked=looked, at=at, wanted=wanted, before=before)


def _around(session: Session, customer_id: UUID, message_id: UUID, until: datetime) -> Looked | None:
    """The page as of some days after an older message, by when its fate was known; in a crowd, of its own moment."""
    found = judgements.owner_of(session, message_id)
    if found is None or found[0] != customer_id:
        return None
    for moment in (min(until, found[1] + FATE_KNOWN_AFTER), found[1]):
        looked = judgements.about(session, customer_id, moment)
        if looked is not None and looked.shows(message_id):
            return looked
    return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _local(moment: datetime) -> str:
    return moment.astimezone(ZoneInfo(zone_of_the_house())).strftime("%Y-%m-%dT%H:%M:%S")
