"""One customer's page at the desk: what was written, the complaint's clocks, and what staff do about it."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from uuid_utils.compat import uuid7

from app.domain.sensitive import SCOPES
from app.reads import conversations
from app.usecases import desk, separate_consents
from app.usecases.desk import DeskRefusal, StaffMember
from app.usecases.directory import BrandView
from app.usecases.parts import Parts
from app.usecases.reveal_phone import reveal_phone
from app.usecases.separate_consents import ConsentUnproved, NobodyThere, Told
from app.usecases.staff_texts import MOST_CHARACTERS
from app.web.access import allow
from app.web.console.erasing import MAY_ERASE
from app.web.console.inbox import AT_THE_DESK
from app.web.console.rendering import page
from app.web.console.wording import refusal

conversation = Blueprint("conversation", __name__, url_prefix="/inbox/<brand_code>/<uuid:customer_id>")


@conversation.get("")
@allow(*AT_THE_DESK)
def show(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """The page."""
    return _page(brand_code, customer_id)


@conversation.get("/thread")
@allow(*AT_THE_DESK)
def thread(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """The texts alone, as the page polls them."""
    return page("console/_thread.html", **_known(brand_code, customer_id))


@conversation.get("/state")
@allow(*AT_THE_DESK)
def state(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Hand-over and complaints alone, as the page polls them."""
    return page("console/_state.html", **_known(brand_code, customer_id))


@conversation.post("/reply")
@allow(*AT_THE_DESK)
def reply(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Sends a text of staff's own; the same text from the same form once, however often it is sent."""
    brand, text = _brand(brand_code), request.form.get("text", "")
    form = request.form.get("form", type=UUID)
    outbound_id = _id_of(form, text) if form is not None else None
    return _do(
        brand_code,
        customer_id,
        lambda parts, staff: desk.reply(
            parts, staff, customer_id, brand.id, text, parts.now(), outbound_id=outbound_id
        ),
        gettext("Your reply is on its way."),
        draft=text,
    )


@conversation.post("/take")
@allow(*AT_THE_DESK)
def take(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Takes the conversation from the bot."""
    brand = _brand(brand_code)
    return _do(
        brand_code,
        customer_id,
        lambda parts, staff: desk.take(parts, staff, customer_id, brand.id, parts.now()),
        gettext("You have this conversation now; the bot is silent for 12 hours."),
    )


@conversation.post("/hand-back")
@allow(*AT_THE_DESK)
def hand_back(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Gives the conversation back to the bot."""
    brand = _brand(brand_code)
    return _do(
        brand_code,
        customer_id,
        lambda parts, staff: desk.hand_back(parts, staff, customer_id, brand.id, parts.now()),
        gettext("The bot answers this customer again."),
    )


@conversation.post("/wish")
@allow(*AT_THE_DESK)
def wish(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Ends a hold on marketing by what staff have found out: an opt-out, or none."""
    brand, told = _brand(brand_code), request.form.get("wish")
    if told not in ("out", "in"):
        abort(422)
    done = gettext("The opt-out is recorded.") if told == "out" else gettext("Marketing is no longer held.")
    return _do(
        brand_code,
        customer_id,
        lambda parts, staff: desk.settle_doubt(
            parts, staff, customer_id, brand.id, parts.now(), is_opt_out=told == "out"
        ),
        done,
    )


@conversation.post("/consents")
@allow(*AT_THE_DESK)
def consents(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Records what the customer has said of sensitive data or of personalisation, outside of a text."""
    brand, scope = _brand(brand_code), request.form.get("scope", "")
    _known(brand_code, customer_id)
    if scope not in SCOPES:
        abort(422)
    wording = request.form.get("wording", "")[:500]
    told = Told(scope, request.form.get("said") == "yes", "staff", wording or None)
    parts: Parts = current_app.extensions["parts"]
    try:
        separate_consents.record(parts, customer_id, brand.id, told, _staff().email, parts.now())
    except NobodyThere:
        abort(404)
    except ConsentUnproved:
        return _page(brand_code, customer_id, refused=refusal("consent_unproved")), 422
    flash(gettext("It is recorded."), "success")
    return redirect(url_for("conversation.show", brand_code=brand_code, customer_id=customer_id))


@conversation.post("/reassign")
@allow(*AT_THE_DESK)
def reassign(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Ends what is known of the number's former owner."""
    brand = _brand(brand_code)
    return _do(
        brand_code,
        customer_id,
        lambda parts, staff: desk.reassign(parts, staff, customer_id, brand.id, parts.now()),
        gettext("Consent and profile have ended; whoever has the number now starts afresh."),
    )


@conversation.post("/complaints/<uuid:complaint_id>/resolve")
@allow(*AT_THE_DESK)
def resolve(brand_code: str, customer_id: UUID, complaint_id: UUID) -> ResponseReturnValue:
    """Resolves a complaint and tells the customer."""
    text, is_told_otherwise = request.form.get("text", ""), "otherwise" in request.form
    _check_owner(brand_code, customer_id, complaint_id)
    done = gettext("The complaint is resolved, and the customer is told.")
    if is_told_otherwise:
        done = gettext("The complaint is resolved; the customer is told by you.")
    return _do(
        brand_code,
        customer_id,
        lambda parts, staff: desk.resolve(
            parts, staff, complaint_id, text, parts.now(), is_told_otherwise=is_told_otherwise
        ),
        done,
        resolution=text,
    )


@conversation.post("/complaints/<uuid:complaint_id>/note")
@allow(*AT_THE_DESK)
def note(brand_code: str, customer_id: UUID, complaint_id: UUID) -> ResponseReturnValue:
    """Adds a note that only staff see."""
    text = request.form.get("text", "")
    _check_owner(brand_code, customer_id, complaint_id)
    return _do(
        brand_code,
        customer_id,
        lambda parts, staff: desk.note(parts, staff, complaint_id, text, parts.now()),
        gettext("Your note is kept."),
    )


@conversation.post("/phone")
@allow(*AT_THE_DESK)
def phone(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Shows the full number, which the audit notes."""
    _known(brand_code, customer_id)
    parts: Parts = current_app.extensions["parts"]
    number = reveal_phone(parts, _staff(), customer_id, parts.now())
    if "HX-Request" not in request.headers:
        return _page(brand_code, customer_id, number=number)
    return page("console/_phone.html", number=number)


@conversation.post("/count")
@allow(*AT_THE_DESK)
def count(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """How many characters and parts a reply has, signature included, as the carrier bills them."""
    known = _known(brand_code, customer_id)
    return page("console/_count.html", **_counted(known["brand"], customer_id, request.form.get("text", "")))


def _do(
    brand_code: str,
    customer_id: UUID,
    act: Callable[[Parts, StaffMember], Any],
    done: str,
    **kept: str,
) -> ResponseReturnValue:
    """Acts, then shows the page anew; what was refused is said, and what was written is kept."""
    try:
        act(current_app.extensions["parts"], _staff())
    except DeskRefusal as refused:
        return _page(
            brand_code, customer_id, refused=refusal(refused.reason, refused.objections), **kept
        ), 422
    flash(done, "success")
    return redirect(url_for("conversation.show", brand_code=brand_code, customer_id=customer_id))


def _id_of(form: UUID, text: str) -> UUID:
    """The id of what this form sends: its time is the form's, and another text (the browser's "back") has another."""
    of_text = int.from_bytes(sha256(form.bytes + text.encode("utf-8", "replace")).digest()[:7], "big")
    return UUID(int=form.int >> 56 << 56 | of_text)


def _staff() -> StaffMember:
    return StaffMember(current_user.id, current_user.email)


def _brand(code: str) -> BrandView:
    parts: Parts = current_app.extensions["parts"]
    return parts.directory.current(parts.now()).brand_coded(code) or abort(404)


def _known(brand_code: str, customer_id: UUID) -> dict[str, Any]:
    """All that the page shows; 404 for a customer whom the brand has never met."""
    brand, parts = _brand(brand_code), current_app.extensions["parts"]
    with parts.store.read() as session:
        person = conversations.person(session, customer_id, brand.id) or abort(404)
        return {
            "brand": brand,
            "person": person,
            "messages": conversations.thread(session, customer_id, brand.id),
            "hand_over": conversations.hand_over(session, customer_id, brand.id),
            "complaints": conversations.complaints(session, customer_id, brand.id),
            "moment": parts.now(),
        }


def _check_owner(brand_code: str, customer_id: UUID, complaint_id: UUID) -> None:
    if complaint_id not in {one.id for one in _known(brand_code, customer_id)["complaints"]}:
        abort(404)


def _page(brand_code: str, customer_id: UUID, **told: Any) -> str:
    known = _known(brand_code, customer_id)
    counted = _counted(known["brand"], customer_id, told.get("draft", ""))
    fixed = {"longest": MOST_CHARACTERS, "scopes": SCOPES, "form": uuid7()}
    fixed["may_erase"] = current_user.role == MAY_ERASE
    return page("console/conversation.html", **known, **counted, **told, **fixed)


def _counted(brand: BrandView, customer_id: UUID, text: str) -> dict[str, Any]:
    """The reply as it will be sent, with its parts and what the checks say of it."""
    parts: Parts = current_app.extensions["parts"]
    try:
        told = desk.preview(parts, customer_id, brand.id, text, parts.now()) if text.strip() else None
    except DeskRefusal:
        told = None
    return {"characters": len(text.strip()), "judged": told}
