"""Importing lists of customers: upload, say what the columns mean, look at the first rows, confirm, watch."""

from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectChoice, SelectField, StringField, SubmitField
from wtforms.validators import InputRequired, Length

from app.domain.imports.columns import FIELDS
from app.domain.imports.moments import moment
from app.domain.imports.rows import EARLIEST, LONGEST_WORDING
from app.domain.imports.sources import BOUGHT, ConsentSource
from app.domain.imports.words import BOUGHT_LIST, summary
from app.reads import imports as lines
from app.reads.licence_words import refusal_words
from app.reads.licences import agreements
from app.sheets import Unreadable
from app.usecases import uploaded_lists
from app.usecases.directory import BrandView
from app.usecases.partners import PartnerRefused, bringing
from app.usecases.parts import Parts
from app.usecases.preview_import import Preview
from app.usecases.uploaded_lists import AlreadyImported, Upload
from app.web.access import allow
from app.web.console.languages import shown
from app.web.console.rendering import page
from app.web.console.uploads import ROLES, kept
from app.web.console.wording import IMPORT_FIELDS, SOURCES

imports = Blueprint("imports", __name__, url_prefix="/imports")


class ListForm(FlaskForm):  # type: ignore[misc]
    """The file, whose customers they are, and how they agreed."""

    brand = SelectField(lazy_gettext("Brand"))
    file = FileField(
        lazy_gettext("File (CSV or XLSX)"),
        validators=[FileRequired(lazy_gettext("Please choose a file."))],
        render_kw={"accept": ".csv,.txt,.xlsx"},
    )
    source = SelectField(
        lazy_gettext("How did they agree?"),
        validators=[InputRequired(lazy_gettext("Please say how they agreed."))],
        choices=[
            SelectChoice("", lazy_gettext("Please choose")),
            *(SelectChoice(*one) for one in SOURCES.items()),
        ],
    )
    partner = SelectField(lazy_gettext("Which partner brought them?"), default="")
    consent_at = StringField(lazy_gettext("When did they agree?"), render_kw={"placeholder": "2026-10-01"})
    wording = StringField(lazy_gettext("The words they agreed to"), validators=[Length(max=LONGEST_WORDING)])
    submit = SubmitField(lazy_gettext("Upload and look"))


@imports.get("")
@allow(*ROLES)
def overview() -> ResponseReturnValue:
    """The form, and the last imports."""
    return _overview(_form())


@imports.post("")
@allow(*ROLES)
def upload() -> ResponseReturnValue:
    """Keeps the file, and leads to its columns."""
    form, parts = _form(), _parts()
    if not form.validate_on_submit():
        return _overview(form), 422
    if form.source.data == BOUGHT:
        form.source.errors = [BOUGHT_LIST[_side()]]
        return _overview(form), 422
    brand = parts.directory.current(parts.now()).brand_coded(form.brand.data)
    written = (form.consent_at.data or "").strip()
    at = moment(written, ZoneInfo(brand.timezone)) if brand and written else None
    if brand is None or (written and (at is None or not EARLIEST <= at <= parts.now())):
        form.consent_at.errors = [gettext("Please give a past day, such as 2026-10-01.")]
        return _overview(form), 422
    source = ConsentSource(form.source.data)
    try:
        partner_id = _partner(form, source, brand.id)
    except PartnerRefused as refused:
        form.partner.errors = [refusal_words(refused.reason, "zh" if shown() == "zh" else "en")]
        return _overview(form), 422
    path = kept(form.file.data)
    try:
        import_id = _draft_of(form, path, brand, at, partner_id)
    except Unreadable as error:
        path.unlink()
        form.file.errors = [error.zh if shown() == "zh" else error.en]
        return _overview(form), 422
    except BaseException:  # no draft names the file, which holds phones in the clear
        path.unlink(missing_ok=True)
        raise
    return redirect(url_for("imports.show", import_id=import_id))


def _draft_of(
    form: ListForm, path: Path, brand: BrandView, at: datetime | None, partner: UUID | None
) -> UUID:
    chosen = Upload(
        path=path,
        file_name=form.file.data.filename or path.name,
        source=ConsentSource(form.source.data),
        consent_at=at,
        wording=(form.wording.data or "").strip() or None,
        actor=current_user.email,
        language=shown(),
        partner_id=partner,
    )
    return uploaded_lists.keep_draft(_parts(), brand, chosen, _parts().now())


@imports.get("/<uuid:import_id>")
@allow(*ROLES)
def show(import_id: UUID) -> ResponseReturnValue:
    """The columns and first rows of a draft, or how far an import has come; for htmx that part alone."""
    line = _line(import_id)
    if line.state == "draft":
        return _draft(line)
    template = "console/_import_state.html" if "HX-Request" in request.headers else "console/import.html"
    told = summary(line.counts, False, 0, shown())
    return page(template, line=line, told=told)


@imports.post("/<uuid:import_id>")
@allow(*ROLES)
def confirm(import_id: UUID) -> ResponseReturnValue:
    """Takes the meanings of the columns; then shows the rows anew, starts the import or forgets the file."""
    parts = _parts()
    if "discard" in request.form:
        uploaded_lists.discard(parts, import_id)
        return redirect(url_for("imports.overview"))
    line = _line(import_id)
    if line.state != "draft":
        return redirect(url_for("imports.show", import_id=import_id))
    names, meanings = request.form.getlist("column"), request.form.getlist("field")
    told = {name: field for name, field in zip(names, meanings, strict=False) if field in (*FIELDS, "-")}
    uploaded_lists.tell_columns(parts, import_id, told)
    if "start" in request.form:
        if isinstance(_looked_at(import_id)[2], str):
            return _draft(line), 422
        why_not = _start(import_id)
        if why_not is not None:
            uploaded_lists.discard(parts, import_id)
            flash(*why_not)
            return redirect(url_for("imports.overview"))
    return redirect(url_for("imports.show", import_id=import_id))


def _start(import_id: UUID) -> tuple[str, str] | None:
    """Starts the import, or says in words why that cannot be, and in which colour."""
    try:
        uploaded_lists.start(_parts(), import_id, _parts().now())
    except AlreadyImported as known:
        words = (
            gettext("This list is being imported already: see how far it is below.")
            if known.is_under_way
            else gettext("This list was imported before: nothing has changed.")
        )
        return words, "info"
    except Unreadable as error:
        return error.zh if shown() == "zh" else error.en, "danger"
    return None


@imports.get("/<uuid:import_id>/report")
@allow(*ROLES)
def report(import_id: UUID) -> ResponseReturnValue:
    """The report of what was wrong, to be kept as a file."""
    line = _line(import_id)
    if line.report is None or not line.report.is_file():
        abort(404)
    name = f"{Path(line.file_name).stem}.errors.csv"
    return send_file(line.report.absolute(), mimetype="text/csv", as_attachment=True, download_name=name)


def _partner(form: ListForm, source: ConsentSource, brand_id: UUID) -> UUID | None:
    """Who brought them, where the source is a partner. Raises PartnerRefused."""
    is_needed = source is ConsentSource.PARTNER
    return bringing(_parts(), brand_id, form.partner.data if is_needed else None, is_needed=is_needed)


def _parts() -> Parts:
    parts: Parts = current_app.extensions["parts"]
    return parts


def _side() -> int:
    return 0 if shown() == "zh" else 1


def _form() -> ListForm:
    form, parts = ListForm(), _parts()
    brands = parts.directory.current(parts.now()).brands.values()
    form.brand.choices = [SelectChoice(brand.code, brand.name) for brand in brands]
    with parts.store.read() as session:
        names = dict.fromkeys(
            one.name for one in agreements(session, parts.rules.agreement_warning, parts.now())
        )
    form.partner.choices = [SelectChoice("", gettext("None")), *(SelectChoice(name, name) for name in names)]
    return form


def _overview(form: ListForm) -> str:
    with _parts().store.read() as session:
        held = lines.last(session)
    return page("console/imports.html", form=form, held=held)


def _line(import_id: UUID) -> lines.ImportLine:
    with _parts().store.read() as session:
        line = lines.one(session, import_id)
    if line is None:
        abort(404)
    return line


def _looked_at(import_id: UUID) -> tuple[list[str], dict[str, str], Preview | str]:
    try:
        return uploaded_lists.look_at(_parts(), import_id, _parts().now())
    except LookupError:  # forgotten in this very moment
        abort(404)


def _draft(line: lines.ImportLine) -> str:
    header, meanings, found = _looked_at(line.id)
    shows = {"header": header, "meanings": meanings, "fields": IMPORT_FIELDS}
    problem, rows = (found, ()) if isinstance(found, str) else (None, found.rows)
    return page("console/import.html", line=line, **shows, problem=problem, rows=rows)
