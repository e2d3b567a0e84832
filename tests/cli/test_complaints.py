"""`huixin complaints figures`: for people, for programs, and exit 1 above the alarm line."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.providers.contract import Parsed, ParsedInbound
from app.usecases.parts import Parts
from app.usecases.receive import Delivery, receive
from app.usecases.record_events import NewEvent, record_events
from tests.cli.installation import huixin, installed
from tests.web.console.test_inbox import ALICE, LI, STRANGER
from tests.web.demo_shop import NOON, WANG, work

TODAY = ("--from", "2026-11-23", "--to", "2026-11-23")


@pytest.fixture(autouse=True)
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand and one complaint about goods."""
    parts = installed(tmp_path, database_url, engine, monkeypatch)
    complains(parts, WANG)
    return parts


def complains(parts: Parts, phone: str) -> None:
    channel = parts.directory.current(NOON).channel_named("simulator")
    assert channel is not None
    text = ParsedInbound(f"m-{phone}", phone, channel.senders[0].address, "投诉 送来的蛋糕是坏的")
    receive(parts, [Delivery(channel, Parsed(inbound=(text,)), f"m-{phone}")], NOON)
    work(parts, parts.now)  # type: ignore[arg-type]


def orders(parts: Parts, many: int) -> None:
    brand = parts.directory.current(NOON).brand_coded("demo")
    assert brand is not None
    record_events(parts, brand, [NewEvent(f"o-{n}", "order.placed", NOON, WANG) for n in range(many)], NOON)


def test_a_program_gets_every_figure_of_every_group(parts: Parts) -> None:
    orders(parts, 4)
    ran = huixin("complaints", "figures", "--by", "brand", *TODAY, "--json")
    told = json.loads(ran.stdout)
    service, messages = told["groups"]
    assert (ran.exit_code, told["by"], told["from"]) == (0, "brand", "2026-11-23")
    assert (service["kind"], service["key"], service["complaints"], service["per"]) == (
        "service_complaint",
        "demo",
        1,
        4,
    )
    assert (service["rate"], service["alarm_line"], service["line"]) == (0.25, 0.003, "over")
    assert service["resolution_s"] == {"median": None, "p90": None}
    assert (messages["kind"], messages["complaints"], messages["rate"]) == ("message_complaint", 0, None)


def test_people_get_a_line_for_each_group() -> None:
    ran = huixin("complaints", "figures", "--by", "category", *TODAY)
    assert ran.exit_code == 0
    assert ran.stdout.startswith("service_complaint  other: 1 complaint")


def test_a_rate_surely_above_its_line_is_a_finding(parts: Parts) -> None:
    orders(parts, 100)
    assert huixin("complaints", "figures", *TODAY).exit_code == 0  # a single complaint proves nothing
    for phone in (LI, ALICE, STRANGER):
        complains(parts, phone)
    ran = huixin("complaints", "figures", *TODAY)
    assert (ran.exit_code, "rate 4.00% above its line" in ran.stdout) == (1, True)


def test_other_days_have_no_complaint() -> None:
    told = huixin("complaints", "figures", "--from", "2026-11-01", "--to", "2026-11-22", "--json").stdout
    assert [one["complaints"] for one in json.loads(told)["groups"]] == [0, 0]


def test_what_cannot_be_asked_is_told() -> None:
    assert huixin("complaints", "figures", "--brand", "nobody").exit_code == 1
    assert huixin("complaints", "figures", "--from", "2026-11-24", "--to", "2026-11-23").exit_code == 2
    assert huixin("complaints", "figures", "--from", "2020-01-01", "--to", "2026-11-23").exit_code == 2
