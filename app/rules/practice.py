"""Reads the made-up customers of `data/practice/`: one file each, and the words that all of them listen for."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from app.domain.practice import Element, Saying, Scenario, Stage
from app.rules.files import Row, RuleDataError, content_of, mapping_of, rows_of, text_at, texts_at, whole_at

PRACTICE_FOLDER = Path(__file__).parents[2] / "data" / "practice"
WORDS = "words.yml"
KINDS = ("service_complaint", "message_complaint", "enquiry")


def scenarios(folder: Path = PRACTICE_FOLDER) -> dict[str, Scenario]:
    """Every made-up customer by the name of their file. Raises RuleDataError, with file and mend."""
    wanted = _by_name(rows_of(folder / WORDS, "wanted", _element))
    avoided = _by_name(rows_of(folder / WORDS, "avoided", _element))
    files = sorted(one for one in folder.glob("*.yml") if one.name != WORDS)
    return {one.stem: _scenario(one, wanted, avoided) for one in files}


def _scenario(path: Path, wanted: Mapping[str, Element], avoided: Mapping[str, Element]) -> Scenario:
    row = mapping_of(content_of(path), path)
    heard = dict(wanted) | (_by_name(rows_of(path, "words", _element)) if "words" in row else {})
    stages = tuple(rows_of(path, "stages", lambda stage: _stage(stage, heard)))
    try:
        if row.get("kind") not in KINDS:
            raise ValueError(f"`kind` is to be one of {', '.join(KINDS)}")
        return Scenario(
            path.stem,
            _saying(row, "title"),
            _saying(row, "brief"),
            row["kind"],
            _saying(row, "opening"),
            timedelta(minutes=whole_at(row, "answer_minutes")),
            timedelta(minutes=whole_at(row, "solve_minutes")),
            stages,
            heard,
            avoided,
        )
    except ValueError as error:
        raise RuleDataError(f"{path.name}: {error}") from error


def _stage(row: Row, heard: Mapping[str, Element]) -> Stage:
    wants = texts_at(row, "wants")
    unknown = [one for one in wants if one not in heard]
    if not wants or unknown:
        raise ValueError(f"`wants` is to name what stands in `words` here or in {WORDS}, not {unknown}")
    return Stage(tuple(wants), _saying(row, "good"), _saying(row, "otherwise"))


def _element(row: Row) -> Element:
    words = texts_at(row, "words")
    if not words or not all(word.strip() for word in words):
        raise ValueError("`words` is to list at least one word, and no empty one")
    return Element(text_at(row, "name"), _saying(row, "title"), tuple(words))


def _saying(row: Row, key: str) -> Saying:
    said = row.get(key)
    if not isinstance(said, dict) or not all(
        isinstance(said.get(one), str) and said[one].strip() for one in ("zh", "en")
    ):
        raise ValueError(f"`{key}` is to have a text in `zh` and one in `en`")
    return said


def _by_name(elements: list[Element]) -> dict[str, Element]:
    return {one.name: one for one in elements}
