"""The console: where staff log in, see what waits, and answer customers."""

from collections.abc import Iterator

from flask import Flask, abort, request
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect

from app.settings import Settings
from app.usecases.parts import Parts
from app.web import access
from app.web.console import (
    account,
    api_keys,
    audit,
    canned_replies,
    complaints,
    deadlines,
    erasing,
    figures,
    finding,
    home,
    hours,
    imports,
    inbox,
    languages,
    licences,
    log_in,
    marketing,
    notices,
    numbers,
    offers,
    partners,
    polling,
    practice,
    rendering,
    second_factor,
    staff,
    uploads,
    why,
)

ROOMS = (
    home.home,
    account.account,
    second_factor.second_factor,
    imports.imports,
    marketing.marketing,
    numbers.numbers,
    offers.offers,
    licences.licences,
    partners.partners,
    hours.hours,
    deadlines.deadlines,
    inbox.inbox,
    notices.notices,
    finding.finding,
    complaints.conversation,
    canned_replies.canned_replies,
    erasing.erasing,
    practice.practice,
    why.why,
    figures.figures,
    staff.staff,
    api_keys.api_keys,
    audit.audit,
)
"""The pages, each a blueprint of its own."""


def _texts() -> Iterator[str]:
    """Every text of this request: of its path, its query and its form, with names, repeated fields and files."""
    yield request.path
    for field, told in (*request.args.items(multi=True), *request.form.items(multi=True)):
        yield from (field, told)
    for field, file in request.files.items(multi=True):
        yield from (field, file.filename or "")


def register(app: Flask, parts: Parts, settings: Settings) -> None:
    """Adds the console, and the checks of log-in, role and form token for every route of the application."""
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    Bootstrap5(app)
    languages.install(app)
    rendering.install(app)
    uploads.install(app, settings)
    polling.install(app, parts)
    csrf = CSRFProtect(app)

    @app.before_request
    def check_form() -> None:
        if request.endpoint is not None and not access.is_for_programs(request.endpoint):
            if any("\x00" in told for told in _texts()):
                abort(400)  # no key on any keyboard makes it, and PostgreSQL cannot keep it
            csrf.protect()

    log_in.install(app, parts, settings)
    app.before_request(access.check)
    for room in ROOMS:
        app.register_blueprint(room)
