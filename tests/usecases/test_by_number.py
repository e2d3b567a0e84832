"""What belongs to a number and not to its owner: the carrier's word, its limits, and the caps of who comes again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.domain.compliance.facts import CarrierLimit
from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Accepted, Outcome, Outgoing, Rejected, Rejection
from app.store import customers
from app.usecases import number_owners
from app.usecases.changes import Changes
from app.usecases.erase_person import ErasureOrder, erase_person
from tests.usecases.shop import WANG, Lines, Shop

OPTED_OUT = Rejected(Rejection.OPT_OUT, "21610")


def erased(shop: Shop) -> None:
    assert erase_person(shop.parts, WANG, ErasureOrder("command", shop.clock())) is not None


def handed_on(shop: Shop) -> None:
    changes, old = Changes(), shop.customer(WANG).id
    with shop.parts.store.write() as session:
        customers.lock(session, [old])
        number_owners.end(session, changes, old, "staff", shop.clock(), status="unknown")
        changes.flush(session)


ENDINGS = pytest.mark.parametrize("ends", [erased, handed_on])


def promotes(shop: Shop) -> UUID:
    later = shop.clock() + timedelta(days=3)
    return shop.queues(WANG, "新品上架，欢迎来店", Cause(CauseKind.CAMPAIGN, shop.clock()), expires_at=later)


def agrees(shop: Shop) -> None:
    """Whoever has the number now wants the brand's marketing."""
    shop.texts(WANG, "订阅")
    shop.works()
    shop.texts(WANG, "1")
    shop.works()


def serves(shop: Shop) -> UUID:
    return shop.queues(WANG, "您的订单已收到", Cause(CauseKind.EVENT, shop.clock(), "order.placed"))


@ENDINGS
def test_a_carriers_opt_out_reaches_who_has_the_number_now(shop: Shop, ends: Callable[[Shop], None]) -> None:
    shop.dials(Accepted("p1"), Accepted("p2"))
    serves(shop)
    shop.dispatches()
    ends(shop)
    agrees(shop)
    assert shop.profile(WANG)["consent"] == "granted"
    waiting = promotes(shop)
    shop.reports("p1", "undelivered", code="MBBLACK")
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert shop.outbound(waiting).status == "cancelled"
    assert [(row.kind, row.source) for row in shop.rows("consents", WANG)][-1] == ("withdrawn", "provider")


class Meanwhile(Lines):
    """Something happens while the provider is asked."""

    def __init__(self, happens: Callable[[], None], *answers: Outcome) -> None:
        super().__init__(*answers)
        self.happens = happens

    def take(self, messages: list[Outgoing], settings: object) -> list[Outcome]:
        self.happens()
        return super().take(messages, settings)


@ENDINGS
def test_an_opt_out_told_at_the_hand_over_reaches_who_has_the_number_now(
    shop: Shop, ends: Callable[[Shop], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def change_hands() -> None:
        ends(shop)
        shop.a_customer(WANG)  # somebody who has agreed

    serves(shop)
    lines = shop.dials(OPTED_OUT)
    monkeypatch.setattr(lines, "take", Meanwhile(change_hands, OPTED_OUT).take)
    shop.dispatches()
    assert shop.profile(WANG)["consent"] == "withdrawn"


def test_an_opt_out_told_after_an_erasure_waits_for_who_comes_next(shop: Shop) -> None:
    shop.dials(Accepted("p1"))
    serves(shop)
    shop.dispatches()
    erased(shop)
    shop.reports("p1", "undelivered", code="MBBLACK")
    shop.texts(WANG, "你好")
    assert shop.profile(WANG)["consent"] == "withdrawn"


def test_an_erasure_gives_nobody_a_fresh_cap(shop: Shop) -> None:
    shop.dials(Accepted("p1"), RuntimeError("the line broke"), Accepted("p2"))
    for _ in range(3):
        promotes(shop)
        shop.dispatches()
    erased(shop)
    agrees(shop)
    late = promotes(shop)
    shop.dispatches()
    assert (shop.outbound(late).status, shop.outbound(late).reason) == ("refused", "frequency_cap")


def test_a_new_owner_has_caps_of_their_own(shop: Shop) -> None:
    for _ in range(3):
        promotes(shop)
    shop.dispatches()
    handed_on(shop)
    agrees(shop)
    late = promotes(shop)
    shop.dispatches()
    assert (shop.outbound(late).status, shop.outbound(late).reason) == ("accepted", None)


@ENDINGS
def test_a_carriers_limit_counts_by_number(shop: Shop, ends: Callable[[Shop], None]) -> None:
    limits = {"mainland": (CarrierLimit(2, timedelta(hours=1)),)}
    shop.parts = replace(shop.parts, rules=replace(shop.parts.rules, carrier_limits=limits))
    for _ in range(2):
        serves(shop)
        shop.dispatches()
    ends(shop)
    late = serves(shop)
    shop.dispatches()
    assert (shop.outbound(late).status, shop.outbound(late).reason) == ("queued", "carrier_limit")
