"""Finds what is wrong with a flow, and with a set of flows, before anybody publishes it."""

from collections.abc import Iterator, Sequence

from app.domain.flows.definition import STEPS, Definition
from app.domain.flows.findings import Finding, Path, Source, Wrong
from app.domain.flows.keyword_checks import check_keywords, check_words
from app.domain.flows.loop_checks import check_loops
from app.domain.flows.rendering import ROOTS, Placeholder, TemplateProblem, placeholders
from app.domain.flows.step import RESERVED_TARGETS, StepSchema
from app.domain.flows.steps.start_flow import StartFlowStep
from app.domain.flows.triggers import EventTrigger, IntentTrigger
from app.domain.flows.vocabulary import Vocabulary
from app.domain.offers import FIELDS

LONGEST_TEXT = 500
ADDED_BY_SENDER = ("【", "】", "退订回", "拒收请回复", "reply stop")


def check_flow(definition: Definition, source: Source, vocabulary: Vocabulary) -> list[Finding]:
    """Everything wrong with one flow by itself, in the order of the file."""
    wrong = [
        *_triggers(definition, vocabulary),
        *_structure(definition),
        *check_loops(definition),
        *_texts(definition, vocabulary),
        *_own(definition),
        *check_words(definition, vocabulary),
    ]
    found = {Finding(source.file, source.line_of(path), step, code, text) for path, step, code, text in wrong}
    return sorted(found)


def check_set(flows: Sequence[tuple[Definition, Source]], vocabulary: Vocabulary) -> list[Finding]:
    """Everything wrong with each flow, and with all of them side by side."""
    found = [
        finding for definition, source in flows for finding in check_flow(definition, source, vocabulary)
    ]
    found += check_keywords(flows)
    found += _names(flows)
    return sorted(set(found))


def _names(flows: Sequence[tuple[Definition, Source]]) -> Iterator[Finding]:
    owners: dict[tuple[str, str], str] = {}
    names = {definition.name for definition, _ in flows}
    for definition, source in flows:
        claims: list[tuple[Path, str, str]] = [(("name",), "flow", definition.name)]
        claims += [
            (("triggers", i, "name"), "intent", t.name)
            for i, t in enumerate(definition.triggers)
            if isinstance(t, IntentTrigger)
        ]
        for path, kind, name in claims:
            owner = owners.setdefault((kind, name), source.file)
            if owner != source.file:
                message = f"the {kind} {name} belongs to {owner} already: only one flow can have it"
                yield Finding(source.file, source.line_of(path), "", f"{kind}_taken", message)
        for step_name, step in definition.steps.items():
            if isinstance(step, StartFlowStep) and step.flow not in names:
                line = source.line_of(("steps", step_name, "flow"))
                message = f"there is no flow called {step.flow}: add it, or correct the name"
                yield Finding(source.file, line, step_name, "unknown_flow", message)


def _triggers(definition: Definition, vocabulary: Vocabulary) -> Iterator[Wrong]:
    for i, trigger in enumerate(definition.triggers):
        if isinstance(trigger, IntentTrigger) and trigger.name not in vocabulary.intents:
            known = ", ".join(sorted(vocabulary.intents))
            message = f"there is no intent called {trigger.name}: use one of {known}"
            yield ("triggers", i, "name"), "", "unknown_intent", message
        if isinstance(trigger, EventTrigger) and not vocabulary.knows_event(trigger.type):
            known = ", ".join(sorted(vocabulary.events))
            message = (
                f"no event of type {trigger.type} is known: use one of {known}, or your own: custom.name"
            )
            yield ("triggers", i, "type"), "", "unknown_event", message


def _structure(definition: Definition) -> Iterator[Wrong]:
    steps = definition.steps
    for name in RESERVED_TARGETS & set(steps):
        yield (
            ("steps", name),
            name,
            "reserved_name",
            f"{name} has a meaning of its own: call the step something else",
        )
    if definition.start is not None and definition.start not in steps:
        yield ("start",), "", "unknown_step", f"the flow starts at {definition.start}, which is no step of it"
        return
    for name, step in steps.items():
        for field, target in step.targets().items():
            path = ("steps", name, *_parts(field))
            if target is None:
                message = f"nothing follows: add {field} with the next step, or with end"
                yield path, name, "dead_end", message
            elif target not in steps and target not in RESERVED_TARGETS:
                yield path, name, "unknown_step", f"{field} leads to {target}, which is no step of this flow"
    reached = _reached(definition)
    for name in steps:
        if name not in reached:
            yield ("steps", name), name, "unreachable", "no other step leads here: link it, or remove it"
    for name in _circling(definition):
        message = "the flow can go round here for ever without waiting for anything: add a wait or a question"
        yield ("steps", name), name, "endless", message


def _followers(step: StepSchema) -> list[str]:
    return [target for target in step.targets().values() if target is not None]


def _reached(definition: Definition) -> set[str]:
    reached: set[str] = set()
    waiting = [definition.first_step]
    while waiting:
        name = waiting.pop()
        if name not in reached and name in definition.steps:
            reached.add(name)
            waiting += _followers(definition.steps[name])
    return reached


def _circling(definition: Definition) -> list[str]:
    """The steps from which the run can come back to themselves without resting on the way."""
    moving = {name: step for name, step in definition.steps.items() if not step.is_rest}
    circling = []
    for name, step in moving.items():
        seen: set[str] = set()
        waiting = _followers(step)
        while waiting:
            following = waiting.pop()
            if following in moving and following not in seen:
                seen.add(following)
                waiting += _followers(moving[following])
        if name in seen:
            circling.append(name)
    return circling


def _texts(definition: Definition, vocabulary: Vocabulary) -> Iterator[Wrong]:
    kept = {step.keeps(name) for name, step in definition.steps.items()}
    yield from _languages(definition, ("title",), "", definition.title)
    for name, step in definition.steps.items():
        for field, texts in step.texts().items():
            path: Path = ("steps", name, *_parts(field))
            yield from _languages(definition, path, name, texts)
            for language, text in texts.items():
                yield from _text((*path, language), name, text, kept, vocabulary)
        for field, template in step.templates().items():
            yield from _template(("steps", name, *_parts(field)), name, template, kept, vocabulary)


def _languages(definition: Definition, path: Path, step: str, texts: dict[str, str]) -> Iterator[Wrong]:
    for language in definition.languages:
        if language not in texts:
            yield path, step, "missing_language", f"{_dotted(path)} has no {language} text: add it"


def _text(path: Path, step: str, text: str, kept: set[str | None], vocabulary: Vocabulary) -> Iterator[Wrong]:
    if len(text) > LONGEST_TEXT:
        message = f"{_dotted(path)} has {len(text)} characters: shorten it to {LONGEST_TEXT} at most"
        yield path, step, "text_too_long", message
    for sign in ADDED_BY_SENDER:
        if sign in text.lower():
            message = f"remove {sign!r}: the signature and how to opt out are added when the text is sent"
            yield path, step, "added_by_sender", message
    yield from _template(path, step, text, kept, vocabulary)


def _template(
    path: Path, step: str, text: str, kept: set[str | None], vocabulary: Vocabulary
) -> Iterator[Wrong]:
    try:
        found = placeholders(text)
    except TemplateProblem as problem:
        yield path, step, "placeholder", f"{_dotted(path)}: {problem}"
        return
    for placeholder in found:
        message = _unknown(placeholder, kept, vocabulary)
        if message:
            yield path, step, "unknown_placeholder", message


def _unknown(placeholder: Placeholder, kept: set[str | None], vocabulary: Vocabulary) -> str | None:
    root, name = placeholder.root, placeholder.name
    if root not in ROOTS:
        return f"{root}.{name}: nothing is called {root}; use one of {', '.join(ROOTS)}"
    if root == "offer":
        return _unknown_offer(name, vocabulary.offers)
    known = {"brand": vocabulary.brand, "order": vocabulary.order, "answer": kept}.get(root)
    if known is None or name in known:
        return None
    choices = ", ".join(sorted(filter(None, known))) or "no answer at all"
    return f"{root}.{name} is never filled; known are: {choices}"


def _unknown_offer(asked: str, known: frozenset[str] | None) -> str | None:
    name, _, field = asked.partition(".")
    if field not in FIELDS:
        return f"offer.{name}.{field}: an offer has {', '.join(sorted(FIELDS))}"
    if known is None or name in known:
        return None
    return f"there is no offer called {name}: known are {', '.join(sorted(known)) or 'none'}; see `huixin offers list`"


def _own(definition: Definition) -> Iterator[Wrong]:
    kept = {step.keeps(name) for name, step in definition.steps.items()}
    for name, step in definition.steps.items():
        for trouble in STEPS[step.do].check(step):
            yield ("steps", name, *trouble.field), name, trouble.code, trouble.message
        for field, answer in step.answers().items():
            if answer not in kept:
                message = f"no question keeps an answer called {answer}: correct the name"
                yield ("steps", name, *_parts(field)), name, "unknown_answer", message


def _parts(field: str) -> Path:
    return tuple(int(part) if part.isdigit() else part for part in field.split("."))


def _dotted(path: Path) -> str:
    return ".".join(str(part) for part in (path[2:] if path[:1] == ("steps",) else path))
