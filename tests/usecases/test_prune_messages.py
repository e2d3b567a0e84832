"""Old messages are pruned by policy; six months stay whole, and so does whatever rests on a message."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.reads.proof import prove
from app.store.consents import ConsentEvent
from app.store.schema import metadata
from app.usecases import desk, prune_messages
from app.usecases.prune_messages import prune
from app.usecases.seal_ledgers import seal_all
from tests.usecases.shop import LI, WANG, Shop

LOG = ("receipts", "outbounds", "runs", "inbounds", "events")


@pytest.fixture
def old(shop: Shop) -> Shop:
    """A shop with messages, events and runs of 380 days ago and of today, that keeps them for 370 days."""
    keeping(shop, 370)
    _lives(shop, "a")
    staff = shop.a_member_of_staff()
    shop.texts(LI, "投诉 坏了")
    shop.works()
    (complaint,) = shop.rows("complaints", LI)
    desk.resolve(shop.parts, staff, complaint.id, "", shop.clock())
    shop.works()
    shop.passes(days=380)
    _lives(shop, "b")
    seal_all(shop.parts, shop.clock())
    return shop


def keeping(shop: Shop, days: int | None) -> None:
    policy = {} if days is None else {"messages": timedelta(days=days)}
    shop.parts = replace(shop.parts, rules=replace(shop.parts.rules, retention=policy))


def _lives(shop: Shop, key: str) -> None:
    shop.tells("order.shipped", f"e-{key}", WANG, order_number=f"A{key}")
    shop.works()
    shop.texts(WANG, "T" if key == "b" else "人工")
    shop.works()


def counts(shop: Shop) -> dict[str, int]:
    with shop.parts.store.read() as session:
        return {name: len(session.execute(select(metadata().tables[name].c.id)).all()) for name in LOG}


def test_what_is_old_goes_and_what_is_recent_stays(old: Shop) -> None:
    before = counts(old)
    removed = prune(old.parts, old.clock())
    assert {"outbounds", "inbounds", "events"} <= {name for name, count in removed.items() if count}
    assert counts(old) == {name: before[name] - removed.get(name, 0) for name in LOG}
    since = old.clock() - timedelta(days=370)
    assert all(row.received_at >= since for row in old.rows("inbounds", WANG))
    assert old.rows("inbounds", WANG)
    assert old.rows("outbounds", WANG)
    assert sum(prune(old.parts, old.clock()).values()) == 0


def test_a_text_that_a_complaint_or_a_consent_rests_on_stays(old: Shop) -> None:
    old.passes(days=400)
    while sum(prune(old.parts, old.clock()).values()):
        pass
    assert [row.text for row in old.rows("inbounds", LI)] == ["投诉 坏了"]
    assert [row.text for row in old.rows("inbounds", WANG)] == ["T"]
    with old.parts.store.read() as session:
        inbounds = metadata().tables["inbounds"]
        proving = select(ConsentEvent.inbound_id).where(ConsentEvent.inbound_id.is_not(None))
        proofs = set(session.scalars(proving))
        assert proofs <= set(session.scalars(select(inbounds.c.id)))


def test_the_chains_prove_whole_afterwards(old: Shop) -> None:
    old.passes(days=400)
    prune(old.parts, old.clock())
    assert [one.findings for one in prove(old.parts.store, {})] == [[], [], []]


@pytest.mark.parametrize("days", [1, 365])
def test_a_year_is_kept_whatever_the_policy_says(shop: Shop, days: int) -> None:
    keeping(shop, days)
    _lives(shop, "a")
    before = counts(shop)
    shop.passes(days=365)
    assert (sum(prune(shop.parts, shop.clock()).values()), counts(shop)) == (0, before)


def test_without_a_policy_all_is_kept(old: Shop) -> None:
    keeping(old, None)
    old.passes(days=3650)
    assert prune(old.parts, old.clock()) == {}


def test_a_message_that_still_waits_stays(shop: Shop) -> None:
    keeping(shop, 370)
    shop.texts(WANG, "你好")
    shop.passes(days=400)
    prune(shop.parts, shop.clock())
    assert [row.status for row in shop.rows("inbounds", WANG)] != []


def test_batches_are_small_and_the_rest_comes_next(old: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune_messages, "BATCH", 1)
    monkeypatch.setattr(prune_messages, "AT_ONCE", 1)
    first = prune(old.parts, old.clock())
    assert max(first.values()) == 1
    total = sum(first.values())
    while gone := sum(prune(old.parts, old.clock()).values()):
        total += gone
    assert total > len(LOG)
