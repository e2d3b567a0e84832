"""Renders the console's pages: moments in the brand's zone, codes in plain words, the menu of one's role."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, render_template, request
from flask_babel import lazy_gettext
from flask_login import current_user

from app.domain.phone import masked
from app.reads import notices
from app.reads.reason_words import code_words, reason_words
from app.reads.why import Explained
from app.usecases.parts import Parts
from app.web.access import guard_of
from app.web.console import deadline_words, figure_words, notice_words, permits, practice_words, wording
from app.web.console.languages import shown

MENU = (
    ("home.overview", lazy_gettext("Overview")),
    ("inbox.waiting", lazy_gettext("Inbox")),
    ("practice.queue", lazy_gettext("Practice")),
    ("why.ask", lazy_gettext("Why")),
    ("figures.shown", lazy_gettext("Figures")),
    ("marketing.switch", lazy_gettext("Marketing")),
    ("imports.overview", lazy_gettext("Imports")),
    ("numbers.overview", lazy_gettext("Numbers")),
    ("offers.kept", lazy_gettext("Offers")),
    ("licences.on_record", lazy_gettext("Permits and hours")),
    ("staff.everyone", lazy_gettext("Staff")),
    ("api_keys.held", lazy_gettext("API keys")),
    ("audit.trail", lazy_gettext("Audit")),
)
"""Every page that the shell leads to; staff see those that are open to their role."""
PART_OF = {
    "conversation": "inbox",
    "finding": "inbox",
    "canned_replies": "inbox",
    "partners": "licences",
    "hours": "licences",
    "deadlines": "licences",
}
"""Pages that another page of the menu leads to."""


def page(template: str, **told: Any) -> str:
    """A page, or the part of one that asks for itself again and again: the same template in both places."""
    return render_template(template, **told)


def at(moment: datetime | None, zone: str | None = None) -> str:
    """A moment on the clock of a brand; where it concerns none, of the installation's first brand."""
    if moment is None:
        return ""
    return moment.astimezone(ZoneInfo(zone or zone_of_the_house())).strftime("%Y-%m-%d %H:%M")


def zone_of_the_house() -> str:
    """The time zone of the installation's first brand."""
    parts: Parts = current_app.extensions["parts"]
    first = next(iter(parts.directory.current(parts.now()).brands.values()), None)
    return first.timezone if first else "UTC"


def clock(moment: datetime, zone: str) -> str:
    """The time of day alone, beside a day that is told elsewhere."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def day(moment: datetime, zone: str) -> str:
    """The day alone."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d")


def say_reason(code: str | None) -> str:
    """A reason code in plain words."""
    return reason_words(code, "zh" if shown() == "zh" else "en")


def say_code(code: str | None) -> str:
    """A purpose or scope in plain words."""
    return code_words(code, "zh" if shown() == "zh" else "en") if code else ""


def say_decision(decided: Explained) -> str:
    """A decision in plain words."""
    return decided.sentence("zh" if shown() == "zh" else "en")


def _shell() -> dict[str, Any]:
    if not (current_user and current_user.is_authenticated):
        return {"menu": [], "language": shown()}
    open_to_me = [
        (endpoint, title)
        for endpoint, title in MENU
        if current_user.role in (guard_of(current_app, endpoint) or ())
    ]
    here = (request.endpoint or "").split(".")[0]
    return {"menu": open_to_me, "language": shown(), "here": PART_OF.get(here, here), "warned": _warned}


def _warned() -> int:
    """How many warnings this member of staff has that nobody has seen to."""
    parts: Parts = current_app.extensions["parts"]
    with parts.store.read() as session:
        return notices.count(session, current_user.id)


def install(app: Flask) -> None:
    """Adds what all templates use."""
    app.jinja_env.filters |= {
        "at": at,
        "clock": clock,
        "day": day,
        "masked": masked,
        "say_reason": say_reason,
        "say_code": say_code,
        "say_decision": say_decision,
        **wording.FILTERS,
        **permits.FILTERS,
        **deadline_words.FILTERS,
        **notice_words.FILTERS,
        **figure_words.FILTERS,
        **practice_words.FILTERS,
    }
    app.jinja_env.globals["now"] = lambda: app.extensions["parts"].now()
    app.jinja_env.globals["is_open"] = lambda endpoint: current_user.role in (guard_of(app, endpoint) or ())
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_shell)
