"""Whom a note mentions."""

from uuid import UUID

import pytest

from app.domain.mentions import Colleague, mentioned

ANN, ANNABEL, WANG, WANG_FANG = (UUID(int=number) for number in range(1, 5))
COLLEAGUES = [
    Colleague(ANN, "Ann", "ann@shop.example"),
    Colleague(ANNABEL, "Annabel", "annabel.lee@shop.example"),
    Colleague(WANG, "小王", "wang@shop.example"),
    Colleague(WANG_FANG, "小王芳", "fang@shop.example"),
]


@pytest.mark.parametrize(
    ("note", "meant"),
    [
        ("@Ann please call them", (ANN,)),
        ("@ANN, @小王请看", (ANN, WANG)),
        ("请@小王芳处理", (WANG_FANG,)),
        ("＠小王 看一下", (WANG,)),
        ("@annabel", (ANNABEL,)),
        ("@annabel.lee and @fang", (ANNABEL, WANG_FANG)),
        ("@annette", ()),
        ("@ann @Ann again", (ANN,)),
        ("write to x@ann.example", ()),
        ("ann, look", ()),
        ("@", ()),
        ("", ()),
    ],
)
def test_a_name_after_an_at_is_a_mention(note: str, meant: tuple[UUID, ...]) -> None:
    assert mentioned(note, COLLEAGUES) == meant


def test_two_of_the_same_name_are_both_meant() -> None:
    twins = [Colleague(ANN, "Kim", "a@x.example"), Colleague(WANG, "Kim", "b@x.example")]
    assert mentioned("@kim?", twins) == (ANN, WANG)
