"""Phone numbers as people and providers write them."""

import phonenumbers
import pytest
from phonenumbers import timezone as zones

from app.domain.phone import NotAPhone, Phone, masked, parse, region_of, timezones_of


@pytest.mark.parametrize(
    ("raw", "region", "e164", "country"),
    [
        ("13800138000", "CN", "+8613800138000", "CN"),
        ("8613800138000", "CN", "+8613800138000", "CN"),
        ("+86 138-0013-8000", None, "+8613800138000", "CN"),
        ("008613800138000", "CN", "+8613800138000", "CN"),
        ("（138）00138000", "CN", "+8613800138000", "CN"),
        ("１３８００１３８０００", "CN", "+8613800138000", "CN"),
        ("(415) 555-0100", "US", "+14155550100", "US"),
        ("+85291234567", "CN", "+85291234567", "HK"),
    ],
)
def test_reads(raw: str, region: str | None, e164: str, country: str) -> None:
    found = parse(raw, region)
    assert found == Phone(e164)
    assert found.region == country


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("hello", "unreadable"),
        ("138x0013800", "unreadable"),
        ("13\x00", "unreadable"),
        ("1" * 50, "too_long"),
        ("12", "impossible"),
        ("+999123456789", "no_region"),
        ("?!", "unreadable"),
    ],
)
def test_says_why_it_is_none(raw: str, reason: str) -> None:
    assert parse(raw, "CN") == NotAPhone(reason)


def test_needs_a_region_where_the_number_names_none() -> None:
    assert parse("13800138000") == NotAPhone("no_region")


def test_shows_country_and_last_four() -> None:
    phone = parse("+8613800138000")
    assert isinstance(phone, Phone)
    assert phone.masked == "+86*******8000"
    assert phone.last_four == "8000"
    assert masked("rubbish") == "***bish"


def test_zones() -> None:
    assert timezones_of("+8613800138000") == ("Asia/Shanghai",)
    assert timezones_of("+14155550100") == ("America/Los_Angeles",)
    assert len(timezones_of("+18005551212")) > 10
    assert timezones_of("rubbish") == ()


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_zones_are_those_of_the_number_taken_apart(region: str) -> None:
    for kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE):
        number = phonenumbers.example_number_for_type(region, kind)
        if number is not None:
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            assert timezones_of(e164) == tuple(zones.time_zones_for_number(number))


def test_regions() -> None:
    assert region_of("+14155550100") == "US"
    assert region_of("rubbish") == "ZZ"
