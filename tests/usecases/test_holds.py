"""No text that may be an opt-out is closed unread while marketing goes on: it is held until somebody has found out."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from app.domain.purpose import Cause, CauseKind
from app.store import customers, inbounds
from app.store.consents import ConsentEvent
from app.usecases import answer, desk, holds, number_owners, opting, set_aside
from app.usecases.changes import Changes
from tests.usecases.shop import LI, WANG, Shop
from tests.usecases.test_batch_locks import until_one_more_waits
from tests.usecases.test_opting_on_a_shared_number import a_cafe_on_the_same_number

NO_MORE = "能不能消停点呢"
"""An opt-out in words that no rule knows."""


def an_offer(shop: Shop) -> UUID:
    return shop.queues(WANG, "新品上架，欢迎来店", Cause(CauseKind.CAMPAIGN, shop.clock()))


def is_held_back(shop: Shop) -> bool:
    """Whether marketing that is due does not leave."""
    offer = an_offer(shop)
    shop.dispatches()
    return shop.outbound(offer).status == "queued" and shop.reasons(WANG)[-1] == ("deferred", "consent_held")


def states(shop: Shop) -> list[str]:
    return [shop.profile(WANG, code)["consent"] for code in ("demo", "cafe")]


def stumbles(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    def fails(*_: Any) -> None:
        raise KeyError("damaged")

    monkeypatch.setattr(answer, where, fails)


# --- nobody has read it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["nlu_unavailable", "nlu_failed"])
def test_a_text_that_goes_to_a_person_unread_holds_marketing(shop: Shop, outcome: str) -> None:
    if outcome == "nlu_failed":
        shop.nlu.stumbles_over.add(NO_MORE)
    shop.nlu.is_away = outcome == "nlu_unavailable"
    shop.texts(WANG, NO_MORE)
    shop.passes(minutes=11)
    shop.answers()
    assert shop.outcomes(WANG) == [outcome]
    (text,) = shop.rows("inbounds", WANG)
    line = shop.rows("consents", WANG)[-1]
    assert (line.kind, line.source, line.inbound_id) == ("held", "unread", text.id)
    assert is_held_back(shop)


def test_who_is_out_already_stays_out(shop: Shop) -> None:
    shop.hears((WANG, "T"))
    shop.nlu.is_away = True
    shop.passes(seconds=1)
    shop.texts(WANG, NO_MORE)
    shop.passes(minutes=11)
    shop.answers()
    assert shop.outcomes(WANG)[-1] == "nlu_unavailable"
    assert shop.profile(WANG)["consent"] == "withdrawn"


@pytest.mark.parametrize(("where", "text"), [("route_by_rule", "地址"), ("route_by_meaning", NO_MORE)])
def test_a_text_that_is_set_aside_holds_marketing_and_lies_in_the_inbox(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, where: str, text: str
) -> None:
    stumbles(monkeypatch, where)
    shop.texts(WANG, text)
    (row,) = shop.rows("inbounds", WANG)
    (waiting,) = shop.rows("conversations", WANG)
    assert (row.status, row.outcome, row.conversation_id) == ("done", "error", waiting.id)
    assert (waiting.status, waiting.reason) == ("open", "error")
    assert [(line.kind, line.inbound_id) for line in shop.rows("consents", WANG)][-1] == ("held", row.id)
    assert is_held_back(shop)


def test_what_the_rules_stumble_over_costs_no_text_that_waits_to_be_understood(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.nlu.is_away = True
    shop.texts(WANG, NO_MORE)
    with monkeypatch.context() as patched:
        stumbles(patched, "route_by_rule")
        shop.texts(WANG, "地址")
    assert shop.outcomes(WANG) == [None, "error"]
    shop.nlu.is_away = False
    shop.nlu.learn(NO_MORE, "opt_out")
    shop.passes(seconds=31)
    shop.answers()
    assert shop.profile(WANG)["consent"] == "withdrawn"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("is_one", [True, False])
def test_to_set_aside_waits_for_whoever_has_the_customer(shop: Shop, is_one: bool) -> None:
    shop.hears((WANG, NO_MORE))
    (row,), person, now = shop.rows("inbounds", WANG), shop.customer(WANG).id, shop.clock()
    told = (set_aside.text, row.id) if is_one else (set_aside.texts_of, person)
    with ThreadPoolExecutor(1) as pool:
        with shop.parts.store.write() as session:
            customers.lock(session, [person])
            going = pool.submit(told[0], shop.parts, told[1], now)
            until_one_more_waits(shop, 0)
            changes = Changes()
            number_owners.end(session, changes, person, "staff", now, status="unknown")
            changes.flush(session)
        going.result(30)
    assert shop.customer(WANG).id != person
    assert shop.outcomes(WANG) == [None], "it is the new owner's, and nobody has stumbled over it there"


# --- it is read where the bot is silent -------------------------------------------------------------------------------


def test_a_wish_behind_an_auto_reply_is_heard(shop: Shop) -> None:
    text = "我在开会，稍后联系，" + NO_MORE
    shop.nlu.learn(text, "opt_out")
    shop.texts(WANG, text)
    assert shop.profile(WANG)["consent"] == "withdrawn"


def test_a_wish_after_too_many_replies_is_heard(shop: Shop) -> None:
    for _ in range(10):
        shop.texts(WANG, "帮助")
    shop.nlu.learn(NO_MORE, "opt_out")
    shop.texts(WANG, NO_MORE)
    assert shop.profile(WANG)["consent"] == "withdrawn"


def test_a_text_longer_than_what_is_read_holds_marketing_until_a_person_has_read_it(shop: Shop) -> None:
    text = "说来话长" * 300 + NO_MORE
    shop.nlu.learn(text, "praise")
    shop.texts(WANG, text)
    assert shop.outcomes(WANG) == ["intent_praise"]
    assert [row.reason for row in shop.rows("conversations", WANG)] == ["read_in_part"]
    assert is_held_back(shop)


# --- staff find out ---------------------------------------------------------------------------------------------------


def in_doubt(shop: Shop, phone: str = WANG) -> None:
    shop.nlu.learn(NO_MORE, "complaint", 0.5, opt_out=0.4)
    shop.passes(seconds=1)
    shop.texts(phone, NO_MORE)
    shop.passes(seconds=1)


def settles(shop: Shop, phone: str = WANG, *, is_opt_out: bool) -> None:
    staff, person = shop.a_member_of_staff(), shop.customer(phone).id
    desk.settle_doubt(shop.parts, staff, person, shop.brand.id, shop.clock(), is_opt_out=is_opt_out)


def test_what_staff_find_to_be_no_opt_out_goes_on(shop: Shop) -> None:
    in_doubt(shop)
    offer = an_offer(shop)
    settles(shop, is_opt_out=False)
    assert shop.profile(WANG)["consent"] == "granted"
    assert shop.reasons(WANG, "consent") == [("hold_lifted", "staff")]
    *_, granted, held, again = shop.rows("consents", WANG)
    assert (again.kind, again.source, again.inbound_id) == ("granted", "staff", held.inbound_id)
    with shop.parts.store.read() as session:
        evidence = session.get_one(ConsentEvent, again.id).evidence
    assert evidence == {"restores": str(granted.id), "told_by": "staff@shop.example"}
    shop.dispatches()
    assert shop.outbound(offer).status == "accepted"


def test_what_staff_find_to_be_an_opt_out_is_one(shop: Shop) -> None:
    in_doubt(shop)
    offer = an_offer(shop)
    settles(shop, is_opt_out=True)
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert shop.outbound(offer).status == "cancelled"
    assert shop.reasons(WANG, "consent") == [("withdrawn", "staff")]
    with pytest.raises(desk.DeskRefusal, match="not_held"):
        settles(shop, is_opt_out=False)


def test_a_hold_that_ends_gives_nobody_a_consent_that_they_never_gave(shop: Shop) -> None:
    shop.a_customer(LI, consent="none", stopped_at=shop.clock())
    in_doubt(shop, LI)
    settles(shop, LI, is_opt_out=False)
    told = shop.profile(LI)
    assert (told["consent"], told["stopped_at"] is not None) == ("none", True)
    assert shop.rows("consents", LI)[-1].kind == "lifted"


@pytest.mark.parametrize(("answer", "state"), [("1", "withdrawn"), ("2", "granted")])
def test_the_answer_to_the_question_counts_for_every_brand_on_the_number(
    shop: Shop, answer: str, state: str
) -> None:
    a_cafe_on_the_same_number(shop)
    in_doubt(shop)
    shop.dispatches()
    shop.passes(seconds=1)
    assert states(shop) == ["held", "held"]
    shop.texts(WANG, answer)
    assert states(shop) == [state, state]


@pytest.mark.parametrize(("is_opt_out", "state"), [(True, "withdrawn"), (False, "granted")])
def test_staff_settle_it_for_every_brand_on_the_number_but_not_what_another_text_holds(
    shop: Shop, is_opt_out: bool, state: str
) -> None:
    cafe = a_cafe_on_the_same_number(shop)
    in_doubt(shop)
    settles(shop, is_opt_out=is_opt_out)
    assert states(shop) == [state, state]
    if is_opt_out:
        return
    in_doubt(shop)
    changes, person = Changes(), shop.customer(WANG).id
    with shop.parts.store.write() as session:
        opting.ledger(changes, person, cafe, "held", "unread", shop.clock(), inbound_id=person)
        changes.flush(session)
    settles(shop, is_opt_out=False)
    assert states(shop) == ["granted", "held"]


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_however_many_texts_are_held_together_their_brands_are_read_at_once(shop: Shop) -> None:
    cafe = a_cafe_on_the_same_number(shop)
    shop.nlu.is_away = True

    def statements_for(count: int) -> list[str]:
        for _ in range(count):
            shop.passes(seconds=1)
            shop.texts(WANG, NO_MORE)
        changes, told = Changes(), list[str]()
        engine, directory = shop.parts.store.engine, shop.parts.directory.current(shop.clock())
        with shop.parts.store.write() as session:
            unread = inbounds.unread_rows(session, shop.customer(WANG).id)
            event.listen(engine, "before_cursor_execute", listener := lambda *given: told.append(given[2]))
            holds.hold_unread(session, directory, changes, unread, shop.clock())
            event.remove(engine, "before_cursor_execute", listener)
        assert [(line["brand_id"], line["inbound_id"]) for line in changes.consent_events] == [
            (brand_id, row.id) for row in unread for brand_id in sorted({shop.brand.id, cafe})
        ]
        return told

    assert len(statements_for(1)) == len(statements_for(6)) == 2


# --- numbers that brands share, numbers that change hands -------------------------------------------------------------


def test_a_doubt_holds_every_brand_on_the_number_and_the_word_ends_it_for_each(shop: Shop) -> None:
    a_cafe_on_the_same_number(shop)
    shop.nlu.learn(NO_MORE, "complaint", 0.5, opt_out=0.4)
    shop.texts(WANG, NO_MORE)
    assert states(shop) == ["held", "held"]
    shop.passes(seconds=1)
    shop.texts(WANG, "START")
    assert states(shop) == ["granted", "granted"]


def test_a_wrong_number_ends_no_doubt_of_before(shop: Shop) -> None:
    shop.nlu.learn(NO_MORE, "complaint", 0.5, opt_out=0.4)
    shop.nlu.learn("你发错人了", "wrong_number")
    shop.texts(WANG, NO_MORE)
    shop.passes(seconds=1)
    shop.texts(WANG, "你发错人了")
    shop.passes(seconds=1)
    desk.reassign(shop.parts, shop.a_member_of_staff(), shop.customer(WANG).id, shop.brand.id, shop.clock())
    assert shop.profile(WANG)["consent"] == "held"
