"""A flow that is taken back: nobody starts it, who was in it is let out, and it can be published anew."""

from sqlalchemy import select

from app.store.staff import AuditEntry
from app.usecases.demo import shipped_flows
from app.usecases.flow_publishing import publish
from app.usecases.flow_unpublishing import unpublish
from tests.usecases.shop import LI, WANG, Shop


def takes_back(shop: Shop, name: str) -> int | None:
    return unpublish(shop.parts, shop.brand, name, shop.clock(), "command")


def test_nobody_starts_it_any_more_and_its_runs_end(shop: Shop) -> None:
    shop.texts(LI, "评分")
    shop.works()
    shop.texts(WANG, "评分")  # its question has not left yet
    assert takes_back(shop, "satisfaction_survey") == 2
    for phone in (LI, WANG):
        (run,) = shop.rows("runs", phone)
        assert (run.status, run.outcome) == ("finished", "cancelled")
        assert shop.rows("questions", phone) == []
        assert shop.reasons(phone, "run") == [("cancelled", "flow_unpublished")]
    (unsent,) = shop.outbounds(WANG)
    assert (unsent.status, unsent.reason) == ("cancelled", "flow_unpublished")
    assert ("cancelled", "flow_unpublished") in shop.reasons(WANG)
    shop.passes(seconds=3)
    shop.texts(LI, "评分")
    assert len(shop.rows("runs", LI)) == 1
    with shop.parts.store.read() as session:
        told = session.scalars(select(AuditEntry.details).where(AuditEntry.action == "flows.unpublish")).one()
    assert told == {"flows": ["satisfaction_survey"], "version": 1}


def test_other_flows_go_on(shop: Shop) -> None:
    shop.texts(LI, "加入")
    shop.works()
    assert takes_back(shop, "satisfaction_survey") == 0
    shop.texts(LI, "是")
    assert shop.profile(LI)["consent"] == "granted"


def test_it_is_published_anew_as_the_next_version(shop: Shop) -> None:
    takes_back(shop, "help")
    changed = publish(shop.parts, "demo", shipped_flows(), shop.clock(), "command")
    assert changed == ["help"]
    shop.passes(seconds=3)
    shop.texts(LI, "帮助")
    assert shop.rows("runs", LI)[-1].version == 2


def test_what_is_not_published_cannot_be_taken_back(shop: Shop) -> None:
    assert takes_back(shop, "nothing") is None
    takes_back(shop, "help")
    assert takes_back(shop, "help") is None
