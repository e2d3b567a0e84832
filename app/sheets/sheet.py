"""A list as the import reads it: a header, and numbered rows that come one at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

MOST_COLUMNS = 200
LONGEST_CELL = 10_000

REASONS: dict[str, tuple[str, str]] = {
    "no_file": ("文件打不开：{}", "the file cannot be opened: {}"),
    "empty": ("文件是空的", "the file is empty"),
    "no_rows": ("只有标题行，没有客户", "there is a header and no customer below it"),
    "file_too_large": (
        "文件太大：最多 {} 字节，请分成几份",
        "the file is too large: {} bytes at most; split it",
    ),
    "too_many_rows": (
        "行数太多：最多 {} 行，请分成几份",
        "there are too many rows: {} at most; split the file",
    ),
    "too_many_columns": (
        "列太多：最多 {} 列，请只留下需要的列",
        "there are too many columns: {} at most; keep the ones that are needed",
    ),
    "line_too_long": ("第 {} 行太长，不像名单", "line {} is too long for a list"),
    "binary": (
        "不是 CSV 或 XLSX 文件：请另存为 CSV（UTF-8）或 .xlsx",
        "this is neither CSV nor XLSX: save it as CSV (UTF-8) or .xlsx",
    ),
    "encoding": (
        "无法确定文字编码（像是 {}）：请另存为 CSV（UTF-8）",
        "the encoding is not certain (it looks like {}): save it as CSV (UTF-8)",
    ),
    "old_excel": (
        "这是旧版 Excel 文件或加密文件：请去掉密码，另存为 .xlsx",
        "this is an old or a protected Excel file: take the password off and save it as .xlsx",
    ),
    "broken": (
        "文件已损坏（{}）：请重新导出或重新上传",
        "the file is damaged ({}): export or upload it again",
    ),
    "zip_bomb": (
        "压缩文件展开后异常地大，已停止读取",
        "the file unpacks to far more than a list can hold, so it is not read on",
    ),
    "too_much_text": (
        "工作簿里的文字太多：请另存为 CSV（UTF-8）再上传",
        "the workbook holds too much text: save it as CSV (UTF-8) and upload that",
    ),
    "odd_structure": (
        "文件内部结构异常，不像表格软件保存的：请用 Excel 或 WPS 打开，另存为新的 .xlsx 再上传",
        "the file is not built as spreadsheets are: open it in Excel or WPS, save it as a new .xlsx and upload that",
    ),
    "date1904": (
        "工作簿使用 1904 日期系统，日期会读错：请改用 1900 日期系统后再保存",
        "the workbook counts its days from 1904, so that dates would be wrong: switch that off and save it again",
    ),
}
"""Why a file cannot be read, in Chinese and in English."""


class Unreadable(Exception):
    """The file is no list that can be read; `reason` is a key of `REASONS`."""

    def __init__(self, reason: str, *told: object) -> None:
        super().__init__(REASONS[reason][1].format(*told))
        self.reason = reason
        self.zh, self.en = (words.format(*told) for words in REASONS[reason])


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its number as the program that made the list shows it, its cells, and what is wrong with it whole."""

    number: int
    cells: list[str]
    trouble: str | None = None
    """`cut_off` for half a row at the end, `open_quote` for a quotation mark that swallows lines, `long_cell`."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list that is open: the names of its columns, and its rows from the second one on, to be read once."""

    header: list[str]
    rows: Iterator[SheetRow]


def from_rows(rows: Iterator[SheetRow]) -> Sheet:
    """Takes the header off the rows; blank rows are no rows. Raises Unreadable for an empty list."""
    filled = (row for row in rows if any(cell.strip() for cell in row.cells))
    header = next(filled, None)
    if header is None:
        raise Unreadable("empty")
    if len(header.cells) > MOST_COLUMNS:
        raise Unreadable("too_many_columns", MOST_COLUMNS)
    return Sheet(header.cells, (_checked(row) for row in filled))


def _checked(row: SheetRow) -> SheetRow:
    if len(row.cells) <= MOST_COLUMNS and max(map(len, row.cells)) <= LONGEST_CELL:
        return row
    trouble = "many_cells" if len(row.cells) > MOST_COLUMNS else "long_cell"
    return SheetRow(row.number, [cell[:LONGEST_CELL] for cell in row.cells[:MOST_COLUMNS]], trouble)
