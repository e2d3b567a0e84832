"""Hears that a complaint is not solved, in the few words that people text after they were told that it is."""

import re

from app.domain.text import fold

LONGEST = 60
"""Characters beyond which somebody says more than that: the language model reads it."""

_END = r"(?:[了过吗嘛呢啊呀哦吧]*(?:$|[^\w]))"
"""A clause ends here; Chinese writes verbs of one letter without a blank before what follows: 回 is also in 回家."""
_NOT = r"(?<!有)(?:没|未)有?(?:得到|真正|完全|彻底|及时|能)?(?:被|人)?(?:来|给)?(?:帮?我们?)?"
_NOT_MINE = "".join(
    f"(?<!{who}{still})"
    for who in ("我", "我们")
    for still in ("", "还", "都", "也", "并", "可", "又", "就", "从来")
)
"""What the writers themselves have not done, such as sending something back, is no broken promise."""
_DONE = (
    "解决|处理|收到|到账|修好|修完|弄好|搞定|换好|换到|换成|改好|改过来|退给|退到|退成|退完|退全|补差价"
    "|结果|动静|下文|回应|个?(?:答复|说法|交代)"
)
_THEIRS = (
    "退(?:款|钱|费|还|回|押金|差价|运费|定金|订金)|回(?:复|信|电|话|消息|短信)(?!你|您)"
    rf"|[退换修回改管理赔补](?:[了过]?(?:给)?(?:我|咱|俺)|{_END})"
)
_NO_PLAN = "(?!的?(?:打算|想法|意思|计划|念头|必要|需要))"
_STILL = rf"不行|坏|老样子|不好[用使]?{_END}|一样{_END}|没(?:用|好|变|人|反应|效果|消息)|没有?{_END}"
_CHINESE = re.compile(
    rf"{_NOT}(?:{_DONE}){_NO_PLAN}|{_NOT_MINE}{_NOT}(?:{_THEIRS}){_NO_PLAN}|有没有人(?:管|理|处理|解决|回)"
    rf"|(?:解决|处理|修|弄|搞)(?:不了|个(?:屁|鬼|啥))|(?:还是|依然|依旧|仍然|仍)(?:{_STILL})|问题(?:还在|依旧|依然)"
)
_ENGLISH = re.compile(
    r"\b(?:not|isn't|isnt|wasn't|never|(?:hasn't|hasnt|haven't|havent) been|ain't) (?:yet )?(?:been )?"
    r"(?:solved|resolved|fixed|sorted|dealt with|refunded)\b"
    r"|(?<!i'm )(?<!im )(?<!i am )\b(?:not|isn't|isnt|wasn't|(?:hasn't|hasnt) been) (?:yet )?(?:been )?done\b"
    r"|\bstill (?:waiting|broken|wrong|nothing|hasn't|isn't|(?:not|no)\b(?! (?:sure|certain|idea|decided|decision)))"
    r"|\bstill (?:haven't|havent|have not) (?:been|had|got|gotten|received|heard|seen)\b"
    r"|\bstill (?:don't|dont|do not) (?:have|see|get) (?:it|my|any|a (?:refund|reply|replacement))\b"
    r"|\bstill (?:doesn't|doesnt|does not) (?:work|fit|open|close|charge|start|turn|run|arrive|show)\b"
    r"|\bnothing(?:'s| has| was)? (?:changed|happened|done|arrived)\b|\bunresolved\b"
)


def says_unsolved(text: str) -> bool:
    """Whether the text says that what was promised has not been done. Source: SPEC CO-5."""
    folded = fold(text).replace("’", "'")
    if len(folded) > LONGEST:
        return False
    return _CHINESE.search(folded) is not None or _ENGLISH.search(folded) is not None
