"""A worker in a process of its own, whose carrier notes when the gate that let each message go had begun to commit.

Moments are seconds of the machine's monotonic clock, which all its processes share.
"""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.processes.worker import run_worker
from app.providers.contract import Accepted, Outcome, Outgoing
from app.store.tables import new_id
from tests.faults.premises import Premises
from tests.faults.watched_store import WatchedStore, since


class NotingCarrier:
    """Takes every message and writes a line about it."""

    def __init__(self, store: WatchedStore, notes: Path) -> None:
        self.store = store
        self.notes = notes.open("a", encoding="utf-8")

    def take(self, outgoing: Sequence[Outgoing], settings: Any) -> list[Outcome]:
        for message in outgoing:
            line = {"to": message.to_phone, "text": message.text, "begun": self.store.last.begun}
            self.notes.write(json.dumps(line) + "\n")
        self.notes.flush()
        time.sleep(0.002)
        return [Accepted(str(new_id())) for _ in outgoing]


def main(var: str, database_url: str, started: str, notes: str) -> None:
    """Work until SIGTERM."""
    premises, store = Premises(Path(var), database_url), WatchedStore(database_url)
    with premises.opened(since(float(started)), store) as parts:
        carrier = NotingCarrier(store, Path(notes))
        run_worker(replace(parts, connect=lambda _: carrier))


if __name__ == "__main__":
    main(*sys.argv[1:])
