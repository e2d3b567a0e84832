"""The seams of DESIGN hold: the domain is pure, one module reads the clock, app and bot stay apart."""

import ast
import json
import subprocess
import sys
from pathlib import Path

from tests.meta.sources import ROOT, imports, name_of, parsed, python_files

IMPORT_ALL_OF_DOMAIN = """
import importlib, json, pkgutil, sys
import app.domain
for module in pkgutil.walk_packages(app.domain.__path__, "app.domain."):
    importlib.import_module(module.name)
print(json.dumps(sorted(sys.modules)))
"""
IMPURE = {
    "flask",
    "sqlalchemy",
    "redis",
    "httpx2",
    "psycopg",
    "alembic",
    "apscheduler",
    "granian",
    "structlog",
}
READS_CLOCK = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"}
CLOCKS = {"datetime", "date", "time", "dt"}


def test_the_domain_loads_neither_web_nor_database_nor_network() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL_OF_DOMAIN], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(ran.stdout))
    assert not loaded & IMPURE
    ours = {name for name in loaded if name.startswith("app.") and not name.startswith("app.domain")}
    assert not ours


def test_the_arrows_point_one_way() -> None:
    ran = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout


def test_only_the_clock_reads_the_clock() -> None:
    reads = [
        f"{name_of(path)}:{node.lineno} {ast.unparse(node)}"
        for path in python_files("app")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in READS_CLOCK
        and ast.unparse(node.func.value).split(".")[-1] in CLOCKS
    ]
    assert [read for read in reads if not read.startswith("app/clock.py:")] == []


def test_only_the_clock_measures_time() -> None:
    """Not even as a default: time is an argument."""
    measures = [
        f"{name_of(path)}:{node.lineno} {ast.unparse(node)}"
        for path in python_files("app")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node) in ("time.monotonic", "time.perf_counter", "time.time")
    ]
    assert [read for read in measures if not read.startswith("app/clock.py:")] == []


def test_of_the_app_the_bot_imports_only_the_folding_of_text() -> None:
    allowed = {"app", "app.domain", "app.domain.text"}
    for path in python_files("bot"):
        ours = {module for module in imports(path) if module.split(".")[0] == "app"}
        assert {module for module in ours if not module.startswith("app.domain.text.")} <= allowed, path


def test_the_app_imports_nothing_of_the_bot_or_its_libraries() -> None:
    for path in python_files("app"):
        assert not {module.split(".")[0] for module in imports(path)} & {"bot", "rasa", "tensorflow"}, path


def test_app_and_bot_agree_on_how_much_of_a_text_is_read() -> None:
    def assigned(file: str, name: str) -> list[object]:
        nodes = [node for node in parsed(ROOT / file).body if isinstance(node, ast.Assign)]
        return [ast.literal_eval(node.value) for node in nodes if ast.unparse(node.targets[0]) == name]

    assert assigned("app/nlu.py", "READ") == assigned("bot/features.py", "LONGEST") != []


def test_app_and_bot_never_share_an_environment() -> None:
    def packages(lock: str) -> set[str]:
        lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
        return {line.split("==")[0] for line in lines if "==" in line and line[0].isalnum()}

    assert not packages("requirements.txt") & {"rasa", "tensorflow", "tensorflow-cpu"}
    assert not packages("bot/requirements.txt") & {"granian", "flask", "huixin"}
    assert (ROOT / "bot/.python-version").read_text(encoding="utf-8").strip() == "3.10"
