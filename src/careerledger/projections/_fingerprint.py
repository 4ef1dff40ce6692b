"""A digest of code, so that a snapshot made by other code is never read.

It covers what decides the result of a class's methods: their bytecode and constants, the plain
values and functions of their modules that they name, and so on through those functions; and the
shape of the fields. The version of Python is part of it, because bytecode depends on it.
"""

import sys
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from types import CodeType, FunctionType, ModuleType
from typing import Any, cast

import attrs

_PLAIN = (str, bytes, int, float, complex, bool, type(None), tuple, frozenset, Mapping)


def fingerprint_of(*classes: type) -> str:
    """The digest of these classes, as 32 hexadecimal digits."""
    digest = blake2b(digest_size=16)
    digest.update(repr(sys.version_info[:3]).encode())
    for part in _Walk().classes(classes):
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


class _Walk:
    def __init__(self) -> None:
        self._seen: set[int] = set()

    def classes(self, classes: tuple[type, ...]) -> Iterator[str]:
        for cls in sorted(classes, key=lambda cls: cls.__qualname__):
            yield from self.a_class(cls)

    def a_class(self, cls: type) -> Iterator[str]:
        if id(cls) in self._seen or cls.__module__ == "builtins":
            return
        self._seen.add(id(cls))
        yield cls.__qualname__
        if attrs.has(cls):
            for field in attrs.fields(cls):
                yield f"{field.name}: {field.type}"
                yield from self.value(_default(field))
        for name, member in sorted(vars(cls).items()):
            if name.startswith("__") and name not in {"__event__", "__post_init__"}:
                continue
            yield name
            yield from self.value(member)
        for base in cls.__mro__[1:]:
            yield from self.a_class(base)

    def value(self, value: object) -> Iterator[str]:
        if isinstance(value, classmethod | staticmethod):
            value = cast("classmethod[Any, Any, Any]", value).__func__
        if isinstance(value, property):
            value = value.fget
        if isinstance(value, FunctionType):
            yield from self.function(value)
        elif isinstance(value, type):
            yield from self.a_class(value)
        elif isinstance(value, Mapping):
            pairs = cast("Mapping[object, object]", value).items()
            for key, item in sorted(pairs, key=lambda pair: str(pair[0])):
                yield str(key)
                yield from self.value(item)
        elif isinstance(value, tuple | list):
            for item in cast("tuple[object, ...]", value):
                yield from self.value(item)
        elif isinstance(value, set | frozenset):
            yield repr(sorted(map(repr, cast("set[object]", value))))
        elif attrs.has(type(value)):
            yield from self.value(attrs.asdict(cast("Any", value), recurse=False))
        elif isinstance(value, _PLAIN):
            yield repr(cast("object", value))
        elif isinstance(wrapped := getattr(value, "__wrapped__", None), FunctionType):
            yield from self.function(wrapped)

    def function(self, function: FunctionType) -> Iterator[str]:
        if id(function) in self._seen:
            return
        self._seen.add(id(function))
        yield from self.value(function.__defaults__)
        yield from self.value(function.__kwdefaults__)
        for cell in function.__closure__ or ():
            yield from self.value(cell.cell_contents)
        names: set[str] = set()
        for code in _nested(function.__code__):
            yield code.co_name
            yield code.co_code.hex()
            yield from self.value(tuple(c for c in code.co_consts if not isinstance(c, CodeType)))
            yield repr(code.co_names)
            names.update(code.co_names)
        for name in sorted(names & function.__globals__.keys()):
            found = function.__globals__[name]
            if isinstance(found, ModuleType):
                for inner in sorted(names & vars(found).keys()):
                    yield from self.value(vars(found)[inner])
            else:
                yield from self.value(found)


def _default(field: "attrs.Attribute[Any]") -> object:
    default: Any = field.default
    return getattr(default, "factory", default)


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)
