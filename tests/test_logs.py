"""Logs are one event a line, carry the trace id, and withhold numbers and texts."""

import json
import subprocess
import sys

import pytest

from app.logs import BLOT, blot_private, trace, trace_id

SAY = """
import logging, structlog
from app import logs
logs.configure("{form}")
with logs.trace("abc", inbound="1"):
    structlog.get_logger("huixin").info("received", text="退订", detail="from +8613800138000")
    logging.getLogger("library").warning("called %s", "13800138000")
    try:
        raise ValueError("13800138000")
    except ValueError:
        structlog.get_logger("huixin").exception("failed")
"""


def said(form: str) -> str:
    code = SAY.replace("{form}", form)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr


def test_json_is_one_object_a_line_with_the_trace_id() -> None:
    events = [json.loads(line) for line in said("json").splitlines()]
    assert [event["event"] for event in events] == ["received", f"called {BLOT}", "failed"]
    assert {event["trace_id"] for event in events} == {"abc"}
    assert events[2]["exception"].startswith("Traceback")


@pytest.mark.parametrize("form", ["console", "json"])
def test_no_number_and_no_text_is_written(form: str) -> None:
    lines = said(form)
    assert "13800138000" not in lines
    assert "退订" not in lines


@pytest.mark.parametrize(
    "number", ["13800138000", "+86 138 0013 8000", "+1 415-555-0123", "tel:+14155550123"]
)
def test_a_number_is_withheld_wherever_it_stands(number: str) -> None:
    shown = blot_private(None, "info", {"event": f"sent to {number}.", "more": {"list": [number]}})
    assert number.removeprefix("tel:") not in str(shown)


@pytest.mark.parametrize(
    "harmless",
    [
        "0192d3a4-1234-7890-8abc-1234567890ab",
        "2026-11-22T12:56:10.553503Z",
        "1.2345678901",
        "count 1234567",
        True,
        42,
    ],
)
def test_ids_and_instants_are_kept(harmless: object) -> None:
    assert blot_private(None, "info", {"seen": harmless}) == {"seen": harmless}


def test_the_trace_id_ends_with_its_block() -> None:
    with trace("abc"):
        assert trace_id() == "abc"
    assert trace_id() is None
