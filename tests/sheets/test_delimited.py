"""CSV as programs of all kinds write it, and what only looks like one."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sheets import MOST_COLUMNS, Unreadable, open_sheet
from app.sheets.sheet import SheetRow

PEOPLE = "手机号{0}姓名\n13900002222{0}赵敏\n13900003333{0}钱多多\n"


def rows(path: Path, content: bytes) -> tuple[list[str], list[SheetRow]]:
    file = path / "list.csv"
    file.write_bytes(content)
    with open_sheet(file) as sheet:
        return sheet.header, list(sheet.rows)


def refusal(path: Path, content: bytes) -> str:
    with pytest.raises(Unreadable) as raised:
        rows(path, content)
    assert raised.value.zh
    assert raised.value.en
    return raised.value.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_reads_every_encoding_and_delimiter(tmp_path: Path, encoding: str, delimiter: str) -> None:
    header, found = rows(tmp_path, PEOPLE.format(delimiter).encode(encoding))
    assert header == ["手机号", "姓名"]
    assert [(row.number, row.cells) for row in found] == [
        (2, ["13900002222", "赵敏"]),
        (3, ["13900003333", "钱多多"]),
    ]


def test_a_gb18030_list_with_an_english_header_is_known_by_its_letters(tmp_path: Path) -> None:
    names = ["王小明", "李秀英", "张伟", "刘洋", "陈静", "杨丽", "黄强", "赵敏", "周杰", "吴磊"]
    text = "phone,name,city\n" + "".join(
        f"139000022{n:02d},{name},上海市浦东新区\n" for n, name in enumerate(names)
    )
    _, found = rows(tmp_path, text.encode("gb18030"))
    assert found[0].cells[1:] == ["王小明", "上海市浦东新区"]


def test_odd_letters_far_down_are_found_out(tmp_path: Path) -> None:
    text = "phone,name\n" + "13900002222,Ann\n" * 20_000 + "13900003333,王小明在上海市浦东新区\n" * 9
    _, found = rows(tmp_path, text.encode("gb18030"))
    assert found[-1].cells[1] == "王小明在上海市浦东新区"


def test_traditional_chinese_in_big5_is_told_and_not_garbled(tmp_path: Path) -> None:
    assert refusal(tmp_path, "手機號,姓名\n13900002222,陳\n".encode("big5")) == "encoding"


def test_a_cell_may_hold_line_ends_and_delimiters(tmp_path: Path) -> None:
    _, found = rows(tmp_path, b'phone,name\r\n1,"a\nb,""c"""\r\n2,d\r\n')
    assert [(row.number, row.cells) for row in found] == [(2, ["1", 'a\nb,"c"']), (4, ["2", "d"])]


def test_the_line_that_excel_writes_for_itself_is_no_header(tmp_path: Path) -> None:
    header, _ = rows(tmp_path, b"sep=;\nphone;name\n1;a\n")
    assert header == ["phone", "name"]


def test_half_a_row_at_the_end_is_noticed(tmp_path: Path) -> None:
    _, found = rows(tmp_path, b"phone,name\n13900002222,Ann\n1390000")
    assert [row.trouble for row in found] == [None, "cut_off"]
    _, found = rows(tmp_path, "phone,name\n13900002222,赵敏".encode()[:-1])
    assert found[0].cells[0] == "13900002222"


def test_a_quotation_mark_that_is_never_closed_is_noticed(tmp_path: Path) -> None:
    _, found = rows(tmp_path, b'phone,name\n1,"Ann\n' + b"2,Bob\n" * 50)
    assert [row.trouble for row in found] == ["open_quote"]
    assert refusal(tmp_path, b'phone,name\n1,"Ann\n' + b"2,Bob\n" * 50_000) == "line_too_long"


def test_what_is_no_list_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"") == "empty"
    assert refusal(tmp_path, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR") == "binary"
    assert refusal(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)) == "old_excel"
    assert refusal(tmp_path, ",".join(map(str, range(100_000))).encode() + b"\n") == "too_many_columns"
    assert refusal(tmp_path, b"x" * 3_000_000) == "line_too_long"
    with pytest.raises(Unreadable), open_sheet(tmp_path / "nothing.csv"):
        pass


def test_a_row_that_is_too_wide_or_a_cell_that_is_too_long_leaves_the_others(tmp_path: Path) -> None:
    wide = b"1" + b",x" * MOST_COLUMNS
    _, found = rows(tmp_path, b"phone,name\n" + wide + b"\n1," + b"y" * 20_000 + b"\n2,a\n")
    assert [row.trouble for row in found] == ["many_cells", "long_cell", None]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_a_refusal(tmp_path: Path, content: bytes) -> None:
    try:
        header, found = rows(tmp_path, content)
    except Unreadable:
        return
    assert header
    assert all(row.cells for row in found)
