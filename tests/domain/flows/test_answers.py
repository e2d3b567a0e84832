"""What counts as an answer, and what only looks like one."""

import pytest

from app.domain.flows.answers import (
    Answer,
    AnswerKind,
    Choice,
    Question,
    exact_answer,
    free_answer,
    intent_answer,
)

SOLVED = Question(
    "ask",
    AnswerKind.CHOICE,
    (
        Choice("solved", ("solved", "1", "已解决", "解决了", "好了", "yes"), ("confirm",)),
        Choice("unsolved", ("unsolved", "2", "未解决", "没解决", "还没", "no"), ("deny",)),
    ),
)
SCORE = Question("ask", AnswerKind.NUMBER, minimum=1, maximum=5)
CODE = Question("ask", AnswerKind.CODE)
WORDS = Question("ask", AnswerKind.TEXT, max_length=5)
CONFIRM = Question(
    "ask", AnswerKind.CONFIRM, (Choice("yes", ("是", "y", "yes", "1")), Choice("no", ("否", "no")))
)


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        (SOLVED, "1", "solved"),
        (SOLVED, " １。", "solved"),
        (SOLVED, "「已解決」", "solved"),
        (SOLVED, "Yes!", "solved"),
        (SOLVED, "2", "unsolved"),
        (SCORE, "5", 5),
        (SCORE, "5分", 5),
        (SCORE, "五", 5),
        (SCORE, "４.５", 4.5),
        (SCORE, "two stars", 2),
        (CODE, "a1024", "A1024"),
        (CODE, "2026-0077", "2026-0077"),
        (CONFIRM, "YES", "yes"),
        (CONFIRM, "是。", "yes"),
    ],
)
def test_exact_answers(question, text, value):
    assert exact_answer(question, text) == Answer(value)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (SOLVED, "3"),
        (SOLVED, "12"),
        (SOLVED, ""),
        (SOLVED, "已解决了吗"),
        (SCORE, "0"),
        (SCORE, "6"),
        (SCORE, "-1"),
        (SCORE, "99999999999999999999"),
        (SCORE, "nan"),
        (CODE, "hello"),
        (CODE, "1"),
        (WORDS, "1"),
        (CONFIRM, "是什么"),
    ],
)
def test_what_is_no_exact_answer(question, text):
    assert exact_answer(question, text) is None


@pytest.mark.parametrize(
    ("question", "text", "value"),
    [
        (SOLVED, "我选2吧", "unsolved"),
        (SOLVED, "选第1个", "solved"),
        (SOLVED, "昨天已经解决了，谢谢", "solved"),
        (SOLVED, "还没呢", "unsolved"),
        (SOLVED, "yes, thank you", "solved"),
        (SCORE, "给5分吧", 5),
        (SCORE, "I'd say 4", 4),
        (CODE, "订单号是 b2048 谢谢", "B2048"),
        (WORDS, " 师傅很细心啊 ", "师傅很细心"),
    ],
)
def test_free_answers(question, text, value):
    assert free_answer(question, text) == Answer(value)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (SOLVED, "2个小时了没人理"),
        (SOLVED, "不是已解决"),
        (SOLVED, "not solved"),
        (SOLVED, "解决了又坏了，没解决"),
        (SOLVED, "yesterday"),
        (SOLVED, "几点开门"),
        (SCORE, "3或4"),
        (SCORE, "我3月5号来过两次，都没人接待"),
        (CODE, "A1024 和 B2048"),
        (WORDS, "  "),
        (CONFIRM, "yes please go ahead"),
        (CONFIRM, "好不好？是的吧"),
    ],
)
def test_what_is_no_free_answer_either(question, text):
    assert free_answer(question, text) is None


def test_an_intent_stands_for_the_one_choice_that_lists_it():
    assert intent_answer(SOLVED, "deny") == Answer("unsolved")
    assert intent_answer(SOLVED, "greeting") is None
    assert intent_answer(SOLVED, None) is None
    assert intent_answer(SCORE, "confirm") is None


def test_a_confirmation_is_never_given_by_intent():
    question = Question("ask", AnswerKind.CONFIRM, (Choice("yes", ("是",), ("confirm",)),))
    assert intent_answer(question, "confirm") is None
