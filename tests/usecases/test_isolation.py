"""One bad row never blocks its neighbours."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import OperationalError

from app.store import runs
from app.store.writing import update_all
from app.usecases.isolation import each_alone_after_failure
from tests.usecases.shop import LI, WANG, Shop


def test_all_at_once_where_nothing_fails() -> None:
    ids = [uuid4() for _ in range(3)]
    assert each_alone_after_failure(ids, len, lambda _: None) == [3]


def test_the_bad_one_is_given_up_and_the_others_are_done() -> None:
    good, bad = [uuid4(), uuid4()], uuid4()
    given_up: list[UUID] = []

    def act(ids: list[UUID]) -> int:
        if bad in ids:
            raise KeyError("bad")
        return len(ids)

    assert each_alone_after_failure([good[0], bad, good[1]], act, given_up.append) == [1, 1]  # type: ignore[arg-type]
    assert given_up == [bad]


def test_a_database_that_is_away_is_nobodys_fault() -> None:
    def act(_: object) -> int:
        raise OperationalError("", {}, Exception())

    with pytest.raises(OperationalError):
        each_alone_after_failure([uuid4()], act, lambda _: pytest.fail("gave up"))


def test_a_damaged_run_does_not_keep_others_from_their_time(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.texts(WANG, "几点开门")
    shop.works()
    (run,) = shop.rows("runs", LI)
    with shop.parts.store.write() as session:
        damaged = {"id": run.id, "customer_id": run.customer_id, "state": "{"}
        assert update_all(session, runs.Run, [damaged]) == 1
    shop.texts(LI, "是")
    shop.texts(WANG, "地址")
    assert len(shop.outbounds(WANG)) >= 2
    assert shop.outcomes(LI)[-1] == "error"
