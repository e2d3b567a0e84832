"""Hears a sentence that opts out: a verb and its object, the messages themselves, and nothing beside.

High precision by listing what a clause may hold rather than what it may not: "don't stop texting me" and
"别发错了" fall outside, and are left to the language model. Source: SPEC IN-4; FCC "any reasonable means".
"""

import re
from dataclasses import dataclass

LONGEST = 300
"""Characters of a folded text beyond which no rule but the language model judges it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The clause that opts out and its language."""

    words: str
    language: str


_CLAUSE_END = re.compile(
    r"[,.!?;:~…，。！？；：、\n\"“”()（）【】\[\]]+|(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])"
)
_HAN = re.compile("[\u4e00-\u9fff]")
_TRIGGER = re.compile(
    r"别|不要|不想|不许|不准|不再|不用|不需要|勿|停|拒|退订|退定|取消|名单|列表|号码|手机号|拉黑|禁止|甭|删"
    r"|关|屏蔽|\b(?:stop|text|texts|texting|messag\w+|remov\w+|"
    r"consent|take|delete|unsub\w*|opt|opted|opting|revoke|"
    r"hear|sms|spam\w*|contact\w*|lose|ads?|promos?|"
    r"promotions?|send|sending|withdraw|list|alone|quit|"
    r"cease)\b"
)

# --- Chinese -----------------------------------------------------------------------------------------

_ZH_YOU = r"(?:你们|你|您|贵司|贵公司|商家|店家|这边|这个号码?|这个号|贵店)"
_ZH_LEAD = (
    rf"(?:请|麻烦|拜托|求求|求|能不能|可不可以|可以|能|那就|那|就|我说(?:过|了)?|(?:都|已经|"
    rf"早就)?说(?:过|了)+|跟你们?说(?:过|了)*|真的|真|以后|今后|下次|"
    rf"从今以后|从现在起|现在|马上|立即|立刻|赶紧|赶快|快|你好|您好|喂|唉|哎|烦死了|烦死|烦|够了|"
    rf"行了|好了|谢谢|"
    rf"帮我|帮忙|给我|直接|统统|全部|都|一律|我|所以|因此|但是|但|还是|总之|{_ZH_YOU})*+"
)
_ZH_NOUN = (
    r"(?:广告|营销|推广|推销|促销|垃圾|骚扰|商业|宣传|活动|优惠|群发|手机|订阅)?的?"
    r"(?:短信息?|信息|消息|讯息|简讯|广告|推销|推广|推送|营销|垃圾|促销)"
)
_ZH_MESSAGE = (
    r"(?:广告|营销|推广|推销|促销|垃圾|骚扰|商业|宣传|活动|优惠|群发|手机)?的?(?:短信息?|信息|"
    r"消息|讯息|简讯|推送|广告)"
)
_ZH_WHAT = (
    rf"(?:{_ZH_YOU}的?|任何|所有|一切|一条|什么|全部|更多|太多|这么多|那么多|这些|那些|这种|"
    rf"这类|此类|该类|类似|这样的?"
    rf"|这个|那种|乱七八糟的?|无聊的?|没用的?|破|条|的)*+"
)
_ZH_TO_ME = (
    r"(?:(?:给|向|往|朝|对|跟)(?:我|本人|这个号码?|这个号|俺|我的?(?:手机|号码|手机号|"
    r"电话))(?:这里|这儿|这)?)"
)
_ZH_NOT = r"(?:别|不要|不许|不准|请勿|勿|莫|甭|禁止|停止)"
_ZH_NO_NEED = r"(?:不用|不必|不需要|用不着)"
_ZH_MORE = r"(?:再|在|继续|总|老是|老|一直|天天|每天|整天|乱|随便|来|随意|重复|不停地?|频繁地?)"
_ZH_SEND = r"(?:发送|推送|群发|传送|寄送|发|推|传|寄)"
_ZH_TEXT = r"(?:发送|推送|群发|发|推)"
_ZH_END = (
    r"(?:过来|来|到我(?:这|手机)上?)?(?:了|啦|喽|咯|拉|惹)?(?:好吗|好不好|好么|行吗|"
    r"行不行|可以吗|可以么|吧|啊|呀|哦|哈|嘛|呢|喔)*"
    r"(?:谢谢.{0,4}|多谢|感谢|拜托.{0,2})?"
)
_ZH_ANGER = (
    r"(?:(?:烦死|太烦|很烦|好烦|真烦|真的很烦|烦人|烦得|烦不烦|太多|吵死|否则|不然|要不然?|"
    r"我(?:很|真|要|就|会|已经|都|不需要|"
    r"不想|没兴趣|不感兴趣)|投诉|举报|骚扰|再发|再骚扰|神经病|有病|滚|讨厌|没完没了|没兴趣|不感兴趣|"
    r"不需要).*)?"
)
_ZH_FROM_LIST = (
    rf"从{_ZH_YOU}?的?(?:短信|群发|营销|发送|推送|推广|会员|客户|联系人?|联络)?(?:名单|"
    rf"列表|通讯录|数据库|系统|联系人|名录)"
    rf"(?:里面|里|中|上|内)?"
)
_ZH_DELETE = r"(?:删除|删掉|删去|删|移除|移出|移走|去掉|去除|剔除|拿掉|除名|拉出|划掉|清除)"
_ZH_ME = r"(?:我的?(?:手机号码?|号码|电话号码?|手机|电话|名字)?|本人|这个号码?|这个手机号)"

_ZH_CLEAR = [
    # 别再给我发短信了, 不要再发, 请勿发送广告
    rf"{_ZH_NOT}{_ZH_MORE}*{_ZH_TO_ME}?{_ZH_MORE}*{_ZH_SEND}(?:给我)?(?:了)?{_ZH_WHAT}{_ZH_NOUN}{_ZH_TO_ME}?",
    # 不用再给我发短信, 不需要再推送广告
    rf"{_ZH_NO_NEED}{_ZH_MORE}*{_ZH_TO_ME}?{_ZH_MORE}*{_ZH_SEND}(?:给我)?{_ZH_WHAT}{_ZH_NOUN}{_ZH_TO_ME}?",
    rf"{_ZH_NO_NEED}再{_ZH_TO_ME}{_ZH_SEND}",
    # 别再烦我, 不要骚扰我, 别再联系我
    rf"{_ZH_NOT}{_ZH_MORE}*(?:骚扰|打扰|烦)我",
    rf"{_ZH_NOT}再{_ZH_MORE}*(?:骚扰|打扰|联系|联络)(?:我|本人)?",
    rf"{_ZH_NOT}(?:联系|联络)我(?=了)",
    # 不想再收到你们的短信, 拒绝接收广告, 不再接收
    (
        rf"(?:不想要|不想|不要|不愿意?|不希望|不需要|拒绝){_ZH_MORE}*(?:收到|接收|接受|收|"
        rf"看到|看见|看){_ZH_WHAT}{_ZH_NOUN}"
    ),
    rf"(?:不再|不再想|停止|不想){_ZH_MORE}*(?:接收|接受){_ZH_WHAT}{_ZH_NOUN}",
    (
        rf"(?:拒收|拒绝|屏蔽|停发|退订|退定|取消订阅|取消接收|取消|关掉|"
        rf"关闭){_ZH_WHAT}{_ZH_MESSAGE}(?:订阅|推送|服务|发送|群发)?"
    ),
    r"取消(?:短信|消息|推送|信息)?(?:订阅|推送|群发)",
    rf"(?:停止|停掉|停了){_ZH_TO_ME}?{_ZH_SEND}?{_ZH_WHAT}{_ZH_MESSAGE}(?:发送|推送)?",
    # 把我从名单里删掉, 删掉我的号码
    (
        rf"(?:把|将){_ZH_ME}(?:从{_ZH_YOU}(?:这里|这边|那里)?|"
        rf"{_ZH_FROM_LIST})?(?:给|里|中)?{_ZH_DELETE}(?:掉|出去|出来|出|了|"
        rf"去)?(?:{_ZH_YOU}?的?(?:短信|群发)?(?:名单|列表))?"
    ),
    rf"{_ZH_FROM_LIST}(?:把|将)?{_ZH_ME}?{_ZH_DELETE}(?:掉)?{_ZH_ME}?",
    rf"{_ZH_DELETE}(?:掉)?我的?(?:手机号码?|号码|电话号码?)",
    r"(?:把我|将我)(?:的号码?|的?手机号)?(?:拉黑|加入?黑名单|拉入黑名单|屏蔽)",
    # 给我退订, 退订一下, 申请退订
    r"(?:要求|申请|想要?|要|需要|同意|选择|确认|确定)?(?:退订|取消订阅)(?:一下|掉)?",
]
# These name no message: they count only where nothing is about goods on their way.
_ZH_BARE = [
    r"(?:别|不要|不许|不准|勿)发",
    rf"{_ZH_NOT}(?:再|在|继续)(?:给我)?{_ZH_TEXT}",
    rf"{_ZH_NOT}{_ZH_MORE}*{_ZH_TO_ME}{_ZH_MORE}*{_ZH_TEXT}{_ZH_WHAT}",
    rf"{_ZH_NOT}(?:再|继续){_ZH_MORE}*{_ZH_TEXT}给我",
    r"停止(?:发送|推送|群发)",
]
_ZH_ASKS = re.compile(r"怎么|如何|怎样|哪里|为什么|为何|吗$|是不是|有没有|多少|什么时候|会不会")
_ZH_GOODS = re.compile(
    r"货|快递|顺丰|物流|订单|下单|自提|自取|来取|去取|取走|退款|地址|包裹|发票|件|酒店|房|票|桌|"
    r"座|餐|套餐|会员|课|班|预约|预订|预定"
    r"|押金|定金|订金|宽带|保险|验证码|朋友|邮件|邮箱|微信|图|照片|链接|文件|合同|酸奶|牛奶|杂志|报纸|电话"
)

_ZH_CLEAR_RE = re.compile(f"{_ZH_LEAD}(?:{'|'.join(_ZH_CLEAR)}){_ZH_END}{_ZH_ANGER}")
_ZH_BARE_RE = re.compile(f"{_ZH_LEAD}(?:{'|'.join(_ZH_BARE)}){_ZH_END}{_ZH_ANGER}")
_ZH_UNSUBSCRIBE = re.compile(r"退订|取消订阅")

# --- English -----------------------------------------------------------------------------------------

_EN_LEAD = (
    r"(?:(?:please|pls|plz|kindly|just|can you|could you|would you|will you|can u|could u|can ya|"
    r"you need to|you must|you have to|"
    r"i (?:want|need|would like|d like|wish|demand|asked|told|said)(?: (?:you|u|"
    r"ya))?(?: guys)?(?: to)?|i d like(?: you)?(?: to)?|"
    r"i would like(?: you)?(?: to)?|how many times (?:do|must|have) i (?:have to |to )?(?:tell|"
    r"told|ask|asked|say|said)(?: you)?(?: to)?|for the last time|for god s sake|for gods sake|"
    r"omg|wtf|ffs|ugh|hey|hi|hello|ok|okay|"
    r"and|so|now|but|yo|dude|guys|you guys|again|immediately|enough|the hell|damn it|god|also|"
    r"then|sorry|thanks|no thanks|no thank you|no(?! more| further| longer)|"
    r"i said|i repeat|let me|lets|seriously|would you mind|do you mind|this is annoying|go away|"
    r"not interested|wrong person) )*+"
)
_EN_SWEAR = r"(?:(?:fucking|fuckin|freaking|frigging|damn|the fuck|bloody|all|all of|with) )*"
_EN_OBJECT = (
    r"(?:(?:me|us|this number|my number|my phone|my cell|to me|to us|to this number|to my number|"
    r"to my phone|on this number)|"
    r"(?:any|of|anymore|more|all|these|those|the|your|ur|this|such|further|so many|"
    r"stupid|annoying|damn|fucking|freaking|constant|daily|unwanted|random|marketing|promotional|"
    r"promo|spam|junk|ad|advertising|sms|text|company s)|"
    r"(?:texts?|messages?|msgs?|sms|smses|texting|spam|ads?|adverts?|advertisements?|promos?|"
    r"promotions?|stuff|crap|bullshit|shit|junk|solicitations?))"
)
_EN_OBJECTS = rf"(?:{_EN_OBJECT}(?: |$))*"
_EN_TAIL = (
    r"(?:(?:anymore|any more|ever|again|now|right now|immediately|at once|asap|already|please|pls|"
    r"plz|thanks|thank you|thx|ty|today|"
    r"from now on|for good|permanently|forever|guys|ok|okay|will you|would you|you idiots|period|"
    r"kindly|bro|sir|at all|"
    r"(?:or|because|cuz|cause|since|it s|its|this is|i am|i m|im|i have|i ve|i never|i don t|"
    r"i do not|i dont|i did not|i didn t|u are|you are|you re) .*)(?: |$))*"
)
_EN_TEXTS = (
    r"(?:texts?|messages?|msgs?|sms|smses|text messages?|spam|ads?|promos?|promotions?|marketing|"
    r"notifications?|communications?|alerts?|offers|advertisements?)"
)
_EN_WHOSE = (
    r"(?:(?:with|future|your|the|ur|this|these|all|of|any|more|further|such|those|mailing|text|"
    r"sms|texting|message|messaging|marketing|promotional|promo|contact|contacts|distribution|"
    r"subscriber|subscription|subscriptions|phone|calling|company s|spam|daily|weekly|"
    r"newsletter) )*"
)
_EN_LIST = rf"{_EN_WHOSE}(?:lists?|database|system|records|directory|mailing|contacts)"
_EN_ME = r"(?:me|us|my number|my phone number|my phone|my cell|this number|my name|my info|my contact)"

_EN_CLEAR = [
    (
        rf"(?:stop|quit|cease|halt|end) {_EN_SWEAR}(?:texting|messaging|msging|smsing|spamming|"
        rf"harassing|bothering|contacting|bugging|annoying|blowing up) {_EN_OBJECTS}"
    ),
    rf"(?:stop|quit|cease) {_EN_SWEAR}(?:texting|messaging|spamming|sending|contacting)",
    rf"(?:stop|quit|cease) {_EN_SWEAR}(?:sending|the sending of) {_EN_OBJECTS}",
    (
        rf"(?:stop|end|cancel|discontinue|cease|kill) {_EN_WHOSE}{_EN_TEXTS}(?: (?:to|for) (?:me|us|"
        rf"this number|my number|my phone))?"
    ),
    r"stop (?:it|this|that|everything|already|all|all this|all of it|all of this|now|immediately)",
    rf"(?:do not|don t|dont|never) (?:ever )?(?:text|message|msg|sms|spam|contact|bother|harass) {_EN_ME}",
    (
        rf"(?:do not|don t|dont|never) (?:ever )?(?:send|text) (?:me|us|this number|my number|"
        rf"my phone) (?:any|any more|anymore|more|these|those|your|this|such|further)? ?(?:(?:text|sms|"
        rf"marketing|promotional|spam|junk) )*{_EN_TEXTS}"
    ),
    rf"no (?:more|further) {_EN_WHOSE}{_EN_TEXTS}",
    (
        rf"(?:remove|delete|take|get|scrub|drop|strike) {_EN_ME} (?:(?:from|off|off of|"
        rf"out of) )(?:{_EN_LIST}|here|this|your texts|your messages)"
    ),
    r"(?:remove|delete) (?:me|my number|my phone number|this number)",
    rf"take {_EN_ME} off",
    (
        rf"(?:unsubscribe|unsub|unsubscrib|unsuscribe|unsubcribe|unsubscibe)(?: {_EN_ME})?(?: (?:from|"
        rf"to|of) (?:this|these|here|everything|all|{_EN_LIST}|{_EN_WHOSE}{_EN_TEXTS}))?"
    ),
    r"unsubscribe (?:all|everything)",
    (
        r"be (?:removed|taken off|unsubscribed|opted out)(?: (?:from|off|of|out of) (?:your|this|the|"
        r"these)(?: \w+)? ?(?:list|lists|database|texts|messages)?)?"
    ),
    (
        rf"opt (?:me |us |this number |my number )?out(?: (?:of|from) (?:this|these|everything|all|"
        rf"{_EN_LIST}|{_EN_WHOSE}{_EN_TEXTS}))?"
    ),
    r"(?:i m |i am )?opting out",
    r"leave me (?:the (?:hell|fuck) )?alone",
    r"(?:lose|forget) (?:my|this) number",
    (
        rf"i (?:no longer|do not|don t|dont) (?:want|wish|need|care|like) (?:to (?:receive|get|see|"
        rf"have) )?(?:any |any more |anymore |more |these |those |your |ur |further |such |"
        rf"all these )*(?:text |sms |marketing |promotional |spam )*{_EN_TEXTS}(?: from (?:you|u|"
        rf"you guys|this number|your company))?"
    ),
    (
        rf"i (?:no longer|do not|don t|dont) (?:want|wish) (?:you|u) (?:to (?:text|message|contact|"
        rf"send) {_EN_OBJECTS}|texting me|messaging me|sending me {_EN_OBJECTS})"
    ),
    (
        r"i (?:do not|don t|dont) (?:want|wish) to (?:hear from you|be (?:texted|contacted|messaged|"
        r"on (?:your|this) list))"
    ),
    (
        r"(?:i )?(?:revoke|withdraw) (?:my )?(?:consent|permission)(?: to (?:text|contact|message) me|"
        r" to receive texts)?"
    ),
]
_EN_CLEAR_RE = re.compile(rf"{_EN_LEAD}(?:{'|'.join(_EN_CLEAR)})(?:(?<= )| |$){_EN_TAIL}")
_EN_STOP_RE = re.compile(rf"{_EN_LEAD}stop(?: |$){_EN_TAIL}")
_EN_NEGATED = re.compile(r"\b(?:don t|dont|do not|never|won t|can t|cannot) ?$")
_EN_GOODS = re.compile(
    r"\b(?:order|bus|train|item|items|package|parcel|deliver\w*|ship\w*|cake|food|appointment|"
    r"booking|reservation|taxi|driver|wrong|broken|refund)\b"
)


def sounds_like_opt_out(folded: str) -> Heard | None:
    """The first clause of a folded text that surely opts out, or None. What is doubtful is None too."""
    if len(folded) > LONGEST or _TRIGGER.search(folded) is None:
        return None
    clauses = clauses_of(folded)
    for index, clause in enumerate(clauses):
        if not _HAN.search(clause):
            if _english(clause, clauses, index):
                return Heard(clause, "en")
        elif _chinese(clause, folded):
            return Heard(clause, "zh")
    return None


def clauses_of(folded: str) -> list[str]:
    """The clauses of a folded text, without what divides them."""
    return [clause for part in _CLAUSE_END.split(folded) if (clause := part.strip())]


def _chinese(clause: str, folded: str) -> bool:
    if _ZH_CLEAR_RE.fullmatch(clause) and not _ZH_ASKS.search(
        clause.removesuffix("好吗").removesuffix("行吗")
    ):
        return not (_ZH_UNSUBSCRIBE.search(clause) and _ZH_GOODS.search(folded))
    return bool(_ZH_BARE_RE.fullmatch(clause)) and not _ZH_GOODS.search(folded)


def _english(clause: str, clauses: list[str], index: int) -> bool:
    words = re.sub(r"[^a-z0-9]+", " ", clause).strip()
    if _EN_CLEAR_RE.fullmatch(words):
        return True
    if index != len(clauses) - 1 or not _EN_STOP_RE.fullmatch(words):
        return False
    before = " ".join(clauses[:index]).replace("'", " ")
    return not (_EN_NEGATED.search(before) or _EN_GOODS.search(before))
