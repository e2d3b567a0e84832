"""`huixin flows check` and `test`: exit 0 where all is well, 1 with file and line, 2 for wrong usage."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.flows import COMMAND
from app.flow_files import SHIPPED

HOURS = SHIPPED / "store_info.yml"


def run(*arguments: object):
    return CliRunner().invoke(COMMAND, [str(argument) for argument in arguments])


@pytest.mark.parametrize("command", ["check", "test"])
def test_the_shipped_flows_pass(command: str) -> None:
    ran = run(command, SHIPPED)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert "flows" in ran.stdout


def test_a_finding_is_told_with_file_and_line(tmp_path: Path) -> None:
    flow = tmp_path / "store_info.yml"
    flow.write_text(
        HOURS.read_text(encoding="utf-8").replace("words: [营业时间,", "words: [退订,"), encoding="utf-8"
    )
    ran = run("check", flow)
    assert ran.exit_code == 1
    assert f"{flow}:6: 退订 stops messages on" in ran.stderr


def test_a_text_that_would_not_be_sent_is_told_with_file_and_line(tmp_path: Path) -> None:
    flow = tmp_path / "news.yml"
    flow.write_text(
        "schema: 1\nname: news\ntitle: {zh: 新, en: New}\ntriggers:\n  - {trigger: event, type: custom.news}\n"
        "steps:\n  say:\n    do: send\n    text: {zh: 蛋糕9.9元, en: Cakes}\n    then: end\n",
        encoding="utf-8",
    )
    ran = run("check", flow)
    assert ran.exit_code == 1
    assert f"{flow}:9: step say: it would not be sent" in ran.stderr
    assert "[offer_unbound]" in ran.stderr


def test_a_difference_is_told_with_file_and_line(tmp_path: Path) -> None:
    flow, beside = tmp_path / "store_info.yml", tmp_path / "store_info.transcripts.yml"
    flow.write_text(HOURS.read_text(encoding="utf-8").replace("导航：", "路线："), encoding="utf-8")
    kept = HOURS.with_name("store_info.transcripts.yml").read_text(encoding="utf-8")
    beside.write_text(kept, encoding="utf-8")
    ran = run("test", tmp_path)
    assert ran.exit_code == 1
    where = f'{beside}:7: "关键字，资料齐全": the script has: '
    told = "营业时间：每天9:00-21:00。地址：人民路8号。停车：负一层前两小时免费。{}：https://h.example/m"
    assert f"{where}{told.format('导航')}; the brand says: {told.format('路线')}" in ran.stderr


@pytest.mark.parametrize("command", ["check", "test"])
def test_what_cannot_be_read_is_a_finding(command: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("schema: 1\nname: [", encoding="utf-8")
    ran = run(command, tmp_path)
    assert ran.exit_code == 1
    assert "bad.yml:" in ran.stderr


def test_a_folder_without_flows_is_told(tmp_path: Path) -> None:
    ran = run("check", tmp_path)
    assert ran.exit_code == 1
    assert "holds no flow" in ran.stderr


def test_a_path_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert run("check", tmp_path / "gone").exit_code == 2
