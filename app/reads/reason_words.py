"""Says reason codes in plain words, Chinese and English, for `huixin why`, the simulator and the API."""

from typing import Literal

Language = Literal["zh", "en"]

REASONS: dict[str, tuple[str, str]] = {
    # opting out and in
    "opt_out_word": ("短信是退订词", "the text is an opt-out word"),
    "opt_out_offered": (
        "回复的是上一条短信给出的退订词",
        "the text is the opt-out word that our last message offered",
    ),
    "opt_out_pattern": ("短信明说不要再发", "the text says in so many words to stop texting"),
    "opt_out_by_meaning": ("语义理解为退订，把握很大", "the text means an opt-out, surely enough"),
    "opt_out_unsure": (
        "可能是退订但不能确定：营销已暂停，由客服核实",
        "it may be an opt-out: marketing is held and a person looks",
    ),
    "opt_out_by_flow": ("在流程中选择了退订", "they opted out within a flow"),
    "provider_answered": ("通道已回复帮助信息", "the provider has answered this word itself"),
    "provider_opt_out": ("运营商或通道已登记退订", "the provider has registered an opt-out"),
    "opt_in_word": ("短信是订阅的词", "the text is a word that opts in"),
    "no_earlier_consent": (
        "退订前从未同意接收营销短信：只取消退订，另行征求同意",
        "they had never agreed to marketing: the opt-out ends, and they are asked whether they agree",
    ),
    "api_consent": ("业务系统登记了同意", "the business's own system recorded consent"),
    "api_withdrawal": ("业务系统登记了退订", "the business's own system recorded a withdrawal"),
    "import_consent": ("导入的名单带有同意的证据", "an imported list came with proof of consent"),
    "import_opted_out": (
        "已退订，或已有更晚的记录：导入的名单不能改变",
        "they have opted out, or something later is known: an imported list cannot change that",
    ),
    # routing of texts
    "keyword": ("短信是关键词", "the text is a keyword"),
    "keyword_contained": ("短信里有关键词", "the text contains a keyword"),
    "question_exact": ("正好是刚才问题的选项", "it is one of the answers to our open question"),
    "question_by_meaning": ("按语义回答了刚才的问题", "by its meaning it answers our open question"),
    "question_free_text": ("作为对刚才问题的回答", "it was taken as the answer to our open question"),
    "question_not_understood": (
        "没看懂对刚才问题的回答，再问一次",
        "no answer to our open question could be read in it",
    ),
    "below_threshold": ("语义把握不够", "its meaning was not clear enough"),
    "out_of_scope": ("与业务无关", "it is about nothing that we deal with"),
    "no_question_open": ("是“是/否”的回答，但没有待答的问题", "a yes or no while no question was open"),
    "empty": ("短信是空的", "the text is empty"),
    "with_staff": ("客服正在接待，机器人不插话", "staff have the conversation, so the bot is silent"),
    "auto_reply": ("对方手机的自动回复，不再回应", "an automatic reply of their phone, so nothing is said"),
    "too_many_replies": (
        "一小时内自动回复过多，停止回应",
        "too many automatic replies within the hour, so nothing is said",
    ),
    "overtaken": ("轮到处理时情况已变，不再需要回应", "overtaken: when its turn came, it had become moot"),
    "nlu_unavailable": (
        "语义理解服务不可用，转人工",
        "the language model could not be reached, so a person answers",
    ),
    "nlu_failed": (
        "语义理解读不了这条短信，转人工",
        "the language model could not read the text, so a person answers",
    ),
    "joins_complaint": ("并入正在处理的投诉", "it joins their open complaint"),
    "wrong_number": (
        "打错号码：停发营销，由客服核实",
        "somebody else has this number: marketing is held and a person looks",
    ),
    "abuse": ("辱骂，不回应", "abuse, so nothing is said"),
    "abuse_again": ("再次辱骂，转人工", "abuse again, so a person looks"),
    "flow_missing": ("流程已不存在，转人工", "the flow is gone, so a person answers"),
    "flow_unpublished": ("流程已下线", "the flow was taken back"),
    "no_sign_up_flow": ("没有订阅流程，转人工", "there is no sign-up flow, so a person answers"),
    # hand-overs to people
    "customer_asked": ("客户要求人工", "they asked for a person"),
    "staff_began": ("客服主动联系", "staff began to write"),
    "order_not_found": ("查不到订单", "the order is not known"),
    "no_store_info": ("没有门店信息可答", "the asked-for facts of the shop are not filled in"),
    "no_brand_name": ("没有填写品牌信息", "the brand's own facts are not filled in"),
    "low_score": ("评分低", "a low score"),
    "follow_up_unclear": ("没看懂回访的答复", "their answer to the follow-up was not clear"),
    # the gate
    "allowed": ("没有规则反对", "no rule objects"),
    "opted_out": ("客户已退订营销短信", "they have opted out of marketing"),
    "stopped": ("客户已要求停止一切短信", "they have stopped all texts"),
    "already_confirmed": ("退订已确认过一次", "this opt-out has been confirmed already"),
    "no_consent": ("没有营销同意", "there is no consent to marketing"),
    "consent_pending": ("订阅还没二次确认", "the double opt-in is not confirmed yet"),
    "consent_held": ("可能已退订，核实中", "they may have opted out; it is being found out"),
    "unread_inbound": ("客户有一条短信还没处理完", "a text of theirs is not understood yet"),
    "question_open": ("还有另一个问题在等客户回答", "another question to them is still open"),
    "complaint_open": ("客户有未解决的投诉", "they have an open complaint"),
    "complaint_hold": (
        "投诉刚解决，暂不发营销",
        "their complaint is resolved and the hold after it has not ended",
    ),
    "quiet_hours": ("客户当地时间不宜打扰", "it is outside the hours for such messages where they are"),
    "no_window": ("没有可发送的时段", "law, channel and brand leave no hour for it"),
    "zone_unknown": ("不知道客户的时区", "their time zone is not known"),
    "too_late": ("已过时效", "the message came too late to be of use"),
    "dead_number": ("空号", "the number does not exist"),
    "suspended_number": ("号码停机", "the line is suspended"),
    "outside_window": ("不在本行业的营销时段", "it is outside the hours in which this industry may promote"),
    "frequency_cap": ("营销次数已到上限", "they have had as much marketing as may be sent to them"),
    "inactive": ("客户一年没有互动", "they have not been heard of for a year"),
    # what a text says
    "blocked_word": ("含有禁发词", "it holds a word that carriers or the law keep out"),
    "absolute_claim": ("含有绝对化用语", "it claims to be the best, the first or the only one"),
    "notice_missing": ("缺少必需的风险提示", "the notice that its subject needs is missing"),
    "unknown_link": ("链接不是品牌登记的网址", "it links to a host that the brand has not named"),
    "unfilled_placeholder": ("有没填上的变量", "a placeholder is not filled"),
    "unsigned": ("没有签名", "it does not say which brand it is from"),
    "signed_twice": ("签名不止一个", "it carries its signature more than once"),
    "opt_out_wording_missing": ("没有写明怎样退订", "it does not say how to opt out"),
    "opt_out_wording_twice": ("退订方式写了不止一次", "it says more than once how to opt out"),
    "too_long": ("超过运营商允许的长度", "it is longer than the carriers take"),
    "several_parts": ("要拆成几条发送和计费", "it is sent, and paid, in several parts"),
    "long": ("超过65字，手机列表里显示不全", "it has over 65 characters: phones cut it in their lists"),
    "no_action": ("没有说要客户做什么", "it does not say what to do: a link, a word to reply, a place to go"),
    "no_hotline": ("没有写客服电话", "it does not name the brand's hotline"),
    "marketing_stopped": ("品牌的营销总开关已关闭", "the brand's marketing is switched off"),
    "outcome_unknown": (
        "不知是否送达，客服已查看",
        "nobody knows whether it was sent; staff have seen to it",
    ),
    "rule_error": ("规则出错，宁可不发", "a rule failed, and what cannot be judged is not sent"),
    # handing over
    "number_paced": ("号码限速，稍后再发", "the number's own pace: it goes a moment later"),
    "retry": ("通道暂时没接收，稍后重试", "the provider would not take it for now; it is tried again"),
    "answer_lost": (
        "通道的答复丢失，不知是否已发",
        "the provider's answer was lost; nobody knows whether it went out",
    ),
    "hand_over_lost": (
        "发送时进程中断，不知是否已发",
        "the hand-over was cut off; nobody knows whether it went out",
    ),
    "provider_config": (
        "通道的设置有误，发不出去：请管理员检查",
        "the channel is not set up so that it can send: an administrator has to look",
    ),
    "provider_content": ("通道不接受这条短信的内容", "the provider would not take its wording"),
    "provider_permanent": ("通道不向此号码发送", "the provider will never send it to this number"),
    "provider_temporary": (
        "通道多次没有接收，不再重试",
        "the provider would not take it, however often it was tried",
    ),
    "error": ("程序出错，客服会查看", "an error on our side, which staff look into"),
    "never_taken": ("通道确认没有收到这条短信", "the provider is certain that it never got the message"),
    "receipt": ("运营商回执", "the carrier's receipt"),
    # complaints
    "complaint": ("投诉", "a complaint"),
    "first_response": ("首次回复超时", "the first response is late"),
    "resolution": ("解决超时", "the resolution is late"),
    "complained_again": ("客户又投诉", "they complained again"),
    "follow_up_unsolved": ("客户认为没有解决", "they say that it is not solved"),
    "complaint_reopened": ("投诉重新打开", "their complaint was reopened"),
    "solved": ("客户确认已解决", "they confirm that it is solved"),
    "no_answer": ("客户没有回复", "they gave no answer"),
    "not_possible": ("短信回访没能送达，需致电", "they could not be asked by text and have to be called"),
    "unclear": ("答复不明确", "their answer was not clear"),
    "call_customer": ("短信联系不上，需致电客户", "texts do not reach them: they have to be called"),
}

INTENTS: dict[str, tuple[str, str]] = {
    "abuse": ("辱骂", "abuse"),
    "book": ("预约", "booking"),
    "change_booking": ("改约", "changing a booking"),
    "claim_offer": ("领取优惠", "claiming an offer"),
    "complaint": ("投诉", "a complaint"),
    "confirm": ("肯定", "yes"),
    "deny": ("否定", "no"),
    "greeting": ("问候", "a greeting"),
    "help": ("求助", "help"),
    "human_agent": ("找人工", "a person is wanted"),
    "offer_info": ("询问优惠", "asking about offers"),
    "opt_in": ("订阅", "opting in"),
    "opt_out": ("退订", "opting out"),
    "order_status": ("查订单", "where an order is"),
    "out_of_scope": ("无关", "nothing of ours"),
    "praise": ("表扬", "praise"),
    "refer_friend": ("推荐朋友", "referring a friend"),
    "refund_return": ("退款退货", "a refund or return"),
    "store_info": ("门店信息", "hours, address, parking"),
    "wrong_number": ("打错号码", "a wrong number"),
}

CODES: dict[str, tuple[str, str]] = {
    "reply": ("回复", "reply"),
    "service": ("服务", "service"),
    "marketing": ("营销", "marketing"),
    "opt_in_confirmation": ("订阅确认", "opt-in confirmation"),
    "opt_out_confirmation": ("退订确认", "opt-out confirmation"),
    "staff_alert": ("员工提醒", "staff alert"),
    "all": ("全部短信", "all texts"),
}
"""Purposes and scopes."""

VERDICTS: dict[tuple[str, str], tuple[str, str]] = {
    ("inbound", "routed"): ("处理了客户的短信", "Their text was dealt with"),
    ("inbound", "opted_out"): ("客户退订", "They opted out"),
    ("inbound", "opt_out_lifted"): ("客户取消了退订", "They took back their opt-out"),
    ("inbound", "opted_in"): ("客户恢复订阅", "They opted in again"),
    ("outbound", "allowed"): ("准予发送", "A message to them was let through"),
    ("outbound", "deferred"): ("推迟发送", "A message to them was put off"),
    ("outbound", "refused"): ("不予发送", "A message to them was refused"),
    ("outbound", "cancelled"): ("取消了待发短信", "A waiting message to them was cancelled"),
    ("outbound", "settled"): ("查明了短信的去向", "What became of a message was found out"),
    ("outbound", "queued"): ("短信等待重试", "The message waits to be tried again"),
    ("outbound", "accepted"): ("短信已交给通道", "The message was taken by the provider"),
    ("outbound", "sent"): ("短信已发出", "The message was sent"),
    ("outbound", "delivered"): ("短信已送达", "The message was delivered"),
    ("outbound", "read"): ("短信已读", "The message was read"),
    ("outbound", "undelivered"): ("短信没有送达", "The message was not delivered"),
    ("outbound", "unknown"): ("不知短信是否发出", "Nobody knows whether the message was sent"),
    ("outbound", "failed"): ("短信未能发出", "The message could not be sent"),
    ("outbound", "opted_out"): ("记为退订", "An opt-out was recorded"),
    ("conversation", "handed_off"): ("转人工", "They were handed to a person"),
    ("run", "cancelled"): ("流程中止", "A conversation in a flow was ended"),
    ("complaint", "opened"): ("登记投诉", "A complaint was opened"),
    ("complaint", "reopened"): ("投诉重新打开", "Their complaint was reopened"),
    ("complaint", "breached"): ("投诉超时", "A promise on their complaint was broken"),
    ("complaint", "followed_up"): ("回访完成", "Their complaint was followed up"),
    ("consent", "granted"): ("登记同意", "Consent was recorded"),
    ("consent", "refused"): ("同意未登记", "Consent was not recorded"),
    ("consent", "withdrawn"): ("登记退订", "A withdrawal was recorded"),
    ("number", "dead"): ("号码标为空号", "The number was marked dead"),
    ("number", "suspended"): ("号码标为停机", "The number was marked suspended"),
    ("number", "verified"): ("号码有效", "The number was found to be good"),
}

_FAMILIES: tuple[tuple[str, tuple[str, str]], ...] = (
    ("intent_", ("语义理解为“{}”", "it means: {}")),
    ("no_flow_for_", ("没有处理“{}”的流程，转人工", "no flow deals with {}, so a person answers")),
)


def _pick(pair: tuple[str, str], language: Language) -> str:
    return pair[0] if language == "zh" else pair[1]


def intent_words(intent: str, language: Language) -> str:
    """An intent in plain words; its own name where it has none."""
    return _pick(INTENTS.get(intent, (intent, intent)), language)


def code_words(code: str, language: Language) -> str:
    """A purpose or scope in plain words; the code itself where it has none."""
    return _pick(CODES.get(code, (code, code)), language)


def reason_words(code: str | None, language: Language) -> str:
    """A reason code in plain words; the code itself where nobody has written any."""
    if not code:
        return ""
    if code in REASONS:
        return _pick(REASONS[code], language)
    for prefix, pair in _FAMILIES:
        if code.startswith(prefix):
            return _pick(pair, language).format(intent_words(code.removeprefix(prefix), language))
    if code.endswith("_said_today"):
        return _pick(("今天已经回应过", "it has been answered once today already"), language)
    if code.startswith("provider_"):
        kind = code.removeprefix("provider_")
        return _pick((f"通道拒收（{kind}）", f"the provider refused it ({kind})"), language)
    return code


def verdict_words(subject: str, verdict: str, language: Language) -> str:
    """What was decided about what, in plain words."""
    plain = f"{subject} {verdict}"
    return _pick(VERDICTS.get((subject, verdict), (plain, plain)), language)
