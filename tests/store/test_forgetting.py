"""Who is erased, asked of a row and of the database."""

from sqlalchemy import Engine, select

from app.store.customers import Customer
from app.store.forgetting import IS_ERASED, is_erased
from app.usecases.erase_person import ErasureOrder, erase_person
from tests.usecases.shop import LI, WANG, Shop


def test_a_row_and_the_database_tell_the_same_of_who_is_erased(engine: Engine) -> None:
    shop = Shop(engine)
    shop.a_customer(LI)
    gone, there = shop.customer(LI).id, shop.customer(WANG).id
    assert erase_person(shop.parts, LI, ErasureOrder("command", shop.clock())) is not None
    with shop.parts.store.read() as session:
        erased = set(session.scalars(select(Customer.id).where(IS_ERASED)))
        rows = session.scalars(select(Customer)).all()
        assert erased == {row.id for row in rows if is_erased(row)} == {gone}
        assert there in set(session.scalars(select(Customer.id).where(~IS_ERASED)))
