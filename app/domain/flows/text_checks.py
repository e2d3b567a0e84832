"""Finds what the gate would surely refuse in a flow's texts, before anybody publishes it."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.composing import BrandIdentity, ChannelStyle, compose
from app.domain.content import check as content
from app.domain.content.checking import findings
from app.domain.flows.definition import Definition
from app.domain.flows.findings import Finding, Path, Source
from app.domain.flows.rendering import offers_of
from app.domain.flows.step import StepSchema
from app.domain.flows.triggers import EventTrigger
from app.domain.offers import Offer
from app.domain.purpose import Cause, CauseKind, PromotionalWords, Purpose, derive_purpose

HOLE = "、"
"""Stands for what a placeholder will be filled with: it is no part of a word, and ends a promise."""
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_OFFER_VALUE = re.compile(r"\{\{\s*offer\.(\w+)\.(title|discount|price|quantity)\s*\}\}")
SOMEBODY = BrandIdentity(name="□", signature="□")


@dataclass(frozen=True, slots=True)
class Terms:
    """By what texts are judged. `hosts` and `offers` are None while it is not known whose flow it is."""

    lists: content.Lists
    checks: Sequence[content.Check]
    styles: Mapping[str, ChannelStyle]
    promotional: PromotionalWords
    transactional: Collection[str]
    now: datetime
    """Local to the brand."""
    brand: BrandIdentity = SOMEBODY
    hosts: frozenset[str] | None = None
    offers: Mapping[str, Offer] | None = field(default=None)


def check_texts(flows: Sequence[tuple[Definition, Source]], terms: Terms) -> list[Finding]:
    """What no gate would let pass, by file and line, each once. Source: SPEC CT-3, checked before saving."""
    return sorted({found for definition, source in flows for found in _of_flow(definition, source, terms)})


def _of_flow(definition: Definition, source: Source, terms: Terms) -> Iterator[Finding]:
    for name, step in definition.steps.items():
        for where, texts in step.texts().items():
            for language, text in texts.items():
                path: Path = ("steps", name, *where.split("."), language)
                for code, said in _objections(definition, step, text, language, terms):
                    yield Finding(source.file, source.line_of(path), name, code, said)


def _objections(
    definition: Definition, step: StepSchema, text: str, language: str, terms: Terms
) -> Iterator[tuple[str, str]]:
    purpose = _mildest(definition, step, text, terms)
    named = offers_of(text)
    checks = [check for check in terms.checks if _can_tell(check.name, named, terms)]
    bound = content.Bound({name: (terms.offers or {}).get(name) for name in named}, terms.now)
    for kind in definition.channels or terms.styles:
        style = terms.styles[kind]
        composed = compose(_filled(text, language, terms), purpose, style, terms.brand, language)
        copy = content.Copy(
            composed.text,
            purpose,
            style,
            terms.brand,
            language,
            composed.parts,
            terms.hosts or frozenset(),
            offers=bound,
        )
        for found in findings(copy, terms.lists, checks):
            if found.severity is content.Severity.BLOCK:
                yield found.code, _said(found, checks)


def _mildest(definition: Definition, step: StepSchema, text: str, terms: Terms) -> Purpose:
    """The purpose under which the text would be judged least hard, whatever starts the flow."""
    events = [trigger.type for trigger in definition.triggers if isinstance(trigger, EventTrigger)]
    is_answer = not events or len(events) < len(definition.triggers)
    if step.do == "opt_in":
        causes = [Cause(CauseKind.OPT_IN, terms.now)]
    elif is_answer:
        causes = [Cause(CauseKind.INBOUND, terms.now)]
    else:
        causes = [Cause(CauseKind.EVENT, terms.now, event) for event in events]
    plain, wrote_at = _filled(text, "", terms), terms.now if is_answer else None
    told = (plain, wrote_at, terms.now, terms.promotional, terms.transactional)
    names_offer = bool(offers_of(text))
    derived = {derive_purpose(cause, *told, names_offer=names_offer)[0] for cause in causes}
    return next((purpose for purpose in derived if purpose is not Purpose.MARKETING), Purpose.MARKETING)


def _can_tell(check: str, named: Sequence[str], terms: Terms) -> bool:
    """Whether enough is known for this check: of whose flow it is, of what its placeholders will say."""
    if check == "unknown_link":
        return terms.hosts is not None
    return check != "live_offer" or not named or terms.offers is not None


def _filled(text: str, language: str, terms: Terms) -> str:
    """The text with its offers' words where they are known, and holes for all else."""

    def value(match: re.Match[str]) -> str:
        offer = (terms.offers or {}).get(match[1])
        return str(offer.values(language).get(match[2], HOLE)) if offer else HOLE

    return _PLACEHOLDER.sub(HOLE, _OFFER_VALUE.sub(value, text))


def _said(found: content.Finding, checks: Sequence[content.Check]) -> str:
    meaning = next(check.reasons[found.code] for check in checks if found.code in check.reasons)
    quote = f": {found.quote}" if found.quote else ""
    return f"it would not be sent. {meaning.rstrip('.')}{quote}" + (f" ({found.mend})" if found.mend else "")
