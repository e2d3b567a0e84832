"""What a text promises has to be what a live offer says."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.domain.composing import BrandIdentity
from app.domain.content.check import Bound, Copy, Severity
from app.domain.content.checking import findings
from app.domain.offers import Offer
from app.domain.purpose import Purpose
from tests.domain.rule_data import shipped

BRAND = BrandIdentity(name="麦香坊", signature="麦香坊")
NOON = datetime(2026, 8, 17, 4, tzinfo=UTC)
CAKES = Offer(
    name="cakes",
    title={"zh": "蛋糕节", "en": "Cake week"},
    discount={"zh": "满100减20，八五折", "en": "20 off over 100"},
    price=Decimal("9.90"),
    quantity=100,
    starts_on=date(2026, 8, 10),
    ends_on=date(2026, 8, 18),
)


def told(
    text: str, *offers: Offer | None, purpose: Purpose = Purpose.MARKETING, now: datetime = NOON
) -> dict[str, Severity]:
    named = {offer.name if offer else "gone": offer for offer in offers}
    style = shipped().channel_style("mainland")
    copy = Copy(f"【麦香坊】{text}退订回T", purpose, style, BRAND, offers=Bound(named, now))
    found = findings(copy, shipped().lists, shipped().checks)
    return {one.code: one.severity for one in found if one.code.startswith("offer_")}


@pytest.mark.parametrize("text", ["蛋糕9.9元", "蛋糕满100减20", "限量100份", "截至8月18日", "蛋糕半价"])
def test_advertising_that_promises_names_an_offer(text: str) -> None:
    assert told(text) == {"offer_unbound": Severity.BLOCK}


@pytest.mark.parametrize(
    "text", ["最近上新三款蛋糕，回复1预约。", "8月18日新店开业，欢迎到店。", "每人限2件", "致电400-820-0001"]
)
def test_advertising_that_promises_nothing_needs_no_offer(text: str) -> None:
    assert told(text) == {}


def test_a_last_day_of_nothing_in_particular_is_pointed_out() -> None:
    assert told("最后一天，欢迎到店。") == {"offer_unbound": Severity.WARN}


@pytest.mark.parametrize("purpose", [Purpose.SERVICE, Purpose.REPLY])
def test_the_amount_of_an_order_is_no_promise(purpose: Purpose) -> None:
    assert told("您的订单88元已支付，8月18日前送达。", purpose=purpose) == {}


@pytest.mark.parametrize(
    "text",
    [
        "蛋糕9.9元，满100减20，限量100份，截至8月18日",
        "全场85折",
        "15% off",
        "￥9.90",
        "明天截止",
        "还剩2天",
        "8月12日到店有礼",
        "until 18 August",
        "蛋糕节来了",
    ],
)
def test_what_the_offer_says_may_be_said(text: str) -> None:
    assert told(text, CAKES) == {}


@pytest.mark.parametrize(
    "text",
    [
        "蛋糕8.8元",
        "满100减30",
        "全场7折",
        "限量50份",
        "截至8月20日",
        "最后一天",
        "8月30日到店",
        "还剩5天",
        "8月32日",
        "双倍积分",
        "最后5小时",
    ],
)
def test_what_differs_from_the_offer_is_not_sent(text: str) -> None:
    assert told(text, CAKES) == {"offer_different": Severity.BLOCK}


def test_hours_count_down_to_the_end_of_the_last_day() -> None:
    evening = datetime(2026, 8, 18, 21, 30, tzinfo=UTC)
    assert told("最后3小时", CAKES, now=evening) == {}
    assert told("最后8小时", CAKES, now=evening) == {"offer_different": Severity.BLOCK}


@pytest.mark.parametrize("purpose", [Purpose.MARKETING, Purpose.REPLY, Purpose.SERVICE])
def test_an_offer_that_does_not_hold_is_not_told_to_anybody(purpose: Purpose) -> None:
    over = datetime(2026, 8, 19, 4, tzinfo=UTC)
    gone = Offer("cakes", {"zh": "蛋糕节"}, is_sold_out=True)
    none_left = Offer("cakes", {"zh": "蛋糕节"}, quantity=0)
    assert set(told("蛋糕节9.9元", CAKES, purpose=purpose, now=over)) == {"offer_expired"}
    assert "offer_sold_out" in told("蛋糕节", gone, purpose=purpose)
    assert "offer_sold_out" in told("蛋糕节", none_left, purpose=purpose)
    assert told("蛋糕节9.9元", None, purpose=purpose) == {"offer_unknown": Severity.BLOCK}


def test_of_two_offers_either_may_promise_it() -> None:
    tea = Offer("tea", {"zh": "茶"}, price=Decimal(20))
    assert told("蛋糕9.9元，茶20元", CAKES, tea) == {}
    assert told("蛋糕9.9元，茶21元", CAKES, tea) == {"offer_different": Severity.BLOCK}


def test_the_last_day_itself_is_one_of_the_offers() -> None:
    last = datetime(2026, 8, 18, 15, 59, tzinfo=UTC)
    assert told("最后一天，满100减20", CAKES, now=last) == {}


@pytest.mark.parametrize(("day", "is_true"), [(18, True), (17, False)])
def test_a_countdown_that_has_come_to_nothing_is_judged_too(day: int, is_true: bool) -> None:
    now = datetime(2026, 8, day, 4, tzinfo=UTC)
    assert ("offer_different" not in told("蛋糕节还剩0天", CAKES, now=now)) == is_true
