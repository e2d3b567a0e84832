"""Who may put a message into the outbox, and with which cause: a new creator has to be entered here."""

import ast

from app.domain.purpose import CauseKind
from tests.meta.sources import name_of, parsed, python_files

CREATORS = {
    "app/bench/queued.py": {"EVENT"},  # the load of the benchmark
    "app/usecases/channel_setup.py": {"CHANNEL_TEST"},  # the test message that an admin sends themselves
    "app/usecases/complaint_beside.py": {"COMPLAINT", "INBOUND", "OPT_OUT"},
    "app/usecases/desk.py": {"COMPLAINT"},  # and the cause of what staff write
    "app/usecases/follow_route.py": {"INBOUND", "OPT_OUT"},
    "app/usecases/opt_by_rule.py": {"OPT_IN", "OPT_OUT"},
    "app/usecases/staff_alert.py": {"STAFF_ALERT"},
    "app/usecases/world.py": {"OPT_IN"},  # and the cause that its run was started with
}
STARTERS = {
    "app/usecases/complaint_clock.py": {"COMPLAINT"},
    "app/usecases/follow_route.py": {"INBOUND", "OPT_OUT"},
    "app/usecases/record_events.py": {"EVENT"},
}
"""Who starts flow runs; what a run sends has its cause, or that of the text that it answers."""
RECORDERS = {"app/bench/desk_filling.py": {"INBOUND"}}
"""Who opens complaints as if a text had come, and sends nothing."""
JUDGES = {
    "app/domain/flows/text_checks.py": {"EVENT", "INBOUND", "OPT_IN"},
    "app/usecases/staff_texts.py": {"COMPLAINT", "STAFF_REPLY"},
}
"""Who makes a cause to judge a text with, before there is a message."""
KEEPERS = {"app/usecases/run_identity.py": {"INBOUND"}}
"""And turns an `inbound` into an `afterwards`, once a run goes on without the customer."""
PURPOSES = {"app/usecases/messages.py", "app/usecases/gate_facts.py"}


def calls(module: str, *functions: str) -> set[str]:
    """The files that call these functions of a module, as `module.function(...)` or by the bare name."""
    found = set()
    for path in python_files("app"):
        for node in ast.walk(parsed(path)):
            called = node.func if isinstance(node, ast.Call) else None
            is_of_module = (
                isinstance(called, ast.Attribute)
                and isinstance(called.value, ast.Name)
                and called.value.id == module
                and called.attr in functions
            )
            if is_of_module:
                found.add(name_of(path))
    return found


def causes(name: str) -> set[str]:
    """The kinds of cause that a file makes."""
    path = next(path for path in python_files("app") if name_of(path) == name)
    return {
        node.args[0].attr
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Cause"
        and isinstance(node.args[0], ast.Attribute)
        and ast.unparse(node.args[0].value) == "CauseKind"
    }


def writers(table: str) -> set[str]:
    """The files under use cases that name the table's list of rows to insert."""
    return {
        name_of(path)
        for path in python_files("app")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == table and name_of(path).startswith("app/usecases")
    }


def test_every_creator_of_a_message_is_known_with_its_causes() -> None:
    assert calls("messages", "queue", "say") == set(CREATORS)
    assert {name: causes(name) for name in CREATORS} == CREATORS


def test_every_starter_of_a_run_is_known_with_its_causes() -> None:
    assert calls("flow_runs", "start") == set(STARTERS)
    assert {name: causes(name) for name in STARTERS} == STARTERS
    assert {name: causes(name) for name in KEEPERS} == KEEPERS


def test_nobody_else_makes_a_cause() -> None:
    assert {name: causes(name) for name in JUDGES} == JUDGES
    assert {name: causes(name) for name in RECORDERS} == RECORDERS
    known = {**CREATORS, **STARTERS, **KEEPERS, **RECORDERS, **JUDGES}
    assert [
        name_of(path) for path in python_files("app") if causes(name_of(path)) and name_of(path) not in known
    ] == []


def test_rows_of_the_outbox_are_made_in_one_place() -> None:
    assert writers("outbounds") == {"app/usecases/changes.py", "app/usecases/messages.py"}


def test_nobody_chooses_a_purpose() -> None:
    """Only the derivation says what a message is for, once when it is queued and again at the gate."""
    derived = {
        name_of(path)
        for path in python_files("app/usecases")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "derive_purpose"
    }
    assert derived == PURPOSES


def test_every_kind_of_cause_is_made_or_waits_for_its_part() -> None:
    made = set().union(*CREATORS.values(), *STARTERS.values(), *JUDGES.values())
    assert {kind.name for kind in CauseKind} - made == {"AFTERWARDS", "CAMPAIGN", "JOURNEY"}
