"""Rule: who has opted out gets nothing that they did not ask for."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain.compliance.decision import ALLOW, Refuse
from app.domain.compliance.facts import Facts
from app.domain.compliance.rules.opted_out import RULE
from app.domain.purpose import Cause, Purpose
from tests.domain.compliance.building import NOON, a_send, facts, judged

MINUTE = timedelta(minutes=1)
STOPPED = facts(consent="withdrawn", is_stopped=True, stopped_at=NOON, last_inbound_at=NOON)


def test_refuses_marketing_after_opting_out() -> None:
    assert judged(RULE, a_send(), facts(consent="withdrawn")) == Refuse("opted_out")
    assert judged(RULE, a_send(), facts()) is ALLOW


@pytest.mark.parametrize("purpose", [Purpose.SERVICE, Purpose.REPLY, Purpose.OPT_OUT_CONFIRMATION])
def test_opting_out_of_marketing_leaves_the_rest(purpose: Purpose) -> None:
    assert judged(RULE, a_send(purpose=purpose), facts(consent="withdrawn")) is ALLOW


@pytest.mark.parametrize("purpose", [Purpose.MARKETING, Purpose.SERVICE, Purpose.REPLY])
def test_stop_stops_everything(purpose: Purpose) -> None:
    assert judged(RULE, a_send(purpose=purpose), STOPPED) == Refuse("stopped")


def test_a_later_text_is_answered_after_stop() -> None:
    later = facts(is_stopped=True, stopped_at=NOON, last_inbound_at=NOON + MINUTE)
    to_later = a_send(purpose=Purpose.REPLY, cause=Cause("inbound", NOON + MINUTE))
    to_earlier = a_send(purpose=Purpose.REPLY, cause=Cause("inbound", NOON - MINUTE))
    assert judged(RULE, to_later, later) is ALLOW
    assert judged(RULE, to_earlier, later) == Refuse("stopped")
    assert judged(RULE, to_later, facts(is_stopped=True, last_inbound_at=NOON)) == Refuse("stopped")


def test_an_opt_out_is_confirmed_once() -> None:
    confirmation = a_send(purpose=Purpose.OPT_OUT_CONFIRMATION, cause=Cause("opt_out", NOON))
    assert judged(RULE, confirmation, STOPPED) is ALLOW
    confirmed = facts(is_stopped=True, stopped_at=NOON, opt_out_confirmed_at=NOON + MINUTE)
    assert judged(RULE, confirmation, confirmed) == Refuse("already_confirmed")
    earlier = facts(is_stopped=True, stopped_at=NOON, opt_out_confirmed_at=NOON - MINUTE)
    assert judged(RULE, confirmation, earlier) is ALLOW


@pytest.mark.parametrize("known", [STOPPED, facts(consent="withdrawn")])
def test_who_opted_out_is_asked_again_only_on_their_own_wish(known: object) -> None:
    later = Cause("opt_in", NOON + MINUTE)
    asked = a_send(purpose=Purpose.OPT_IN_CONFIRMATION, is_requested_resubscribe=True, cause=later)
    unasked = a_send(purpose=Purpose.OPT_IN_CONFIRMATION)
    assert judged(RULE, asked, known) is ALLOW  # type: ignore[arg-type]
    assert isinstance(judged(RULE, unasked, known), Refuse)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "known", [STOPPED, facts(consent="withdrawn", consent_at=NOON)], ids=["stopped", "withdrawn"]
)
def test_a_wish_to_join_that_is_older_than_the_opt_out_is_overtaken(known: Facts) -> None:
    older = a_send(
        purpose=Purpose.OPT_IN_CONFIRMATION,
        is_requested_resubscribe=True,
        cause=Cause("opt_in", NOON - MINUTE),
    )
    assert isinstance(judged(RULE, older, known), Refuse)


def test_a_promise_made_before_the_opt_out_may_not_promote_after_it() -> None:
    known = facts(consent="withdrawn", consent_at=NOON)
    before, after = Cause("inbound", NOON - MINUTE), Cause("inbound", NOON + MINUTE)
    promoting = {"purpose": Purpose.REPLY, "is_promotional": True}
    assert judged(RULE, a_send(**promoting, cause=before), known) == Refuse("opted_out")
    wrote = replace(known, last_inbound_at=NOON + MINUTE)
    assert judged(RULE, a_send(**promoting, cause=after), wrote) is ALLOW
    assert judged(RULE, a_send(**promoting, cause=before), wrote) == Refuse("opted_out")
    assert judged(RULE, a_send(purpose=Purpose.REPLY, cause=before), known) is ALLOW


@pytest.mark.parametrize("wrote_at", [None, NOON - MINUTE, NOON])
def test_staff_promote_nothing_to_who_has_opted_out_and_not_written_since(wrote_at: datetime | None) -> None:
    known = facts(consent="withdrawn", consent_at=NOON, last_inbound_at=wrote_at)
    by_staff = Cause("staff_reply", NOON + MINUTE)
    promoting = a_send(purpose=Purpose.REPLY, is_promotional=True, cause=by_staff)
    assert judged(RULE, promoting, known) == Refuse("opted_out")
    assert judged(RULE, a_send(purpose=Purpose.REPLY, cause=by_staff), known) is ALLOW


def test_staff_are_alerted_about_anybody() -> None:
    assert judged(RULE, a_send(purpose=Purpose.STAFF_ALERT), STOPPED) is ALLOW
