"""A provider that delivers one message fifty times at once, through the real web server, gets one message answered."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
from sqlalchemy import select

from app.store.inbounds import Inbound
from app.store.outbound.table import Outbound
from tests.doubles.gateway import Gateway
from tests.faults.premises import ADDRESS, Premises, furnish, phone_of
from tests.faults.processes import Processes, until

TIMES = 50


def answers_at(premises: Premises) -> bool:
    try:
        return httpx2.get(f"{premises.base_url}/health/live", trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False


def deliver_at_once(premises: Premises, gateway: Gateway) -> list[int]:
    """Deliver the same message from fifty connections in the same moment; return the answers' statuses."""
    item = {"id": "m-1", "from": phone_of(1), "to": ADDRESS, "text": "帮助"}
    body, headers = gateway.signed([item])
    start = threading.Barrier(TIMES)

    def post(_: int) -> int:
        with httpx2.Client(timeout=30, trust_env=False) as client:
            start.wait()
            answer = client.post(premises.base_url + premises.hook(), content=body, headers=headers)
            return answer.status_code

    with ThreadPoolExecutor(TIMES) as pool:
        return list(pool.map(post, range(TIMES)))


def test_a_message_delivered_fifty_times_at_once_gets_one_reply(database_url: str, tmp_path: Path) -> None:
    premises = Premises(tmp_path, database_url)
    with Gateway() as gateway, Processes(premises) as processes:
        furnish(premises, gateway.send_url)
        processes.start("web")
        processes.start("worker")
        until(lambda: answers_at(premises))
        statuses = Counter(deliver_at_once(premises, gateway))
        until(lambda: gateway.taken)
        time.sleep(0.5)
        with premises.opened() as parts, parts.store.read() as session:
            assert len(session.scalars(select(Inbound.id)).all()) == 1
            assert len(session.scalars(select(Outbound.id)).all()) == 1
    assert statuses == {200: TIMES}
    assert len(gateway.taken) == 1
