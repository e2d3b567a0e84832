"""Sensitive data is kept and used only with a consent of its own, and nothing personal is used of who wants none."""

from typing import Any

import pytest

from app.domain.flows.definition import Definition
from app.domain.purpose import Cause, CauseKind
from app.store.tables import new_id
from app.usecases import customer_records, separate_consents
from app.usecases.api_access import Caller
from app.usecases.customer_records import ConsentRefused
from app.usecases.flow_publishing import publish
from app.usecases.separate_consents import ConsentUnproved, Told
from tests.usecases.shop import LI, WANG, Shop

WORDING = "我同意贵店保存我的预产期，只用于孕期提醒"
ASKS = {
    "schema": 1,
    "name": "mothers",
    "title": {"zh": "孕妈", "en": "Mothers"},
    "triggers": [{"trigger": "keyword", "words": ["孕妈计划"]}],
    "steps": {
        "early": {"do": "set", "attribute": "due_date", "value": "2027-01-01", "then": "agree"},
        "agree": {
            "do": "opt_in",
            "scope": "health",
            "text": {
                "zh": "您同意我们保存预产期吗？同意请回复“是”。",
                "en": "May we keep the date? Reply YES.",
            },
            "time_out": "24h",
            "then": "late",
        },
        "late": {"do": "set", "attribute": "due_date", "value": "2027-03-05", "then": "end"},
    },
}
TELLS = {
    "schema": 1,
    "name": "care",
    "title": {"zh": "关怀", "en": "Care"},
    "triggers": [{"trigger": "event", "type": "custom.care"}],
    "steps": {
        "tell": {
            "do": "send",
            "text": {
                "zh": "{{ customer.name | default('您好') }}，{{ customer.due_date | default('近期') }}见。",
                "en": "See you.",
            },
            "then": "end",
        }
    },
}


@pytest.fixture
def clinic(shop: Shop) -> Shop:
    flows = [Definition.model_validate(flow) for flow in (ASKS, TELLS)]
    publish(shop.parts, "demo", flows, shop.clock(), "test")
    return shop


def says(shop: Shop, scope: str, is_agreed: bool, phone: str = WANG, **told: Any) -> None:
    given = Told(scope, is_agreed, "shop till", **told)
    separate_consents.record(shop.parts, phone, shop.brand.id, given, "command", shop.clock())


def held(shop: Shop, phone: str = WANG) -> dict[str, Any]:
    return {name: one["value"] for name, one in shop.profile(phone)["attributes"].items()}


def test_a_flow_asks_and_keeps_nothing_before_the_yes(clinic: Shop) -> None:
    clinic.texts(WANG, "孕妈计划")
    clinic.works()
    assert "due_date" not in held(clinic)
    assert clinic.reasons(WANG, "attribute") == [("refused", "sensitive_consent_missing")]
    clinic.texts(WANG, "是")
    assert held(clinic)["due_date"] == "2027-03-05"
    entry = clinic.rows("consents", WANG)[-1]
    assert (entry.kind, entry.source) == ("health_granted", "flow:mothers")
    assert "您同意我们保存预产期吗" in entry.evidence["wording"]
    assert clinic.profile(WANG)["consent"] == "granted"


def test_events_import_and_api_keep_nothing_without_consent(clinic: Shop) -> None:
    clinic.tells(
        "custom.care", "e1", WANG, attributes={"due_date": "2027-01-01", "city": "上海"}, due_date="2027"
    )
    assert (held(clinic).get("due_date"), held(clinic)["city"]) == (None, "上海")
    caller = Caller(new_id(), "till", clinic.brand)
    with pytest.raises(ConsentRefused, match="sensitive_consent_missing"):
        customer_records.put(
            clinic.parts,
            caller,
            WANG,
            clinic.clock(),
            told={},
            attributes={"due_date": "2027", "hobby": "烘焙"},
        )
    assert "hobby" not in held(clinic)
    says(clinic, "health", True, wording=WORDING)
    customer_records.put(clinic.parts, caller, WANG, clinic.clock(), told={}, attributes={"due_date": "2027"})
    assert held(clinic)["due_date"] == "2027"


def test_withdrawal_takes_the_values_and_stops_what_waits(clinic: Shop) -> None:
    says(clinic, "health", True, wording=WORDING)
    clinic.a_customer(WANG, tags=["vip", "怀孕"])
    clinic.tells("custom.care", "e1", WANG, attributes={"due_date": "1月1日", "name": "王芳"})
    (row,) = clinic.outbounds(WANG)
    assert (row.body, row.uses) == ("王芳，1月1日见。", ["health", "profile"])
    says(clinic, "health", False)
    assert (held(clinic), clinic.profile(WANG)["tags"]) == ({}, ["vip"])
    clinic.dispatches()
    assert (clinic.outbound(row.id).status, clinic.outbound(row.id).reason) == (
        "refused",
        "sensitive_consent_missing",
    )
    clinic.tells("custom.care", "e2", WANG)
    assert clinic.bodies(WANG)[-1] == "王芳，近期见。"
    assert [entry.kind for entry in clinic.rows("consents", WANG)][-2:] == [
        "health_granted",
        "health_withdrawn",
    ]


def test_without_personalisation_placeholders_fall_back(clinic: Shop) -> None:
    clinic.a_customer(WANG, name="王芳")
    clinic.texts(WANG, "关闭个性化")
    assert clinic.profile(WANG)["is_personalised"] is False
    clinic.tells("custom.care", "e1", WANG)
    assert (clinic.bodies(WANG)[-1], clinic.outbounds(WANG)[-1].uses) == ("您好，近期见。", [])
    clinic.texts(WANG, "PERSONALIZE")
    clinic.tells("custom.care", "e2", WANG)
    assert clinic.bodies(WANG)[-1] == "王芳，近期见。"
    kinds = [entry.kind for entry in clinic.rows("consents", WANG)]
    assert kinds[-2:] == ["personalisation_off", "personalisation_on"]


def test_personal_marketing_that_waits_does_not_leave_after_it(clinic: Shop) -> None:
    campaign = Cause(CauseKind.CAMPAIGN, clinic.clock())
    waits = clinic.queues(WANG, "王芳，新品上架，欢迎来店", campaign, uses=("profile",))
    says(clinic, "personalisation", False)
    clinic.dispatches()
    assert (clinic.outbound(waits).status, clinic.outbound(waits).reason) == (
        "refused",
        "personalisation_off",
    )


def test_a_consent_needs_its_words_and_a_switch_none(clinic: Shop) -> None:
    with pytest.raises(ConsentUnproved):
        says(clinic, "health", True, LI)
    says(clinic, "health", False, LI)
    says(clinic, "personalisation", True, LI)
    assert clinic.profile(LI)["separate_consents"] == []


def test_an_opt_out_is_taken_back_past_a_separate_consent(clinic: Shop) -> None:
    clinic.texts(LI, "加入")
    clinic.works()
    clinic.texts(LI, "是")
    clinic.works()
    clinic.texts(LI, "T")
    says(clinic, "health", True, LI, wording=WORDING)
    clinic.texts(LI, "订阅")
    assert clinic.profile(LI)["consent"] == "granted"
