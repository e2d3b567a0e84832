"""Parts: our count against the codec, and what holds for any text."""

import gsm0338
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from app.domain.sms_parts import count

TEXTS = st.text(
    st.sampled_from("aZ09 @£€{}[]^~|\\\n中文【】’`ç")
    | st.characters(min_codepoint=0x1F300, max_codepoint=0x1F64F),
    max_size=400,
)
GSM = gsm0338.Codec()


def septets(text: str) -> int | None:
    try:
        return len(GSM.encode(text)[0])
    except UnicodeEncodeError:
        return None


@given(TEXTS.filter(bool))
def test_encoding_and_units_are_the_codecs(text: str) -> None:
    counted, packed = count(text, "gsm"), septets(text)
    if packed is None:
        assert (counted.encoding, counted.units) == ("ucs2", len(text.encode("utf-16-be")) // 2)
    else:
        assert (counted.encoding, counted.units) == ("gsm7", packed)


@given(TEXTS.filter(bool))
def test_parts_hold_their_units_and_cut_nothing(text: str) -> None:
    counted = count(text, "gsm")
    single, multi = (160, 153) if counted.encoding == "gsm7" else (70, 67)
    if counted.units <= single:
        assert counted.parts == 1
        return
    # A part may stay one unit short of full, because a pair may not be cut.
    assert -(-counted.units // multi) <= counted.parts <= -(-counted.units // (multi - 1))
    parts = [part.content for part in smsutil.split(text).parts]
    assert "".join(parts) == text
    for part in parts:
        part.encode("utf-16-be")
        assert (
            (septets(part) or 0) <= 153
            if counted.encoding == "gsm7"
            else len(part.encode("utf-16-be")) <= 134
        )


EDGES = st.builds(
    lambda length, edge, rest: "a" * length + edge + "b" * rest,
    st.integers(145, 165) | st.integers(60, 75),
    st.sampled_from(["€", "^", "{}", "😀", "中", "😀€", "[]😀"]),
    st.integers(0, 170),
)


@given(TEXTS.filter(bool) | EDGES)
def test_parts_are_those_of_a_library_that_cuts(text: str) -> None:
    assert count(text, "gsm").parts == len(smsutil.split(text).parts)


@given(TEXTS, TEXTS)
def test_more_text_never_costs_less(text: str, more: str) -> None:
    for profile in ("gsm", "mainland"):
        assert count(text + more, profile).parts >= count(text, profile).parts


@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=("Cs",)), max_size=400))
def test_mainland_counts_characters(text: str) -> None:
    counted = count(text, "mainland")
    assert counted.units == len(text)
    assert counted.parts == (1 if len(text) <= 70 else -(-len(text) // 67))
