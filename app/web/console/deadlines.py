"""Deadlines of complaints: what a brand promises, in which hours it counts, and what a change does to open ones."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectChoice, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import Length

from app.domain.told_policy import BUSINESS, FIELDS, WALL, WEEKDAYS, PolicyRefused, as_told
from app.domain.workdays import Workdays
from app.usecases.complaint_policy import policy_of
from app.usecases.desk import StaffMember
from app.usecases.directory import BrandView
from app.usecases.parts import Parts
from app.usecases.policy_change import ForeseenComplaint, change_policy, foresee
from app.web.access import allow
from app.web.console.deadline_words import places, problem_words
from app.web.console.permits import MAY_CHANGE
from app.web.console.rendering import page

deadlines = Blueprint("deadlines", __name__, url_prefix="/deadlines")
LONGEST, LONGEST_LIST = 120, 4000
SHOWN = 100
"""Open complaints that the page lists; it counts all."""
TOO_LONG = lazy_gettext("That is too long.")


def _text(label: str) -> StringField:
    longest = Length(max=LONGEST, message=TOO_LONG)
    return StringField(label, validators=[longest], render_kw={"autocomplete": "off"})


class PolicyForm(FlaskForm):  # type: ignore[misc]
    """What a brand promises those who complain."""

    first_response = _text(lazy_gettext("First response within"))
    resolution = _text(lazy_gettext("Resolution within"))
    follow_up = _text(lazy_gettext("Follow-up within"))
    counts = SelectField(
        lazy_gettext("Which time counts"),
        choices=[
            SelectChoice(WALL, lazy_gettext("Every hour, day and night")),
            SelectChoice(BUSINESS, lazy_gettext("Business hours alone")),
        ],
    )
    zone = _text(lazy_gettext("Time zone of the hours"))
    country = SelectField(lazy_gettext("Public holidays of"))
    monday = _text(lazy_gettext("Monday"))
    tuesday = _text(lazy_gettext("Tuesday"))
    wednesday = _text(lazy_gettext("Wednesday"))
    thursday = _text(lazy_gettext("Thursday"))
    friday = _text(lazy_gettext("Friday"))
    saturday = _text(lazy_gettext("Saturday"))
    sunday = _text(lazy_gettext("Sunday"))
    on_holidays = _text(lazy_gettext("Public holidays"))
    on_makeup_days = _text(lazy_gettext("Days worked in return"))
    days = TextAreaField(
        lazy_gettext("Single days"),
        validators=[Length(max=LONGEST_LIST, message=TOO_LONG)],
        render_kw={"rows": 4, "autocomplete": "off"},
    )
    applies_to = RadioField(
        lazy_gettext("From when it holds"),
        default="new",
        choices=[
            SelectChoice("new", lazy_gettext("For new complaints: open ones keep the deadlines they have")),
            SelectChoice("open", lazy_gettext("For open complaints too: their deadlines are counted anew")),
        ],
    )
    look = SubmitField(lazy_gettext("Show what it would change"))
    submit = SubmitField(lazy_gettext("Save the deadlines"))


@deadlines.get("")
@allow(*MAY_CHANGE)
def kept() -> ResponseReturnValue:
    """Every brand's deadlines."""
    brands = _parts().directory.current(_parts().now()).brands.values()
    return page("console/deadlines.html", brands=[(brand, policy_of(brand)) for brand in brands])


@deadlines.route("/<brand_code>", methods=["GET", "POST"])
@allow(*MAY_CHANGE)
def of_brand(brand_code: str) -> ResponseReturnValue:
    """Shows what a change would do, or saves it; tells only what differs from what the page showed: two who change
    different things undo nothing."""
    brand = _parts().directory.current(_parts().now()).brand_coded(brand_code) or abort(404)
    set_now = as_told(policy_of(brand), brand.timezone, gettext("closed all day"))
    form = PolicyForm(data=set_now)
    form.country.choices = [SelectChoice(code, name) for code, name in (("", gettext("none")), *places())]
    shown = {name: request.form.get(f"was_{name}", value) for name, value in set_now.items()}
    if request.method == "GET":
        return _form(brand, form, shown, foresee(_parts(), brand, {}, _parts().now()))
    if not form.validate_on_submit():
        return _form(brand, form, shown), 422
    told = {name: value for name in FIELDS if (value := _plain(form[name].data)) != _plain(shown[name])}
    try:
        if form.look.data:
            return _form(brand, form, shown, foresee(_parts(), brand, told, _parts().now()))
        _save(brand, told, is_for_open_ones=form.applies_to.data == "open")
    except PolicyRefused as refused:
        for one in refused.problems:
            form[one.field].errors = [*form[one.field].errors, problem_words(one)]
        return _form(brand, form, shown), 422
    return redirect(url_for("deadlines.kept"))


def _save(brand: BrandView, told: Mapping[str, str], *, is_for_open_ones: bool) -> None:
    staff = StaffMember(current_user.id, current_user.email)
    changed = change_policy(
        _parts(), brand.code, told, _parts().now(), staff, is_for_open_ones=is_for_open_ones
    )
    said = gettext("The deadlines of %(name)s are saved.", name=brand.name)
    if is_for_open_ones:
        many = ngettext(
            "%(num)s open complaint was counted anew.", "%(num)s open complaints were counted anew.", changed
        )
        said = f"{said} {many}"
    flash(said, "success")


def _form(
    brand: BrandView,
    form: PolicyForm,
    shown: Mapping[str, str],
    foreseen: Sequence[ForeseenComplaint] | None = None,
) -> str:
    return page(
        "console/deadlines_form.html",
        brand=brand,
        form=form,
        weekdays=WEEKDAYS,
        was=shown,
        foreseen=foreseen,
        most=SHOWN,
        is_asked=request.method == "POST",
        unannounced=_unannounced(form.country.data or ""),
    )


def _unannounced(country: str) -> int | None:
    """The year, this one or the next, whose days off and days worked in return are not known yet."""
    year = _parts().now().year
    unknown = (one for one in (year, year + 1) if not Workdays(country).is_announced(one))
    return next(unknown, None) if country else None


def _plain(written: str | None) -> str:
    return "\n".join((written or "").split("\r\n")).strip()


def _parts() -> Parts:
    parts: Parts = current_app.extensions["parts"]
    return parts
