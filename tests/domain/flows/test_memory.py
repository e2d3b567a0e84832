"""The world in memory keeps the contract of all worlds, and notes what was sent."""

from datetime import timedelta

from app.domain.flows.effects import LiftHold, SendText
from app.domain.flows.memory import MemoryWorld
from tests.domain.flows.flow_making import NOW
from tests.domain.flows.world_contract import STATE, WorldContract


class TestMemoryWorld(WorldContract):
    def a_world(self) -> MemoryWorld:
        return MemoryWorld(NOW, orders=({"number": "A1"}, {"number": "B2"}))

    def holds(self, world: MemoryWorld) -> None:
        world.hold()

    def test_notes_what_was_sent(self):
        world = self.a_world()
        world.apply(SendText("s", "您好"), STATE)
        assert world.sent == ["您好"]

    def test_a_hold_upon_a_hold_hides_nothing(self):
        world = self.a_world()
        for _ in range(2):
            world.hold()
        world.apply(LiftHold("s"), STATE)
        assert world.facts(STATE).consent == "none"

    def test_a_text_past_its_shelf_life_is_refused(self):
        world = self.a_world()
        late = SendText("s", "您好", NOW - timedelta(seconds=1))
        assert world.apply(late, STATE).result == "send_refused"
        assert world.sent == []
