"""Erases a customer for good, once an administrator has read what goes and what stays, and has made sure who asks."""

from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from app.reads import conversations
from app.reads.to_erase import to_erase
from app.usecases.erase_person import ErasureOrder, erase_person
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console.rendering import page

erasing = Blueprint("erasing", __name__, url_prefix="/inbox/<brand_code>/<uuid:customer_id>/erase")
MAY_ERASE = "admin"


@erasing.get("")
@allow(MAY_ERASE)
def ask(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """What goes, what stays, and the button."""
    return _page(brand_code, customer_id)


@erasing.post("")
@allow(MAY_ERASE)
def erase(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Erases the person; without the administrator's word that it is they who ask, nothing happens."""
    if request.form.get("is_sure") != "yes":
        return _page(brand_code, customer_id, is_unsure=True), 422
    parts: Parts = current_app.extensions["parts"]
    with_earlier = request.form.get("with_earlier") == "yes"
    order = ErasureOrder(current_user.email, parts.now(), current_user.id, with_earlier)
    done = erase_person(parts, customer_id, order)
    if done is None:
        abort(404)
    flash(gettext("Nothing about this person can be read any more."), "success")
    if done.in_quarantine:
        left = len(done.in_quarantine)
        told = ngettext(
            "%(num)s delivery in quarantine names the number: have it looked through (huixin inbound).",
            "%(num)s deliveries in quarantine name the number: have them looked through (huixin inbound).",
            left,
        )
        flash(told, "warning")
    return redirect(url_for("inbox.waiting"))


def _page(brand_code: str, customer_id: UUID, *, is_unsure: bool = False) -> str:
    parts: Parts = current_app.extensions["parts"]
    brand = parts.directory.current(parts.now()).brand_coded(brand_code) or abort(404)
    with parts.store.read() as session:
        conversations.person(session, customer_id, brand.id) or abort(404)
        person = to_erase(session, customer_id)
    return page("console/erase.html", brand=brand, person=person, is_unsure=is_unsure)
