"""Logging in and out, the lock-out, idle sessions, and the new password that a one-time password asks for."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user, user_logged_in, user_logged_out
from flask_security import Security
from flask_security.changeable import change_user_password
from flask_security.forms import LoginForm
from flask_security.utils import logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import EqualTo, InputRequired, Length

from app.settings import Settings
from app.usecases import log_in as accounts_log
from app.usecases.parts import Parts
from app.web.access import EVERY_ROLE, allow
from app.web.console.accounts import Accounts, Member
from app.web.console.comparing import admitted, is_password
from app.web.console.rendering import page

IDLE = timedelta(hours=4)
"""A session without a click for so long ends; what a page polls by itself is no click."""
SHORTEST_PASSWORD = 12
FAILURES_A_MINUTE = "20 per minute"
WHILE_ONE_TIME = frozenset(
    {"log_in.password", "security.logout", "language.choose", "static", "bootstrap.static"}
)
"""What staff with a one-time password may open."""

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
        if not _is_right(member, self.password.data):
            self.form_errors.append(
                gettext(
                    "Address or password is wrong, or the account is locked: wait 15 minutes and try again."
                )
            )
            return False
        self.user, self.user_authenticated = member, True
        return True


def _is_right(member: Member | None, password: str) -> bool:
    if member is None or not member.active:
        with admitted():
            return is_password(password, None)
    return member.has_given(password)


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
        if not current_user.has_given(self.current.data, "password.change"):
            self.current.errors.append(gettext("That is not your present password."))
            return False
        return True


@passwords.route("/password", methods=["GET", "POST"])
@allow(*EVERY_ROLE)
def password() -> ResponseReturnValue:
    """Changes one's own password; all other sessions of the account end."""
    form = NewPasswordForm()
    if form.validate_on_submit():
        member: Member = current_user._get_current_object()
        member.must_change_password = False
        change_user_password(member, form.new.data, notify=False)
        flash(gettext("Your password is changed. Sessions elsewhere have ended."), "success")
        return redirect(url_for("home.front"))
    return page("console/password.html", form=form), 422 if form.errors else 200


def _watch_session() -> ResponseReturnValue | None:
    """Ends idle sessions, and holds staff with a one-time password to choosing their own."""
    if not current_user.is_authenticated:
        return None
    now: datetime = current_app.extensions["parts"].now()
    seen_at = session.get("seen_at")
    if seen_at is not None and now - datetime.fromisoformat(seen_at) > IDLE:
        logout_user()
        return None
    is_click = "HX-Request" not in request.headers
    if seen_at is None or (is_click and now - datetime.fromisoformat(seen_at) > timedelta(minutes=1)):
        session["seen_at"] = now.isoformat()
    if current_user.must_change_password and request.endpoint not in WHILE_ONE_TIME:
        return redirect(url_for("log_in.password"))
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
        get_remote_address,
        app=app,
        storage_uri=settings.redis_url or "memory://",
        swallow_errors=True,  # without Redis the accounts' own lock-out still holds
    )
    failures = limiter.limit(
        FAILURES_A_MINUTE, methods=["POST"], deduct_when=lambda answer: answer.status_code != 302
    )
    app.view_functions["security.login"] = failures(app.view_functions["security.login"])
    app.register_blueprint(passwords)
    app.before_request(_watch_session)

    @user_logged_in.connect_via(app)
    def came(_: Flask, user: Member, **__: Any) -> None:
        session["seen_at"] = parts.now().isoformat()

    @user_logged_out.connect_via(app)
    def left(_: Flask, user: Member, **__: Any) -> None:
        session.pop("seen_at", None)
        if user is None:
            return
        if request.endpoint == "security.logout":
            accounts_log.leave(parts, user, parts.now())
        else:  # it has been idle for too long
            accounts_log.note(parts, user, "log_out", parts.now())

    app.extensions["huixin-signals"] = (came, left)  # signals hold their receivers weakly
