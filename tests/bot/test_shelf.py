"""The shelf of models: what is current, what was before, and what is refused."""

from pathlib import Path

import pytest

from bot.shelf import Shelf, ShelfError, recipe_hash


def a_shelf(folder: Path, *names: str) -> Shelf:
    shelf = Shelf(folder)
    for name in names:
        trained = folder / "trained"
        trained.write_bytes(name.encode())
        shelf.add(name, trained, {"examples": 3, "train_seconds": 1.0})
    return shelf


def test_the_promoted_model_is_current(tmp_path: Path) -> None:
    shelf = a_shelf(tmp_path, "one", "two")
    shelf.promote("two")
    assert shelf.current().name == "two"


def test_rolling_back_returns_to_the_model_before(tmp_path: Path) -> None:
    shelf = a_shelf(tmp_path, "one", "two")
    shelf.promote("one")
    shelf.promote("two")
    shelf.promote("two")
    assert shelf.rollback().name == "one"
    assert shelf.current_name() == "one"
    with pytest.raises(ShelfError, match="no model to roll back to"):
        shelf.rollback()


def test_an_empty_shelf_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(ShelfError, match="huixin bot train"):
        Shelf(tmp_path / "none").current()


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    shelf = a_shelf(tmp_path, "one")
    shelf.promote("one")
    (tmp_path / "one.tar.gz").unlink()
    with pytest.raises(ShelfError, match="missing"):
        shelf.current()


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    shelf = a_shelf(tmp_path, "one")
    shelf.promote("one")
    (tmp_path / "one.tar.gz").write_bytes(b"something else")
    with pytest.raises(ShelfError, match="damaged"):
        shelf.current()
    with pytest.raises(ShelfError, match="damaged"):
        shelf.promote("one")


def test_an_unknown_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ShelfError, match="no model 'three'"):
        a_shelf(tmp_path, "one").promote("three")


def test_a_damaged_pointer_is_told_and_mended_by_what_is_told(tmp_path: Path) -> None:
    shelf = a_shelf(tmp_path, "one")
    (tmp_path / "current").write_text("{")
    with pytest.raises(ShelfError, match="run `huixin bot promote NAME`"):
        shelf.current()
    shelf.promote("one")
    assert shelf.current().name == "one"


def test_the_same_inputs_have_the_same_name() -> None:
    assert recipe_hash() == recipe_hash()
    assert len(recipe_hash()) == 12
