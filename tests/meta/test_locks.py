"""Lock files pin by version and hash, and say nothing of where anything is fetched from."""

import json

import pytest

from tests.meta.sources import ROOT

LOCKS = ["requirements.txt", "requirements-uv.txt", "requirements-node.txt", "bot/requirements.txt"]


@pytest.mark.parametrize("lock", [*LOCKS, "package-lock.json"])
def test_a_lock_holds_no_address(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert [
        line
        for line in lines
        if "://" in line or line.startswith(("--index-url", "--extra-index-url", "--find"))
    ] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_python_package_is_pinned_with_hashes(lock: str) -> None:
    entries = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    packages = [entry for entry in entries if entry and entry[0].isalnum()]
    assert packages
    assert [entry for entry in packages if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_every_browser_library_is_pinned_with_its_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []
