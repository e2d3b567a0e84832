"""What cannot be read is told in plain words, with its line."""

import pytest

from app.domain.flows.findings import Source
from app.domain.flows.reading import plain_definition, read_definition
from tests.domain.flows.flow_making import a_flow, a_question, both

STEP = {"do": "send", "text": both("您好"), "then": "end"}


def messages(**changes):
    plain = {"schema": 1, "name": "tried", "title": both("试"), "steps": {"say": STEP}, **changes}
    return [finding.message for finding in read_definition(plain, Source("tried.yml")).findings]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schema": 2}, "schema must be 1: write `schema: 1` at the top"),
        ({"name": "Tried!"}, "name: names are of lower-case letters, digits and _, and begin with a letter"),
        ({"colour": "red"}, "colour is not known here: remove it, or check how it is spelt"),
        ({"steps": {"say": {"do": "send", "then": "end"}}}, "text is missing: add it"),
        (
            {"steps": {"say": {**STEP, "colour": 1}}},
            "colour is not known here: remove it, or check how it is spelt",
        ),
        ({"steps": {"say": {"text": "x"}}}, "say what it is with"),
        ({"steps": {"say": {"do": "sing"}}}, "do: sing is no step; use one of ask, branch, "),
        ({"steps": {"w": {"do": "wait", "for": "2 hours"}}}, "write a duration like 30m, 2h or 1d 12h"),
        ({"steps": {"w": {"do": "wait", "since": "then"}}}, "since must be 'trigger' or 'now'"),
        ({"steps": {}}, "steps: "),
        ({"steps": {"say": {**STEP, "text": {"zh": ""}}}}, "text.zh: "),
        ({"triggers": [{"trigger": "smell"}]}, "smell is not known; use one of"),
        ({"triggers": [{"trigger": "keyword", "words": []}]}, "triggers.0.words: "),
        ({"triggers": [{"trigger": "keyword", "words": ["长" * 41]}]}, "triggers.0.words.0: "),
        ({"steps": [STEP]}, "steps: write a name for each step, such as {say: {do: send"),
        ({"steps": {"say": {**STEP, "text": "您好"}}}, "text: write one text in each language, such as {zh:"),
        (
            {"steps": {"ask": a_question(choices=[{"label": both("小份")}, {"label": both("大份")}])}},
            "choices: write a key for each choice, such as {small: {label: {zh: 小份, en: small}}, large: ",
        ),
        (
            {"steps": {"ask": a_question(choices={"a": "小份", "b": {"label": both("大份")}})}},
            "choices.a: write a key for each choice, such as {small: ",
        ),
        (
            {"steps": {"ask": a_question(choices={"a": {"label": both("小份"), "words": ["小"]}})}},
            "choices.a.words: write a list in each language, such as {zh: [大的], en: [big]}",
        ),
        ({"languages": ["fr"]}, "languages.0 must be 'zh' or 'en'"),
    ],
)
def test_says_what_is_wrong(changes, message):
    assert any(message in said for said in messages(**changes)), messages(**changes)


@pytest.mark.parametrize("plain", [None, [], "x", 3, {}, {"schema": "1"}, {"schema": 1}])
def test_what_is_no_flow_is_a_finding(plain):
    read = read_definition(plain, Source("tried.yml"))
    assert read.definition is None
    assert read.findings


def test_tells_the_line_of_the_part_or_of_what_is_around_it():
    source = Source("f.yml", {(): 1, ("steps",): 3, ("steps", "say"): 4, ("steps", "say", "text"): 6})
    assert source.line_of(("steps", "say", "send", "text", "zh")) == 6
    assert source.line_of(("steps", "say", "send", "colour")) == 4
    assert source.line_of(("gone",)) == 1
    assert Source().line_of(("steps",)) == 1


def test_a_definition_reads_back_as_it_was():
    flow = a_flow({"w": {"do": "wait", "for": "1d", "until": "09:00", "then": "say"}, "say": STEP})
    plain = plain_definition(flow)
    assert plain["steps"]["w"] == {"do": "wait", "for": "1d", "until": "09:00", "then": "say"}
    assert read_definition(plain, Source()).definition == flow
