"""`huixin bot label`, `labels` and `review`: corrections from the command line."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from app.providers.contract import Parsed, ParsedInbound
from app.store.inbounds import Inbound
from app.usecases.receive import Delivery, receive
from tests.cli.installation import huixin, installed
from tests.web.demo_shop import WANG

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_label_is_accepted_with_the_intent_that_was_listed_and_no_other(
    tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = installed(tmp_path, database_url, engine, monkeypatch)
    channel = parts.directory.current(parts.now()).channel_named("simulator")
    assert channel is not None
    item = ParsedInbound("t-1", WANG, channel.senders[0].address, "T恤还有吗")
    receive(parts, [Delivery(channel, Parsed(inbound=(item,)), "trace")], parts.now())
    with parts.store.read() as session:
        message = str(session.query(Inbound.id).scalar())
    assert huixin("bot", "label", message, "offer_info").exit_code == 0
    label = huixin("bot", "label", message, "store_info").stdout.strip()
    refused = huixin("bot", "review", label, "offer_info", "accept")
    assert (refused.exit_code, "says store_info now" in refused.stderr) == (1, True)
    assert huixin("bot", "review", label, "store_info", "accept").exit_code == 0
    [listed] = json.loads(huixin("bot", "labels", "--state", "accepted", "--json").stdout)
    assert (listed["id"], listed["intent"]) == (label, "store_info")
