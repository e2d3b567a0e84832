"""What of a person a flow may see, and what of them a text names."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache

from app.domain.flows.facts import Facts
from app.domain.flows.rendering import TemplateProblem, placeholders
from app.domain.flows.state import RunState
from app.domain.flows.step import StepSchema
from app.domain.sensitive import PROFILE, SensitiveAttributes

BY_THEMSELVES = frozenset({"keyword", "intent"})
"""What starts a run that the person has asked for: it answers them with what is theirs."""


def seen(
    facts: Facts, state: RunState, table: SensitiveAttributes, agreed: Collection[str], is_personalised: bool
) -> Facts:
    """The facts without sensitive data that there is no consent to; without all that is known of who has switched
    personalisation off, but for runs that they have started by a text of their own. Source: SPEC CP-9.
    """
    event = table.without_missing(facts.event, agreed)
    if not is_personalised and state.triggered_by not in BY_THEMSELVES:
        return replace(facts, customer={}, tags=frozenset(), event=event)
    kept = table.without_missing(facts.customer, agreed)
    return replace(
        facts, customer=kept, tags=facts.tags - set(table.missing(facts.tags, agreed)), event=event
    )


def uses_of(step: StepSchema | None, facts: Facts, table: SensitiveAttributes) -> tuple[str, ...]:
    """What about the person a step's texts name: `profile`, and classes of sensitive data, whether they are kept of the
    person or were told by an event; `facts` is what the texts were filled from."""
    texts = [] if step is None else [text for told in step.texts().values() for text in told.values()]
    known: Mapping[str, Mapping[str, object]] = {"customer": facts.customer, "event": facts.event}
    names = {(root, name) for text in texts for root, name in _named(text) if name in known[root]}
    classes = {str(kind) for _, name in names if (kind := table.class_of(name)) is not None}
    return tuple(sorted(classes | ({PROFILE} if any(root == "customer" for root, _ in names) else set())))


@lru_cache(maxsize=4096)
def _named(text: str) -> frozenset[tuple[str, str]]:
    try:
        return frozenset(
            (one.root, one.name) for one in placeholders(text) if one.root in ("customer", "event")
        )
    except TemplateProblem:
        return frozenset()
