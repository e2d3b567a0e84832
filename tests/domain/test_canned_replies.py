"""Texts that staff keep ready: what may be kept, and how they are filled."""

import pytest

from app.domain.canned_replies import Canned, CannedRefused, check, filled
from app.domain.flows.facts import Facts

FACTS = Facts(
    customer={"name": "王女士"}, brand={"hotline": "400-1"}, order={"number": "A1"}, complaint={"number": 12}
)


def a_text(text: str, name: str = "sorry", language: str = "zh") -> Canned:
    return Canned(name, language, text)


@pytest.mark.parametrize("name", ["sorry", "道歉", "late-2", "退_款"])
def test_a_name_is_what_can_be_typed_after_a_slash(name: str) -> None:
    check(a_text("您好", name))


@pytest.mark.parametrize(
    ("text", "name", "language", "field", "reason"),
    [
        ("您好", "so sorry", "zh", "name", "canned_name_wrong"),
        ("您好", "/sorry", "zh", "name", "canned_name_wrong"),
        ("您好", "s" * 31, "zh", "name", "canned_name_wrong"),
        ("您好", "sorry", "fr", "language", "language_unknown"),
        (" ", "sorry", "zh", "text", "empty"),
        ("长" * 501, "sorry", "zh", "text", "text_too_long"),
        ("您好{{ customer.name", "sorry", "zh", "text", "placeholder_wrong"),
        ("{% if x %}您好{% endif %}", "sorry", "zh", "text", "placeholder_wrong"),
        ("{{ brand.owner }}", "sorry", "zh", "text", "placeholder_unknown"),
        ("{{ complaint.summary }}", "sorry", "zh", "text", "placeholder_unknown"),
        ("{{ event.x }}", "sorry", "zh", "text", "placeholder_unknown"),
        ("{{ offer.cake.price }}", "sorry", "zh", "text", "placeholder_unknown"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(
    text: str, name: str, language: str, field: str, reason: str
) -> None:
    with pytest.raises(CannedRefused) as refused:
        check(a_text(text, name, language))
    assert (refused.value.field, refused.value.reason) == (field, reason)


def test_placeholders_are_filled_from_profile_order_brand_and_complaint() -> None:
    text = "{{ customer.name }}：投诉{{ complaint.number }}，订单{{ order.number }}，请拨{{ brand.hotline }}"
    check(a_text(text))
    assert filled(a_text(text), FACTS) == "王女士：投诉12，订单A1，请拨400-1"


def test_what_cannot_be_filled_stays_to_be_seen() -> None:
    text = "{{ customer.name }}：订单{{ order.number }}"
    assert filled(a_text(text), Facts(customer={"name": "王女士"})) == text
    assert filled(a_text("{{ customer.name | default('您好') }}"), Facts()) == "您好"
