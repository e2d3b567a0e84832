"""Logging in and out, the lock-out, the sessions, and the new password that a one-time password asks for."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_limiter import Limiter
from flask_login import current_user, user_logged_in, user_logged_out
from flask_security import Security
from flask_security.changeable import change_user_password
from flask_security.forms import LoginForm
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import EqualTo, InputRequired, Length

from app.domain.devices import network_of
from app.settings import Settings
from app.usecases import lock_out, staff_sessions
from app.usecases.lock_out import Outcome
from app.usecases.parts import Parts
from app.usecases.staff_sessions import Caller
from app.web.access import EVERY_ROLE, allow
from app.web.console import known_browsers, second_step
from app.web.console.accounts import Accounts, Member
from app.web.console.rendering import page
from app.web.console.trying import password_tried

SHORTEST_PASSWORD = 12
FAILURES_A_MINUTE = "20 per minute"
ONE_SUBSCRIBER = {4: 32, 6: 64}
"""So much of an address is one subscriber's: of the newer kind they are given a whole network."""
ALWAYS = frozenset({"security.logout", "language.choose", "static", "bootstrap.static"})
"""What staff may open who have yet to choose a password or to set their second factor up."""

passwords = Blueprint("log_in", __name__)


class LogInForm(LoginForm):  # type: ignore[misc]
    """Address and password; whatever is wrong, the answer is the same, so that nobody learns which."""

    email = StringField(
        lazy_gettext("E-mail"),
        validators=[InputRequired(lazy_gettext("Please enter your e-mail address.")), Length(max=200)],
        render_kw={"autocomplete": "username", "inputmode": "email", "autofocus": True},
    )
    password = PasswordField(
        lazy_gettext("Password"),
        validators=[InputRequired(lazy_gettext("Please enter your password.")), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )
    remember = None
    submit = SubmitField(lazy_gettext("Log in"))

    def validate(self, **_: Any) -> bool:
        """Checks the password; sets `user` to who logs in."""
        if not FlaskForm.validate(self):
            return False
        member: Member | None = current_app.extensions["security"].datastore.find_user(email=self.email.data)
        is_half = member is not None and member.has_second_factor
        action = lock_out.HALF if is_half else lock_out.SUCCEEDED
        outcome = password_tried(self.email.data, member, self.password.data, action)
        if outcome is not Outcome.RIGHT:
            self.form_errors.append(refused(outcome))
            return False
        if is_half:
            second_step.ask(member)
            return False
        self.user, self.user_authenticated = member, True
        return True


def refused(outcome: Outcome) -> str:
    """What is said to who was not let in: the same for an address that nobody has."""
    if outcome is Outcome.LOCKED:
        return gettext(
            "Too many wrong tries with this address. Wait 15 minutes, "
            "or log in with a browser that you have logged in with before."
        )
    return gettext("Address or password is wrong.")


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """The present password and the new one twice."""

    current = PasswordField(
        lazy_gettext("Present password"),
        validators=[InputRequired(lazy_gettext("Please enter your password.")), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        lazy_gettext("New password"),
        validators=[
            InputRequired(lazy_gettext("Please enter a new password.")),
            Length(SHORTEST_PASSWORD, 200, lazy_gettext("Use 12 characters or more.")),
        ],
        render_kw={"autocomplete": "new-password", "minlength": SHORTEST_PASSWORD},
    )
    again = PasswordField(
        lazy_gettext("New password, once more"),
        validators=[EqualTo("new", lazy_gettext("The two are not the same."))],
        render_kw={"autocomplete": "new-password"},
    )
    submit = SubmitField(lazy_gettext("Change password"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Also checks the present password, and that the new one is another."""
        if not super().validate(extra_validators):
            return False
        if self.current.data == self.new.data:
            self.new.errors.append(gettext("Choose a password that is new."))
            return False
        outcome = password_tried(
            current_user.email, current_user._get_current_object(), self.current.data, "password.change"
        )
        if outcome is Outcome.LOCKED:
            self.current.errors.append(gettext("Too many wrong tries. Wait 15 minutes."))
        elif outcome is Outcome.WRONG:
            self.current.errors.append(gettext("That is not your present password."))
        return outcome is Outcome.RIGHT


@passwords.route("/password", methods=["GET", "POST"])
@allow(*EVERY_ROLE)
def password() -> ResponseReturnValue:
    """Changes one's own password; all other sessions of the account end."""
    form = NewPasswordForm()
    if form.validate_on_submit():
        member: Member = current_user._get_current_object()
        member.must_change_password = False
        change_user_password(member, form.new.data, notify=False)
        parts: Parts = current_app.extensions["parts"]
        staff_sessions.end_others(parts, member, parts.now(), is_noted=False)
        flash(gettext("Your password is changed. Sessions elsewhere have ended."), "success")
        return redirect(url_for("home.front"))
    return page("console/password.html", form=form), 422 if form.errors else 200


def _watch_session() -> ResponseReturnValue | None:
    """Writes down that somebody is there; holds them to a password of their own and the second factor they need."""
    if not current_user.is_authenticated:
        return None
    if "HX-Request" not in request.headers:  # what a page polls by itself is no click
        parts: Parts = current_app.extensions["parts"]
        staff_sessions.see(parts, current_user.session_id, current_user.seen_at, parts.now())
    if request.endpoint in ALWAYS:
        return None
    if current_user.must_change_password:
        return redirect(url_for("log_in.password")) if request.endpoint != "log_in.password" else None
    if current_user.needs_second_factor and not current_user.has_second_factor:
        own = "second_factor.own"
        return redirect(url_for(own)) if request.endpoint not in (own, "second_factor.change") else None
    return None


SECURITY = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_DEPRECATED_PASSWORD_SCHEMES": [],
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_PASSWORD_SALT": "unused by argon2, which salts each hash",
    "SECURITY_LOGIN_URL": "/log-in",
    "SECURITY_LOGOUT_URL": "/log-out",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_LOGIN_USER_TEMPLATE": "console/log_in.html",
    "SECURITY_POST_LOGIN_VIEW": "/",
    "SECURITY_POST_LOGOUT_VIEW": "/log-in",
    "SECURITY_FRESHNESS": timedelta(seconds=-1),
    "SECURITY_TRACKABLE": True,
    "SECURITY_USE_REGISTER_V2": True,
    "SECURITY_CACHE_CONTROL": None,
}
"""How flask-security is set up: no registration, no mail, no pages of its own."""


def install(app: Flask, parts: Parts, settings: Settings) -> None:
    """Adds logging in to the application; must come before the check of who may open what."""
    app.config.update(SECURITY, SECURITY_DATETIME_FACTORY=parts.now)
    Security(app, Accounts(parts), login_form=LogInForm)
    # staff come with a session alone: nobody looks for a token in the body of a webhook
    app.login_manager.request_loader(lambda _: None)  # type: ignore[attr-defined]
    limiter = Limiter(
        lambda: network_of(request.remote_addr, bits=ONE_SUBSCRIBER) or "unknown",
        app=app,
        storage_uri=settings.redis_url or "memory://",
        swallow_errors=True,  # without Redis the accounts' own lock-out still holds
    )
    failures = limiter.limit(
        FAILURES_A_MINUTE, methods=["POST"], deduct_when=lambda answer: answer.status_code != 302
    )
    app.register_blueprint(passwords)
    app.register_blueprint(second_step.second_step)
    app.view_functions["security.login"] = failures(second_step.after(app.view_functions["security.login"]))
    app.view_functions["second_step.code"] = failures(app.view_functions["second_step.code"])
    app.before_request(_watch_session)

    @user_logged_in.connect_via(app)
    def came(_: Flask, user: Member, **__: Any) -> None:
        caller = Caller(request.headers.get("User-Agent", ""), request.remote_addr)
        user.seen_at = parts.now()
        user.session_id = staff_sessions.begin(parts, user.id, user.fs_uniquifier, caller, user.seen_at)
        known_browsers.remember(user.id)

    @user_logged_out.connect_via(app)
    def left(_: Flask, user: Member | None, **__: Any) -> None:
        if user is not None and user.session_id is not None:
            staff_sessions.end(parts, user, user.session_id, parts.now(), "log_out")

    app.extensions["huixin-signals"] = (came, left)  # signals hold their receivers weakly
