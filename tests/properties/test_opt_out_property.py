"""Opting out: what holds for any text."""

from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.opt_out import ChannelKind, OptInByRule, OptOutByRule, judge_opt_out
from app.domain.opt_out_patterns import LONGEST, sounds_like_opt_out
from app.domain.text import bare, clean, fold, is_blank
from tests.domain.rule_data import shipped

WORDS = shipped().opt_out_words
ANY_TEXT = st.text(st.characters(codec=None), max_size=200)
MARKS = st.text(st.sampled_from(" .,!?。，！？…“”'\"()（）【】\u200b\ufeff\u3000\n😀🙏👍❤️"), max_size=6)
CHANNELS = st.sampled_from(list(ChannelKind))
ALWAYS = st.sampled_from(
    ["T", "TD", "退订", "退訂", "取消订阅", "拒收", "STOP", "STOP ALL", "UNSUBSCRIBE", "REVOKE", "OPT OUT"]
)
LONG_WORDS = ALWAYS.filter(lambda word: word != "T")
PIECES = st.sampled_from(
    [
        *"你们的这样别再发给我短信说了那就烦死不要停止老一",
        "stop ",
        "texting ",
        "me ",
        "any ",
        "more ",
        "all ",
        "your ",
        "the ",
    ]
)


def judged(
    text: str,
    channel: str,
    offered: str | None = None,
    question: bool = False,
    choices: frozenset[str] = frozenset(),
) -> OptOutByRule | OptInByRule | None:
    return judge_opt_out(
        WORDS, text, offered=offered, has_open_question=question, open_choices=choices, channel=channel
    )


@given(
    ANY_TEXT,
    CHANNELS,
    st.none() | st.text(max_size=5),
    st.booleans(),
    st.frozensets(st.text(max_size=3), max_size=3),
)
@example("\ud800", ChannelKind.MAINLAND, "", True, frozenset({""}))
def test_any_text_is_judged_without_an_error(
    text: str, channel: str, offered: str | None, question: bool, choices: frozenset[str]
) -> None:
    judged(text, channel, offered, question, choices)


@given(MARKS, ALWAYS, MARKS)
def test_marks_around_a_word_never_hide_it(before: str, word: str, after: str) -> None:
    assert isinstance(judged(before + word + after, "mainland"), OptOutByRule)


@given(LONG_WORDS, CHANNELS, st.booleans(), st.frozensets(ALWAYS.map(str.lower), max_size=4))
def test_no_question_takes_a_word_from_the_customer(
    word: str, channel: str, question: bool, choices: frozenset[str]
) -> None:
    assert isinstance(judged(word, channel, question=question, choices=choices), OptOutByRule)


@given(ALWAYS, st.sampled_from(["恤", "1", "a", "吗", "机票", "shirt", "酒店", "x"]))
def test_a_word_inside_another_is_none(word: str, more: str) -> None:
    found = judged(word + more, "mainland")
    assert not isinstance(found, OptOutByRule) or found.reason == "opt_out_pattern"


@given(ANY_TEXT)
def test_only_the_four_words_opt_in(text: str) -> None:
    found = judged(text, "mainland")
    if isinstance(found, OptInByRule):
        assert any(word in fold(text) for word in ("start", "unstop", "订阅", "恢复"))


@given(st.lists(PIECES, max_size=300).map("".join))
def test_hearing_a_sentence_takes_no_time_to_speak_of(text: str) -> None:
    # A pattern that backtracks without end would run into the suite's time limit here.
    sounds_like_opt_out(fold(text)[:LONGEST])


@given(ANY_TEXT)
def test_folding_is_whole(text: str) -> None:
    folded = fold(text)
    folded.encode()
    assert "\x00" not in folded
    assert folded == folded.strip()
    assert "  " not in folded
    assert is_blank(text) == (folded == "")
    word = bare(text)
    assert word == "" or (word[0].isalnum() and word[-1].isalnum())


@given(ANY_TEXT)
def test_cleaning_keeps_all_that_can_be_stored(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert clean(cleaned) == cleaned
    assert "\x00" not in cleaned
