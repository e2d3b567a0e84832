"""The simulator's checker reads its answer off the number."""

import pytest

from app import clock
from app.number_checkers import Access, Finding, Standing
from app.number_checkers.simulator import CHECKER
from app.providers.transport import Transport


@pytest.mark.parametrize(
    ("ending", "standing", "code"),
    [
        ("0001", Standing.ALIVE, None),
        ("0002", Standing.DEAD, "MK:0001"),
        ("0003", Standing.SUSPENDED, "MK:0005"),
        ("0004", Standing.UNKNOWN, None),
        ("7777", Standing.ALIVE, None),
    ],
)
def test_special_numbers(ending: str, standing: Standing, code: str | None) -> None:
    phones = [f"+861380000{ending}", "+8613800000005"]
    answer = CHECKER.check(phones, Access(), Transport(monotonic=clock.monotonic))
    assert answer == [Finding(phones[0], standing, code)]
