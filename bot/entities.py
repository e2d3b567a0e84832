"""Finds order numbers, times, amounts, coupon codes and phone numbers in a customer's text, by rule."""

import re
from dataclasses import dataclass

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_FLAGS = re.IGNORECASE | re.VERBOSE


@dataclass(frozen=True)
class Found:
    """One entity: its kind, the place in the text as it was sent, and its value in half-width."""

    kind: str
    start: int
    end: int
    value: str


_PHONE = re.compile(
    r"""(?<![\w.-])(
        (?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}             # mainland mobile
      | 0\d{2,3}-\d{7,8} | 400-?\d{3}-?\d{4}                    # mainland land line, hotline
      | (?:\+?1[-. ]?)?\(?[2-9]\d{2}\)?[-. ]\d{3}[-. ]\d{4}     # North America, written in groups
      | \+\d[\d -]{7,16}\d                                      # international
      | (?<=call\ me\ at\ )[2-9]\d{2}[2-9]\d{6} | (?<=me\ at\ )[2-9]\d{2}[2-9]\d{6}
    )(?![\d-])""",
    _FLAGS | re.ASCII,
)
_ORDER_NUMBER = re.compile(
    r"""(?:
        (?:订单号?|訂單號?|訂單編號|订单编号|[单單][号號]|运单号?|運單號?|快递单号?|尾[号號])[是为為:：\s#]*
      | \b(?:order|tracking|parcel|shipment)\s*(?:number|no\.?|num|id)?\s*(?:is\s+|:\s*)?\#?\s*
      | \#\s?
    )(?P<cued>(?:[A-Z]{1,4}-?)?\d[\d-]{2,22}\d)
    | (?<![A-Za-z0-9])(?P<shaped>[A-Z]{2,4}\d{8,20}|\d{14,24})(?![A-Za-z0-9])""",
    _FLAGS | re.ASCII,
)
_COUPON_CUED = re.compile(
    r"""(?:优惠码|優惠碼|券码|券碼|兑换码|兌換碼|折扣码|折扣碼|\b(?:promo|coupon|voucher|discount)?\s*code)
        \s*(?:是|为|為|is|:|：)?\s*(?P<code>(?=[A-Z0-9]*\d)[A-Z0-9]{4,16}|(?-i:[A-Z]{4,16}))(?![A-Za-z0-9])""",
    _FLAGS | re.ASCII,
)
_COUPON_SHAPED = re.compile(r"(?<![A-Za-z0-9-])(?P<code>[A-Z]{3,10}\d{1,4})(?![A-Za-z0-9])")
_NUMBER = r"(?:\d+(?:,\d{3})*(?:\.\d{1,2})?)"
_HAN_NUMBER = "[一二两兩三四五六七八九十百千万萬半零]"
_AMOUNT = re.compile(
    rf"""(?:[¥￥$€£]|\b(?:rmb|usd|cny)\s?){_NUMBER}(?:\s?(?:k\b|[万萬千]))?
      | {_NUMBER}\s?(?:[万萬千]?(?:元|块钱?|塊錢?|圆)|[万萬](?![能事物一]))
      | {_NUMBER}\s?(?:rmb|usd|yuan|dollars?|bucks?|cents?)\b
      | {_HAN_NUMBER}+(?:元|块钱|塊錢|块(?![头石儿钟])|塊(?![頭石]))
      | (?<=[满滿减減送])\d{{2,6}}(?!\d|[折个個件人位])""",
    _FLAGS,
)
_DAY_PART = "(?:凌晨|清早|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|早|晚)"
_WEEK_DAY = "(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_MOMENT = rf"""(?:
    \d{{4}}[年/.-]\d{{1,2}}[月/.-]\d{{1,2}}[日号號]?
  | (?:\d{{1,2}}|[一二三四五六七八九十]{{1,2}})月(?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}})[日号號]?
  | (?<![\d月])\d{{1,2}}[号號](?![楼樓线線店门門口码碼])
  | (?<![\d/.])(?:1[0-2]|0?[1-9])/(?:3[01]|[12]\d|0?[1-9])(?![\d/])
  | (?:大后天|大後天|后天|後天|明天|明儿|今天|今儿|当天|明(?=[早晚])|今(?=[早晚])|后天(?=[早晚]))
  | (?:本|这个?|這個?|下下?个?|下個)?(?:周|週|星期|礼拜|禮拜)[一二三四五六日天末]
  | 下个?[周月]|下[個週]|元旦|除夕|春节|春節
  | {_DAY_PART}
  | (?:\d{{1,2}}|[一二两兩三四五六七八九十]{{1,3}})[点點](?!单|單|菜|了吗)
    (?:半|[一三]刻|\d{{1,2}}分?|钟|鐘|整)?
  | (?<![\d:])\d{{1,2}}[:：]\d{{2}}(?:\s?[ap]\.?m\b\.?)?
  | \b\d{{1,2}}\s?[ap]\.?m\b\.? | \b\d{{1,2}}\s?o'?clock\b | \bnoon\b | \bmidnight\b
  | \b(?:day\ after\ tomorrow|tomorrow|tmrw|tmr|today|tonight)\b
  | \b(?:this\ (?:morning|afternoon|evening|weekend|week)|next\ (?:week|month|weekend))\b
  | (?<!good\ )\b(?:morning|afternoon|evening)\b
  | \b(?:(?:this|next)\s)?{_WEEK_DAY}\b
  | \b{_MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?\b | \b\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}\b
)"""
_DATETIME = re.compile(rf"{_MOMENT}(?:\s*(?:的|,|，|at|on|in\ the|@)?\s*{_MOMENT})*", _FLAGS)
_PART_ALONE = re.compile(
    rf"(?:{_DAY_PART}|morning|afternoon|evening|mon|sat|sun|wed|may|一[点點])", re.IGNORECASE
)


def find_entities(text: str) -> list[Found]:
    """All entities of a text in the order of their places; no two overlap."""
    half_width = text.translate(_HALF_WIDTH)
    found: list[Found] = []
    for kind, start, end in _candidates(half_width):
        if all(end <= other.start or start >= other.end for other in found):
            found.append(Found(kind, start, end, half_width[start:end]))
    return sorted(found, key=lambda entity: entity.start)


def _candidates(text: str) -> list[tuple[str, int, int]]:
    """Every match, the most telling kind first: it keeps its place where two overlap."""
    spans = [("order_number", *match.span("cued")) for match in _ORDER_NUMBER.finditer(text) if match["cued"]]
    spans += [("phone", *match.span(1)) for match in _PHONE.finditer(text)]
    spans += [("coupon_code", *match.span("code")) for match in _COUPON_CUED.finditer(text)]
    spans += [
        ("order_number", *match.span("shaped")) for match in _ORDER_NUMBER.finditer(text) if match["shaped"]
    ]
    spans += [("amount", *match.span()) for match in _AMOUNT.finditer(text)]
    spans += [("coupon_code", *match.span("code")) for match in _COUPON_SHAPED.finditer(text)]
    spans += [
        ("datetime", *match.span())
        for match in _DATETIME.finditer(text)
        if not _PART_ALONE.fullmatch(match[0])
    ]
    return spans
