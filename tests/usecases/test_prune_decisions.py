"""Old decisions are pruned by policy, seal by seal, and the chain is proved from its checkpoint on."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from app.reads.proof import Proof, prove
from app.store import ledgers, seals
from app.usecases import prune_decisions, seal_ledgers
from app.usecases.prune_decisions import prune
from app.usecases.seal_ledgers import seal_all
from tests.store.tampering import tamper
from tests.usecases.shop import LI, Shop


@pytest.fixture
def old(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop with four decisions a seal, some a year old and some of today, that keeps them for 200 days."""
    monkeypatch.setattr(seal_ledgers, "BATCH", 4)
    shop.parts = replace(
        shop.parts, rules=replace(shop.parts.rules, retention={"decisions": timedelta(days=200)})
    )
    for _ in range(3):
        shop.texts(LI, "人工")
        shop.works()
    seal_all(shop.parts, shop.clock())
    shop.passes(days=365)
    shop.texts(LI, "T")
    shop.works()
    seal_all(shop.parts, shop.clock())
    return shop


def decisions(shop: Shop) -> Proof:
    return next(one for one in prove(shop.parts.store, {}) if one.ledger == "decisions")


def test_only_what_is_old_goes_and_what_stays_proves_whole(old: Shop) -> None:
    before = decisions(old)
    pruned = prune(old.parts, old.clock())
    after = decisions(old)
    assert pruned > 4
    assert (after.pruned_rows, after.rows, after.findings) == (pruned, before.rows - pruned, [])
    assert after.head == before.head
    assert after.seals < before.seals
    assert prune(old.parts, old.clock()) == 0
    assert [row.reason for row in old.rows("decisions", LI)][-1:]
    old.texts(LI, "订阅")
    old.works()
    seal_all(old.parts, old.clock())
    assert decisions(old).findings == []


def test_a_chain_that_was_pruned_away_goes_on(old: Shop) -> None:
    old.passes(days=365)
    prune(old.parts, old.clock())
    emptied = decisions(old)
    assert (emptied.seals, emptied.rows, emptied.findings) == (0, 0, [])
    old.texts(LI, "订阅")
    old.works()
    seal_all(old.parts, old.clock())
    assert decisions(old).head.sequence == emptied.head.sequence + 1
    assert decisions(old).findings == []


def test_six_months_are_kept_whatever_the_policy_says(old: Shop) -> None:
    parts = replace(old.parts, rules=replace(old.parts.rules, retention={"decisions": timedelta(days=1)}))
    old.passes(days=180)
    recent = decisions(old).rows
    prune(parts, old.clock())
    assert 0 < decisions(old).rows < recent
    without = replace(old.parts, rules=replace(old.parts.rules, retention={}))
    old.passes(days=3650)
    assert prune(without, old.clock()) == 0


def test_what_is_not_sealed_is_not_pruned(shop: Shop) -> None:
    shop.texts(LI, "人工")
    shop.works()
    shop.passes(days=3650)
    assert prune(shop.parts, shop.clock()) == 0
    assert shop.rows("decisions", LI)


@pytest.mark.parametrize("column", ["rows", "sequence", "digest", "at"])
def test_a_forged_checkpoint_is_named(old: Shop, engine: Engine, column: str) -> None:
    prune(old.parts, old.clock())
    value: Any = {"digest": bytes(32), "at": "2020-01-01 00:00:00.000000"}.get(column, 1)
    tamper(engine, f"UPDATE checkpoints SET {column} = :value", value=value)
    assert {(one.subject, one.wrong) for one in decisions(old).findings} >= {
        ("checkpoint", "is not signed by this installation")
    }


def test_rows_removed_without_a_checkpoint_are_named_as_removed(old: Shop, engine: Engine) -> None:
    rows = decisions(old).rows
    tamper(
        engine,
        "DELETE FROM decisions WHERE seal_id = (SELECT id FROM seals WHERE ledger = 'decisions'"
        " AND sequence = 1)",
    )
    tamper(engine, "DELETE FROM seals WHERE ledger = 'decisions' AND sequence = 1")
    proof = decisions(old)
    assert proof.rows < rows
    assert ("seal", "1", "was removed") in {(one.subject, one.which, one.wrong) for one in proof.findings}


@pytest.mark.parametrize("at", ["move_checkpoint", "remove_under", "remove"])
def test_a_pruner_killed_at_any_moment_leaves_the_chain_whole(
    old: Shop, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    module: Any = ledgers if at == "remove_under" else seals
    whole = getattr(module, at)

    class Killed(BaseException):
        pass

    def dies(*given: Any) -> Any:
        whole(*given)
        raise Killed

    before = decisions(old)
    with monkeypatch.context() as patch:
        patch.setattr(module, at, dies)
        with pytest.raises(Killed):
            prune_decisions.prune(old.parts, old.clock())
    assert decisions(old) == before
