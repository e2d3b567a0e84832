"""A letter to a member of staff, as its sender gets it."""

from typing import Any

from app.notifiers import Letter
from tests.domain.test_alert_words import ALERT, NOW


def a_letter(**changes: Any) -> Letter:
    told = {"id": "0190", "alert": ALERT, "language": "zh", "to": "ann@shop.example", "now": NOW}
    return Letter(**{**told, **changes})
