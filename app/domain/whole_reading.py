"""What one text means, rules before the model, as a running installation would take it from a stranger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from app.domain.auto_reply import is_auto_reply
from app.domain.composing import offered_in
from app.domain.context import LastSaid, meant_in_context
from app.domain.flows.definition import Definition
from app.domain.flows.keywords import KeywordTable
from app.domain.opt_out import ChannelKind, OptInByRule, OptOutByRule, OptOutWords, judge_opt_out
from app.domain.routes import NeedsMeaning, OptedIn, OptedOut, Said, Silence, Started
from app.domain.routing import Situation, Understood, route_by_meaning, route_by_rule

_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)


class OptOut(StrEnum):
    """Whether a text opts out: at once, after one question, or not at all."""

    SURE = "sure"
    ASKED = "asked"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Reading:
    """The intent that a text is taken for, what it does to consent, and what decided.

    `by` is `rule`, `keyword`, `context` (what was sent before) or `model`; `is_clarified` tells that the customer would
    be asked what they mean.
    """

    intent: str
    opt_out: OptOut
    by: str
    is_clarified: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """What stands before the model: the word table, and the flows with their keywords."""

    words: OptOutWords
    keywords: KeywordTable
    intents: Mapping[str, str]
    named: Mapping[str, str]

    @classmethod
    def of(cls, words: OptOutWords, flows: Iterable[Definition]) -> Self:
        """The rules with these flows; a keyword stands for the intent that starts the same flow."""
        flows = tuple(flows)
        return cls(
            words,
            KeywordTable.build(flows),
            {intent: flow.name for flow in flows for intent in flow.intents},
            {flow.name: flow.intents[0] for flow in flows if flow.intents},
        )


def by_rule(text: str, rules: Rules, last: str = "") -> Reading | None:
    """What the rules alone make of the text, after the message that was sent `last`; None where the model is asked."""
    told = judge_opt_out(
        rules.words,
        text,
        offered=offered_in(last),
        has_open_question=False,
        open_choices=frozenset(),
        channel=ChannelKind.INTERNATIONAL,
    )
    if isinstance(told, OptOutByRule):
        return Reading("opt_out", OptOut.SURE, "rule")
    if isinstance(told, OptInByRule):
        return Reading("opt_in", OptOut.NO, "rule")
    situation = _situation(text, rules)
    match route_by_rule(text, situation):
        case Silence():
            return Reading("out_of_scope", OptOut.NO, "rule")
        case OptedIn():
            return Reading("opt_in", OptOut.NO, "rule")
        case Started(flow=flow) if flow in rules.named:
            return Reading(rules.named[flow], OptOut.NO, "keyword")
        case Started():
            return None
        case NeedsMeaning():
            meant = meant_in_context(text, LastSaid(last)) if last and not situation.is_auto_reply else None
            return Reading(meant, OptOut.NO, "context") if meant is not None else None
        case other:
            raise AssertionError(f"rules alone led a stranger's text to {other}")


def by_model(text: str, understood: Understood, rules: Rules) -> Reading:
    """What the model's reading of the text leads to, after the rules had nothing to say."""
    route = route_by_meaning(text, understood, _situation(text, rules), _ANY_DAY)
    if isinstance(route, OptedOut):
        return Reading(understood.intent, OptOut.SURE if route.is_sure else OptOut.ASKED, "model")
    if route == Silence("auto_reply"):
        return Reading("out_of_scope", OptOut.NO, "rule")
    if isinstance(route, Started) and route.by == "keyword" and route.flow in rules.named:
        return Reading(rules.named[route.flow], OptOut.NO, "keyword")
    is_clarified = isinstance(route, Said) and route.wording == "clarify"
    return Reading(understood.intent, OptOut.NO, "model", is_clarified)


def _situation(text: str, rules: Rules) -> Situation:
    return Situation(
        keywords=rules.keywords,
        intents=rules.intents,
        is_auto_reply=is_auto_reply(text),
        is_opt_in_word=rules.words.opts_in(text),
    )
