"""Two-step log-in on one's own account: set up with an app, confirmed by a code, renewed, turned off."""

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.reads import second_factor as standing
from app.usecases import second_factor as factors
from app.usecases.lock_out import Outcome
from app.usecases.parts import Parts
from app.web.access import EVERY_ROLE, allow
from app.web.console.rendering import page
from app.web.console.second_step import code_tried, refused

second_factor = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")


@second_factor.get("")
@allow(*EVERY_ROLE)
def own() -> ResponseReturnValue:
    """The page."""
    return _page()


@second_factor.post("")
@allow(*EVERY_ROLE)
def change() -> ResponseReturnValue:
    """Does what was pressed: makes a key, confirms it, makes new recovery codes, or turns it off."""
    pressed, parts = request.form.get("press", ""), current_app.extensions["parts"]
    if pressed == "begin" and not current_user.has_second_factor:
        factors.offer(parts, current_user)
    elif pressed == "confirm":
        return _confirm(parts)
    elif pressed in ("codes", "off") and current_user.has_second_factor:
        return _with_code(parts, pressed)
    return redirect(url_for("second_factor.own"))


def _confirm(parts: Parts) -> ResponseReturnValue:
    code = "".join(request.form.get("code", "").split())
    codes = factors.confirm(parts, current_user, code, parts.now())
    if codes is None:
        return _page(wrong=refused(Outcome.WRONG)), 422
    return _page(codes=codes)


def _with_code(parts: Parts, pressed: str) -> ResponseReturnValue:
    """Asks for a code first: who sits down at an open console must not be able to change how its owner logs in."""
    if pressed == "off" and current_user.needs_second_factor:
        return _page(wrong=gettext("Your role needs two-step log-in.")), 422
    member = current_user._get_current_object()
    outcome = code_tried(member, request.form.get("code", ""), f"second_factor.{pressed}")
    if outcome is not Outcome.RIGHT:
        return _page(wrong=refused(outcome)), 422
    if pressed == "codes":
        return _page(codes=factors.renew_codes(parts, member))
    factors.turn_off(parts, member)
    flash(gettext("Two-step log-in is off."), "success")
    return redirect(url_for("account.own"))


def _page(wrong: str = "", codes: list[str] | None = None) -> str:
    parts: Parts = current_app.extensions["parts"]
    with parts.store.read() as session:
        held = standing.of(session, current_user.id)
    return page("console/second_factor.html", held=held, wrong=wrong, codes=codes)
