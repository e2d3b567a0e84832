"""The made-up customers that are shipped can be satisfied, and a wrong file is told with its mend."""

from pathlib import Path
from uuid import uuid4

import pytest

from app.domain import practice
from app.domain.practice import CUSTOMER, STAFF, Line, Scenario
from app.rules import RuleDataError
from app.rules.practice import PRACTICE_FOLDER, scenarios
from tests.domain.test_practice import AT

SHIPPED = scenarios()
BEST = {
    "broken_cake": {
        "zh": ["非常抱歉，蛋糕坏了还赶上孩子生日", "我们马上重做一个，今天下午五点前送到"],
        "en": ["We are so sorry about your son's cake", "We will make it again and bring it by 5 pm today"],
    },
    "late_parcel": {
        "zh": ["抱歉让您等了，我今天下午五点前给您答复", "如果确认丢失，我们全额退款或补发"],
        "en": [
            "Sorry for the silence, you will hear from me within two hours",
            "If it is lost, we refund it in full",
        ],
    },
    "too_many_texts": {
        "zh": ["很抱歉打扰您，回复T即可退订", "订单通知照常发送"],
        "en": ["We are sorry. Reply STOP and no more texts come", "Yes, order notices go on"],
    },
    "move_a_booking": {
        "zh": ["可以，请问改到周日几点？", "已改为周日下午三点，对吗？"],
        "en": ["Of course, what time on Sunday?", "Your booking is now Sunday at 3 pm, is that right?"],
    },
    "card_does_not_open": {
        "zh": ["我给您改发一条短信链接，点开就能看", "里面是一张新品优惠券"],
        "en": ["I'll text you a link to the same page", "It is a coupon for our new products"],
    },
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_good_agent_satisfies_each_of_them(name: str, language: str) -> None:
    scenario: Scenario = SHIPPED[name]
    lines = [Line(CUSTOMER, scenario.opening[language], AT)]
    for number, text in enumerate(BEST[name][language]):
        lines.append(Line(STAFF, text, AT))
        assert practice.answer(scenario, lines, language) == scenario.stages[number].good[language]
    state = practice.replied(practice.opened(scenario, AT), uuid4(), AT)
    assert practice.percent(practice.score(scenario, state, lines, AT)) == 100


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_bare_acknowledgement_satisfies_none(name: str, language: str) -> None:
    text = {"zh": "收到，我们会处理的", "en": "Noted, we are looking into it"}[language]
    assert practice.stage_after(SHIPPED[name], [Line(STAFF, text, AT)]) == 0


@pytest.mark.parametrize(
    ("change", "mend"),
    [
        (("wants: [apology]", "wants: [nothing_known]"), "stages, row 1: `wants` is to name"),
        (("kind: service_complaint", "kind: anything"), "`kind` is to be one of"),
        (("answer_minutes: 3", "answer_minutes: 0"), "`answer_minutes` is to be a whole number"),
        (
            ("title: {zh: 蛋糕送到时坏了, en: The cake arrived broken}", "title: {zh: 蛋糕}"),
            "`title` is to have a text",
        ),
    ],
)
def test_a_wrong_file_is_told_with_its_mend(tmp_path: Path, change: tuple[str, str], mend: str) -> None:
    for name in ("words.yml", "broken_cake.yml"):
        text = (PRACTICE_FOLDER / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(RuleDataError, match=mend) as error:
        scenarios(tmp_path)
    assert "broken_cake.yml" in str(error.value)
