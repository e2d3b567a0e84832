"""Licences and filings: by brand, what marketing lacks, what is on record and when it ends; recorded and ended."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField, SubmitField
from wtforms.validators import Optional as MayBeEmpty

from app.domain.licences import LicenceKind, Scope
from app.reads import licences as reading
from app.reads.licence_words import kind_words
from app.reads.licences import LicenceLine
from app.usecases import licences as keeping
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console.moments import DayField
from app.web.console.permits import MAY_CHANGE, READERS, language, listed, refusal
from app.web.console.rendering import page

licences = Blueprint("licences", __name__, url_prefix="/licences")
FIELD_OF = {
    "unknown_brand": "brand",
    "unknown_kind": "kind",
    "channel_needed": "channel",
    "no_channel_here": "channel",
    "unknown_channel": "channel",
    "channel_not_theirs": "channel",
    "no_signature_here": "signature",
    "end_needed": "expires_on",
    "ends_before_start": "expires_on",
    "ended_already": "expires_on",
}
"""The field to mend; for every other reason the number."""


class LicenceForm(FlaskForm):  # type: ignore[misc]
    """What is written on a licence or filing."""

    brand = SelectField(lazy_gettext("Brand"))
    kind = SelectField(lazy_gettext("Kind"))
    number = StringField(lazy_gettext("Number of the licence or filing"), render_kw={"autocomplete": "off"})
    channel = SelectField(lazy_gettext("Channel"), default="")
    signature = StringField(lazy_gettext("Signature"), render_kw={"autocomplete": "off"})
    starts_on = DayField(lazy_gettext("First day"), validators=[MayBeEmpty()])
    expires_on = DayField(lazy_gettext("Last day"), validators=[MayBeEmpty()])
    submit = SubmitField(lazy_gettext("Put it on record"))

    def told(self) -> keeping.NewLicence:
        """What has been filled in."""
        return keeping.NewLicence(
            kind=self.kind.data,
            brand=self.brand.data,
            number=self.number.data or "",
            expires_on=self.expires_on.data,
            starts_on=self.starts_on.data,
            channel=self.channel.data or None,
            signature=(self.signature.data or "").strip() or None,
        )


@licences.get("")
@allow(*READERS)
def on_record() -> ResponseReturnValue:
    """What is on record and what is missing; the form is filled with what is asked for."""
    form = _form()
    renewed = request.args.get("renew", type=UUID)
    line = next((one for one in _lines() if one.id == renewed), None)
    if line is not None:
        _fill(form, line)
    elif request.args:
        form.process(**{name: request.args.get(name) for name in ("brand", "kind", "channel")})
    return _page(form)


def _fill(form: LicenceForm, line: LicenceLine) -> None:
    """The renewal of a licence holds from the day after its last day."""
    form.process(
        brand=line.brand,
        kind=line.kind,
        number=line.number,
        channel=line.channel,
        signature=line.signature,
        starts_on=line.expires_on + timedelta(days=1) if line.expires_on else None,
    )


@licences.post("")
@allow(*MAY_CHANGE)
def add() -> ResponseReturnValue:
    """Puts a licence or filing on record."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        keeping.add(_parts(), form.told(), _parts().now(), current_user.email)
    except keeping.LicenceRefused as refused:
        field = form[FIELD_OF.get(refused.reason, "number")]
        field.errors = [*field.errors, refusal(refused.reason)]
        return _page(form), 422
    flash(gettext("It is on record."), "success")
    return redirect(url_for("licences.on_record", _anchor="content"))


@licences.post("/<uuid:licence_id>/end")
@allow(*MAY_CHANGE)
def end(licence_id: UUID) -> ResponseReturnValue:
    """Takes a licence or filing off the record."""
    if keeping.end(_parts(), licence_id, _parts().now(), current_user.email):
        flash(gettext("It is off the record and counts for nothing from now on."), "success")
    else:
        flash(gettext("It was not on record any more."), "info")
    return redirect(url_for("licences.on_record", _anchor="content"))


def _parts() -> Parts:
    parts: Parts = current_app.extensions["parts"]
    return parts


def _kinds() -> Sequence[LicenceKind]:
    return _parts().rules.licence_kinds


def _lines() -> list[LicenceLine]:
    with _parts().store.read() as session:
        return reading.lines(session, _kinds(), _parts().now())


def _form() -> LicenceForm:
    form, directory = LicenceForm(), _parts().directory.current(_parts().now())
    form.brand.choices = [SelectChoice(brand.code, brand.name) for brand in directory.brands.values()]
    form.kind.choices = [SelectChoice(kind.code, kind_words(kind, language())) for kind in _kinds()]
    names = sorted(channel.name for channel in directory.channels.values())
    form.channel.choices = [SelectChoice("", gettext("None")), *(SelectChoice(name, name) for name in names)]
    return form


def _page(form: LicenceForm) -> str:
    now = _parts().now()
    with _parts().store.read() as session:
        lacking = reading.together(reading.needed(session, _kinds(), now))
    lines = _lines()
    shown = [
        (
            brand,
            [one for one in lacking if one.brand == brand.code],
            [line for line in lines if line.brand == brand.code],
        )
        for brand in _parts().directory.current(now).brands.values()
    ]
    return page(
        "console/licences.html",
        form=form if current_user.role in MAY_CHANGE else None,
        brands=shown,
        names={kind.code: kind_words(kind, language()) for kind in _kinds()},
        by_channel=_named(Scope.CHANNEL),
        by_signature=_named(Scope.SIGNATURE),
        endless=listed(kind_words(kind, language()) for kind in _kinds() if not kind.must_expire),
    )


def _named(scope: Scope) -> str:
    return listed(kind_words(kind, language()) for kind in _kinds() if kind.scope is scope)
