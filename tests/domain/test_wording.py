"""The system's own texts: complete in both languages, short, filled, and the brand's own where it has written one."""

import pytest
import yaml

from app.domain.sms_parts import count
from app.domain.text import language_of
from app.domain.wording import NAMES, Wording
from app.rules import RULES_FOLDER

TEXTS = yaml.safe_load((RULES_FOLDER / "wording.yml").read_text(encoding="utf-8"))


def test_a_missing_language_is_told_by_name() -> None:
    lacking = {**TEXTS, "thanks": {"zh": "谢谢"}}
    with pytest.raises(ValueError, match="'thanks' has no text in en"):
        Wording(lacking)


def test_a_missing_text_is_told_by_name() -> None:
    with pytest.raises(ValueError, match="'greeting' has no text in en, zh"):
        Wording({name: text for name, text in TEXTS.items() if name != "greeting"})


def test_nothing_is_written_that_nobody_says() -> None:
    assert set(TEXTS) == NAMES


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_text_is_in_its_language_and_fits_two_parts(name: str, language: str) -> None:
    text = Wording(TEXTS).say(name, language, "禾木烘焙", "400-800-1234")
    assert language_of(text) == language
    assert "{" not in text
    assert count(f"【禾木烘焙】{text}", "mainland").parts <= 3


def test_brand_and_hotline_are_filled_and_a_missing_hotline_is_the_brand() -> None:
    wording = Wording({**TEXTS, "thanks": {"zh": "{brand} {hotline}", "en": "{brand} {hotline}"}})
    assert wording.say("thanks", "zh", "禾木", "400") == "禾木 400"
    assert wording.say("thanks", "en", "Hemu", "") == "Hemu Hemu"


def test_a_brand_says_it_in_its_own_words_where_it_has_them() -> None:
    own = {"thanks": {"zh": "谢谢亲"}}
    wording = Wording(TEXTS)
    assert wording.say("thanks", "zh", "禾木", "", own) == "谢谢亲"
    assert wording.say("thanks", "en", "Hemu", "", own) == TEXTS["thanks"]["en"]
    assert wording.say("greeting", "zh", "禾木", "", own) == TEXTS["greeting"]["zh"]


def test_an_unknown_name_raises() -> None:
    with pytest.raises(KeyError):
        Wording(TEXTS).say("nothing", "zh", "禾木", "")
