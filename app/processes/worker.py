"""The worker: answers what came in and hands over what is queued, in three loops that a signal ends cleanly."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from uuid import UUID

import structlog
from prometheus_client import Counter

from app import clock
from app.store import heartbeats
from app.usecases.answer import answer_by_meaning, answer_by_rule
from app.usecases.directory import ChannelView
from app.usecases.dispatch import Dispatched, dispatch_channel
from app.usecases.parts import Parts

log = structlog.get_logger(__name__)
rounds = Counter("huixin_worker_messages_total", "Messages a worker has dealt with", ["what"])
failed = Counter("huixin_channel_rounds_failed_total", "Rounds of sending that failed", ["channel"])

IDLE_S = 0.5
PAUSE_AFTER_ERROR_S = 0.5
LONGEST_PAUSE_S = 30.0
HEARTBEAT_S = 5.0
CHANNELS_AT_ONCE = 8
ROUND_S = 0.1


class Worker:
    """Three loops over the same parts: by rule, by meaning, out."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.stopping = threading.Event()
        self._senders: dict[UUID, tuple[int, ThreadPoolExecutor]] = {}
        """Each channel's own threads: what the gate has let go never waits for another channel's provider."""
        self._failures: dict[UUID, tuple[int, float]] = {}
        """Of each channel how many rounds in a row have failed, and when the next may begin (monotonic)."""
        self._channels = ThreadPoolExecutor(CHANNELS_AT_ONCE, thread_name_prefix="channel")
        self._rounds: dict[UUID, Future[Dispatched]] = {}

    def run(self) -> None:
        """Works until `stop`; what was begun is finished."""
        loops = [
            threading.Thread(target=self._loop, args=(name, turn), name=name)
            for name, turn in (
                ("inbound", self._by_rule),
                ("understanding", self._by_meaning),
                ("outbound", self._out),
            )
        ]
        for loop in loops:
            loop.start()
        while not self.stopping.wait(HEARTBEAT_S):
            self._beat()
        for loop in loops:
            loop.join()
        self._channels.shutdown()
        for _, senders in self._senders.values():
            senders.shutdown()

    def stop(self, *_: object) -> None:
        """Ends the loops after their present round."""
        self.stopping.set()

    def _loop(self, name: str, turn: Callable[[], int]) -> None:
        while not self.stopping.is_set():
            try:
                done = turn()
            except (
                Exception
            ):  # whatever went wrong, the transaction is rolled back and the work is still there
                log.exception("a round of the worker failed", loop=name)
                self.stopping.wait(PAUSE_AFTER_ERROR_S)
                continue
            if done:
                rounds.labels(name).inc(done)
            else:
                self.parts.wake.wait(name, IDLE_S)

    def _by_rule(self) -> int:
        answered = answer_by_rule(self.parts, self.parts.now())
        if answered.waiting:
            self.parts.wake.ring("understanding")
        return answered.decided + answered.waiting

    def _by_meaning(self) -> int:
        return answer_by_meaning(self.parts, self.parts.now()).decided

    def _out(self) -> int:
        """One round a channel, side by side: a provider that hangs holds up its own channel and no other."""
        channels = self.parts.directory.current(self.parts.now()).channels
        self._forget(channels)
        for channel in channels.values():
            if channel.is_active and self._may_begin(channel.id):
                senders = self._senders_of(channel)
                self._rounds[channel.id] = self._channels.submit(
                    dispatch_channel, self.parts, channel, senders
                )
        wait(self._rounds.values(), timeout=ROUND_S, return_when=FIRST_COMPLETED)
        ended = [channel_id for channel_id, one in self._rounds.items() if one.done()]
        return sum([self._claimed(channel_id, self._rounds.pop(channel_id)) for channel_id in ended])

    def _claimed(self, channel_id: UUID, ended: Future[Dispatched]) -> int:
        """How many messages the round took; one that failed makes its own channel pause, and no other."""
        error = ended.exception()
        if error is None:
            self._failures.pop(channel_id, None)
            return ended.result().claimed
        times = self._failures.get(channel_id, (0, 0.0))[0] + 1
        pause = min(PAUSE_AFTER_ERROR_S * 2.0 ** (times - 1), LONGEST_PAUSE_S)
        self._failures[channel_id] = times, clock.monotonic() + pause
        failed.labels(str(channel_id)).inc()
        log.error("a round of a channel failed", channel=str(channel_id), pause_s=pause, exc_info=error)
        return 0

    def _may_begin(self, channel_id: UUID) -> bool:
        _, until = self._failures.get(channel_id, (0, 0.0))
        return channel_id not in self._rounds and clock.monotonic() >= until

    def _senders_of(self, channel: ChannelView) -> ThreadPoolExecutor:
        """As many threads as the provider may be called at once; they begin when there is something to send."""
        most = channel.capabilities.concurrency
        known = self._senders.get(channel.id)
        if known is None or known[0] != most:
            if known is not None:
                known[1].shutdown(wait=False)
            senders = ThreadPoolExecutor(most, thread_name_prefix=f"send-{channel.name}")
            known = self._senders[channel.id] = most, senders
        return known[1]

    def _forget(self, channels: Collection[UUID]) -> None:
        """Ends the threads of channels that are there no more, and forgets that their rounds failed."""
        here = {*channels, *self._rounds}
        for channel_id in self._senders.keys() - here:
            self._senders.pop(channel_id)[1].shutdown(wait=False)
        for channel_id in self._failures.keys() - here:
            del self._failures[channel_id]

    def _beat(self) -> None:
        try:
            with self.parts.store.write() as session:
                heartbeats.beat(session, f"worker:{socket.gethostname()}:{os.getpid()}", self.parts.now(), {})
        except Exception as error:  # a missed heartbeat is told by the next one
            log.warning("no heartbeat", error=type(error).__name__)


def run_worker(parts: Parts) -> None:
    """Runs a worker until SIGTERM or SIGINT."""
    worker = Worker(parts)
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    log.info("worker started")
    worker.run()
    log.info("worker stopped")
