"""Reading one row: phones as lists spell them, moments, tags, and what is found wrong."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.imports.columns import ColumnsUnclear, columns_of
from app.domain.imports.moments import moment
from app.domain.imports.rows import Entry, Row, Terms, hidden
from app.domain.imports.seen import SeenPhones
from app.domain.imports.sources import source_named
from app.domain.imports.words import FINDINGS

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TERMS = Terms("store", NOW - timedelta(days=9), "words", "CN", SHANGHAI, NOW)
HEADER = ["phone", "name", "language", "tags"]


def read(*cells: str, header: list[str] | None = None) -> tuple[Entry | None, list[str]]:
    row = Row(cells, columns_of(header or HEADER, {}), TERMS)
    entry = row.read()
    return entry, [finding.reason for finding in row.findings]


@pytest.mark.parametrize(
    "written",
    ["13900002222", "+8613900002222", "86 139 0000 2222", "139-0000-2222", '="13900002222"', "'13900002222"],
)
def test_a_phone_is_read_as_lists_spell_it(written: str) -> None:
    entry, found = read(written)
    assert entry is not None
    assert (entry.phone, found) == ("+8613900002222", [])


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "phone_empty"),
        ("赵敏", "phone_unreadable"),
        ("1.38E+10", "scientific"),
        ("1390000222", "phone_not_mobile"),
        ("010-88886666", "phone_not_mobile"),
        ("12", "phone_impossible"),
        ("=cmd|' /C calc'!A0", "phone_unreadable"),
        ("9" * 60, "phone_too_long"),
    ],
)
def test_what_is_no_phone_leaves_the_row_out(written: str, reason: str) -> None:
    assert read(written) == (None, [reason])


@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"))
def test_the_quick_way_agrees_with_the_library(written: str) -> None:
    entry, _ = read(written)
    number = phonenumbers.parse(written, "CN")
    assert entry is not None
    assert entry.phone == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@given(st.lists(st.text(max_size=60), max_size=9))
def test_any_cells_are_an_entry_or_have_a_finding_with_words(cells: list[str]) -> None:
    header = [*HEADER, "consent source", "consent at", "consent wording"]
    entry, found = read(*cells, header=header)
    assert entry is not None or found
    assert set(found) <= set(FINDINGS)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-10-01", "2026-10-01T00:00:00+08:00"),
        ("2026-10-01 09:30", "2026-10-01T09:30:00+08:00"),
        ("2026-10-01T09:30:00Z", "2026-10-01T09:30:00+00:00"),
        ("2026/1/2", "2026-01-02T00:00:00+08:00"),
        ("2026年10月1日 9点30分", "2026-10-01T09:30:00+08:00"),
        ("46296.5", "2026-10-01T12:00:00+08:00"),
        ("yesterday", None),
        ("2026/13/2", None),
        ("", None),
    ],
)
def test_moments_are_read_as_lists_write_them(written: str, expected: str | None) -> None:
    found = moment(written, SHANGHAI)
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(
    ("written", "zone", "found"),
    [
        ("America/Los_Angeles", "America/Los_Angeles", []),
        ("america/los angeles", "America/Los_Angeles", []),
        ("", None, []),
        ("北京", None, ["unknown_timezone"]),
        ("../../etc/passwd", None, ["unknown_timezone"]),
        ("localtime", None, ["unknown_timezone"]),
    ],
)
def test_a_time_zone_has_a_name_that_is_known(written: str, zone: str | None, found: list[str]) -> None:
    entry, findings = read("13900002222", written, header=["phone", "时区"])
    assert entry is not None
    assert (entry.timezone, findings) == (zone, found)


@pytest.mark.parametrize("source", ["买名单", "purchased leads", "第三方名单", "x" * 60])
def test_a_source_that_is_none_of_those_known_proves_nothing(source: str) -> None:
    header = [*HEADER, "consent source", "consent at", "consent wording"]
    cells = ["13800138000", *[""] * (len(HEADER) - 1), source, "2026-10-01", "I agree"]
    entry, found = read(*cells, header=header)
    assert entry is not None
    assert entry.proof is None
    assert "unknown_source" in found


@pytest.mark.parametrize("written", ["bought list", "Bought_List", "购买名单", " 买来的名单 ", "data broker"])
def test_a_bought_list_is_known_by_all_its_names(written: str) -> None:
    assert source_named(written) == "bought_list"


@pytest.mark.parametrize(
    ("header", "told", "reason"),
    [
        (["name"], {}, "no_phone_column"),
        (["13900002222", "x"], {}, "no_header"),
        (["phone", "手机号"], {}, "twice"),
        (["phone"], {"city": "attribute.city"}, "unknown_column"),
        (["phone", "city"], {"city": "place"}, "unknown_field"),
    ],
)
def test_columns_that_are_not_clear_are_told(header: list[str], told: dict[str, str], reason: str) -> None:
    with pytest.raises(ColumnsUnclear) as raised:
        columns_of(header, told)
    assert raised.value.reason == reason


@given(st.lists(st.integers(10**9, 10**15), max_size=300))
def test_remembers_exactly_the_phones_it_has_seen(numbers: list[int]) -> None:
    seen, known = SeenPhones(room=4), set[int]()
    for number in numbers:
        assert seen.add(f"+{number}") == (number not in known)
        known.add(number)
    assert len(seen) == len(known)


@given(st.text(max_size=80))
def test_a_hidden_value_shows_a_quarter_at_most(value: str) -> None:
    shown = hidden(value)
    assert len(value) <= 3 or len(value) > 40 or shown.count("*") >= len(value) * 3 // 4 - 1
