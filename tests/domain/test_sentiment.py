"""The tone of texts: which are calm, unhappy or angry, by which signs."""

import pytest

from app.domain.content.words import Disguises
from app.domain.sentiment import CALM, Level, Sentiment, Sign, Tone, ToneWords
from tests.domain.rule_data import shipped


def tone(text: str, **ranking: float) -> Tone:
    return shipped().sentiment.tone(text, ranking or None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "送来的蛋糕是坏的",
        "the cake arrived broken",
        "衣服有个线头，可以换吗",
        "明天六点四位",
        "STOP",
        "OK SEE YOU AT SIX",
        "不着急，慢慢来",
        "订单号是1231500",
        "过敏了怎么办，你们的面霜会不会过敏？",
        "对花生过敏，有什么推荐",
        "请送到医院住院部",
        "我妈的生日蛋糕订好了吗",
        "收到一条垃圾短信，和你们没关系吧",
        "你们附近派出所旁有停车场吗",
    ],
)
def test_a_plain_text_is_calm(text: str) -> None:
    assert tone(text) == CALM


@pytest.mark.parametrize(
    "text",
    [
        "没想到这么好吃，好吃到哭，后悔没早来",
        "服务好得离谱，便宜得离谱",
        "等了好久，但是很好吃，值得",
        "我就喜欢吃垃圾食品，太好吃了！！！",
        "好吃到爆炸，好吃到不想活了",
        "第三次来了，每次都很满意",
        "之前很着急，现在已解决，谢谢",
        "not bad at all, thanks",
        "this is my third time buying, never disappointed",
        "fucking love this cake!!!",
        "sorry I was upset, you guys are the best, thank you",
        "your sale is on fire, I LOVE IT SO MUCH!!!",
        "no regrets, worth waiting 3 hours",
    ],
)
def test_praise_with_negative_words_is_calm(text: str) -> None:
    assert tone(text) == CALM


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("等了两个小时没人理", Sign.WAITING),
        ("快递3天了还没到", Sign.WAITING),
        ("waited three weeks for a parcel", Sign.WAITING),
        ("打了五个电话都没人接", Sign.REPETITION),
        ("this is the third time now", Sign.REPETITION),
        ("太失望了", Sign.DISPLEASURE),
        ("壞掉了，太過分了", Sign.DISPLEASURE),
        ("这不是骗子吗", Sign.INSULT),
        ("难道不是骗人", Sign.INSULT),
        ("呵呵，谢谢你们让我等了三天", Sign.SARCASM),
        ("thanks for nothing", Sign.SARCASM),
        ("great job losing my parcel", Sign.SARCASM),
        ("气死我了", Sign.DESPAIR),
        ("差评，再也不来了", Sign.THREAT),
    ],
)
def test_a_sign_makes_a_text_unhappy(text: str, sign: Sign) -> None:
    told = tone(text)
    assert told.level is Level.UNHAPPY
    assert sign in told.signs


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("再不退钱我就打12315", (Sign.THREAT,)),
        ("你们不处理我就曝光你们", (Sign.THREAT,)),
        ("I will call my lawyer", (Sign.THREAT,)),
        ("refund me or I do a chargeback", (Sign.THREAT,)),
        ("你们这群傻逼", (Sign.INSULT,)),
        ("骗子，还我钱，气死我了", (Sign.INSULT, Sign.DESPAIR)),
        ("YOU ARE USELESS, THIRD TIME I ASK, NO REPLY!!!", (Sign.INSULT, Sign.REPETITION, Sign.DISPLEASURE)),
    ],
)
def test_threats_insults_and_many_signs_are_angry(text: str, signs: tuple[Sign, ...]) -> None:
    told = tone(text)
    assert told.level is Level.ANGRY
    assert set(signs) <= set(told.signs)


@pytest.mark.parametrize(
    "text",
    ["你们不是骗子吧", "不会打12315的，放心", "没有生气", "I'm not angry, just wondering", "it’s no scam"],
)
def test_a_sign_that_is_denied_does_not_count(text: str) -> None:
    assert tone(text) == CALM


@pytest.mark.parametrize("text", ["骗 子", "骗-子", "騙子", "骗\u200b子", "ＳＣＡＭ", "sc\u0430m"])
def test_a_disguise_hides_nothing(text: str) -> None:
    assert tone(text).level is Level.UNHAPPY


@pytest.mark.parametrize(
    "text",
    [
        "吃完拉肚子，进医院了",
        "孩子被你们的玩具划伤了",
        "你好，充电器冒烟了，请问怎么办",
        "我用了面膜，全身过敏",
        "my son had an allergic reaction to your cake, please call",
        "we all got food poisoning",
        "the charger caught fire",
        "thanks, lovely place, but there was a piece of glass in the soup",
        "我不想活了",
    ],
)
def test_danger_is_heard_however_calmly_it_is_told(text: str) -> None:
    assert tone(text).is_danger


def test_danger_alone_is_no_anger() -> None:
    assert tone("the charger caught fire") == Tone(Level.CALM, (Sign.DANGER,))


@pytest.mark.parametrize("text", ["没有人受伤", "nobody, so no injury", "your sale is on fire", "好吃到爆炸"])
def test_what_is_no_danger_is_none(text: str) -> None:
    assert not tone(text).is_danger


def test_the_language_models_reading_is_a_sign() -> None:
    assert tone("哼哼哼", abuse=0.9) == Tone(Level.UNHAPPY, (Sign.ABUSE,))
    assert tone("哼哼哼", complaint=0.9) == CALM
    assert tone("退款！！！", complaint=0.9) == Tone(Level.UNHAPPY, (Sign.SHOUTING, Sign.COMPLAINT))
    assert tone("太失望了", praise=0.9) == CALM
    assert tone("哼哼哼", abuse=0.3) == CALM


def test_a_heavier_word_of_a_sign_counts_once() -> None:
    rows = [ToneWords(Sign.WAITING, 1, ("slow",)), ToneWords(Sign.WAITING, 2, ("late",))]
    assert Sentiment(rows, Disguises()).tone("slow, late, slow, late").level is Level.UNHAPPY
    assert Sentiment(rows[:1], Disguises()).tone("slow and slow").level is Level.CALM
