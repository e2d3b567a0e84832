"""The made-up customer answers what is said to them, and the score tells what was missed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from app.domain import practice
from app.domain.practice import CUSTOMER, STAFF, Element, Line, Point, Scenario, Stage

AT = datetime(2026, 11, 23, 4, tzinfo=UTC)
APOLOGY = Element("apology", {"zh": "道歉", "en": "An apology"}, ("抱歉", "sorry"))
SOLUTION = Element("solution", {"zh": "办法", "en": "A solution"}, ("退款", "refund"))
BLAME = Element("blame", {"zh": "怪罪", "en": "Blame"}, ("your fault",))
CAKE = Scenario(
    "cake",
    {"zh": "蛋糕", "en": "Cake"},
    {"zh": "说明", "en": "Brief"},
    "service_complaint",
    {"zh": "坏了", "en": "It is broken"},
    timedelta(minutes=3),
    timedelta(minutes=15),
    (
        Stage(("apology",), {"zh": "然后呢", "en": "And now?"}, {"zh": "不道歉？", "en": "No apology?"}),
        Stage(("solution",), {"zh": "好", "en": "Fine"}, {"zh": "怎么办", "en": "What now?"}),
    ),
    {"apology": APOLOGY, "solution": SOLUTION},
    {"blame": BLAME},
)


def said(*texts: str, stopped: str | None = None) -> list[Line]:
    return [Line(CUSTOMER, "It is broken", AT), *(Line(STAFF, text, AT, stopped) for text in texts)]


def scored(
    texts: list[str], after: float = 1, end: float = 5, stopped: str | None = None
) -> dict[str, Point]:
    state = practice.opened(CAKE, AT)
    if texts and not stopped:
        state = practice.replied(state, uuid4(), AT + timedelta(minutes=after))
    points = practice.score(CAKE, state, said(*texts, stopped=stopped), AT + timedelta(minutes=end))
    return {one.name: one for one in points}


def test_the_customer_goes_on_once_they_have_heard_what_they_want() -> None:
    assert practice.answer(CAKE, said("Hello"), "en") == "No apology?"
    assert practice.answer(CAKE, said("Hello", "I am ＳＯＲＲＹ"), "en") == "And now?"
    assert practice.answer(CAKE, said("很抱歉", "嗯"), "zh") == "怎么办"
    assert practice.answer(CAKE, said("很抱歉", "马上退款"), "zh") == "好"
    assert practice.answer(CAKE, said("很抱歉", "马上退款", "再见"), "zh") is None


def test_one_thing_after_the_other_is_wanted() -> None:
    """A solution before the apology does not count as one after it."""
    assert practice.stage_after(CAKE, said("refund")) == 0
    assert practice.stage_after(CAKE, said("refund", "sorry")) == 1


def test_what_was_stopped_was_not_said() -> None:
    assert practice.stage_after(CAKE, said("sorry", stopped="blocked_word")) == 0


def test_who_does_all_in_time_has_all() -> None:
    points = scored(["sorry", "refund"])
    assert all(one.is_met for one in points.values())
    assert practice.percent(list(points.values())) == 100
    assert points["first_response"].about == 60
    assert points["resolution"].about == 300


def test_at_the_deadline_is_in_time() -> None:
    assert scored(["sorry", "refund"], after=3, end=15)["first_response"].is_met
    assert scored(["sorry", "refund"], after=3, end=15)["resolution"].is_met
    late = scored(["sorry", "refund"], after=3.01, end=15.01)
    assert not late["first_response"].is_met
    assert not late["resolution"].is_met


def test_each_miss_is_told() -> None:
    points = scored(["it is your fault, sorry"])
    missed = {name for name, one in points.items() if not one.is_met}
    assert missed == {"resolution", "solution", "blame"}
    assert practice.percent(list(points.values())) == 50


def test_who_says_nothing_has_nothing() -> None:
    points = scored([])
    assert [one.is_met for one in points.values()] == [False] * 6
    assert points["first_response"].about is None


def test_a_stopped_text_is_a_miss() -> None:
    assert scored(["sorry"], stopped="blocked_word")["checks"] == Point("checks", False, 1)


def test_what_is_kept_is_read_back() -> None:
    lines = said("sorry", stopped="too_long")
    assert practice.lines_from(practice.to_json(lines)) == lines
    assert practice.lines_from(practice.to_json([replace(lines[0], text="“”")]))[0].text == "“”"
    assert practice.points_from(None) == []
