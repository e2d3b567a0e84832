"""One's own account: how one is warned, where one is logged in, and an end to that."""

from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext, ngettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, SubmitField
from wtforms.validators import Length

from app.domain.escalation import Channel
from app.reads import mentions, notices
from app.reads import staff_sessions as sessions_held
from app.usecases import notice_ways, staff_sessions
from app.usecases.notice_ways import WaysRefused
from app.usecases.parts import Parts
from app.web.access import EVERY_ROLE, allow
from app.web.console.inbox import AT_THE_DESK
from app.web.console.rendering import page

account = Blueprint("account", __name__, url_prefix="/account")
REFUSALS = {
    "phone_missing": lazy_gettext("Give a number for the texts."),
    "phone_unread": lazy_gettext("That is no phone number."),
}


class WarnedByForm(FlaskForm):  # type: ignore[misc]
    """How one is warned of complaints beside the console."""

    email = BooleanField(lazy_gettext("By mail"))
    sms = BooleanField(lazy_gettext("By text"))
    phone = StringField(
        lazy_gettext("Number for texts"),
        validators=[Length(max=40, message=lazy_gettext("That is too long."))],
        render_kw={"inputmode": "tel", "autocomplete": "tel"},
    )
    submit = SubmitField(lazy_gettext("Save"))


@account.get("")
@allow(*EVERY_ROLE)
def own() -> ResponseReturnValue:
    """The page."""
    return _page()


@account.post("/warnings")
@allow(*AT_THE_DESK)
def warned_by() -> ResponseReturnValue:
    """Says how one is to be warned."""
    parts, form = current_app.extensions["parts"], WarnedByForm()
    if not form.validate_on_submit():
        return _page(form), 422
    wanted = [way for way in notice_ways.CHOICES if form[way].data]
    try:
        notice_ways.choose(parts, current_user.id, wanted, form.phone.data or "", parts.now())
    except WaysRefused as refused:
        form.phone.errors = [*form.phone.errors, REFUSALS[refused.reason]]
        return _page(form), 422
    flash(gettext("From now on you are warned so."), "success")
    return redirect(url_for("account.own"))


def _page(form: WarnedByForm | None = None) -> str:
    parts: Parts = current_app.extensions["parts"]
    with parts.store.read() as session:
        held = sessions_held.of(session, current_user.id, parts.now())
        mentioned = mentions.of(session, current_user.id)
        ways = notices.ways(session, current_user.id)
    set_now = {way: way in ways.channels for way in notice_ways.CHOICES}
    return page(
        "console/account.html",
        sessions=held,
        mentioned=mentioned,
        form=form or WarnedByForm(formdata=None, data=set_now),
        ways=ways,
        has_mail=Channel.EMAIL in parts.notifiers,
    )


@account.post("/sessions/<uuid:session_id>/end")
@allow(*EVERY_ROLE)
def end(session_id: UUID) -> ResponseReturnValue:
    """Ends one of one's own sessions; one that has ended meanwhile is ended all the same."""
    parts: Parts = current_app.extensions["parts"]
    staff_sessions.end(parts, current_user, session_id, parts.now())
    flash(gettext("That session has ended."), "success")
    return redirect(url_for("account.own"))


@account.post("/sessions/end-others")
@allow(*EVERY_ROLE)
def end_others() -> ResponseReturnValue:
    """Ends all of one's own sessions but this one."""
    parts: Parts = current_app.extensions["parts"]
    count = staff_sessions.end_others(parts, current_user, parts.now())
    flash(
        ngettext("%(num)s session elsewhere has ended.", "%(num)s sessions elsewhere have ended.", count),
        "success",
    )
    return redirect(url_for("account.own"))
