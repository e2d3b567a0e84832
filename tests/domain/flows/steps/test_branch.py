"""The step `branch`."""

from tests.domain.flows.flow_making import Conversation, a_flow, both

ENDS = {name: {"do": "finish", "outcome": name} for name in ("first", "second", "neither")}
FLOW = a_flow(
    {
        "fork": {
            "do": "branch",
            "cases": [
                {"when": {"check": "tag", "name": "a"}, "then": "first"},
                {"when": {"check": "tag", "name": "b"}, "then": "second"},
            ],
            "else": "neither",
        },
        **ENDS,
    }
)


def test_the_first_case_that_holds_decides():
    assert Conversation(FLOW, tags=frozenset("ab")).starts().state.outcome == "first"
    assert Conversation(FLOW, tags=frozenset("b")).starts().state.outcome == "second"


def test_else_where_none_holds():
    assert Conversation(FLOW).starts().state.outcome == "neither"


def test_looks_at_the_result_of_the_last_effect():
    flow = a_flow(
        {
            "say": {"do": "send", "text": both("您好"), "then": "fork"},
            "fork": {
                "do": "branch",
                "cases": [{"when": {"check": "result", "one_of": ["send_refused"]}, "then": "first"}],
                "else": "neither",
            },
            **ENDS,
        }
    )
    assert Conversation(flow, refuses=True).starts().state.outcome == "first"
    assert Conversation(flow).starts().state.outcome == "neither"
