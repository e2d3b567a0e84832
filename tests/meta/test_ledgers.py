"""No code changes or removes a ledger's rows, but sealing and pruning; docs/dengbao.md names tests that are there."""

import ast
import re

import pytest

from app.store.ledgers import LEDGERS
from tests.meta.sources import ROOT, name_of, parsed, python_files

MAY = {"app/store/ledgers.py", "app/store/seals.py", "app/store/append_only.py"}
CLASSES = {"AuditEntry", "ConsentEvent", "Decision", "Seal", "Checkpoint"}
TABLES = "|".join((*LEDGERS, "seals", "checkpoints"))
WRITES = re.compile(rf"\b(UPDATE|DELETE FROM|TRUNCATE|DROP TRIGGER)\s+({TABLES})\b", re.IGNORECASE)


def changes(node: ast.AST) -> bool:
    """Whether this is a statement, or a call that writes rows, on a ledger's class."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return WRITES.search(node.value) is not None
    if not isinstance(node, ast.Call):
        return False
    verb = ast.unparse(node.func).split(".")[-1]
    told = {ast.unparse(argument).removesuffix(".__table__") for argument in node.args}
    return verb in {"update", "delete", "update_all", "_update_alike"} and bool(told & CLASSES)


def test_only_sealing_and_pruning_change_or_remove_a_ledgers_rows() -> None:
    found = {
        f"{name_of(path)}:{getattr(node, 'lineno', 0)}"
        for path in python_files("app")
        if name_of(path) not in MAY
        for node in ast.walk(parsed(path))
        if changes(node)
    }
    assert found == set()


@pytest.mark.parametrize(
    "code",
    [
        "session.execute(update(AuditEntry).values(x=1))",
        "delete(Decision.__table__)",
        "run('DELETE FROM audit')",
    ],
)
def test_a_change_to_a_ledger_would_be_seen(code: str) -> None:
    assert any(changes(node) for node in ast.walk(ast.parse(code)))


DENGBAO = (ROOT / "docs" / "dengbao.md").read_text(encoding="utf-8")


def test_what_dengbao_names_is_there() -> None:
    named = set(re.findall(r"`((?:tests|app|docs|data)/[\w./]+)(?:::(\w+))?`", DENGBAO))
    assert len(named) > 10
    for path, test in sorted(named):
        assert (ROOT / path).exists(), path
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), test


def test_every_control_of_dengbao_is_told_present_or_missing() -> None:
    rows = [line for line in DENGBAO.splitlines() if re.match(r"\| 8\.", line)]
    assert len(rows) > 20
    for row in rows:
        state = row.split("|")[4].strip()
        assert state in {"有", "部分", "缺", "部署方"}, row
        assert (state in {"有", "部分"}) <= ("`tests/" in row), row
