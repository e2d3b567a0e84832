"""What `huixin up` runs, and where."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest
from cryptography.fernet import Fernet

from app.cli.up import free_nlu_url, programs
from app.cli.web import refuse_open_simulator
from app.processes.web import held, is_free
from app.settings import Settings, load


def some_settings(directory: Path, **changes: str) -> Settings:
    secrets = {
        "SECRET_KEY": "s" * 32,
        "HASH_KEY": "h" * 32,
        "SIGNING_KEY": "5e" * 32,
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    }
    return load({f"HUIXIN_{name}": value for name, value in {**secrets, **changes}.items()}, directory)


def test_runs_all_four_and_tells_each_where_the_nlu_is(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = some_settings(tmp_path, NLU_URL=f"http://127.0.0.1:{port}")
        found = programs(settings, "127.0.0.1", has_language=True)
    assert [program.name for program in found] == ["web", "worker", "clock", "nlu"]
    told = {program.environ["HUIXIN_NLU_URL"] for program in found}
    assert len(told) == 1
    assert told != {settings.nlu_url}


@pytest.mark.parametrize(
    ("nlu_url", "has_language"), [("http://127.0.0.1:5005", False), ("http://nlu.example:5005", True)]
)
def test_leaves_out_an_nlu_that_is_elsewhere_or_not_installed(
    nlu_url: str, has_language: bool, tmp_path: Path
) -> None:
    found = programs(some_settings(tmp_path, NLU_URL=nlu_url), "127.0.0.1", has_language=has_language)
    assert [program.name for program in found] == ["web", "worker", "clock"]


def test_makes_nothing_where_the_port_is_held_by_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    environ = {**os.environ, "HUIXIN_VAR": str(tmp_path), "PORT": str(port)}
    with held("127.0.0.1", port):
        command = [sys.executable, "-m", "app.cli", "up"]
        second = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60)
    assert (second.returncode, f"port {port} is taken" in second.stderr) == (1, True)
    assert not (tmp_path / "huixin.db").exists()


def test_the_web_takes_the_port_that_is_held_for_it(tmp_path: Path) -> None:
    found = programs(some_settings(tmp_path), "127.0.0.1", has_language=False)
    assert "--is-held" in found[0].command


def test_keeps_the_port_of_the_nlu_where_it_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not is_free("127.0.0.1", port)
    assert free_nlu_url(f"http://127.0.0.1:{port}") == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "shop.example"])
def test_refuses_to_open_the_simulator_to_the_network(host: str, tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="HUIXIN_SIMULATOR=off"):
        refuse_open_simulator(some_settings(tmp_path), host)
    refuse_open_simulator(some_settings(tmp_path, SIMULATOR="off"), host)
    refuse_open_simulator(some_settings(tmp_path, PUBLIC_URL="https://sms.shop.example"), host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_shows_the_simulator_to_this_machine(host: str, tmp_path: Path) -> None:
    refuse_open_simulator(some_settings(tmp_path), host)
