"""No statement of the hot paths looks at every row of a table that grows with the messages."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from app.jobs import jobs
from app.providers.contract import Unknown
from app.usecases import desk
from tests.store.query_plans import listening, walked
from tests.usecases.shop import ALICE, LI, WANG, Shop


@pytest.fixture
def shop(unmeasured_engine: Engine) -> Shop:
    return Shop(unmeasured_engine)


def texts_come_and_are_answered(shop: Shop) -> None:
    for phone, text in ((WANG, "营业时间"), (LI, "投诉 坏了"), (ALICE, "评分"), (WANG, "几点开门呀")):
        shop.texts(phone, text)
        shop.works()
    shop.texts(WANG, "T")
    shop.texts(LI, "恢复订阅")
    shop.works()


def messages_go_out_and_are_reported(shop: Shop) -> None:
    shop.tells("order.placed", "e1", order_number="A1")
    shop.tells("order.completed", "e2", phone=LI, order_number="A2")
    shop.works()
    shop.dials(Unknown("x"))
    shop.tells("order.placed", "e3", order_number="A3")
    shop.dispatches()


def the_clock_ticks(shop: Shop) -> None:
    for hours in (0, 3, 30, 80):
        shop.passes(hours=hours)
        for job in jobs().values():
            job.run(shop.parts, shop.clock())
        shop.dispatches()


def staff_answer(shop: Shop) -> None:
    staff, complaint = shop.a_member_of_staff(), shop.rows("complaints", LI)[0]
    shop.passes(minutes=1)
    desk.reply(shop.parts, staff, complaint.customer_id, shop.brand.id, "马上处理", shop.clock())
    shop.dispatches()
    desk.resolve(shop.parts, staff, complaint.id, "", shop.clock())
    shop.works()


HOT: tuple[Callable[[Shop], None], ...] = (
    texts_come_and_are_answered,
    messages_go_out_and_are_reported,
    staff_answer,
    the_clock_ticks,
)


def test_no_hot_statement_walks_over_a_table_that_grows(shop: Shop, unmeasured_engine: Engine) -> None:
    heard: dict[str, int] = {}
    with listening(unmeasured_engine, heard):
        for happens in HOT:
            happens(shop)
            shop.passes(minutes=5)
    assert len(heard) > 40
    slow = {}
    for statement, values in heard.items():
        with unmeasured_engine.connect() as connection:
            if tables := walked(connection, statement, values):
                slow[statement] = tables
            connection.rollback()
    assert slow == {}


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT id FROM outbounds WHERE trace_id = 'x'", {"outbounds"}),
        ("SELECT id FROM outbounds WHERE status = 'failed' ORDER BY id", {"outbounds"}),
        ("SELECT o.id FROM inbounds AS o WHERE o.status <> 'done'", set()),
        ("SELECT id FROM brands", set()),
        ("SELECT count(*) FROM decisions", {"decisions"}),
        ("UPDATE receipts SET code = 'x' WHERE provider_id = 'p'", {"receipts"}),
        ("SELECT a.id FROM runs AS a JOIN outbounds AS b ON b.step = a.flow", {"runs", "outbounds"}),
    ],
)
def test_a_statement_without_an_index_is_found(engine: Engine, statement: str, tables: set[str]) -> None:
    with engine.connect() as connection:
        found = walked(connection, statement, 0)
        connection.rollback()
    assert found <= tables
    assert bool(found) == bool(tables)
