"""Who takes a warning on spares everybody what it says, and what it said before; what comes next is another matter."""

from datetime import timedelta

import pytest

from app.domain.escalation import Channel
from app.reads import notices
from app.store.tables import new_id
from app.usecases.acknowledge_warning import NotTold, acknowledge
from app.usecases.desk import StaffMember
from tests.usecases.shop import Shop
from tests.usecases.test_tell_staff import states, tells, warned
from tests.usecases.test_warn_staff import hire, looks
from tests.usecases.ways import with_ways


def test_who_takes_on_a_broken_promise_spares_everybody_the_warnings_before_it(shop: Shop) -> None:
    (mail,) = with_ways(shop, Channel.EMAIL)
    ann, che = hire(shop, "support"), hire(shop, "manager")
    complaint, _ = warned(shop)
    shop.clock.at = complaint.first_response_due_at + timedelta(seconds=1)
    looks(shop, shop.clock())
    with shop.parts.store.read() as session:
        assert [notices.count(session, one) for one in (ann, che)] == [1, 1]
        (late,) = notices.mine(session, che)
    assert late.percent == 100
    with pytest.raises(NotTold):
        acknowledge(shop.parts, StaffMember(ann, "ann"), late.id, shop.clock())
    assert acknowledge(shop.parts, StaffMember(che, "che"), late.id, shop.clock())
    assert not acknowledge(shop.parts, StaffMember(che, "che"), late.id, shop.clock())
    with shop.parts.store.read() as session:
        assert [notices.count(session, one) for one in (ann, che)] == [0, 0]
    assert states(shop) == [("dropped", "acknowledged"), ("dropped", "acknowledged")]
    assert (tells(shop), mail.tries) == ({}, 0)


def test_there_is_nothing_to_take_on_where_nobody_was_warned(shop: Shop) -> None:
    with pytest.raises(NotTold):
        acknowledge(shop.parts, StaffMember(hire(shop, "support"), "ann"), new_id(), shop.clock())
