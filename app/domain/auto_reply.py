"""Recognises texts that a machine wrote back, and conversations of two machines."""

import re
from datetime import timedelta

from app.domain.text import fold

REPLIES_AN_HOUR = 10
"""Automatic replies to one number after which the bot falls silent. Source: SPEC IN-7."""
PERIOD = timedelta(hours=1)
LONGEST = 600

_I_AM = r"(?:i am|i'm|i’m|im) (?:currently |just )?"
_LATER = r"(?:我)?(?:请)?(?:稍后|稍候|晚点|晚些|一会儿?|待会儿?|会后|到了)(?:再)?"
_TO_YOU = r"(?:给|跟|与|和)?(?:你|您)?"
_WRITES = r"(?:回复|联系|回电|回你|回您|回|说|聊)"
_AWAY = r"(?:away|on vacation|on leave|on holiday|unavailable)"
_ABSENT = r"(?:不在办公室|正?在?休假中?|无法接听|不方便接听?电话)"
_GAP = r"[,，。.!\s]*"

_PATTERNS = [
    # said outright
    r"^[\[(【]?(?:系统)?自动(?:回复|答复|应答)",
    r"(?:本|此)(?:短信|信息|消息|条短信)(?:为|由|是)系统自动|系统自动(?:发送|回复|生成)",
    r"^auto(?:mat(?:ic|ed)(?:ally generated)?)?[ -]?(?:reply|response|responder)\b",
    r"\bthis is an? (?:automated|automatic|auto)[ -]?(?:reply|response|message)\b",
    r"\bautomated (?:reply|response)\b|\bunmonitored (?:mailbox|number|inbox)\b",
    r"\bdo not reply to this (?:message|text|number)\b",
    # out of office
    rf"^(?:{_I_AM})?out of (?:the )?office\b|\b{_I_AM}out of (?:the )?office\b",
    rf"^(?:hi|hello)?[,! ]*{_I_AM}{_AWAY}\b.*\b(?:reply|respond|back|return)",
    # driving, in a meeting, with the promise to write later
    rf"^(?:hi|sorry)?[,!. ]*{_I_AM}driving\b(?! (?:to|by|past|over|from|my))",
    r"\bdo not disturb while driving\b|\bdriving focus\b",
    rf"^(?:sorry)?[,. ]*{_I_AM}(?:in a meeting|busy)\b.*\b(?:later|call you|text you|get back)\b",
    r"^(?:sorry)?[,. ]*(?:i )?can't talk (?:right )?now\b",
    rf"^(?:我)?(?:正在|现在在?|在)?(?:开会|会议|开车|驾驶|忙)(?:中|呢)?{_GAP}{_LATER}{_TO_YOU}{_WRITES}",
    rf"^(?:您好|你好)?{_GAP}(?:我)?(?:现在|目前|暂时)?{_ABSENT}{_GAP}.*(?:稍后|晚点|尽快|回来|短信|信息)",
]
_AUTO_REPLY = re.compile("|".join(_PATTERNS))


def is_auto_reply(text: str) -> bool:
    """Whether a machine wrote the text: nobody answers it. Source: SPEC IN-7."""
    return len(text) <= LONGEST and _AUTO_REPLY.search(fold(text)) is not None


def is_talking_to_a_machine(replies_in_last_hour: int) -> bool:
    """Whether so many automatic replies went to one number within the hour that the next must not."""
    return replies_in_last_hour >= REPLIES_AN_HOUR
