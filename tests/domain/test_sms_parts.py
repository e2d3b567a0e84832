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
        ("a" * 151 + "€" + "a" * 153, 2, "gsm7"),
        ("a" * 152 + "€" + "a" * 152, 3, "gsm7"),
        ("a" * 152 + "€" + "a" * 151, 2, "gsm7"),
        ("^" * 153, 3, "gsm7"),
        ("中" * 65 + "😀" + "中" * 67, 2, "ucs2"),
        ("😀" * 66, 2, "ucs2"),
        ("😀" * 67, 3, "ucs2"),
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


@pytest.mark.parametrize("sign", ["中", "a", "Z", "0", "€", "{", "【", "，", " ", "`", "\n"])
@pytest.mark.parametrize(("length", "parts"), [(70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)])
def test_on_the_mainland_no_character_counts_more_or_less(sign: str, length: int, parts: int) -> None:
    assert count(sign * length, "mainland").parts == parts


def test_units() -> None:
    assert count("a€", "gsm") == Parts(1, "gsm7", 3)
    assert count("中😀", "gsm") == Parts(1, "ucs2", 3)
    assert count("【华为云】", "mainland").units == 5
