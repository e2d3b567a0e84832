"""Reads what a text promises: prices, discounts, quantities and deadlines, each in one comparable form."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    """What is promised. A `DAY` is a date in the text that is no deadline; `HOURS` and `DAYS` count down to one
    (`DAYS` as the fewest and the most)."""

    PRICE = "price"
    DISCOUNT = "discount"
    QUANTITY = "quantity"
    DEADLINE = "deadline"
    DAY = "day"
    DAYS = "days"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Claim:
    """One promise: `value` is the same for 85折, 八五折 and 15% off; `quote` is how the text has it."""

    kind: Kind
    value: str
    quote: str


_N = r"(\d+(?:,\d{3}){0,4}(?:\.\d+)?)"
_COUNT = r"(\d+|[一二两三四五六七八九十])"
_ENGLISH_COUNT = r"(one|two|three|\d+)"
_MONEY = r"(?:[¥$£€]|rmb|cny|usd)?\s*"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_THINGS = "[份件名位台套个张盒瓶杯单组人双箱袋只条桌间席]"
_DATE = (
    r"(?:(?:(\d{4})\s*[年./-]\s*)?(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?|(\d{4})-(\d{1,2})-(\d{1,2})"
    rf"|(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTHS})[a-z]*"
    rf"|({_MONTHS})[a-z]*\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?!\d))"
)
_DOTTED = r"(\d{1,2})\s*[./-]\s*(\d{1,2})(?![\d./-])"
_UNTIL = (
    r"(?:截至|截止(?:到|至|于)?|有效期?至?到?|至|到"
    r"|until|till|through|thru|by|before|valid\s+to|(?:ends?|expires?)(?:\s+on)?)\s*[:：]?\s*"
)
_ENDS = r"\s*(?:之?前|为?止|截止|结束|到期)"
_LEFT = "(?:还剩|仅剩|只剩|剩余|倒计时|最后)"
_LESS = "(?:立减|直降|立省|直减|立返|返现|减免|省|减|抵)"
_VOUCHER = "(?:无门槛|优惠|代金|抵扣|现金|折扣|满减|消费)?\\s*(?:券|红包)"
_SELLS_AT = "(?:到手价?|会员价|特价|秒杀价|团购价|拼团价|售价|现价|仅售|惊喜价|价格)"
_BOUGHT = "(?:left|pieces?|items?|customers?|seats?|units?|tickets?|orders?|people)"
_SPENDING = r"(?:(?:any\s+)?(?:orders?\s+)?(?:over|above|of)|when\s+you\s+spend)\s+"
_CHINESE = {
    "一": 1,
    "二": 2,
    "两": 2,
    "双": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_ENGLISH = {"one": "1", "two": "2", "three": "3", "double": "2", "triple": "3"}


def _plain(written: str) -> str:
    """A number without what does not change it: 1,000.00 is 1000."""
    if written in _CHINESE:
        return str(_CHINESE[written])
    try:
        return f"{Decimal(written.replace(',', '')).normalize():f}"
    except InvalidOperation:
        return written


def _tenths(written: str) -> str:
    """What is left to pay, in percent: 8.5折, 85折 and 八五折 are 85."""
    digits = "".join(str(_CHINESE.get(sign, sign)) for sign in written.replace(" ", ""))
    left = Decimal(digits)
    return _plain(str(left * 10 if left < 10 or "." in digits else left))


def _percent_off(written: str) -> str:
    return _plain(str(100 - Decimal(_plain(written))))


def _days(written: str) -> str:
    """Of 还剩3天 nobody can tell whether today is one of the three."""
    count = int(_plain(written))
    return f"{max(count - 1, 0)}-{count}"


def _today() -> str:
    return "0-0"


def _dotted(month: str, day: str) -> str:
    return f"{int(month)}-{int(day)}"


def _day(*found: str | None) -> str:
    """`2026-8-18`, or `8-18` where the year is not told."""
    zh_year, zh_month, zh_day, year, month, day, day_en, month_en, month_us, day_us = found
    if zh_month and zh_day:
        return "-".join(str(int(part)) for part in (zh_year, zh_month, zh_day) if part)
    if year and month and day:
        return f"{year}-{int(month)}-{int(day)}"
    name = month_en or month_us or ""
    return f"{_MONTHS.split('|').index(name[:3]) + 1}-{int(day_en or day_us or 0)}"


def _less(amount: str) -> str:
    return f"{_plain(amount)} off"


def _from(least: str, amount: str) -> str:
    return f"{_plain(amount)} off {_plain(least)}"


def _get(bought: str, given: str) -> str:
    return f"buy {_word(bought)} get {_word(given)}"


def _points(times: str) -> str:
    return f"{_word(times)} times points"


def _word(written: str) -> str:
    return _ENGLISH.get(written) or _plain(written.removesuffix("x"))


_PATTERNS: tuple[tuple[Kind, str, Callable[..., str]], ...] = (
    (Kind.DISCOUNT, rf"满\s*{_N}\s*元?\s*[即立再可就]?\s*[减返送赠省抵]\s*{_N}", _from),
    (Kind.DISCOUNT, rf"{_MONEY}{_N}\s*off\s+{_SPENDING}{_MONEY}{_N}", lambda less, least: _from(least, less)),
    (Kind.DISCOUNT, rf"{_N}\s*%\s*(?:off|discount)", _percent_off),
    (Kind.DISCOUNT, rf"(?:save|less)\s+{_N}\s*%", _percent_off),
    (
        Kind.DISCOUNT,
        r"(\d+(?:\.\d+)?|[一二三四五六七八九]\s*[一二三四五六七八九]?)\s*折(?![叠页扇])",
        _tenths,
    ),
    (Kind.DISCOUNT, r"半价|half[ -]?(?:price|off)", lambda: "50"),
    (Kind.DISCOUNT, rf"{_LESS}\s*{_MONEY}{_N}(?!\s*[%天时分月])", _less),
    (Kind.DISCOUNT, rf"{_MONEY}{_N}\s*元?\s*off", _less),
    (Kind.DISCOUNT, rf"save\s+{_MONEY}{_N}(?!\s*%)", _less),
    (Kind.DISCOUNT, rf"{_N}\s*元\s*{_VOUCHER}", _less),
    (Kind.DISCOUNT, rf"买\s*{_COUNT}\s*[送赠]\s*{_COUNT}", _get),
    (Kind.DISCOUNT, rf"buy\s+{_ENGLISH_COUNT}\s+get\s+{_ENGLISH_COUNT}", _get),
    (Kind.DISCOUNT, r"([双二两三四五六七八九十]|\d+(?:\.\d+)?)\s*倍\s*积分", _points),
    (Kind.DISCOUNT, r"(double|triple|\d+x)\s+points", _points),
    (Kind.DEADLINE, _UNTIL + _DATE, _day),
    (Kind.DEADLINE, rf"{_DATE}\s*(?:\d{{1,2}}[:：点]\d{{0,2}}\s*)?{_ENDS}", _day),
    (
        Kind.DEADLINE,
        rf"(?:截至|截止(?:到|至|于)?|有效期?至|until|till|ends?|expires?)\s*[:：]?\s*{_DOTTED}",
        _dotted,
    ),
    (Kind.DEADLINE, _DOTTED + _ENDS, _dotted),
    (Kind.DAY, _DATE, _day),
    (
        Kind.DAYS,
        r"[仅只]?限\s*[今当][日天晚]|今[日天晚]\s*(?:截止|结束|到期|为?止|最后)|最后\s*[一1]\s*天",
        _today,
    ),
    (Kind.DAYS, r"last\s+day|today\s+only|ends?\s+(?:today|tonight)", _today),
    (Kind.DAYS, r"明[日天晚]\s*(?:截止|结束|到期|为?止)|ends?\s+tomorrow", lambda: "1-1"),
    (Kind.DAYS, rf"{_LEFT}\s*{_COUNT}\s*天", _days),
    (Kind.DAYS, rf"{_COUNT}\s+days?\s+(?:left|to\s+go|only)", _days),
    (Kind.DAYS, rf"last\s+{_COUNT}\s+days", _days),
    (Kind.HOURS, rf"{_LEFT}\s*{_COUNT}\s*个?(?:小时|钟头)", _plain),
    (Kind.HOURS, rf"{_COUNT}\s+hours?\s+(?:left|to\s+go|only)", _plain),
    (Kind.HOURS, rf"last\s+{_COUNT}\s+hours", _plain),
    (
        Kind.QUANTITY,
        rf"(?:限量|仅限|仅剩|只剩|还剩|剩余|剩|前|最后|(?<!每人)(?<!每单)限)\s*(\d+)\s*{_THINGS}",
        _plain,
    ),
    (Kind.QUANTITY, rf"(?:only|just|last|first|limited\s+to)\s+(\d+)\s+{_BOUGHT}", _plain),
    (Kind.QUANTITY, r"(\d+)\s+(?:left|remaining)\b", _plain),
    (Kind.PRICE, rf"(?:[¥$£€]|rmb|cny|usd)\s*{_N}", _plain),
    (Kind.PRICE, rf"{_N}\s*(?:元(?![旦宵素件])|块钱|rmb|cny|usd|yuan|dollars?)", _plain),
    (Kind.PRICE, rf"{_SELLS_AT}\s*[:：]?\s*(?:仅|只要)?\s*{_N}(?![\d%折])", _plain),
)
"""The first that fits at a place wins: the 20 of 满100减20 is no price."""
_BEGINS = (
    r"(?=(?<!\d)\d|[¥$£€一二两三四五六七八九十双满立直省返减抵半买截有至到还仅只剩倒最今明限前会特秒团拼售现惊价]"
    r"|(?<![a-z])[a-z])"
)
"""With what a promise can begin: asked before the alternatives are, it saves most of the time."""


def _bounded(pattern: str) -> str:
    """A promise is short: without ends to its numbers and gaps, a text of digits takes the square of its length."""
    return pattern.replace(r"\d+", r"\d{1,12}").replace(r"\s*", r"\s{0,9}").replace(r"\s+", r"\s{1,9}")


_NAMED = (f"(?P<p{place}>{_bounded(pattern)})" for place, (_, pattern, _) in enumerate(_PATTERNS))
_PROMISE = re.compile(f"{_BEGINS}(?:{'|'.join(_NAMED)})")
_INNER = {f"p{place}": re.compile(pattern).groups for place, (_, pattern, _) in enumerate(_PATTERNS)}
_STOP = re.compile(r"[,!?;。、…\n](?!\d)")
"""Where a promise ends at the latest."""
_MAY_PROMISE = re.compile(
    r"\d|[折倍价天]|[送赠][一二两三四五六七八九十]|[今当明][日晚]|today|tonight|tomorrow|half|double|triple|buy|last"
)


def claims_in(folded: str) -> tuple[Claim, ...]:
    """The promises of a folded text, each once. What texts to many people have in common is read once."""
    found = tuple(claim for part in _STOP.split(folded) for claim in _read(part))
    return tuple(dict.fromkeys(found)) if found else found


@lru_cache(maxsize=8192)
def _read(part: str) -> tuple[Claim, ...]:
    return tuple(_found(part)) if _MAY_PROMISE.search(part) else ()


def _found(text: str) -> Iterator[Claim]:
    for match in _PROMISE.finditer(text):
        name = str(match.lastgroup)
        kind, _, read = _PATTERNS[int(name[1:])]
        first = _PROMISE.groupindex[name]
        yield Claim(kind, read(*match.groups()[first : first + _INNER[name]]), match[0].strip())


def is_day(value: str, day: date) -> bool:
    """Whether a `DEADLINE` or `DAY` names this day."""
    *year, month, number = (int(part) for part in value.split("-"))
    return (month, number) == (day.month, day.day) and year in ([], [day.year])
