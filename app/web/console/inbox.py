"""The inbox: hand-overs and complaints by the time that is left, and messages that need a person."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from app.domain.complaint_words import CATEGORIES
from app.reads import desk_lists, notices, unsent
from app.reads import inbox as lines
from app.reads.desk_lists import Place, Show, Wanted, Who
from app.usecases import assign, staff_list
from app.usecases.desk import StaffMember
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console import polling
from app.web.console.polling import Polled, polled
from app.web.console.rendering import page

inbox = Blueprint("inbox", __name__)
AT_THE_DESK = ("support", "manager", "admin")
ASKED = ("show", "who", "brand", "category", "after")
"""What an address of the list may ask for."""


THE_DESK: Polled = ("inbox", desk_lists.state)


@inbox.get("/inbox")
@allow(*AT_THE_DESK)
@polled(lambda: THE_DESK)
def waiting() -> ResponseReturnValue:
    """The list; asked for by htmx, the list alone."""
    parts: Parts = current_app.extensions["parts"]
    now = parts.now()
    wanted, brands = _wanted(parts), parts.directory.current(now).brands.values()
    with parts.store.read() as session:
        version = polling.version(session, THE_DESK)
        found = lines.page(session, wanted, now, Place.read(request.args.get("after")))
        counts = desk_lists.counts(session, wanted, now)
        failed = unsent.messages(session) if wanted.show is Show.FAILED else []
        colleagues = lines.colleagues(session)
    template = "console/_inbox_list.html" if "HX-Request" in request.headers else "console/inbox.html"
    return page(
        template,
        show=wanted.show,
        shows=tuple(Show),
        items=found.lines,
        next=found.next,
        failed=failed,
        counts=counts,
        version=version,
        brands=sorted(brands, key=lambda brand: brand.name),
        colleagues=[one for one in colleagues if one.id != current_user.id],
        categories=CATEGORIES,
        asked=_asked(),
        with_=_asked_with,
    )


@inbox.post("/inbox/assign")
@allow(*AT_THE_DESK)
def assigned() -> ResponseReturnValue:
    """Gives the lines that were ticked to somebody, and says of how many that was possible."""
    parts: Parts = current_app.extensions["parts"]
    lines_chosen = [one for told in request.form.getlist("line") if (one := _line(told)) is not None]
    to = request.form.get("to", type=UUID)
    staff = StaffMember(current_user.id, current_user.email)
    if not lines_chosen or to is None:
        flash(gettext("Tick who is to be given to somebody first."), "warning")
    else:
        done = assign.assign(parts, staff, lines_chosen, to, parts.now())
        _tell(done, len(lines_chosen))
    return redirect(url_for("inbox.waiting", **_asked(request.form)))


def _tell(done: int, wanted: int) -> None:
    if done:
        flash(
            ngettext("%(num)s line was given to them.", "%(num)s lines were given to them.", done), "success"
        )
    if done < wanted:
        told = ngettext(
            "%(num)s line was not: it is settled, or its person was erased.",
            "%(num)s lines were not: they are settled, or their people were erased.",
            wanted - done,
        )
        flash(told, "warning")


def _line(told: str) -> tuple[UUID, UUID] | None:
    """(customer, brand) of a line that was ticked."""
    try:
        customer_id, _, brand_id = told.partition(".")
        return UUID(customer_id), UUID(brand_id)
    except ValueError:
        return None


def _wanted(parts: Parts) -> Wanted:
    who = request.args.get("who", Who.EVERYBODY.value)
    brand = parts.directory.current(parts.now()).brand_coded(request.args.get("brand", ""))
    category = request.args.get("category")
    return Wanted(
        request.args.get("show", Show.ALL, type=Show),
        current_user.id if who == Who.MINE else request.args.get("who", type=UUID),
        who == Who.NOBODY,
        brand.id if brand is not None else None,
        category if category in CATEGORIES else None,
    )


def _asked(given: Mapping[str, Any] | None = None) -> dict[str, str]:
    told = request.args if given is None else given
    return {name: told[name] for name in ASKED if told.get(name)}


def _asked_with(**other: str | None) -> dict[str, str]:
    """What the address of this page asks for, but for these."""
    told: dict[str, str | None] = {**_asked(), **other}
    return {name: value for name, value in told.items() if value}


@inbox.post("/inbox/failed/<uuid:outbound_id>/seen")
@allow(*AT_THE_DESK)
def seen(outbound_id: UUID) -> ResponseReturnValue:
    """Takes a message off the list; one that a colleague took off is off all the same."""
    parts: Parts = current_app.extensions["parts"]
    staff_list.seen(parts, StaffMember(current_user.id, current_user.email), outbound_id, parts.now())
    return redirect(url_for("inbox.waiting", show=Show.FAILED.value))


@inbox.get("/inbox/<brand_code>/<int:number>")
@allow(*AT_THE_DESK)
def complaint(brand_code: str, number: int) -> ResponseReturnValue:
    """Leads to the conversation of a complaint: what a warning links to names no customer."""
    parts: Parts = current_app.extensions["parts"]
    with parts.store.read() as session:
        customer_id = notices.customer_of(session, brand_code, number) or abort(404)
    return redirect(url_for("conversation.show", brand_code=brand_code, customer_id=customer_id))
