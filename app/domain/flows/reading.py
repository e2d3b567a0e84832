"""Reads a definition from plain values; what cannot be read becomes findings, never an exception."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.domain.flows.definition import SCHEMA, STEPS, Definition
from app.domain.flows.findings import Finding, Source

BY_LANGUAGE = "one text in each language, such as {zh: 您好, en: Hello}"
MAPPINGS = {
    "steps": "a name for each step, such as {say: {do: send, text: {zh: 您好, en: Hello}, then: end}}",
    "choices": "a key for each choice, such as {small: {label: {zh: 小份, en: small}},"
    " large: {label: {zh: 大份, en: large}}}",
    "words": "a list in each language, such as {zh: [大的], en: [big]}",
    "data": 'a name for each value, such as {order_number: "{{ order.number }}"}',
    "text": BY_LANGUAGE,
    "retry": BY_LANGUAGE,
    "label": BY_LANGUAGE,
    "title": BY_LANGUAGE,
}
"""What a field holds that is a mapping, in words and by example."""


@dataclass(frozen=True, slots=True)
class Read:
    """A definition with its source, or the findings that keep it from being one."""

    source: Source
    definition: Definition | None = None
    findings: tuple[Finding, ...] = ()


def read_definition(plain: object, source: Source) -> Read:
    """The definition that these plain values describe, migrated to the present schema."""
    if not isinstance(plain, Mapping):
        return Read(
            source, None, (_whole(source, "the file holds no flow: start it with schema, name and steps"),)
        )
    if plain.get("schema") != SCHEMA:
        message = f"schema must be {SCHEMA}: write `schema: {SCHEMA}` at the top"
        return Read(source, None, (_whole(source, message),))
    try:
        return Read(source, Definition.model_validate(dict(plain)))
    except ValidationError as error:
        findings = {_finding(source, plain, detail) for detail in error.errors(include_url=False)}
        return Read(source, None, tuple(sorted(findings)))


def plain_definition(definition: Definition) -> dict[str, Any]:
    """The definition as plain values, as short as it can be written; `read_definition` reverses it."""
    plain = definition.model_dump(
        mode="json", by_alias=True, exclude_defaults=True, exclude={"schema_version"}
    )
    return {"schema": SCHEMA, **plain}


def _whole(source: Source, message: str) -> Finding:
    return Finding(source.file, 1, "", "unreadable", message)


def _finding(source: Source, plain: Mapping[str, Any], detail: ErrorDetails) -> Finding:
    loc = detail["loc"]
    is_step = len(loc) > 1 and loc[0] == "steps"
    return Finding(
        file=source.file,
        line=source.line_of(loc),
        step=str(loc[1]) if is_step else "",
        code="unreadable",
        message=_message(detail, _readable(loc, plain)),
    )


def _readable(loc: tuple[str | int, ...], plain: Any) -> str:
    """The field's name as it stands in the file, without the tags that pydantic puts between."""
    parts: list[str] = []
    for part in loc:
        inner = _inside(plain, part)
        if inner is not None:
            plain = inner
        elif part is not loc[-1]:
            continue
        parts.append(str(part))
    return ".".join(parts[2:] if parts[:1] == ["steps"] and len(parts) > 2 else parts)


def _inside(plain: Any, part: str | int) -> Any:
    if isinstance(plain, Mapping):
        return plain.get(part)
    if isinstance(plain, list | tuple) and isinstance(part, int) and part < len(plain):
        return plain[part]
    return None


def _message(detail: ErrorDetails, field: str) -> str:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"{field} is missing: add it"
        case "extra_forbidden":
            return f"{field} is not known here: remove it, or check how it is spelt"
        case "union_tag_not_found":
            return f"{field}: say what it is with {context.get('discriminator')}"
        case "union_tag_invalid" if "do" in str(context.get("discriminator")):
            return f"do: {context.get('tag')} is no step; use one of {', '.join(STEPS)}"
        case "union_tag_invalid":
            return f"{context.get('tag')} is not known; use one of {context.get('expected_tags')}"
        case "literal_error":
            return f"{field} must be {context.get('expected')}"
        case "string_pattern_mismatch":
            return f"{field}: names are of lower-case letters, digits and _, and begin with a letter"
        case "dict_type" | "mapping_type" | "model_type" | "model_attributes_type":
            own = field.split(".")
            meant = MAPPINGS.get(own[-1]) or MAPPINGS.get(
                own[-2] if len(own) > 1 else "", "names with values"
            )
            return f"{field}: write {meant}"
        case "value_error":
            return f"{field}: {context.get('error')}"
        case _:
            said = detail["msg"]
            return f"{field}: {said[:1].lower()}{said[1:]}"
