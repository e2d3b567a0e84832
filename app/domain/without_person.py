"""Takes whatever points to one person out of a text, so that it can be used for another."""

import re
from collections.abc import Collection

NAME = "{{ customer.name }}"
ORDER = "{{ order.number }}"
ADDRESS = "{{ address }}"
"""What a hole is called is what the checks ask its writer to fill: nothing with a hole in it is sent."""
_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟"
    "谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤欧司诸上"
)
_HOLES = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "{{ email }}"),
    (re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE), "{{ link }}"),
    (re.compile(r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?"), "{{ date }}"),
    (re.compile(r"(?<!\d)\d{1,2}月\d{1,2}[日号]"), "{{ date }}"),
    (re.compile(r"[\u4e00-\u9fff]{1,8}(?:路|街|巷|弄|大道)\s?\d+\s?[号弄]?[^，。！？,.!?\s]{0,20}"), ADDRESS),
    (re.compile(r"(?<![0-9A-Za-z+#-])\+?\d[\d()\s-]{5,}\d(?![0-9A-Za-z])"), "{{ phone }}"),
    (re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{0,6}[-_#]?\d{4,}[0-9A-Za-z-]*"), ORDER),
    (re.compile(rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}?(?:先生|女士|小姐|太太|老师)"), NAME),
    (re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.?\s+[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)?"), NAME),
    (re.compile(r"(?<=\bDear )[A-Z][\w'-]+|(?<=\bHi )[A-Z][\w'-]+|(?<=\bHello )[A-Z][\w'-]+"), NAME),
)


def without_person(text: str, name: str | None, told: Collection[str] = ()) -> str:
    """The text with holes where it names somebody: `name` is theirs, `told` what else is known of them alone. What
    only looks like a number, a name or an address goes as well: a hole too many is filled by its writer."""
    for one in sorted({one.strip() for one in told if len(one.strip()) > 1}, key=len, reverse=True):
        text = text.replace(one, ORDER if any(sign.isdigit() for sign in one) else "{{ detail }}")
    if name and name.strip():
        text = text.replace(name.strip(), NAME)
    for pattern, hole in _HOLES:
        text = pattern.sub(hole, text)
    return text
