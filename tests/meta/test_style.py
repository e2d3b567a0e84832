"""The house style where a machine can see it: sizes, names, and a sentence at the top of every module."""

import ast

from tests.meta.sources import name_of, parsed, python_files

LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
SAY_NOTHING = {
    "utils",
    "util",
    "helpers",
    "helper",
    "models",
    "constants",
    "services",
    "common",
    "base",
    "misc",
    "manager",
}
OURS = python_files("app", "bot")


def test_modules_are_short() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in OURS}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_functions_are_short() -> None:
    functions = {
        f"{name_of(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in OURS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in functions.items() if length > LONGEST_FUNCTION} == {}


def test_modules_open_with_a_sentence() -> None:
    assert [name_of(path) for path in OURS if parsed(path).body and not ast.get_docstring(parsed(path))] == []


def test_files_are_named_after_what_they_hold() -> None:
    everywhere = python_files("app", "bot", "tests")
    assert [name_of(path) for path in everywhere if path.stem in SAY_NOTHING] == []
