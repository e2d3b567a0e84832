"""Flow files: read with their lines, written as people would, and never a crash on what is none."""

import pytest

from app.flow_files import from_yaml, read_path, to_yaml

FLOW = """\
schema: 1
name: tried
title: {zh: 试, en: Tried}
triggers:
  - {trigger: keyword, words: [yes, no, on, 8:30, 1, 2.5]}
steps:
  say:
    do: send
    text: {zh: 您好, en: Hello}
    then: end
"""


def test_words_are_words_whatever_yaml_makes_of_them_elsewhere():
    read = from_yaml(FLOW)
    assert read.definition is not None
    assert read.definition.keywords[0].words == ("yes", "no", "on", "8:30", "1", "2.5")


def test_what_is_written_reads_back():
    read = from_yaml(FLOW)
    assert read.definition is not None
    written = to_yaml(read.definition)
    assert written.startswith("schema: 1\nname: tried\n")
    assert from_yaml(written).definition == read.definition


def test_keeps_the_line_of_every_part():
    source = from_yaml(FLOW, "tried.yml").source
    assert source.line_of(("steps", "say", "text", "zh")) == 9
    assert source.line_of(("triggers", 0)) == 5


def test_a_key_that_stands_twice_is_a_finding():
    (finding,) = from_yaml(FLOW + "  say:\n    do: finish\n", "tried.yml").findings
    assert (finding.line, finding.message) == (11, "the file cannot be read: say stands here twice")


def test_what_is_no_yaml_is_a_finding():
    for text in (
        "",
        "a: [",
        "\0",
        "&a [*a]",
        "a: !!python/object:os.system {}",
        "{" * 200,
        "- - - 3",
        "? [a]\n: b",
    ):
        assert from_yaml(text).findings, text


@pytest.mark.parametrize(
    "text", ["[" * 51 + "]" * 51, "{a: " * 100_000, "\n".join(" " * n + "a:" for n in range(51))]
)
def test_what_is_nested_too_deeply_is_refused_before_it_takes_long(text: str) -> None:
    (finding,) = from_yaml("a:\n  " + text.replace("\n", "\n  ")).findings
    assert "a value is nested too deeply" in finding.message


def test_reads_a_folder_with_the_transcripts_beside(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "tried.yml").write_text(FLOW, encoding="utf-8")
    transcripts = "- name: a\n  script:\n    - customer: '8:30'\n    - brand: 您好\n- name: b\n"
    (tmp_path / "deep" / "tried.transcripts.yml").write_text(transcripts, encoding="utf-8")
    (tmp_path / "broken.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "huge.yml").write_bytes(b"a" * 1_000_001)
    (tmp_path / "note.txt").write_text("no flow", encoding="utf-8")
    folder = read_path(tmp_path)
    assert [definition.name for definition, _ in folder.flows] == ["tried"]
    assert [transcript.name for transcript in folder.transcripts] == ["a"]
    assert len(folder.findings) == 3
