"""The fold of all rules, and the pin that a lost rule fails loudly."""

from datetime import datetime, timedelta

import pytest

from app.domain.compliance.decision import ALLOW, Allow, Decision, Defer, Refuse, Rule, Verdict, decide
from app.domain.compliance.facts import Facts, Send
from app.domain.purpose import Purpose
from tests.domain.compliance.building import NOON, a_send, facts
from tests.domain.rule_data import shipped

HOUR = timedelta(hours=1)


def a_rule(name: str, answer: object) -> Rule:
    def judge(send: Send, known: Facts, now: datetime) -> Decision:
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[return-value]

    return Rule(name, "", "test", {}, judge)


def test_the_gate_has_these_rules() -> None:
    assert [rule.name for rule in shipped().gate] == [
        "carrier_limit",
        "complaint_hold",
        "consent",
        "content",
        "dead_number",
        "festival_volume",
        "frequency_cap",
        "inactive",
        "licences",
        "marketing_switch",
        "open_question",
        "opted_out",
        "partner_agreement",
        "personal_use",
        "quiet_hours",
        "send_window",
        "shelf_life",
        "unreachable",
        "unread_inbound",
    ]


def test_every_rule_tells_its_source_and_its_reasons() -> None:
    for rule in shipped().gate:
        assert rule.says
        assert rule.source
        assert rule.reasons
        assert all(meaning.endswith(".") for meaning in rule.reasons.values())


def test_allows_what_no_rule_minds() -> None:
    verdict = decide(a_send(), facts(), shipped().gate, NOON)
    assert verdict.is_allowed
    assert verdict == Verdict(Allow())


def test_the_strictest_wins_and_every_reason_is_kept() -> None:
    rules = [
        a_rule("a", Defer(NOON + HOUR, "soon")),
        a_rule("b", ALLOW),
        a_rule("c", Refuse("never")),
        a_rule("d", Defer(NOON + 2 * HOUR, "later")),
        a_rule("e", Refuse("never")),
    ]
    verdict = decide(a_send(), facts(), rules, NOON)
    assert verdict.decision == Refuse("never")
    assert verdict.rule == "c"
    assert verdict.reasons == ("never", "later", "soon")
    deferred = decide(a_send(), facts(), [rules[0], rules[3]], NOON)
    assert deferred.decision == Defer(NOON + 2 * HOUR, "later")
    assert deferred.reasons == ("later", "soon")


@pytest.mark.parametrize(
    "answer", [ValueError("x"), None, True, "allow", Defer(NOON.replace(tzinfo=None), "naive")]
)
def test_a_rule_that_fails_refuses(answer: object) -> None:
    verdict = decide(a_send(), facts(), [a_rule("broken", answer), a_rule("fine", ALLOW)], NOON)
    assert verdict.decision == Refuse("rule_error")
    assert verdict.rule == "broken"
    assert [name for name, _ in verdict.errors] == ["broken"]


def test_who_opted_out_is_refused_for_that_reason_first() -> None:
    verdict = decide(a_send(), facts(consent="withdrawn", number_status="dead"), shipped().gate, NOON)
    assert isinstance(verdict.decision, Refuse)
    assert "opted_out" in verdict.reasons


def test_an_answer_at_night_goes_to_whom_marketing_may_not() -> None:
    midnight = NOON + 12 * HOUR
    known = facts(
        consent="withdrawn",
        has_unread_inbound=True,
        has_open_complaint=True,
        marketing_stopped=True,
        number_status="suspended",
        last_inbound_at=midnight,
    )
    assert decide(a_send(purpose=Purpose.REPLY), known, shipped().gate, midnight).is_allowed
    assert decide(a_send(purpose=Purpose.SERVICE), known, shipped().gate, midnight).is_allowed
    assert not decide(a_send(), known, shipped().gate, midnight).is_allowed
