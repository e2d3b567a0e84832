"""The console's two languages: chosen by whoever looks, kept with their account."""

from flask import Blueprint, Flask, current_app, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import Babel, Locale, get_locale
from flask_login import current_user

from app.usecases import log_in
from app.web.access import public
from app.web.console.own_pages import is_own

LOCALES = {"zh": "zh_CN", "en": "en"}
"""Babel spells the first one out as `zh_Hans_CN`, which is what the folder of its words is called."""

language = Blueprint("language", __name__)


def chosen() -> str:
    """The language of this request: `zh` or `en`."""
    if (picked := session.get("language")) in LOCALES:
        return str(picked)
    if current_user and current_user.is_authenticated and current_user.language in LOCALES:
        return str(current_user.language)
    return request.accept_languages.best_match(list(LOCALES)) or "zh"


def shown() -> str:
    """The language that the page is being rendered in: `zh` or `en`."""
    locale: Locale | None = get_locale()
    return locale.language if locale is not None and locale.language in LOCALES else "zh"


@language.post("/language/<any(zh, en):code>")
@public
def choose(code: str) -> ResponseReturnValue:
    """Switches the console's language, and goes back to where one was."""
    session["language"] = code
    if current_user.is_authenticated:
        current_user.language = code
        log_in.keep(current_app.extensions["parts"], current_user)
    back = request.form.get("back", "")
    return redirect(back if is_own(back) else url_for("home.front"))


def install(app: Flask) -> None:
    """Adds translation to the application."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "zh_CN")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(app, locale_selector=lambda: LOCALES[chosen()])
    app.register_blueprint(language)
