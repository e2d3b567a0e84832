"""What a provider answers: delivered, dead, tried again, given up, unknown, and never sent twice."""

from datetime import timedelta

import pytest

from app.domain.purpose import Cause, CauseKind
from app.providers.contract import Accepted, Rejected, Rejection, Unknown
from app.usecases import outcomes
from tests.usecases.shop import LI, WANG, Shop


def campaign(shop: Shop) -> Cause:
    return Cause(CauseKind.CAMPAIGN, shop.clock())


def order(shop: Shop) -> Cause:
    return Cause(CauseKind.EVENT, shop.clock(), "order.placed")


def test_number_0001_is_delivered(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", order(shop))
    shop.works()
    row = shop.outbounds(WANG)[0]
    assert (row.status, row.attempts, row.code) == ("delivered", 1, None)
    assert shop.customer(WANG).number_status == "verified"


def test_number_0002_is_dead_and_later_messages_are_refused(shop: Shop) -> None:
    phone = "+8613900000002"
    shop.a_customer(phone)
    shop.queues(phone, "您的订单已收到", order(shop))
    shop.works()
    assert (shop.outbounds(phone)[0].status, shop.outbounds(phone)[0].code) == ("undelivered", "MK:0001")
    assert shop.customer(phone).number_status == "dead"
    shop.queues(phone, "新品上架", campaign(shop))
    shop.dispatches()
    assert shop.outbounds(phone)[1].reason == "dead_number"
    assert ("dead", "receipt") in shop.reasons(phone, "number")


def test_number_0003_is_tried_again_with_growing_pauses_and_then_delivered(shop: Shop) -> None:
    phone = "+8613900000003"
    shop.queues(phone, "您的订单已收到", order(shop))
    pauses = []
    for _ in range(2):
        shop.dispatches()
        row = shop.outbounds(phone)[0]
        assert (row.status, row.reason, row.code) == ("queued", "retry", "busy")
        pauses.append(round((row.due_at - shop.clock()).total_seconds()))
        assert shop.dispatches().claimed == 0
        shop.clock.at = row.due_at
    assert pauses == [2, 8]
    shop.works()
    row = shop.outbounds(phone)[0]
    assert (row.status, row.attempts, row.reason) == ("delivered", 3, None)


def test_number_0004_stays_accepted_for_ever(shop: Shop) -> None:
    phone = "+8613900000004"
    shop.queues(phone, "您的订单已收到", order(shop))
    shop.works()
    shop.passes(days=9)
    shop.works()
    assert shop.outbounds(phone)[0].status == "accepted"


def test_number_0005_is_unknown_until_its_receipt_and_never_sent_again(shop: Shop) -> None:
    phone = "+8613900000005"
    shop.queues(phone, "您的订单已收到", order(shop))
    shop.dispatches()
    assert (shop.outbounds(phone)[0].status, shop.outbounds(phone)[0].reason) == ("unknown", "answer_lost")
    shop.works()
    assert (shop.outbounds(phone)[0].status, shop.outbounds(phone)[0].attempts) == ("delivered", 1)


def test_a_provider_that_raises_leaves_the_outcome_unknown(shop: Shop) -> None:
    message = shop.queues(WANG, "您的订单已收到", order(shop))
    lines = shop.dials(RuntimeError("broken"))
    shop.dispatches()
    assert shop.outbound(message).status == "unknown"
    assert shop.reasons(WANG) == [("allowed", "allowed"), ("unknown", "answer_lost")]
    shop.passes(hours=1)
    shop.dispatches()
    assert len(lines.taken) == 1


@pytest.mark.parametrize(
    ("kind", "is_for_staff"),
    [(Rejection.PERMANENT, False), (Rejection.CONTENT, True), (Rejection.CONFIG, True)],
)
def test_what_a_provider_will_never_take_is_not_tried_again(
    shop: Shop, kind: Rejection, is_for_staff: bool
) -> None:
    message = shop.queues(WANG, "您的订单已收到", order(shop))
    lines = shop.dials(Rejected(kind, "E1"))
    shop.dispatches()
    row = shop.outbound(message)
    assert (row.status, row.reason, row.code) == ("failed", f"provider_{kind}", "E1")
    assert row.is_for_staff is is_for_staff
    assert shop.reasons(WANG) == [("allowed", "allowed"), ("failed", f"provider_{kind}")]
    shop.passes(hours=1)
    shop.dispatches()
    assert len(lines.taken) == 1


def test_a_temporary_refusal_is_tried_six_times_and_then_given_up(shop: Shop) -> None:
    message = shop.queues(WANG, "您的订单已收到", order(shop))
    lines = shop.dials(*[Rejected(Rejection.TEMPORARY, "busy")] * 9)
    for _ in range(9):
        shop.dispatches()
        shop.passes(minutes=16)
    assert len(lines.taken) == outcomes.MAX_ATTEMPTS
    put_off = [one for one in shop.reasons(WANG) if one != ("allowed", "allowed")]
    assert put_off == [("deferred", "retry"), ("failed", "provider_temporary")]
    assert (shop.outbound(message).status, shop.outbound(message).reason) == ("failed", "provider_temporary")


def test_a_provider_may_ask_for_a_longer_pause(shop: Shop) -> None:
    message = shop.queues(WANG, "您的订单已收到", order(shop))
    shop.dials(Rejected(Rejection.TEMPORARY, "busy", retry_after=timedelta(minutes=5)))
    shop.dispatches()
    assert shop.outbound(message).due_at - shop.clock() > timedelta(minutes=4)


def test_a_provider_that_knows_of_an_opt_out_opts_the_customer_out(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", order(shop))
    later = shop.queues(WANG, "新品上架", campaign(shop), due_at=shop.clock() + timedelta(minutes=5))
    shop.dials(Rejected(Rejection.OPT_OUT, "21610"))
    shop.dispatches()
    assert shop.profile(WANG)["consent"] == "withdrawn"
    assert shop.outbound(later).status == "cancelled"
    assert shop.rows("consents", WANG)[-1].source == "provider"
    assert [row.purpose for row in shop.outbounds(WANG)].count("opt_out_confirmation") == 0


def test_one_of_a_batch_that_is_rejected_costs_no_neighbour(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", order(shop))
    shop.queues(LI, "您的订单已收到", order(shop))
    shop.dials(Rejected(Rejection.PERMANENT, "E1"), Accepted("p2"))
    shop.dispatches()
    assert [shop.outbounds(phone)[0].status for phone in (WANG, LI)] == ["failed", "accepted"]


def test_an_answer_that_counts_wrong_leaves_everything_unknown(shop: Shop) -> None:
    shop.queues(WANG, "您的订单已收到", order(shop))
    lines = shop.dials()
    lines.take = lambda *_: [Unknown("x"), Unknown("y")]  # type: ignore[method-assign]
    shop.dispatches()
    assert shop.outbounds(WANG)[0].status == "unknown"
