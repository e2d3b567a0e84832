"""Sending hours: what the law and the industry leave, how far brand and channel narrow it, and what really goes."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField, SubmitField
from wtforms.validators import Length

from app.domain.compliance.facts import QuietHours
from app.domain.own_hours import LAW, OWN_HOURS, HoursRefused
from app.domain.windows import Window
from app.usecases.brand_changes import change_brand
from app.usecases.channel_setup import change_hours
from app.usecases.directory import BrandView, ChannelView, Directory
from app.usecases.parts import Parts
from app.usecases.sending_hours import SendingHours, industry_of
from app.web.access import allow
from app.web.console.permits import INDUSTRIES, MAY_CHANGE, READERS, hours_refusal
from app.web.console.rendering import page

hours = Blueprint("hours", __name__, url_prefix="/hours")
LONGEST = 120


def _times(label: str) -> StringField:
    longest = Length(max=LONGEST, message=lazy_gettext("That is too long."))
    return StringField(label, validators=[longest], render_kw={"autocomplete": "off"})


class ChannelHoursForm(FlaskForm):  # type: ignore[misc]
    """A channel's own hours."""

    marketing_hours = _times(lazy_gettext("Hours for marketing"))
    service_hours = _times(lazy_gettext("Hours for service messages"))
    submit = SubmitField(lazy_gettext("Save the hours"))


class BrandHoursForm(ChannelHoursForm):
    """A brand's own hours, and the industry whose hours it keeps."""

    industry = SelectField(lazy_gettext("Industry"))


@dataclass(frozen=True, slots=True)
class Going:
    """When a brand's messages really go from a channel."""

    channel: ChannelView
    marketing: tuple[Window, ...]
    service: tuple[Window, ...] | None
    """None for any hour."""


@hours.get("")
@allow(*READERS)
def kept() -> ResponseReturnValue:
    """Every brand's hours, from the law's to what is left."""
    directory = _directory()
    return page(
        "console/hours.html",
        brands=[(brand, *_layers(brand), _going(directory, brand)) for brand in directory.brands.values()],
        law=[LAW],
        may_change=current_user.role in MAY_CHANGE,
    )


@hours.route("/brands/<brand_code>", methods=["GET", "POST"])
@allow(*MAY_CHANGE)
def of_brand(brand_code: str) -> ResponseReturnValue:
    """Narrows a brand's hours, or says whose industry's it keeps."""
    brand = _directory().brand_coded(brand_code) or abort(404)
    set_now = {**{name: brand.settings.get(name) or "" for name in OWN_HOURS}, "industry": industry_of(brand)}
    form = BrandHoursForm(data=set_now)
    codes = dict.fromkeys((*_parts().rules.send_windows, industry_of(brand)))
    form.industry.choices = [SelectChoice(code, INDUSTRIES.get(code, code)) for code in codes]

    def change(told: Mapping[str, str]) -> None:
        change_brand(_parts(), brand.code, told, _parts().now(), current_user.email)

    return _changed(form, set_now, change, name=brand.name, industries=_parts().rules.send_windows)


@hours.route("/channels/<channel_name>", methods=["GET", "POST"])
@allow(*MAY_CHANGE)
def of_channel(channel_name: str) -> ResponseReturnValue:
    """Narrows a channel's hours."""
    channel = _directory().channel_named(channel_name) or abort(404)
    set_now = {name: getattr(channel.settings, name) or "" for name in OWN_HOURS}

    def change(told: Mapping[str, str]) -> None:
        change_hours(_parts(), channel.name, told, _parts().now(), current_user.email)

    return _changed(ChannelHoursForm(data=set_now), set_now, change, name=channel.name, industries={})


def _changed(
    form: ChannelHoursForm,
    set_now: Mapping[str, str],
    change: Callable[[Mapping[str, str]], None],
    *,
    name: str,
    industries: Mapping[str, Collection[Window]],
) -> ResponseReturnValue:
    """Tells only what differs from what the page showed: two who change different things undo nothing."""
    shown = {field: request.form.get(f"was_{field}", value) for field, value in set_now.items()}

    def again() -> str:
        return page("console/hours_form.html", form=form, name=name, was=shown, industries=industries)

    if request.method == "GET":
        return again()
    if not form.validate_on_submit():
        return again(), 422
    told = {field: value for field in set_now if (value := (form[field].data or "").strip()) != shown[field]}
    try:
        if told:
            change(told)
    except HoursRefused as refused:
        form[refused.field].errors = [*form[refused.field].errors, hours_refusal(refused)]
        return again(), 422
    flash(gettext("The hours of %(name)s are saved.", name=name), "success")
    return redirect(url_for("hours.kept"))


def _parts() -> Parts:
    parts: Parts = current_app.extensions["parts"]
    return parts


def _directory() -> Directory:
    return _parts().directory.current(_parts().now())


def _layers(brand: BrandView) -> tuple[str, tuple[Window, ...]]:
    industry = industry_of(brand)
    return industry, _parts().rules.industry_hours(industry)


def _going(directory: Directory, brand: BrandView) -> list[Going]:
    """What is left on each channel that the brand writes from."""
    found = []
    for channel in sorted(directory.channels.values(), key=lambda one: one.name):
        if channel.is_active and any(sender.brand_id == brand.id for sender in channel.senders):
            left = SendingHours(_parts().rules, directory, channel)
            found.append(Going(channel, left.promoting(brand.id), _windows(left.service(brand.id))))
    return found


def _windows(hours: QuietHours | None) -> tuple[Window, ...] | None:
    if hours is None:
        return None
    return () if hours.is_closed else (Window(hours.start, hours.end),)
