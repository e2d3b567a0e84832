"""Folds the verdicts of all rules into one: the strictest wins, and every reason is kept."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.compliance.facts import Facts, Send

RULE_ERROR = "rule_error"
"""Reason: a rule raised an error. What cannot be judged is not sent."""


@dataclass(frozen=True, slots=True)
class Allow:
    """The rule has nothing against it."""


@dataclass(frozen=True, slots=True)
class Defer:
    """Not now; to be judged anew at `until`."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """Never: the send is closed, and kept with its reason."""

    reason: str


Decision = Allow | Defer | Refuse
ALLOW = Allow()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the gate. `reasons` gives each reason code its meaning for documentation and pages."""

    name: str
    says: str
    source: str
    reasons: Mapping[str, str]
    judge: Callable[[Send, Facts, datetime], Decision]
    default: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer: the decision, the rule that decided, and every rule's reason, strictest first."""

    decision: Decision
    rule: str | None = None
    reasons: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    """Name of a rule that raised, and the class of its error."""

    @property
    def is_allowed(self) -> bool:
        """Whether the message may be handed over now."""
        return isinstance(self.decision, Allow)


ALLOWED = Verdict(ALLOW)


def decide(send: Send, facts: Facts, rules: Iterable[Rule], now: datetime) -> Verdict:
    """What every rule together says of a send: a refusal beats a deferral, the later deferral the earlier.

    The order of the rules makes no difference. A rule that raises, or answers nonsense, refuses.
    Source: SPEC CP-2.
    """
    objections: list[tuple[Defer | Refuse, str]] = []
    errors: list[tuple[str, str]] = []
    for rule in rules:
        try:
            decision = rule.judge(send, facts, now)
            if decision is ALLOW:
                continue
            _check(decision)
        except Exception as error:  # a rule is a plug-in: whatever goes wrong in it must refuse
            errors.append((rule.name, type(error).__name__))
            decision = Refuse(RULE_ERROR)
        if not isinstance(decision, Allow):
            objections.append((decision, rule.name))
    if not objections:
        return ALLOWED
    objections.sort(key=_strictness)
    strictest, name = objections[0]
    reasons = tuple(dict.fromkeys(objection.reason for objection, _ in objections))
    return Verdict(strictest, name, reasons, tuple(sorted(errors)))


def _check(decision: object) -> None:
    if not isinstance(decision, Allow | Defer | Refuse):
        raise TypeError(type(decision).__name__)
    if isinstance(decision, Defer) and decision.until.tzinfo is None:
        raise ValueError("naive instant")


def _strictness(objection: tuple[Defer | Refuse, str]) -> tuple[int, float, str]:
    decision, name = objection
    if isinstance(decision, Refuse):
        return 0, 0.0, name
    return 1, -decision.until.timestamp(), name
