"""Says in Chinese and English what is wrong with a list, its columns and its rows."""

from collections.abc import Mapping

from app.domain.imports.columns import ColumnsUnclear

FINDINGS: Mapping[str, tuple[str, str]] = {
    "phone_empty": ("没有手机号", "there is no phone number"),
    "phone_unreadable": ("不是手机号", "this is no phone number"),
    "phone_too_short": ("手机号位数不够", "the phone number is too short"),
    "phone_too_long": ("手机号位数太多", "the phone number is too long"),
    "phone_no_region": ("看不出是哪个国家的号码", "the country of the number is not known"),
    "phone_impossible": ("没有这样的手机号", "there can be no such phone number"),
    "phone_not_mobile": ("不是大陆手机号", "this is no mobile number of the mainland"),
    "scientific": (
        "表格软件把手机号变成了科学计数（如 1.38E+10），末尾几位已丢失：请把该列设为文本后重新导出",
        (
            "a spreadsheet has turned the phone into 1.38E+10 and lost its last digits: "
            "make the column text and export it again"
        ),
    ),
    "bought_list": (
        "购买的名单没有本人同意，不能导入",
        "nobody on a bought list has agreed: it cannot be imported",
    ),
    "unknown_language": ("语言只能是中文或英文", "the language can be Chinese or English"),
    "unknown_timezone": (
        "没有这个时区：请写成 Asia/Shanghai 这样的名称",
        "there is no such time zone: write one such as Asia/Shanghai",
    ),
    "too_long": ("内容太长", "this is too long"),
    "too_many_tags": ("标签太多：最多 20 个", "there are too many tags: 20 at most"),
    "unknown_source": (
        "同意来源不在可选之列，只作服务用途",
        "the source of consent is none of those known: for service only",
    ),
    "partner_unnamed": (
        "同意来自合作方，但没有指明是哪一家，只作服务用途",
        "the consent came by a partner who is not named: for service only",
    ),
    "brand_unnamed": (
        "合作方处的同意没有写明本品牌，只作服务用途",
        "what they agreed to at the partner does not name this brand: for service only",
    ),
    "no_moment": ("同意时间读不懂，只作服务用途", "the time of consent cannot be read: for service only"),
    "not_then": (
        "同意时间在将来或早于 2000 年，只作服务用途",
        "the time of consent lies in the future or before 2000: for service only",
    ),
    "cut_off": ("最后一行不完整：文件可能没有传完", "the last row is cut off: the file may be incomplete"),
    "open_quote": (
        "引号没有关闭，把后面的行也吞进来了",
        "a quotation mark is never closed and swallows the rows below",
    ),
    "long_cell": ("单元格太长", "a cell is too long"),
    "many_cells": ("这一行的单元格太多", "the row has too many cells"),
}
"""Every reason of a finding."""

LEFT_OUT = ("此行未导入", "row left out")
IGNORED = ("此值未采用，其余已导入", "value ignored, the rest kept")
HEADINGS = (
    ("行", "row"),
    ("列", "column"),
    ("问题", "problem"),
    ("处理", "outcome"),
    ("值（已遮盖）", "value (masked)"),
)

COLUMNS: Mapping[str, tuple[str, str]] = {
    "no_phone_column": (
        "没有手机号这一列：请把标题改为“手机号”，或指定哪一列是手机号",
        "there is no column of phone numbers: call one “phone”, or say which it is",
    ),
    "no_header": (
        "第一行不是标题：请在第一行写上列名，例如 手机号,姓名",
        "the first row is no header: name the columns in it, such as phone,name",
    ),
    "twice": ("有不止一列是“{}”：请指定用哪一列", "more than one column is “{}”: say which to take"),
    "unknown_column": ("没有叫“{}”的列", "there is no column called “{}”"),
    "unknown_field": (
        (
            "“{}”不是可以导入的内容：可用 phone、name、language、timezone、tags、consent_source、consent_at、"
            "consent_wording、attribute.名称，或 - 表示忽略"
        ),
        (
            "“{}” is nothing that can be imported: phone, name, language, timezone, tags, consent_source, consent_at, "
            "consent_wording, attribute.NAME, or - to leave it out"
        ),
    ),
}
"""Why the columns are not clear."""

STUMBLED = (
    "程序出错，导入已停止，已导入的行保留。请再上传一次；仍不行请联系技术支持",
    (
        "the program failed and the import was stopped; rows imported by then are kept. "
        "Upload the list once more, and tell your operator if it fails again"
    ),
)
"""What a marketer is told where nobody has foreseen what went wrong."""

BOUGHT_LIST = (
    (
        "不能导入购买的名单：名单上的人没有同意接收贵品牌的短信，发送营销短信违法，已有企业因此被罚 38 万元。"
        "请只导入本人同意过的客户"
    ),
    (
        "a bought list cannot be imported: the people on it have not agreed to hear from this brand, "
        "marketing to them breaks the law, and a business has been fined 380,000 yuan for it. "
        "Import people who have agreed themselves"
    ),
)


def columns_words(unclear: ColumnsUnclear, language: str) -> str:
    """Why the columns are not clear, in one sentence."""
    zh, en = COLUMNS[unclear.reason]
    return (zh if language == "zh" else en).format(unclear.what)


_SUMMARY = (
    ("rows", "读取 {} 行", "rows read: {}"),
    ("new", "新客户：{}", "new customers: {}"),
    ("changed", "更新的客户：{}", "customers updated: {}"),
    ("unchanged", "没有变化的客户：{}", "customers unchanged: {}"),
    ("duplicates", "文件内重复、已合并的行：{}", "duplicate rows, merged: {}"),
    ("grant", "新登记的营销同意：{}", "consents to marketing recorded: {}"),
    ("service_only", "没有同意证据、仅作服务用途：{}", "without proof of consent, for service only: {}"),
    ("stays_out", "已退订、仍不发营销：{}", "opted out before, and stay so: {}"),
    ("left_out", "未导入的行：{}", "rows left out: {}"),
    ("values_ignored", "未采用的值：{}", "values ignored: {}"),
)


def summary(counts: Mapping[str, int], is_repeated: bool, went_on_after: int, language: str) -> list[str]:
    """What an import has done, a line each; what did not occur is not told."""
    side = 1 if language == "zh" else 2
    lines = []
    if is_repeated:
        return [
            "这份文件已经导入过，没有任何改变"
            if side == 1
            else "this file was imported before: nothing has changed"
        ]
    if went_on_after:
        told = ("从第 {} 行之后继续", "went on after row {}")[side - 1]
        lines.append(told.format(went_on_after))
    return lines + [row[side].format(f"{counts[row[0]]:,}") for row in _SUMMARY if counts.get(row[0])]
