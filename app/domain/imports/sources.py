"""Where consent can come from. A bought list is none: the people on it have agreed to nothing."""

from collections.abc import Mapping
from enum import StrEnum

from app.domain.imports.spelling import folded


class ConsentSource(StrEnum):
    """How the people of a list have agreed; the choice is required. Source: SPEC SE-1, CP-1."""

    WEB_FORM = "web_form"
    STORE = "store"
    PAPER = "paper"
    PHONE_CALL = "phone_call"
    EVENT = "event"
    PURCHASE = "purchase"
    """Asked while buying, and not ticked beforehand."""
    MEMBER_SYSTEM = "member_system"
    PARTNER = "partner"


OWN_ACTS = frozenset(
    {
        ConsentSource.WEB_FORM,
        ConsentSource.STORE,
        ConsentSource.PAPER,
        ConsentSource.PHONE_CALL,
        ConsentSource.PURCHASE,
    }
)
"""Where the person signs up themselves, which undoes an opt-out of before; a system that only says so does not."""
BOUGHT = "bought_list"
"""The choice that is refused. Source: SPEC SE-1, with the fine of 380,000 yuan in a known case."""

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    ConsentSource.WEB_FORM: ("web form", "website", "online", "网页表单", "网站", "网页", "官网", "小程序"),
    ConsentSource.STORE: ("store", "shop", "门店", "店铺", "店内"),
    ConsentSource.PAPER: ("paper", "paper form", "纸质表单", "纸质", "纸质登记表"),
    ConsentSource.PHONE_CALL: ("phone call", "call", "电话", "来电"),
    ConsentSource.EVENT: ("event", "活动", "展会"),
    ConsentSource.PURCHASE: ("purchase", "checkout", "购买时", "下单", "结账"),
    ConsentSource.MEMBER_SYSTEM: ("member system", "crm", "会员系统", "会员"),
    ConsentSource.PARTNER: ("partner", "合作方", "合作伙伴"),
    BOUGHT: (
        "bought",
        "bought list",
        "purchased list",
        "list broker",
        "data broker",
        "购买名单",
        "购买的名单",
        "买来的名单",
        "买的名单",
        "采购名单",
        "数据商",
    ),
}
_BY_SPELLING = {
    folded(spelling): code for code, spellings in _SPELLINGS.items() for spelling in (code, *spellings)
}


def source_named(written: str) -> str | None:
    """The code of a source as people write it, `bought_list` among them; None for one that has no code."""
    return _BY_SPELLING.get(folded(written))
