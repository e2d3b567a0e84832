"""The tone of texts, whatever they hold: praise calms, signs only add up, nothing makes it fail."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.sentiment import CALM, Level
from tests.domain.rule_data import shipped

PRAISE = st.sampled_from(
    [
        "太好吃了",
        "服务很好",
        "谢谢你们",
        "五星好评",
        "love it",
        "best shop ever",
        "delicious",
        "not bad at all",
    ]
)
LOOKS_ANGRY = st.sampled_from(
    [
        "好吃到爆炸",
        "便宜得离谱",
        "垃圾食品",
        "后悔没早来",
        "第三次来",
        "等了好久",
        "还没到",
        "太烦了",
        "no regrets",
        "still waiting",
        "!!!",
    ]
)
ANGRY = st.sampled_from(["傻逼", "12315", "找律师", "my lawyer", "chargeback", "fuck you", "曝光你们"])
BETWEEN = st.sampled_from([", ", "。", " / ", "\n"])


@given(st.lists(PRAISE, min_size=2, max_size=4, unique=True), LOOKS_ANGRY, BETWEEN)
def test_praise_with_a_negative_phrase_is_calm(praises: list[str], phrase: str, between: str) -> None:
    for said in ([phrase, *praises], [*praises, phrase]):
        assert shipped().sentiment.tone(between.join(said)) == CALM


@given(ANGRY, st.lists(PRAISE, max_size=4), BETWEEN)
def test_no_praise_hides_a_threat_or_an_insult(angry: str, praises: list[str], between: str) -> None:
    assert shipped().sentiment.tone(between.join([*praises, angry])).level is Level.ANGRY


@given(st.text(max_size=300))
def test_any_text_has_a_tone_and_signs_for_it(text: str) -> None:
    told = shipped().sentiment.tone(text)
    assert bool(told.signs) or told == CALM
    assert told.level is Level.CALM or told.signs


@given(st.text(max_size=60), st.text(max_size=60))
def test_an_angry_sentence_stays_angry_between_others(before: str, after: str) -> None:
    text = f"{before}\n。我要打12315！。\n{after}"
    assert shipped().sentiment.tone(text).level is Level.ANGRY
