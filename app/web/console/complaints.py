"""What staff do about a complaint on its conversation's page: resolve, change, merge or reopen it, note something."""

from uuid import UUID

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.complaint_words import Resolution
from app.usecases import complaint_desk, desk
from app.usecases.complaint_desk import Class
from app.usecases.desk import DeskRefusal, StaffMember
from app.usecases.parts import Parts
from app.web.access import allow
from app.web.console import conversation_page
from app.web.console.conversation import conversation
from app.web.console.inbox import AT_THE_DESK


@conversation.post("/complaints/<uuid:complaint_id>/resolve")
@allow(*AT_THE_DESK)
def resolve(brand_code: str, customer_id: UUID, complaint_id: UUID) -> ResponseReturnValue:
    """Resolves a complaint and tells the customer."""
    text, is_told_otherwise = request.form.get("text", ""), "otherwise" in request.form
    how = request.form.get("how", type=Resolution)
    _check_owner(brand_code, customer_id, complaint_id)
    done = gettext("The complaint is resolved, and the customer is told.")
    if is_told_otherwise:
        done = gettext("The complaint is resolved; the customer is told by you.")

    def act(parts: Parts, staff: StaffMember) -> None:
        if how is None:
            raise DeskRefusal("how_missing")
        told = {"is_told_otherwise": is_told_otherwise, "how": how}
        desk.resolve(parts, staff, complaint_id, text, parts.now(), **told)

    return conversation_page.carry_out(brand_code, customer_id, act, done, resolution=text)


@conversation.post("/complaints/<uuid:complaint_id>/class")
@allow(*AT_THE_DESK)
def classify(brand_code: str, customer_id: UUID, complaint_id: UUID) -> ResponseReturnValue:
    """Says what a complaint is about, and how urgent it is."""
    _check_owner(brand_code, customer_id, complaint_id)
    seen, wanted = (
        Class(
            request.form.get(f"{which}category", "")[:30],
            request.form.get(f"{which}severity", default=0, type=int),
        )
        for which in ("was_", "")
    )
    return conversation_page.carry_out(
        brand_code,
        customer_id,
        lambda parts, staff: complaint_desk.classify(parts, staff, complaint_id, seen, wanted, parts.now()),
        gettext("It is changed; the deadlines stay as they are."),
    )


@conversation.post("/complaints/<uuid:complaint_id>/go-on")
@allow(*AT_THE_DESK)
def go_on(brand_code: str, customer_id: UUID, complaint_id: UUID) -> ResponseReturnValue:
    """Waits for the customer no longer."""
    _check_owner(brand_code, customer_id, complaint_id)
    return conversation_page.carry_out(
        brand_code,
        customer_id,
        lambda parts, staff: complaint_desk.go_on(parts, staff, complaint_id, parts.now()),
        gettext("The complaint waits no longer; its clock runs again."),
    )


@conversation.post("/complaints/<uuid:complaint_id>/reopen")
@allow(*AT_THE_DESK)
def reopen(brand_code: str, customer_id: UUID, complaint_id: UUID) -> ResponseReturnValue:
    """Opens a complaint once more that was settled."""
    _check_owner(brand_code, customer_id, complaint_id)
    return conversation_page.carry_out(
        brand_code,
        customer_id,
        lambda parts, staff: complaint_desk.reopen(parts, staff, complaint_id, parts.now()),
        gettext("The complaint is open again, and its clocks start anew."),
    )


@conversation.post("/complaints/<uuid:complaint_id>/merge")
@allow(*AT_THE_DESK)
def merge(brand_code: str, customer_id: UUID, complaint_id: UUID) -> ResponseReturnValue:
    """Joins another complaint of the customer to this one."""
    other = request.form.get("other", type=UUID) or abort(422)
    for one in (complaint_id, other):
        _check_owner(brand_code, customer_id, one)
    return conversation_page.carry_out(
        brand_code,
        customer_id,
        lambda parts, staff: complaint_desk.merge(parts, staff, complaint_id, other, parts.now()),
        gettext("The two are one complaint now; the earlier deadlines hold."),
    )


@conversation.post("/complaints/<uuid:complaint_id>/note")
@allow(*AT_THE_DESK)
def note(brand_code: str, customer_id: UUID, complaint_id: UUID) -> ResponseReturnValue:
    """Adds a note that only staff see."""
    text = request.form.get("text", "")
    _check_owner(brand_code, customer_id, complaint_id)
    return conversation_page.carry_out(
        brand_code,
        customer_id,
        lambda parts, staff: desk.note(parts, staff, complaint_id, text, parts.now()),
        gettext("Your note is kept."),
    )


def _check_owner(brand_code: str, customer_id: UUID, complaint_id: UUID) -> None:
    if complaint_id not in {one.id for one in conversation_page.known(brand_code, customer_id)["complaints"]}:
        abort(404)
