"""The flows shipped: nothing to mend, transcripts kept, in both languages, with texts that fit."""

import re
from datetime import UTC, datetime

import pytest

from app.domain.flows.checks import check_set
from app.domain.flows.definition import Shelf
from app.domain.flows.replaying import replay
from app.domain.flows.text_checks import Terms, check_texts
from app.domain.flows.vocabulary import Vocabulary
from app.flow_files import SHIPPED, from_yaml, read_path, to_yaml
from app.rules import load_rules

FOLDER = read_path(SHIPPED)
DEFINITIONS = {definition.name: definition for definition, _ in FOLDER.flows}
NAMES = sorted(DEFINITIONS)
PROMOTIONAL = re.compile(r"优惠|折|券|免费|促销|特价|立减|coupon|discount|% off|sale|free", re.IGNORECASE)


def test_all_of_them_are_there():
    assert NAMES == [
        "complaint",
        "complaint_follow_up",
        "help",
        "human",
        "opt_out_question",
        "order_confirmation",
        "order_status",
        "personalisation_off",
        "personalisation_on",
        "review_invitation",
        "satisfaction_survey",
        "sign_up",
        "store_info",
        "wrong_number",
    ]


def test_there_is_nothing_to_mend():
    words = load_rules().opt_out_words
    vocabulary = Vocabulary(opt_out_words=words.opt_out, opt_in_words=words.opt_in)
    assert [str(finding) for finding in (*FOLDER.findings, *check_set(FOLDER.flows, vocabulary))] == []


def test_none_of_their_texts_would_be_refused():
    rules = load_rules()
    words = (rules.lists, rules.checks, rules.channel_styles, rules.promotional, rules.transactional)
    assert check_texts(FOLDER.flows, Terms(*words, datetime(2026, 8, 17, tzinfo=UTC))) == []


def test_every_transcript_is_kept():
    assert [str(found) for found in replay(FOLDER.transcripts, Shelf.of(*DEFINITIONS.values()))] == []


@pytest.mark.parametrize("name", NAMES)
def test_has_transcripts_in_both_languages(name):
    languages = {transcript.language for transcript in FOLDER.transcripts if transcript.flow == name}
    assert languages == {"zh", "en"}


@pytest.mark.parametrize("name", NAMES)
def test_its_texts_are_short_and_plain(name):
    for step in DEFINITIONS[name].steps.values():
        for field, texts in step.texts().items():
            assert len(re.sub(r"\{\{.*?\}\}", "", texts["zh"])) <= 62, (name, field)
            assert len(re.sub(r"\{\{.*?\}\}", "", texts["en"])) <= 160, (name, field)
            assert not any(ord(sign) > 0xFFFF or sign in "【】" for text in texts.values() for sign in text)


@pytest.mark.parametrize(
    "name", ["order_confirmation", "complaint", "complaint_follow_up", "review_invitation"]
)
def test_service_texts_hold_no_promotion(name):
    for step in DEFINITIONS[name].steps.values():
        for texts in step.texts().values():
            assert not any(PROMOTIONAL.search(text) for text in texts.values())


@pytest.mark.parametrize("name", NAMES)
def test_is_exported_and_read_back_as_it_was(name):
    assert from_yaml(to_yaml(DEFINITIONS[name])).definition == DEFINITIONS[name]


def test_an_event_starts_only_what_it_should():
    events = {event: name for name, flow in DEFINITIONS.items() for event in flow.events}
    assert events == {
        "order.placed": "order_confirmation",
        "order.delivered": "review_invitation",
        "order.completed": "satisfaction_survey",
        "appointment.completed": "satisfaction_survey",
    }
