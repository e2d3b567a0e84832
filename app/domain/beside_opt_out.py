"""Hears whether a text that wants no more messages also complains: of goods and service, or of the messages."""

import re
from collections.abc import Iterator, Mapping

from app.domain.auto_reply import is_auto_reply
from app.domain.denial import is_denied
from app.domain.opt_out_patterns import clauses_of, sounds_like_opt_out
from app.domain.text import fold

SERVICE, MESSAGES = "service_complaint", "message_complaint"
"""The two kinds of complaint. Source: SPEC CO-1."""
SURE = 0.60
"""From this share in the ranking of what is said beside the opt-out it is a complaint."""
LIKELY = 0.45
"""From this share in the ranking of the whole text, where goods or service are named in it."""

_AND = re.compile(r"而且|并且|还有|另外|顺便|但是|可是|\b(?:and|but|also|plus)\b")
_OF_TEXTS = re.compile(
    r"短信|信息|消息|讯息|简讯|广告|推[送广销]|营销|骚扰|打扰|退[订定]|订阅|拉黑|黑?名单|群发|拒收|拒绝|(?:联系|烦|吵)我"
    r"|(?:别|不要|不用|不许|不准|勿|停止|再|天天|每天|整天|老是?|总是?|一直|还在?)(?:再|给我|来|乱|这么|那么)*[发推]"
    r"(?![现货烧霉热炎票臭酸黄黑错])|(?:我的?|这个)(?:手机)?号码?|取关"
    r"|\b(?:text(?:s|ed|ing)?|messag\w+|msgs?|sms|spam\w*|ads?|advert\w*|promos?|promotions?|newsletters?|unsub\w*"
    r"|opt(?:ed)? ?out|stop|quit|removed?|lists?|contact(?:ing)? me|(?:my|this|wrong) number|sign(?:ed)? up"
    r"|subscri\w+)\b"
)
_ANNOYED = re.compile(
    r"烦|[吵滚]|够了|受不了|受够|没完|讨厌|神经|有病|无语|服了|醉了|谢|拜托|求[求你]|[不没]太?感?兴趣|不需要|不想要|不用了|不要了"
    r"|太多|频繁|太密|天天|每天|过分|搬家|搬走|不买|不会来|不去了|换号|离谱"
    r"|\b(?:annoy\w*|sick of|tired of|enough|fed up|leave me|(?:not|no|never) interested|go away|thanks?|thx|please|pls"
    r"|sorry|shut up|hate|ridiculous|damn|fuck\w*|wtf|ffs|omg|every (?:single )?day|all day|too many|too much|moved"
    r"|who (?:is|are)|no longer)\b"
)
_GOODS = re.compile(
    r"货|快递|物流|订单|单子|退款|退钱|包裹|[菜饭餐桌房座]|蛋糕|奶茶|咖啡|面膜|衣服|裤|鞋|商品|产品|东西|质量|服务|态度|客服|店员"
    r"|师傅|预约|预订|课|会员卡|储值|钱|扣款|扣费|发票|坏|破|漏|馊|臭|过期|没到|没收到|迟到|等了"
    r"|\b(?:orders?|parcels?|packages?|deliver\w*|refund\w*|food|cake|meal|coffee|pizza|service|staff|waiter|products?"
    r"|items?|appointments?|booking|driver|money|charged?|quality|broken|damaged|arrived|never came|late|cold|rude"
    r"|dirty|room)\b"
)
_COMPLAINS = re.compile(
    r"投诉|举报|曝光|起诉|告(?:你|死)|123(?:21|15|00)|工信部|通管局|通信管理局|消协|消费者协会|报警|律师|违法|侵权|泄露"
    r"|\b(?:report(?:ing|ed)? (?:you|u|ya|this|it|your)|complain(?:t|ts|ing|ed)?|lawyer|attorney|sue|suing|lawsuit"
    r"|legal action|illegal|fcc|ftc|ico|tcpa|ofcom|police)\b"
)
_HAN = re.compile("[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z']+")


def rest_of(text: str) -> str:
    """What a text that opts out says beside, folded: its clauses that speak neither of the messages nor of annoyance.
    Empty where it says nothing more, and where a machine wrote it.
    """
    if is_auto_reply(text):
        return ""
    return ", ".join(clause for clause in _clauses(fold(text)) if _says_more(clause))


def complaint_beside(
    text: str, rest: Mapping[str, float] | None = None, whole: Mapping[str, float] | None = None
) -> str | None:
    """The kind of complaint that a text opens beside its opt-out; None where it only wants the messages to end.

    `rest` and `whole` are the language model's rankings of `rest_of(text)` and of all of it, where it was asked. That
    the messages are a nuisance is no complaint by itself: to complain, to report, to sue has to be named. Source: SPEC
    CO-1, IN-4.
    """
    if is_auto_reply(text):
        return None
    if rest is not None and _is_complaint(rest, SURE):
        return SERVICE
    folded = fold(text)
    if whole is not None and _is_complaint(whole, LIKELY) and _names_goods(folded):
        return SERVICE
    return MESSAGES if _names_complaining(folded) else None


def _clauses(folded: str) -> Iterator[str]:
    for clause in clauses_of(folded.replace("’", "'")):
        if sounds_like_opt_out(clause) is None:
            yield from (part for piece in _AND.split(clause) if (part := piece.strip()))


def _says_more(clause: str) -> bool:
    if sounds_like_opt_out(clause) is not None:
        return False
    is_long = len(_HAN.findall(clause)) >= 3 or len(_WORD.findall(clause)) >= 2
    is_of_texts = _OF_TEXTS.search(clause) or _ANNOYED.search(clause)
    return is_long and (is_of_texts is None or _GOODS.search(clause) is not None)


def _is_complaint(ranking: Mapping[str, float], least: float) -> bool:
    share = ranking.get("complaint", 0.0)
    return share >= least and share == max(ranking.values())


def _names_goods(folded: str) -> bool:
    return any(
        sounds_like_opt_out(clause) is None and _GOODS.search(clause) is not None
        for clause in clauses_of(folded)
    )


def _names_complaining(folded: str) -> bool:
    compared = folded.replace("’", "'")
    return any(not is_denied(compared, *found.span()) for found in _COMPLAINS.finditer(compared))
