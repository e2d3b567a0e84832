"""The page of sending hours: law and industry beside what is set, each refusal beside its field, what the gate does."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.domain.purpose import Cause, CauseKind
from app.providers.contract import ProviderHours
from tests.usecases.shop import WANG
from tests.web.console.desk_scene import EMAILS, Visitor
from tests.web.console.permit_scene import Scene, a_scene, plain

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What the page says does not depend on the kind of database; that it opens over each is tested for all pages."""

BRAND, CHANNEL = "/hours/brands/demo", "/hours/channels/simulator"
WRONG = [
    ("marketing_hours", "late", "看不懂“late”", "“late” is no time"),
    ("marketing_hours", "18:00-09:00", "结束时间应晚于开始时间", "“18:00-09:00” ends before it starts."),
    (
        "marketing_hours",
        "07:00-12:00",
        "超出了法定营销时段 08:00-21:00",
        "07:00-12:00 goes beyond 08:00-21:00",
    ),
    ("marketing_hours", "10:00-22:00", "时段只能收窄，不能放宽", "they can only be narrowed"),
    (
        "service_hours",
        "08:00-09:00,10:00-11:00",
        "服务短信只能有一段时段",
        "Service messages have one window",
    ),
    ("marketing_hours", "1" * 121, "太长", "That is too long."),
]


@pytest.fixture
def scene(engine: Engine, tmp_path: Path) -> Scene:
    return a_scene(engine, tmp_path)


@pytest.fixture
def manager(scene: Scene) -> Visitor:
    return scene.visits("manager", BRAND)


def at(scene: Scene, hour: int) -> None:
    """An hour of the next day in Shanghai."""
    scene.shop.clock.at = datetime(2026, 11, 24, hour - 8, tzinfo=UTC)


def fate_of_service(scene: Scene) -> tuple[str, str | None]:
    scene.shop.passes(seconds=3)
    sent = scene.shop.queues(
        WANG, "您的订单已收到", Cause(CauseKind.EVENT, scene.shop.clock(), "order.placed")
    )
    scene.shop.dispatches()
    return scene.shop.outbound(sent).status, scene.shop.outbound(sent).reason


def row(text: str, name: str) -> str:
    """A row of the table."""
    rows = [plain(one) for one in re.findall(r"<tr.*?</tr>", text, re.DOTALL)]
    return next(one for one in rows if one.startswith(name)).removeprefix(name).strip()


def test_a_brand_narrows_its_hours_and_takes_them_back(scene: Scene, manager: Visitor) -> None:
    status, text = manager.sends(BRAND, marketing_hours="１４：００～１６：００", service_hours="8-20")
    assert (status, "The hours of 麦香坊 are saved." in text) == (200, True)
    assert row(text, "The law") == "08:00-21:00 at any hour"
    assert row(text, "Industry: No particular one") == "10:00-20:00 –"
    assert row(text, "The brand's own") == "14:00-16:00 08:00-20:00"
    assert row(text, "Channel simulator's own") == "none set none set"
    assert row(text, "What goes from simulator") == "14:00-16:00 08:00-20:00"
    at(scene, 12)
    assert scene.fate() == ("queued", "outside_window")
    assert fate_of_service(scene) == ("accepted", None)
    at(scene, 15)
    assert scene.fate()[0] == "accepted"
    at(scene, 20)
    assert fate_of_service(scene) == ("queued", "quiet_hours")
    manager = scene.visits("manager", BRAND)
    text = manager.sends(
        BRAND, was_marketing_hours="14:00-16:00", marketing_hours="", was_service_hours="", service_hours=""
    )[1]
    assert row(text, "What goes from simulator") == "10:00-20:00 08:00-20:00"
    assert scene.noted("brand")[-2:] == [
        (
            EMAILS["manager"],
            "brand.change",
            {"marketing_hours": "14:00-16:00", "service_hours": "08:00-20:00"},
        ),
        (EMAILS["manager"], "brand.change", {"marketing_hours": ""}),
    ]


def test_a_channel_narrows_its_hours(scene: Scene, manager: Visitor) -> None:
    text = manager.sends(CHANNEL, marketing_hours="9-12", service_hours="7:00-22:00")[1]
    assert "The hours of simulator are saved." in text
    assert row(text, "Channel simulator's own") == "09:00-12:00 07:00-22:00"
    assert row(text, "What goes from simulator") == "10:00-12:00 07:00-22:00"
    at(scene, 13)
    assert scene.fate() == ("queued", "outside_window")
    at(scene, 22)
    assert fate_of_service(scene) == ("queued", "quiet_hours")
    told = {"marketing_hours": "09:00-12:00", "service_hours": "07:00-22:00"}
    assert scene.noted("channel")[-1:] == [(EMAILS["manager"], "channel.change", told)]


def test_a_providers_own_hours_stand_between_the_brands_and_the_channels(scene: Scene) -> None:
    directory = scene.desk.parts.directory
    simulator = directory.providers["simulator"]
    can = replace(simulator.capabilities, hours=ProviderHours("08:00-12:00", "its manual"))
    directory.providers = {**directory.providers, "simulator": replace(simulator, capabilities=can)}
    directory.renew()
    manager = scene.visits("manager", CHANNEL)
    status, text = manager.sends(CHANNEL, marketing_hours="9-14")
    assert (status, "The provider takes marketing from 08:00-12:00 only" in text) == (422, True)
    text = manager.opens("/hours")[1]
    assert row(text, "simulator takes it") == "08:00-12:00 –"
    assert row(text, "What goes from simulator") == "10:00-12:00 at any hour"


def test_an_industry_brings_its_hours(scene: Scene, manager: Visitor) -> None:
    assert "Banking and finance: 12:30-13:30 (on workdays)" in plain(manager.opens(BRAND)[1])
    text = manager.sends(BRAND, industry="finance")[1]
    assert row(text, "Industry: Banking and finance") == "12:30-13:30 (on workdays) –"
    assert row(text, "What goes from simulator") == "12:30-13:30 (on workdays) at any hour"
    status, text = manager.sends(BRAND, industry="finance", marketing_hours="14:00-16:00")
    assert (status, "It leaves nothing of the industry&#39;s hours, 12:30-13:30" in text) == (422, True)
    assert manager.sends(BRAND, industry="spying")[0] == 422
    at(scene, 14)
    assert scene.fate() == ("queued", "outside_window")


def test_where_nothing_is_left_the_page_says_so(scene: Scene, manager: Visitor) -> None:
    manager.sends(BRAND, marketing_hours="10:00-11:00", service_hours="08:00-09:00")
    text = manager.sends(CHANNEL, marketing_hours="14:00-15:00", service_hours="10:00-12:00")[1]
    assert row(text, "What goes from simulator") == (
        "never: nothing is left, marketing is refused never: nothing is left, they are refused"
    )
    assert scene.fate() == ("refused", "no_window")


@pytest.mark.parametrize("path", [BRAND, CHANNEL])
@pytest.mark.parametrize(("field", "written", "zh", "en"), WRONG)
def test_hours_that_cannot_be_set_are_told_beside_their_field(
    scene: Scene, manager: Visitor, path: str, field: str, written: str, zh: str, en: str
) -> None:
    for language, says in (("zh", zh), ("en", en)):
        manager.sends(f"/language/{language}")
        status, text = manager.sends(path, **{field: written})
        assert status == 422
        assert says in text.split(f'id="{field}-told">')[1].split("</div>")[0]
        assert f'value="{written}"' in text
    view = scene.desk.parts.directory.current(scene.desk.clock())
    brand, channel = view.brand_coded("demo"), view.channel_named("simulator")
    assert brand is not None
    assert channel is not None
    assert field not in brand.settings
    assert getattr(channel.settings, field) is None


def test_what_somebody_else_has_changed_meanwhile_stays(scene: Scene, manager: Visitor) -> None:
    manager.sends(BRAND, marketing_hours="14:00-16:00")
    text = manager.sends(
        BRAND,
        was_marketing_hours="",
        marketing_hours="",
        was_service_hours="",
        service_hours="08:00-20:00",
        was_industry="other",
        industry="other",
    )[1]
    assert row(text, "The brand's own") == "14:00-16:00 08:00-20:00"
    before = len(scene.noted("brand"))
    manager.sends(BRAND, was_marketing_hours="14:00-16:00", marketing_hours="14:00-16:00")
    assert len(scene.noted("brand")) == before


def test_the_form_holds_what_is_set_and_what_it_showed(scene: Scene, manager: Visitor) -> None:
    manager.sends(CHANNEL, marketing_hours="14:00-16:00")
    text = manager.opens(CHANNEL)[1]
    assert '<input type="hidden" name="was_marketing_hours" value="14:00-16:00">' in text
    assert len(re.findall('name="marketing_hours"[^>]* value="14:00-16:00"', text)) == 1
    assert manager.opens("/hours/brands/nobody")[0] == 404
    assert manager.opens("/hours/channels/nobody")[0] == 404


def test_a_marketer_reads_and_changes_nothing(scene: Scene) -> None:
    marketer = scene.visits("marketer", "/overview")
    text = marketer.opens("/hours")[1]
    assert row(text, "What goes from simulator") == "10:00-20:00 at any hour"
    assert "A manager or an administrator changes this." in text
    assert "/hours/brands" not in text
    for path in (BRAND, CHANNEL):
        assert marketer.opens(path)[0] == 403
        assert marketer.sends(path, marketing_hours="14:00-16:00")[0] == 403
    assert [one for one in scene.noted("brand") if one[1] == "brand.change"] == []
    assert scene.visits("support", "/overview").opens("/hours")[0] == 403
