"""The next reply is suggested from what was answered to the like of a complaint, without its customer."""

from uuid import UUID

import pytest

from app.usecases import desk
from app.usecases.desk import StaffMember
from app.usecases.erase_person import ErasureOrder, erase_person
from app.usecases.suggested_reply import Suggestion, suggest
from tests.usecases.shop import LI, WANG, Shop


@pytest.fixture
def staff(shop: Shop) -> StaffMember:
    return shop.a_member_of_staff()


def settles(shop: Shop, staff: StaffMember, phone: str, told: str, *answers: str) -> UUID:
    """A complaint of this customer's, answered and resolved."""
    shop.texts(phone, told)
    shop.works()
    one = shop.rows("complaints", phone)[-1]
    for text in answers:
        desk.reply(shop.parts, staff, one.customer_id, shop.brand.id, text, shop.clock())
        shop.works()
    desk.resolve(shop.parts, staff, one.id, "", shop.clock(), is_told_otherwise=True)
    return one.id  # type: ignore[no-any-return]


def suggested(shop: Shop, phone: str = WANG) -> Suggestion | None:
    return suggest(shop.parts, shop.customer(phone).id, shop.brand.id, shop.clock())


def test_what_was_answered_to_the_like_of_it_is_suggested(shop: Shop, staff: StaffMember) -> None:
    told = "张三丰您好，订单A1024马上重做，请拨13800001001"
    shop.a_customer(LI, consent=None, name="张三丰")
    settles(shop, staff, LI, "投诉 送来的蛋糕是坏的", told, "新的已送到")
    before = len(shop.outbounds(WANG))
    shop.texts(WANG, "我要投诉，蛋糕送来就坏了")
    shop.works()
    found = suggested(shop)
    assert found is not None
    assert found.number == 1
    assert found.text == "王女士您好，订单{{ order.number }}马上重做，请拨{{ phone }}"
    assert (
        len([row for row in shop.outbounds(WANG)[before:] if row.staff_id]) == 0
    )  # nothing is sent by itself


def test_the_second_reply_follows_the_first(shop: Shop, staff: StaffMember) -> None:
    settles(shop, staff, LI, "投诉 送来的蛋糕是坏的", "马上重做", "新的已送到")
    shop.texts(WANG, "我要投诉，蛋糕送来就坏了")
    shop.works()
    desk.reply(shop.parts, staff, shop.customer(WANG).id, shop.brand.id, "马上重做", shop.clock())
    found = suggested(shop)
    assert (found and found.text) == "新的已送到"


@pytest.mark.parametrize("lacking", ["complaint", "alike", "brand", "erased", "answer"])
def test_nothing_is_suggested_where_nothing_is_like_it(shop: Shop, staff: StaffMember, lacking: str) -> None:
    answers = () if lacking == "answer" else ("马上重做",)
    settles(shop, staff, LI, "投诉 店员太凶了" if lacking == "alike" else "投诉 蛋糕是坏的", *answers)
    if lacking == "erased":
        assert erase_person(shop.parts, LI, ErasureOrder("command", shop.clock())) is not None
    channel = "simulator"
    if lacking == "brand":
        shop.a_channel("cafe", "10690009", brand=shop.a_brand("cafe"))
        channel = "cafe"
    if lacking != "complaint":
        shop.texts(WANG, "我要投诉，蛋糕送来就坏了", channel=channel)
        shop.works()
    brand = shop.brand_named("cafe" if lacking == "brand" else "demo")
    assert suggest(shop.parts, shop.customer(WANG).id, brand.id, shop.clock()) is None


def test_the_brands_own_number_stays(shop: Shop, staff: StaffMember) -> None:
    settles(shop, staff, LI, "投诉 送来的蛋糕是坏的", f"请拨{shop.brand.hotline}，马上重做")
    shop.texts(WANG, "我要投诉，蛋糕送来就坏了")
    shop.works()
    found = suggested(shop)
    assert shop.brand.hotline
    assert (found and found.text) == f"请拨{shop.brand.hotline}，马上重做"
