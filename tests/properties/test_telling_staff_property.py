"""Notices under any order of rounds, deaths, answers and acknowledgements: each arrives once, and once more for every
hand-over of which nobody heard; none after it was seen to, no mail at night, and none is lost.
"""

from collections import Counter
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, delete, select

from app.domain.escalation import DAY, WHOLE, Channel
from app.notifiers import Letter
from app.store import complaint_warnings
from app.store import notices as notice_store
from app.store.complaint_warnings import ComplaintWarning
from app.store.notices import DROPPED, FAILED, QUEUED, SENDING, SENT, Notice
from app.store.tables import new_id
from app.usecases.tell_staff import LEASE, tell
from tests.usecases.shop import Shop
from tests.usecases.test_warn_staff import complain, hire
from tests.usecases.ways import AWAY, LATER, NEVER, Killed, Way, killed, with_ways

SHANGHAI = ZoneInfo("Asia/Shanghai")
WAYS = (Channel.EMAIL.value, Channel.WEBHOOK.value)
ANSWERS = {"away": AWAY, "later": LATER, "never": NEVER, "killed": killed}


class Told(RuleBasedStateMachine):
    """Rounds of telling staff by mail and webhook, beside a book of what was handed over."""

    shop: Shop
    complaint_id: UUID
    ann: UUID

    def __init__(self) -> None:
        super().__init__()
        with self.shop.parts.store.write() as session:
            session.execute(delete(Notice))
            session.execute(delete(ComplaintWarning))
        self.ways: dict[str, Way] = dict(zip(WAYS, with_ways(self.shop, *WAYS), strict=True))
        self.warnings: dict[UUID, UUID] = {}
        """The warning of each notice."""
        self.seen_to: set[UUID] = set()
        self.told: Counter[UUID] = Counter()
        self.unheard: Counter[UUID] = Counter()
        """Hand-overs after which the process died."""

    @rule(way=st.sampled_from(WAYS), later=st.integers(0, 600))
    def warn(self, way: str, later: int) -> None:
        warning_id, notice_id, now = new_id(), new_id(), self.shop.clock()
        level = {"clock": "resolution", "percent": WHOLE, "due_at": now, "made_at": now, "is_sent": True}
        about = {"id": warning_id, "complaint_id": self.complaint_id, "round": len(self.warnings) + 1}
        whom = {"staff_id": self.ann if way == Channel.EMAIL else None, "channel": way, "state": QUEUED}
        due = {"due_at": now + timedelta(seconds=later), "sent_at": None, "created_at": now}
        with self.shop.parts.store.write() as session:
            complaint_warnings.add(session, [{**about, **level}])
            notice_store.add(session, [{"id": notice_id, "warning_id": warning_id, **whom, **due}])
        self.warnings[notice_id] = warning_id

    @rule(way=st.sampled_from(WAYS), answer=st.sampled_from(sorted(ANSWERS)))
    def expect(self, way: str, answer: str) -> None:
        """What the next letter by this way will meet."""
        self.ways[way].then(ANSWERS[answer])

    @rule()
    def round(self) -> None:
        before = {way: len(self.ways[way].taken) for way in WAYS}
        try:
            tell(self.shop.parts, self.shop.clock())
            was_killed = False
        except Killed:
            was_killed = True
        arrived = [(way, one) for way, count in before.items() for one in self.ways[way].taken[count:]]
        for way, letter in arrived:
            self._arrived(way, letter)
        if was_killed:
            stored = self._stored()
            self.unheard.update(UUID(one.id) for _, one in arrived if stored[UUID(one.id)][0] == SENDING)

    def _arrived(self, way: str, letter: Letter) -> None:
        notice_id = UUID(letter.id)
        self.told[notice_id] += 1
        assert self.warnings[notice_id] not in self.seen_to
        if way == Channel.EMAIL:
            assert DAY.start <= letter.now.astimezone(SHANGHAI).time() < DAY.end

    @rule(which=st.integers(0, 9))
    def see_to(self, which: int) -> None:
        if self.warnings:
            warning_id = list(self.warnings.values())[which % len(self.warnings)]
            with self.shop.parts.store.write() as session:
                complaint_warnings.acknowledge(session, warning_id, self.ann, self.shop.clock())
            self.seen_to.add(warning_id)

    @rule(minutes=st.sampled_from([0, 1, 4, 30, 700]))
    def wait(self, minutes: int) -> None:
        self.shop.passes(minutes=minutes)

    def _stored(self) -> dict[UUID, tuple[str, str | None]]:
        with self.shop.parts.store.read() as session:
            rows = session.execute(select(Notice.id, Notice.state, Notice.reason))
            return {row.id: (row.state, row.reason) for row in rows}

    @invariant()
    def none_arrives_again_that_is_known_to_have_arrived(self) -> None:
        assert all(times <= 1 + self.unheard[one] for one, times in self.told.items())

    @invariant()
    def none_is_lost(self) -> None:
        stored = self._stored()
        assert set(stored) == set(self.warnings)
        for one, (state, reason) in stored.items():
            if state == SENT:
                assert self.told[one]
            elif state == DROPPED:
                assert self.warnings[one] in self.seen_to
            elif state == FAILED:
                assert reason == NEVER.reason
            else:
                assert state in (QUEUED, SENDING)

    def teardown(self) -> None:
        """Once all is well again, everything is told that still has to be."""
        self.shop.passes(seconds=LEASE.total_seconds())
        for _ in range(40):
            self.round()
            self.shop.passes(hours=1)
        self.none_arrives_again_that_is_known_to_have_arrived()
        self.none_is_lost()
        assert {state for state, _ in self._stored().values()} <= {SENT, DROPPED, FAILED}


def test_no_order_of_events_tells_twice_or_forgets(engine: Engine) -> None:
    shop = Shop(engine)
    ann = hire(shop, "manager")
    here = type("ToldHere", (Told,), {"shop": shop, "complaint_id": complain(shop).id, "ann": ann})
    examples = max(8, settings().max_examples // 6)
    run_state_machine_as_test(here, settings=settings(max_examples=examples, stateful_step_count=25))
