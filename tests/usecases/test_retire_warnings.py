"""The console keeps the warnings that still have something to tell, and no others."""

from datetime import timedelta

import pytest

from app.reads import notices
from app.usecases import desk, retire_warnings
from app.usecases.acknowledge_warning import acknowledge
from app.usecases.desk import StaffMember
from app.usecases.retire_warnings import SHOWN_FOR, retire
from tests.usecases.shop import Shop
from tests.usecases.test_tell_staff import states, warned
from tests.usecases.test_warn_staff import hire

OVER, SHOWN = ("dropped", "over"), ("sent", None)


def test_what_was_answered_in_time_goes_and_what_waits_stays(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retire_warnings, "BATCH", 1)
    ann, _ = hire(shop, "support"), hire(shop, "support")
    complaint, shop.clock.at = warned(shop)
    assert retire(shop.parts, shop.clock()) == {"retired": 0}
    assert states(shop, "console") == [SHOWN, SHOWN]
    desk.reply(
        shop.parts, StaffMember(ann, "ann"), complaint.customer_id, shop.brand.id, "马上", shop.clock()
    )
    shop.works()
    assert retire(shop.parts, shop.clock()) == {"retired": 2}
    assert retire(shop.parts, shop.clock()) == {"retired": 0}
    assert states(shop, "console") == [OVER, OVER]


def test_a_broken_promise_stays_until_somebody_takes_it_on(shop: Shop) -> None:
    che = hire(shop, "manager")
    complaint, shop.clock.at = warned(shop, percent=101)
    staff = shop.a_member_of_staff()
    desk.resolve(shop.parts, staff, complaint.id, "", shop.clock(), is_told_otherwise=True)
    assert retire(shop.parts, shop.clock()) == {"retired": 0}
    with shop.parts.store.read() as session:
        (only,) = notices.mine(session, che)
    assert (only.is_overdue, only.is_met) == (True, True)
    assert acknowledge(shop.parts, StaffMember(che, "che"), only.id, shop.clock())
    assert retire(shop.parts, shop.clock()) == {"retired": 1}


def test_what_nobody_saw_to_for_a_month_goes(shop: Shop) -> None:
    hire(shop, "support")
    _, at = warned(shop)
    assert retire(shop.parts, at + SHOWN_FOR) == {"retired": 0}
    assert retire(shop.parts, at + SHOWN_FOR + timedelta(seconds=1)) == {"retired": 1}
