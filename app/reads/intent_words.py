"""Says what a text was taken to mean in plain words, Chinese and English."""

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


def intent_words(intent: str, language: str) -> str:
    """An intent in plain words; its own name where it has none."""
    zh, en = INTENTS.get(intent, (intent, intent))
    return zh if language == "zh" else en
