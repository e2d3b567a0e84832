"""A process has the ways to tell staff that its settings name, and opens none before it is used."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.store.engine import Store
from app.wiring import build_parts
from tests.web.demo_shop import FewSentences, some_settings

MAIL = {"SMTP_URL": "smtp://mail.shop.example", "SMTP_FROM": "desk@shop.example"}
WEBHOOK = {"ALERT_WEBHOOK_URL": "https://alerts.shop.example", "ALERT_WEBHOOK_SECRET": "w" * 16}


@pytest.mark.parametrize(
    ("given", "ways"),
    [({}, set()), (MAIL, {"email"}), (WEBHOOK, {"webhook"}), ({**MAIL, **WEBHOOK}, {"email", "webhook"})],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_settings_name_the_ways(
    engine: Engine, tmp_path: Path, given: dict[str, str], ways: set[str]
) -> None:
    settings = some_settings(tmp_path, **given)
    parts = build_parts(settings, store=Store(engine), nlu=FewSentences())  # type: ignore[arg-type]
    assert set(parts.notifiers) == ways
    for way in parts.notifiers.values():
        way.rest()
