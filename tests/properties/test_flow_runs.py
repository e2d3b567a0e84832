"""Whatever happens to a run, it never breaks, always rests, and can be stored at any point."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.flows.answers import AnswerKind, Choice, Question, exact_answer, free_answer
from app.domain.flows.definition import Definition, Shelf
from app.domain.flows.effects import SEND_REFUSED, AddTag, Ask, Finish
from app.domain.flows.engine import MAX_STEPS
from app.domain.flows.facts import Facts
from app.domain.flows.findings import Source
from app.domain.flows.loop import MAX_DEPTH, drive
from app.domain.flows.memory import MemoryWorld
from app.domain.flows.reading import read_definition
from app.domain.flows.rendering import Rendered, Unfilled, render
from app.domain.flows.state import Phase, RunState
from app.domain.flows.stimuli import (
    EffectApplied,
    HandedOver,
    NotSent,
    Replied,
    StaffActed,
    TimerFired,
    Triggered,
)
from app.flow_files import SHIPPED, from_yaml, read_path

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SHIPPED_FLOWS = [definition for definition, _ in read_path(SHIPPED).flows]
STEPS = ["a", "b", "c", "d"]
TARGETS = st.sampled_from([*STEPS, "end", "person", "gone", None])
TEXT = st.sampled_from(
    ["您好", "{{ customer.name }}", "{{ answer.a }}", "{{ brand.hours | default('-') }}", "{{ bad"]
)
TEXTS = TEXT.map(lambda text: {"zh": text})
CONDITION = st.sampled_from(
    [
        {"check": "answer", "name": "a", "at_least": 2},
        {"check": "result", "one_of": ["send_refused"]},
        {"check": "time", "from": "23:00", "until": "07:00"},
        {"check": "open_complaint"},
        {"check": "not", "condition": {"check": "tag", "name": "x"}},
    ]
)
DURATIONS = st.sampled_from(["0s", "1m", "2h", "1d"])


def a_step(do, **fields):
    return st.fixed_dictionaries({"do": st.just(do), **fields})


STEP = st.one_of(
    a_step("send", text=TEXTS, then=TARGETS),
    a_step(
        "ask",
        text=TEXTS,
        answer=st.sampled_from(["number", "code", "text"]),
        then=TARGETS,
        time_out=DURATIONS,
    ),
    a_step(
        "ask",
        text=TEXTS,
        answer=st.just("choice"),
        choices=st.just({"x": {"label": {"zh": "是"}, "then": "b"}, "y": {"label": {"zh": "否"}}}),
        retries=st.integers(0, 3),
        then=TARGETS,
    ),
    a_step(
        "branch",
        cases=st.lists(
            st.fixed_dictionaries({"when": CONDITION, "then": st.sampled_from(STEPS)}), min_size=1, max_size=2
        ),
    ),
    a_step("set", attribute=st.just("n"), answer=st.sampled_from(STEPS), then=TARGETS),
    a_step("tag", add=st.just("x"), then=TARGETS),
    a_step("tag", remove=st.just("x"), then=TARGETS),
    st.fixed_dictionaries(
        {
            "do": st.just("wait"),
            "for": DURATIONS,
            "then": TARGETS,
            "until": st.sampled_from([None, "09:00"]),
            "too_late": st.sampled_from([None, "1h"]),
        }
    ),
    a_step("open_complaint", then=TARGETS),
    a_step("hand_off", reason=st.just("asked"), text=TEXTS),
    a_step("opt_in", text=TEXTS, then=TARGETS),
    a_step("opt_out", then=TARGETS),
    a_step("start_flow", flow=st.sampled_from(["tried", "gone", "help"])),
    a_step("finish", outcome=st.just("won")),
)


def a_definition(steps) -> Definition:
    plain = {"schema": 1, "name": "tried", "title": {"zh": "试"}, "steps": steps}
    read = read_definition(plain, Source())
    assert read.definition is not None, read.findings
    return read.definition


DEFINITION = st.one_of(
    st.fixed_dictionaries(dict.fromkeys(STEPS, STEP)).map(a_definition), st.sampled_from(SHIPPED_FLOWS)
)
SAID = st.one_of(
    st.sampled_from(["1", "2", "是", "好", "5分", "A1024", "没解决", "退订", "", "？"]), st.text(max_size=40)
)
MINUTES = st.integers(0, 60 * 24 * 4)
STIMULUS = st.one_of(
    st.builds(lambda text: ("trigger", text), SAID),
    st.builds(lambda text: ("reply", text), SAID),
    st.builds(lambda minutes: ("timer", minutes), MINUTES),
    st.builds(lambda minutes: ("handed_over", minutes), MINUTES),
    st.sampled_from([("not_sent", "late"), ("staff", "took_over"), ("staff", "?"), ("applied", "ok")]),
)


class QueueingWorld(MemoryWorld):
    """Takes questions into a queue; the run learns later what became of them."""

    def apply(self, effect, state):
        applied = MemoryWorld.apply(self, effect, state)
        is_queued = isinstance(effect, Ask) and applied.result != SEND_REFUSED
        return EffectApplied(effect, "ok") if is_queued else applied


def stimulus_of(kind, value, state, now):
    step = state.step or "a"
    match kind:
        case "trigger":
            return Triggered("keyword", value, {"order_number": value}, now)
        case "reply":
            return Replied(value, now)
        case "timer":
            return TimerFired(now)
        case "handed_over":
            return HandedOver(step, now)
        case "not_sent":
            return NotSent(step, value)
        case "staff":
            return StaffActed(value)
    return EffectApplied(AddTag(step, "x"), value)


@given(
    DEFINITION, st.lists(STIMULUS, max_size=12), st.booleans(), st.booleans(), st.sampled_from(["zh", "en"])
)
def test_never_breaks_always_rests_and_can_be_stored(definition, happenings, refuses, queues, language):
    facts = Facts(customer={"name": "王"}, language=language)
    world = (QueueingWorld if queues else MemoryWorld)(NOW, facts, refuses=refuses)
    shelf = Shelf.of(*SHIPPED_FLOWS, definition)
    before = definition.model_dump_json()
    now, state = NOW, RunState.begin(definition.name, 1)
    for kind, value in [("trigger", "hi"), *happenings]:
        if isinstance(value, int):
            now += timedelta(minutes=value)
        world.now = now
        was = state
        rested = drive(shelf, state, stimulus_of(kind, value, state, now), world, now)
        state = rested.state
        assert RunState.from_json(json.loads(json.dumps(state.to_json()))) == state
        assert state.phase in (Phase.ASKING, Phase.WAITING, Phase.FINISHED)
        assert (state.due_at is None) == state.is_finished
        assert (state.question is not None) == (state.phase is Phase.ASKING)
        assert state.depth <= MAX_DEPTH
        assert len(rested.effects) <= 2 * MAX_STEPS + 2 * MAX_DEPTH
        if was.is_finished:
            assert state == was
            assert not rested.effects
    finishes = [effect for effect in world.effects if isinstance(effect, Finish)]
    assert len(finishes) == int(state.is_finished)
    assert definition.model_dump_json() == before
    assert all("{{" not in text for text in world.sent)


@given(DEFINITION, st.lists(STIMULUS, max_size=8))
def test_the_same_happenings_lead_to_the_same_end(definition, happenings):
    def passage():
        world = MemoryWorld(NOW)
        now, state = NOW, RunState.begin(definition.name, 1)
        for kind, value in [("trigger", "hi"), *happenings]:
            now += timedelta(minutes=value) if isinstance(value, int) else timedelta(0)
            world.now = now
            state = drive(Shelf.of(definition), state, stimulus_of(kind, value, state, now), world, now).state
        return state, world.effects

    assert passage() == passage()


QUESTIONS = st.sampled_from(
    [
        Question("a", AnswerKind.CHOICE, (Choice("x", ("1", "好", "yes")), Choice("y", ("2", "不好", "no")))),
        Question("a", AnswerKind.NUMBER, minimum=1, maximum=5),
        Question("a", AnswerKind.CODE),
        Question("a", AnswerKind.TEXT),
        Question("a", AnswerKind.CONFIRM, (Choice("yes", ("是", "y")),)),
    ]
)


@given(QUESTIONS, st.text(max_size=60))
def test_an_answer_is_always_one_that_was_asked_for(question, text):
    answer = free_answer(question, text)
    exact = exact_answer(question, text)
    if exact is not None:
        assert answer == exact
    if answer is None:
        return
    if question.choices:
        assert answer.value in {choice.key for choice in question.choices}
    if question.kind is AnswerKind.NUMBER:
        assert 1 <= answer.value <= 5
    if question.kind is AnswerKind.TEXT:
        assert str(answer.value).strip()


@given(st.text(max_size=60), st.text(max_size=10))
def test_a_text_is_filled_whole_or_not_at_all(source, name):
    state, facts = RunState.begin("tried", 1), Facts(customer={"name": name})
    assert isinstance(render(source, state, facts), Rendered | Unfilled)
    filled = render("您好{{ customer.name }}。", state, facts)
    assert filled == (Rendered(f"您好{name}。") if name else Unfilled("customer.name"))


@given(st.text(max_size=200))
def test_any_text_is_read_or_told_what_is_wrong_with_it(text):
    read = from_yaml(text, "any.yml")
    assert (read.definition is None) == bool(read.findings)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["do", "text", "then", "steps", "zh", "cases", "when", "check"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_values_are_read_or_told_what_is_wrong_with_them(plain):
    steps = {"schema": 1, "name": "tried", "title": {"zh": "x"}, "steps": {"say": plain}}
    for values in (plain, steps):
        read = read_definition(values, Source("any.yml"))
        assert (read.definition is None) == bool(read.findings)
