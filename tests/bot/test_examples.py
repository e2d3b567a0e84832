"""Training files with a fault are refused with file and line, all faults at once."""

from pathlib import Path

import pytest

from app.settings import ROOT
from bot.examples import Example, ExamplesRefused, read_examples, write_examples

INTENTS = frozenset({"praise", "greeting"})
HEAD = 'version: "3.1"\nnlu:\n- intent: praise\n  examples: |\n'


def a_file(folder: Path, text: str | bytes, name: str = "praise.yml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_examples(tmp_path, [("很好", "praise"), ("你好", "greeting"), ("thanks: a - b", "praise")])
    found = read_examples(sorted(tmp_path.glob("*.yml")), INTENTS)
    assert found == [
        Example("你好", "greeting", "greeting.yml", 5),
        Example("很好", "praise", "praise.yml", 5),
        Example("thanks: a - b", "praise", "praise.yml", 6),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "    - 很好\n   - 不错\n", "praise.yml:6: expected"),
        (HEAD + "    - 很好\n\n", "praise.yml:6: expected"),
        (HEAD + "    - \n", "praise.yml:5: expected"),
        (HEAD + "    - 很好\n    - 很好！\n", "praise.yml:6: stands in praise.yml:5 already"),
        (HEAD + "    - /praise\n", "praise.yml:5: Rasa would read"),
        (HEAD + "    - [明天](datetime)\n", "praise.yml:5: Rasa would read"),
        (HEAD.replace("praise", "prase") + "    - 很好\n", "praise.yml:3: there is no intent 'prase'"),
        ("nlu:\n", "praise.yml:1: expected"),
        (b"\xff\xfe", "praise.yml:1: the file is not in UTF-8"),
    ],
)
def test_a_fault_is_told_with_file_and_line(tmp_path: Path, text: str | bytes, told: str) -> None:
    with pytest.raises(ExamplesRefused) as refused:
        read_examples([a_file(tmp_path, text)], INTENTS)
    assert [problem for problem in refused.value.problems if problem.startswith(told)]


def test_a_message_under_two_intents_is_a_repeat(tmp_path: Path) -> None:
    files = [a_file(tmp_path, HEAD + "    - 谢谢\n")]
    files.append(a_file(tmp_path, HEAD.replace("praise", "greeting") + "    - 谢谢～\n", "welcome.yml"))
    with pytest.raises(ExamplesRefused, match=r"welcome\.yml:5: stands in praise\.yml:5"):
        read_examples(files, INTENTS)


def test_the_examples_of_this_repository_have_no_fault() -> None:
    from app.domain.flows.vocabulary import INTENTS as ALL

    assert len(read_examples(sorted((ROOT / "data" / "nlu").glob("*.yml")), ALL)) > 4_000
