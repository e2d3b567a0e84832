"""`huixin bot train`: what it learns from, and when the new model takes the present one's place."""

import hashlib
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app import language_model, learning
from app.cli import bot as commands
from app.cli import main
from app.domain.routing import Understood
from app.domain.whole_reading import Rules
from app.language_model import Answered
from tests.databases import KEYRING

RIGHT = {"这短信烦死了能消停会儿吗": "opt_out", "蛋糕塌了谁负责": "complaint", "门口能停车吗": "store_info"}
TEST_LINES = "text\tintent\tlang\n" + "".join(f"{text}\t{intent}\tzh\n" for text, intent in RIGHT.items())


class Bot:
    """The bot's commands: it has trained `new`, and each model reads the lines as told."""

    def __init__(self, folder: Path) -> None:
        self.readings: dict[str, dict[str, str]] = {"old": dict(RIGHT), "new": dict(RIGHT)}
        self.learnt: list[list[str]] = []
        self.promoted: list[str] = []
        self.read: list[str] = []
        self.is_new = True
        self.pointer = folder / "models" / "current"

    def serves(self, name: str) -> None:
        models = self.pointer.parent
        models.mkdir(parents=True, exist_ok=True)
        (models / f"{name}.tar.gz").write_bytes(b"a model")
        (models / f"{name}.json").write_text(
            json.dumps({"sha256": hashlib.sha256(b"a model").hexdigest()}), "utf-8"
        )
        self.pointer.write_text(json.dumps({"history": [name]}), "utf-8")

    def run(self, command: Sequence[str], **given: object) -> subprocess.CompletedProcess[str]:
        name = command[command.index("bot") + 1]
        if name == "promote":
            self.promoted.append(command[-1])
            return subprocess.CompletedProcess(list(command), 0)
        assert name == "train"
        self.learnt = json.loads(str(given["input"]))
        facts = {"name": "new", "is_new": self.is_new, "examples": 4, "train_seconds": 1.5}
        return subprocess.CompletedProcess(list(command), 0, json.dumps(facts))

    def reader(self, model: str | None):
        def read(texts: Sequence[str]) -> tuple[str, list[Answered]]:
            told = self.readings[str(model)]
            self.read.append(str(model))
            return str(model), [
                Answered(Understood(told[text], 0.9, {told[text]: 0.9}), 1.0) for text in texts
            ]

        return read


@pytest.fixture(scope="module")
def rules() -> Rules:
    return language_model.shipped_rules()


@pytest.fixture
def bot(tmp_path: Path, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> Bot:
    bot = Bot(tmp_path)
    (tmp_path / "lines.tsv").write_text(TEST_LINES, "utf-8")
    monkeypatch.setenv("HUIXIN_VAR", str(tmp_path))
    monkeypatch.setattr(learning, "TESTS", tmp_path)
    monkeypatch.setattr(language_model, "bot_python", lambda: Path("python"))
    monkeypatch.setattr(language_model, "with_trained", bot.reader)
    monkeypatch.setattr(language_model, "shipped_rules", lambda: rules)
    monkeypatch.setattr(subprocess, "run", bot.run)
    return bot


def trains(*options: str) -> Result:
    return CliRunner().invoke(main, ["bot", "train", *options])


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
    [(text, name) for text, name in zip(RIGHT, ("opt_out recall", "complaint", "accuracy"), strict=True)],
)
def test_a_model_that_lowers_a_guarded_figure_is_not_promoted(bot: Bot, text: str, figure: str) -> None:
    bot.serves("old")
    bot.readings["new"][text] = "praise"
    done = trains()
    assert (done.exit_code, bot.promoted) == (1, [])
    assert [line for line in done.output.splitlines() if line.strip().startswith(figure) and "WORSE" in line]
    assert "huixin bot promote new" in done.output


def test_a_model_that_opts_out_more_of_the_others_is_not_promoted(bot: Bot) -> None:
    bot.serves("old")
    bot.readings["old"]["门口能停车吗"] = bot.readings["old"]["蛋糕塌了谁负责"] = "praise"
    bot.readings["new"]["门口能停车吗"] = "opt_out"
    done = trains()
    assert (done.exit_code, bot.promoted) == (1, [])
    assert [line for line in done.output.splitlines() if "WORSE" in line] == [
        "  others opted out at once           0.0000 -> 0.5000  WORSE"
    ]


def test_a_refusal_is_said_again_without_reading_every_line_again(bot: Bot) -> None:
    bot.serves("old")
    bot.readings["new"]["蛋糕塌了谁负责"] = "praise"
    first = trains()
    bot.is_new, read = False, list(bot.read)
    again = trains()
    assert (again.exit_code, bot.promoted, bot.read) == (1, [], read)
    assert again.stderr == first.stderr
    [line] = again.stderr.splitlines()
    assert line.startswith(
        "Error: new is not promoted, old goes on: the new one reads worse (accuracy 1.0000 -> 0.6667,"
    )
    assert line.endswith("huixin bot promote new")


@pytest.mark.parametrize("changed", ["lines", "present", "trained anew"])
def test_a_refused_model_is_compared_again_where_that_may_end_otherwise(
    bot: Bot, tmp_path: Path, changed: str
) -> None:
    bot.serves("old")
    bot.readings["new"]["蛋糕塌了谁负责"] = "praise"
    trains()
    bot.is_new = changed == "trained anew"
    bot.readings["older"] = bot.readings["new"] = dict(RIGHT)
    if changed == "lines":
        (tmp_path / "lines.tsv").write_text(TEST_LINES + "\n", "utf-8")
    elif changed == "present":
        bot.serves("older")
    assert (trains().exit_code, bot.promoted) == (0, ["new"])


def test_a_damaged_present_model_keeps_no_new_one_from_being_served(bot: Bot, tmp_path: Path) -> None:
    bot.serves("old")
    (tmp_path / "models" / "old.tar.gz").write_bytes(b"a mo")
    bot.readings["new"]["蛋糕塌了谁负责"] = "praise"
    done = trains()
    assert (done.exit_code, bot.promoted, bot.read) == (0, ["new"], [])
    assert "the file of old is damaged or gone" in done.output


def test_the_present_model_can_be_asked_to_stay(bot: Bot) -> None:
    bot.serves("old")
    assert (trains("--no-promote").exit_code, bot.promoted) == (0, [])


def test_a_model_that_is_served_already_is_not_compared_with_itself(bot: Bot) -> None:
    bot.serves("new")
    assert (trains().exit_code, bot.promoted) == (0, [])


def test_accepted_labels_are_learnt_and_recent_texts_are_replayed(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"learnt": [["停车免费吗", "store_info"]], "recent": ["蛋糕塌了谁负责", "退订"]}
    monkeypatch.setattr(commands, "_asked", lambda question: answers[question.__name__])
    bot.serves("old")
    bot.readings["old"]["蛋糕塌了谁负责"] = "abuse"
    done = trains()
    assert bot.learnt == [["停车免费吗", "store_info"]]
    assert "1 of them a correction" in done.output
    assert "2 texts of the last 30 days: 1 read otherwise, opt-outs -0 +0, complaints -0 +1" in done.output


SECRETS = {
    "HUIXIN_SECRET_KEY": "s" * 40,
    "HUIXIN_HASH_KEY": KEYRING.hash_key,
    "HUIXIN_SIGNING_KEY": KEYRING.signing_key,
    "HUIXIN_ENCRYPTION_KEYS": ",".join(KEYRING.encryption_keys),
}


@pytest.mark.parametrize("secrets", [{}, SECRETS], ids=["nothing_made", "made"])
def test_a_wrong_setting_is_told_and_nothing_is_trained(
    bot: Bot, monkeypatch: pytest.MonkeyPatch, secrets: dict[str, str]
) -> None:
    for name, value in {**secrets, "HUIXIN_UPLOAD_MB": "1"}.items():
        monkeypatch.setenv(name, value)
    done = trains()
    assert (done.exit_code, bot.promoted) == (1, [])
    assert "  HUIXIN_UPLOAD_MB: " in done.stderr


def test_a_database_that_is_away_is_told_in_one_line(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    away = {"HUIXIN_DATABASE_URL": "postgresql://huixin@127.0.0.1:9/huixin"}
    for name, value in {**SECRETS, **away}.items():
        monkeypatch.setenv(name, value)
    done = trains()
    assert (done.exit_code, bot.promoted, len(done.stderr.splitlines())) == (1, [], 1)
    assert "the database cannot be used" in done.stderr


def test_a_database_that_was_never_made_has_nothing_to_say(
    bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    assert (trains().exit_code, bot.promoted, bot.learnt) == (0, ["new"], [])
    assert not (tmp_path / "huixin.db").exists()
