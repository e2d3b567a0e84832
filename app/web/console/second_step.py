"""The second step of logging in: between the password and the session stands a code."""

import secrets
from collections.abc import Callable

from flask import Blueprint, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_security.utils import login_user
from flask_wtf import FlaskForm
from wtforms import StringField, SubmitField
from wtforms.validators import InputRequired, Length

from app.usecases import lock_out, second_factor, staff_sessions
from app.usecases.lock_out import Outcome
from app.usecases.parts import Parts
from app.usecases.staff_sessions import Caller
from app.web.access import public
from app.web.console.accounts import Member
from app.web.console.own_pages import is_own
from app.web.console.rendering import page
from app.web.console.trying import tried

second_step = Blueprint("second_step", __name__)
TOKEN = "half"  # noqa: S105 - where the token lies
View = Callable[..., ResponseReturnValue]


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The code of an app, or a recovery code."""

    code = StringField(
        lazy_gettext("Code"),
        validators=[InputRequired(lazy_gettext("Please enter the code.")), Length(max=40)],
        render_kw={
            "autocomplete": "one-time-code",
            "inputmode": "text",
            "autofocus": True,
            "spellcheck": "false",
            "autocapitalize": "none",
        },
    )
    submit = SubmitField(lazy_gettext("Log in"))


def ask(member: Member) -> None:
    """Says that this request has given the password of an account that asks for a code."""
    g.half_way_in = member


def after(log_in: View) -> View:
    """The page to log in, which leads on to the code where one is asked for."""

    def view() -> ResponseReturnValue:
        answer = log_in()
        member: Member | None = g.pop("half_way_in", None)
        if member is None:
            return answer
        parts: Parts = current_app.extensions["parts"]
        caller = Caller(request.headers.get("User-Agent", ""), request.remote_addr)
        staff_sessions.begin(parts, member.id, member.fs_uniquifier, caller, parts.now(), is_half=True)
        session[TOKEN] = member.fs_uniquifier
        return redirect(url_for("second_step.code", next=request.values.get("next") or None))

    return view


@second_step.route("/log-in/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """Asks for the code; there is nothing here for who has not given a password some minutes ago."""
    accounts = current_app.extensions["security"].datastore
    member: Member | None = accounts.half_way_in(session.get(TOKEN, ""))
    if member is None:
        return redirect(url_for("security.login"))
    form = CodeForm()
    if form.validate_on_submit():
        outcome = code_tried(member, form.code.data, lock_out.SUCCEEDED)
        if outcome is Outcome.RIGHT:
            return _let_in(member)
        form.code.errors.append(refused(outcome))
    return page("console/code.html", form=form, next=request.values.get("next", ""))


def code_tried(member: Member, given: str, action: str) -> Outcome:
    """What becomes of a code; wrong ones count like wrong passwords."""
    now = member.parts.now
    return tried(
        member.email, member, lambda: second_factor.is_right(member.parts, member, given, now()), action
    )


def refused(outcome: Outcome) -> str:
    """What is said of a code that was not taken."""
    if outcome is Outcome.LOCKED:
        return gettext("Too many wrong tries. Wait 15 minutes.")
    return gettext(
        "That code is wrong or was used before. Wait for the next one, or check the clock of your phone."
    )


def _let_in(member: Member) -> ResponseReturnValue:
    session.pop(TOKEN, None)
    if member.session_id is not None:
        staff_sessions.pass_half(member.parts, member.session_id)
    member.fs_uniquifier = secrets.token_hex(32)
    login_user(member, authn_via=["password", "authenticator"])
    wanted = request.form.get("next", "")
    return redirect(wanted if is_own(wanted) else url_for("home.front"))
