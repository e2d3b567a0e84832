"""Rule: at most one question is open to a customer."""

from datetime import timedelta
from uuid import UUID

from app.domain.compliance.decision import ALLOW, Defer
from app.domain.compliance.rules.open_question import RULE
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged

MINUTE = timedelta(minutes=1)
ASKED = facts(has_open_question=True, question_expires_at=NOON + 5 * MINUTE)


def test_a_second_question_waits_until_the_first_has_run_out() -> None:
    assert judged(RULE, a_send(asks_question=True), ASKED) == Defer(NOON + 6 * MINUTE, "question_open")
    assert judged(RULE, a_send(asks_question=True), facts()) is ALLOW
    assert judged(RULE, a_send(), ASKED) is ALLOW


def test_looks_again_before_a_long_question_runs_out() -> None:
    for expires_at in (None, NOON + 600 * MINUTE, NOON - MINUTE):
        known = facts(has_open_question=True, question_expires_at=expires_at)
        assert judged(RULE, a_send(asks_question=True), known) == Defer(NOON + 15 * MINUTE, "question_open")


def test_follow_ups_and_consent_get_the_turn_first() -> None:
    follow_up = a_send(purpose=Purpose.SERVICE, asks_question=True, is_follow_up=True)
    consent = a_send(purpose=Purpose.OPT_IN_CONFIRMATION, asks_question=True)
    for send in (follow_up, consent):
        assert judged(RULE, send, ASKED) == Defer(NOON + MINUTE, "question_open")


def test_the_question_of_an_answer_goes_at_once() -> None:
    assert judged(RULE, a_send(purpose=Purpose.REPLY, asks_question=True), ASKED) is ALLOW
    repeated = a_send(asks_question=True, answers_question_id=UUID(int=1))
    assert judged(RULE, repeated, ASKED) is ALLOW
