"""Customers whom a partner brought: the import names the partner, and marketing ends with the agreement."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.domain.imports.sources import ConsentSource
from app.domain.purpose import Cause, CauseKind
from app.reads.licence_words import REFUSALS
from app.store.consents import ConsentEvent
from app.store.customers import Profile
from app.store.tables import new_id
from app.usecases import customer_records, opting
from app.usecases.api_access import Caller
from app.usecases.changes import Changes
from app.usecases.customer_list import CustomerList
from app.usecases.customer_records import ConsentRefused, Grant
from app.usecases.import_customers import import_customers
from app.usecases.partners import Agreement, PartnerRefused, add, bringing, renew
from tests.usecases.shop import WANG, Shop

GUEST = "+8613800005555"
TODAY = date(2026, 11, 23)
WORDS = "同意接收麦香坊的优惠短信"


def an_agreement(shop: Shop, until: date = TODAY, **told: str) -> UUID:
    given = {"partner": "锦江酒店", "brand": "demo", "number": "HZ-1", **told}
    return add(shop.parts, Agreement(expires_on=until, **given), shop.clock(), "ann")


def imports(shop: Shop, folder: Path, partner_id: UUID | None, wording: str = WORDS) -> dict[str, int]:
    path = folder / "guests.csv"
    path.write_text(f"phone\n{GUEST}\n{WANG}\n", encoding="utf-8")
    given = CustomerList(
        path=path,
        source=ConsentSource.PARTNER,
        consent_at=shop.clock(),
        wording=wording,
        told_columns={},
        actor="ann",
        language="zh",
        report=folder / "errors.csv",
        file_name=path.name,
        partner_id=partner_id,
    )
    shop.passes(seconds=1)
    return dict(import_customers(shop.parts, shop.brand, given).counts)


def fate(shop: Shop, phone: str = GUEST) -> tuple[str, str | None]:
    sent = shop.queues(phone, "新品上架，欢迎来店", Cause(CauseKind.CAMPAIGN, shop.clock()))
    shop.dispatches()
    row = shop.outbound(sent)
    return row.status, row.reason


def test_marketing_to_whom_a_partner_brought_ends_with_the_agreement(shop: Shop, tmp_path: Path) -> None:
    partner = an_agreement(shop)
    assert imports(shop, tmp_path, partner)["grant"] == 2
    with shop.parts.store.read() as session:
        assert set(session.scalars(select(ConsentEvent.partner_id))) == {partner, None}
    assert fate(shop) == ("accepted", None)
    shop.passes(days=1)
    assert fate(shop) == ("refused", "partner_agreement_expired")
    assert fate(shop, WANG) == ("accepted", None)  # has agreed with the brand itself, too
    renewed = Agreement("锦江酒店", "demo", "HZ-2", TODAY + timedelta(days=400))
    assert renew(shop.parts, renewed, shop.clock(), "ann") == partner
    assert fate(shop) == ("accepted", None)


def test_consent_given_to_the_brand_itself_outlives_the_agreement(shop: Shop, tmp_path: Path) -> None:
    imports(shop, tmp_path, an_agreement(shop))
    shop.passes(days=1)
    customer_id, changes = shop.a_customer(GUEST), Changes()
    with shop.parts.store.write() as session:
        opting.ledger(changes, customer_id, shop.brand.id, "granted", "web_form", shop.clock())
        changes.flush(session)
    assert fate(shop) == ("accepted", None)


def test_consent_that_start_gives_back_still_ends_with_the_agreement(shop: Shop, tmp_path: Path) -> None:
    partner = an_agreement(shop)
    imports(shop, tmp_path, partner)
    for text in ("T", "START"):
        shop.hears((GUEST, text))
        shop.passes(minutes=1)
    assert shop.rows("consents", GUEST)[-1].partner_id == partner
    assert fate(shop) == ("accepted", None)
    shop.passes(days=1)
    assert fate(shop) == ("refused", "partner_agreement_expired")


def test_consent_given_to_the_brand_itself_counts_until_it_is_withdrawn(shop: Shop) -> None:
    partner = an_agreement(shop)
    shop.a_customer(GUEST, consent="none")
    for text in ("加入", "是", "T"):
        shop.passes(minutes=5)
        shop.texts(GUEST, text)
        shop.works()
    kinds = [row.kind for row in shop.rows("consents", GUEST)]
    assert kinds[-2:] == ["granted", "withdrawn"]
    caller = Caller(new_id(), "till", shop.brand)
    shop.passes(minutes=5)
    by_partner = Grant("partner", WORDS, shop.clock(), "锦江酒店")
    with pytest.raises(ConsentRefused):
        customer_records.grant(shop.parts, caller, GUEST, by_partner, shop.clock())
    asked_anew = {"consent": "none", "consent_at": shop.clock()}
    with shop.parts.store.write() as session:
        session.execute(
            update(Profile).where(Profile.customer_id == shop.customer(GUEST).id).values(asked_anew)
        )
    shop.passes(minutes=5)
    by_partner = replace(by_partner, at=shop.clock())
    customer_records.grant(shop.parts, caller, GUEST, by_partner, shop.clock())
    assert shop.rows("consents", GUEST)[-1].partner_id == partner
    shop.passes(days=1)
    assert fate(shop) == ("refused", "partner_agreement_expired")


def test_an_agreement_made_a_moment_ago_is_known_to_the_gate(shop: Shop, tmp_path: Path) -> None:
    shop.parts.directory.current(shop.clock())
    imports(shop, tmp_path, an_agreement(shop))
    assert fate(shop) == ("accepted", None)


@pytest.mark.parametrize(("names_partner", "wording"), [(False, WORDS), (True, "同意接收锦江酒店的短信")])
def test_without_partner_or_brand_named_they_are_for_service_only(
    shop: Shop, tmp_path: Path, names_partner: bool, wording: str
) -> None:
    partner = an_agreement(shop) if names_partner else None
    counts = imports(shop, tmp_path, partner, wording)
    assert (counts["grant"], counts["service_only"]) == (0, 2)
    assert fate(shop) == ("refused", "no_consent")


def test_only_a_partner_whose_agreement_runs_can_be_named(shop: Shop) -> None:
    partner = an_agreement(shop)

    def refusal(name: str | None) -> str:
        with pytest.raises(PartnerRefused) as refused:
            bringing(shop.parts, shop.brand.id, name, is_needed=True)
        return refused.value.reason

    assert bringing(shop.parts, shop.brand.id, None, is_needed=False) is None
    assert bringing(shop.parts, shop.brand.id, "锦江酒店", is_needed=True) == partner
    assert [refusal(None), refusal("无名")] == ["partner_needed", "unknown_partner"]
    shop.passes(days=1)
    assert refusal("锦江酒店") == "agreement_ended"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"brand": "nobody"}, "unknown_brand"),
        ({"partner": " "}, "partner_needed"),
        ({"number": ""}, "number_needed"),
        ({"until": TODAY - timedelta(days=1)}, "ended_already"),
        ({}, "partner_known"),
    ],
)
def test_what_is_wrong_with_an_agreement_is_told(shop: Shop, changes: dict, reason: str) -> None:
    an_agreement(shop)
    with pytest.raises(PartnerRefused) as refused:
        an_agreement(shop, **changes)
    assert refused.value.reason == reason
    assert reason in REFUSALS
