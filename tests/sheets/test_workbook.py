"""XLSX as spreadsheets write it, and files that are damaged or made to do harm."""

import io
import random
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.imports.moments import moment
from app.sheets import Unreadable, open_sheet

BOOK = '<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
LINKS = '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'


def written(folder: Path, fill: Callable[[Any], None], **options: Any) -> Path:
    path = folder / "list.xlsx"
    with xlsxwriter.Workbook(path, options) as book:
        fill(book)
    return path


def made_of(
    folder: Path, sheet: str | bytes, packing: int = zipfile.ZIP_DEFLATED, picture: bytes = b"", **parts: str
) -> Path:
    path = folder / "list.xlsx"
    with zipfile.ZipFile(path, "w", packing) as book:
        book.writestr("xl/workbook.xml", parts.get("book", BOOK))
        book.writestr("xl/_rels/workbook.xml.rels", LINKS)
        book.writestr("xl/worksheets/sheet1.xml", sheet)
        if "strings" in parts:
            book.writestr("xl/sharedStrings.xml", parts["strings"])
        book.writestr("xl/media/image1.png", picture)
    return path


def cells(path: Path) -> list[list[str]]:
    with open_sheet(path) as sheet:
        return [sheet.header, *(row.cells for row in sheet.rows)]


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as raised:
        cells(path)
    return raised.value.reason


@pytest.mark.parametrize("in_place", [False, True])
def test_reads_what_a_spreadsheet_wrote(tmp_path: Path, in_place: bool) -> None:
    def fill(book: Any) -> None:
        hidden = book.add_worksheet("hidden")
        hidden.write(0, 0, "not this one")
        sheet = book.add_worksheet("customers")
        hidden.hide()
        sheet.activate()
        sheet.set_first_sheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["手机号", "姓名", "同意时间", "x"])
        sheet.write_row(1, 0, [13900002222, "赵敏"])
        sheet.write_datetime(1, 2, datetime(2026, 10, 1, 12, tzinfo=None), day)  # noqa: DTZ001
        sheet.write_row(3, 0, ["+86 139 0000 3333"])
        sheet.write_formula(3, 1, '="钱"&"多"', None, "钱多")
        sheet.write(3, 3, True)

    path = written(tmp_path, fill, in_memory=True, constant_memory=in_place)
    with open_sheet(path) as sheet:
        found = [(row.number, row.cells) for row in sheet.rows]
    assert found[0][0] == 2
    assert found[0][1][:2] == ["13900002222", "赵敏"]
    read = moment(found[0][1][2], ZoneInfo("Asia/Shanghai"))
    assert read == datetime(2026, 10, 1, 4, tzinfo=UTC)
    assert found[1] == (4, ["+86 139 0000 3333", "钱多", "", "1"])


def test_a_number_is_read_as_it_is_shown(tmp_path: Path) -> None:
    sheet = (
        "<worksheet><sheetData><row><c><v>1</v></c></row><row><c><v>1.3900002222E10</v></c>"
        '<c t="inlineStr"><is><t>a</t></is></c></row></sheetData></worksheet>'
    )
    assert cells(made_of(tmp_path, sheet)) == [["1"], ["13900002222", "a"]]


def test_a_cell_at_the_far_end_of_the_sheet_takes_no_memory(tmp_path: Path) -> None:
    near = '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    far = near + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    tracemalloc.start()
    assert refusal(made_of(tmp_path, far + "</sheetData></worksheet>")) == "too_many_columns"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_bomb_is_left_alone(tmp_path: Path) -> None:
    head, row = "<worksheet><sheetData><row><c><v>1</v></c></row>", "<row/>"
    assert refusal(made_of(tmp_path, head + row * 10_000_000)) == "odd_structure"
    assert refusal(made_of(tmp_path, head + '<row r="' + "1" * 60_000_000)) == "zip_bomb"
    assert refusal(made_of(tmp_path, head + "<row><c><v>" + "1" * 60_000_000)) == "zip_bomb"


HEAD = "<worksheet><sheetData><row><c><v>1</v></c></row>"


@pytest.mark.parametrize(
    "parts",
    [
        {"sheet": HEAD + "<a>" * 3_000_000},
        {"sheet": HEAD + "</sheetData></worksheet>", "strings": "<sst>" + "<si>" * 2_000_000},
        {"sheet": HEAD + "</sheetData></worksheet>", "strings": "<sst>" + "<si/>" * 1_000_000 + "</sst>"},
        {"sheet": HEAD, "book": "<workbook>" + "<b>" * 1_600_000},
        {"sheet": HEAD, "book": "<workbook>" + "<sheet/>" * 600_000},
        {"sheet": HEAD + "".join(f"<a{n:x}/>" for n in range(300_000))},
        {"sheet": HEAD + "".join(f'<row b{n:x}=""/>' for n in range(300_000))},
    ],
    ids=[
        "deep sheet",
        "deep strings",
        "empty strings",
        "deep book",
        "sheets without number",
        "names of tags",
        "of attributes",
    ],
)
def test_tags_that_no_spreadsheet_writes_take_no_memory(tmp_path: Path, parts: dict[str, str]) -> None:
    path = made_of(tmp_path, **parts)
    tracemalloc.start()
    assert refusal(path) == "odd_structure"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 45_000_000


def test_strings_that_cells_share_take_bounded_memory(tmp_path: Path) -> None:
    sheet = HEAD + "</sheetData></worksheet>"
    strings = "<sst>" + ("<si><t>" + "x" * 9000 + "</t></si>") * 11_500 + "</sst>"
    path = made_of(tmp_path, sheet, strings=strings, picture=random.Random(1).randbytes(1_000_000))
    tracemalloc.start()
    assert refusal(path) == "too_much_text"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 115_000_000


@pytest.mark.parametrize("in_place", [False, True], ids=["shared", "in place"])
def test_a_long_list_whose_cells_are_alike_is_read(tmp_path: Path, in_place: bool) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        for number in range(30_000):
            sheet.write_row(number, 0, ["13900002222", "赵敏", "上海", "金卡", "2026-10-01", "我同意"])

    assert len(cells(written(tmp_path, fill, in_memory=True, constant_memory=in_place))) == 30_000


@pytest.mark.parametrize("number", ["²", "٣", "1" * 5000, "-1", ""])
def test_a_number_of_a_row_or_string_that_is_none_is_no_error(tmp_path: Path, number: str) -> None:
    row = f'<row r="{number}"><c t="s"><v>{{}}</v></c></row>'
    sheet, strings = "<worksheet><sheetData>{}</sheetData></worksheet>", "<sst><si><t>a</t></si></sst>"
    assert cells(made_of(tmp_path, sheet.format(row.format(0)), strings=strings)) == [["a"]]
    if number:
        assert refusal(made_of(tmp_path, sheet.format(row.format(number)), strings=strings)) == "broken"


def test_a_list_of_parts_without_end_is_not_read(tmp_path: Path) -> None:
    path = made_of(tmp_path, HEAD)
    with zipfile.ZipFile(path, "a") as book:
        for number in range(10_001):
            book.writestr(str(number), b"")
    assert refusal(path) == "odd_structure"
    with zipfile.ZipFile(path, "a") as book:
        for number in range(40):
            book.writestr(str(number) + "x" * 60_000, b"")
    tracemalloc.start()
    assert refusal(path) == "odd_structure"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_whose_size_cannot_be_watched_is_refused(tmp_path: Path, packing: int) -> None:
    path = made_of(tmp_path, HEAD + " " * 20_000_000, packing=packing)
    tracemalloc.start()
    assert refusal(path) == "old_excel"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


def test_entities_and_damage_are_told(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE a [<!ENTITY b "x">]><worksheet/>'
    assert refusal(made_of(tmp_path, laughs)) == "broken"
    assert refusal(made_of(tmp_path, "<worksheet><sheetData><row>")) == "broken"
    assert refusal(made_of(tmp_path, "<worksheet/>")) == "empty"
    assert refusal(
        made_of(tmp_path, "<w/>", book=BOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>'))
    ) == ("date1904")
    whole = made_of(tmp_path, "<worksheet/>").read_bytes()
    (tmp_path / "half.xlsx").write_bytes(whole[: len(whole) // 2])
    assert refusal(tmp_path / "half.xlsx") == "broken"
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as other:
        other.writestr("word/document.xml", "<a/>")
    assert refusal(tmp_path / "other.xlsx") == "broken"


def _a_small_book() -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["phone", "name"])
        sheet.write_row(1, 0, [13900002222, "赵敏"])
    return held.getvalue()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_book_with_wrong_bytes_is_rows_or_a_refusal(tmp_path: Path, wrong: list[tuple[float, int]]) -> None:
    book = bytearray(_a_small_book())
    for place, value in wrong:
        book[int(place * len(book))] = value
    path = tmp_path / "wrong.xlsx"
    path.write_bytes(book)
    try:
        cells(path)
    except Unreadable:
        return
