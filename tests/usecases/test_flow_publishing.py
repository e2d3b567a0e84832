"""What is not published, whoever asks for it."""

import pytest

from app.flow_files import from_yaml
from app.usecases.flow_publishing import FlowsRefused, publish
from tests.usecases.shop import Shop

LOOP = """\
schema: 1
name: nagging
title: {zh: 催, en: Nagging}
triggers:
  - {trigger: event, type: custom.nag}
steps:
  say:
    do: send
    text: {zh: 您好, en: Hello}
    then: wait
  wait:
    do: wait
    for: 1s
    then: say
"""


def test_a_flow_that_texts_without_end_is_not_published(shop: Shop) -> None:
    endless, daily = from_yaml(LOOP).definition, from_yaml(LOOP.replace("1s", "1d")).definition
    assert endless is not None
    assert daily is not None
    with pytest.raises(FlowsRefused, match="texts_without_end"):
        publish(shop.parts, "demo", [endless], shop.clock(), "command")
    assert publish(shop.parts, "demo", [daily], shop.clock(), "command") == ["nagging"]
