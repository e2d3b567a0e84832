"""Whatever stands in a file of a flow or of its transcripts: it can be read, or what is wrong is told."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.flows.checks import check_set
from app.domain.flows.definition import Shelf
from app.domain.flows.replaying import replay
from app.domain.flows.vocabulary import Vocabulary
from app.flow_files import SHIPPED, TRANSCRIPTS, from_yaml, transcripts_from_yaml

FLOWS = sorted(file for file in SHIPPED.glob("*.yml") if not file.name.endswith(TRANSCRIPTS))
SCRIPTS = [file.with_name(file.stem + TRANSCRIPTS) for file in FLOWS]
ODD = [
    *(
        "!!int ''",
        "!!float x",
        "!!bool x",
        "!!timestamp x",
        "!!binary x",
        "!!null x",
        "!!set {a}",
        "!!str [a]",
    ),
    *("9" * 5000, "9" * 400, "-1", ".inf", ".nan", "1e999", "0x", "2026-13-45", "!!timestamp 2026-13-45"),
    *(
        "999999999999 days",
        "99999w",
        "99999w " * 99,
        "-1d",
        "[",
        "{",
        "[]",
        "{}",
        "[[]]",
        "{a: {b: c}}",
        "~",
        "''",
    ),
    *(
        "&a [*a]",
        "*a",
        "<<: 1",
        "? [a]",
        '"\\ud800"',
        "'",
        '"',
        "|",
        "- - -",
        "\x00",
        "\ud800",
        "{{ a",
        "[" * 3000,
    ),
]
"""What people write by mistake, and nobody else by design."""
PLACES = re.compile(r"(?<=: )[^\n{}\[\],]+|(?<=- )[^\n{}\[\],]+|(?<=: )[\[{].*")


def spoilt(text: str, place: float, odd: str) -> str:
    """The text with something odd in one place where a value stands."""
    places = list(PLACES.finditer(text))
    found = places[int(place * len(places))]
    return text[: found.start()] + odd + text[found.end() :]


def looked_at(text: str, file: str = "f.yml") -> None:
    read = from_yaml(text, file)
    findings = list(read.findings)
    if read.definition is not None:
        findings += check_set([(read.definition, read.source)], Vocabulary())
        shelf = Shelf.of(read.definition)
        for script in SCRIPTS:
            if script.stem.startswith(read.definition.name):
                replay(transcripts_from_yaml(script.read_text("utf-8"), read.definition.name)[0], shelf)
    assert all(0 < finding.line <= text.count("\n") + 1 and finding.message for finding in findings)


@given(
    st.sampled_from(FLOWS),
    st.floats(0, 1, exclude_max=True),
    st.one_of(st.sampled_from(ODD), st.text(max_size=20)),
)
def test_a_flow_with_something_odd_in_it_is_checked_or_told(file, place, odd):
    looked_at(spoilt(file.read_text("utf-8"), place, odd))


@given(
    st.integers(0, len(FLOWS) - 1),
    st.floats(0, 1, exclude_max=True),
    st.one_of(st.sampled_from(ODD), st.text(max_size=20)),
)
def test_a_transcript_with_something_odd_in_it_is_replayed_or_told(number, place, odd):
    definition = from_yaml(FLOWS[number].read_text("utf-8")).definition
    assert definition is not None
    text = spoilt(SCRIPTS[number].read_text("utf-8"), place, odd)
    read, wrong = transcripts_from_yaml(text, definition.name, "f.yml")
    replay(read, Shelf.of(definition))
    assert all(0 < finding.line <= text.count("\n") + 1 for finding in wrong)


@given(st.one_of(st.text(), st.text(alphabet="-:?[]{}!&*|>'\"%@` \n#a1,~<=.")))
def test_any_text_is_told_what_is_wrong_with_it(text):
    looked_at(text)
    transcripts_from_yaml(text, "tried")


@pytest.mark.parametrize("odd", ODD)
def test_every_odd_value_is_told_of_with_its_line(odd):
    head = "schema: 1\nname: tried\ntitle: {zh: 试, en: Tried}\nsteps:\n  say:\n    do: wait\n"
    text = f"{head}    for: {odd}\n    then: end\n"
    looked_at(text)
    read = from_yaml(text, "f.yml")
    assert read.definition is not None or read.findings[0].line >= 5 or odd in ("\x00", "\ud800")
