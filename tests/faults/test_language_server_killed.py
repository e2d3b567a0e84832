"""`kill -9` of the language model's server in the middle of a burst: every text is answered once after it is back.

The server is the real one with a small model; web and worker are real too. The worker goes on by itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import func, select

from app.language_model import LanguageError, bot_python
from app.nlu import Nlu
from app.store.decisions import Decision
from app.store.inbounds import DONE, Inbound
from app.store.outbound.table import Outbound
from app.usecases.parts import Parts
from tests.doubles.gateway import Gateway
from tests.doubles.listening import free_port
from tests.faults.premises import ADDRESS, Premises, furnish, phone_of
from tests.faults.processes import Processes, until
from tests.school import open_school, train

pytestmark = [pytest.mark.timeout(500), pytest.mark.xdist_group("nlu_server")]

EXAMPLES = 10
CUSTOMERS = 20
WHEN = ("周一", "周二", "周三", "周四", "周五", "周六", "周日", "春节", "元旦", "国庆")
WHAT = ("几点开门呢", "几点关门呀", "营业到几点啊", "店在哪条路上", "地址在哪儿呢", "附近好停车吗")
TEXTS = [f"请问{when}你们{what}" for what, when in product(WHAT, WHEN)]
"""What customers text, three each: no rule knows it, and no two are the same, so that none is remembered."""
STARTS_WITHIN_S = 150.0
ANSWERED_WITHIN_S = 120.0
"""The client rests for ten seconds after failures; the texts themselves take two or three."""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the small model lies."""
    try:
        bot_python()
    except LanguageError:
        pytest.skip("bot/ has no environment: run `make install`")
    folder = tmp_path_factory.mktemp("nlu")
    open_school(folder / "school", EXAMPLES, [(text, "store_info") for text in TEXTS[::2]])
    train(folder / "school", folder / "var")
    return folder / "var" / "models"


@pytest.fixture
def premises(database_url: str, tmp_path: Path, models: Path) -> Premises:
    (tmp_path / "models").symlink_to(models)
    return Premises(tmp_path, database_url, nlu_url=f"http://127.0.0.1:{free_port()}")


@pytest.fixture
def gateway(premises: Premises) -> Iterator[Gateway]:
    with Gateway() as made:
        furnish(premises, made.send_url)
        yield made


def text_all(premises: Premises, gateway: Gateway) -> None:
    """Every customer texts, then every one again, and again."""
    for turn in range(len(TEXTS) // CUSTOMERS):
        items = [
            {
                "id": f"m-{customer:02}-{turn}",
                "from": phone_of(customer),
                "to": ADDRESS,
                "text": TEXTS[turn * CUSTOMERS + customer],
            }
            for customer in range(CUSTOMERS)
        ]
        body, headers = gateway.signed(items)
        address = premises.base_url + premises.hook()
        assert httpx2.post(address, content=body, headers=headers, timeout=30).status_code == 200


def decided(parts: Parts) -> int:
    with parts.store.read() as session:
        return session.scalar(select(func.count()).where(Inbound.status == DONE)) or 0


def check(parts: Parts, gateway: Gateway) -> None:
    """Assert that each text was decided once, by the model, in its customer's order, and answered once."""
    with parts.store.read() as session:
        columns = (Inbound.id, Inbound.customer_id, Inbound.provider_message_id)
        stored = session.execute(select(*columns).order_by(Inbound.decided_at)).all()
        routed = session.execute(
            select(Decision.subject_id, Decision.details).where(
                Decision.subject == "inbound", Decision.verdict == "routed"
            )
        ).all()
        replies = {
            row.id: row.inbound_id for row in session.execute(select(Outbound.id, Outbound.inbound_id))
        }
    every = Counter(row.id for row in stored)
    assert len(every) == len(TEXTS)
    assert Counter(row.subject_id for row in routed) == every, "a text was not decided exactly once"
    assert all(row.details["model"] for row in routed), "a text was not decided by the model"
    assert Counter(replies.values()) == every, "a text was not answered exactly once"
    assert Counter(UUID(one["id"]) for one in gateway.taken) == Counter(replies.keys()), "handed over twice"
    order = defaultdict(list)
    for row in stored:
        order[row.customer_id].append(row.provider_message_id)
    assert all(ids == sorted(ids) for ids in order.values()), "a customer's texts were decided out of order"


def test_a_burst_is_answered_once_although_the_server_is_killed_in_its_middle(
    premises: Premises, gateway: Gateway
) -> None:
    with Processes(premises) as processes, premises.opened() as parts, Nlu(premises.nlu_url) as nlu:
        for name in ("nlu", "web", "worker"):
            processes.start(name)
        until(nlu.is_up, STARTS_WITHIN_S)
        until(lambda: processes.has_said("web", "Started worker-1"))
        until(lambda: processes.has_said("worker", "worker started"))
        text_all(premises, gateway)
        until(lambda: decided(parts) > 0)
        processes.kill("nlu")
        before = decided(parts)
        assert before < len(TEXTS), "the burst was over before the server was killed"
        processes.restart("nlu")
        until(nlu.is_up, STARTS_WITHIN_S)
        until(lambda: len(gateway.taken) >= len(TEXTS), ANSWERED_WITHIN_S)
        processes.kill("worker")
        check(parts, gateway)
