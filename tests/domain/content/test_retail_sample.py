"""The retail sample of SMS marketing practice passes as printed, in one part (SPEC CT-1 to CT-3, CT-6)."""

from datetime import UTC, date, datetime

from app.domain.composing import BrandIdentity, compose
from app.domain.content.check import Bound, Copy
from app.domain.content.checking import findings, is_blocked
from app.domain.offers import Offer
from app.domain.purpose import Purpose
from tests.domain.rule_data import shipped

PRINTED = "【XX超市】尊享会员日!8月18日全场消费享双倍积分,登录APP领取满100减20券 bit.ly/XXX 退订回T"
BRAND = BrandIdentity(name="XX超市", signature="XX超市")
MEMBER_DAY = Offer(
    "member_day",
    {"zh": "会员日"},
    {"zh": "满100减20，双倍积分"},
    starts_on=date(2026, 8, 18),
    ends_on=date(2026, 8, 18),
)


def test_it_is_composed_as_printed_in_one_part() -> None:
    style = shipped().channel_style("mainland")
    for written in (PRINTED, PRINTED.removeprefix("【XX超市】").removesuffix(" 退订回T")):
        composed = compose(written, Purpose.MARKETING, style, BRAND, "zh")
        assert (composed.text, composed.parts, composed.offered) == (PRINTED, 1, "T")


def test_it_passes_every_check_on_its_day_and_not_the_day_after() -> None:
    def found(day: int) -> dict[str, str]:
        bound = Bound({"member_day": MEMBER_DAY}, datetime(2026, 8, day, 12, tzinfo=UTC))
        style = shipped().channel_style("mainland")
        copy = Copy(
            PRINTED, Purpose.MARKETING, style, BRAND, hosts=frozenset({"bit.ly"}), hotline="", offers=bound
        )
        told = findings(copy, shipped().lists, shipped().checks)
        assert is_blocked(told) is (day == 19)
        return {one.code: one.quote for one in told}

    assert found(18) == {}
    assert found(19) == {"offer_expired": "member_day"}
