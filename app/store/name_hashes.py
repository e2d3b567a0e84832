"""Keyed hashes by which a customer is found by the whole name, however it is written: width, case and script aside."""

from collections.abc import Mapping
from typing import Any

from app.domain.text import fold
from app.store.encryption import keyring

PURPOSE = "name"


def name_hash(name: str | None) -> bytes | None:
    """The hash under which a name is found, made with the newest key; None for no name."""
    folded = _folded(name)
    return keyring().digest(PURPOSE, folded) if folded else None


def every(name: str) -> tuple[bytes, ...]:
    """The hashes under which it may be found; none of a name of which nothing can be seen."""
    folded = _folded(name)
    return keyring().digests(PURPOSE, folded) if folded else ()


def beside_name(values: Mapping[str, Any]) -> dict[str, Any]:
    """A profile's changed values, with the hash of the name where that is one of them."""
    return {**values, "name_hash": name_hash(values["name"])} if "name" in values else dict(values)


def _folded(name: str | None) -> str:
    """Blanks make no difference: "Li Ming" and "LiMing" are one, and so are 李 明 and 李明."""
    return "".join(fold(name).split()) if name else ""
