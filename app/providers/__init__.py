"""SMS suppliers, one file each: to add one, add its file and the test of the same name."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from app.domain.discovery import DiscoveryError
from app.domain.windows import windows
from app.providers.contract import Provider

NOT_PROVIDERS = frozenset({"channel_settings", "contract", "reading", "request", "transport"})
"""The modules of this folder that providers share."""


@cache
def providers() -> dict[str, Provider[Any, Any]]:
    """Every provider by its name, sorted. A file without a `PROVIDER`, or of a name that another has, is an
    error."""
    found: dict[str, Provider[Any, Any]] = {}
    for module in sorted(info.name for info in iter_modules(__path__)):
        if module in NOT_PROVIDERS:
            continue
        provider = getattr(import_module(f"{__name__}.{module}"), "PROVIDER", None)
        if not isinstance(provider, Provider):
            raise DiscoveryError(f"{__name__}.{module} has no PROVIDER")
        if provider.name in found:
            raise DiscoveryError(f"{__name__}.{module}: another provider is called {provider.name!r}")
        if provider.capabilities.can_query != (provider.query is not None):
            raise DiscoveryError(f"{__name__}.{module}: can_query and query disagree")
        if (hours := provider.capabilities.hours) is not None and not (
            windows(hours.marketing) and hours.source
        ):
            raise DiscoveryError(f"{__name__}.{module}: its hours name no source")
        found[provider.name] = provider
    return dict(sorted(found.items()))
