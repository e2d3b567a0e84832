"""Whatever complaints there are, the database's figures are those that a plain loop over them counts."""

from collections import Counter
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, update

from app.domain.complaint_figures import COUNTED_PER, KINDS, MESSAGE, By, Figures
from app.domain.purpose import Cause, CauseKind
from app.reads.complaint_figures import Wanted, figures
from app.store import writing
from app.store.brands import Brand
from app.store.events import Event
from app.store.outbound.table import Outbound
from app.store.runs import Run
from app.store.tables import new_id
from tests.properties.complaint_stories import (
    DAYS,
    FIRST,
    NOW,
    Story,
    a_story,
    counted,
    group_of,
    keep,
    with_base,
)
from tests.usecases.shop import LI, WANG, Shop

ZONES = {"demo": "Asia/Shanghai", "other": "America/New_York"}
MANY = 90


@pytest.fixture
def shop(engine: Any) -> Shop:
    shop = Shop(engine, NOW)
    shop.a_brand("other")
    shop.a_customer(LI)
    with shop.parts.store.write() as session:
        session.execute(update(Brand).where(Brand.code == "other").values(timezone=ZONES["other"]))
    shop.parts.directory.renew()
    return shop


def local(at: datetime, brand: str) -> date:
    return at.astimezone(ZoneInfo(ZONES[brand])).date()


def expected(stories: list[Story], base: "Base", wanted: Wanted) -> dict[Any, Figures]:
    groups: dict[Any, list[Story]] = {}
    for story in stories:
        day = local(story.opened_at, story.brand)
        if wanted.first <= day <= wanted.last and wanted.brand in (None, story.brand):
            monday = str(day - timedelta(days=day.weekday()))
            groups.setdefault((story.kind, group_of(wanted.by, story, monday)), []).append(story)
    told: dict[Any, Figures] = {}
    for kind in KINDS:
        per = base.per(kind, wanted)
        keys = {key for of, key in groups if of == kind} | set(per) | set(always(wanted))
        for key in keys:
            one = counted(groups.get((kind, key), []), NOW)
            told[kind, key] = with_base(one, per[key] if wanted.by in COUNTED_PER[kind] else None)
    return told


def always(wanted: Wanted) -> list[str]:
    if wanted.by is By.TOTAL:
        return [""]
    if wanted.by is By.BRAND:
        return [code for code in ZONES if wanted.brand in (None, code)]
    if wanted.by is not By.WEEK:
        return []
    days = [wanted.first + timedelta(days=n) for n in range((wanted.last - wanted.first).days + 1)]
    return sorted({str(day - timedelta(days=day.weekday())) for day in days})


class Base:
    """What complaints are counted against: marketing messages and orders of both brands."""

    def __init__(self, shop: Shop, chance: Random) -> None:
        self.orders = [(chance.choice(list(ZONES)), moment(chance)) for _ in range(60)]
        self.messages = [self._message(chance) for _ in range(60)]
        customer = shop.customer(LI).id
        events = [
            {
                "id": new_id(),
                "brand_id": shop.brand_named(brand).id,
                "customer_id": customer,
                "key": new_id().hex,
            }
            | {"type": kind, "data": {}, "at": at, "received_at": at}
            for brand, at in self.orders
            for kind in ("order.placed", "order.shipped")
        ]
        with shop.parts.store.write() as session:
            writing.insert_all(session, Event, events)
        self._send(shop)

    def _message(self, chance: Random) -> dict[str, Any]:
        flow = chance.choice(("spring", "birthday", None))
        step = chance.choice(("offer", "again")) if flow else None
        told = {
            "purpose": chance.choice(("marketing", "service")),
            "at": moment(chance),
            "flow": flow,
            "step": step,
        }
        status = chance.choice(("delivered", "delivered", "read", "undelivered", "unknown"))
        return {**told, "status": status, "brand": chance.choice(list(ZONES))}

    def _send(self, shop: Shop) -> None:
        template = shop.queues(WANG, "您好", Cause(CauseKind.CAMPAIGN, NOW))
        (row,) = [dict(one._mapping) for one in shop.rows("outbounds", WANG) if one.id == template]
        runs, outbounds = [], []
        for one in self.messages:
            run_id = new_id() if one["flow"] else None
            brand_id = shop.brand_named(one["brand"]).id
            if run_id:
                belongs = {
                    "brand_id": brand_id,
                    "customer_id": row["customer_id"],
                    "sender_id": row["sender_id"],
                }
                times = {"cause_at": NOW, "started_at": NOW, "updated_at": NOW}
                told = {
                    "flow": one["flow"],
                    "version": 1,
                    "state": "{}",
                    "status": "finished",
                    "cause": "campaign",
                }
                runs.append({"id": run_id, **belongs, **times, **told})
            told = {"brand_id": brand_id, "run_id": run_id, "step": one["step"], "purpose": one["purpose"]}
            outbounds.append({**row, **told, "id": new_id(), "status": one["status"], "handed_at": one["at"]})
        with shop.parts.store.write() as session:
            session.execute(delete(Outbound))
            writing.insert_all(session, Run, runs)
            writing.insert_all(session, Outbound, outbounds)

    def per(self, kind: str, wanted: Wanted) -> Counter[Any]:
        if wanted.by not in COUNTED_PER[kind]:
            return Counter()
        if kind == MESSAGE:
            sent = [one for one in self.messages if one["purpose"] == "marketing"]
            came = [(one["brand"], one["at"], one) for one in sent if one["status"] in ("delivered", "read")]
        else:
            came = [(brand, at, {}) for brand, at in self.orders]
        found: Counter[Any] = Counter()
        for brand, at, one in came:
            day = local(at, brand)
            if wanted.first <= day <= wanted.last and wanted.brand in (None, brand):
                found[base_key(wanted.by, brand, day, one)] += 1
        return found


def base_key(by: By, brand: str, day: date, one: dict[str, Any]) -> str | None:
    if by is By.TOTAL:
        return ""
    if by is By.CAMPAIGN:
        return one["flow"]
    if by is By.VARIANT:
        return f"{one['flow']} / {one['step']}" if one["flow"] else None
    return brand if by is By.BRAND else str(day - timedelta(days=day.weekday()))


def moment(chance: Random) -> datetime:
    return FIRST + timedelta(seconds=chance.randrange(DAYS * 86_400))


@pytest.mark.soak(ci=3, full=200)
@pytest.mark.timeout(300)
def test_the_figures_are_those_that_a_plain_loop_counts(shop: Shop, rounds: int) -> None:
    base = Base(shop, Random(0))
    people = [shop.a_member_of_staff().id for _ in range(2)]
    for seed in range(rounds):
        chance = Random(seed)
        stories = [a_story(chance, chance.choice(list(ZONES)), people) for _ in range(MANY)]
        keep(shop, stories)
        first = (FIRST + timedelta(days=chance.randrange(20))).date()
        last = chance.choice((first + timedelta(days=chance.randrange(30)), NOW.date()))
        for by in By:
            for brand in (None, "other"):
                wanted = Wanted(by, first, last, brand)
                with shop.parts.store.read() as session:
                    told = {(one.kind, one.key): one.figures for one in figures(session, wanted, NOW)}
                assert told == expected(stories, base, wanted), (seed, by, brand)
