"""Offers from the command line."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.cli.installation import huixin, installed


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, database_url, engine, monkeypatch)


def put(*more: str) -> object:
    return huixin("offers", "put", "cakes", "--brand", "demo", "--title", "蛋糕节", *more)


def test_an_offer_is_made_listed_and_sold_out() -> None:
    done = put("--discount", "满100减20", "--price", "9.90", "--quantity", "100", "--until", "2099-12-31")
    assert done.exit_code == 0, done.stderr
    assert "added cakes" in done.stdout
    listed = json.loads(huixin("offers", "list", "--brand", "demo", "--json").stdout)
    assert listed == [
        {
            "name": "cakes",
            "standing": "live",
            "title": "蛋糕节",
            "discount": "满100减20",
            "price": 9.9,
            "quantity": 100,
            "deadline": "2099-12-31",
        }
    ]
    assert huixin("offers", "sold-out", "cakes", "--brand", "demo").exit_code == 0
    assert "sold_out" in huixin("offers", "list", "--brand", "demo").stdout
    assert huixin("offers", "sold-out", "cakes", "--brand", "demo", "--back").exit_code == 0
    assert "changed cakes" in put().stdout


@pytest.mark.parametrize(
    ("words", "exit_code", "says"),
    [
        (("--price", "cheap"), 2, "is no price"),
        (("--until", "soon"), 2, "is no day"),
        (("--until", "9999-12-31"), 2, "a year from 2000 to 2999"),
        (("--discount", "very cheap"), 1, "no discount can be read"),
    ],
)
def test_what_cannot_be_kept_is_told(words: tuple[str, ...], exit_code: int, says: str) -> None:
    done = put(*words)
    assert done.exit_code == exit_code
    assert says in done.stderr


def test_unknown_brands_and_offers_are_told() -> None:
    assert "no brand nobody" in huixin("offers", "list", "--brand", "nobody").stderr
    assert "no offer gone" in huixin("offers", "sold-out", "gone", "--brand", "demo").stderr
