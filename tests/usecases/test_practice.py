"""Practice of the desk: real clocks and checks, and nothing that has to do with a customer is touched."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, select

from app.domain.complaint_figures import By
from app.domain.practice import STAFF
from app.jobs import jobs
from app.reads import desk_lists, practices
from app.reads.complaint_figures import Wanted, figures
from app.reads.practices import Practised
from app.rules.practice import scenarios
from app.store.channels import Sender
from app.store.schema import metadata
from app.usecases import practice
from app.usecases.desk import DeskRefusal, StaffMember
from tests.usecases.shop import Shop


@pytest.fixture
def shop(engine: Any) -> Shop:
    shop = Shop(engine)
    shop.parts = replace(shop.parts, practice=scenarios())
    return shop


@pytest.fixture
def staff(shop: Shop) -> StaffMember:
    return shop.a_member_of_staff()


def begun(shop: Shop, staff: StaffMember, scenario: str = "broken_cake") -> UUID:
    return practice.start(shop.parts, staff, scenario, "zh", shop.clock())


def says(shop: Shop, staff: StaffMember, practice_id: UUID, text: str) -> None:
    shop.passes(minutes=1)
    practice.say(shop.parts, staff, practice_id, text, shop.clock())


def shown(shop: Shop, staff: StaffMember, practice_id: UUID) -> Practised:
    with shop.parts.store.read() as session:
        found = practices.one(session, shop.parts.practice, practice_id, staff.id)
    assert found is not None
    return found


def rows(shop: Shop) -> dict[str, int]:
    """How many rows each table holds, beside those of practice."""
    with shop.parts.store.read() as session:
        tables = [one for one in metadata().sorted_tables if one.name not in ("practices", "heartbeats")]
        return {one.name: session.scalar(select(func.count()).select_from(one)) or 0 for one in tables}


def test_the_customer_answers_and_the_score_tells_what_was_done(shop: Shop, staff: StaffMember) -> None:
    made = begun(shop, staff)
    says(shop, staff, made, "非常抱歉")
    says(shop, staff, made, "马上重做，今天下午五点前送到")
    it = shown(shop, staff, made)
    assert [line.by for line in it.lines] == ["customer", "staff", "customer", "staff", "customer"]
    assert (it.is_heard, it.ended_at, it.points) == (True, None, ())
    practice.end(shop.parts, staff, made, shop.clock())
    it = shown(shop, staff, made)
    assert it.ended_at is not None
    assert (it.percent, {point.name for point in it.points if not point.is_met}) == (100, set())


def test_its_clocks_are_those_of_a_complaint(shop: Shop, staff: StaffMember) -> None:
    made = begun(shop, staff)
    it = shown(shop, staff, made)
    assert it.due_at == it.opened_at + it.scenario.answer
    shop.passes(minutes=3)
    says(shop, staff, made, "非常抱歉")
    it = shown(shop, staff, made)
    assert it.state.first_response_at is not None
    assert it.due_at == it.opened_at + it.scenario.solve
    practice.end(shop.parts, staff, made, shop.clock())
    missed = {point.name for point in shown(shop, staff, made).points if not point.is_met}
    assert missed == {"first_response", "resolution", "solution", "moment"}


def test_a_text_that_the_checks_stop_is_not_said_and_is_a_miss(shop: Shop, staff: StaffMember) -> None:
    made = begun(shop, staff)
    with pytest.raises(DeskRefusal) as refused:
        says(shop, staff, made, "抱歉，您好" + "很长" * 300)
    assert refused.value.reason == "too_long"
    it = shown(shop, staff, made)
    assert [(line.by, line.stopped) for line in it.lines[1:]] == [(STAFF, "too_long")]
    assert it.state.first_response_at is None
    practice.end(shop.parts, staff, made, shop.clock())
    (checks,) = [point for point in shown(shop, staff, made).points if point.name == "checks"]
    assert (checks.is_met, checks.about) == (False, 1)


def test_nothing_of_it_is_sent_counted_or_warned_of(shop: Shop, staff: StaffMember) -> None:
    before = rows(shop)
    late, done = begun(shop, staff), begun(shop, staff, "too_many_texts")
    says(shop, staff, done, "很抱歉，回复T即可退订")
    practice.end(shop.parts, staff, done, shop.clock())
    shop.passes(days=3)
    for name in ("watch_complaints", "warn_staff", "follow_up_complaints"):
        jobs()[name].run(shop.parts, shop.clock())
    shop.works()
    assert rows(shop) == before
    assert shown(shop, staff, late).ended_at is None
    today = shop.clock().date()
    with shop.parts.store.read() as session:
        counts = desk_lists.counts(session, desk_lists.Wanted(), shop.clock())
        told = figures(session, Wanted(By.TOTAL, today.replace(day=1), today), shop.clock())
    assert set(counts.values()) == {0}
    assert [one.figures.complaints for one in told] == [0, 0]


def test_nobody_answers_for_another(shop: Shop, staff: StaffMember) -> None:
    made, other = begun(shop, staff), shop.a_member_of_staff()
    for act in (
        lambda: says(shop, other, made, "抱歉"),
        lambda: practice.end(shop.parts, other, made, shop.clock()),
    ):
        with pytest.raises(DeskRefusal) as refused:
            act()
        assert refused.value.reason == "unknown_practice"
    with shop.parts.store.read() as session:
        assert practices.one(session, shop.parts.practice, made, other.id) is None
        assert practices.listed(session, shop.parts.practice, other.id) == []
        assert [one.id for one in practices.listed(session, shop.parts.practice, None)] == [made]


def test_what_has_ended_stays_as_it_is(shop: Shop, staff: StaffMember) -> None:
    made = begun(shop, staff)
    practice.end(shop.parts, staff, made, shop.clock())
    for act in (
        lambda: says(shop, staff, made, "抱歉"),
        lambda: practice.end(shop.parts, staff, made, shop.clock()),
    ):
        with pytest.raises(DeskRefusal) as refused:
            act()
        assert refused.value.reason == "practice_over"


@pytest.mark.parametrize(("text", "reason"), [("", "empty"), ("  \n", "empty")])
def test_nothing_is_no_answer(shop: Shop, staff: StaffMember, text: str, reason: str) -> None:
    made = begun(shop, staff)
    with pytest.raises(DeskRefusal) as refused:
        says(shop, staff, made, text)
    assert refused.value.reason == reason


def test_a_customer_who_was_taken_out_is_no_more(shop: Shop, staff: StaffMember) -> None:
    made = begun(shop, staff)
    shop.parts = replace(shop.parts, practice={})
    with pytest.raises(DeskRefusal):
        begun(shop, staff)
    with pytest.raises(DeskRefusal):
        says(shop, staff, made, "抱歉")
    with shop.parts.store.read() as session:
        assert practices.listed(session, shop.parts.practice, staff.id) == []


def test_one_can_practise_before_there_is_a_channel(shop: Shop, staff: StaffMember) -> None:
    with shop.parts.store.write() as session:
        session.execute(delete(Sender))
    shop.parts.directory.renew()
    made = begun(shop, staff)
    assert practice.judged(shop.parts, "非常抱歉") is None
    says(shop, staff, made, "非常抱歉")
    assert len(shown(shop, staff, made).lines) == 3
