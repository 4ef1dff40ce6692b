"""Lazy imports: load the names of a package on first use.

A package lists each name once, in an import under ``if TYPE_CHECKING:``. Type checkers read those
imports, and so does this module when a name is first used.
"""

import re
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.machinery import PathFinder
from typing import Any, Final


def on_demand(package: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` for a package (PEP 562).

    They load what the package imports under ``if TYPE_CHECKING:``. For ``from module import *``
    these are all public names that the module defines.

    Args:
        package: The package's ``__name__``.
    """
    namespace = vars(sys.modules[package])

    def load(name: str) -> Any:
        if name == "__all__":
            return [public for public in names() if not public.startswith("_")]
        module = None if name.startswith("__") else _module_of(package, name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = namespace[name] = getattr(import_module(module), name)
        return value

    def names() -> list[str]:
        defined = {name for module in rooms(package) for name in _defined_in(module)}
        return sorted({*namespace, *_listed(package), *defined})

    return load, names


def rooms(package: str) -> list[str]:
    """Return the modules from which a package lazily imports all names."""
    return [module for name, module in _imports(package) if name == "*"]


def _module_of(package: str, name: str) -> str | None:
    listed = _listed(package).get(name)
    return listed or next((m for m in rooms(package) if name in _defined_in(m)), None)


def _listed(package: str) -> dict[str, str]:
    return {name: module for name, module in _imports(package) if name != "*"}


@cache
def _imports(package: str) -> tuple[tuple[str, str], ...]:
    """Return the names that a package imports for type checkers, each with its module.

    Without source code, return ``*`` for each module of the package.
    """
    import ast  # noqa: PLC0415 - these two load slowly
    from pkgutil import iter_modules  # noqa: PLC0415

    source = _source_of(package)
    if source is None:
        modules = iter_modules(sys.modules[package].__path__)
        return tuple(("*", f"{package}.{module.name}") for module in modules)
    return tuple(
        (alias.name, statement.module)
        for block in ast.parse(source).body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for statement in block.body
        if isinstance(statement, ast.ImportFrom) and statement.module
        for alias in statement.names
    )


@cache
def _defined_in(module: str) -> frozenset[str]:
    """Return the public names that a module defines; import it only if it has no source code."""
    source = _source_of(module)
    if source is None:
        return frozenset(name for name in vars(import_module(module)) if not name.startswith("_"))
    return frozenset(_DEFINITION.findall(source))


_DEFINITION: Final = re.compile(r"^(?:class |def )?([A-Za-z]\w*)(?=\(|:| =)", re.MULTILINE)


def _source_of(module: str) -> str | None:
    if module in sys.modules:
        spec = sys.modules[module].__spec__
    else:
        parent = module.rpartition(".")[0]
        spec = PathFinder.find_spec(module, sys.modules[parent].__path__)
    loader: Any = None if spec is None else spec.loader
    source: str | None = None if loader is None else loader.get_source(module)
    return source
