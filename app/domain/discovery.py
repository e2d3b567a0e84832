"""Finds the plug-ins of a package: one module a plug-in, announced by one module constant."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


class DiscoveryError(Exception):
    """A module lacks the constant its folder asks for, or two modules claim one name."""


def discover(package: ModuleType, constant: str) -> dict[str, object]:
    """Import every module of `package` and return its `constant` values by their `name`, sorted by name.

    Modules whose own name begins with an underscore are left out. Raises `DiscoveryError` where a
    module has no
    such constant, where the value has no `name`, or where two modules claim the same name.
    """
    found: dict[str, object] = {}
    owners: dict[str, str] = {}
    for module_info in sorted(iter_modules(package.__path__), key=lambda info: info.name):
        if module_info.name.startswith("_"):
            continue
        module = import_module(f"{package.__name__}.{module_info.name}")
        value = getattr(module, constant, None)
        if value is None:
            raise DiscoveryError(
                f"{module.__name__} has no {constant}: define it, or move the module elsewhere"
            )
        name = getattr(value, "name", None)
        if not isinstance(name, str) or not name:
            raise DiscoveryError(f"{module.__name__}.{constant} has no name")
        if name in found:
            raise DiscoveryError(f"{module.__name__} and {owners[name]} both call their {constant} {name!r}")
        found[name], owners[name] = value, module.__name__
    return dict(sorted(found.items()))
