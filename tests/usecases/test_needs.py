"""Needs that show in texts become tags, sensitive ones only with consent, and end by themselves."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from app.store import customers
from app.usecases import needs, separate_consents
from app.usecases.erase_person import ErasureOrder, erase_person
from app.usecases.export_person import export_person
from app.usecases.separate_consents import Told
from tests.usecases.shop import WANG, Shop

MOVING, PREGNANT = "下个月我要搬家，地址会变", "我怀孕五个月了，能吃这个吗"


def profile(shop: Shop) -> Any:
    return SimpleNamespace(**shop.profile(WANG))


def agrees(shop: Shop, scope: str, *, is_agreed: bool = True) -> None:
    told = Told(scope, is_agreed, "staff", "我同意")
    separate_consents.record(
        shop.parts, shop.customer(WANG).id, shop.brand.id, told, "staff@shop.example", shop.clock()
    )


def everything_kept(shop: Shop) -> dict[str, Any]:
    """All that is kept of the customer, but for the texts themselves and what they are answered with."""
    kept = export_person(shop.parts, WANG, "test", shop.clock()) or {}
    return {
        name: rows
        for name, rows in kept.items()
        if name not in ("inbounds", "outbounds", "simulated_messages")
    }


def test_a_need_becomes_a_tag_that_says_how_it_came(shop: Shop) -> None:
    shop.texts(WANG, MOVING)
    row = profile(shop)
    assert row.tags == ["need:moving_house"]
    (text,) = shop.rows("inbounds", WANG)
    assert row.attributes["need:moving_house"]["source"] == f"inbound:{text.id}"
    noted = [one for one in shop.rows("decisions", WANG) if one.verdict == "noted"]
    assert [(one.subject_id, one.reason, one.details) for one in noted] == [(text.id, "need_heard", {})]


def test_of_a_sensitive_need_without_consent_nothing_is_kept_anywhere(shop: Shop) -> None:
    shop.texts(WANG, PREGNANT)
    assert profile(shop).tags == []
    kept = json.dumps(everything_kept(shop), default=str)
    assert not any(word in kept for word in ("pregnan", "need:", "need_heard", "sensitive", "health"))


def test_with_the_separate_consent_it_is_kept_until_that_is_withdrawn(shop: Shop) -> None:
    shop.a_customer(WANG)
    agrees(shop, "finance")
    shop.texts(WANG, PREGNANT)
    assert profile(shop).tags == []
    agrees(shop, "health")
    shop.texts(WANG, PREGNANT)
    assert profile(shop).tags == ["need:pregnancy"]
    assert "pregnan" not in json.dumps(
        [[one.reason, one.details] for one in shop.rows("decisions", WANG)], default=str
    )
    agrees(shop, "health", is_agreed=False)
    assert (profile(shop).tags, profile(shop).attributes) == ([], {})


def test_nothing_is_noted_of_who_wants_no_personalisation(shop: Shop) -> None:
    shop.a_customer(WANG)
    agrees(shop, "personalisation", is_agreed=False)
    shop.texts(WANG, MOVING)
    assert profile(shop).tags == []


@pytest.mark.parametrize(
    "text", ["自动回复：我要搬家，稍后联系", "我要搬家，别再给我发短信了", "退订，我要搬家了"]
)
def test_nothing_is_noted_from_an_opt_out_or_a_machine(shop: Shop, text: str) -> None:
    shop.nlu.learn(text, "opt_out", 0.95)
    shop.texts(WANG, text)
    assert profile(shop).tags == []


def test_a_doubtful_opt_out_notes_nothing_either(shop: Shop) -> None:
    shop.nlu.learn(MOVING, "opt_out", 0.5)
    shop.texts(WANG, MOVING)
    assert shop.outcomes(WANG) == ["opt_out_unsure"]
    assert profile(shop).tags == []


def test_a_need_ends_180_days_after_it_was_last_heard(shop: Shop) -> None:
    shop.a_customer(WANG, tags=["vip"])
    shop.texts(WANG, MOVING)
    shop.passes(days=100)
    shop.texts(WANG, "家里正在装修")
    shop.passes(days=79)
    assert needs.forget_old(shop.parts, shop.clock()) == 0
    shop.passes(days=1)
    assert needs.forget_old(shop.parts, shop.clock()) == 1
    assert profile(shop).tags == ["need:renovation", "vip"]
    assert set(profile(shop).attributes) == {"need:renovation"}
    shop.passes(days=100)
    assert needs.forget_old(shop.parts, shop.clock()) == 1
    assert (profile(shop).tags, profile(shop).needs_until) == (["vip"], None)


def test_said_again_it_lasts_anew(shop: Shop) -> None:
    shop.texts(WANG, MOVING)
    shop.passes(days=170)
    shop.texts(WANG, MOVING)
    shop.passes(days=20)
    assert needs.forget_old(shop.parts, shop.clock()) == 0
    assert profile(shop).tags == ["need:moving_house"]


def test_export_tells_of_needs_and_erasure_takes_them(shop: Shop) -> None:
    shop.texts(WANG, MOVING)
    customer_id = shop.customer(WANG).id
    assert "need:moving_house" in json.dumps(everything_kept(shop), default=str)
    erase_person(shop.parts, customer_id, ErasureOrder("admin", shop.clock()))
    with shop.parts.store.read() as session:
        (left,) = customers.profiles(session, [customer_id]).values()
    assert (left["tags"], left["needs_until"]) == ([], None)
