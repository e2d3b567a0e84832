"""The training and test lines: every intent has enough of them, and neither set repeats the other."""

from collections import Counter
from math import floor
from pathlib import Path

import pytest
import yaml

from app.domain.reading_figures import Line, read_lines
from app.domain.text import bare, fold

ROOT = Path(__file__).resolve().parents[2]
TRAINING = sorted((ROOT / "data" / "nlu").glob("*.yml"))
TEST_FILES = sorted((ROOT / "data" / "nlu_test").glob("*.tsv"))
DOMAIN = yaml.safe_load((ROOT / "bot" / "domain.yml").read_text("utf-8"))
INTENTS = {
    "opt_out", "opt_in", "help", "complaint", "refund_return", "order_status", "book", "change_booking",
    "store_info", "offer_info", "claim_offer", "refer_friend", "confirm", "deny", "human_agent", "praise",
    "greeting", "wrong_number", "abuse", "out_of_scope",
}  # fmt: skip
ASKED_OFTEN = {"opt_out", "complaint", "refund_return", "change_booking", "out_of_scope", "store_info"}
TOO_ALIKE = 0.7


def examples(path: Path) -> list[str]:
    (block,) = yaml.safe_load(path.read_text("utf-8"))["nlu"]
    assert block["intent"] == path.stem
    return [line.removeprefix("- ") for line in block["examples"].splitlines()]


def asked_lines() -> list[Line]:
    return [line for path in TEST_FILES for line in read_lines(path.read_text("utf-8"), frozenset(INTENTS))]


def key(text: str) -> str:
    return bare(text) or fold(text)


def pairs(text: str) -> frozenset[str]:
    folded = key(text)
    return frozenset(folded[place : place + 2] for place in range(len(folded) - 1)) or frozenset({folded})


def test_the_domain_names_exactly_the_twenty_intents() -> None:
    assert len(INTENTS) == 20
    assert set(DOMAIN["intents"]) == INTENTS
    assert {path.stem for path in TRAINING} == INTENTS


def test_the_domain_names_the_five_entities() -> None:
    assert set(DOMAIN["entities"]) == {"order_number", "datetime", "amount", "coupon_code", "phone"}


@pytest.mark.parametrize("path", TRAINING, ids=lambda path: path.stem)
def test_an_intent_has_enough_examples_in_both_languages(path: Path) -> None:
    lines = examples(path)
    chinese = sum(any("\u4e00" <= sign <= "\u9fff" for sign in line) for line in lines)
    assert len(lines) >= (120 if path.stem in ASKED_OFTEN else 60)
    assert chinese >= 25
    assert len(lines) - chinese >= 25


def test_no_example_stands_twice() -> None:
    counts = Counter(key(line) for path in TRAINING for line in examples(path))
    assert [line for line, count in counts.items() if count > 1] == []


def test_no_example_would_be_read_as_a_command_or_an_annotation() -> None:
    lines = [line for path in TRAINING for line in examples(path)]
    assert [line for line in lines if line.startswith("/") or "](" in line or "]{" in line] == []


def test_test_lines_name_known_intents_and_languages() -> None:
    lines = asked_lines()
    assert len(lines) >= 600
    assert {line.intent for line in lines} == INTENTS
    assert {line.language for line in lines} == {"zh", "zh_hant", "en", "mixed"}


def test_no_test_line_stands_twice() -> None:
    counts = Counter(key(line.text) for line in asked_lines())
    assert [line for line, count in counts.items() if count > 1] == []


def test_no_test_line_is_nearly_a_training_line() -> None:
    trained = [(line, pairs(line)) for path in TRAINING for line in examples(path)]
    holding: dict[str, set[int]] = {}
    for place, (_, seen) in enumerate(trained):
        for pair in seen:
            holding.setdefault(pair, set()).add(place)
    alike = []
    for line in asked_lines():
        asked = pairs(line.text)
        # a line as alike as that lacks so few of these pairs that it has one of the rarest
        lacking = floor(len(asked) * (1 - TOO_ALIKE))
        rarest = sorted(asked, key=lambda pair: len(holding.get(pair, ())))[: lacking + 1]
        for place in set().union(*(holding.get(pair, ()) for pair in rarest)):
            seen = trained[place][1]
            if len(asked & seen) >= TOO_ALIKE * len(asked | seen):
                alike.append((line.text, trained[place][0]))
    assert alike == []
