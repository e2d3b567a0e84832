"""Purposes: nobody chooses one, it follows from what caused a send and what its text says."""

import inspect
from dataclasses import fields
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.flows import effects
from app.domain.purpose import REPLY_WITHIN, Cause, CauseKind, Purpose, derive_purpose, is_transactional
from app.usecases import messages
from tests.domain.rule_data import shipped

NOW = datetime(2026, 7, 1, 4, tzinfo=UTC)
RULES = shipped()
MOMENTS = st.integers(0, 72 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes))
EVENTS = st.none() | st.sampled_from(["order.placed", "order.x", "orders", "promo", "reservation.made", ""])
PLAIN = st.sampled_from(["您的订单已收到", "your order has left", "请回复1确认", ""])
WORDS = st.sampled_from(["优惠", "打折", "coupon", "折扣", "50% off", "秒杀"])
TEXTS = st.tuples(PLAIN, WORDS | st.just(""), PLAIN).map(" ".join)
KINDS = st.sampled_from([*CauseKind, "made_up"])


def purpose(
    kind: str,
    text: str,
    event: str | None,
    wrote_at: datetime | None,
    caused_at: datetime = NOW,
    names_offer: bool = False,
) -> Purpose:
    told = (Cause(kind, caused_at, event), text, wrote_at, NOW, RULES.promotional, RULES.transactional)
    return derive_purpose(*told, names_offer=names_offer)[0]


@given(KINDS, TEXTS, EVENTS, st.none() | MOMENTS, MOMENTS, st.booleans())
def test_a_send_is_no_marketing_only_for_a_reason(
    kind: str, text: str, event: str | None, wrote_at: datetime | None, caused_at: datetime, names_offer: bool
) -> None:
    found = purpose(kind, text, event, wrote_at, caused_at, names_offer)
    is_promotional = names_offer or RULES.promotional.first_in(text) is not None
    if found is Purpose.REPLY:
        assert kind in (CauseKind.INBOUND, CauseKind.AFTERWARDS, CauseKind.STAFF_REPLY)
        assert kind == CauseKind.STAFF_REPLY or NOW - caused_at <= REPLY_WITHIN
        assert kind != CauseKind.AFTERWARDS or not is_promotional
    if found in (Purpose.REPLY, Purpose.OPT_IN_CONFIRMATION):
        assert wrote_at is not None
        assert NOW - wrote_at <= REPLY_WITHIN
    if found is Purpose.SERVICE:
        assert not is_promotional
        assert kind != CauseKind.EVENT or is_transactional(event, RULES.transactional)
    if kind in (CauseKind.CAMPAIGN, CauseKind.JOURNEY, "made_up"):
        assert found is Purpose.MARKETING
    if found in (Purpose.OPT_IN_CONFIRMATION, Purpose.OPT_OUT_CONFIRMATION):
        assert not names_offer
        assert RULES.promotional.first_in(text, offers_only=True) is None


@given(KINDS, TEXTS, WORDS, EVENTS, st.none() | MOMENTS)
def test_a_promotional_word_more_never_makes_it_less_than_marketing(
    kind: str, text: str, word: str, event: str | None, wrote_at: datetime | None
) -> None:
    if purpose(kind, text, event, wrote_at) is Purpose.MARKETING:
        assert purpose(kind, f"{text} {word}", event, wrote_at) is Purpose.MARKETING


def test_no_way_into_the_outbox_takes_a_purpose() -> None:
    for way in (messages.queue, messages.say):
        assert "purpose" not in inspect.signature(way).parameters
    assert "purpose" not in {field.name for field in fields(messages.Origin)}
    assert "purpose" not in {field.name for field in fields(effects.SendText)}
