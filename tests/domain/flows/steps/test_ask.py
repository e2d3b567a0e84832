"""The step `ask`."""

from datetime import timedelta

import pytest

from app.domain.flows.asking import DEFAULT_TIME_OUT
from app.domain.flows.definition import STEPS, Shelf
from app.domain.flows.effects import OK, Ask, HandOff
from app.domain.flows.loop import drive
from app.domain.flows.memory import MemoryWorld
from app.domain.flows.state import Phase, RunState
from app.domain.flows.stimuli import EffectApplied, HandedOver, NotSent, Replied, Triggered
from tests.domain.flows.flow_making import NOW, Conversation, a_flow, a_question, both


class QueueingWorld(MemoryWorld):
    """Takes texts into a queue, as production does."""

    def apply(self, effect, state):
        applied = MemoryWorld.apply(self, effect, state)
        return EffectApplied(effect, OK) if isinstance(effect, Ask) else applied


def test_rests_until_the_answer_and_keeps_it():
    talk = Conversation(a_flow({"like": a_question()})).starts()
    assert talk.state.phase is Phase.ASKING
    assert talk.state.due_at == NOW + timedelta(hours=24)
    talk.hears("２")
    assert (talk.state.outcome, talk.state.variables) == ("done", {"like": "dislike"})


def test_keeps_the_answer_under_another_name():
    talk = Conversation(a_flow({"like": a_question(save_as="taste")})).starts().hears("喜歡")
    assert talk.state.variables == {"taste": "like"}


SIZES = {
    "small": {"label": both("小份", "small box")},
    "large": {"label": both("大份", "large box")},
}


@pytest.mark.parametrize(
    ("language", "answer", "sent"),
    [("zh", "2", "您选了大份。"), ("zh", "large", "您选了大份。"), ("en", "2", "You chose large box.")],
)
def test_a_choice_is_read_back_by_its_label_and_branched_on_by_its_key(language, answer, sent):
    steps = {
        "size": a_question(choices=SIZES, then="which"),
        "which": {
            "do": "branch",
            "cases": [
                {"when": {"check": "answer", "name": "size", "equals": "large"}, "then": "say"},
            ],
            "else": "person",
        },
        "say": {
            "do": "send",
            "text": both("您选了{{ answer.size }}。", "You chose {{ answer.size }}."),
            "then": "keep",
        },
        "keep": {"do": "set", "attribute": "size", "value": "{{ answer.size }}", "then": "end"},
    }
    talk = Conversation(a_flow(steps), language=language).starts().hears(answer)
    assert talk.sent[-1] == sent
    assert talk.world.known.customer == {"size": "large"}
    assert RunState.from_json(talk.state.to_json()) == talk.state


@pytest.mark.parametrize("kept", [{"answer": "size"}, {"value": "{{ answer.size }}"}])
@pytest.mark.parametrize(("language", "label"), [("zh", "大份"), ("en", "large box")])
def test_a_choice_that_was_kept_is_read_back_by_its_label_too(kept, language, label):
    steps = {
        "size": a_question(choices=SIZES, then="keep"),
        "keep": {"do": "set", "attribute": "box", **kept, "then": "copy"},
        "copy": {"do": "set", "attribute": "copied", "value": "{{ customer.box }}", "then": "say"},
        "say": {
            "do": "send",
            "text": both(*["{{ customer.box }} {{ customer.copied | default('-') }}"] * 2),
            "then": "end",
        },
    }
    talk = Conversation(a_flow(steps), language=language).starts().hears("large")
    assert talk.sent[-1] == f"{label} {label}"
    assert talk.world.known.customer == {"box": "large", "copied": "large"}


def test_what_is_kept_later_in_its_place_is_shown_as_it_is():
    steps = {
        "size": a_question(choices=SIZES, then="keep"),
        "keep": {"do": "set", "attribute": "box", "answer": "size", "then": "other"},
        "other": {"do": "set", "attribute": "box", "value": "no {{ answer.size }}", "then": "say"},
        "say": {"do": "send", "text": both("{{ customer.box }}", "{{ customer.box }}"), "then": "end"},
    }
    assert Conversation(a_flow(steps)).starts().hears("large").sent[-1] == "no large"


def test_a_choice_without_a_label_in_the_customers_language_is_shown_as_the_flow_says_it():
    steps = {
        "size": a_question(choices={"a": {"label": {"zh": "甲"}}, "b": {"label": {"zh": "乙"}}}, then="say"),
        "say": {"do": "send", "text": both("{{ answer.size }}", "{{ answer.size }}"), "then": "end"},
    }
    assert Conversation(a_flow(steps), language="en").starts().hears("1").sent[-1] == "甲"


def test_a_choice_can_lead_elsewhere():
    steps = {
        "like": a_question(
            choices={"a": {"label": both("甲")}, "b": {"label": both("乙"), "then": "second"}}
        ),
        "second": {"do": "finish", "outcome": "second"},
    }
    assert Conversation(a_flow(steps)).starts().hears("乙").state.outcome == "second"
    assert Conversation(a_flow(steps)).starts().hears("甲").state.outcome == "done"


def test_an_intent_answers_where_a_choice_lists_it():
    choices = {"a": {"label": both("甲"), "intents": ["confirm"]}, "b": {"label": both("乙")}}
    talk = Conversation(a_flow({"like": a_question(choices=choices)})).starts().hears("妥", intent="confirm")
    assert talk.state.variables == {"like": "a"}


def test_asks_again_then_goes_to_a_person():
    talk = Conversation(a_flow({"like": a_question(retry=both("请回复1或2"))})).starts()
    talk.hears("蛋糕")
    assert talk.sent[-1] == "请回复1或2"
    assert talk.state.open_question is not None
    talk.hears("蛋糕")
    assert talk.effect(HandOff).reason == "not_understood"
    assert talk.effect(HandOff).note == "蛋糕"


def test_asks_again_as_often_as_it_says():
    talk = Conversation(a_flow({"like": a_question(retries=2)})).starts()
    talk.hears("x").hears("y")
    assert len(talk.sent) == 3
    assert talk.hears("z").state.is_finished


def test_an_answer_to_the_second_try_counts():
    talk = Conversation(a_flow({"like": a_question(retries=1)})).starts().hears("x").hears("1")
    assert talk.state.variables == {"like": "like"}


def test_times_out():
    talk = Conversation(
        a_flow({"like": a_question(timed_out="late"), "late": {"do": "finish", "outcome": "late"}})
    )
    assert talk.starts().waits(hours=23).state.phase is Phase.ASKING
    assert talk.waits(hours=1).state.outcome == "late"


def test_a_question_without_time_out_ends_all_the_same():
    talk = Conversation(a_flow({"like": a_question(time_out=None)})).starts()
    assert talk.state.due_at == NOW + DEFAULT_TIME_OUT
    assert talk.waits(days=3).state.outcome == "timed_out"


def test_a_refused_question_is_not_waited_for():
    talk = Conversation(
        a_flow({"like": a_question(refused="no"), "no": {"do": "finish", "outcome": "no"}}), refuses=True
    )
    assert talk.starts().state.outcome == "no"


def test_a_question_that_cannot_be_filled_is_not_asked():
    talk = Conversation(a_flow({"like": a_question(text=both("{{ customer.name }}？"))})).starts()
    assert talk.effect(HandOff).reason == "unfilled"


def a_queued_question():
    shelf = Shelf.of(a_flow({"like": a_question(refused="no"), "no": {"do": "finish", "outcome": "no"}}))
    world = QueueingWorld(NOW)
    return shelf, world, drive(shelf, RunState.begin("tried", 1), Triggered("event"), world, NOW).state


def test_is_open_only_after_it_was_handed_over():
    shelf, world, state = a_queued_question()
    assert drive(shelf, state, Replied("1", NOW), world, NOW).state == state
    later = NOW + timedelta(hours=9)
    state = drive(shelf, state, HandedOver("like", later), world, later).state
    assert (state.opened_at, state.due_at) == (later, later + timedelta(hours=24))
    assert drive(shelf, state, Replied("1", later), world, later).state.outcome == "done"


def test_leaves_when_it_was_refused_after_queueing():
    shelf, world, state = a_queued_question()
    state = drive(shelf, state, NotSent("like", "consent"), world, NOW).state
    assert (state.outcome, state.last_result) == ("no", "consent")


def test_the_hand_over_of_another_step_changes_nothing():
    shelf, world, state = a_queued_question()
    assert drive(shelf, state, HandedOver("other", NOW), world, NOW).state == state


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"time_out": None}, "no_time_out"),
        ({"choices": {"a": {"label": both("甲")}}}, "few_choices"),
        ({"answer": "number"}, "needless_choices"),
        ({"answer": "number", "choices": {}, "minimum": 5, "maximum": 1}, "empty_range"),
        ({"choices": {"a": {"label": both("好")}, "b": {"label": both("「好」", "B")}}}, "ambiguous_choice"),
        ({"choices": {"a": {"label": both("2", "A")}, "b": {"label": both("乙", "B")}}}, "ambiguous_choice"),
    ],
)
def test_finds_what_is_wrong(changes, code):
    step = a_flow({"like": a_question(**changes)}).steps["like"]
    assert code in [trouble.code for trouble in STEPS["ask"].check(step)]


def test_finds_nothing_wrong_with_a_good_question():
    step = a_flow({"like": a_question()}).steps["like"]
    assert STEPS["ask"].check(step) == []
