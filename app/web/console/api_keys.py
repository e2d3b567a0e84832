"""The keys with which programs call the API: made for a brand, shown once, revoked at once."""

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from app.reads import staff as staff_list
from app.usecases import api_keys as keys
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console.rendering import page

api_keys = Blueprint("api_keys", __name__, url_prefix="/api-keys")


class NewKeyForm(FlaskForm):  # type: ignore[misc]
    """What the key is for, and of which brand."""

    name = StringField(
        lazy_gettext("What it is for"),
        validators=[
            InputRequired(lazy_gettext("Please say what the key is for.")),
            Length(max=keys.LONGEST_NAME),
        ],
        render_kw={"autocomplete": "off"},
    )
    brand = SelectField(lazy_gettext("Brand"))
    submit = SubmitField(lazy_gettext("Make a key"))


@api_keys.get("")
@allow("admin")
def held() -> ResponseReturnValue:
    """All keys."""
    return _page(_form())


@api_keys.post("")
@allow("admin")
def add() -> ResponseReturnValue:
    """Makes a key, and shows it, once."""
    form, parts = _form(), current_app.extensions["parts"]
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        key = keys.add(parts, form.name.data, form.brand.data, parts.now(), current_user.email)
    except keys.NameTaken:
        form.name.errors.append(gettext("There is a key of this name already: take another name."))
        return _page(form), 422
    return _page(_form(is_blank=True), key)


@api_keys.post("/<uuid:key_id>/revoke")
@allow("admin")
def revoke(key_id: UUID) -> ResponseReturnValue:
    """Ends a key."""
    parts: Parts = current_app.extensions["parts"]
    if keys.revoke(parts, key_id, parts.now(), current_user.email):
        flash(gettext("The key is revoked: it opens nothing from now on."), "success")
    return redirect(url_for("api_keys.held"))


def _form(*, is_blank: bool = False) -> NewKeyForm:
    parts: Parts = current_app.extensions["parts"]
    form = NewKeyForm(formdata=None) if is_blank else NewKeyForm()
    form.brand.choices = [
        SelectChoice(brand.code, brand.name) for brand in parts.directory.current(parts.now()).brands.values()
    ]
    return form


def _page(form: NewKeyForm, key: str | None = None) -> str:
    parts: Parts = current_app.extensions["parts"]
    with parts.store.read() as session:
        held = staff_list.api_keys(session)
    return page("console/api_keys.html", form=form, keys=held, key=key)
