"""Makes up complaints and what becomes of them, by the very fold that keeps the clocks, and counts them one by one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import delete

from app.domain import sla
from app.domain.complaint_figures import KINDS, Asked, By, Figures, Promises, Taken
from app.domain.sla import Clock, SlaEvent, SlaState
from app.domain.sla_policy import SlaPolicy
from app.store import writing
from app.store.complaint_rounds import ComplaintRound
from app.store.complaints import Complaint
from app.store.tables import new_id
from tests.usecases.shop import LI, Shop

FIRST = datetime(2026, 8, 30, tzinfo=UTC)
DAYS = 45
NOW = FIRST + timedelta(days=DAYS)
CATEGORIES, FLOWS, STEPS = ("quality", "delivery", "other"), ("spring", "birthday", None), ("offer", "again")
ENDS = ("due_at", "at", "breached_at")


@dataclass
class Story:
    """A complaint: its rounds as they stand in the end, the last one of them at `as_of`."""

    brand: str
    kind: str
    category: str
    flow: str | None
    step: str | None
    person: UUID | None
    opened_at: datetime
    rounds: list[tuple[SlaState, str]] = field(default_factory=list)
    """With what has ended it; empty for the present one."""
    as_of: datetime = NOW
    is_erased: bool = False
    state: SlaState | None = None
    """As it is stored, erased or not."""
    id: UUID = field(default_factory=new_id)

    @property
    def was_resolved(self) -> bool:
        return any(state.resolution_at for state, _ in self.rounds)


def a_story(chance: Random, brand: str, people: Sequence[UUID]) -> Story:
    """One complaint of any course."""
    opened_at = _received(chance)
    flow = chance.choice(FLOWS)
    step = chance.choice(STEPS) if flow else None
    told = (chance.choice(KINDS), chance.choice(CATEGORIES), flow, step, chance.choice([*people, None]))
    story = Story(brand, *told, opened_at)
    state, at = sla.opened(SlaPolicy(), opened_at), opened_at
    while True:
        state, at = _happens(chance, state, at)
        if state.resolution_at is None or chance.random() < 0.6 or at >= NOW:
            break
        reason = chance.choice(("follow_up_unsolved", "complained_again"))
        state = _with_breaches(state, at)
        story.rounds.append((state, reason))
        state = sla.apply(state, SlaEvent("reopened", at))
    return _ends(chance, story, state, at)


def _received(chance: Random) -> datetime:
    """Any second; often lately, and often the midnight of one of the places."""
    ago = chance.choice((DAYS, DAYS, 4)) * 86_400
    at = NOW - timedelta(seconds=chance.randrange(ago))
    return at.replace(hour=chance.choice((4, 16)), minute=0, second=0) if chance.random() < 0.2 else at


def _happens(chance: Random, state: SlaState, at: datetime) -> tuple[SlaState, datetime]:
    """Some of what can happen, in an order that is possible, as long as there is time."""
    for kind in ("replied", "paused", "resumed", "resolved", "asked"):
        hours = chance.choice((0.5, 2, 3, 30, 47, 60))
        then = at + timedelta(seconds=round(hours * 3600 * chance.random()))
        if kind == "replied" and chance.random() < 0.2:
            then = state.first_response_due_at
        if chance.random() < (0.6 if kind == "resumed" else 0.25) or not at <= then < NOW:
            continue
        if kind == "paused" and chance.random() < 0.6:
            continue
        at = then
        if chance.random() < 0.5 or kind == "paused":
            state = _with_breaches(state, at)
        state = sla.apply(state, _event(kind, at))
    return state, at


def _event(kind: str, at: datetime) -> SlaEvent:
    detail = {"asked": "asked"}.get(kind)
    told = "followed_up" if kind == "asked" else kind
    return SlaEvent(told, at, detail, outbound_id=new_id() if kind == "replied" else None)


def _with_breaches(state: SlaState, at: datetime) -> SlaState:
    for clock in sla.due_breaches(state, at):
        state = sla.apply(state, SlaEvent("breached", at, clock.value))
    return state


def _ends(chance: Random, story: Story, state: SlaState, at: datetime) -> Story:
    """It may be followed up, or erased; what waits for the customer does not wait for ever."""
    if state.pause_ends_at is not None and state.pause_ends_at < NOW:
        state = sla.apply(state, SlaEvent("resumed", state.pause_ends_at))
    if state.resolution_at is not None and chance.random() < 0.5:
        at = min(at + timedelta(hours=chance.choice((1, 90))), NOW)
        result = chance.choice(("solved", "unclear", "no_answer", "not_possible"))
        state = sla.apply(_with_breaches(state, at), SlaEvent("followed_up", at, result))
    stored = state
    if chance.random() < 0.15 and state.status != "closed":
        at = max(at, min(NOW, at + timedelta(hours=5)))
        story.as_of, story.is_erased = at, True
        state = stored = _with_breaches(state, at)
        if state.resolution_at is None:
            stored = sla.apply(state, SlaEvent("resolved", at))
        stored = sla.apply(stored, SlaEvent("followed_up", at, "erased"))
    story.rounds.append((state, ""))
    story.state = stored
    return story


def keep(shop: Shop, stories: Iterable[Story]) -> None:
    """Puts these complaints, and no others, into the shop's database."""
    customer = shop.customer(LI).id
    rows = [stored(shop, story, number, customer) for number, story in enumerate(stories, start=1)]
    with shop.parts.store.write() as session:
        for table in (ComplaintRound, Complaint):
            session.execute(delete(table))
        writing.insert_all(session, Complaint, [row for row, _ in rows])
        writing.insert_all(session, ComplaintRound, [one for _, ended in rows for one in ended])


def stored(
    shop: Shop, story: Story, number: int, customer_id: UUID
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The complaint as its table has it, with its rounds that have ended."""
    assert story.state is not None
    row = {
        "id": story.id,
        "brand_id": shop.brand_named(story.brand).id,
        "customer_id": customer_id,
        "conversation_id": None,
        "number": number,
        "kind": story.kind,
        "category": story.category,
        "severity": 2,
        "tone": "calm",
        "tone_signs": [],
        "summary": "坏了",
        "inbound_id": None,
        "outbound_id": None,
        "campaign": story.flow,
        "variant": story.step,
        "assignee_id": story.person,
        "opened_at": story.opened_at,
        "clock": story.state.to_json(),
        "event_count": 1,
        "warned": {},
        "next_warning_at": None,
        "follow_up_from": None,
        "follow_up_result": story.state.follow_up_result,
        "status": story.state.status,
        "reopened": story.state.reopened,
        "updated_at": story.as_of,
        **_clocks(story.state),
    }
    ended = [
        {
            "id": new_id(),
            "complaint_id": story.id,
            "round": state.reopened,
            "reason": reason,
            "follow_up_result": "unsolved" if reason == "follow_up_unsolved" else state.follow_up_result,
            "began_at": state.opened_at,
            "ended_at": after.opened_at,
            **_clocks(state),
        }
        for (state, reason), (after, _) in zip(story.rounds, story.rounds[1:], strict=False)
    ]
    return row, ended


def _clocks(state: SlaState) -> dict[str, Any]:
    return {f"{clock}_{end}": getattr(state, f"{clock}_{end}") for clock in Clock for end in ENDS}


def counted(stories: Sequence[Story], now: datetime) -> Figures:
    """The figures of these complaints, one after the other, as their definitions say."""
    promises = {
        clock: [_promise(state, clock, *_end(story, no, now)) for story, no, state in _each(stories)]
        for clock in Clock
    }
    said = [_said(story, no, state) for story, no, state in _each(stories)]
    states = [state for _, _, state in _each(stories)]
    return Figures(
        len(stories),
        sum(story.was_resolved for story in stories),
        sum(len(story.rounds) > 1 for story in stories),
        **{
            clock.value: Promises(*(results.count(one) for one in ("kept", "broken", "running")))
            for clock, results in promises.items()
        },
        response_time=_taken([s.first_response_at - s.opened_at for s in states if s.first_response_at]),
        resolution_time=_taken([s.resolution_at - s.opened_at for s in states if s.resolution_at]),
        asked=Asked(
            *(said.count(one) for one in ("solved", "unsolved", "unclear", "no_answer", "not_possible"))
        ),
    )


def _each(stories: Sequence[Story]) -> Iterator[tuple[Story, int, SlaState]]:
    for story in stories:
        for number, (state, _) in enumerate(story.rounds):
            yield story, number, state


def _end(story: Story, number: int, now: datetime) -> tuple[datetime, bool, bool]:
    """As of when a round is looked at, whether it still goes on, and whether its person has been erased."""
    if number < len(story.rounds) - 1:
        return story.rounds[number + 1][0].opened_at, False, False
    return (story.as_of, False, True) if story.is_erased else (now, True, False)


def _promise(state: SlaState, clock: Clock, as_of: datetime, is_live: bool, is_erased: bool) -> str:
    if clock is Clock.FOLLOW_UP and (state.resolution_at is None or is_erased):
        return ""
    if getattr(state, f"{clock}_breached_at") is not None or clock in sla.due_breaches(state, as_of):
        return "broken"
    if getattr(state, f"{clock}_at") is not None:
        return "kept"
    return "running" if is_live and clock in sla.running(state, as_of) else ""


def _said(story: Story, number: int, state: SlaState) -> str:
    if number < len(story.rounds) - 1:
        return "unsolved" if story.rounds[number][1] == "follow_up_unsolved" else ""
    return state.follow_up_result or ""


def _taken(times: list[timedelta]) -> Taken:
    """The time within which half, and nine of ten, were done."""
    if not times:
        return Taken()
    return Taken(_at_most(5, times), _at_most(9, times))


def _at_most(tenths: int, times: list[timedelta]) -> timedelta:
    return next(t for t in sorted(times) if sum(o <= t for o in times) >= tenths * len(times) / 10)


def group_of(by: By, story: Story, monday: str) -> str | None:
    """Which line a complaint stands on."""
    if by is By.TOTAL:
        return ""
    if by is By.VARIANT:
        return f"{story.flow} / {story.step}" if story.flow else None
    person = str(story.person) if story.person else None
    return {
        "brand": story.brand,
        "week": monday,
        "category": story.category,
        "campaign": story.flow,
        "person": person,
    }[by]


def with_base(one: Figures, per: int | None) -> Figures:
    return replace(one, per=per)
