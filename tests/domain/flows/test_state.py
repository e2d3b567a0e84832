"""A run's state survives being stored."""

from datetime import UTC, datetime

import pytest

from app.domain.flows.answers import AnswerKind, Choice, Question
from app.domain.flows.state import Phase, RunState

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def test_a_full_state_reads_back_as_it_was():
    question = Question("ask", AnswerKind.CHOICE, (Choice("a", ("1", "好"), ("confirm",)),), 1, 5, 80)
    state = RunState(
        flow="tried",
        version=3,
        phase=Phase.ASKING,
        step="ask",
        triggered_by="keyword",
        triggered_at=AT,
        meant_at=AT,
        text="文本",
        data={"a": 1},
        variables={"b": None, "c": 1.5},
        question=question,
        asked_text="问？",
        opened_at=AT,
        attempts=2,
        due_at=AT,
        expires_at=AT,
        last_result="ok",
        depth=4,
    )
    assert RunState.from_json(state.to_json()) == state


def test_a_later_schema_is_read_as_far_as_it_is_known():
    document = RunState.begin("tried", 1).to_json().replace('{"schema":1', '{"schema":2,"mood":"good"')
    assert RunState.from_json(document) == RunState.begin("tried", 1)


@pytest.mark.parametrize("document", ["", "[]", "{}", "null", '{"flow": "a", "version": 1, "phase": "odd"}'])
def test_what_is_no_state_is_refused(document):
    with pytest.raises(ValueError):
        RunState.from_json(document)


def test_a_question_is_open_only_once_it_was_handed_over():
    asked = RunState.begin("tried", 1).changed(phase=Phase.ASKING, question=Question("ask", AnswerKind.TEXT))
    assert asked.open_question is None
    assert asked.changed(opened_at=AT).open_question == asked.question
