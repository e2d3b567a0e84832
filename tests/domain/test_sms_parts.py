"""Parts as the carrier bills them: the golden cases."""

import pytest

from app.domain.sms_parts import Parts, count


@pytest.mark.parametrize(
    ("text", "parts", "encoding"),
    [
        ("a" * 160, 1, "gsm7"),
        ("a" * 161, 2, "gsm7"),
        ("€" * 80, 1, "gsm7"),
        ("€" * 81, 2, "gsm7"),
        ("中" * 70, 1, "ucs2"),
        ("中" * 71, 2, "ucs2"),
        ("😀" * 35, 1, "ucs2"),
        ("😀" * 36, 2, "ucs2"),
        ("中" * 66 + "😀" + "中" * 66, 3, "ucs2"),
        ("it’s", 1, "ucs2"),
        ("it's", 1, "gsm7"),
        ("ç", 1, "ucs2"),
        ("", 1, "gsm7"),
        ("`", 1, "ucs2"),
        ("{}[]", 1, "gsm7"),
    ],
)
def test_gsm(text: str, parts: int, encoding: str) -> None:
    counted = count(text, "gsm")
    assert (counted.parts, counted.encoding) == (parts, encoding)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("中" * 70, 1),
        ("中" * 71, 2),
        ("中" * 134, 2),
        ("中" * 135, 3),
        ("a" * 70, 1),
        ("a" * 160, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_mainland_counts_every_character_alike(text: str, parts: int) -> None:
    assert count(text, "mainland").parts == parts


def test_units() -> None:
    assert count("a€", "gsm") == Parts(1, "gsm7", 3)
    assert count("中😀", "gsm") == Parts(1, "ucs2", 3)
    assert count("【华为云】", "mainland").units == 5
