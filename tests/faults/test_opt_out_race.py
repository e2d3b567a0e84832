"""Opt-outs race a batch of marketing messages: not one hand-over begins after its customer's opt-out was committed."""

import json
import random
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.store.channels import Sender
from app.store.outbound.table import CLAIMED, HANDING, QUEUED, Outbound
from app.usecases.parts import Parts
from tests.faults.opt_out_races import (
    CAP,
    OFFER,
    Campaign,
    check_promise,
    check_rows,
    everybody_leaves,
    opt_out_all,
    queue_marketing,
    race,
)
from tests.faults.premises import Premises, furnish, phone_of
from tests.faults.processes import Processes, until
from tests.faults.watched_store import NOON, WatchedStore, since

CUSTOMERS = 80
BATCH = 6
ONCE, AT_THE_EDGE, LEAVING = 4_000, 250, 1_000
"""Customers with one message each, and with one more than the cap allows: 5,000 messages; and how many opt out."""


@pytest.mark.soak(ci=3, full=50)
def test_no_hand_over_begins_after_its_opt_out(
    database_url: str, tmp_path: Path, rounds: int, measured: Callable[[str], None]
) -> None:
    premises = Premises(tmp_path, database_url)
    furnish(premises, now=NOON)
    raced, sent = 0, 0
    for seed in range(rounds):
        phones = [phone_of(seed * CUSTOMERS + number) for number in range(CUSTOMERS)]
        campaign = everybody_leaves(phones, seed, BATCH)
        handed, stopped = race(premises, campaign)
        check_promise(campaign.messages, handed, stopped)
        raced += 0 < len(handed) < CUSTOMERS
        sent += len(handed)
    assert raced > 0, "no race: all were handed over, or none"
    measured(
        f"seeds 0 to {rounds - 1}, {sent} of {rounds * CUSTOMERS} handed over before their opt-out, none after"
    )


@pytest.mark.timeout(600)
@pytest.mark.soak(ci=3, full=20)
def test_5000_messages_leave_while_1000_of_their_receivers_opt_out(
    database_url: str, tmp_path: Path, rounds: int, measured: Callable[[str], None]
) -> None:
    premises = Premises(tmp_path, database_url)
    furnish(premises, now=NOON)
    refused, saved = 0, 0
    for seed in range(rounds):
        chance, people = random.Random(seed), ONCE + AT_THE_EDGE
        phones = [phone_of(seed * people + number) for number in range(people)]
        each = {phone: CAP + 1 if number < AT_THE_EDGE else 1 for number, phone in enumerate(phones)}
        staying = people - LEAVING  # so many are handed something in any case: no opt-out waits in vain
        moments = sorted(chance.randrange(staying) for _ in range(LEAVING))
        campaign = Campaign(each, chance.sample(phones, LEAVING), moments, batch=50, patience=60)
        handed, stopped = race(premises, campaign)
        check_promise(each, handed, stopped)
        saved += sum(len(handed.get(phone, ())) < min(CAP, each[phone]) for phone in stopped)
        refused += sum(len(handed.get(phone, ())) == CAP for phone in phones[:AT_THE_EDGE])
    assert saved > 0, "no race: everything had left before its opt-out"
    assert refused > 0, "nobody came to the edge of the cap"
    measured(
        f"seeds 0 to {rounds - 1}: {rounds * LEAVING} opt-outs kept {saved} from messages under way, none left after; "
        f"{refused} were stopped at the cap, nobody beyond it"
    )


WORKERS = ("worker-a", "worker-b")


@pytest.mark.soak(ci=1, full=20)
def test_no_hand_over_of_another_process_begins_after_its_opt_out(
    database_url: str, tmp_path: Path, rounds: int, measured: Callable[[str], None]
) -> None:
    premises, started = Premises(tmp_path, database_url), time.monotonic()
    furnish(premises, now=NOON)
    raced, sent = 0, 0
    with Processes(premises) as processes, ExitStack() as stack:
        store = WatchedStore(database_url)
        parts = stack.enter_context(premises.opened(since(started), store))
        with parts.store.write() as session:  # so that they do not all leave in one batch
            session.execute(update(Sender).values(rate_per_second=CUSTOMERS / 4))
        for name in WORKERS:
            told = (str(tmp_path), database_url, str(started), str(tmp_path / f"{name}.notes"))
            processes.start(name, "-m", "tests.faults.racing_worker", *told)
        for name in WORKERS:
            until(lambda name=name: processes.has_said(name, "worker started"))  # type: ignore[misc]
        for number in range(rounds):
            phones = [phone_of(number * CUSTOMERS + each) for each in range(CUSTOMERS)]
            stopped = race_with_processes(parts, store, phones, tmp_path, number)
            begun = handed_by(tmp_path, phones)
            check_promise(everybody_leaves(phones, number, BATCH).messages, begun, stopped)
            check_rows(parts, phones, phones)
            raced += 0 < len(begun) < CUSTOMERS
            sent += len(begun)
        assert raced > 0, "no race: all were handed over, or none"
    measured(f"{sent} of {rounds * CUSTOMERS} handed over before their opt-out by two processes, none after")


def race_with_processes(
    parts: Parts, store: WatchedStore, phones: list[str], folder: Path, seed: int
) -> dict[str, float]:
    """Queue marketing, opt out in step with what the workers hand over, and wait until nothing is under way."""
    campaign = everybody_leaves(phones, seed, BATCH)
    queue_marketing(parts, campaign.messages)
    leaving = list(zip(campaign.leaving, range(len(phones)), strict=True))
    stopped = opt_out_all(parts, store, leaving, lambda: len(handed_by(folder, phones)))
    until(lambda: not is_under_way(parts))
    return stopped


def handed_by(folder: Path, phones: Sequence[str]) -> dict[str, list[float]]:
    """When the gates that let these customers' offers go had begun to commit, as the workers have noted it."""
    begun: dict[str, list[float]] = {}
    for notes in folder.glob("*.notes"):
        whole, _, _ = notes.read_text(encoding="utf-8").rpartition("\n")
        for line in map(json.loads, whole.splitlines()):
            if OFFER in line["text"] and line["to"] in phones:
                begun.setdefault(line["to"], []).append(line["begun"])
    return begun


def is_under_way(parts: Parts) -> bool:
    with parts.store.read() as session:
        waiting = select(Outbound.id).where(Outbound.status.in_((QUEUED, CLAIMED, HANDING)))
        return session.scalars(waiting.limit(1)).first() is not None
