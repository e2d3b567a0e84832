"""Says reason codes in plain words, Chinese and English, for `huixin why`, the simulator and the API."""

from typing import Literal

from app.reads.intent_words import intent_words
from app.reads.staff_reasons import STAFF_REASONS

Language = Literal["zh", "en"]

REASONS: dict[str, tuple[str, str]] = {
    **STAFF_REASONS,
    # opting out and in
    "opt_out_word": ("短信是退订词", "the text is an opt-out word"),
    "opt_out_offered": (
        "回复的是上一条短信给出的退订词",
        "the text is the opt-out word that our last message offered",
    ),
    "opt_out_pattern": ("短信明说不要再发", "the text says in so many words to stop texting"),
    "opt_out_by_meaning": ("语义理解为退订，把握很大", "the text means an opt-out, surely enough"),
    "opt_out_unsure": (
        "可能是退订但不能确定：营销已暂停，已询问客户，客服可见",
        "it may be an opt-out: marketing is held, they are asked once, and staff see it",
    ),
    "complaint_beside_opt_out": ("退订的同时也在投诉", "beside the opt-out the text complains"),
    "said_together": ("与投诉的答复合成一条", "one message tells of this and of their complaint"),
    "opt_out_denied": ("客户表示并不是要退订", "they say that they did not mean to opt out"),
    "opt_out_by_flow": ("在流程中选择了退订", "they opted out within a flow"),
    "provider_answered": ("通道已回复帮助信息", "the provider has answered this word itself"),
    "provider_opt_out": ("运营商或通道已登记退订", "the provider has registered an opt-out"),
    "opt_in_word": ("短信是订阅的词", "the text is a word that opts in"),
    "opt_in_shared_number": (
        "当初的退订短信停用了共用此号码的多个品牌，订阅的词一并恢复",
        "the opt-out had stopped every brand on a shared number, so the word to opt in undoes it for each of them",
    ),
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
        "一小时内自动回复过多：不再自动回应，转人工",
        "too many automatic replies within the hour: nothing is said by itself, staff read on",
    ),
    "overtaken": ("轮到处理时情况已变，不再需要回应", "overtaken: when its turn came, it had become moot"),
    "nlu_unavailable": (
        "语义理解服务不可用：转人工，查明前暂停营销",
        "the language model could not be reached: a person answers, and marketing is held until they know more",
    ),
    "nlu_failed": (
        "语义理解读不了这条短信：转人工，查明前暂停营销",
        "the language model could not read the text: a person answers, and marketing is held until they know more",
    ),
    "read_in_part": (
        "短信太长，语义理解只读了开头：转人工，查明前暂停营销",
        "the text is longer than what the language model reads: marketing is held until a person has read it",
    ),
    "not_solved": ("客户说问题没有解决", "they say that it is not solved"),
    "after_resolution": (
        "投诉解决后的来信，转人工",
        "it came after their complaint was resolved, so a person reads it",
    ),
    "answers_staff": ("是对客服所问的简短回答", "a short answer to what staff asked"),
    "joins_complaint": ("并入正在处理的投诉", "it joins their open complaint"),
    "wrong_number": (
        "打错号码：停发营销，核实是否已换机主",
        "somebody else has this number: marketing is held until it is found out",
    ),
    "wrong_number_unclear": ("号码是谁的还不清楚", "it is not clear whose number it is"),
    "number_expired": ("空号或停机已满180天", "it was dead or suspended for 180 days"),
    "abuse": ("辱骂，不回应", "abuse, so nothing is said"),
    "abuse_again": ("再次辱骂，转人工", "abuse again, so a person looks"),
    "flow_missing": ("流程已不存在，转人工", "the flow is gone, so a person answers"),
    "person_erased": ("此人的资料已按要求删除", "the person's data was erased on request"),
    "flow_unpublished": ("流程已下线", "the flow was taken back"),
    "no_sign_up_flow": ("没有订阅流程，转人工", "there is no sign-up flow, so a person answers"),
    # hand-overs to people
    "customer_asked": ("客户要求人工", "they asked for a person"),
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
    "separate_consent": ("单独同意", "separate consent"),
    "sensitive_consent_missing": (
        "没有对该类敏感信息的单独同意",
        "there is no separate consent to that sensitive data",
    ),
    "personalisation_off": ("客户已关闭个性化", "they have switched personalisation off"),
    "unreachable_number": (
        "对方手机刚才关机或不在服务区，24小时后再发",
        "the phone was off or out of reach less than a day ago",
    ),
    "suspended_number": ("号码停机", "the line is suspended"),
    "reassigned_number": ("号码已换机主", "the number is somebody else's now"),
    "outside_window": ("不在本行业的营销时段", "it is outside the hours in which this industry may promote"),
    "frequency_cap": ("营销次数已到上限", "they have had as much marketing as may be sent to them"),
    "inactive": ("客户一年没有互动", "they have not been heard of for a year"),
    "licence_missing": (
        "缺少许可证或备案：huixin licences list 会列出，登记后可发",
        "a licence or filing is not on record: `huixin licences list` names it; record it, and marketing goes",
    ),
    "licence_expired": (
        "许可证或备案不在有效期：请续期并登记",
        "a licence or filing does not hold on this day: renew it and record that",
    ),
    "carrier_limit": (
        "此号码发给该客户的短信已到运营商上限，稍后再发",
        "carriers take no more from this number to them for now; it goes as soon as they do",
    ),
    "festival_unfiled": (
        "节日或店庆前后单日超过1万人，须先有运营商报备编号：登记后可发",
        "so many people in a day around a festival need the carrier's filing number: record it first",
    ),
    "partner_agreement_expired": (
        "同意来自合作方，而合作协议已过期：续签后用 huixin partners renew 登记",
        "the agreement with the partner who brought their consent has expired: renew it and record that",
    ),
    # what a text says
    "blocked_word": ("含有禁发词", "it holds a word that carriers or the law keep out"),
    "absolute_claim": ("含有绝对化用语", "it claims to be the best, the first or the only one"),
    "notice_missing": ("缺少必需的风险提示", "the notice that its subject needs is missing"),
    "unknown_link": ("链接不是品牌登记的网址", "it links to a host that the brand has not named"),
    "refused_link": ("运营商会拦截这类链接", "carriers filter links of this host"),
    "needs_template": ("通道只接受报备模板", "the channel takes approved templates alone"),
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
    "offer_unbound": (
        "写了价格、折扣、数量或期限，但没有绑定优惠",
        "it promises a price, discount, quantity or deadline of no offer",
    ),
    "offer_unknown": ("绑定的优惠不存在", "the offer that it names does not exist"),
    "offer_expired": ("绑定的优惠已过期", "the offer that it names is over"),
    "offer_sold_out": ("绑定的优惠已售罄", "the offer that it names is sold out"),
    "offer_different": ("内容与绑定的优惠不一致", "it promises something else than the offer that it names"),
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
    "undelivered": ("运营商回执：没有送达", "the carrier reports that it was not delivered"),
    "failed": ("没能发出", "it could not be sent"),
    "never_taken": ("通道确认没有收到这条短信", "the provider is certain that it never got the message"),
    "receipt": ("运营商回执", "the carrier's receipt"),
    "number_check": ("号码检测服务的结果", "what the number-check service said"),
    # complaints
    "complaint": ("投诉", "a complaint"),
    "need_heard": ("短信里透露的需求，记为标签", "a need shows in the text, and became a tag"),
    "tone_danger": ("提到人身安全或健康受损", "they tell of harm or danger to somebody"),
    "tone_angry": ("语气愤怒", "they write angrily"),
    "tone_unhappy": ("语气不满", "they write unhappily"),
    "first_response": ("首次回复超时", "the first response is late"),
    "resolution": ("解决超时", "the resolution is late"),
    "policy_changed": ("投诉时限的设置已修改", "the brand has changed what it promises those who complain"),
    "complained_again": ("客户又投诉", "they complained again"),
    "resolution_not_told": (
        "告知处理结果的短信没有送到，投诉重新待处理",
        "the text about the resolution did not reach them, so their complaint is open again",
    ),
    "follow_up_unsolved": ("客户认为没有解决", "they say that it is not solved"),
    "complaint_reopened": ("投诉重新打开", "their complaint was reopened"),
    "solved": ("客户确认已解决", "they confirm that it is solved"),
    "no_answer": ("客户没有回复", "they gave no answer"),
    "not_possible": ("短信回访没能送达，需致电", "they could not be asked by text and have to be called"),
    "unclear": ("答复不明确", "their answer was not clear"),
    "call_customer": ("短信联系不上，需致电客户", "texts do not reach them: they have to be called"),
}

CODES: dict[str, tuple[str, str]] = {
    "reply": ("回复", "reply"),
    "service": ("服务", "service"),
    "marketing": ("营销", "marketing"),
    "opt_in_confirmation": ("订阅确认", "opt-in confirmation"),
    "opt_out_confirmation": ("退订确认", "opt-out confirmation"),
    "staff_alert": ("员工提醒", "staff alert"),
    "all": ("全部短信", "all texts"),
    "health": ("健康、孕产", "health and pregnancy"),
    "children": ("未满14岁儿童", "children under 14"),
    "location": ("行踪位置", "location"),
    "finance": ("财务", "finance"),
    "personalisation": ("个性化", "personalisation"),
    "danger": ("人身安全或健康", "harm or danger"),
    "threat": ("要投诉、曝光或起诉", "threats to go to authorities, court or the public"),
    "insult": ("辱骂", "insults"),
    "abuse": ("语义理解为辱骂", "its meaning is abuse"),
    "despair": ("气愤或绝望", "anger or despair"),
    "repetition": ("一再发生", "it has happened before"),
    "waiting": ("等得太久", "waiting times"),
    "displeasure": ("不满", "displeasure"),
    "sarcasm": ("反话", "sarcasm"),
    "shouting": ("大写或连用叹号", "capitals or rows of !!!"),
    "urgency": ("催促", "pressure"),
    "complaint": ("语义理解为投诉", "its meaning is a complaint"),
}
"""Purposes, scopes and the signs of a tone."""

_FAMILIES: tuple[tuple[str, tuple[str, str]], ...] = (
    ("context_", ("结合上一条短信，意思是“{}”", "after our last message it means: {}")),
    ("intent_", ("语义理解为“{}”", "it means: {}")),
    ("no_flow_for_", ("没有处理“{}”的流程，转人工", "no flow deals with {}, so a person answers")),
)


def _pick(pair: tuple[str, str], language: Language) -> str:
    return pair[0] if language == "zh" else pair[1]


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
