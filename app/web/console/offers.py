"""The offers that copy is bound to: written, marked sold out, put back on sale."""

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import DecimalField, IntegerField, SelectChoice, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length
from wtforms.validators import Optional as MayBeEmpty

from app.domain.flows.facts import zone_named
from app.domain.offers import Offer
from app.usecases import offers as keeping
from app.usecases.directory import BrandView
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console import wording
from app.web.console.moments import DayField
from app.web.console.rendering import page

offers = Blueprint("offers", __name__, url_prefix="/offers")
ROLES = ("marketer", "manager")


def _words(label: str) -> StringField:
    longest = Length(max=keeping.LONGEST_TEXT, message=lazy_gettext("That is too long."))
    return StringField(label, validators=[longest], render_kw={"autocomplete": "off"})


class OfferForm(FlaskForm):  # type: ignore[misc]
    """One offer, new or written anew."""

    brand = SelectField(lazy_gettext("Brand"))
    name = StringField(
        lazy_gettext("Name in texts"),
        validators=[InputRequired(lazy_gettext("Please give the offer a name."))],
        render_kw={"autocomplete": "off", "placeholder": "member_day"},
    )
    title = _words(lazy_gettext("Title, Chinese"))
    title_en = _words(lazy_gettext("Title, English"))
    discount = _words(lazy_gettext("Discount, Chinese"))
    discount_en = _words(lazy_gettext("Discount, English"))
    price = DecimalField(lazy_gettext("Price"), places=2, validators=[MayBeEmpty()])
    quantity = IntegerField(lazy_gettext("Quantity"), validators=[MayBeEmpty()])
    starts_on = DayField(lazy_gettext("First day"), validators=[MayBeEmpty()])
    ends_on = DayField(lazy_gettext("Last day"), validators=[MayBeEmpty()])
    submit = SubmitField(lazy_gettext("Save the offer"))

    def offer(self) -> Offer:
        """What has been filled in."""
        return Offer(
            name=self.name.data.strip(),
            title=_texts(self.title.data, self.title_en.data),
            discount=_texts(self.discount.data, self.discount_en.data),
            price=self.price.data,
            quantity=self.quantity.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
        )


def _texts(zh: str | None, en: str | None) -> dict[str, str]:
    return {language: text.strip() for language, text in (("zh", zh), ("en", en)) if text and text.strip()}


@offers.get("")
@allow(*ROLES)
def kept() -> ResponseReturnValue:
    """All offers, and the form: filled with one of them where it is asked for."""
    form = _form()
    brand = _parts().directory.current(_parts().now()).brand_coded(request.args.get("brand", ""))
    known = _parts().directory.current(_parts().now()).offers.get(brand.id, {}) if brand else {}
    if brand is not None and (offer := known.get(request.args.get("name", ""))):
        _fill(form, brand, offer)
    return _page(form)


def _fill(form: OfferForm, brand: BrandView, offer: Offer) -> None:
    form.process(
        brand=brand.code,
        name=offer.name,
        title=offer.title.get("zh"),
        title_en=offer.title.get("en"),
        discount=offer.discount.get("zh"),
        discount_en=offer.discount.get("en"),
        price=offer.price,
        quantity=offer.quantity,
        starts_on=offer.starts_on,
        ends_on=offer.ends_on,
    )


@offers.post("")
@allow(*ROLES)
def put() -> ResponseReturnValue:
    """Saves an offer."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        keeping.put(_parts(), form.brand.data, form.offer(), _actor())
    except keeping.OfferRefused as refused:
        form[refused.field].errors = [*form[refused.field].errors, wording.refusal(refused.reason)]
        return _page(form), 422
    flash(gettext("The offer is saved. Texts name it as %(name)s.", name=form.name.data), "success")
    return redirect(url_for("offers.kept"))


@offers.post("/<brand>/<name>/<any(sold_out, back):state>")
@allow(*ROLES)
def sell_out(brand: str, name: str, state: str) -> ResponseReturnValue:
    """Stops, or lets through again, every text that names the offer."""
    try:
        keeping.sell_out(_parts(), brand, name, state == "sold_out", _actor())
    except keeping.OfferRefused:
        abort(404)
    return redirect(url_for("offers.kept"))


def _parts() -> Parts:
    parts: Parts = current_app.extensions["parts"]
    return parts


def _actor() -> keeping.Actor:
    return keeping.Actor(current_user.email, _parts().now())


def _form() -> OfferForm:
    form = OfferForm()
    brands = _parts().directory.current(_parts().now()).brands.values()
    form.brand.choices = [SelectChoice(brand.code, brand.name) for brand in brands]
    return form


def _page(form: OfferForm) -> str:
    now = _parts().now()
    directory = _parts().directory.current(now)
    shown = [
        (brand, offer, offer.standing(now.astimezone(zone_named(brand.timezone)).date()).value)
        for brand in directory.brands.values()
        for offer in directory.offers.get(brand.id, {}).values()
    ]
    return page("console/offers.html", form=form, offers=shown)
