"""Reads the texts of requests that come at one time together: what Rasa does once a call is then done once for all."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa.core.agent import Agent

MOST = 32
"""Texts that are read in one go; further ones wait for the next."""

Answer = dict[str, Any]
"""What Rasa says of one text."""


def parse_all(agent: "Agent", texts: Sequence[str]) -> list[Answer]:
    """What `agent.parse_message` says of each text, in order."""
    from rasa.core.channels.channel import UserMessage
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
    from rasa.shared.core.trackers import DialogueStateTracker

    processor = agent.processor
    if processor is None:
        raise RuntimeError("the agent has no model")
    messages = [UserMessage(text) for text in texts]
    target = processor.model_metadata.nlu_target
    tracker = DialogueStateTracker.from_events("default", [])
    found = processor.graph_runner.run(
        inputs={PLACEHOLDER_MESSAGE: messages, PLACEHOLDER_TRACKER: tracker}, targets=[target]
    )
    return [message.as_dict(only_output_properties=True) for message in found[target]]


class Together:
    """Gathers what is asked while it reads; it reads in a thread of its own, so that the server goes on listening."""

    def __init__(self, agent: "Agent") -> None:
        self._agent = agent
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="reading")
        self._waiting: list[tuple[Sequence[str], asyncio.Future[list[Answer]]]] = []
        self._reader: asyncio.Task[None] | None = None

    async def parse(self, texts: Sequence[str]) -> list[Answer]:
        """The answers in the order of the texts; raises what the model raises for them."""
        answers: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self._waiting.append((texts, answers))
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())
        return await answers

    async def _read(self) -> None:
        while self._waiting:
            taken = [self._waiting.pop(0)]
            while self._waiting and sum(len(texts) for texts, _ in [*taken, self._waiting[0]]) <= MOST:
                taken.append(self._waiting.pop(0))
            try:
                await self._answer(taken)
            except Exception:
                for one in taken:
                    await self._answer_alone(one)

    async def _answer(self, taken: Sequence[tuple[Sequence[str], "asyncio.Future[list[Answer]]"]]) -> None:
        every = [text for texts, _ in taken for text in texts]
        loop = asyncio.get_running_loop()
        read = iter(await loop.run_in_executor(self._thread, parse_all, self._agent, every))
        for texts, answers in taken:
            mine = [next(read) for _ in texts]
            if not answers.done():
                answers.set_result(mine)

    async def _answer_alone(self, one: "tuple[Sequence[str], asyncio.Future[list[Answer]]]") -> None:
        try:
            await self._answer([one])
        except Exception as error:
            if not one[1].done():
                one[1].set_exception(error)
