"""Why a person got, or did not get, a text: found by phone or message, as it was known at any moment."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.domain.purpose import Cause, CauseKind
from app.reads import judgements
from app.reads.reason_words import reason_words
from app.store.customers import Customer
from app.store.inbounds import Inbound
from app.store.outbound.table import Outbound
from app.store.phone_hashes import phone_hash
from tests.usecases.shop import LI, WANG, Shop
from tests.web.console.desk_scene import Desk, Visitor, a_member

STRANGER = "+8613800009999"


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, engine)
    desk.texts(LI, "人工")
    desk.texts(WANG, "几点开门")
    return desk


def visits(desk: Desk, role: str) -> Visitor:
    visitor = a_member(desk, role)
    visitor.opens("/why")
    return visitor


def a_message(desk: Desk, table: type[Inbound] | type[Outbound], phone: str) -> str:
    with desk.parts.store.read() as session:
        whose = select(Customer.id).where(Customer.phone_hash == phone_hash(phone)).scalar_subquery()
        return str(session.scalars(select(table.id).where(table.customer_id == whose)).first())


@pytest.mark.parametrize("written", [WANG, "138 0000 0001"])
def test_a_phone_leads_to_every_message_with_its_decision_in_words(desk: Desk, written: str) -> None:
    status, text = visits(desk, "manager").sends("/why", about=written)
    assert status == 200
    for shown in ("几点开门", "hours, address, parking", "营业时间", "A message to them was let through"):
        assert shown in text
    assert "Consent then: agreed to marketing since" in text
    assert WANG not in text
    assert "***" in text or "****" in text


@pytest.mark.parametrize("table", [Inbound, Outbound])
def test_a_message_leads_to_its_persons_page(desk: Desk, table: type[Inbound] | type[Outbound]) -> None:
    message_id = a_message(desk, table, WANG)
    for path in ("/why", f"/why/messages/{message_id}"):
        visitor = visits(desk, "admin")
        status, text = visitor.sends(path, about=message_id) if path == "/why" else visitor.opens(path)
        assert (status, text.count("is-wanted")) == (200, 1)


def test_what_was_not_known_yet_is_not_shown(desk: Desk) -> None:
    before = desk.clock().isoformat()
    desk.clock.pass_by(timedelta(hours=2))
    desk.texts(WANG, "TD")
    manager = visits(desk, "manager")
    page = "/why/" + desk.path_of(WANG).split("/")[-1]
    assert "They opted out" in manager.opens(page)[1]
    then = manager.opens(f"{page}?at={before.replace('+', '%2B')}")[1]
    assert "They opted out" not in then
    assert "几点开门" in then


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59", "0001-01-01T00:00:00", "1999-12-31", "soon", "%00"])
def test_what_is_no_moment_shows_all_until_now(desk: Desk, at: str) -> None:
    page = "/why/" + desk.path_of(WANG).split("/")[-1]
    status, text = visits(desk, "manager").opens(f"{page}?at={at}")
    assert (status, "This is no time" in text) == ((400, False) if at == "%00" else (200, True))


@pytest.mark.parametrize("about", [STRANGER, "nonsense", "", "01a204c9-b021-7767-91f3-611566e01e36"])
def test_whom_nobody_knows_is_told(desk: Desk, about: str) -> None:
    status, text = visits(desk, "manager").sends("/why", about=about)
    assert (status, "No such person or message" in text) == (404, True)


def test_support_sees_whom_the_bot_has_handed_over_and_nobody_else(desk: Desk) -> None:
    support = visits(desk, "support")
    assert support.sends("/why", about=LI)[0] == 200
    assert support.sends("/why", about=WANG)[0] == 404
    assert support.opens("/why/" + desk.path_of(WANG).split("/")[-1])[0] == 404
    assert support.opens(f"/why/messages/{a_message(desk, Inbound, WANG)}")[0] == 404
    assert a_member(desk, "marketer").opens("/why")[0] == 403


def test_a_phone_leads_to_its_former_owner_too(desk: Desk) -> None:
    former = desk.path_of(WANG).split("/")[-1]
    manager = visits(desk, "manager")
    assert "had this number until" not in manager.sends("/why", about=WANG)[1]
    manager.sends(desk.path_of(WANG) + "/reassign")
    desk.texts(WANG, "人工")
    text = manager.sends("/why", about=WANG)[1]
    assert "Somebody else had this number until 20" in text
    assert f"/why/{former}" in text
    assert "had this number until" not in manager.opens(f"/why/{former}")[1]
    assert "had this number until" not in visits(desk, "support").sends("/why", about=WANG)[1]


def test_support_finds_by_phone_whom_the_bot_had_handed_over_before_the_number_changed_hands(
    desk: Desk,
) -> None:
    former = desk.path_of(LI).split("/")[-1]
    support = visits(desk, "support")
    support.sends(desk.path_of(LI) + "/reassign")
    status, text = support.sends("/why", about=LI)
    assert (status, f"/why/{former}" in text) == (200, True)


def test_a_conversation_leads_to_the_decisions_about_each_of_its_texts(desk: Desk) -> None:
    text = visits(desk, "support").opens(desk.path_of(LI))[1]
    assert f"/why/messages/{a_message(desk, Inbound, LI)}" in text
    assert f"/why/messages/{a_message(desk, Outbound, LI)}" in text


def test_an_older_message_is_found_behind_a_page_of_later_ones(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judgements, "LONGEST", 2)
    old = a_message(desk, Inbound, WANG)
    for _ in range(4):
        desk.clock.pass_by(timedelta(days=2))
        desk.texts(WANG, "几点开门")
    manager = visits(desk, "manager")
    assert manager.opens(f"/why/messages/{old}")[1].count("is-wanted") == 1
    assert "Older" in manager.opens("/why/" + desk.path_of(WANG).split("/")[-1])[1]


def test_a_refusal_is_shown_with_every_rules_reason_and_the_consent_of_that_moment(engine: Engine) -> None:
    shop = Shop(engine)
    shop.a_customer(LI, consent=None)
    refused = shop.queues(LI, "新品上架，全国最好", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.dispatches()
    with shop.parts.store.read() as session:
        looked = judgements.about(session, shop.customer(LI).id, shop.clock())
    assert looked is not None
    (entry,) = [one for one in looked.entries if one.id == refused]
    assert entry.verdict is not None
    assert entry.agreed is None
    told = entry.verdict.sentence("en")
    for reason in shop.outbound(refused).reasons:
        assert reason_words(reason, "en") in told


def test_support_learns_nothing_of_a_message_to_somebody_they_may_not_see(desk: Desk) -> None:
    support = visits(desk, "support")
    for message_id in (a_message(desk, Outbound, WANG), "0" * 32):
        answer = support.client.get(f"/why/messages/{message_id}")
        assert (answer.status_code, "Location" in answer.headers) == (404, False)
    assert support.opens(f"/why/messages/{a_message(desk, Outbound, LI)}")[0] == 200
