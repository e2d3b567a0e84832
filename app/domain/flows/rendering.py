"""Fills a text's placeholders in a sandbox; a placeholder without a value is a value too (`Unfilled`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined, Template, TemplateError, Undefined, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.domain.flows.effects import Labels
from app.domain.flows.facts import OF_STAFF, Facts, zone_named
from app.domain.flows.state import RunState

ROOTS = ("customer", "brand", "event", "order", "answer", "offer")
MAX_LENGTH = 2_000
_ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A whole text, and the names of the `offers` that it speaks of; `labels` is what it is called by language,
    where it is one choice and nothing else.
    """

    text: str
    labels: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unfilled:
    """The text could not be filled: the placeholder that had no value, or what is wrong with the template."""

    placeholder: str


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One placeholder of a text: `brand.hours`, and whether it has a fallback. Of `offer.member_day.price` the
    name is `member_day.price`.
    """

    root: str
    name: str
    has_default: bool


class TemplateProblem(Exception):
    """The text is no template that we allow; says why in words a marketer understands."""


class _Environment(ImmutableSandboxedEnvironment):
    """Looks names up in mappings only, so that `customer.items` is an attribute of the customer and never a
    method.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return (
            self.getattr(obj, argument)
            if isinstance(argument, str)
            else self.undefined(obj=obj, name=argument)
        )


class _MissingValue(Exception):
    """A placeholder came out empty."""


def _is_missing(value: object) -> bool:
    return isinstance(value, Undefined) or value is None or value == ""


def _finalize(value: object) -> object:
    """What is printed: texts and numbers. A list or a truth value in a text to a customer is a mistake."""
    is_printed = isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""
    if is_printed or isinstance(value, Undefined):
        return value
    raise _MissingValue


def _default(value: object, fallback: object = "") -> object:
    return fallback if _is_missing(value) else value


def _moment(value: object, zone: ZoneInfo) -> date | datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime):
        return value.astimezone(zone) if value.tzinfo else value
    if isinstance(value, date):
        return value
    raise _MissingValue


@pass_context
def _date(context: Context, value: object) -> str:
    day = _moment(value, context["_zone"])
    if context["_language"] == "zh":
        return f"{day.month}月{day.day}日"
    return f"{day.day} {_ENGLISH_MONTHS[day.month - 1]}"


@pass_context
def _time(context: Context, value: object) -> str:
    moment = _moment(value, context["_zone"])
    if not isinstance(moment, datetime):
        raise _MissingValue
    return f"{moment:%H:%M}"


@pass_context
def _money(context: Context, value: Any, currency: str = "CNY") -> str:
    amount = f"{float(value):.2f}".removesuffix(".00")
    if currency == "CNY":
        return f"{amount}元" if context["_language"] == "zh" else f"RMB {amount}"
    return f"${amount}" if currency == "USD" else f"{currency} {amount}"


FILTERS: dict[str, Callable[..., object]] = {
    "default": _default,
    "date": _date,
    "time": _time,
    "money": _money,
}


def _environment() -> _Environment:
    environment = _Environment(undefined=StrictUndefined, autoescape=False, finalize=_finalize, cache_size=0)
    environment.globals.clear()
    environment.filters = dict(FILTERS)
    environment.tests.clear()
    return environment


_ENVIRONMENT = _environment()


def placeholders(source: str) -> list[Placeholder]:
    """The placeholders of a text, in order. Raises `TemplateProblem` where it holds more than
    placeholders.
    """
    try:
        tree = _ENVIRONMENT.parse(source)
    except TemplateError as error:
        raise TemplateProblem(f"the placeholder is not closed or not written right ({error})") from error
    except RecursionError:
        raise TemplateProblem("the placeholder is nested too deep") from None
    found: list[Placeholder] = []
    for part in tree.body:
        if not isinstance(part, nodes.Output):
            raise TemplateProblem(
                "only {{ placeholders }} are allowed in a text; use a branch step for conditions"
            )
        found += [_placeholder(node) for node in part.nodes if not isinstance(node, nodes.TemplateData)]
    return found


def _placeholder(node: nodes.Node) -> Placeholder:
    has_default = False
    while isinstance(node, nodes.Filter):
        _check_filter(node)
        has_default = has_default or node.name == "default"
        if node.node is None:
            raise TemplateProblem("a filter needs a value before it")
        node = node.node
    if isinstance(node, nodes.Getattr):
        owner, name = node.node, node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        owner, name = node.node, str(node.arg.value)
    else:
        raise TemplateProblem("write a placeholder like {{ customer.name }}")
    if isinstance(owner, nodes.Getattr) and isinstance(owner.node, nodes.Name) and owner.node.name == "offer":
        return Placeholder("offer", f"{owner.attr}.{name}", has_default)
    if not isinstance(owner, nodes.Name):
        raise TemplateProblem("write a placeholder like {{ customer.name }}, with one dot")
    if owner.name == "offer":
        raise TemplateProblem("write which offer, and what of it: {{ offer.member_day.price }}")
    return Placeholder(owner.name, name, has_default)


def _check_filter(node: nodes.Filter) -> None:
    if node.name not in FILTERS:
        raise TemplateProblem(f"{node.name!r} is not one of the filters {', '.join(FILTERS)}")
    is_plain = not (node.kwargs or node.dyn_args or node.dyn_kwargs)
    if not is_plain or len(node.args) > 1 or not all(isinstance(arg, nodes.Const) for arg in node.args):
        raise TemplateProblem(
            f"the filter {node.name!r} takes at most one plain value, such as default('您好')"
        )


@lru_cache(maxsize=4096)
def _compiled(source: str) -> Template | str | TemplateProblem:
    """The template, the text itself where it has no placeholders, or what is wrong with it."""
    try:
        found = placeholders(source)
        unknown = next((p.root for p in found if p.root not in (*ROOTS, *OF_STAFF)), None)
        if unknown is not None:
            return TemplateProblem(unknown)
        return _ENVIRONMENT.from_string(source) if found else _ENVIRONMENT.from_string(source).render()
    except TemplateProblem as problem:
        return problem
    except (TemplateError, RecursionError) as error:
        return TemplateProblem(str(error))


@lru_cache(maxsize=4096)
def offers_of(source: str) -> tuple[str, ...]:
    """The names of the offers whose values stand in a text; none in one that is no template that we allow."""
    try:
        found = placeholders(source)
    except TemplateProblem:
        return ()
    return tuple(dict.fromkeys(one.name.partition(".")[0] for one in found if one.root == "offer"))


def render(source: str, state: RunState, facts: Facts) -> Rendered | Unfilled:
    """The text as people read it, every placeholder filled, or the first one that cannot be. A choice is shown
    by its label, wherever it was kept. Never raises, never half a text.
    """
    values = _values(state, facts)
    for place, labels in _labels(state, facts).items():
        root, _, name = place.partition(".")
        if labels and name in values[root]:
            values[root] = {**values[root], name: spoken_in(labels, facts.language)}
    return _fill(source, values, facts)


def render_value(source: str, state: RunState, facts: Facts) -> Rendered | Unfilled:
    """The same for what is kept or handed on and compared later: a choice stays its key, and keeps its label."""
    values = _values(state, facts)
    filled = _fill(source, values, facts)
    if isinstance(filled, Unfilled) or isinstance(_compiled(source), str):
        return filled
    first, *others = placeholders(source)
    is_choice = not others and filled.text == values[first.root].get(first.name)
    labels = _labels(state, facts).get(f"{first.root}.{first.name}", {})
    return Rendered(filled.text, labels) if is_choice else filled


def _values(state: RunState, facts: Facts) -> dict[str, Mapping[str, Any]]:
    return {
        "customer": facts.customer,
        "brand": facts.brand,
        "event": facts.event,
        "order": facts.order or {},
        "answer": state.variables,
        "offer": facts.offers,
        "complaint": facts.complaint,
    }


def _labels(state: RunState, facts: Facts) -> Labels:
    """What choices are called, by their placeholder."""
    return {**facts.labels, **state.labels}


def spoken_in(texts: Mapping[str, str], language: str) -> str:
    """The text in this language, or the first one where it is lacking."""
    return texts.get(language) or next(iter(texts.values()), "")


def _fill(source: str, values: Mapping[str, Mapping[str, Any]], facts: Facts) -> Rendered | Unfilled:
    template = _compiled(source)
    if isinstance(template, str):
        return Rendered(template)
    if isinstance(template, TemplateProblem):
        return Unfilled(str(template))
    try:
        text = template.render(**values, _language=facts.language, _zone=zone_named(facts.timezone))
    except (
        Exception
    ):  # a filter on a value of another kind, a value that cannot be printed: all the same to the flow
        return Unfilled(_first_missing(source, values))
    return Rendered(text, offers=offers_of(source)) if len(text) <= MAX_LENGTH else Unfilled("text too long")


def _value(placeholder: Placeholder, values: Mapping[str, Mapping[str, Any]]) -> Any:
    found = values[placeholder.root]
    name, _, of_offer = (
        placeholder.name.partition(".") if placeholder.root == "offer" else (placeholder.name, "", "")
    )
    value = found.get(name)
    return value.get(of_offer) if isinstance(value, Mapping) else value


def _first_missing(source: str, values: Mapping[str, Mapping[str, Any]]) -> str:
    found = placeholders(source)
    missing = [p for p in found if not p.has_default and _is_missing(_value(p, values))]
    blamed = (missing or found)[0]
    return f"{blamed.root}.{blamed.name}"
