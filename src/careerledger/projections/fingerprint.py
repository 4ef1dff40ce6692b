"""A digest of code, so that a snapshot made by other code is never read.

It covers what decides the result of a class's methods: their bytecode and constants, the plain
values, functions and classes that they name in their modules, and so on through those; and the
shape of the fields. Code of other packages than the class's own and this one counts by its name
alone. Lists, dicts and sets count where they are named as constants are, in capitals; others
change while a program runs. The version of Python is part of it, because bytecode depends on it.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from hashlib import blake2b
from types import CodeType, FunctionType, ModuleType
from typing import Any, cast

import attrs

_ADDRESS = re.compile(r" at 0x[0-9a-f]+", re.IGNORECASE)
_PLAIN = (str, bytes, int, float, complex, bool, type(None))


def fingerprint_of(*classes: type) -> str:
    """Return the digest of these classes, as 32 hexadecimal digits."""
    walk = _Walk(classes)
    walk.classes(classes)
    text = "\0".join([repr(sys.version_info[:3]), *walk.texts])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class _Walk:
    """Collects all that decides a result, each part as text."""

    def __init__(self, classes: Iterable[type]) -> None:
        # A list that grows takes half the time of generators within generators.
        self.texts: list[str] = []
        self._add = self.texts.append
        self._types: dict[int, str] = {}
        self._seen: set[int] = set()
        self._packages = {_package(cls) for cls in classes} | {_package(_Walk)}

    def classes(self, classes: Iterable[type]) -> None:
        for cls in sorted(classes, key=lambda cls: cls.__qualname__):
            self.a_class(cls)

    def a_class(self, cls: type) -> None:
        self._add(cls.__qualname__)
        if id(cls) in self._seen or _package(cls) not in self._packages:
            return
        self._seen.add(id(cls))
        if attrs.has(cls):
            for field in attrs.fields(cls):
                self._add(f"{field.name}: {self._type(field.type)}")
                self.value(_default(field))
        for name, member in sorted(vars(cls).items()):
            if name.startswith("__") and name not in {"__event__", "__post_init__"}:
                continue
            self._add(name)
            self.value(member)
        for base in cls.__mro__[1:]:
            self.a_class(base)

    def _type(self, annotation: object) -> str:
        """Return a type as text, made once: events share most of their types."""
        text = self._types.get(id(annotation))
        if text is None:
            text = self._types[id(annotation)] = _ADDRESS.sub("", str(annotation))
        return text

    def value(self, value: object) -> None:
        if isinstance(value, _PLAIN):
            self._add(repr(value))
            return
        value = _unwrapped(value)
        if isinstance(value, FunctionType):
            self.function(value)
        elif isinstance(value, type):
            self.a_class(value)
        else:
            for part in _parts(value):
                self.value(part)

    def function(self, function: FunctionType) -> None:
        self._add(function.__qualname__)
        if id(function) in self._seen or _package(function) not in self._packages:
            return
        self._seen.add(id(function))
        self.value(function.__defaults__)
        self.value(function.__kwdefaults__)
        for cell in function.__closure__ or ():
            self.value(cell.cell_contents)
        names: set[str] = set()
        for code in _nested(function.__code__):
            self._add(code.co_name)
            self._add(code.co_code.hex())
            self.value(tuple(c for c in code.co_consts if not isinstance(c, CodeType)))
            self._add(repr(code.co_names))
            names.update(code.co_names)
        for name in sorted(names & function.__globals__.keys()):
            self._named(name, function.__globals__[name], names)
        # What is imported within a function is named by the module's full name.
        for name in sorted(names & sys.modules.keys() - function.__globals__.keys()):
            self._named(name, sys.modules[name], names)

    def _named(self, name: str, value: object, names: set[str]) -> None:
        if isinstance(value, ModuleType):
            if value.__name__.partition(".")[0] in self._packages and id(value) not in self._seen:
                self._seen.add(id(value))
                for inner in sorted(names & vars(value).keys()):
                    self._named(inner, vars(value)[inner], names)
                self._seen.discard(id(value))
        elif name.isupper() or not isinstance(value, list | dict | set):
            self.value(value)


def _package(thing: type | FunctionType) -> str:
    return (thing.__module__ or "").partition(".")[0]


def _unwrapped(value: Any) -> object:
    """Return the function within a method, a property or a cached function."""
    if isinstance(value, classmethod | staticmethod):
        return cast("Any", value).__func__
    if isinstance(value, property):
        return value.fget
    return getattr(value, "__wrapped__", value)


def _parts(value: object) -> list[object]:
    """Return the parts of a value, in an order that does not depend on hashes."""
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return [part for pair in sorted(pairs, key=repr) for part in pair]
    if isinstance(value, partial):
        return [cast("object", value.func), value.args, value.keywords]
    if isinstance(value, tuple | list):
        return list(cast("tuple[object, ...]", value))
    if isinstance(value, set | frozenset):
        return sorted(cast("set[object]", value), key=repr)
    if attrs.has(cast("type[Any]", type(value))):
        return [attrs.asdict(cast("Any", value), recurse=False)]
    return []


def _default(field: "attrs.Attribute[Any]") -> object:
    default: Any = field.default
    return getattr(default, "factory", default)


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)
