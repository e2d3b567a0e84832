"""Knows what a brand promises those who complain, and those who wait for a person."""

from datetime import datetime

from app.domain.sla_policy import SlaPolicy
from app.usecases.directory import BrandView

SETTING = "complaint_clock"
"""Where a brand's settings keep its policy; a brand without one has the product's."""


def policy_of(brand: BrandView) -> SlaPolicy:
    """What it promises those who complain from now on."""
    return SlaPolicy.from_json(brand.settings.get(SETTING, {}))


def answer_due_at(brand: BrandView, now: datetime) -> datetime:
    """By when who is handed to a person at `now` is answered: as soon as who complains. Source: SPEC CO-8."""
    policy = policy_of(brand)
    return policy.calendar.after(now, policy.first_response)
