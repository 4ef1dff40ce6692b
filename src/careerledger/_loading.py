"""Packages whose names are loaded when they are first asked for."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def on_demand(
    namespace: dict[str, Any], files: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The ``__getattr__`` and the ``__dir__`` of a package (PEP 562).

    Args:
        namespace: The package's ``globals()``, in which a name stands once it was loaded.
        files: The file of the package in which each name is.
    """
    package: str = namespace["__name__"]

    def load(name: str) -> Any:
        if name not in files:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(import_module(f"{package}.{files[name]}"), name)
        namespace[name] = found
        return found

    return load, lambda: sorted({*namespace, *files})
