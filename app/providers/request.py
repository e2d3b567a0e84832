"""A provider's call of ours as its parser sees it: plain values, free of any web framework."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import parse_qsl, urlsplit

MAX_FORM_FIELDS = 1000


class Headers(Mapping[str, str]):
    """Header fields, found by name whatever its case; of a repeated field the first counts."""

    def __init__(self, fields: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        pairs = fields.items() if isinstance(fields, Mapping) else fields
        self._fields: dict[str, str] = {}
        for name, value in pairs:
            self._fields.setdefault(name.lower(), value)

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


Fields = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Request:
    """A provider's call of ours. `url` is the address as the provider sees it, built from HUIXIN_PUBLIC_URL,
    with its query."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=Headers, repr=False)
    query: Fields = field(default_factory=dict, repr=False)
    form: Fields = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    @classmethod
    def received(
        cls, method: str, url: str, headers: Mapping[str, str] | Iterable[tuple[str, str]], body: bytes
    ) -> Self:
        """The request with its query and, where the body is a URL-encoded form, its form read."""
        known = Headers(headers)
        is_form = (
            known.get("content-type", "").split(";")[0].strip().lower() == "application/x-www-form-urlencoded"
        )
        form = _fields(body.decode("utf-8", "replace")) if is_form else {}
        return cls(method.upper(), url, known, _fields(urlsplit(url).query), form, body)


def _fields(encoded: str) -> Fields:
    if not encoded:
        return {}
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except ValueError:  # more fields than anyone sends
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value)
    return found
