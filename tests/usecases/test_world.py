"""The database's world does what every world does, and writes what it has done."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from app.domain.flows.effects import Ask, HandOff, OptIn, OptOut, SendText, SetAttribute
from app.domain.flows.loop import World
from app.domain.purpose import Cause, CauseKind
from app.store import customers
from app.usecases import holds as doubts
from app.usecases.changes import Changes
from app.usecases.run_identity import fresh_identity
from app.usecases.turn import Reader
from app.usecases.world import DatabaseWorld
from tests.domain.flows.world_contract import QUESTION, STATE, WorldContract
from tests.usecases.shop import LI, Shop


class TestDatabaseWorld(WorldContract):
    @pytest.fixture(autouse=True)
    def _shop(self, engine: Engine) -> object:
        """A customer with two orders, and a transaction that stays open for the test."""
        self.shop = shop = Shop(engine)
        shop.a_customer(LI, consent=None)
        for number, days in (("A1", 0), ("B2", 1)):
            at = shop.clock() - timedelta(days=days)
            shop.tells("order.paid", number, LI, order_number=number, at=at)
        with shop.parts.store.write() as session:
            self.session = session
            yield
            self.changes.flush(session)

    def a_world(self) -> World:
        shop, self.changes = self.shop, Changes()
        now, customer_id = shop.clock(), shop.customer(LI).id if not hasattr(self, "id") else self.id
        self.id = customer_id
        locked = {row.id: row for row in customers.lock(self.session, [customer_id])}
        directory = shop.parts.directory.current(now)
        sender = next(iter(directory.senders))
        book = Reader(self.session, directory, self.changes, now).turns({(customer_id, sender)}, locked)
        turn = book.turn(customer_id, sender, "trace")
        return DatabaseWorld(
            shop.parts, self.session, turn, fresh_identity(Cause(CauseKind.EVENT, now, "order.paid"))
        )

    def holds(self, world: DatabaseWorld) -> None:
        doubts.hold(self.session, world.turn, "nlu", None)  # type: ignore[arg-type]

    def test_a_message_is_queued_with_its_runs_cause(self) -> None:
        self.a_world().apply(SendText("s", "您好"), STATE)
        (row,) = self.changes.outbounds
        assert (row["cause"], row["cause_type"], row["step"]) == ("event", "order.paid", "s")

    @pytest.mark.parametrize("has_written", [True, False])
    def test_a_question_for_consent_is_a_confirmation_to_who_has_written_whatever_started_the_run(
        self, has_written: bool
    ) -> None:
        from app.domain.flows.answers import AnswerKind, Question

        world = self.a_world()
        if has_written:
            world.turn.wrote_at = self.shop.clock  # type: ignore[attr-defined]
        world.apply(Ask("s", "同意吗？", Question("s", AnswerKind.CONFIRM)), STATE)
        row = self.changes.outbounds[0]
        purpose = "opt_in_confirmation" if has_written else "marketing"
        assert (row["cause"], row["purpose"]) == ("opt_in", purpose)

    def test_another_question_has_its_runs_cause(self) -> None:
        self.a_world().apply(Ask("s", "好吗？", QUESTION), STATE)
        assert (self.changes.outbounds[0]["cause"], self.changes.outbounds[0]["asks_question"]) == (
            "event",
            True,
        )

    def test_a_message_keeps_its_own_shelf_life(self) -> None:
        until = self.shop.clock() + timedelta(minutes=7)
        self.a_world().apply(SendText("s", "您好", until), STATE)
        assert self.changes.outbounds[0]["expires_at"] == until

    def test_name_and_language_are_the_profiles_own(self) -> None:
        world = self.a_world()
        world.apply(SetAttribute("s", "name", "张三"), STATE)
        world.apply(SetAttribute("s", "language", "en"), STATE)
        facts = world.facts(STATE)
        assert (facts.customer["name"], facts.language) == ("张三", "en")
        (changed,) = self.changes.profiles.values()
        assert (changed["name"], changed["language"]) == ("张三", "en")

    def test_an_unconfirmed_opt_in_is_pending(self) -> None:
        world = self.a_world()
        world.apply(OptIn("s", "marketing", "加入", False), STATE)
        assert world.facts(STATE).consent == "pending"

    def test_an_unconfirmed_opt_in_does_not_undo_a_stop(self) -> None:
        world = self.a_world()
        for effect in (OptOut("s", "all"), OptIn("s", "marketing", "加入", False)):
            world.apply(effect, STATE)
        (changed,) = self.changes.profiles.values()
        assert changed["stopped_at"] is not None
        world.apply(OptIn("s", "marketing", "加入", True), STATE)
        assert changed["stopped_at"] is None

    def test_handing_off_twice_is_one_hand_over(self) -> None:
        world = self.a_world()
        world.apply(HandOff("s", "asked"), STATE)
        world.apply(HandOff("s", "asked again"), STATE)
        assert len(self.changes.new_conversations) == 1
