"""Every finding has its flow: what is wrong, the line it stands on, the step and the mend."""

from textwrap import dedent

import pytest

from app.domain.flows.checks import check_flow, check_set
from app.domain.flows.findings import Finding, Source
from app.domain.flows.vocabulary import Vocabulary
from app.domain.opt_out import OptInWord, OptOutWord, Scope, When
from app.flow_files import from_yaml
from tests.domain.flows.flow_making import a_flow, a_question, both

WORDS = Vocabulary(
    opt_out_words=(
        OptOutWord("CANCEL", "en", Scope.ALL, When.ALWAYS, frozenset({"north_america"}), "law"),
        OptOutWord(
            "CANCEL",
            "en",
            Scope.ALL,
            When.NEVER_IF_QUESTION_OPEN,
            frozenset({"mainland", "international"}),
            "law",
        ),
        OptOutWord("OPT OUT", "en", Scope.ALL, When.ALWAYS, frozenset({"north_america", "mainland"}), "law"),
        OptOutWord("退订", "zh", Scope.MARKETING, When.ALWAYS, frozenset({"mainland"}), "law"),
        OptOutWord("N", "zh", Scope.MARKETING, When.IF_OFFERED, frozenset({"mainland"}), "law"),
    ),
    opt_in_words=(OptInWord("订阅", "zh", "law"),),
)
END = {"done": {"do": "finish", "outcome": "done"}}
SAY = {"do": "send", "text": both("您好", "Hello"), "then": "end"}


def codes(steps, **changes):
    return [finding.code for finding in check_flow(a_flow(steps, **changes), Source("f.yml"), WORDS)]


def keyword(*words, mode="whole"):
    return {"triggers": [{"trigger": "keyword", "words": list(words), "mode": mode}]}


@pytest.mark.parametrize(
    ("code", "steps", "changes"),
    [
        ("dead_end", {"say": {**SAY, "then": None}}, {}),
        ("unknown_step", {"say": {**SAY, "then": "gone"}}, {}),
        ("unknown_step", {"say": {**SAY, "missing": "gone"}}, {}),
        ("unknown_step", {"say": SAY}, {"start": "gone"}),
        ("unreachable", {"say": SAY, **END}, {}),
        ("reserved_name", {"end": {"do": "finish", "outcome": "x"}}, {}),
        ("texts_without_end", {"a": {**SAY, "then": "b"}, "b": {**SAY, "then": "a"}}, {}),
        ("endless", {"a": {**SAY, "then": "b"}, "b": {**SAY, "then": "a"}}, {}),
        ("missing_language", {"say": {**SAY, "text": {"zh": "您好"}}}, {}),
        ("missing_language", {"say": SAY}, {"title": {"zh": "试"}}),
        (
            "missing_language",
            {"ask": a_question(choices={"a": {"label": {"zh": "甲"}}, "b": {"label": both("乙")}})},
            {},
        ),
        (
            "label_placeholder",
            {
                "ask": a_question(
                    choices={"a": {"label": both("{{ brand.name }}")}, "b": {"label": both("乙", "b")}}
                )
            },
            {},
        ),
        (
            "opt_out_word",
            {
                "confirm": {
                    "do": "opt_in",
                    "text": both("同意吗", "Agree?"),
                    "decline": {"zh": ["退订"]},
                    "time_out": "1d",
                    "then": "end",
                }
            },
            {},
        ),
        ("text_too_long", {"say": {**SAY, "text": both("长" * 501)}}, {}),
        ("added_by_sender", {"say": {**SAY, "text": both("【禾木】您好")}}, {}),
        ("added_by_sender", {"say": {**SAY, "text": both("您好，拒收请回复R")}}, {}),
        ("placeholder", {"say": {**SAY, "text": both("{{ customer.name")}}, {}),
        ("placeholder", {"say": {**SAY, "text": both("{% if a %}b{% endif %}")}}, {}),
        ("unknown_placeholder", {"say": {**SAY, "text": both("{{ shop.name }}")}}, {}),
        ("unknown_placeholder", {"say": {**SAY, "text": both("{{ brand.openinghours }}")}}, {}),
        ("unknown_placeholder", {"say": {**SAY, "text": both("{{ order.colour }}")}}, {}),
        ("unknown_placeholder", {"say": {**SAY, "text": both("{{ answer.score }}")}}, {}),
        ("unknown_placeholder", {"out": {"do": "hand_off", "reason": "x", "note": "{{ answer.score }}"}}, {}),
        ("unknown_answer", {"s": {"do": "set", "attribute": "a", "answer": "score", "then": "end"}}, {}),
        (
            "unknown_answer",
            {
                "b": {
                    "do": "branch",
                    "cases": [{"when": {"check": "answer", "name": "x"}, "then": "end"}],
                    "else": "end",
                }
            },
            {},
        ),
        ("no_time_out", {"ask": a_question(time_out=None)}, {}),
        ("unknown_intent", {"say": SAY}, {"triggers": [{"trigger": "intent", "name": "buy"}]}),
        ("unknown_event", {"say": SAY}, {"triggers": [{"trigger": "event", "type": "order.lost"}]}),
        ("empty_keyword", {"say": SAY}, keyword("!!")),
        ("opt_out_word", {"say": SAY}, keyword("退訂")),
        ("opt_out_word", {"say": SAY}, keyword("opt-out")),
        ("opt_out_word", {"say": SAY}, keyword("Cancel")),
        ("opt_out_word", {"say": SAY}, {**keyword("CANCEL"), "channels": ["mainland"]}),
        (
            "opt_out_word",
            {"ask": a_question(choices={"cancel": {"label": both("取消")}, "b": {"label": both("乙")}})},
            {},
        ),
        (
            "opt_out_word",
            {
                "ask": a_question(
                    choices={"a": {"label": both("甲"), "words": {"en": ["n"]}}, "b": {"label": both("乙")}}
                )
            },
            {},
        ),
        ("opt_in_word", {"say": SAY}, keyword("订阅")),
        (
            "opt_in_word",
            {
                "ask": a_question(
                    choices={
                        "a": {"label": both("甲"), "words": {"zh": ["訂閱"]}},
                        "b": {"label": both("乙")},
                    }
                )
            },
            {},
        ),
        (
            "opt_in_word",
            {"ask": a_question(choices={"a": {"label": both("订阅", "More")}, "b": {"label": both("乙")}})},
            {},
        ),
        (
            "opt_in_word",
            {
                "confirm": {
                    "do": "opt_in",
                    "text": both("同意吗", "Agree?"),
                    "decline": {"zh": ["订阅"]},
                    "time_out": "1d",
                    "then": "end",
                }
            },
            {},
        ),
    ],
)
def test_finds(code, steps, changes):
    assert code in codes(steps, **changes)


def test_finds_nothing_wrong_with_a_good_flow():
    assert codes({"ask": a_question(then="say"), "say": SAY}, **keyword("喜好", "taste")) == []


def test_a_word_is_free_on_channels_where_it_stops_nothing():
    assert codes({"say": SAY}, **keyword("退订"), channels=["international"]) == []


def test_cancel_may_answer_a_question_where_it_does_not_stop_messages():
    choices = {"cancel": {"label": both("取消", "cancel")}, "keep": {"label": both("保留", "keep")}}
    assert codes({"ask": a_question(choices=choices)}, channels=["mainland"]) == []


def test_events_of_ones_own_are_known():
    assert codes({"say": SAY}, triggers=[{"trigger": "event", "type": "custom.fitted"}]) == []


WAIT = {"do": "wait", "then": "say"}
ASK = {**a_question(), "time_out": "1h"}


@pytest.mark.parametrize(
    "steps",
    [
        {"say": {**SAY, "then": "wait"}, "wait": {**WAIT, "for": "1s"}},
        {"say": {**SAY, "then": "wait"}, "wait": {**WAIT, "for": "23h"}},
        {"say": {**SAY, "then": "wait"}, "wait": {**WAIT, "for": "3d", "since": "trigger"}},
        {
            "say": {**SAY, "then": "one"},
            "one": {**WAIT, "for": "11h", "then": "two"},
            "two": {**WAIT, "for": "12h"},
        },
        {"ask": {**ASK, "timed_out": "ask"}},
        {"ask": {**ASK, "time_out": "2d", "refused": "ask"}},
    ],
    ids=["a second", "nearly a day", "from the trigger", "two waits", "asked on", "refused"],
)
def test_a_loop_that_texts_without_an_answer_needs_a_day(steps):
    assert codes(steps) == ["texts_without_end"]


@pytest.mark.parametrize(
    "steps",
    [
        {"say": {**SAY, "then": "wait"}, "wait": {**WAIT, "for": "1d"}},
        {"say": {**SAY, "then": "wait"}, "wait": {**WAIT, "until": "10:00"}},
        {"ask": {**ASK, "timed_out": "end", "then": "ask"}},
        {"ask": {**ASK, "timed_out": "wait"}, "wait": {**WAIT, "for": "23h", "then": "ask"}},
        {"say": {**SAY, "then": "ask"}, "ask": {**ASK, "then": "say", "not_understood": "say"}},
        {"say": {**SAY, "missing": "wait", "then": "end"}, "wait": {**WAIT, "for": "1h"}},
    ],
    ids=["a day", "by the clock", "answered", "asked a day later", "in any words", "nothing to send yet"],
)
def test_a_loop_that_rests_or_is_answered_may_go_round(steps):
    assert codes(steps) == []


def test_a_loop_with_a_question_in_it_is_no_endless_one():
    assert codes({"say": {**SAY, "then": "ask"}, "ask": a_question(then="say")}) == []


def test_a_finding_names_file_line_step_and_mend():
    text = dedent("""\
        schema: 1
        name: tried
        title: {zh: 试, en: Tried}
        steps:
          say:
            do: send
            text:
              zh: 您好{{ brand.openinghours }}
              en: Hello
            then: gone
        """)
    read = from_yaml(text, "tried.yml")
    assert read.definition is not None
    first, second = check_flow(read.definition, read.source, Vocabulary())
    assert (first.file, first.line, first.step, first.code) == ("tried.yml", 8, "say", "unknown_placeholder")
    assert (
        str(second)
        == "tried.yml:10: step say: then leads to gone, which is no step of this flow [unknown_step]"
    )


def found_between(*flows) -> list[Finding]:
    return check_set([(flow, Source(f"{flow.name}{i}.yml")) for i, flow in enumerate(flows)], Vocabulary())


def test_two_flows_cannot_have_one_keyword():
    one = a_flow({"say": SAY}, name="one", **keyword("營業時間"))
    two = a_flow({"say": SAY}, name="two", **keyword("营业时间"))
    (finding,) = found_between(one, two)
    assert (finding.code, finding.file) == ("keyword_taken", "two1.yml")
    assert "one" in finding.message


def test_a_keyword_hidden_by_another_mode_is_found():
    one = a_flow({"say": SAY}, name="one", **keyword("停车", mode="contains"))
    two = a_flow({"say": SAY}, name="two", **keyword("停车"))
    (finding,) = found_between(one, two)
    assert finding.code == "keyword_hidden"
    assert "two (whole) comes first" in finding.message


def test_one_flow_may_have_a_word_in_two_modes_and_spellings():
    triggers = [*keyword("停车", "停車")["triggers"], *keyword("停车", mode="contains")["triggers"]]
    assert found_between(a_flow({"say": SAY}, triggers=triggers)) == []


def test_two_flows_cannot_have_one_name_or_intent():
    intent = [{"trigger": "intent", "name": "help"}]
    one, two = a_flow({"say": SAY}, triggers=intent), a_flow({"say": SAY}, triggers=intent)
    assert sorted(finding.code for finding in found_between(one, two)) == ["flow_taken", "intent_taken"]


def test_two_flows_may_start_by_one_event():
    event = [{"trigger": "event", "type": "order.placed"}]
    one = a_flow({"say": SAY}, name="one", triggers=event)
    assert found_between(one, a_flow({"say": SAY}, name="two", triggers=event)) == []


def test_a_flow_that_is_started_must_be_there():
    (finding,) = found_between(a_flow({"on": {"do": "start_flow", "flow": "gone"}}))
    assert (finding.code, finding.step) == ("unknown_flow", "on")
