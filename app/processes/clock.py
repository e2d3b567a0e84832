"""The clock: runs every job of app/jobs at its pace while it leads, and notices when the wall clock is stepped."""

import signal
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from prometheus_client import Counter
from sqlalchemy.exc import DBAPIError

from app import clock
from app.jobs import Job
from app.processes.leader import Leadership
from app.store import heartbeats
from app.usecases import marketing_switch
from app.usecases.parts import Parts

log = structlog.get_logger(__name__)
ticks = Counter("huixin_job_runs_total", "Runs of scheduled jobs", ["job", "result"])

WATCH_S = 1.0
STEP = timedelta(seconds=2)
LONG_JUMP = timedelta(minutes=10)
"""A jump forward by more than this holds all marketing until somebody confirms the time. Source: DESIGN, clocks."""


class Clock:
    """Runs jobs while it leads. A missed or a doubled tick does no harm: jobs only claim rows that are due."""

    def __init__(self, parts: Parts, jobs: Mapping[str, Job], lead: Leadership) -> None:
        self.parts, self.jobs, self.lead = parts, jobs, lead
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._has_jumped = False
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def run(self) -> None:
        """Works until `stop`."""
        for name, job in self.jobs.items():
            self._scheduler.add_job(
                self._tick,
                IntervalTrigger(seconds=job.every.total_seconds()),
                args=(job,),
                id=name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self._scheduler.start()
        self._watch()
        self._scheduler.shutdown(wait=True)
        self.lead.resign()

    def stop(self, *_: object) -> None:
        """Ends after the jobs under way."""
        self.stopping.set()

    def _leads(self) -> bool:
        with self._lock:  # jobs and the watchdog ask from different threads
            return self.lead.is_mine()

    def _tick(self, job: Job) -> None:
        if not self._leads() or self.stopping.is_set():
            return
        try:
            counts = job.run(self.parts, self.parts.now())
        except Exception:  # rolled back; the rows are still due at the next tick
            ticks.labels(job.name, "failed").inc()
            log.exception("a job failed", job=job.name)
            return
        ticks.labels(job.name, "done").inc()
        if any(counts.values()):
            log.info("job done", job=job.name, **counts)

    def _watch(self) -> None:
        """Compares wall clock and monotonic clock; after a step every job is armed anew.

        APScheduler sleeps towards a wall-clock time: a clock set back an hour would keep it asleep for an hour.
        """
        wall, steady = self.parts.now(), clock.monotonic()
        while not self.stopping.wait(WATCH_S):
            wall_now, steady_now = self.parts.now(), clock.monotonic()
            stepped = (wall_now - wall) - timedelta(seconds=steady_now - steady)
            wall, steady = wall_now, steady_now
            if abs(stepped) >= STEP or self._oversleeps(wall_now):
                self._rearm(stepped)
            self._hold_marketing()
            self._beat()

    def _oversleeps(self, now: datetime) -> bool:
        """Whether a job waits for an instant too far away: two steps within one look have cancelled each other."""
        return any(
            waiting.next_run_time is not None
            and waiting.next_run_time - now > self.jobs[waiting.id].every + STEP
            for waiting in self._scheduler.get_jobs()
        )

    def _rearm(self, stepped: timedelta) -> None:
        log.warning(
            "the wall clock was stepped; jobs are armed anew", seconds=round(stepped.total_seconds(), 1)
        )
        self._has_jumped = self._has_jumped or stepped > LONG_JUMP
        for name, job in self.jobs.items():
            self._scheduler.reschedule_job(name, trigger=IntervalTrigger(seconds=job.every.total_seconds()))

    def _hold_marketing(self) -> None:
        """Stops marketing after a long jump; a database that is away then does not make it forgotten."""
        if not self._has_jumped:
            return
        try:
            marketing_switch.stop_all(self.parts, marketing_switch.BY_JUMP, self.parts.now())
        except DBAPIError as error:
            log.warning("marketing could not be stopped yet", error=type(error).__name__)
            return
        self._has_jumped = False

    def _beat(self) -> None:
        if not self._leads():
            return
        try:
            with self.parts.store.write() as session:
                heartbeats.beat(session, "clock", self.parts.now(), {})
        except Exception as error:  # told by the next one
            log.warning("no heartbeat", error=type(error).__name__)


def run_clock(parts: Parts, jobs: Mapping[str, Job], lead: Leadership) -> None:
    """Runs the clock until SIGTERM or SIGINT."""
    process = Clock(parts, jobs, lead)
    signal.signal(signal.SIGTERM, process.stop)
    signal.signal(signal.SIGINT, process.stop)
    log.info("clock started", jobs=sorted(jobs))
    process.run()
    log.info("clock stopped")
