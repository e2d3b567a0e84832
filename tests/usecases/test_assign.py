"""Lines of the desk's list given to somebody, many at a time."""

from uuid import UUID, uuid4

from sqlalchemy import select

from app.reads import desk_lists, inbox
from app.reads.desk_lists import Show, Wanted
from app.store.complaints import Complaint
from app.store.conversations import Conversation
from app.store.staff import AuditEntry, by_email
from app.usecases import desk
from app.usecases.assign import assign
from app.usecases.desk import StaffMember
from app.usecases.staff_accounts import add_staff
from tests.usecases.shop import ALICE, LI, WANG, Shop


def line(shop: Shop, phone: str) -> tuple[UUID, UUID]:
    customer = shop.customer(phone)
    assert customer is not None
    return customer.id, shop.brand.id


def at_the_desk(shop: Shop, name: str = "support") -> StaffMember:
    add_staff(shop.parts, f"{name}@shop.example", "support", "a one-time password", shop.clock(), "tests")
    with shop.parts.store.read() as session:
        found = by_email(session, f"{name}@shop.example")
        assert found is not None
        return StaffMember(found.id, found.email)


def waiting(shop: Shop) -> None:
    shop.texts(LI, "人工")
    shop.texts(WANG, "投诉 蛋糕坏了")
    shop.works()


def whose(shop: Shop, staff_id: UUID) -> list[str]:
    with shop.parts.store.read() as session:
        found = inbox.page(session, Wanted(staff_id=staff_id), shop.clock())
        assert desk_lists.counts(session, Wanted(staff_id=staff_id), shop.clock())[Show.ALL] == len(
            found.lines
        )
        return [one.kind for one in found.lines]


def test_complaints_and_hand_overs_are_given_to_a_colleague(shop: Shop) -> None:
    waiting(shop)
    manager, support = at_the_desk(shop, "manager"), at_the_desk(shop)
    done = assign(shop.parts, manager, [line(shop, LI), line(shop, WANG)], support.id, shop.clock())
    assert done == 2
    assert sorted(whose(shop, support.id)) == ["complaint", "hand_over"]
    assert whose(shop, manager.id) == []
    with shop.parts.store.read() as session:
        noted = select(AuditEntry.actor).where(AuditEntry.action == "desk.assign")
        assert set(session.scalars(noted)) == {manager.email}
        assert set(session.scalars(select(Conversation.staff_until))) == {None}  # they have yet to take it
        assert session.scalars(select(Complaint.assignee_id)).one() == support.id
    assert shop.complaint_events(WANG)[-1] == "assigned"


def test_what_is_settled_or_gone_is_told_and_costs_nobody_else(shop: Shop) -> None:
    waiting(shop)
    shop.texts(ALICE, "hello")
    staff = at_the_desk(shop)
    desk.hand_back(shop.parts, staff, *line(shop, LI), shop.clock())
    lines = [line(shop, LI), line(shop, ALICE), (uuid4(), shop.brand.id), line(shop, WANG)]
    assert assign(shop.parts, staff, lines, staff.id, shop.clock()) == 1
    assert whose(shop, staff.id) == ["complaint"]


def test_nobody_is_given_to_somebody_who_is_not_at_the_desk(shop: Shop) -> None:
    waiting(shop)
    staff = at_the_desk(shop)
    assert assign(shop.parts, staff, [line(shop, LI)], uuid4(), shop.clock()) == 0
    assert whose(shop, staff.id) == []


def test_who_takes_a_conversation_has_its_complaint(shop: Shop) -> None:
    waiting(shop)
    first, second = at_the_desk(shop, "first"), at_the_desk(shop, "second")
    desk.take(shop.parts, first, *line(shop, WANG), shop.clock())
    assert whose(shop, first.id) == ["complaint"]
    assign(shop.parts, first, [line(shop, WANG)], second.id, shop.clock())
    desk.take(shop.parts, second, *line(shop, WANG), shop.clock())
    assert (whose(shop, first.id), whose(shop, second.id)) == ([], ["complaint"])
