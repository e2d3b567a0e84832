"""Content: the quick ways find what the plain ways find, and no disguise hides a word."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.composing import BrandIdentity
from app.domain.content.check import Copy
from app.domain.content.checking import Judge
from app.domain.content.words import Disguises, WordList
from app.domain.purpose import Purpose
from app.domain.text import _UNSEEN, fold, simplify
from tests.domain.rule_data import shipped

BRAND = BrandIdentity(name="麦香坊", signature="麦香坊")
TEXTS = st.text(
    st.sampled_from(
        "最好第一顶级赌博贷款abloan1０9折元满减退订回T，。！？：；（） \u3000{}#[].:/@\u200b\ufe0f\u0338Ａ頂級博㊣ﬁ"
    )
    | st.characters(exclude_categories=("Cs",)),
    max_size=80,
)
CLAIMS = ["最好吃", "全国第一", "国家级", "顶级", "销量第一"]
BLOCKED = ["加微信", "赌博", "代开发票", "无抵押贷款", "稳赚不赔"]
GAPS = [
    "",
    " ",
    "\u3000",
    "*",
    "·",
    "~",
    "-",
    ".",
    "_",
    "|",
    "💥",
    "\u200b",
    "\u200d",
    "\ufeff",
    "\u00ad",
    " . ",
]
TRADITIONAL = str.maketrans("国级顶无贷发销", "國級頂無貸發銷")
LOOK_ALIKES = str.maketrans(
    {"最": "蕞", "第": "苐", "一": "壹", "博": "慱", "微": "薇", "信": "伈", "贷": "貣"}
)


def copy(text: str, purpose: Purpose = Purpose.MARKETING) -> Copy:
    hosts = frozenset({"mx.example"})
    return Copy(
        text, purpose, shipped().channel_style("mainland"), BRAND, hosts=hosts, hotline="400-820-0001"
    )


def codes(text: str) -> set[str]:
    return {one.code for one in shipped().judge.findings(copy(text))}


@given(TEXTS)
@example("＝\u0338，\u0338")
@example("ｅ\u0301，Å")
def test_the_quick_folding_is_the_plain_one(text: str) -> None:
    seen = _UNSEEN.sub("", unicodedata.normalize("NFKC", _UNSEEN.sub("", text)))
    assert fold(text) == " ".join(simplify(seen).casefold().split())


@given(TEXTS, st.sampled_from(list(Purpose)))
def test_what_is_remembered_is_what_would_be_found(text: str, purpose: Purpose) -> None:
    judge = Judge(shipped().lists, shipped().checks)
    asked = copy(text, purpose)
    assert judge.findings(asked) == judge.findings(copy(text, purpose)) == judge.anew(asked)


@given(
    st.lists(st.text("最好赌博贷款loa#", min_size=1, max_size=4), min_size=1, max_size=12, unique=True),
    st.text("最好赌博贷款loan 1", max_size=40),
)
def test_the_automaton_finds_what_a_search_from_place_to_place_finds(words: list[str], text: str) -> None:
    plain = [word for word in words if "#" not in word]
    listed = WordList(plain, lambda word: (word,), lambda word: (), Disguises())
    compared = listed.compared(text)
    forms = sorted({listed.compared(word): word for word in plain}, key=len, reverse=True)
    alternatives = "|".join(re.escape(form) for form in forms if form)
    found = [match[0] for match in re.finditer(alternatives, compared)] if alternatives else []
    hits = [listed.compared(hit.word) for hit in listed.find(text)]
    assert hits == [form for form in hits if form in found]
    assert len(hits) <= len(found)
    assert [form for form in found if not re.search("[a-z]", form)] == [
        form for form in hits if not re.search("[a-z]", form)
    ]


@given(
    st.sampled_from(CLAIMS + BLOCKED),
    st.sampled_from(GAPS),
    st.sampled_from([{}, TRADITIONAL, LOOK_ALIKES]),
    st.text("的了吗，。 \u200b", max_size=4),
)
def test_no_disguise_hides_a_word(word: str, gap: str, forms: dict[int, str], around: str) -> None:
    text = f"【麦香坊】{around}{gap.join(word.translate(forms))}{around}回复1，400-820-0001。退订回T"
    assert codes(text) & {"absolute_claim", "blocked_word"}


@given(st.sampled_from(["VPN加速", "casino", "NO.1", "加V信"]), st.booleans())
def test_width_and_case_hide_no_latin_word(word: str, is_upper: bool) -> None:
    cased = word.upper() if is_upper else word.lower()
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in cased)
    for written in (cased, wide):
        assert codes(f"【麦香坊】看 {written} 吧，退订回T") & {"absolute_claim", "blocked_word"}


@pytest.mark.parametrize("word", ["最近", "最后一天", "最后", "第一次", "第一时间", "最多", "最少", "最晚"])
@given(gap=st.sampled_from(["", "\u200b", " "]), around=st.text("的了蛋糕，。", max_size=5))
def test_everyday_words_are_no_claims_in_any_dress(word: str, gap: str, around: str) -> None:
    assert "absolute_claim" not in codes(f"【麦香坊】{around}{gap.join(word)}，{around}退订回T")
