"""What a conversation's page shows, and how it is shown anew after something has been done on it."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from uuid_utils.compat import uuid7

from app.domain.complaint_words import CATEGORIES, SEVERITIES, Resolution
from app.domain.mentions import Colleague
from app.domain.sensitive import SCOPES
from app.reads import conversation_complaints, conversation_state, conversations, profile
from app.reads.mentions import colleagues
from app.usecases import canned_replies, desk
from app.usecases.canned_replies import Filled
from app.usecases.desk import DeskRefusal, StaffMember
from app.usecases.directory import BrandView
from app.usecases.parts import Parts
from app.usecases.staff_texts import MOST_CHARACTERS
from app.web.console import polling
from app.web.console.erasing import MAY_ERASE
from app.web.console.polling import Polled
from app.web.console.rendering import page
from app.web.console.wording import refusal


def carry_out(
    brand_code: str,
    customer_id: UUID,
    act: Callable[[Parts, StaffMember], Any],
    done: str,
    **kept: str,
) -> ResponseReturnValue:
    """Acts, then shows the page anew; what was refused is said, and what was written is kept."""
    try:
        act(current_app.extensions["parts"], staff())
    except DeskRefusal as refused:
        return shown(
            brand_code, customer_id, refused=refusal(refused.reason, refused.objections), **kept
        ), 422
    flash(done, "success")
    return redirect(url_for("conversation.show", brand_code=brand_code, customer_id=customer_id))


def staff() -> StaffMember:
    """Who is logged in."""
    return StaffMember(current_user.id, current_user.email)


def brand_coded(code: str) -> BrandView:
    """The brand of the address; 404 where there is none."""
    parts: Parts = current_app.extensions["parts"]
    return parts.directory.current(parts.now()).brand_coded(code) or abort(404)


def polled_as(brand_code: str, customer_id: UUID) -> Polled | None:
    """The state of a conversation that an open page asks for; None for a brand that is not there."""
    parts: Parts = current_app.extensions["parts"]
    brand = parts.directory.current(parts.now()).brand_coded(brand_code)
    return None if brand is None else polled_of(brand, customer_id)


def polled_of(brand: BrandView, customer_id: UUID) -> Polled:
    """The state of a conversation."""
    ask = partial(conversation_state.state, customer_id=customer_id, brand_id=brand.id)
    return ("conversation", brand.id, customer_id), ask


def known(brand_code: str, customer_id: UUID) -> dict[str, Any]:
    """All that the page shows; 404 for a customer whom the brand has never met."""
    brand, parts = brand_coded(brand_code), current_app.extensions["parts"]
    with parts.store.read() as session:
        version = polling.version(session, polled_of(brand, customer_id))
        person = conversations.person(session, customer_id, brand.id) or abort(404)
        messages = conversations.thread(session, customer_id, brand.id)
        return {
            "version": version,
            "brand": brand,
            "person": person,
            "messages": messages,
            "seen": conversations.last_of_staff(messages),
            "hand_over": conversations.hand_over(session, customer_id, brand.id),
            "complaints": conversation_complaints.complaints(session, customer_id, brand.id, parts.now()),
            "moment": parts.now(),
            "need_titles": {tag: need.title for tag, need in parts.rules.needs.rows.items()},
        }


def shown(brand_code: str, customer_id: UUID, **told: Any) -> str:
    """The whole page, with what is told beside it."""
    there, parts = known(brand_code, customer_id), current_app.extensions["parts"]
    canned = canned_replies.ready_for(parts, customer_id, there["brand"].id, parts.now())
    told.setdefault("draft", _picked(canned))
    draft = counted(there["brand"], customer_id, told["draft"])
    fixed = {"longest": MOST_CHARACTERS, "scopes": SCOPES, "form": uuid7()}
    fixed |= {"categories": CATEGORIES, "severities": SEVERITIES, "resolutions": tuple(Resolution)}
    fixed |= {"canned": canned, "colleagues": _colleagues(parts)}
    with parts.store.read() as session:
        fixed["known"] = profile.card(session, customer_id, there["brand"].id)
    fixed["may_erase"] = current_user.role == MAY_ERASE
    return page("console/conversation.html", **there, **draft, **told, **fixed)


def _picked(canned: list[Filled]) -> str:
    """The text that is kept ready which the address asks for."""
    wanted = request.args.get("canned", type=UUID)
    return next((one.text for one in canned if one.id == wanted), "")


def _colleagues(parts: Parts) -> list[Colleague]:
    """Whom a note can mention, without who writes it."""
    with parts.store.read() as session:
        return [one for one in colleagues(session) if one.id != current_user.id]


def counted(brand: BrandView, customer_id: UUID, text: str) -> dict[str, Any]:
    """The reply as it will be sent, with its parts and what the checks say of it."""
    parts: Parts = current_app.extensions["parts"]
    try:
        told = desk.preview(parts, customer_id, brand.id, text, parts.now()) if text.strip() else None
    except DeskRefusal:
        told = None
    return {"characters": len(text.strip()), "judged": told}
