"""What every world that flows run in must do. A test module names its world by a subclass of `WorldContract`."""

from typing import Any

from app.domain.flows.answers import AnswerKind, Question
from app.domain.flows.effects import (
    AddTag,
    Ask,
    Effect,
    Finish,
    HandOff,
    LiftHold,
    OpenComplaint,
    OptIn,
    OptOut,
    Reassign,
    RemoveTag,
    SendText,
    SetAttribute,
    WaitUntil,
)
from app.domain.flows.loop import World
from app.domain.flows.state import RunState
from tests.domain.flows.flow_making import NOW

STATE = RunState.begin("tried", 1).changed(step="s", data={"order_number": "A1", "kind": "gift"})
QUESTION = Question("s", AnswerKind.TEXT)


class WorldContract:
    """A subclass gives `a_world`: a customer without tags, consent or complaint, and with the orders A1 and B2."""

    def a_world(self) -> World:
        """A new world."""
        raise NotImplementedError

    def holds(self, world: Any) -> None:
        """Holds marketing in this world, as a text that may be an opt-out does."""
        raise NotImplementedError

    def test_every_result_is_one_that_the_effect_may_have(self):
        effects: list[Effect] = [
            SendText("s", "您好"),
            Ask("s", "好吗？", QUESTION),
            SetAttribute("s", "city", "上海"),
            AddTag("s", "fan"),
            RemoveTag("s", "fan"),
            OpenComplaint("s", "service_complaint", "other", "坏了"),
            OptIn("s", "marketing", "同意请回复是", True),
            OptOut("s", "marketing"),
            WaitUntil("s", NOW),
            HandOff("s", "asked"),
            Finish("s", "done"),
        ]
        for effect in effects:
            applied = self.a_world().apply(effect, STATE)
            assert applied.effect == effect
            assert applied.result in effect.RESULTS

    def test_what_is_set_is_known_at_once(self):
        world = self.a_world()
        world.apply(SetAttribute("s", "city", "上海"), STATE)
        assert world.facts(STATE).customer["city"] == "上海"

    def test_a_choice_is_known_with_its_label_until_it_is_overwritten(self):
        world = self.a_world()
        world.apply(SetAttribute("s", "city", "sh", {"zh": "上海", "en": "Shanghai"}), STATE)
        assert world.facts(STATE).labels["customer.city"] == {"zh": "上海", "en": "Shanghai"}
        world.apply(SetAttribute("s", "city", "sh"), STATE)
        assert not world.facts(STATE).labels.get("customer.city")

    def test_tags_come_and_go(self):
        world = self.a_world()
        world.apply(AddTag("s", "fan"), STATE)
        assert "fan" in world.facts(STATE).tags
        world.apply(RemoveTag("s", "fan"), STATE)
        assert "fan" not in world.facts(STATE).tags

    def test_consent_follows_opting_in_and_out(self):
        world = self.a_world()
        assert world.facts(STATE).consent == "none"
        world.apply(OptIn("s", "marketing", "同意请回复是", True), STATE)
        assert world.facts(STATE).consent == "granted"
        world.apply(OptOut("s", "marketing"), STATE)
        assert world.facts(STATE).consent == "withdrawn"

    def test_a_hold_is_lifted_only_where_there_is_one(self):
        world = self.a_world()
        world.apply(OptIn("s", "marketing", "同意请回复是", True), STATE)
        assert world.apply(LiftHold("s"), STATE).result == "not_held"
        assert world.facts(STATE).consent == "granted"
        self.holds(world)
        assert world.facts(STATE).consent == "held"
        assert world.apply(LiftHold("s"), STATE).result == "ok"
        assert world.facts(STATE).consent == "granted"

    def test_a_hold_that_ends_gives_no_consent_that_was_not_there_before(self):
        world = self.a_world()
        assert world.facts(STATE).consent == "none"
        self.holds(world)
        assert world.apply(LiftHold("s"), STATE).result == "ok"
        assert world.facts(STATE).consent == "none"

    def test_a_new_owner_of_the_number_starts_afresh(self):
        world = self.a_world()
        for effect in (
            SetAttribute("s", "city", "上海"),
            AddTag("s", "fan"),
            OptIn("s", "marketing", "是", True),
        ):
            world.apply(effect, STATE)
        assert world.apply(Reassign("s"), STATE).result == "ok"
        facts = world.facts(STATE)
        assert (dict(facts.customer), facts.tags, facts.consent) == ({}, frozenset(), "none")

    def test_a_second_complaint_joins_the_first(self):
        world = self.a_world()
        complaint = OpenComplaint("s", "service_complaint", "other", "坏了")
        assert world.apply(complaint, STATE).result == "opened"
        assert world.facts(STATE).has_open_complaint
        assert world.apply(complaint, STATE).result == "joined"

    def test_the_event_is_what_the_run_started_with(self):
        assert self.a_world().facts(STATE).event["kind"] == "gift"

    def test_the_order_is_the_one_the_run_names(self):
        world = self.a_world()
        order = world.facts(STATE).order
        assert order is not None
        assert order["number"] == "A1"
        answered = STATE.changed(variables={"order_number": "b2"})
        other = world.facts(answered).order
        assert other is not None
        assert other["number"] == "B2"
        assert world.facts(STATE.changed(variables={"order_number": "C3"})).order is None
