"""Finding listed words: whole, longest first, through disguises, and never in what means something else."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.content.words import Disguises, WordList

ROWS = [("最好", ("最好提前",)), ("赌博", ()), ("loan", ()), ("#折", ("#折页",))]
GAPS = st.sampled_from(["", " ", "*", "·", "💥", "~", "\u200b", " - "])


def words() -> WordList[tuple[str, tuple[str, ...]]]:
    return WordList(ROWS, lambda row: (row[0],), lambda row: row[1], Disguises({"賭": "赌", "睹": "赌"}))


def found(text: str) -> list[str]:
    return [hit.word for hit in words().find(text)]


@given(st.sampled_from(["最好", "赌博", "睹博"]), GAPS, st.text(alphabet="的了吗，。 ", max_size=5))
def test_gaps_and_look_alikes_hide_nothing(word, gap, around):
    expected = word.replace("睹", "赌")
    assert found(f"{around}{gap.join(word)}{around}") == [expected]


def test_a_latin_word_counts_only_whole():
    assert found("a loan, LOAN") == ["loan", "loan"]
    assert found("loans reloan") == []


def test_a_longer_word_may_mean_something_else():
    assert found("最好提前预约，味道最好") == ["最好"]


def test_a_number_stands_for_any_number():
    assert found("全场8.5折，三折，3折页") == ["#折", "#折"]
