"""Rule: marketing goes in the hours in which the brand's industry is welcome."""

from datetime import time, timedelta

import pytest

from app.domain.compliance.decision import ALLOW, Defer, Refuse
from app.domain.compliance.rules.send_window import RULE
from app.domain.purpose import Purpose
from app.domain.windows import Window
from tests.domain.compliance.building import NOON, a_send, facts, judged

RETAIL = (Window(time(10), time(11, 30)), Window(time(15), time(17, 30)))


@pytest.mark.parametrize(
    ("minutes", "opens_after"),
    [(-121, 1), (-120, None), (-31, None), (-30, 210), (0, 180), (180, None), (329, None), (330, 990)],
)
def test_waits_for_the_next_window(minutes, opens_after):
    now = NOON + timedelta(minutes=minutes)
    expected = ALLOW if opens_after is None else Defer(now + timedelta(minutes=opens_after), "outside_window")
    assert judged(RULE, a_send(), facts(windows=RETAIL), now) == expected


def test_every_possible_zone_must_be_in_it():
    unknown = facts(windows=RETAIL, timezone=None, possible_timezones=("Asia/Shanghai", "Asia/Tokyo"))
    assert judged(RULE, a_send(), unknown, NOON - timedelta(minutes=120)) == ALLOW  # 10:00 and 11:00
    assert judged(RULE, a_send(), unknown, NOON - timedelta(minutes=90)) == Defer(
        NOON + timedelta(minutes=180), "outside_window"
    )
    assert judged(RULE, a_send(), facts(windows=RETAIL, timezone=None)) == Refuse("zone_unknown")


def test_only_marketing_has_windows():
    for purpose in set(Purpose) - {Purpose.MARKETING}:
        assert judged(RULE, a_send(purpose=purpose), facts(windows=RETAIL)) is ALLOW
