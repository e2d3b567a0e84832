"""Practice under the desk: made-up customers who wait, one conversation, and the score in the end."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.reads import practices
from app.usecases import practice as practising
from app.usecases.desk import DeskRefusal, StaffMember
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console.inbox import AT_THE_DESK
from app.web.console.languages import shown
from app.web.console.rendering import page
from app.web.console.wording import refusal

practice = Blueprint("practice", __name__, url_prefix="/practice")
OF_EVERYBODY = ("manager", "admin")


@practice.get("")
@allow(*AT_THE_DESK)
def queue() -> ResponseReturnValue:
    """Who waits, who else can be let in, and what was reached before; managers see everybody's scores."""
    parts = _parts()
    sees_all = current_user.role in OF_EVERYBODY
    with parts.store.read() as session:
        mine = practices.listed(session, parts.practice, current_user.id)
        ended = practices.listed(session, parts.practice, None) if sees_all else mine
    waiting = sorted((one for one in mine if one.ended_at is None), key=lambda one: one.due_at)
    ended = [one for one in ended if one.ended_at is not None]
    return page(
        "console/practice.html",
        waiting=waiting,
        ended=ended,
        scenarios=parts.practice.values(),
        sees_all=sees_all,
    )


@practice.post("/start")
@allow(*AT_THE_DESK)
def start() -> ResponseReturnValue:
    """Lets a made-up customer write, in the language of the console."""
    parts = _parts()
    try:
        made = practising.start(parts, _staff(), request.form.get("scenario", ""), shown(), parts.now())
    except DeskRefusal as refused:
        flash(refusal(refused.reason), "danger")
        return redirect(url_for("practice.queue"))
    return redirect(url_for("practice.talk", practice_id=made))


@practice.get("/<uuid:practice_id>")
@allow(*AT_THE_DESK)
def talk(practice_id: UUID) -> ResponseReturnValue:
    """The conversation, or its score once it has ended."""
    return _shown(practice_id)


@practice.post("/<uuid:practice_id>/say")
@allow(*AT_THE_DESK)
def say(practice_id: UUID) -> ResponseReturnValue:
    """Answers the customer."""
    text = request.form.get("text", "")
    return _does(
        practice_id, lambda parts: practising.say(parts, _staff(), practice_id, text, parts.now()), text
    )


@practice.post("/<uuid:practice_id>/count")
@allow(*AT_THE_DESK)
def count(practice_id: UUID) -> ResponseReturnValue:
    """How many characters and parts a reply has, and whether it would be sent."""
    return page("console/_count.html", **_counted(request.form.get("text", "")))


@practice.post("/<uuid:practice_id>/end")
@allow(*AT_THE_DESK)
def end(practice_id: UUID) -> ResponseReturnValue:
    """Ends it, and shows the score."""
    return _does(practice_id, lambda parts: practising.end(parts, _staff(), practice_id, parts.now()))


def _does(practice_id: UUID, act: Callable[[Parts], None], draft: str = "") -> ResponseReturnValue:
    try:
        act(_parts())
    except DeskRefusal as refused:
        if refused.reason == "unknown_practice":
            abort(404)
        return _shown(practice_id, refusal(refused.reason, refused.objections), draft), 422
    return redirect(url_for("practice.talk", practice_id=practice_id))


def _shown(practice_id: UUID, refused: str = "", draft: str = "") -> str:
    parts = _parts()
    with parts.store.read() as session:
        one = practices.one(session, parts.practice, practice_id, current_user.id) or abort(404)
    return page("console/practice_talk.html", it=one, refused=refused, draft=draft, **_counted(draft))


def _counted(text: str) -> dict[str, Any]:
    text = text.strip()
    return {"characters": len(text), "judged": practising.judged(_parts(), text) if text else None}


def _staff() -> StaffMember:
    return StaffMember(current_user.id, current_user.email)


def _parts() -> Parts:
    parts: Parts = current_app.extensions["parts"]
    return parts
