"""The page of numbers: for managers, and with masked numbers."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.jobs import review_numbers
from app.store.staff import AuditEntry
from tests.web.console.desk_scene import Desk, a_member
from tests.web.demo_shop import WANG

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""


@pytest.fixture
def desk(engine: Engine, tmp_path: Path) -> Desk:
    return Desk(tmp_path, engine)


def test_a_manager_sees_the_share_and_takes_the_list_with_masked_numbers(desk: Desk) -> None:
    manager = a_member(desk, "manager")
    assert "Nothing has been counted yet" in manager.opens("/numbers")[1]
    review_numbers.run(desk.parts, desk.parts.now())
    assert "Too few" in manager.opens("/numbers")[1]
    status, text = manager.opens("/numbers/demo.csv")
    assert (status, "customer,phone,number_status" in text, WANG in text) == (200, True, False)
    assert manager.opens("/numbers/nobody.csv")[0] == 404
    with desk.parts.store.read() as session:
        told = select(AuditEntry.details).where(AuditEntry.action == "numbers.list")
        assert session.scalars(told).all() == [{"is_masked": True}]


def test_nobody_else_does(desk: Desk) -> None:
    assert a_member(desk, "support").opens("/numbers")[0] == 403
