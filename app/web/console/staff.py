"""The accounts of staff: an administrator adds and closes them, logs people out, and gives one-time passwords."""

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, Regexp

from app.reads import second_factor as standing
from app.reads import staff as staff_list
from app.usecases import second_factor, staff_access, staff_accounts
from app.usecases.parts import Parts
from app.usecases.staff_access import AccessRefusal
from app.usecases.staff_accounts import AccountExists
from app.web.access import EVERY_ROLE, allow
from app.web.console.rendering import page
from app.web.console.wording import ROLES

staff = Blueprint("staff", __name__, url_prefix="/staff")


class NewStaffForm(FlaskForm):  # type: ignore[misc]
    """Address and role of a new colleague."""

    email = StringField(
        lazy_gettext("E-mail"),
        validators=[
            InputRequired(lazy_gettext("Please enter an e-mail address.")),
            Length(max=200),
            Regexp(r"^[^@\s]+@[^@\s]+$", message=lazy_gettext("That is no e-mail address.")),
        ],
        render_kw={"inputmode": "email", "autocomplete": "off"},
    )
    role = SelectField(lazy_gettext("Role"), choices=[SelectChoice(role, ROLES[role]) for role in EVERY_ROLE])
    submit = SubmitField(lazy_gettext("Add"))


@staff.get("")
@allow("admin")
def everyone() -> ResponseReturnValue:
    """All accounts."""
    return _page(NewStaffForm())


@staff.post("")
@allow("admin")
def add() -> ResponseReturnValue:
    """Adds an account, and shows its one-time password, once."""
    form, parts = NewStaffForm(), current_app.extensions["parts"]
    if not form.validate_on_submit():
        return _page(form), 422
    password = staff_access.one_time_password()
    email, role = form.email.data.strip().lower(), form.role.data
    try:
        staff_accounts.add_staff(parts, email, role, password, parts.now(), current_user.email)
    except AccountExists:
        form.email.errors.append(gettext("There is an account with this address already."))
        return _page(form), 422
    return _page(NewStaffForm(formdata=None), email, password)


@staff.post("/<uuid:staff_id>/<any(open, close, logout, factor):change>")
@allow("admin")
def change(staff_id: UUID, change: str) -> ResponseReturnValue:
    """Closes an account or opens it again, logs somebody out everywhere, or takes their two-step log-in away."""
    parts: Parts = current_app.extensions["parts"]
    now, admin = parts.now(), current_user.email
    try:
        if change == "logout":
            staff_access.end_sessions(parts, staff_id, now, admin)
            flash(gettext("They are logged out everywhere."), "success")
        elif change == "factor":
            staff_access.reset_second_factor(parts, staff_id, now, admin)
            flash(gettext("Their two-step log-in is off; they can set it up anew."), "success")
        else:
            staff_access.set_active(parts, staff_id, change == "open", now, admin)
    except AccessRefusal as refused:
        flash(_refusal(refused.reason), "danger")
    return redirect(url_for("staff.everyone"))


@staff.post("/second-factor")
@allow("admin")
def require() -> ResponseReturnValue:
    """Says for which roles log-in goes on only with a second factor."""
    parts: Parts = current_app.extensions["parts"]
    roles = frozenset(request.form.getlist("role"))
    second_factor.require(parts, roles, parts.now(), current_user.email)
    flash(gettext("It is kept. Who needs it is asked to set it up at their next click."), "success")
    return redirect(url_for("staff.everyone"))


@staff.post("/<uuid:staff_id>/password")
@allow("admin")
def reset(staff_id: UUID) -> ResponseReturnValue:
    """Gives a one-time password, shown once."""
    parts: Parts = current_app.extensions["parts"]
    password = staff_access.one_time_password()
    try:
        email = staff_access.reset_password(parts, staff_id, password, parts.now(), current_user.email)
    except AccessRefusal as refused:
        flash(_refusal(refused.reason), "danger")
        return redirect(url_for("staff.everyone"))
    return _page(NewStaffForm(formdata=None), email, password)


def _page(form: NewStaffForm, email: str | None = None, password: str | None = None) -> str:
    parts: Parts = current_app.extensions["parts"]
    with parts.store.read() as session:
        people = staff_list.everyone(session, parts.now())
        needed = standing.needed_for(session)
    return page(
        "console/staff.html",
        form=form,
        people=people,
        email=email,
        password=password,
        roles=EVERY_ROLE,
        needed=needed,
    )


def _refusal(reason: str) -> str:
    told = {
        "oneself": gettext("You cannot do this to your own account."),
        "last_admin": gettext("This is the last administrator."),
    }
    return told.get(reason, gettext("This account is not known."))
