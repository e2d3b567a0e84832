"""Lists with everything in them that goes wrong in the field, and what is to become of them."""

HEADER = "手机号,姓名\n"
WIDE = "13900004444" + ",x" * 100_000
MIXED = (
    HEADER
    + "13900002222,赵敏\n"
    + "=cmd|' /C calc'!A0,钱多多\n"
    + "+86 139 0000 2222,赵小敏\n"
    + "1390000,孙\n"
    + "13900003333,=1+1\n"
    + WIDE
    + "\n1390000"
).encode("gb18030")
GOOD = {"+8613900002222": "赵小敏", "+8613900003333": "=1+1"}
COUNTS = {"rows": 7, "new": 2, "duplicates": 1, "left_out": 4}
LEFT_OUT = ["3", "5", "7", "8"]
"""Rows of the report."""

UNREADABLE = {
    "big5": "手機號,姓名\n13900002222,陳\n".encode("big5"),
    "half utf-16": (HEADER + "13900002222,赵敏\n").encode("utf-16-le")[1:],
    "100,000 columns": ("手机号" + ",x" * 100_000 + "\n13900002222\n").encode(),
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
}
"""Nothing of these is kept, and the reason is told."""
