"""The switch that stops all marketing at once, for one brand or for all: who pressed it, and when."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from app.reads import brands
from app.usecases.marketing_switch import Presser, resume_all, stop_all
from app.usecases.parts import Parts
from app.web.access import EVERY_ROLE, allow
from app.web.console.moments import moment_of
from app.web.console.rendering import page

marketing = Blueprint("marketing", __name__, url_prefix="/marketing")
MAY_STOP = ("marketer", "manager", "admin")
MAY_RESUME = ("manager", "admin")
"""Stopping costs little and may be urgent; letting it go on again is for who answers for it."""
ALL = "*"
"""Stands for every brand; no brand's short name has it."""


@marketing.get("")
@allow(*EVERY_ROLE)
def switch() -> ResponseReturnValue:
    """Each brand's state, for everyone to see."""
    parts: Parts = current_app.extensions["parts"]
    seen_until = parts.now()
    with parts.store.read() as session:
        states = brands.marketing_states(session)
    role = current_user.role
    return page(
        "console/marketing.html",
        brands=states,
        every=ALL,
        seen_until=seen_until.isoformat(),
        may_stop=role in MAY_STOP,
        may_resume=role in MAY_RESUME,
    )


@marketing.post("/stop")
@allow(*MAY_STOP)
def stop() -> ResponseReturnValue:
    """Stops marketing of the brand that is named, or of all."""
    parts: Parts = current_app.extensions["parts"]
    count = stop_all(parts, _presser(), parts.now(), _brand_id(parts))
    flash(
        ngettext("Marketing is stopped: %(num)s brand.", "Marketing is stopped: %(num)s brands.", count)
        if count
        else gettext("Marketing had been stopped already."),
        "success",
    )
    return redirect(url_for("marketing.switch"))


@marketing.post("/resume")
@allow(*MAY_RESUME)
def resume() -> ResponseReturnValue:
    """Lets marketing of the brand that is named, or of all, go on: what the page showed as stopped, and no more."""
    parts: Parts = current_app.extensions["parts"]
    count = resume_all(parts, _presser(), parts.now(), _brand_id(parts), _seen_until())
    flash(
        ngettext("Marketing goes on: %(num)s brand.", "Marketing goes on: %(num)s brands.", count)
        if count
        else gettext(
            "Nothing was let go on: it had not been stopped, or has been stopped anew since you looked."
        ),
        "success",
    )
    return redirect(url_for("marketing.switch"))


def _presser() -> Presser:
    return Presser(current_user.email, current_user.id)


def _seen_until() -> datetime:
    """When the page was made on which the switch was pressed."""
    return moment_of(request.form.get("seen_until", "")) or abort(400)


def _brand_id(parts: Parts) -> UUID | None:
    """The brand that is named; None for `all`, which has to be said."""
    code = request.form.get("brand", "")
    if code == ALL:
        return None
    brand = parts.directory.current(parts.now()).brand_coded(code)
    return brand.id if brand is not None else abort(404)
