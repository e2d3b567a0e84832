"""The page of partners' agreements: who reads, who changes, each refusal beside its field, and what the gate does."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.reads.licence_words import REFUSALS
from app.reads.licences import AgreementLine, agreements
from app.store.tables import new_id
from app.usecases import customer_records
from app.usecases.api_access import Caller
from app.usecases.customer_records import Grant
from tests.web.console.desk_scene import EMAILS, Visitor
from tests.web.console.permit_scene import Scene, a_scene, plain

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""

GUEST = "+8613800005555"
HOTEL = {"brand": "demo", "partner": "锦江酒店", "number": "HZ-1", "expires_on": "2026-11-23"}


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    return a_scene(engine, tmp_path)


@pytest.fixture
def manager(scene: Scene) -> Visitor:
    return scene.visits("manager", "/partners")


def agreed(scene: Scene) -> list[AgreementLine]:
    with scene.desk.parts.store.read() as session:
        return agreements(session, timedelta(), scene.desk.clock())


def brings(scene: Scene, phone: str) -> None:
    """The hotel's guest agrees there to hear from the brand."""
    scene.shop.a_customer(phone, consent="none")
    scene.shop.passes(seconds=3)
    caller = Caller(new_id(), "till", scene.shop.brand)
    consent = Grant("partner", "同意接收麦香坊的优惠短信", scene.shop.clock(), "锦江酒店")
    customer_records.grant(scene.shop.parts, caller, phone, consent, scene.shop.clock())


def test_marketing_to_whom_a_partner_brought_ends_and_goes_on_with_the_agreement(
    scene: Scene, manager: Visitor
) -> None:
    assert "No partner is on record." in manager.opens("/partners")[1]
    status, text = manager.sends("/partners", **HOTEL)
    assert (status, "The agreement with 锦江酒店 is on record." in text) == (200, True)
    assert "锦江酒店 ends soon HZ-1 · until 2026-11-23 After that day marketing to those" in plain(text)
    brings(scene, GUEST)
    assert scene.fate(phone=GUEST) == ("accepted", None)
    scene.shop.passes(days=1)
    assert scene.fate(phone=GUEST) == ("refused", "partner_agreement_expired")
    manager = scene.visits("manager", "/partners")
    text = manager.opens("/partners")[1]
    assert "expired HZ-1 · until 2026-11-23 Marketing to those they brought is refused." in plain(text)
    filled = manager.opens("/partners?brand=demo&renew=锦江酒店")[1]
    assert "Renew the agreement with 锦江酒店" in filled
    assert 'action="/partners/renewal#record"' in filled
    renewal = {**HOTEL, "number": "HZ-2", "expires_on": "2028-06-30"}
    status, text = manager.sends("/partners/renewal", **renewal)
    assert (status, "The agreement with 锦江酒店 is renewed." in text) == (200, True)
    assert "锦江酒店 valid HZ-2 · until 2028-06-30" in plain(text)
    assert scene.fate(phone=GUEST) == ("accepted", None)
    told = {"name": "锦江酒店", "brand": "demo", "number": "HZ-2", "until": "2028-06-30"}
    assert scene.noted("partner") == [
        (EMAILS["manager"], "partner.add", {**told, "number": "HZ-1", "until": "2026-11-23"}),
        (EMAILS["manager"], "partner.renew", {**told, "before": "HZ-1, 2026-11-23"}),
    ]


def test_an_agreement_ends_in_a_year_that_a_clock_can_tell(scene: Scene, manager: Visitor) -> None:
    status, text = manager.sends("/partners", **HOTEL | {"expires_on": "9999-12-31"})
    assert (status, "a year from 2000 to 2999" in text) == (422, True)
    assert manager.opens("/partners")[0] == 200


@pytest.mark.parametrize(
    ("wrong", "field", "reason"),
    [
        ({"partner": " "}, "partner", "partner_needed"),
        ({"partner": "店" * 81}, "partner", "partner_needed"),
        ({"number": ""}, "number", "number_needed"),
        ({"expires_on": "2026-11-22"}, "expires_on", "ended_already"),
        ({"partner": "四季酒店 "}, "partner", "partner_known"),
    ],
)
def test_what_cannot_be_recorded_is_told_beside_its_field(
    scene: Scene, manager: Visitor, wrong: dict[str, str], field: str, reason: str
) -> None:
    manager.sends("/partners", **HOTEL | {"partner": "四季酒店"})
    for language, words in zip(("zh", "en"), REFUSALS[reason], strict=True):
        manager.sends(f"/language/{language}")
        status, text = manager.sends("/partners", **HOTEL | wrong)
        assert status == 422
        told = text.split(f'id="{field}-told">')[1].split("</div>")[0]
        assert told == (f"{words}。" if language == "zh" else f"{words[0].upper()}{words[1:]}.")
        assert f'value="{(HOTEL | wrong)["partner"]}"' in text
        assert ('action="/partners#record"' in text, "续签与" in text or "Renew the agreement" in text) == (
            True,
            reason == "partner_known",
        )
    assert [one.name for one in agreed(scene)] == ["四季酒店"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"number": " "}, "Give the number"),
        ({"expires_on": ""}, "An agreement has a last day"),
        ({"expires_on": "soon"}, "is-invalid"),
        ({"expires_on": "2026-11-22"}, "It has expired already."),
    ],
)
def test_a_renewal_that_cannot_be_kept_stays_a_renewal(
    scene: Scene, manager: Visitor, wrong: dict[str, str], says: str
) -> None:
    manager.sends("/partners", **HOTEL)
    status, text = manager.sends("/partners/renewal", **HOTEL | {"number": "HZ-2"} | wrong)
    assert (status, says in text, 'action="/partners/renewal#record"' in text) == (422, True, True)
    assert [one.agreement for one in agreed(scene)] == ["HZ-1"]


def test_who_is_no_partner_has_no_agreement_to_renew(scene: Scene, manager: Visitor) -> None:
    assert manager.sends("/partners/renewal", **HOTEL)[0] == 404
    assert 'action="/partners#record"' in manager.opens("/partners?brand=demo&renew=nobody")[1]


def test_a_marketer_reads_and_changes_nothing(scene: Scene, manager: Visitor) -> None:
    manager.sends("/partners", **HOTEL)
    marketer = scene.visits("marketer", "/overview")
    text = marketer.opens("/partners")[1]
    assert "锦江酒店" in text
    assert "A manager or an administrator changes this." in text
    assert 'name="number"' not in text
    assert "renew=" not in text
    assert marketer.sends("/partners", **HOTEL | {"partner": "四季酒店"})[0] == 403
    assert marketer.sends("/partners/renewal", **HOTEL | {"number": "HZ-2"})[0] == 403
    assert [(one.name, one.agreement) for one in agreed(scene)] == [("锦江酒店", "HZ-1")]
    assert scene.visits("support", "/overview").opens("/partners")[0] == 403
