"""Brands, channels and the marketing switch from the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.usecases.parts import Parts
from tests.cli.installation import huixin, installed


@pytest.fixture
def parts(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Parts:
    """An installation with the demo brand."""
    return installed(tmp_path, database_url, engine, monkeypatch)


def test_adds_a_brand_with_the_shipped_flows(parts: Parts) -> None:
    added = huixin("brands", "add", "second", "--name", "二店", "--fact", "en.hours=9 to 9")
    assert added.exit_code == 0, added.output
    listed = json.loads(huixin("brands", "list", "--json").stdout)
    assert [brand["code"] for brand in listed] == ["demo", "second"]
    brand = parts.directory.current(parts.now()).brand_coded("second")
    assert brand is not None
    assert brand.settings["facts"]["en"]["hours"] == "9 to 9"
    assert parts.flows.of(brand, "mainland").find("complaint") is not None


def test_tells_what_is_wrong_with_a_brand(parts: Parts) -> None:
    for words in (("demo",), ("Bad Code",), ("x", "--timezone", "Mars/Base")):
        refused = huixin("brands", "add", *words, "--name", "二店")
        assert refused.exit_code == 1, words
        assert refused.stderr.startswith("Error: ")
    assert huixin("brands", "add", "x", "--name", "二店", "--fact", "hours=9").exit_code == 2


def test_adds_a_channel_and_prints_the_addresses_for_its_provider(parts: Parts) -> None:
    words = (
        "channels",
        "add",
        "http",
        "gate",
        "--brand",
        "demo",
        "--set",
        "key=abcdefgh12",
        "--set",
        "sender=10690000",
    )
    added = json.loads(huixin(*words, "--json").stdout)
    channel = parts.directory.current(parts.now()).channel_named("gate")
    assert channel is not None
    assert added["inbound_url"] == f"http://127.0.0.1:8000/hooks/gate/{channel.secret}/inbound"
    assert [sender.address for sender in channel.senders] == ["10690000"]
    listed = huixin("channels", "list", "--json").stdout
    assert channel.secret not in listed
    assert "abcdefgh12" not in listed
    assert {one["name"] for one in json.loads(listed)} == {"simulator", "gate"}


def test_tells_everything_that_is_wrong_with_a_channel_at_once(parts: Parts) -> None:
    words = ("channels", "add", "http", "Gate!", "--brand", "demo", "--set", "kee=1", "--set", "purpose=spam")
    refused = huixin(*words)
    assert refused.exit_code == 1
    for told in (
        "key: Field required",
        "kee: is no setting; known: ",
        "the name has small letters",
        "purpose",
    ):
        assert told in refused.stderr
    assert huixin("channels", "add", "pigeon", "p", "--brand", "demo").exit_code == 1
    assert huixin("channels", "add", "simulator", "simulator", "--brand", "demo").exit_code == 1
    assert huixin("channels", "add", "simulator", "new", "--brand", "nobody").exit_code == 1
    assert huixin("channels", "add", "simulator", "new", "--brand", "demo", "--set", "seed").exit_code == 2


def test_tries_a_channel_with_one_message(parts: Parts) -> None:
    tried = huixin("channels", "test", "simulator")
    assert tried.exit_code == 0, tried.output
    assert tried.output.startswith("accepted by the provider as ")
    assert huixin("channels", "test", "nobody").exit_code == 1


def test_stops_and_resumes_marketing(parts: Parts) -> None:
    assert "1" in huixin("marketing", "stop", "--brand", "demo").stdout
    assert json.loads(huixin("brands", "list", "--json").stdout)[0]["marketing_stopped_at"]
    assert huixin("marketing", "resume").exit_code == 0
    assert json.loads(huixin("brands", "list", "--json").stdout)[0]["marketing_stopped_at"] is None
    assert huixin("marketing", "stop", "--brand", "nobody").exit_code == 1


def test_takes_a_published_flow_back(parts: Parts) -> None:
    taken = huixin("flows", "unpublish", "help", "--brand", "demo")
    assert (taken.exit_code, taken.stdout) == (
        0,
        "help is not published any more; 0 conversations in it ended\n",
    )
    again = huixin("flows", "unpublish", "help", "--brand", "demo")
    assert again.exit_code == 1
    assert "no flow 'help' is published for demo" in again.stderr


def test_the_database_is_its_owners_alone(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir(mode=0o755)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HUIXIN_")}
    command = [sys.executable, "-m", "app.cli", "init"]
    subprocess.run(command, env={**environ, "HUIXIN_VAR": str(var)}, umask=0o022, check=True)
    assert {file.name: file.stat().st_mode & 0o077 for file in [var, *var.glob("huixin.db*")]} == {
        "var": 0,
        "huixin.db": 0,
    }


def test_a_brand_keeps_the_hours_of_its_industry_and_names_its_links(parts: Parts) -> None:
    told = ("--name", "学堂", "--industry", "education", "--link-host", "xt.cn", "--no-flows")
    assert huixin("brands", "add", "school", *told).exit_code == 0
    parts.directory.renew()
    brand = parts.directory.current(parts.now()).brand_coded("school")
    assert brand is not None
    assert (brand.settings["industry"], brand.settings["link_hosts"]) == ("education", ["xt.cn"])
    refused = huixin("brands", "add", "moon", "--name", "月", "--industry", "moon")
    assert refused.exit_code == 1
    assert "give one of education" in refused.stderr


def test_changes_the_hours_of_a_brand_and_of_a_channel(parts: Parts) -> None:
    done = huixin("brands", "change", "demo", "--anniversary", "6-18", "--marketing-hours", "10:00-12:00")
    assert done.exit_code == 0, done.output
    assert huixin("channels", "hours", "simulator", "--marketing", "09:00-20:00").exit_code == 0
    directory = parts.directory.current(parts.now())
    brand, channel = directory.brand_coded("demo"), directory.channel_named("simulator")
    assert brand is not None
    assert channel is not None
    assert (brand.settings["anniversary"], brand.settings["marketing_hours"]) == ("06-18", "10:00-12:00")
    assert channel.settings.marketing_hours == "09:00-20:00"
    for words in (
        ("brands", "change", "demo", "--marketing-hours"),
        ("channels", "hours", "simulator", "--service"),
    ):
        refused = huixin(*words, "late")
        assert refused.exit_code == 1
        assert "is no window such as 10:00-20:00" in refused.stderr
