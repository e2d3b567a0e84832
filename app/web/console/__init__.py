"""The console: where staff log in, see what waits, and answer customers."""

from flask import Flask, request
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect

from app.settings import Settings
from app.usecases.parts import Parts
from app.web import access
from app.web.console import (
    api_keys,
    audit,
    conversation,
    home,
    imports,
    inbox,
    languages,
    log_in,
    rendering,
    staff,
)


def register(app: Flask, parts: Parts, settings: Settings) -> None:
    """Adds the console, and the checks of log-in, role and form token for every route of the application."""
    app.config.update(BOOTSTRAP_SERVE_LOCAL=True, WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None)
    Bootstrap5(app)
    languages.install(app)
    rendering.install(app)
    imports.install(app, settings)
    csrf = CSRFProtect(app)

    @app.before_request
    def check_token() -> None:
        if request.endpoint is not None and not access.is_for_programs(request.endpoint):
            csrf.protect()

    log_in.install(app, parts, settings)
    app.before_request(access.check)
    for room in (
        home.home,
        imports.imports,
        inbox.inbox,
        conversation.conversation,
        staff.staff,
        api_keys.api_keys,
        audit.audit,
    ):
        app.register_blueprint(room)
