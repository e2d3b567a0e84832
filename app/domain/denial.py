"""Tells whether a word of a folded text is denied by a no before it."""

import re

_NOT = re.compile(
    r"(?:不|没有?|未|别|无|非)(?:是|会|想|用|要|打算|准备|需要|再|去|打|找|很|太|那么|这么|有|觉得|感到|到|让我|怎么|人|算|在){0,3}$"
    r"|(?:\b(?:not|never|no|without|nothing|hardly)|n't)(?: (?:a|an|the|so|very|really|that|too|been|be|going to|gonna|"
    r"want to|need to|feel|feeling|at all|any|my|call|calling|to|get|getting|had|have)){0,3} ?$"
)
_RHETORICAL = re.compile(r"(?:难道|可不|岂不|还不)[^,.!?;]{0,6}$")
_ASKED_BACK = re.compile(r"^[^,.!?;]{0,4}(?:吗|是什么|是啥|还能是)")


def is_denied(compared: str, start: int, end: int) -> bool:
    """Whether there is a no before the word that is meant as one: 不是骗子, but not 这不是骗子吗."""
    before = compared[max(0, start - 40) : start]
    denied = _NOT.search(before)
    if denied is None:
        return False
    asked = _RHETORICAL.search(before) or _ASKED_BACK.search(compared[end : end + 12])
    return asked is None
