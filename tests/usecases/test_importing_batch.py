"""A batch of a list beside people who text at the same moment: nobody twice, nobody's word lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.imports.rows import Entry, Proof
from app.domain.imports.sources import ConsentSource
from app.store import customers
from app.store.engine import Store
from app.store.tables import new_id
from app.usecases.customer_list import CustomerList
from app.usecases.erase_person import ErasureOrder, erase_person
from app.usecases.import_customers import import_customers
from app.usecases.importing_batch import Batch, Overtaken
from app.usecases.importing_newcomers import Origin
from tests.usecases.shop import Shop
from tests.web.demo_shop import NOON

NEW, OTHER = "+8613900002222", "+8613900003333"
PROOF = Proof("store", NOON - timedelta(days=30), "words")


def a_batch(shop: Shop) -> Batch:
    origin = Origin(new_id(), shop.brand.id, "list.csv", "command")
    people = {phone: Entry(phone, name="赵敏", proof=PROOF) for phone in (NEW, OTHER)}
    return Batch(shop.parts.store, origin, people, (), shop.clock(), shop.parts.rules.sensitive)


def test_somebody_who_texts_meanwhile_is_seen_by_the_next_try(shop: Shop) -> None:
    late = a_batch(shop)
    shop.texts(NEW, "T")
    with pytest.raises(IntegrityError), shop.parts.store.write() as session:
        late.write(session)
    assert shop.rows("consents", OTHER) == []
    again = a_batch(shop)
    with shop.parts.store.write() as session:
        counts = again.write(session)
    assert (counts["new"], counts["changed"], counts["grant"], counts["stays_out"]) == (1, 1, 1, 1)
    assert [row.kind for row in shop.rows("consents", NEW)] == ["withdrawn"]
    assert [row.kind for row in shop.rows("consents", OTHER)] == ["granted"]


def test_a_number_that_changes_hands_meanwhile_is_looked_up_anew(shop: Shop) -> None:
    shop.texts(NEW, "T")
    late, old = a_batch(shop), shop.customer(NEW)
    assert old is not None
    with shop.parts.store.write() as session:
        customers.lock(session, [old.id])
        customers.succeed(session, old.id, "unknown", shop.clock())
    with pytest.raises(Overtaken), shop.parts.store.write() as session:
        late.write(session)
    with shop.parts.store.write() as session:
        counts = a_batch(shop).write(session)
    assert (counts["grant"], counts["stays_out"]) == (
        1,
        1,
    )  # what was agreed before is not the new owner's word
    heir = shop.customer(NEW)
    assert heir is not None
    assert heir.id != old.id


def test_who_was_erased_meanwhile_is_looked_up_anew(shop: Shop) -> None:
    shop.texts(NEW, "T")
    late = a_batch(shop)
    assert erase_person(shop.parts, NEW, ErasureOrder("command", shop.clock()))
    with pytest.raises(Overtaken), shop.parts.store.write() as session:
        late.write(session)
    with shop.parts.store.write() as session:
        counts = a_batch(shop).write(session)
    assert (counts["new"], counts["grant"], counts["stays_out"]) == (1, 1, 1)
    assert shop.profile(NEW)["consent"] == "withdrawn"


def test_who_came_opted_out_and_was_erased_meanwhile_stays_out(shop: Shop) -> None:
    late = a_batch(shop)
    shop.texts(NEW, "T")
    assert erase_person(shop.parts, NEW, ErasureOrder("command", shop.clock()))
    with pytest.raises(Overtaken), shop.parts.store.write() as session:
        late.write(session)
    assert shop.customer(NEW) is None
    with shop.parts.store.write() as session:
        assert a_batch(shop).write(session)["stays_out"] == 1


class Interrupted(Store):
    """A store in which somebody texts just before the batch is written."""

    came = False

    @contextmanager
    def write_in_bulk(self) -> Iterator[Session]:
        if not self.came:
            self.came = True
            with super().write() as session:
                customers.ids_of_all(session, [NEW], NOON)
        with super().write_in_bulk() as session:
            yield session


def test_an_import_goes_on_where_somebody_comes_to_be_known(shop: Shop, tmp_path: Path) -> None:
    path, store = tmp_path / "list.csv", Interrupted(shop.parts.store.engine)
    path.write_text(f"phone\n{NEW}\n{OTHER}\n", encoding="utf-8")
    given = CustomerList(
        *(path, ConsentSource.STORE, PROOF.at, PROOF.wording, {}, "command", "en"),
        report=tmp_path / "errors.csv",
        file_name="list.csv",
    )
    done = import_customers(replace(shop.parts, store=store), shop.brand, given)
    assert store.came
    assert (done.counts["new"], done.counts["grant"], done.counts["rows"]) == (2, 2, 2)
    assert [row.kind for row in shop.rows("consents", NEW)] == ["granted"]
