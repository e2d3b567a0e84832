"""Plug-ins are found by their constant, and what is wrong with one is said clearly."""

import sys

import pytest

from app.domain.discovery import DiscoveryError, discover


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Makes a package of the modules given as name=source."""
    names = []

    def make(**modules):
        name = f"tried_{len(names)}_{tmp_path.name.replace('-', '_')}"
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        for module, source in modules.items():
            (folder / f"{module}.py").write_text(source)
        names.append(name)
        return __import__(name)

    monkeypatch.syspath_prepend(tmp_path)
    yield make
    for loaded in [loaded for loaded in sys.modules if loaded.split(".")[0] in names]:
        del sys.modules[loaded]


def a_plug_in(name):
    return f"class PlugIn:\n    name = {name!r}\nPLUG_IN = PlugIn()\n"


def test_finds_them_sorted_by_name(package):
    found = discover(
        package(z=a_plug_in("alpha"), a=a_plug_in("beta"), _private="raise SystemExit"), "PLUG_IN"
    )
    assert list(found) == ["alpha", "beta"]


@pytest.mark.parametrize(
    ("modules", "message"),
    [
        ({"a": ""}, "a has no PLUG_IN"),
        ({"a": "PLUG_IN = 3"}, "a.PLUG_IN has no name"),
        ({"a": a_plug_in("x"), "b": a_plug_in("x")}, "b and .*a both call their PLUG_IN 'x'"),
    ],
)
def test_says_what_is_wrong(package, modules, message):
    with pytest.raises(DiscoveryError, match=message):
        discover(package(**modules), "PLUG_IN")
