"""What staff type into the search box, and what that may stand for."""

import pytest

from app.domain.desk_search import Wanted, wanted

LI = "+8613800001001"


@pytest.mark.parametrize(
    "asked",
    [LI, "13800001001", "138 0000 1001", "138-0000-1001", "008613800001001", "８６ １３８００００１００１"],
)
def test_a_phone_is_read_in_any_way_of_writing(asked: str) -> None:
    assert LI in wanted(asked).phones


def test_a_number_of_another_country_is_read_with_and_without_its_code() -> None:
    for asked in ("+1 (415) 555-0123", "(415) 555-0123", "1-415-555-0123"):
        assert "+14155550123" in wanted(asked).phones


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("#12", Wanted(complaint=12)),
        ("＃ 12", Wanted(complaint=12)),
        ("1001", Wanted(last_four="1001", name="1001")),
        ("１００１", Wanted(last_four="1001", name="1001")),
        ("李先生", Wanted(name="李先生")),
        ("' OR 1=1 --", Wanted(name="' or 1=1 --")),
        ("#99999999999999999999", Wanted(name="#99999999999999999999")),
        ("", Wanted()),
    ],
)
def test_anything_else_is_read_as_what_it_looks_like(asked: str, meant: Wanted) -> None:
    assert wanted(asked) == meant
