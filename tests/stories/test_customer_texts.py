"""What customers of a bakery live through by SMS, told as they would tell it. Each story runs on a clock of its own."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from app.domain.purpose import Cause, CauseKind
from app.jobs import jobs
from app.store import simulated
from app.store.phone_hashes import phone_hash
from app.usecases import desk
from tests.usecases.shop import ALICE, LI, WANG, Shop


@pytest.fixture
def shop(engine: Engine) -> Shop:
    return Shop(engine)


def on_the_phone(shop: Shop, phone: str) -> list[str]:
    """What the customer's phone has received, oldest first."""
    table = simulated.SimulatedMessage
    with shop.parts.store.read() as session:
        mine = session.query(table).filter(table.phone_hash == phone_hash(phone), table.is_refused.is_(False))
        return [row.text for row in mine.order_by(table.taken_at, table.id)]


def live(shop: Shop, time: timedelta, step: timedelta = timedelta(hours=1)) -> None:
    """Time passes; every hour the clock's jobs come round and worker and carrier do their part."""
    end = shop.clock.at + time
    while shop.clock.at < end:
        shop.clock.pass_by(min(step, end - shop.clock.at))
        for job in jobs().values():
            job.run(shop.parts, shop.clock())
        shop.works()


def says(shop: Shop, phone: str, text: str) -> str:
    """The customer texts; what comes back, newest last."""
    before = len(on_the_phone(shop, phone))
    shop.passes(minutes=1)
    shop.hears((phone, text))
    shop.works()
    return "\n".join(on_the_phone(shop, phone)[before:])


def test_customer_texts_t_in_the_middle_of_a_campaign(shop: Shop) -> None:
    slow = shop.a_channel("slow", "10690002", rate_per_second=5, style="mainland")
    people = [f"+86139{n:08d}" for n in range(100, 130)]
    for phone in people:
        shop.a_customer(phone)
        cause = Cause(CauseKind.CAMPAIGN, shop.clock())
        shop.queues(phone, "周末新品上架", cause, sender=slow.senders[0])
    shop.dispatches()
    reached = {phone for phone in people if on_the_phone(shop, phone)}
    assert 0 < len(reached) < len(people)
    leaving = [phone for phone in people if phone not in reached][::2] + sorted(reached)[:1]
    shop.hears(*[(phone, "T") for phone in leaving], channel="slow")
    for _ in range(40):
        shop.passes(seconds=1)
        shop.dispatches()
    for phone in people:
        marketing = [text for text in on_the_phone(shop, phone) if "周末新品" in text]
        assert len(marketing) == (phone in reached or phone not in leaving)
        assert any("已退订" in text for text in on_the_phone(shop, phone)) == (phone in leaving)


def test_customer_has_a_broken_cake_and_is_made_happy(shop: Shop) -> None:
    assert "已登记您的投诉" in says(shop, LI, "我要投诉，送来的蛋糕是坏的")
    says(shop, LI, "奶油都塌了")
    staff = shop.a_member_of_staff()
    shop.passes(minutes=40)
    desk.reply(shop.parts, staff, shop.customer(LI).id, shop.brand.id, "马上给您重做一个", shop.clock())
    shop.works()
    assert "马上给您重做一个" in on_the_phone(shop, LI)[-1]
    assert says(shop, LI, "好的") == ""
    (complaint,) = shop.rows("complaints", LI)
    shop.passes(hours=3)
    desk.resolve(shop.parts, staff, complaint.id, "新蛋糕已送到", shop.clock())
    live(shop, timedelta(hours=26))
    assert "解决了吗" in on_the_phone(shop, LI)[-1]
    assert "很高兴能帮到您" in says(shop, LI, "1")
    (complaint,) = shop.rows("complaints", LI)
    assert (complaint.status, complaint.follow_up_result) == ("closed", "solved")
    assert (complaint.first_response_breached_at, complaint.resolution_breached_at) == (None, None)
    live(shop, timedelta(days=4), timedelta(hours=6))
    assert len([text for text in on_the_phone(shop, LI) if "解决了吗" in text]) == 1


def test_customer_orders_a_cake_and_hears_of_it_from_order_to_review(shop: Shop) -> None:
    shop.tells("order.placed", "e1", WANG, order_number="A1024")
    shop.works()
    assert "订单A1024已收到" in on_the_phone(shop, WANG)[-1]
    live(shop, timedelta(hours=25))
    assert "s.maixiang.example/v" in on_the_phone(shop, WANG)[-1]
    shop.tells("order.shipped", "e2", WANG, order_number="A1024", carrier="顺丰", tracking_number="SF100")
    assert "顺丰，单号SF100" in says(shop, WANG, "查订单")
    shop.tells("order.delivered", "e3", WANG, order_number="A1024")
    assert "已于" in says(shop, WANG, "订单 到了吗")
    live(shop, timedelta(days=5), timedelta(hours=4))
    invitations = [text for text in on_the_phone(shop, WANG) if "s.maixiang.example/r" in text]
    assert len(invitations) == 1
    assert invitations[0].endswith("退订回T")


def test_customer_signs_up_gets_news_and_leaves_again(shop: Shop) -> None:
    assert "同意请回复“是”" in says(shop, LI, "加入")
    assert "几月过生日" in says(shop, LI, "是")
    assert "哪类消息" in says(shop, LI, "0")
    assert "感谢加入" in says(shop, LI, "1")
    shop.queues(LI, "周末新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.works()
    assert "周末新品上架" in on_the_phone(shop, LI)[-1]
    assert "已退订" in says(shop, LI, "退订谢谢")
    shop.queues(LI, "下周新品上架", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.works()
    assert "下周新品上架" not in "".join(on_the_phone(shop, LI))
    assert "已恢复订阅" in says(shop, LI, "恢复")


def test_customer_writes_while_the_language_model_starts(shop: Shop) -> None:
    shop.nlu.is_away = True
    shop.nlu.learn("what time do you close", "store_info")
    assert says(shop, ALICE, "what time do you close") == ""
    assert "已退订" in says(shop, WANG, "T")
    live(shop, timedelta(minutes=5), timedelta(minutes=1))
    shop.nlu.is_away = False
    shop.passes(seconds=2)
    shop.works()
    assert "Hours: 8:00 to 21:30" in "\n".join(on_the_phone(shop, ALICE))


@pytest.mark.parametrize(
    ("text", "answer", "consent"),
    [
        ("T", "已退订", "withdrawn"),
        ("退订谢谢", "已退订", "withdrawn"),
        ("几点开门", "营业时间：每天8:00到21:30", "granted"),
        ("我要投诉，送来的蛋糕是坏的", "已登记您的投诉", "granted"),
        ("别再给我发短信了", "已退订", "withdrawn"),
        ("T恤还有吗", "没看懂", "granted"),
        ("what time do you close", "Hours: 8:00 to 21:30", "granted"),
    ],
)
def test_customer_gets_the_right_answer(shop: Shop, text: str, answer: str, consent: str) -> None:
    shop.nlu.learn("几点开门", "store_info")
    shop.nlu.learn("what time do you close", "store_info")
    shop.nlu.learn("别再给我发短信了", "opt_out")
    shop.nlu.learn("T恤还有吗", "out_of_scope", 0.8)
    assert answer in says(shop, WANG, text)
    assert shop.profile(WANG)["consent"] == consent
