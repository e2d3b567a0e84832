"""Checking texts from the command line."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.cli.installation import huixin, installed

GOOD = "新品蛋糕上架，回复1预约，400-820-0001。"


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, database_url, engine, monkeypatch)


def test_shows_the_text_as_a_phone_gets_it() -> None:
    done = huixin("content", "check", GOOD)
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == f"【麦香坊】{GOOD}退订回T"
    assert "1 part" in done.stdout


def test_says_what_would_keep_it_from_being_sent() -> None:
    done = huixin("content", "check", "全国第一的蛋糕，见 evil.example.com", "--json")
    assert done.exit_code == 1
    assert "1 text would not be sent" in done.stderr
    (told,) = json.loads(done.stdout)
    assert told["is_blocked"]
    assert {(one["code"], one["quote"]) for one in told["findings"]} >= {
        ("absolute_claim", "全国第一"),
        ("unknown_link", "evil.example.com"),
    }


def test_a_file_is_checked_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "texts.txt"
    file.write_text(f"{GOOD}\n\n加微信领券\n", encoding="utf-8")
    told = json.loads(huixin("content", "check", str(file), "--json").stdout)
    assert [one["is_blocked"] for one in told] == [False, True]
    file.write_bytes(b"\xff\xfe\xfa")
    assert "has to be a text file in UTF-8" in huixin("content", "check", str(file)).stderr


@pytest.mark.parametrize("text", ["x" * 5000, "a\x00b", "/", ""])
def test_no_text_is_taken_for_a_file_by_mistake(text: str) -> None:
    assert huixin("content", "check", text).exit_code in (0, 1)


def test_an_answer_may_claim_and_needs_no_opt_out_wording() -> None:
    assert huixin("content", "check", "这是最大的蛋糕。", "--as", "reply").exit_code == 0


@pytest.mark.parametrize(
    ("option", "says"), [("--brand", "no brand nobody"), ("--channel", "no channel nobody")]
)
def test_says_what_is_not_there(option: str, says: str) -> None:
    done = huixin("content", "check", GOOD, option, "nobody")
    assert done.exit_code == 1
    assert says in done.stderr


def test_says_what_the_channel_makes_of_it() -> None:
    (told,) = json.loads(
        huixin("content", "check", "【限时】新品★🎂", "--channel", "simulator", "--json").stdout
    )
    assert (told["channel"], told["text"]) == ("simulator", "【麦香坊】限时｜新品* 退订回T")
    assert [one["code"] for one in told["changes"]] == [
        "written_otherwise",
        "emoji_left_out",
        "brackets_rewritten",
        "signature_added",
        "opt_out_added",
    ]
    assert "change: emoji were left out" in huixin("content", "check", "新品🎂").stdout


def test_an_offer_is_named_beside_the_text() -> None:
    huixin("offers", "put", "cakes", "--brand", "demo", "--title", "蛋糕节", "--price", "9.9")
    assert huixin("content", "check", "蛋糕9.9元，回复1。", "--offer", "cakes").exit_code == 0
    assert huixin("content", "check", "蛋糕9.9元，回复1。").exit_code == 1
    assert huixin("content", "check", "蛋糕8.8元，回复1。", "--offer", "cakes").exit_code == 1
