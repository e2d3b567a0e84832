"""Uploaded lists are imported slice by slice: each is read once, none holds up another, no file stays behind."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from app.domain.imports.sources import ConsentSource
from app.domain.imports.words import STUMBLED
from app.store.imports import DONE, FAILED, RUNNING, Import
from app.store.tables import new_id
from app.usecases.customer_list import digest_of
from app.usecases.import_customers import begin
from app.usecases.import_uploads import Opened, go_on_with_all
from app.usecases.uploaded_lists import AlreadyImported, Upload, keep_draft, list_of, start
from tests.usecases.shop import Shop

ROWS = 3500


@pytest.fixture
def shop(engine: Engine, tmp_path: Path) -> Shop:
    made = Shop(engine)
    made.parts = replace(made.parts, uploads=tmp_path)
    return made


def a_started_list(shop: Shop, name: str = "list", rows: int = ROWS) -> tuple[UUID, Path]:
    path = shop.parts.uploads / name
    path.write_text("phone\n" + "".join(f"{13900000000 + n}\n" for n in range(rows)), encoding="utf-8")
    upload = Upload(path, f"{name}.csv", ConsentSource.STORE, None, None, "marketer@shop.example", "en")
    import_id = keep_draft(shop.parts, shop.brand, upload, shop.clock())
    start(shop.parts, import_id, shop.clock())
    return import_id, path


def the_same_again(shop: Shop, path: Path) -> UUID:
    upload = Upload(path, "again.csv", ConsentSource.STORE, None, None, "marketer@shop.example", "en")
    return keep_draft(shop.parts, shop.brand, upload, shop.clock())


def while_it_is_being_started(shop: Shop, digest: bytes, act: Callable[[], Any]) -> Any:
    """What comes of an act that begins before another transaction has kept an import with this digest."""
    told = {"file_name": "list.csv", "actor": "a", "state": RUNNING, "terms": {}, "counts": {}}
    row = Import(id=new_id(), brand_id=shop.brand.id, digest=digest, begun_at=shop.clock(), **told)
    with ThreadPoolExecutor() as pool:
        with shop.parts.store.write() as session:
            session.add(row)
            session.flush()
            result = pool.submit(act)
            wait([result], timeout=0.5)
        return result.result(timeout=10)


def test_a_list_that_is_started_twice_at_once_is_imported_once(shop: Shop) -> None:
    _, path = a_started_list(shop, rows=1)
    started = imports(shop)[0]
    with shop.parts.store.write() as session:
        session.get_one(Import, started.id).digest = bytes(32)
    again = the_same_again(shop, path)
    with pytest.raises(AlreadyImported) as raised:
        while_it_is_being_started(shop, started.digest, lambda: start(shop.parts, again, shop.clock()))
    assert raised.value.is_under_way


def test_a_command_that_begins_at_the_same_moment_takes_the_import_that_is_there(shop: Shop) -> None:
    a_started_list(shop, rows=1)
    given = replace(list_of(imports(shop)[0]), file_name="other.csv", wording="another")
    begun = while_it_is_being_started(shop, digest_of(given), lambda: begin(shop.parts, shop.brand, given))
    assert begun.file_name == "list.csv"


def test_whoever_starts_a_list_twice_is_told_whether_it_is_under_way(shop: Shop) -> None:
    import_id, path = a_started_list(shop, rows=1)
    start(shop.parts, import_id, shop.clock())
    path.with_name("copy").write_bytes(path.read_bytes())
    again = the_same_again(shop, path.with_name("copy"))
    with pytest.raises(AlreadyImported) as raised:
        start(shop.parts, again, shop.clock())
    assert raised.value.is_under_way
    a_slice(shop, Opened(), is_short=False)
    with pytest.raises(AlreadyImported) as raised:
        start(shop.parts, again, shop.clock())
    assert not raised.value.is_under_way


def a_slice(shop: Shop, opened: Opened, *, is_short: bool = True) -> dict[str, int]:
    return go_on_with_all(
        shop.parts, opened, shop.clock(), _after_the_first_step() if is_short else lambda: False
    )


def _after_the_first_step() -> Any:
    """Time that is over as soon as one batch of one list is kept."""
    asked: list[int] = []
    return lambda: asked.append(1) or len(asked) > 1  # type: ignore[func-returns-value]


def imports(shop: Shop) -> Sequence[Import]:
    with shop.parts.store.read() as session:
        found = session.scalars(select(Import).order_by(Import.begun_at)).all()
        session.expunge_all()
    return found


def test_a_list_is_opened_once_for_all_its_slices(shop: Shop) -> None:
    _, path = a_started_list(shop)
    opened = Opened()
    assert a_slice(shop, opened) == {"imported": 0, "discarded": 0}
    (held,) = imports(shop)
    assert 0 < held.last_row < ROWS
    path.unlink()  # who opened it anew would find nothing
    slices = 0
    while not a_slice(shop, opened)["imported"]:
        slices += 1
    (held,) = imports(shop)
    assert slices > 0
    assert (held.state, held.counts["rows"], held.counts["new"]) == (DONE, ROWS, ROWS)


def test_another_process_goes_on_where_the_first_was_left(shop: Shop) -> None:
    _, path = a_started_list(shop)
    left = Opened()
    a_slice(shop, left)
    assert a_slice(shop, Opened(), is_short=False)["imported"] == 1
    assert a_slice(shop, left, is_short=False)["imported"] == 0
    (held,) = imports(shop)
    assert (held.state, held.counts["rows"], held.counts["new"]) == (DONE, ROWS, ROWS)
    assert not path.exists()


def test_a_process_that_was_overtaken_finds_its_place_again(shop: Shop) -> None:
    a_started_list(shop)
    left = Opened()
    a_slice(shop, left)
    a_slice(shop, Opened())
    while not a_slice(shop, left)["imported"]:
        assert imports(shop)[0].state == RUNNING
    (held,) = imports(shop)
    assert (held.state, held.counts["rows"], held.counts["new"]) == (DONE, ROWS, ROWS)


def test_a_list_that_nobody_can_go_on_with_does_not_hold_up_the_next(shop: Shop) -> None:
    broken, path = a_started_list(shop, "broken", 3)
    shop.clock.pass_by(timedelta(minutes=1))
    a_started_list(shop, "good", 2)
    with shop.parts.store.write() as session:
        held = session.get_one(Import, broken)
        held.terms = {**held.terms, "source": "no such source"}
    assert a_slice(shop, Opened(), is_short=False) == {"imported": 2, "discarded": 0}
    first, second = imports(shop)
    assert (first.state, first.reason, second.state) == (FAILED, STUMBLED[1], DONE)
    assert not path.exists()


def test_files_that_a_killed_process_left_behind_are_removed(shop: Shop) -> None:
    _, ended = a_started_list(shop, "ended", 2)
    a_slice(shop, Opened(), is_short=False)
    _, waiting = a_started_list(shop, "waiting", 3)
    folder, old = shop.parts.uploads, (shop.clock() - timedelta(hours=2)).timestamp()
    report, arriving, lost = folder / "ended.errors.csv", folder / "arriving", folder / "lost"
    for path in (ended, report, arriving, lost):
        path.write_text("phone\n")
    for path in (ended, report, lost, waiting):
        os.utime(path, (old, old))
    os.utime(arriving, ((shop.clock()).timestamp(),) * 2)
    go_on_with_all(shop.parts, Opened(), shop.clock(), lambda: True)
    assert sorted(path.name for path in folder.iterdir()) == ["arriving", "ended.errors.csv", "waiting"]
