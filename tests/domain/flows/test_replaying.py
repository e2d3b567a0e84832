"""A replay tells where the flows have left the script, by file and line."""

from textwrap import dedent, indent

import pytest

from app.domain.flows.definition import Shelf
from app.domain.flows.replaying import replay
from app.flow_files import transcripts_from_yaml
from tests.domain.flows.flow_making import a_flow, a_question, both

HOURS = a_flow(
    {"say": {"do": "send", "text": both("{{ brand.hours }}", "Open {{ brand.hours }}"), "then": "end"}},
    name="hours",
    triggers=[
        {"trigger": "keyword", "words": ["营业时间"]},
        {"trigger": "keyword", "words": ["几点"], "mode": "contains"},
        {"trigger": "intent", "name": "store_info"},
    ],
)
TASTE = a_flow(
    {
        "like": a_question(then="keep"),
        "keep": {"do": "set", "attribute": "taste", "answer": "like", "then": "end"},
    },
    name="taste",
    triggers=[{"trigger": "event", "type": "order.placed"}],
)
SHELF = Shelf.of(HOURS, TASTE)


def differences(script, given="{brand: {hours: 9-21}}", flow="hours"):
    text = f"- name: tried\n  language: zh\n  given: {given}\n  script:\n{indent(dedent(script), '    ')}"
    transcripts, wrong = transcripts_from_yaml(text, flow, "t.yml")
    assert wrong == []
    return [f"{found.line}: {found.message}" for found in replay(transcripts, SHELF)]


def test_a_script_that_is_kept_shows_no_difference():
    script = """\
      - customer: 营业时间
      - brand: 9-21
      - outcome: done
      - event: order.placed
      - brand: 喜欢吗？1喜欢，2不喜欢
      - customer: 你们几点开门
        intent: store_info
      - brand: 9-21
      - customer: 喜欢
      - effect: set_attribute
        value: like
      - outcome: done
    """
    assert differences(script) == []


@pytest.mark.parametrize(
    ("script", "difference"),
    [
        ("  - {customer: 营业时间}\n  - {brand: 8-20}", "6: the script has: 8-20; the brand says: 9-21"),
        (
            "  - {customer: 营业时间}\n  - {brand: 9-21}\n  - {brand: 再见}",
            "7: the script has: 再见; the brand says nothing",
        ),
        (
            "  - {customer: 营业时间}\n  - {outcome: done}\n  - {wait: 1h}",
            "7: before this, the brand also says: 9-21",
        ),
        ("  - {customer: 营业时间}", "5: before this, the brand also says: 9-21"),
        ("  - {customer: 在吗}", "5: no flow answers this: add a keyword, or `intent:` to the line"),
        ("  - {event: order.lost}", "5: no flow starts with the event order.lost"),
        ("  - {start: gone}", "5: there is no flow called gone"),
        (
            "  - {customer: 营业时间}\n  - {brand: 9-21}\n  - {outcome: sold}",
            "7: the script has the outcome: sold; it ends with: done",
        ),
        (
            "  - {event: order.placed}\n  - {brand: '喜欢吗？1喜欢，2不喜欢'}\n  - {effect: add_tag}",
            "7: the script has: add_tag(); what happens: nothing",
        ),
    ],
)
def test_tells_where_it_goes_differently(script, difference):
    assert differences(script) == [difference]


def test_the_first_difference_ends_a_script():
    assert len(differences("  - {customer: 在吗}\n  - {customer: 在吗}")) == 1


def test_the_gate_can_refuse_from_a_line_on():
    script = """\
      - send: refused
      - customer: 营业时间
      - send: allowed
      - customer: 营业时间
      - brand: 9-21
    """
    assert differences(script) == []


def test_start_without_a_name_begins_the_flow_it_was_written_for():
    assert differences("  - start: true\n  - {brand: 9-21}") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- script: []", 1),
        ("- name: a\n  script: x", 1),
        ("- name: a\n  mood: good\n  script: []", 1),
        ("- name: a\n  given: {moon: full}\n  script: []", 1),
        ("- name: a\n  given: {before_hold: held}\n  script: []", 1),
        ("- name: a\n  script:\n    - customer: x\n    - 营业时间", 4),
        ("- name: a\n  script:\n    - {customer: x, brand: y}", 3),
        ("- name: a\n  script:\n    - wait: 2 hours", 3),
        ("name: a", 1),
        ("- name: [", 1),
    ],
)
def test_a_transcript_that_cannot_be_read_is_a_finding(text, line):
    transcripts, wrong = transcripts_from_yaml(text, "hours", "t.yml")
    assert transcripts == []
    assert [(finding.file, finding.line) for finding in wrong] == [("t.yml", line)]


def test_a_text_goes_where_production_would_route_it():
    asking = a_flow(
        {"feedback": a_question(answer="text", choices={}, text=both("哪里不满意？"))},
        name="asking",
        triggers=[{"trigger": "keyword", "words": ["评分"]}],
    )
    complaint = a_flow(
        {"tell": {"do": "send", "text": both("已登记"), "then": "end"}},
        name="complaint",
        triggers=[{"trigger": "intent", "name": "complaint"}],
    )
    script = """\
- name: a complaint interrupts a question
  script:
    - customer: 评分
    - brand: 哪里不满意？
    - customer: 蛋糕是坏的，我要投诉
      intent: complaint
    - brand: 已登记
"""
    written, wrong = transcripts_from_yaml(script, "asking")
    assert wrong == []
    assert replay(written, Shelf.of(asking, complaint)) == []


def test_a_short_reply_is_read_after_what_the_brand_said():
    offers = a_flow(
        {"say": {"do": "send", "text": both("回复1了解地址，回复2领取", "Reply 1 or 2"), "then": "end"}},
        name="offers",
        triggers=[{"trigger": "keyword", "words": ["活动"]}],
    )
    claims = a_flow(
        {"say": {"do": "send", "text": both("券已发放", "Here it is"), "then": "end"}},
        name="claims",
        triggers=[{"trigger": "intent", "name": "claim_offer"}],
    )
    text = "- name: tried\n  language: zh\n  script:\n" + indent(
        "- customer: 活动\n- brand: 回复1了解地址，回复2领取\n- customer: '2'\n- brand: 券已发放\n", "    "
    )
    transcripts, wrong = transcripts_from_yaml(text, "offers", "t.yml")
    assert (wrong, replay(transcripts, Shelf.of(offers, claims))) == ([], [])
