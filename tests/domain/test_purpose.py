"""What a send is for: derived from its cause and its text."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.purpose import Cause, CauseKind, Purpose, derive_purpose
from tests.domain.rule_data import shipped

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def derived(
    kind: str,
    text: str = "您的订单已发货",
    event: str | None = None,
    last_inbound_at: datetime | None = None,
    caused_at: datetime = NOW,
    names_offer: bool = False,
) -> tuple[Purpose, str]:
    rules = shipped()
    cause = Cause(kind, caused_at, event)
    told = (cause, text, last_inbound_at, NOW, rules.promotional, rules.transactional)
    return derive_purpose(*told, names_offer=names_offer)


@pytest.mark.parametrize("kind", [CauseKind.INBOUND, CauseKind.AFTERWARDS, CauseKind.STAFF_REPLY])
def test_an_answer_is_a_reply_for_a_day(kind: str) -> None:
    day = timedelta(hours=24)
    assert derived(kind, last_inbound_at=NOW - day) == (Purpose.REPLY, "answers_customer")
    late = NOW - day - timedelta(microseconds=1)
    assert derived(kind, last_inbound_at=late) == (Purpose.MARKETING, "no_recent_inbound")
    assert derived(kind) == (Purpose.MARKETING, "no_recent_inbound")


def test_a_reply_may_carry_the_offer_that_was_asked_for() -> None:
    assert derived("inbound", "您的优惠券：A1B2", last_inbound_at=NOW)[0] is Purpose.REPLY
    assert derived("inbound", last_inbound_at=NOW, names_offer=True)[0] is Purpose.REPLY


@pytest.mark.parametrize("kind", [CauseKind.INBOUND, CauseKind.AFTERWARDS])
def test_another_text_of_theirs_makes_no_late_answer_of_one_that_nobody_waits_for(kind: str) -> None:
    """A flow that waits for three days does not answer the T that comes meanwhile."""
    before = NOW - timedelta(days=3)
    late = derived(kind, last_inbound_at=NOW, caused_at=before)
    assert late == (Purpose.MARKETING, "no_recent_inbound")


def test_what_a_flow_promotes_after_a_wait_answers_nobody() -> None:
    wrote = {"last_inbound_at": NOW, "caused_at": NOW - timedelta(hours=8)}
    assert derived("afterwards", "预约已确认", **wrote) == (Purpose.REPLY, "answers_customer")
    assert derived("afterwards", "送您一张优惠券", **wrote) == (Purpose.MARKETING, "promotional_words")
    assert derived("afterwards", names_offer=True, **wrote) == (Purpose.MARKETING, "promotional_words")


def test_a_transactional_event_is_service_unless_it_promotes() -> None:
    assert derived("event", event="order.placed") == (Purpose.SERVICE, "transactional_event")
    assert derived("event", "已发货，下单立减20元", "order.placed") == (
        Purpose.MARKETING,
        "promotional_words",
    )
    assert derived("event", event="weather.changed") == (Purpose.MARKETING, "event_not_transactional")
    assert derived("event", event="orders") == (Purpose.MARKETING, "event_not_transactional")
    assert derived("event") == (Purpose.MARKETING, "event_not_transactional")


@pytest.mark.parametrize(
    ("kind", "event"), [("event", "order.placed"), ("complaint", None), ("channel_test", None)]
)
def test_what_names_an_offer_is_no_service_whatever_its_words(kind: str, event: str | None) -> None:
    assert derived(kind, "蛋糕季，16元起", event, names_offer=True) == (
        Purpose.MARKETING,
        "promotional_words",
    )


def test_an_own_complaint_is_service_unless_it_promotes() -> None:
    assert derived("complaint", "问题解决了吗？1 是 2 否") == (Purpose.SERVICE, "own_complaint")
    assert derived("complaint", "送您一张优惠券")[0] is Purpose.MARKETING


@pytest.mark.parametrize("kind", ["journey", "campaign", "something new"])
def test_what_the_brand_starts_is_marketing(kind: str) -> None:
    assert derived(kind, last_inbound_at=NOW) == (Purpose.MARKETING, "started_by_brand")


def test_confirmations_carry_no_offer() -> None:
    assert derived("opt_in", "回复Y确认接收优惠信息", last_inbound_at=NOW)[0] is Purpose.OPT_IN_CONFIRMATION
    for kind in ("opt_in", "opt_out"):
        named = derived(kind, last_inbound_at=NOW, names_offer=True)
        assert named == (Purpose.MARKETING, "offer_in_confirmation")
    coupon = derived("opt_in", "回复Y领取优惠券", last_inbound_at=NOW)
    assert coupon == (Purpose.MARKETING, "offer_in_confirmation")
    assert derived("opt_out", "您已退订，将不再收到优惠信息")[0] is Purpose.OPT_OUT_CONFIRMATION
    assert derived("opt_out", "已退订。再领一张优惠券？") == (Purpose.MARKETING, "offer_in_confirmation")
    assert derived("staff_alert")[0] is Purpose.STAFF_ALERT


@pytest.mark.parametrize("wrote_at", [None, NOW - timedelta(hours=24, microseconds=1)])
def test_nobody_is_asked_for_consent_out_of_the_blue(wrote_at: datetime | None) -> None:
    asked = derived("opt_in", "回复Y确认接收信息", last_inbound_at=wrote_at)
    assert asked == (Purpose.MARKETING, "no_recent_inbound")


def test_every_cause_has_a_purpose() -> None:
    assert {derived(kind, event="order.placed", last_inbound_at=NOW)[0] for kind in CauseKind} == set(Purpose)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("全场8折", "#折"),
        ("全场八折", "#折"),
        ("满100减20", "满#减"),
        ("満100減20", None),
        ("20% off today", "#% off"),
        ("Ｓａｌｅ now", "sale"),
        ("優惠活動", "优惠"),
        ("优 惠", "优惠"),
        ("优*惠*券", "优惠券"),
        ("双倍积分", "双倍积分"),
        ("wholesale", None),
        ("after-sale service", None),
        ("限时达已送达", None),
        ("免费送货", None),
        ("dealing", None),
        ("您的订单A123已发货，预计明天送达", None),
        ("Your order A123 has shipped", None),
        ("预约明天10:00，回复1确认", None),
        ("We'll deal with your complaint", None),
        ("共2件，合计128.50元", None),
        ("Table for 4 at 7 pm", None),
    ],
)
def test_promotional_words(text: str, word: str | None) -> None:
    assert shipped().promotional.first_in(text) == word


def test_a_channels_test_is_service_unless_it_promotes() -> None:
    assert derived("channel_test", "This is a test of this channel.")[0] is Purpose.SERVICE
    assert derived("channel_test", "全场五折")[0] is Purpose.MARKETING
