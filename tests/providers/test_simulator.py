"""The simulator's carrier: special numbers, weak channels, and the phone's door."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.providers.contract import (
    Accepted,
    Outgoing,
    ParsedInbound,
    ReceiptStatus,
    Request,
    Style,
    Unparseable,
)
from app.providers.simulator import PROVIDER, CarrierPlan, SimulatorSettings, Taking, carrier_plan, inbound

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SETTINGS = SimulatorSettings()
DELIVERED, UNDELIVERED = ReceiptStatus.DELIVERED, ReceiptStatus.UNDELIVERED


@pytest.mark.parametrize(
    ("phone", "outcome", "receipt", "code", "refusals"),
    [
        ("+8613800000001", Taking.ACCEPT, DELIVERED, None, 0),
        ("+8613800000002", Taking.ACCEPT, UNDELIVERED, "MK:0001", 0),
        ("+8613800000003", Taking.TEMPORARY_FIRST_N, DELIVERED, None, 2),
        ("+8613800000004", Taking.ACCEPT, None, None, 0),
        ("+8613800000005", Taking.LOSE_ANSWER, DELIVERED, None, 0),
        ("+8613800001234", Taking.ACCEPT, DELIVERED, None, 0),
        ("+13105550005", Taking.LOSE_ANSWER, DELIVERED, None, 0),
    ],
)
def test_a_number_tells_its_fate(phone, outcome, receipt, code, refusals):
    plan = carrier_plan(phone, "m1", 0, SETTINGS)
    assert (plan.outcome, plan.receipt, plan.code, plan.refusals) == (outcome, receipt, code, refusals)


def test_a_special_number_keeps_its_fate_on_a_weak_channel():
    weak = SimulatorSettings(delivered=0)
    assert carrier_plan("+8613800000001", "m1", 0, weak).receipt is DELIVERED
    assert carrier_plan("+8613800001234", "m1", 0, weak) == CarrierPlan(
        Taking.ACCEPT, UNDELIVERED, "MK:0010", carrier_plan("+8613800001234", "m1", 0, weak).delay_s
    )


@given(st.text(max_size=40), st.integers(), st.floats(0, 1), st.floats(0, 1000))
def test_the_same_message_always_has_the_same_fate(message_id, seed, delivered, delay_s):
    settings = SimulatorSettings(delivered=delivered, delay_s=delay_s)
    message_id = message_id.encode("utf-8", "replace").decode()
    plan = carrier_plan("+8613800001234", message_id, seed, settings)
    assert plan == carrier_plan("+8613800001234", message_id, seed, settings)
    assert delay_s * 0.5 <= plan.delay_s <= delay_s * 1.5


@pytest.mark.parametrize("seed", [0, 1, 20261122])
def test_a_weak_channel_loses_its_share(seed):
    weak = SimulatorSettings(delivered=0.89, delay_s=20)
    plans = [carrier_plan("+8613800001234", f"m{number}", seed, weak) for number in range(10_000)]
    assert 0.88 < sum(plan.receipt is DELIVERED for plan in plans) / 10_000 < 0.90
    assert 19 < sum(plan.delay_s for plan in plans) / 10_000 < 21


def test_another_seed_chooses_other_messages():
    weak = SimulatorSettings(delivered=0.5)
    fates = [
        [carrier_plan("+8613800001234", f"m{n}", seed, weak).receipt for n in range(64)] for seed in (1, 2)
    ]
    assert fates[0] != fates[1]


def test_the_phones_text_is_read_as_an_inbound():
    read = inbound("u1", "13800001234", "10690000", "/opt_out \x00", NOW, Style.MAINLAND)
    assert read == ParsedInbound("u1", "+8613800001234", "10690000", "/opt_out ", NOW)


def test_a_phone_that_is_none_is_told():
    assert isinstance(inbound("u1", "abc", "", "T", NOW, Style.MAINLAND), Unparseable)


def test_the_quarantine_can_replay_the_phones_texts():
    body = b'[{"id":"u1","phone":"+8613800001234","to":"1069","text":"T"},{"phone":"none"},7]'
    parsed = PROVIDER.parse(Request("POST", "https://h.example/", body=body), SETTINGS)
    assert [one.text for one in parsed.inbound] == ["T"]
    assert len(parsed.unparseable) == 2


def test_no_webhook_speaks_for_the_simulator():
    assert PROVIDER.verify(Request("POST", "https://h.example/"), SETTINGS) == "no_webhook"
    assert not PROVIDER.has_webhook
    assert PROVIDER.acknowledge(PROVIDER.parse(Request("POST", ""), SETTINGS)).status == 200


def test_sending_hands_over_to_the_carrier_in_order():
    class Taker:
        def take(self, messages, settings):
            return [Accepted(f"sim-{message.id}") for message in messages]

    messages = [Outgoing(str(number), "+8613800001234", "1069", "hi") for number in range(3)]
    assert PROVIDER.send(messages, SETTINGS, Taker()) == [Accepted(f"sim-{number}") for number in range(3)]
