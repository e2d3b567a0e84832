"""Partners' agreements: who brings a brand customers, by which agreement, and when it ends; recorded and renewed."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectChoice, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired

from app.reads.licences import AgreementLine, agreements
from app.usecases import partners as keeping
from app.usecases.partners import Agreement
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console.moments import DayField
from app.web.console.permits import MAY_CHANGE, READERS, refusal
from app.web.console.rendering import page

partners = Blueprint("partners", __name__, url_prefix="/partners")
FIELD_OF = {"unknown_brand": "brand", "number_needed": "number", "ended_already": "expires_on"}
"""The field to mend; for every other reason the partner."""


class AgreementForm(FlaskForm):  # type: ignore[misc]
    """Who brings customers to whom, by which agreement."""

    brand = SelectField(lazy_gettext("Brand"))
    partner = StringField(lazy_gettext("Partner"), render_kw={"autocomplete": "off"})
    number = StringField(lazy_gettext("Number of the agreement"), render_kw={"autocomplete": "off"})
    expires_on = DayField(
        lazy_gettext("Last day"),
        validators=[InputRequired(lazy_gettext("An agreement has a last day: please give it."))],
    )
    submit = SubmitField(lazy_gettext("Put it on record"))


@partners.get("")
@allow(*READERS)
def agreed() -> ResponseReturnValue:
    """All agreements; the form is for a new partner, or for the renewal that is asked for."""
    form, renewed = _form(), _line(request.args.get("brand"), request.args.get("renew"))
    if renewed is not None:
        form.process(brand=renewed.brand, partner=renewed.name)
    return _page(form, renewed)


@partners.post("")
@allow(*MAY_CHANGE)
def add() -> ResponseReturnValue:
    """Records a new partner's agreement."""
    return _keep(_form(), keeping.add, None)


@partners.post("/renewal")
@allow(*MAY_CHANGE)
def renew() -> ResponseReturnValue:
    """Puts a new agreement in the place of a partner's old one."""
    form = _form()
    line = _line(form.brand.data, form.partner.data)
    return _keep(form, keeping.renew, line) if line is not None else abort(404)


def _keep(
    form: AgreementForm,
    how: Callable[[Parts, Agreement, datetime, str], UUID],
    renewed: AgreementLine | None,
) -> ResponseReturnValue:
    if not form.validate_on_submit():
        return _page(form, renewed), 422
    told = Agreement(form.partner.data or "", form.brand.data, form.number.data or "", form.expires_on.data)
    try:
        how(_parts(), told, _parts().now(), current_user.email)
    except keeping.PartnerRefused as refused:
        field = form[FIELD_OF.get(refused.reason, "partner")]
        field.errors = [*field.errors, refusal(refused.reason)]
        return _page(form, renewed), 422
    flash(
        gettext("The agreement with %(name)s is on record.", name=told.partner.strip())
        if renewed is None
        else gettext("The agreement with %(name)s is renewed.", name=told.partner.strip()),
        "success",
    )
    return redirect(url_for("partners.agreed", _anchor="content"))


def _parts() -> Parts:
    parts: Parts = current_app.extensions["parts"]
    return parts


def _lines() -> list[AgreementLine]:
    with _parts().store.read() as session:
        return agreements(session, _parts().rules.agreement_warning, _parts().now())


def _line(brand: str | None, partner: str | None) -> AgreementLine | None:
    name = (partner or "").strip()
    return next((line for line in _lines() if (line.brand, line.name) == (brand, name)), None)


def _form() -> AgreementForm:
    form, directory = AgreementForm(), _parts().directory.current(_parts().now())
    form.brand.choices = [SelectChoice(brand.code, brand.name) for brand in directory.brands.values()]
    return form


def _page(form: AgreementForm, renewed: AgreementLine | None) -> str:
    lines, brands = _lines(), _parts().directory.current(_parts().now()).brands.values()
    return page(
        "console/partners.html",
        form=form if current_user.role in MAY_CHANGE else None,
        renewed=renewed,
        known=_line(form.brand.data, form.partner.data) if form.partner.errors else None,
        brands=[(brand, [line for line in lines if line.brand == brand.code]) for brand in brands],
        names={brand.code: brand.name for brand in brands},
    )
