"""The page of licences and filings: who reads, who changes, each refusal beside its field, and what the gate does."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.reads.licence_words import REFUSALS
from app.store.licences import Licence
from app.store.tables import Rows
from tests.web.console.desk_scene import EMAILS, Visitor
from tests.web.console.permit_scene import Scene, a_scene, plain

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""

TELECOM = {"brand": "demo", "kind": "telecom_licence", "number": "B2-2026", "expires_on": "2027-12-31"}
CHANNEL = {**TELECOM, "kind": "channel_filing", "number": "TD-1", "channel": "main"}
SIGNATURE = {"brand": "demo", "kind": "signature_filing", "number": "QM-1"}


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    """A brand with a channel that asks for the licences of the mainland."""
    scene = a_scene(engine, tmp_path)
    scene.shop.a_channel("main", "10690077", style="mainland", asks_licences=True)
    return scene


@pytest.fixture
def manager(scene: Scene) -> Visitor:
    return scene.visits("manager", "/licences")


def licences(scene: Scene) -> Rows:
    with scene.desk.parts.store.read() as session:
        return session.execute(select(Licence.__table__).order_by(Licence.id)).all()


def test_marketing_goes_once_everything_missing_is_on_record(scene: Scene, manager: Visitor) -> None:
    text = plain(manager.opens("/licences")[1])
    assert text.count("not on record Marketing on main is refused until it is on record.") == 3
    assert scene.fate("main") == ("refused", "licence_missing")
    for filled in (TELECOM, CHANNEL, SIGNATURE):
        status, text = manager.sends("/licences", **filled)
        assert (status, "It is on record." in text) == (200, True)
    assert "Nothing is missing, expired or about to end." in text
    assert "B2-2026 · until 2027-12-31" in plain(text)
    assert "TD-1 · channel main · until 2027-12-31" in plain(text)
    assert "QM-1 · 【麦香坊】 · without end" in plain(text)
    assert scene.fate("main") == ("accepted", None)
    assert [(actor, action) for actor, action, _ in scene.noted("licence")] == [
        (EMAILS["manager"], "licence.add")
    ] * 3


def test_what_is_taken_off_the_record_stops_marketing(scene: Scene, manager: Visitor) -> None:
    for filled in (TELECOM, CHANNEL, SIGNATURE):
        manager.sends("/licences", **filled)
    assert scene.fate("main") == ("accepted", None)
    path = f"/licences/{licences(scene)[0].id}/end"
    assert "counts for nothing from now on" in manager.sends(path)[1]
    assert scene.fate("main") == ("refused", "licence_missing")
    assert "It was not on record any more." in manager.sends(path)[1]
    told = {"kind": "telecom_licence", "number": "B2-2026", "brand": "demo", "until": "2027-12-31"}
    assert scene.noted("licence")[3:] == [(EMAILS["manager"], "licence.end", told)]


def test_what_is_about_to_end_and_what_has_ended_is_renewed_from_the_page(
    scene: Scene, manager: Visitor
) -> None:
    for filled in (TELECOM, {**CHANNEL, "expires_on": "2026-11-30"}, SIGNATURE):
        manager.sends("/licences", **filled)
    text = plain(manager.opens("/licences")[1])
    assert "ends soon Its last day is 2026-11-30; after it, marketing on main is refused." in text
    scene.shop.passes(days=8)
    manager = scene.visits("manager", "/licences")
    text = plain(manager.opens("/licences")[1])
    assert "expired Its last day was 2026-11-30: marketing on main is refused until a new one" in text
    assert scene.fate("main") == ("refused", "licence_expired")
    filing = next(one for one in licences(scene) if one.kind == "channel_filing")
    text = manager.opens(f"/licences?renew={filing.id}")[1]
    assert 'value="2026-12-01"' in text
    assert 'value="TD-1"' in text
    assert '<option selected value="main">' in text
    manager.sends("/licences", **{**CHANNEL, "starts_on": "2026-12-01"})
    assert scene.fate("main") == ("accepted", None)


def test_a_licence_that_does_not_hold_yet_is_no_mend_to_record(scene: Scene, manager: Visitor) -> None:
    text = manager.sends("/licences", **TELECOM, starts_on="2027-01-01")[1]
    assert "not valid yet It does not hold yet: marketing on main is refused" in plain(text)
    assert "from 2027-01-01 · until 2027-12-31" in plain(text)


def test_the_link_beside_what_is_missing_fills_the_form(scene: Scene, manager: Visitor) -> None:
    text = manager.opens("/licences")[1]
    assert "/licences?brand=demo&amp;kind=channel_filing&amp;channel=main#record" in text
    filled = manager.opens("/licences?brand=demo&kind=channel_filing&channel=main")[1]
    assert '<option selected value="channel_filing">' in filled
    assert '<option selected value="main">' in filled


def test_channels_that_lack_the_same_are_told_together(scene: Scene, manager: Visitor) -> None:
    scene.shop.a_channel("second", "10690078", style="mainland", asks_licences=True)
    scene.desk.parts.directory.renew()
    text = plain(manager.opens("/licences")[1])
    assert text.count("Marketing on main, second is refused") == 2
    assert text.count("Marketing on second is refused") == 1


@pytest.mark.parametrize(
    ("wrong", "field", "reason"),
    [
        ({"number": " "}, "number", "number_needed"),
        ({"number": "9" * 81}, "number", "number_needed"),
        ({"expires_on": ""}, "expires_on", "end_needed"),
        ({"starts_on": "2028-01-01"}, "expires_on", "ends_before_start"),
        ({"expires_on": "2026-11-22"}, "expires_on", "ended_already"),
        ({"channel": "main"}, "channel", "no_channel_here"),
        ({"kind": "channel_filing"}, "channel", "channel_needed"),
        ({"kind": "channel_filing", "channel": "theirs"}, "channel", "channel_not_theirs"),
        ({"signature": "麦香坊"}, "signature", "no_signature_here"),
        ({"kind": "signature_filing", "signature": "签" * 41}, "signature", "no_signature_here"),
        ({"number": "B2-1"}, "number", "known_already"),
    ],
)
def test_what_cannot_be_recorded_is_told_beside_its_field(
    scene: Scene, manager: Visitor, wrong: dict[str, str], field: str, reason: str
) -> None:
    scene.shop.a_channel("theirs", "10690079", brand=scene.shop.a_brand("other"))
    scene.desk.parts.directory.renew()
    manager.sends("/licences", **{**TELECOM, "number": "B2-1"})
    for language, words in zip(("zh", "en"), REFUSALS[reason], strict=True):
        manager.sends(f"/language/{language}")
        status, text = manager.sends("/licences", **TELECOM | wrong)
        assert status == 422
        told = text.split(f'id="{field}-told">')[1].split("</div>")[0]
        assert told == (f"{words}。" if language == "zh" else f"{words[0].upper()}{words[1:]}.")
        assert f'value="{(TELECOM | wrong)["number"]}"' in text
    assert [one.number for one in licences(scene)] == ["B2-1"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"expires_on": "soon"}, "expires_on"), ({"brand": "nobody"}, "brand"), ({"kind": "driving"}, "kind")],
)
def test_what_no_form_offers_is_not_taken(
    scene: Scene, manager: Visitor, wrong: dict[str, str], field: str
) -> None:
    status, text = manager.sends("/licences", **TELECOM | wrong)
    assert (status, f'id="{field}-told"' in text) == (422, True)
    assert licences(scene) == []


def test_a_marketer_reads_and_changes_nothing(scene: Scene, manager: Visitor) -> None:
    manager.sends("/licences", **TELECOM)
    marketer = scene.visits("marketer", "/overview")
    text = marketer.opens("/licences")[1]
    assert "B2-2026" in text
    assert "A manager or an administrator changes this." in text
    assert 'name="number"' not in text
    assert "/end" not in text
    assert "renew=" not in text
    assert marketer.sends("/licences", **CHANNEL)[0] == 403
    assert marketer.sends(f"/licences/{licences(scene)[0].id}/end")[0] == 403
    assert [one.ended_at for one in licences(scene)] == [None]


def test_the_overview_counts_what_wants_seeing_to(scene: Scene, manager: Visitor) -> None:
    scene.shop.a_channel("second", "10690078", style="mainland", asks_licences=True)
    hotel = {"brand": "demo", "partner": "锦江酒店", "number": "HZ-1", "expires_on": "2026-11-30"}
    manager.sends("/partners", **hotel)
    text = manager.opens("/overview")[1]
    assert "Licences to see to: 4" in text  # one of the three is filed for each of the two channels
    assert "Agreements to see to: 1" in text
    manager.sends("/licences", **SIGNATURE)
    manager.sends("/partners/renewal", **hotel | {"expires_on": "2028-11-30"})
    text = manager.opens("/overview")[1]
    assert "Licences to see to: 3" in text
    assert "Agreements" not in text
    assert "to see to" not in scene.visits("support", "/overview").opens("/overview")[1]


def test_support_staff_are_not_led_to_it(scene: Scene) -> None:
    support = scene.visits("support", "/overview")
    assert 'href="/licences"' not in support.opens("/overview")[1]
    assert support.opens("/licences")[0] == 403
    assert 'href="/licences"' in scene.visits("admin", "/overview").opens("/overview")[1]
