"""Hears that a complaint is not solved, in the few words that people text after they were told that it is."""

import re

from app.domain.text import fold

LONGEST = 60
"""Characters beyond which somebody says more than that: the language model reads it."""

_CHINESE = re.compile(
    r"(?:没|未)有?(?:得到|被|人)?(?:解决|处理|收到|退|到账|修好|弄好|搞定|改|管|回|结果|动静)"
    r"|(?:解决|处理|修|弄|搞)(?:不了|个(?:屁|鬼|啥))|(?:还是|依然|依旧|仍然|仍)(?:不行|不好|没|坏|老样子|一样)|问题(?:还在|依旧|依然)"
)
_ENGLISH = re.compile(
    r"\b(?:not|isn't|isnt|wasn't|never|hasn't been|hasnt been|ain't) (?:yet )?(?:been )?"
    r"(?:solved|resolved|fixed|sorted|dealt with|refunded|done)\b"
    r"|\bstill (?:not|no|waiting|broken|wrong|nothing|hasn't|haven't|isn't|doesn't|don't)\b"
    r"|\bnothing(?:'s| has| was)? (?:changed|happened|done|arrived)\b|\bunresolved\b"
)


def says_unsolved(text: str) -> bool:
    """Whether the text says that what was promised has not been done. Source: SPEC CO-5."""
    folded = fold(text).replace("’", "'")
    if len(folded) > LONGEST:
        return False
    return _CHINESE.search(folded) is not None or _ENGLISH.search(folded) is not None
