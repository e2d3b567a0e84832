"""Changes what a brand promises those who complain, and counts its open complaints anew by it where that is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain import sla
from app.domain.sla import SlaEvent, SlaState
from app.domain.sla_policy import SlaPolicy
from app.domain.told_policy import as_told, told_policy
from app.store import brands
from app.store import complaints as complaint_store
from app.usecases import audit
from app.usecases.brand_setup import BrandRefused
from app.usecases.complaint_policy import SETTING, policy_of
from app.usecases.counting_anew import count_anew
from app.usecases.desk import StaffMember
from app.usecases.directory import BrandView
from app.usecases.parts import Parts


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a policy would do to one of a complaint's clocks. `is_missed` is whether it would be missed at once."""

    clock: str
    due_at: datetime
    due_then_at: datetime
    is_missed: bool


@dataclass(frozen=True, slots=True)
class ForeseenComplaint:
    """What a policy would do to the clocks of one complaint that still run."""

    number: int
    customer_id: UUID
    clocks: tuple[Foreseen, ...]

    @property
    def is_missed(self) -> bool:
        """Whether one of them would be missed at once."""
        return any(one.is_missed for one in self.clocks)


def told_in_full(brand: BrandView, told: Mapping[str, str]) -> dict[str, str]:
    """What is told, beside what stays as it is."""
    return as_told(policy_of(brand), brand.timezone) | dict(told)


def foresee(
    parts: Parts, brand: BrandView, told: Mapping[str, str], now: datetime
) -> list[ForeseenComplaint]:
    """What this change would do to the complaints that are open now and run by another policy: those that would miss
    a promise at once first, then in their order. Raises PolicyRefused."""
    policy = told_policy(told_in_full(brand, told), now, policy_of(brand))
    with parts.store.read() as session:
        rows = complaint_store.unsettled_of(session, brand.id)
    found = []
    for row in rows:
        state = SlaState.from_json(row.clock)
        if state.policy != policy:
            found.append(_foreseen(row, state, policy, now))
    return sorted(found, key=lambda one: (not one.is_missed, one.number))


def change_policy(
    parts: Parts,
    code: str,
    told: Mapping[str, str],
    now: datetime,
    staff: StaffMember,
    *,
    is_for_open_ones: bool = False,
) -> int:
    """Sets what is told of the brand's policy, for complaints from now on; for those that are open too where that is
    asked: returns how many were counted anew. Asked again, it does what was left undone.
    Raises BrandRefused and PolicyRefused."""
    with parts.store.write() as session:
        row = brands.locked(session, code)
        if row is None:
            raise BrandRefused(f"there is no brand called {code}: see `huixin brands list`")
        before = SlaPolicy.from_json(row.settings.get(SETTING, {}))
        policy = told_policy(as_told(before, row.timezone) | dict(told), now, before)
        if policy != before or is_for_open_ones:
            row.settings = {**row.settings, SETTING: policy.to_json()}
            noted = {**as_told(policy, row.timezone), "open_complaints": is_for_open_ones}
            action = "complaint_policy.change"
            audit.note(session, staff.email, action, "brand", code, now, staff.id, **noted)
        brand_id = row.id
    parts.directory.renew()
    return count_anew(parts, brand_id, policy, now, staff.id) if is_for_open_ones else 0


def _foreseen(row: Any, state: SlaState, policy: SlaPolicy, now: datetime) -> ForeseenComplaint:
    then = sla.apply(state, SlaEvent(sla.EventKind.REBASED, now, policy=policy))
    missed = set(sla.due_breaches(then, now)) - set(sla.due_breaches(state, now))
    clocks = (
        Foreseen(clock.value, getattr(state, due), getattr(then, due), clock in missed)
        for clock, due in ((one, f"{one}_due_at") for one in sla.running(state, now))
    )
    return ForeseenComplaint(row.number, row.customer_id, tuple(clocks))
