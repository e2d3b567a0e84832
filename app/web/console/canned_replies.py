"""The texts that staff keep ready, by brand and language: managers write and remove them."""

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.domain.canned_replies import LONGEST, Canned, CannedRefused
from app.reads.canned_replies import Kept, kept_texts
from app.reads.reason_words import reason_words
from app.usecases import canned_replies as keeping
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console import desk_words
from app.web.console.conversation_page import staff
from app.web.console.languages import shown
from app.web.console.rendering import page

canned_replies = Blueprint("canned_replies", __name__, url_prefix="/canned-replies")
MAY_CHANGE = ("manager", "admin")


class CannedForm(FlaskForm):  # type: ignore[misc]
    """One text, new or written anew."""

    brand = SelectField(lazy_gettext("Brand"))
    language = SelectField(
        lazy_gettext("Language"),
        choices=[SelectChoice("zh", "中文"), SelectChoice("en", "English")],
    )
    name = StringField(
        lazy_gettext("Name after the /"),
        validators=[InputRequired(lazy_gettext("Please give the text a name."))],
        render_kw={"autocomplete": "off", "maxlength": 30},
    )
    text = TextAreaField(
        lazy_gettext("What it says"),
        validators=[
            InputRequired(lazy_gettext("There is nothing written yet.")),
            Length(max=LONGEST, message=lazy_gettext("That is too long.")),
        ],
        render_kw={"rows": 4},
    )
    submit = SubmitField(lazy_gettext("Keep it ready"))


@canned_replies.get("")
@allow(*MAY_CHANGE)
def kept() -> ResponseReturnValue:
    """All texts, and the form: filled with one of them where it is asked for."""
    form, wanted = _form(), request.args.get("change", type=UUID)
    one = next((one for one in _texts() if one.id == wanted), None)
    if one is not None:
        form.process(brand=one.brand_code, language=one.language, name=one.name, text=one.text)
    return _page(form)


@canned_replies.post("")
@allow(*MAY_CHANGE)
def put() -> ResponseReturnValue:
    """Keeps a text ready, once it has been judged."""
    form, parts = _form(), _parts()
    if not form.validate_on_submit():
        return _page(form), 422
    brand = parts.directory.current(parts.now()).brand_coded(form.brand.data)
    canned = Canned(form.name.data.strip().removeprefix("/"), form.language.data, form.text.data.strip())
    try:
        if brand is not None:
            keeping.put(parts, staff(), brand, canned, parts.now())
    except CannedRefused as refused:
        form[refused.field].errors = [*form[refused.field].errors, _said(refused)]
        return _page(form), 422
    flash(gettext("The text is ready: staff pick it as /%(name)s.", name=canned.name), "success")
    return redirect(url_for("canned_replies.kept"))


@canned_replies.post("/<uuid:canned_id>/remove")
@allow(*MAY_CHANGE)
def remove(canned_id: UUID) -> ResponseReturnValue:
    """Keeps a text ready no longer; one that a colleague has removed is gone all the same."""
    keeping.remove(_parts(), staff(), canned_id, _parts().now())
    flash(gettext("The text is removed."), "success")
    return redirect(url_for("canned_replies.kept"))


def _said(refused: CannedRefused) -> str:
    words = desk_words.REFUSALS.get(refused.reason)
    said = str(words) if words else reason_words(refused.reason, "zh" if shown() == "zh" else "en")
    return said + (gettext(": “%(quote)s”", quote=refused.about) if refused.about else "")


def _parts() -> Parts:
    parts: Parts = current_app.extensions["parts"]
    return parts


def _form() -> CannedForm:
    form = CannedForm()
    brands = _parts().directory.current(_parts().now()).brands.values()
    form.brand.choices = [SelectChoice(brand.code, brand.name) for brand in brands]
    return form


def _texts() -> list[Kept]:
    with _parts().store.read() as session:
        return kept_texts(session)


def _page(form: CannedForm) -> str:
    return page("console/canned_replies.html", form=form, texts=_texts())
