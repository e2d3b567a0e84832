"""An erasure keeps the doubt whether a text that nobody has read was an opt-out."""

import pytest

from app.store import customers
from app.usecases import number_owners
from app.usecases.changes import Changes
from app.usecases.erase_person import ErasureOrder, erase_person
from tests.usecases.shop import LI, WANG, Shop
from tests.usecases.test_holds import NO_MORE, states
from tests.usecases.test_opting_on_a_shared_number import a_cafe_on_the_same_number


def erases(shop: Shop, phone: str) -> None:
    assert erase_person(shop.parts, phone, ErasureOrder("command", shop.clock())) is not None


@pytest.mark.parametrize("is_understanding", [True, False])
def test_an_erasure_keeps_the_doubt_of_a_text_that_nobody_has_read(
    shop: Shop, is_understanding: bool
) -> None:
    shop.nlu.is_away = True
    shop.hears((LI, NO_MORE))  # the brand has no profile of them but for this
    if is_understanding:
        shop.answers()
    erases(shop, LI)
    shop.passes(days=1)
    assert shop.a_customer(LI, consent=None)
    assert shop.profile(LI)["consent"] == "held"
    (line,) = shop.rows("consents", LI)
    assert (line.kind, line.source) == ("held", "kept_opt_out")
    number_ends(shop, LI)
    assert shop.profile(LI)["consent"] == "held"


def test_an_erasure_keeps_the_doubt_with_every_brand_on_the_number(shop: Shop) -> None:
    a_cafe_on_the_same_number(shop)
    shop.hears((WANG, NO_MORE))
    erases(shop, WANG)
    shop.a_customer(WANG, consent=None)
    assert states(shop) == ["held", "held"]


def test_an_erasure_keeps_the_doubt_of_a_text_that_found_no_sender(shop: Shop) -> None:
    shop.a_sender(shop.channel().id, "10690000000003", shop.a_brand("cafe"))
    shop.hears((WANG, "退订"), to_address="10690000999999")
    assert len(shop.quarantine()) == 1
    erases(shop, WANG)
    assert shop.quarantine() == []
    shop.a_customer(WANG, consent=None)
    assert shop.profile(WANG)["consent"] == "held"


def number_ends(shop: Shop, phone: str) -> None:
    changes, person = Changes(), shop.customer(phone).id
    with shop.parts.store.write() as session:
        customers.lock(session, [person])
        number_owners.end(session, changes, person, "staff", shop.clock(), status="unknown")
        changes.flush(session)
