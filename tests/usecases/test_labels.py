"""What staff say a text meant: kept for review, learnt when accepted, gone with the person."""

import pytest

from app.reads.labels import listed
from app.usecases import labels
from app.usecases.erase_person import ErasureOrder, erase_person
from app.usecases.labels import LabelRefused, learnable
from tests.usecases.shop import LI, WANG, Shop

TEXT = "你们家那个活动还有吗朋友推荐的"


def a_text(shop: Shop, phone: str = WANG, text: str = TEXT):
    shop.nlu.learn(text, "offer_info", 0.7)
    shop.texts(phone, text)
    return shop.rows("inbounds", phone)[-1].id


def shown(shop: Shop, state: str = "waiting"):
    with shop.parts.store.read() as session:
        return listed(session, state)


def test_a_label_waits_with_what_was_guessed_and_is_learnt_once_accepted(shop: Shop) -> None:
    label_id = labels.put(shop.parts, a_text(shop), "refer_friend", "li@shop.example", shop.clock())
    (one,) = shown(shop)
    assert (one["text"], one["intent"], one["guessed"]) == (TEXT, "refer_friend", "offer_info")
    assert one["model"]
    assert labels.learnt(shop.parts) == []
    labels.review(shop.parts, label_id, "refer_friend", True, "wang@shop.example", shop.clock())
    assert labels.learnt(shop.parts) == [(TEXT, "refer_friend")]
    assert (shown(shop), shown(shop, "accepted")[0]["reviewed_by"]) == ([], "wang@shop.example")


def test_a_rejected_label_is_not_learnt(shop: Shop) -> None:
    label_id = labels.put(shop.parts, a_text(shop), "abuse", "li@shop.example", shop.clock())
    labels.review(shop.parts, label_id, "abuse", False, "wang@shop.example", shop.clock())
    assert labels.learnt(shop.parts) == []
    assert [one["state"] for one in shown(shop, "rejected")] == ["rejected"]


def test_a_later_label_replaces_the_earlier_and_has_to_be_reviewed_again(shop: Shop) -> None:
    inbound_id = a_text(shop)
    first = labels.put(shop.parts, inbound_id, "abuse", "li@shop.example", shop.clock())
    labels.review(shop.parts, first, "abuse", True, "wang@shop.example", shop.clock())
    assert labels.put(shop.parts, inbound_id, "claim_offer", "li@shop.example", shop.clock()) == first
    assert labels.learnt(shop.parts) == []
    assert [(one["intent"], one["reviewed_by"]) for one in shown(shop)] == [("claim_offer", None)]


@pytest.mark.parametrize("is_accepted", [True, False])
def test_a_label_that_was_replaced_meanwhile_is_not_reviewed_unseen(shop: Shop, is_accepted: bool) -> None:
    inbound_id = a_text(shop)
    label_id = labels.put(shop.parts, inbound_id, "abuse", "li@shop.example", shop.clock())
    labels.put(shop.parts, inbound_id, "claim_offer", "li@shop.example", shop.clock())
    with pytest.raises(LabelRefused, match="says claim_offer now, not abuse") as refused:
        labels.review(shop.parts, label_id, "abuse", is_accepted, "wang@shop.example", shop.clock())
    assert refused.value.reason == "replaced"
    assert labels.learnt(shop.parts) == []
    assert [(one["intent"], one["reviewed_by"]) for one in shown(shop)] == [("claim_offer", None)]


def test_what_cannot_be_labelled_is_told(shop: Shop) -> None:
    inbound_id, empty = a_text(shop), a_text(shop, LI, "//")
    for told, reason in (
        ((inbound_id, "opting"), "unknown_intent"),
        ((shop.brand.id, "praise"), "no_such_text"),
        ((empty, "praise"), "nothing_to_learn"),
    ):
        with pytest.raises(LabelRefused) as refused:
            labels.put(shop.parts, *told, "x", shop.clock())
        assert refused.value.reason == reason
    with pytest.raises(LabelRefused, match="no such label"):
        labels.review(shop.parts, shop.brand.id, "praise", True, "x", shop.clock())


def test_another_brands_text_is_no_text_to_this_one(shop: Shop) -> None:
    inbound_id, cafe = a_text(shop), shop.a_brand("cafe")
    with pytest.raises(LabelRefused, match="no such text"):
        labels.put(shop.parts, inbound_id, "praise", "x", shop.clock(), cafe)
    label_id = labels.put(shop.parts, inbound_id, "praise", "x", shop.clock(), shop.brand.id)
    with pytest.raises(LabelRefused, match="no such label"):
        labels.review(shop.parts, label_id, "praise", True, "x", shop.clock(), cafe)


def test_what_an_erased_person_wrote_is_unlearnt(shop: Shop) -> None:
    label_id = labels.put(shop.parts, a_text(shop), "refer_friend", "li@shop.example", shop.clock())
    labels.review(shop.parts, label_id, "refer_friend", True, "wang@shop.example", shop.clock())
    erase_person(shop.parts, WANG, ErasureOrder("admin@shop.example", shop.clock()))
    assert labels.learnt(shop.parts) == []


@pytest.mark.parametrize(
    ("text", "learnt"),
    [
        ("/greeting 你好", "greeting 你好"),
        ("两\n行", "两 行"),
        ("[a](b)", "[a] (b)"),
        (" \u200b ", ""),
        ("//", ""),
        ("🙂", "🙂"),
        ("长" * 999, "长" * 300),
    ],
)
def test_a_text_is_learnt_on_one_line_without_the_files_own_signs(text: str, learnt: str) -> None:
    assert learnable(text) == learnt
