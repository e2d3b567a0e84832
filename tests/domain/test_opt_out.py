"""Opting out and in by the word table: each word, each channel, and what stands around it."""

from itertools import product

import pytest

from app.domain.opt_out import (
    ChannelKind,
    OptInByRule,
    OptOutByRule,
    OptOutWord,
    Scope,
    When,
    judge_opt_out,
)
from tests.domain.rule_data import shipped


def judged(
    text: str,
    offered: str | None = None,
    question: bool = False,
    choices: tuple[str, ...] = (),
    channel: str = "mainland",
) -> OptOutByRule | OptInByRule | None:
    return judge_opt_out(
        shipped().opt_out_words,
        text,
        offered=offered,
        has_open_question=question,
        open_choices=frozenset(choices),
        channel=channel,
    )


ROWS = shipped().opt_out_words.opt_out
CASES = [(row, channel) for row, channel in product(ROWS, ChannelKind) if channel in row.channels]


@pytest.mark.parametrize(("row", "channel"), CASES, ids=lambda value: getattr(value, "word", str(value)))
def test_every_row_of_the_table(row: OptOutWord, channel: ChannelKind) -> None:
    scope = row.scope if channel is ChannelKind.NORTH_AMERICA else Scope.MARKETING
    found = OptOutByRule(scope, row.word, "opt_out_word")
    plain = judged(row.word, channel=channel)
    asked = judged(row.word, question=True, channel=channel)
    promised = judged(row.word, offered=row.word, question=True, channel=channel)
    assert promised == OptOutByRule(scope, row.word, "opt_out_offered")
    match row.when:
        case When.ALWAYS:
            assert plain == asked == found
        case When.NEVER_IF_QUESTION_OPEN:
            assert (plain, asked) == (found, None)
        case When.IF_OFFERED:
            assert plain is None
            assert asked is None


@pytest.mark.parametrize("word", ["T", "退订", "STOP", "unsubscribe", "TD", "取消订阅"])
@pytest.mark.parametrize(
    "around",
    [
        "{}",
        " {} ",
        "{}。",
        "{}.",
        "{}!!!",
        "“{}”",
        "'{}'",
        "【{}】",
        "({})",
        "\u3000{}\u3000",
        "{}\u200b",
        "\ufeff{}",
        "{}👍",
        "🙏🏻{}🙏🏻",
        "{}谢谢",
        "谢谢{}",
        "{}，谢谢",
        "{} please",
        "please {}",
        "{} thanks",
        "Thank you, {}",
        "请{}",
        "回复{}",
        "回{}",
        "回复：{}",
        "\n{}\n",
        "{}…",
        "你好，{}",
        "hi, {}",
    ],
)
def test_courtesies_and_marks_around_a_word_change_nothing(word: str, around: str) -> None:
    assert isinstance(judged(around.format(word)), OptOutByRule)


@pytest.mark.parametrize(
    "text",
    [
        "t",
        "Ｔ",
        "ｔ",
        "回T",
        "回复T",
        "回复 T",
        "T D",
        "t.d.",
        "退訂",
        "取消訂閱",
        "回覆T",
        "拒收请回复R",
        "退订回T",
        "回TD退订",
        "退订退订退订",
        "STOP STOP STOP",
        "stopall",
        "Stop-All",
        "OPTOUT",
        "opt-out",
        "我要退订",
        "帮我退订一下",
        "退订短信",
        "ｓｔｏｐ",
        "退\u200b订",
        "T\x00",
        "\ud800T",
    ],
)
def test_ways_of_writing_a_word(text: str) -> None:
    assert isinstance(judged(text), OptOutByRule)


@pytest.mark.parametrize(
    "text",
    [
        "T恤还有吗",
        "T-shirt",
        "T1",
        "T_T",
        "T T",
        "TT",
        "trend",
        "tend",
        "weekend",
        "the end",
        "nonstop",
        "stopwatch",
        "R",
        "N",
        "QX",
        "回R",
        "退订周五那桌",
        "不要退订",
        "别退订",
        "退订吗",
        "怎么退订",
        "取消",
        "取消预约",
        "YES",
        "好",
        "Y",
        "1",
        "",
        " ",
        "?",
        "😀",
        "\x00",
        "退货",
        "停",
        "恢复正常了吗",
        "subscribe",
        "end of sale",
        "cancel my order",
        "cancel order",
        "quit smoking",
    ],
)
def test_what_only_looks_like_a_word(text: str) -> None:
    assert judged(text) is None


def test_a_letter_counts_by_what_was_offered() -> None:
    assert judged("R") is None
    assert judged("回复R", offered="R") == OptOutByRule(Scope.MARKETING, "R", "opt_out_word")
    assert judged("r。", offered="R") == OptOutByRule(Scope.MARKETING, "R", "opt_out_offered")
    assert judged("N", offered="R") is None
    assert isinstance(judged("T", offered="R"), OptOutByRule)
    assert judged("T", channel="north_america") is None
    assert isinstance(judged("T", offered="T", channel="international"), OptOutByRule)


def test_a_choice_of_the_open_question_beats_a_letter_but_no_promise() -> None:
    assert judged("T", question=True, choices=("t", "s")) is None
    assert isinstance(judged("T", question=True, choices=("1", "2")), OptOutByRule)
    assert isinstance(judged("T", offered="T", question=True, choices=("t", "s")), OptOutByRule)
    assert isinstance(judged("退订", question=True, choices=("退订",)), OptOutByRule)


def test_cancel_answers_a_question_except_where_the_law_says_stop() -> None:
    assert judged("CANCEL", question=True) is None
    assert judged("cancel please", question=True, channel="international") is None
    assert judged("CANCEL", question=True, channel="north_america") == OptOutByRule(
        Scope.ALL, "CANCEL", "opt_out_word"
    )
    assert judged("ok cancel") is None


def test_stop_stops_everything_on_a_north_american_channel_only() -> None:
    assert judged("STOP", channel="north_america").scope is Scope.ALL  # type: ignore[union-attr]
    assert judged("退订", channel="north_america").scope is Scope.MARKETING  # type: ignore[union-attr]
    assert judged("STOP", channel="international").scope is Scope.MARKETING  # type: ignore[union-attr]
    assert judged("stop texting me", channel="north_america").scope is Scope.ALL  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("START", "START"),
        ("start!", "START"),
        ("UNSTOP", "UNSTOP"),
        ("订阅", "订阅"),
        ("訂閱", "订阅"),
        ("恢复", "恢复"),
        ("恢復，谢谢", "恢复"),
        ("我要订阅", "订阅"),
        ("恢复订阅", "恢复"),
        ("please start", "START"),
    ],
)
def test_opts_in(text: str, word: str) -> None:
    found = judged(text)
    assert isinstance(found, OptInByRule)
    assert found.word == word


@pytest.mark.parametrize(
    "text",
    [
        "YES",
        "Y",
        "是",
        "取消",
        "开始",
        "开通",
        "subscribe",
        "我订阅了",
        "没订阅",
        "不订阅",
        "怎么订阅",
        "start over",
        "when do you start",
        "退订恢复",
        "stop start",
    ],
)
def test_nothing_else_opts_in(text: str) -> None:
    assert not isinstance(judged(text), OptInByRule)


def test_a_word_of_the_brands_own_counts_where_it_was_promised() -> None:
    assert judged("0000", offered="0000") == OptOutByRule(Scope.MARKETING, "0000", "opt_out_offered")
    assert judged("0000") is None
