"""Number-check services, one file each with `CHECKER`: they tell whether a number is in use without a text to it."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from pydantic import SecretStr

from app.domain.discovery import DiscoveryError, discover

if TYPE_CHECKING:  # the settings ask for the names: they need no HTTP client
    from app.providers.transport import Transport


class Standing(StrEnum):
    """What a checker knows of a number."""

    ALIVE = "alive"
    DEAD = "dead"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """A checker's word on one number (E.164), with the code of its own that says the same."""

    phone: str = field(repr=False)
    standing: Standing
    code: str | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing was learnt of a batch. `why` is fit to be shown; where `is_final`, asking on is of no use until somebody
    has mended it."""

    why: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Access:
    """What the installation's settings say about the checker: `HUIXIN_NUMBER_CHECK_URL`, `HUIXIN_NUMBER_CHECK_KEY`."""

    url: str | None = None
    key: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class Checker:
    """A number-check service. `check` takes at most `batch` phones (E.164), holds no session and reads no clock. What
    it says nothing of is asked about again; it never sends a text."""

    name: str
    batch: int
    check: Callable[[Sequence[str], Access, "Transport"], Sequence[Finding] | NoAnswer]


def names() -> list[str]:
    """The checkers there are, by their files: nothing is loaded."""
    return sorted(info.name for info in iter_modules(__path__))


def checkers() -> dict[str, Checker]:
    """Every checker of this folder, by name."""
    found: dict[str, Checker] = {}
    for name, checker in discover(sys.modules[__name__], "CHECKER").items():
        if not isinstance(checker, Checker):
            raise DiscoveryError(f"the CHECKER named {name!r} is no Checker")
        found[name] = checker
    if list(found) != names():
        raise DiscoveryError(f"the checkers {list(found)} are not named as their files are: {names()}")
    return found
