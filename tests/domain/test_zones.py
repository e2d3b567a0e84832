"""Time zones are told by their IANA names."""

import pytest

from app.domain.zones import is_time_zone, zone_name


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("Asia/Shanghai", True),
        ("America/Argentina/Buenos_Aires", True),
        ("UTC", True),
        ("asia/shanghai", False),
        ("Asia", False),
        ("+08:00", False),
        ("../Asia/Shanghai", False),
        ("localtime", False),
        ("", False),
        ("Asia/Shanghai\x00", False),
    ],
)
def test_knows_time_zones(name: str, is_one: bool) -> None:
    assert is_time_zone(name) is is_one


@pytest.mark.parametrize(
    ("written", "name"),
    [("america/los angeles", "America/Los_Angeles"), (" utc ", "UTC"), ("factory", None), ("北京", None)],
)
def test_finds_the_name_that_is_meant(written: str, name: str | None) -> None:
    assert zone_name(written) == name
