"""Unknown outcomes: asked after at providers that can be asked, resent only where it is certain nobody has it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Fate, Found, NotFound, ParsedReceipt, ReceiptStatus, Sought, Unknown
from app.providers.simulator import PROVIDER
from app.usecases.directory import DirectoryCache
from app.usecases.settle_unknown import settle
from tests.usecases.shop import LI, WANG, Shop


class Asked:
    """A provider's answer to "what became of it?"; notes what was asked."""

    def __init__(self, fate: Fate) -> None:
        self.fate = fate
        self.sought: list[Sought] = []

    def __call__(self, sought: Sought, settings: Any, connection: Any, now: datetime) -> Fate:
        self.sought.append(sought)
        return self.fate


def an_unknown(shop: Shop, fate: Fate, phone: str = WANG, **told: Any) -> Asked:
    """A message whose answer was lost, on a channel that can be asked."""
    asked = Asked(fate)
    can = replace(PROVIDER.capabilities, can_query=True)
    provider = replace(PROVIDER, query=asked, capabilities=can)
    cache = DirectoryCache(shop.parts.store, {"simulator": provider})
    shop.parts = replace(shop.parts, directory=cache)
    shop.queues(phone, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"), **told)
    shop.dials(Unknown("timeout"))
    shop.dispatches()
    assert shop.outbounds(phone)[0].status == "unknown"
    return asked


def test_nobody_is_asked_in_the_first_two_minutes(shop: Shop) -> None:
    asked = an_unknown(shop, Unknown("?"))
    shop.passes(minutes=1)
    settle(shop.parts, shop.clock())
    assert asked.sought == []


def test_what_the_provider_knows_settles_it(shop: Shop) -> None:
    asked = an_unknown(shop, Unknown("?"))
    message = shop.outbounds(WANG)[0]
    asked.fate = Found(ParsedReceipt("p7", str(message.id), None, ReceiptStatus.DELIVERED))
    shop.passes(minutes=3)
    assert settle(shop.parts, shop.clock())["settled"] == 1
    assert asked.sought[0].message.to_phone == WANG
    row = shop.outbound(message.id)
    assert (row.status, row.provider_id) == ("delivered", "p7")


def test_what_the_provider_certainly_never_took_is_sent_once_more(shop: Shop) -> None:
    an_unknown(shop, NotFound())
    shop.passes(minutes=3)
    assert settle(shop.parts, shop.clock())["resent"] == 1
    assert ("settled", "never_taken") in shop.reasons(WANG)
    lines = shop.dials()
    shop.dispatches()
    assert len(lines.taken) == 1
    assert (shop.outbounds(WANG)[0].status, shop.outbounds(WANG)[0].attempts) == ("accepted", 2)


def test_what_was_never_taken_and_is_too_late_by_now_is_not_sent(shop: Shop) -> None:
    an_unknown(shop, NotFound(), expires_at=shop.clock() + timedelta(minutes=2))
    shop.passes(minutes=3)
    settle(shop.parts, shop.clock())
    lines = shop.dials()
    shop.dispatches()
    row = shop.outbounds(WANG)[0]
    assert (row.status, row.reason, lines.taken) == ("failed", "never_taken", [])


def test_an_answer_that_says_nothing_is_asked_for_again_later_and_never_resent(shop: Shop) -> None:
    asked = an_unknown(shop, Unknown("?"))
    for minutes in (3, 1, 1, 5):
        shop.passes(minutes=minutes)
        settle(shop.parts, shop.clock())
    assert len(asked.sought) == 2
    lines = shop.dials()
    shop.dispatches()
    assert lines.taken == []


def test_after_three_days_nobody_is_asked_any_more(shop: Shop) -> None:
    asked = an_unknown(shop, Unknown("?"))
    shop.passes(hours=72, minutes=1)
    assert settle(shop.parts, shop.clock())["to_staff"] == 1
    assert asked.sought == []


def test_the_opt_out_that_came_meanwhile_stops_the_second_try(shop: Shop) -> None:
    shop.a_customer(LI)
    an_unknown(shop, NotFound(), LI)
    shop.hears((LI, "T"))
    shop.passes(minutes=3)
    settle(shop.parts, shop.clock())
    shop.queues(LI, "新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.dispatches()
    assert shop.outbounds(LI)[-1].reason == "opted_out"


def test_a_question_that_was_never_taken_and_is_too_late_lets_its_run_go_on(shop: Shop) -> None:
    asked = Asked(NotFound())
    provider = replace(PROVIDER, query=asked, capabilities=replace(PROVIDER.capabilities, can_query=True))
    shop.parts = replace(shop.parts, directory=DirectoryCache(shop.parts.store, {"simulator": provider}))
    shop.tells("order.completed", "e1", order_number="A1")
    shop.dials(Unknown("timeout"))
    shop.dispatches()
    (question,) = shop.outbounds(WANG)
    assert (question.asks_question, question.status) == (True, "unknown")
    shop.clock.at = question.expires_at + timedelta(seconds=1)
    before = shop.rows("runs", WANG)[0]
    settle(shop.parts, shop.clock())
    row = shop.outbound(question.id)
    assert (row.status, row.reason) == ("failed", "never_taken")
    after = shop.rows("runs", WANG)[0]
    assert (before.status, after.status) == ("active", "finished")
    assert shop.rows("questions", WANG) == []
