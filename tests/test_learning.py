"""`huixin bot train`: what it learns from, and when the new model takes the present one's place."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app import language_model, learning
from app.cli import bot as commands
from app.domain.routing import Understood
from app.language_model import Answered

RIGHT = {"这短信烦死了能消停会儿吗": "opt_out", "蛋糕塌了谁负责": "complaint", "门口能停车吗": "store_info"}
TEST_LINES = "text\tintent\tlang\n" + "".join(f"{text}\t{intent}\tzh\n" for text, intent in RIGHT.items())


class Bot:
    """The bot's commands: it has trained `new`, and each model reads the lines as told."""

    def __init__(self, folder: Path) -> None:
        self.readings: dict[str, dict[str, str]] = {"old": dict(RIGHT), "new": dict(RIGHT)}
        self.learnt: list[list[str]] = []
        self.promoted: list[str] = []
        self.pointer = folder / "models" / "current"

    def serves(self, name: str) -> None:
        self.pointer.parent.mkdir(parents=True, exist_ok=True)
        self.pointer.write_text(json.dumps({"history": [name]}), "utf-8")

    def run(self, command: Sequence[str], **given: object) -> subprocess.CompletedProcess[str]:
        name = command[command.index("bot") + 1]
        if name == "promote":
            self.promoted.append(command[-1])
            return subprocess.CompletedProcess(list(command), 0)
        assert name == "train"
        self.learnt = json.loads(str(given["input"]))
        facts = {"name": "new", "is_new": True, "examples": 4, "train_seconds": 1.5}
        return subprocess.CompletedProcess(list(command), 0, json.dumps(facts))

    def reader(self, model: str | None):
        def read(texts: Sequence[str]) -> tuple[str, list[Answered]]:
            told = self.readings[str(model)]
            return str(model), [
                Answered(Understood(told[text], 0.9, {told[text]: 0.9}), 1.0) for text in texts
            ]

        return read


@pytest.fixture
def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bot:
    bot = Bot(tmp_path)
    (tmp_path / "lines.tsv").write_text(TEST_LINES, "utf-8")
    monkeypatch.setenv("HUIXIN_VAR", str(tmp_path))
    monkeypatch.setattr(learning, "TESTS", tmp_path)
    monkeypatch.setattr(language_model, "bot_python", lambda: Path("python"))
    monkeypatch.setattr(language_model, "with_trained", bot.reader)
    monkeypatch.setattr(learning, "_of_installation", lambda ask, otherwise: otherwise)
    monkeypatch.setattr(subprocess, "run", bot.run)
    return bot


def trains(*options: str) -> Result:
    return CliRunner().invoke(commands.bot, ["train", *options])


def test_the_first_model_is_promoted_without_a_comparison(bot: Bot) -> None:
    done = trains()
    assert (done.exit_code, bot.promoted) == (0, ["new"])
    assert "trained in 1.5 s" in done.output


def test_a_model_that_reads_no_worse_takes_the_present_ones_place(bot: Bot) -> None:
    bot.serves("old")
    bot.readings["old"]["门口能停车吗"] = "help"
    done = trains()
    assert (done.exit_code, bot.promoted) == (0, ["new"])
    assert "accuracy" in done.output
    assert "0.6667 -> 1.0000" in done.output


@pytest.mark.parametrize(
    ("text", "figure"),
    [(text, name) for text, name in zip(RIGHT, ("opt_out", "complaint", "accuracy"), strict=True)],
)
def test_a_model_that_lowers_a_guarded_figure_is_not_promoted(bot: Bot, text: str, figure: str) -> None:
    bot.serves("old")
    bot.readings["new"][text] = "praise"
    done = trains()
    assert (done.exit_code, bot.promoted) == (1, [])
    assert [line for line in done.output.splitlines() if line.strip().startswith(figure) and "FALLS" in line]
    assert "huixin bot promote new" in done.output


def test_the_present_model_can_be_asked_to_stay(bot: Bot) -> None:
    bot.serves("old")
    assert (trains("--no-promote").exit_code, bot.promoted) == (0, [])


def test_a_model_that_is_served_already_is_not_compared_with_itself(bot: Bot) -> None:
    bot.serves("new")
    assert (trains().exit_code, bot.promoted) == (0, [])


def test_accepted_labels_are_learnt_and_recent_texts_are_replayed(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"_learnt": [["停车免费吗", "store_info"]], "_recent": ["蛋糕塌了谁负责", "退订"]}
    monkeypatch.setattr(learning, "_of_installation", lambda ask, otherwise: answers[ask.__name__])
    bot.serves("old")
    bot.readings["old"]["蛋糕塌了谁负责"] = "abuse"
    done = trains()
    assert bot.learnt == [["停车免费吗", "store_info"]]
    assert "1 of them a correction" in done.output
    assert "2 texts of the last 30 days: 1 read otherwise, opt-outs -0 +0, complaints -0 +1" in done.output
