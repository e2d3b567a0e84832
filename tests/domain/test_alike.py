"""Which earlier complaint is most like a new one."""

from uuid import UUID

import pytest

from app.domain.alike import Case, most_alike, signs


def a_case(number: int, told: str, *answers: str, category: str = "other") -> Case:
    return Case(UUID(int=number), number, told, category, answers or ("好的",))


CASES = [
    a_case(1, "我要投诉，送来的蛋糕是坏的", "马上重做", "新的在路上"),
    a_case(2, "我要投诉，快递三天没到", "马上催"),
    a_case(3, "投诉 多收了我钱，要退款", "马上退"),
    a_case(4, "complaint my parcel never arrived"),
]


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("投诉！蛋糕送来就坏了", 1),
        ("投诉，快递到现在都没到", 2),
        ("你们多收钱了，退款", 3),
        ("COMPLAINT: the parcel has not arrived", 4),
        ("我要投诉", None),
        ("店员态度差", None),
        ("", None),
    ],
)
def test_what_is_shared_by_few_decides(told: str, number: int | None) -> None:
    found = most_alike(told, "other", CASES, 0)
    assert (found.number if found else None) == number


def test_only_a_case_with_a_further_answer_counts() -> None:
    told = "投诉！蛋糕送来就坏了"
    first, second = most_alike(told, "other", CASES, 1), most_alike(told, "other", CASES, 2)
    assert (first and first.answers[1], second) == ("新的在路上", None)


def test_of_two_as_alike_the_same_category_then_the_later_comes_first() -> None:
    told = "蛋糕是坏的"
    same = [a_case(5, told, category="quality"), a_case(6, told), a_case(7, told)]
    found = [most_alike(told, category, same, 0) for category in ("quality", "other")]
    assert [one.number for one in found if one] == [5, 7]


def test_signs_are_those_of_chinese_their_pairs_and_words() -> None:
    assert signs("我要投诉，蛋糕壞了 The bad cake!") == {*"蛋糕坏", "蛋糕", "糕坏", "bad", "cake"}
    assert signs("12 我要投诉!") == frozenset()
