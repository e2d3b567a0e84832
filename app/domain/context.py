"""What a short reply means by what our last message asked or offered: 妥, 1, 不方便, ok. Never an opt-out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.domain.text import bare, fold

LASTS = timedelta(hours=72)
"""So long after it was handed over a message is what a short reply is about. Source: SPEC NL-2."""
LONGEST = 40
"""Characters of a folded text beyond which it speaks for itself."""


@dataclass(frozen=True, slots=True)
class LastSaid:
    """The last message that was handed over to the customer on this number; `is_of_staff`: a person wrote it."""

    text: str
    is_of_staff: bool = False


_YES = re.compile(
    r"(?:妥妥?[的了]?|好+[的滴嘞呀啊哒吧喔哦]?|行[的吧啊呀]?|可以[的啊呀]?|成|中|嗯+|恩+|是[的啊]?|对[的啊]?|没问题|没毛病|欧了"
    r"|收到|了解|知道了|明白了?|方便[的啊]?|能|会[的来到]?|准时到|准[了时]?|确认|同意|保留|没事|都行|随时|在家|来[的啊]?|去的?"
    r"|ok(?:ay|k)?|kk?|y|yes|yep|yeah|yup|ya|sure|fine|sounds good|will do|works(?: for me)?|confirm(?:ed)?|see you"
    r"|got it|great|alright|all good|absolutely|of course|why not|not? (?:a )?problem(?: at all)?|no worries|perfect"
    r"|correct|go ahead|deal)"
)
_WISH = re.compile(
    r"(?:我?(?:要+|想要)[的啊]?|我?要(?:一[份张个杯])|领|领[取一][取份张个杯]?|来一?[份张个杯]|给我来一?[份张个杯]|我?参加|报名|抢"
    r"|i(?:'| a)?m in|count me in|claim|i want (?:it|one)|send (?:me )?(?:it|one)|(?:yes )?(?:pls|please) send me one)"
)
_NO = re.compile(
    r"(?:不+[了吧]?|不用[了啦]?|不要[了啦]?|不必了?|不需要|不行|不可以|不是|不能|没有|算了吧?|下次吧?|下次一定|改天吧?|改日"
    r"|暂时(?:不用|不要|不需要)|先不[用要]?了?|拉倒|免了|不考虑|没兴趣|不感兴趣"
    r"|no+|n|nope|nah|not? (?:now|this time|today|yet|for me|really)|maybe (?:next time|later)|next time"
    r"|i(?:'| a)?m good|we(?:'| a)?re (?:good|all set)|hard pass|pass|rather not)"
)
_CANNOT = re.compile(
    r"(?:我?(?:今天|明天|今晚|明晚|那天|周末)?(?:去不了|来不了|来不成|去不成|不来了|不去了|没空|没时间|来不及|不方便|有事|唔得闲)了?"
    r"|(?:i )?(?:can'?t|cannot|won'?t) (?:make it|come|be there)|not available|i(?:'| a)?m busy|can'?t)"
)
_COURTESY = re.compile(
    r"(?:[,.!~。！ ]*(?:谢谢(?:你|您|啦|了)?|多谢|感谢|辛苦了?|麻烦了?|亲|哈|哦|啊"
    r"|thanks?|thank you|thx|ty|please|pls|lol))+$"
)
_ASKS = re.compile(
    r"\?|吗|呢|是否|好不好|可否|能否|请(?:您)?确认|请(?:您)?(?:直接)?回复|回复?[“\"']?[0-9a-z]|回复|敬请(?:回复|确认)"
    r"|please (?:confirm|reply|let us know)|\b(?:reply|let us know|rsvp|text back)\b"
)
_OFFERS = re.compile(
    r"领取?|免费|[优优]惠券|代金券|抵用券|元券|红包|好礼|赠品|礼品|试[吃用]装?|抽奖|门票"
    r"|\b(?:coupon|voucher|gift|free (?!for\b|to\b)\w+|claim|samples?|giveaway|reward)\b"
)
_OF_BOOKING = re.compile(
    r"预约|预订|预定|订位|订座|订房|就诊|上课|课程|留位"
    r"|\b(?:appointment|booking|reservation|booked|your table|your class|check-?in)\b"
)
_LABELS: tuple[tuple[str | None, re.Pattern[str]], ...] = (
    (None, re.compile(r"退订|拒收|停发|停止|取消订阅|不再接收|unsub|opt ?out|\bstop|no more|end texts")),
    (
        "complaint",
        re.compile(r"不满|[未没]解决|很?差|投诉|dissatisf|unsatisf|not solved|poor|terrible|complain"),
    ),
    (
        "change_booking",
        re.compile(r"改期|改约|改时间|改签|改到|延期|推迟|另约|取消|reschedul|chang|\bmove|cancel|postpone"),
    ),
    ("deny", re.compile(r"[不没未否无]|拒绝|放弃|\bno\b|\bnot\b|declin|skip|pass|don't|can't")),
    ("human_agent", re.compile(r"人工|客服|转接|专员|agent|human|person|speak|call")),
    ("refund_return", re.compile(r"退货|退款|换货|refund|return|exchange")),
    (
        "claim_offer",
        re.compile(r"领|兑|抢|参[加与]|报名|抽|订购|claim|redeem|\bget\b|grab|\bjoin|enter|receive|\bbuy"),
    ),
    ("offer_info", re.compile(r"了解|详情|更多|查看|details|more|info|learn")),
    ("praise", re.compile(r"满意|好评|很好|excellent|great|satisf|happy|love")),
    (
        "confirm",
        re.compile(
            r"确认|是|对|同意|保留|方便|准时|可以|好|能|会?[来到去]|签收|已|收到|续|要"
            r"|confirm|yes|keep|agree|accept|solved|ok|attend|com|availab|there"
        ),
    ),
)
_INVITES = re.compile(
    r"回复?|发送|输入|按|选|\b(?:reply|text|send|press|type|respond)(?: with)?\b|打分|评分|\brate\b"
)
_MARK = (
    r"(?<![0-9a-z./-])(?<![0-9]:)[\"“”'‘’「『\[(<]?(?P<token>[0-9]|[a-z]|[a-z]{2,3}(?=\s?[\u4e00-\u9fff])"
    r"|[\u4e00-\u9fff]{1,4}(?=[\"”’」』\])>]))[\"“”'‘’」』\])>]?"
)
_CHOICE = re.compile(
    _MARK
    + r"(?![0-9a-z/]|[点分时月日号元%折位人件张个年])\s*(?:即可|可|代表|表示|为|来|to |for |if |=|:|-|\.|\()?\s*"
    r"(?P<label>[^\d\s,;。.!?\"“”'‘’()\[\]]{1,12}(?: [a-z']+){0,4})"
)
_WORD_CHOICE = re.compile(r"\b(?!to\b)(?P<token>[a-z]{2,8})[\"”'’]? (?:to|for|if) (?P<label>[a-z' ]{2,40})")
_WAY_OUT = re.compile(
    r"(?:拒收|退订)?请?(?:回复?|发送?)[\"“'「【]?[\w\u4e00-\u9fff]{1,4}[\"”'」】]?(?:可|即可)?(?:退订|拒收)"
    r"|(?:退订|拒收)请?回复?[\"“'「【]?[\w\u4e00-\u9fff]{1,4}"
    r"|(?:reply|text|send) [\"']?\w+[\"']? (?:to|for) (?:opt[ -]?out|unsub\w*|stop|end|cancel texts)[^.!?]*"
)
_UNDOES_NOT = re.compile(
    r"(?:先|我)?(?:不|别|不用|不要|不必|不想|无需)再?(?P<verb>取消|退|改|换)(?![订定])(?:[了的吧约期]|一下)?"
    r"|(?:please |no,? )?(?:do not|don'?t|no need to) (?P<en>cancel|return|change|move|reschedule)\b"
)
_WANTS_MORE = re.compile(
    r"取消|[退改换]|但|不过|可是|几|怎|什么|吗|\?|投诉|退订|别|不要|\b(?:but|cancel|return|change|move|when|how|what|stop|text)\b"
)
_QUESTION = re.compile(r"[^。.!;?]*(?:\?|吗|是否[^。.!;?]*|可否[^。.!;?]*)")
_PICKED = re.compile(
    r"(?:我?(?:回复?|选|按)|reply|option|choose)?\s*(?P<token>[0-9]|[a-z]{1,8}|[\u4e00-\u9fff]{1,4})(?:吧|号)?"
)
_SCALE = re.compile(r"打分|评分|几分|1\s*(?:-|~|到|至|to)\s*(?:5|10)|rate|out of (?:5|10)|scale")
_TEN = re.compile(r"(?:-|~|到|至|to|of)\s*10|满分10|10分")


def is_short(text: str) -> bool:
    """Whether the text is short enough to be about another one."""
    return len(fold(text)) <= LONGEST


def meant_in_context(text: str, last: LastSaid | None) -> str | None:
    """The intent of a short reply to the last message, or None: then it speaks for itself.

    A choice that the message offers comes first; one that opts out is left to the rules that opt out, whatever it says.
    Source: SPEC NL-2, INTENTS.
    """
    if last is None or not is_short(text):
        return None
    said, told = _plain(text), fold(last.text).replace("’", "'")
    if not said or any(_names(way_out, said) for way_out in _WAY_OUT.findall(told)):
        return None
    asked = _WAY_OUT.sub(" ", told)
    choices = _choices(asked)
    picked = _PICKED.fullmatch(said)
    if picked is not None and picked["token"] in choices:
        return _intent_of(choices[picked["token"]], asked)
    if any(said == label and len(said) > 1 for label in choices.values()):
        return _intent_of(said, asked)
    if _SCALE.search(asked) is not None:
        return _of_score(said, asked)
    if said in choices:
        return None
    return _of_words(said, asked, is_choice=bool(choices)) or _of_denial(said, asked)


def asks(last: LastSaid) -> bool:
    """Whether the message asks for an answer; to say how one opts out is no question."""
    return _ASKS.search(_WAY_OUT.sub(" ", fold(last.text))) is not None


def _plain(text: str) -> str:
    said = _COURTESY.sub("", bare(text).replace("’", "'"))
    return bare(said)


def _names(way_out: str, said: str) -> bool:
    return re.search(rf"(?<![0-9a-z]){re.escape(said)}(?![0-9a-z])", way_out) is not None


def _choices(asked: str) -> dict[str, str]:
    """What the message offers to reply with, and what it says of each."""
    found: dict[str, str] = {}
    for pattern in (_CHOICE, _WORD_CHOICE):
        for token, label in _pairs(pattern, asked):
            found.setdefault(token, label)
    return found


def _pairs(pattern: re.Pattern[str], asked: str) -> Iterator[tuple[str, str]]:
    invites = _INVITES.search(asked)
    if invites is not None:
        for found in pattern.finditer(asked, invites.end()):
            yield found["token"], found["label"].strip()


def _intent_of(label: str, asked: str) -> str | None:
    intent = next((intent for intent, words in _LABELS if words.search(label)), None)
    if intent == "change_booking" and _OF_BOOKING.search(asked) is None:
        return None
    return intent


def _of_score(said: str, asked: str) -> str | None:
    """The upper fifth of a scale praises, the lower two complain; one whose ends are told the other way was read as a
    choice before."""
    number = re.fullmatch(r"(\d{1,2})(?:分|星|/5|/10)?", said)
    if number is None:
        return None
    share = int(number[1]) / (10 if _TEN.search(asked) else 5)
    if not 0 < share <= 1:
        return None
    if share > 0.8:
        return "praise"
    return "complaint" if share <= 0.4 else "confirm"


def _of_denial(said: str, asked: str) -> str | None:
    """To cancel, change or return nothing is no wish to: a no to who asked about that, a yes to who did not."""
    denied = _UNDOES_NOT.match(said)
    question = _QUESTION.findall(asked)
    if denied is None or not question or _WANTS_MORE.search(said, denied.end()):
        return None
    verb = denied["verb"] or denied["en"]
    return "deny" if any(verb in one for one in question) else "confirm"


def _of_words(said: str, asked: str, *, is_choice: bool) -> str | None:
    asks = is_choice or _ASKS.search(asked) is not None
    offers = _OFFERS.search(asked) is not None
    if _WISH.fullmatch(said):
        return "claim_offer" if offers else "confirm" if asks else None
    if _YES.fullmatch(said) or (said == "1" and asks and not is_choice):
        return "claim_offer" if offers and asks and not _OF_BOOKING.search(asked) else "confirm"
    if _CANNOT.fullmatch(said):
        if asks:
            return "deny"
        return "change_booking" if _OF_BOOKING.search(asked) else None
    return "deny" if asks and _NO.fullmatch(said) else None
