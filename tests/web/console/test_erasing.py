"""The page on which an administrator erases a person: it names what goes and what stays, and asks for a word."""

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from app.store import customers
from app.store.customers import Customer, Profile
from app.store.staff import AuditEntry
from tests.web.console.desk_scene import EMAILS, Desk, Visitor, a_member
from tests.web.demo_shop import WANG

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, engine)
    desk.texts(WANG, "我要投诉，送来的蛋糕是坏的")
    return desk


@pytest.fixture
def admin(desk: Desk) -> Visitor:
    return a_member(desk, "admin")


def is_known(desk: Desk) -> bool:
    with desk.parts.store.read() as session:
        return customers.by_phone(session, WANG) is not None


def test_the_page_names_what_goes_and_what_stays(desk: Desk, admin: Visitor) -> None:
    page = desk.path_of(WANG)
    assert f"{page}/erase" in admin.opens(page)[1]
    status, text = admin.opens(page + "/erase")
    assert status == 200
    assert "The words of their texts (1) and of those to them (1)" in text
    assert "complaints (1) and conversations are closed" in text
    assert "who comes again has to agree anew" in text
    with desk.parts.store.write() as session:
        session.execute(update(Profile).values(consent="withdrawn"))
    assert "The opt-out from 麦香坊, under a hash of the number" in admin.opens(page + "/erase")[1]


def test_nothing_happens_without_the_word_that_it_is_they_who_ask(desk: Desk, admin: Visitor) -> None:
    page = desk.path_of(WANG) + "/erase"
    admin.opens(page)
    status, text = admin.sends(page)
    assert (status, is_known(desk)) == (422, True)
    assert "Make sure first that it is they who ask" in text


def test_an_administrator_erases_a_person_and_the_audit_says_who(desk: Desk, admin: Visitor) -> None:
    page = desk.path_of(WANG)
    admin.opens(page + "/erase")
    status, text = admin.sends(page + "/erase", is_sure="yes")
    assert (status, is_known(desk)) == (200, False)
    assert "Nothing about this person can be read any more." in text
    assert "蛋糕" not in text
    for gone in ("", "/erase", "/thread", "/state"):
        assert admin.opens(page + gone)[0] == 404
    why = admin.opens("/why/" + page.rsplit("/", 1)[1])
    assert (why[0], "<strong>Erased</strong>" in why[1], page in why[1]) == (200, True, False)
    with desk.parts.store.read() as session:
        (noted,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "customer.erase"))
        assert (noted.actor, noted.subject_id) == (EMAILS["admin"], page.rsplit("/", 1)[1])
        assert noted.staff_id is not None
    assert "erased all that is kept about a customer" in admin.opens("/audit")[1]


def test_a_form_that_is_sent_twice_erases_once(desk: Desk, admin: Visitor) -> None:
    page = desk.path_of(WANG) + "/erase"
    admin.opens(page)
    for _ in range(2):
        assert admin.sends(page, is_sure="yes")[0] == 200


@pytest.mark.parametrize("role", ["support", "marketer", "manager"])
def test_others_are_not_led_there_and_may_not(desk: Desk, role: str) -> None:
    page, visitor = desk.path_of(WANG), a_member(desk, role)
    status, text = visitor.opens(page)
    assert (status, "/erase" in text) == (403 if role == "marketer" else 200, False)
    assert visitor.opens(page + "/erase")[0] == 403
    visitor.opens("/password")
    assert visitor.sends(page + "/erase", is_sure="yes")[0] == 403
    assert is_known(desk)


def test_an_earlier_owner_goes_too_where_the_administrator_says_so(desk: Desk, admin: Visitor) -> None:
    page = desk.path_of(WANG)
    first = UUID(page.rsplit("/", 1)[1])
    with desk.parts.store.write() as session:
        customers.lock(session, [first])
        heir = customers.succeed(session, first, "unknown", desk.clock())
        brands = session.scalars(select(Profile.brand_id).where(Profile.customer_id == first)).all()
        customers.add_profiles(session, {(heir, brand) for brand in brands}, desk.clock())
    text = admin.opens(desk.path_of(WANG) + "/erase")[1]
    assert "erase what is kept of its earlier owners (1)" in text
    admin.sends(desk.path_of(WANG) + "/erase", is_sure="yes", with_earlier="yes")
    with desk.parts.store.read() as session:
        assert set(session.scalars(select(Customer.key).where(Customer.id.in_((first, heir))))) == {b""}
