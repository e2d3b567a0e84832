"""Whether a new model may take the present one's place."""

import pytest

from app.domain.promotion import Fall, Shadow, falls, shadow
from app.domain.reading_figures import Line, Read
from app.domain.whole_reading import OptOut, Reading


def document(
    accuracy: float = 0.9,
    opt_out: float = 0.98,
    complaint: float = 0.93,
    macro_f1: float = 0.9,
    wrongly: float = 0.003,
) -> dict[str, object]:
    return {
        "accuracy": accuracy,
        "macro_f1": macro_f1,
        "opt_out": {"sure_or_asked_recall": opt_out, "opted_out_of_others": wrongly},
        "per_intent": {"complaint": {"recall": complaint}},
    }


def test_what_stays_or_rises_falls_nowhere() -> None:
    assert falls(document(), document()) == []
    assert falls(document(), document(0.95, 1.0, 0.94, 0.96, 0.0)) == []


@pytest.mark.parametrize(
    ("candidate", "fallen"),
    [
        (document(accuracy=0.899), [Fall("accuracy", 0.9, 0.899)]),
        (document(opt_out=0.97), [Fall("opt_out recall, at once or asked", 0.98, 0.97)]),
        (document(complaint=0.92, accuracy=0.99), [Fall("complaint recall", 0.93, 0.92)]),
        (document(macro_f1=0.899, accuracy=0.99), [Fall("macro-F1", 0.9, 0.899)]),
        (document(wrongly=0.0034, opt_out=0.99), [Fall("others opted out at once", 0.003, 0.0034)]),
        (
            {"accuracy": 0.99, "macro_f1": 0.99},
            [Fall("opt_out recall, at once or asked", 0.98, 0.0), Fall("complaint recall", 0.93, 0.0)],
        ),
    ],
)
def test_a_guarded_figure_that_gets_worse_is_named(candidate: dict[str, object], fallen: list[Fall]) -> None:
    assert falls(document(), candidate) == fallen


def test_the_shadow_counts_what_would_change() -> None:
    def read(intent: str, opt_out: OptOut = OptOut.NO) -> Read:
        return Read(Line("x", "unknown"), Reading(intent, opt_out, "model"))

    before = [read("opt_out", OptOut.SURE), read("deny", OptOut.ASKED), read("complaint"), read("praise")]
    after = [read("deny"), read("deny", OptOut.SURE), read("complaint"), read("complaint")]
    assert shadow(before, after) == Shadow(
        n=4, changed=2, opt_outs_lost=1, opt_outs_gained=0, complaints_lost=0, complaints_gained=1
    )
