"""The offers' page: written, changed, sold out, by those who write copy."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.domain.offers import Offer
from tests.web.console.desk_scene import Desk, Visitor, a_member

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""

CAKES = {"brand": "demo", "name": "cakes", "title": "蛋糕节", "discount": "满100减20", "price": "9.90"}


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


@pytest.fixture
def marketer(desk: Desk) -> Visitor:
    visitor = a_member(desk, "marketer")
    visitor.opens("/offers")
    return visitor


def kept(desk: Desk) -> dict[str, Offer]:
    directory = desk.parts.directory.current(desk.clock())
    brand = directory.brand_coded("demo")
    assert brand is not None
    return dict(directory.offers[brand.id])


def test_a_marketer_writes_an_offer_and_changes_it(desk: Desk, marketer: Visitor) -> None:
    status, text = marketer.sends("/offers", **CAKES, quantity="100", ends_on="2099-12-31")
    assert status == 200
    assert "蛋糕节" in text
    assert "until 2099-12-31" in text
    assert kept(desk)["cakes"].quantity == 100
    filled = marketer.opens("/offers?brand=demo&name=cakes")[1]
    assert 'value="满100减20"' in filled
    assert 'value="9.90"' in filled
    marketer.sends("/offers", **CAKES | {"price": "8"})
    assert str(kept(desk)["cakes"].price) == "8"


def test_it_is_sold_out_and_there_again(desk: Desk, marketer: Visitor) -> None:
    marketer.sends("/offers", **CAKES)
    assert "is sold out" in marketer.sends("/offers/demo/cakes/sold_out")[1]
    assert kept(desk)["cakes"].is_sold_out
    assert "is sold out" not in marketer.sends("/offers/demo/cakes/back")[1]
    assert marketer.sends("/offers/demo/gone/sold_out")[0] == 404


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": "Cakes!"}, "A name is small letters"),
        ({"title": ""}, "Say what the offer is called"),
        ({"discount": "cheap"}, "No discount can be read"),
        ({"price": "-1"}, "A price is a number"),
        ({"price": "x"}, "is-invalid"),
        ({"starts_on": "2026-08-02", "ends_on": "2026-08-01"}, "The last day is before"),
        ({"title": "蛋" * 61}, "That is too long"),
        ({"ends_on": "9999-12-31"}, "a year from 2000 to 2999"),
        ({"starts_on": "0001-01-01"}, "a year from 2000 to 2999"),
    ],
)
def test_what_cannot_be_kept_is_told_beside_its_field(
    desk: Desk, marketer: Visitor, wrong: dict[str, str], says: str
) -> None:
    status, text = marketer.sends("/offers", **CAKES | wrong)
    assert status == 422
    assert says in text
    assert kept(desk) == {}


def test_support_staff_write_no_offers(desk: Desk) -> None:
    assert a_member(desk, "support").client.get("/offers").status_code == 403
