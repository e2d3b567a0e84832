"""The guide for marketers names every word of the language, and its examples work."""

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from app.domain.flows import conditions
from app.domain.flows.checks import check_set
from app.domain.flows.definition import STEPS, Definition, Shelf
from app.domain.flows.rendering import FILTERS
from app.domain.flows.replaying import replay
from app.domain.flows.transcripts import GIVEN, LINES
from app.domain.flows.triggers import TRIGGERS
from app.domain.flows.vocabulary import BRAND, ORDER, Vocabulary
from app.flow_files import SHIPPED, from_yaml, read_path, transcripts_from_yaml

GUIDE = (Path(__file__).parents[3] / "docs" / "flows.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `(\w+)`: (.*?)(?=^##)", GUIDE, re.MULTILINE | re.DOTALL))
EXAMPLES = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


def checks():
    kinds = (conditions.Comparison, conditions.HasTag, conditions.State, conditions.HasOpenComplaint)
    others = (conditions.TimeOfDay, conditions.Not, conditions.Combined)
    return sorted(
        name for kind in (*kinds, *others) for name in get_args(kind.model_fields["check"].annotation)
    )


def test_every_step_has_its_section_and_no_section_is_out_of_date():
    assert sorted(SECTIONS) == sorted(STEPS)


@pytest.mark.parametrize("name", STEPS)
def test_every_field_of_a_step_is_told(name):
    fields = [field.alias or key for key, field in STEPS[name].schema.model_fields.items() if key != "do"]
    assert [
        field for field in fields if f"`{field}`" not in SECTIONS[name] and f"`{field}:" not in SECTIONS[name]
    ] == []


@pytest.mark.parametrize("name", STEPS)
def test_every_field_of_a_step_has_its_place_in_the_form(name):
    fields = {field.alias or key for key, field in STEPS[name].schema.model_fields.items() if key != "do"}
    assert {field.name for field in STEPS[name].form} == fields


WORDS = sorted({*TRIGGERS, *checks(), *FILTERS, *LINES, *GIVEN, *BRAND, *ORDER})


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_the_language_is_told(word):
    assert f"`{word}`" in GUIDE or f"`{word}(" in GUIDE


@pytest.mark.parametrize("field", [field.alias or name for name, field in Definition.model_fields.items()])
def test_every_field_of_a_flow_is_told(field):
    assert f"`{field}`" in GUIDE or f"\n{field}:" in GUIDE


def test_every_shipped_flow_is_listed():
    assert [d.name for d, _ in read_path(SHIPPED).flows if f"| `{d.name}` |" not in GUIDE] == []


def test_the_examples_work():
    flow, choices, _, transcripts = EXAMPLES
    read = from_yaml(flow, "parking.yml")
    assert read.definition is not None
    assert check_set([(read.definition, read.source)], Vocabulary()) == []
    asking = from_yaml(choices, "cake_size.yml")
    assert asking.definition is not None
    assert check_set([(asking.definition, asking.source)], Vocabulary()) == []
    written, wrong = transcripts_from_yaml(transcripts, "parking")
    assert wrong == []
    assert replay(written, Shelf.of(read.definition)) == []
    assert all(yaml.safe_load(example) for example in EXAMPLES)
