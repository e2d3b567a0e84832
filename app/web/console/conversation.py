"""One customer's page at the desk: what was written, the complaint's clocks, and what staff do about it."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from flask import Blueprint, abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from app.domain.sensitive import SCOPES
from app.reads import conversations
from app.reads.presence import beside as beside_of
from app.usecases import desk, presence, separate_consents, suggested_reply
from app.usecases.desk import DeskRefusal, StaffMember
from app.usecases.parts import Parts
from app.usecases.reveal_phone import reveal_phone
from app.usecases.separate_consents import ConsentUnproved, NobodyThere, Told
from app.web.access import allow
from app.web.console import conversation_page
from app.web.console.inbox import AT_THE_DESK
from app.web.console.people import may_see
from app.web.console.polling import polled
from app.web.console.rendering import page
from app.web.console.wording import refusal

TIME_TO_TAKE_BACK = timedelta(seconds=10)
"""How long a reply waits before it leaves. Source: SPEC CO-8."""
conversation = Blueprint("conversation", __name__, url_prefix="/inbox/<brand_code>/<uuid:customer_id>")


@conversation.before_request
def _check_person() -> None:
    """404 for somebody whom this member of staff has nothing to do with."""
    customer_id, parts = (request.view_args or {})["customer_id"], current_app.extensions["parts"]
    with parts.store.read() as session:
        if not may_see(session, customer_id):
            abort(404)


@conversation.get("")
@allow(*AT_THE_DESK)
def show(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """The page."""
    return conversation_page.shown(brand_code, customer_id)


@conversation.get("/thread")
@allow(*AT_THE_DESK)
@polled(conversation_page.polled_as)
def thread(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """The texts alone, as the page polls them."""
    return page("console/_thread.html", **conversation_page.known(brand_code, customer_id))


@conversation.get("/state")
@allow(*AT_THE_DESK)
@polled(conversation_page.polled_as)
def state(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Hand-over and complaints alone, as the page polls them."""
    return page("console/_state.html", **conversation_page.known(brand_code, customer_id))


@conversation.get("/beside")
@allow(*AT_THE_DESK)
def beside(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Who else has the page open, as it polls them; by this it says that it is open itself."""
    brand = conversation_page.brand_coded(brand_code)
    parts: Parts = current_app.extensions["parts"]
    with parts.store.read() as session:
        if conversations.person(session, customer_id, brand.id) is None:
            abort(404)
        there = beside_of(session, customer_id, brand.id, current_user.id, parts.now())
    if "HX-Request" in request.headers:  # no link from another site can carry it
        presence.note(parts, current_user.session_id, customer_id, brand.id, parts.now())
    return page("console/_beside.html", beside=there)


@conversation.post("/reply")
@allow(*AT_THE_DESK)
def reply(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Sends a text of staff's own; the same text from the same form once, however often it is sent."""
    brand, text = conversation_page.brand_coded(brand_code), request.form.get("text", "")
    form = request.form.get("form", type=UUID)
    outbound_id = _id_of(form, text) if form is not None else None
    seen = request.form.get("seen", type=UUID)

    def act(parts: Parts, staff: StaffMember) -> None:
        now = parts.now()
        told = {"outbound_id": outbound_id, "leaves_at": now + TIME_TO_TAKE_BACK, "seen": seen}
        told["awaits_answer"] = "wait" in request.form
        desk.reply(parts, staff, customer_id, brand.id, text, now, **told)

    done = gettext("Your reply leaves in 10 seconds; until then you can take it back.")
    kept = {"draft": text, "wait": request.form.get("wait", "")}
    return conversation_page.carry_out(brand_code, customer_id, act, done, **kept)


@conversation.post("/take-back/<uuid:outbound_id>")
@allow(*AT_THE_DESK)
def take_back(brand_code: str, customer_id: UUID, outbound_id: UUID) -> ResponseReturnValue:
    """Keeps a reply from leaving and puts it into the box, before what has been begun there meanwhile."""
    brand, begun = conversation_page.brand_coded(brand_code), request.form.get("text", "")
    parts: Parts = current_app.extensions["parts"]
    try:
        back = desk.take_back(
            parts, conversation_page.staff(), customer_id, brand.id, outbound_id, parts.now()
        )
    except DeskRefusal as refused:
        return conversation_page.shown(
            brand_code, customer_id, refused=refusal(refused.reason), draft=begun
        ), 422
    draft = "\n".join(filter(None, (back.text, begun.strip())))
    told = gettext("It is taken back and was not sent.")
    return conversation_page.shown(brand_code, customer_id, draft=draft, wait=back.awaits_answer, told=told)


@conversation.post("/suggest")
@allow(*AT_THE_DESK)
def suggest(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Puts what staff answered to the like of this complaint into the box, behind what has been begun there."""
    brand, begun = conversation_page.brand_coded(brand_code), request.form.get("text", "").strip()
    parts: Parts = current_app.extensions["parts"]
    conversation_page.known(brand_code, customer_id)
    try:
        found = suggested_reply.suggest(parts, customer_id, brand.id, parts.now())
    except DeskRefusal as refused:
        return conversation_page.shown(
            brand_code, customer_id, refused=refusal(refused.reason), draft=begun
        ), 422
    told = gettext("No settled complaint of this brand is enough like this one.")
    if found is not None:
        told = gettext(
            "As complaint #%(number)s was answered: fill in what is missing before you send it.",
            number=found.number,
        )
    draft = "\n".join(filter(None, (begun, found.text if found else "")))
    return conversation_page.shown(brand_code, customer_id, draft=draft, told=told)


@conversation.post("/take")
@allow(*AT_THE_DESK)
def take(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Takes the conversation from the bot."""
    brand = conversation_page.brand_coded(brand_code)
    return conversation_page.carry_out(
        brand_code,
        customer_id,
        lambda parts, staff: desk.take(parts, staff, customer_id, brand.id, parts.now()),
        gettext("You have this conversation now; the bot is silent for 12 hours."),
    )


@conversation.post("/hand-back")
@allow(*AT_THE_DESK)
def hand_back(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Gives the conversation back to the bot."""
    brand = conversation_page.brand_coded(brand_code)
    return conversation_page.carry_out(
        brand_code,
        customer_id,
        lambda parts, staff: desk.hand_back(parts, staff, customer_id, brand.id, parts.now()),
        gettext("The bot answers this customer again."),
    )


@conversation.post("/wish")
@allow(*AT_THE_DESK)
def wish(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Ends a hold on marketing by what staff have found out: an opt-out, or none."""
    brand, told = conversation_page.brand_coded(brand_code), request.form.get("wish")
    if told not in ("out", "in"):
        abort(422)
    done = gettext("The opt-out is recorded.") if told == "out" else gettext("Marketing is no longer held.")
    return conversation_page.carry_out(
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
    brand, scope = conversation_page.brand_coded(brand_code), request.form.get("scope", "")
    conversation_page.known(brand_code, customer_id)
    if scope not in SCOPES:
        abort(422)
    wording = request.form.get("wording", "")[:500]
    told = Told(scope, request.form.get("said") == "yes", "staff", wording or None)
    parts: Parts = current_app.extensions["parts"]
    try:
        separate_consents.record(
            parts, customer_id, brand.id, told, conversation_page.staff().email, parts.now()
        )
    except NobodyThere:
        abort(404)
    except ConsentUnproved:
        return conversation_page.shown(brand_code, customer_id, refused=refusal("consent_unproved")), 422
    flash(gettext("It is recorded."), "success")
    return redirect(url_for("conversation.show", brand_code=brand_code, customer_id=customer_id))


@conversation.post("/reassign")
@allow(*AT_THE_DESK)
def reassign(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Ends what is known of the number's former owner."""
    brand = conversation_page.brand_coded(brand_code)
    return conversation_page.carry_out(
        brand_code,
        customer_id,
        lambda parts, staff: desk.reassign(parts, staff, customer_id, brand.id, parts.now()),
        gettext("Consent and profile have ended; whoever has the number now starts afresh."),
    )


@conversation.post("/phone")
@allow(*AT_THE_DESK)
def phone(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """Shows the full number, which the audit notes."""
    conversation_page.known(brand_code, customer_id)
    parts: Parts = current_app.extensions["parts"]
    number = reveal_phone(parts, conversation_page.staff(), customer_id, parts.now())
    if "HX-Request" not in request.headers:
        return conversation_page.shown(brand_code, customer_id, number=number)
    return page("console/_phone.html", number=number)


@conversation.post("/count")
@allow(*AT_THE_DESK)
def count(brand_code: str, customer_id: UUID) -> ResponseReturnValue:
    """How many characters and parts a reply has, signature included, as the carrier bills them."""
    brand, text = conversation_page.known(brand_code, customer_id)["brand"], request.form.get("text", "")
    parts: Parts = current_app.extensions["parts"]
    is_writing = bool(text.strip())
    presence.note(parts, current_user.session_id, customer_id, brand.id, parts.now(), is_writing=is_writing)
    return page("console/_count.html", **conversation_page.counted(brand, customer_id, text))


def _id_of(form: UUID, text: str) -> UUID:
    """The id of what this form sends: its time is the form's, and another text (the browser's "back") has another."""
    of_text = int.from_bytes(sha256(form.bytes + text.encode("utf-8", "replace")).digest()[:7], "big")
    return UUID(int=form.int >> 56 << 56 | of_text)
