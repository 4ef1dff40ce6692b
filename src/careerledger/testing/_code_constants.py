"""The constants in a projection's code: the texts, numbers and dates that it may look for.

A projection that counts pay above 50,000 or the skill "python" is shown nothing by careers of other
words and numbers. So careers are drawn from these constants too. A constant on a line that reads
``event.skill`` is drawn for the field ``skill`` above all.
"""

import dis
import re
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, cast
from uuid import UUID

import attrs

from careerledger.dates import PartialDate

_MAX_TEXT: Final = 300
"""The length of the longest text that is worth drawing."""
_MAX_CONSTANTS: Final = 60
"""How many constants of a kind are used at most."""
_MAX_DEPTH: Final = 4
"""How deep containers are searched."""
_MAX_NUMBER: Final = 10**15
_YEARS: Final = range(1900, 2101)
"""The whole numbers that may be years."""
_PLAIN: Final = (str, int, float, Decimal, Fraction, date, timedelta, UUID, re.Pattern, Enum)
_CONTAINERS: Final[Any] = (tuple, list, set, frozenset, Mapping)
_CONSTANTS: Final[Any] = (*_PLAIN, *_CONTAINERS)


@attrs.define
class Constants:
    """Constants of some code, without duplicates, in the order of the code."""

    words: dict[str, None] = attrs.Factory(dict[str, None])
    numbers: dict[float | Decimal, None] = attrs.Factory(dict[float | Decimal, None])
    dates: dict[date, None] = attrs.Factory(dict[date, None])
    uuids: dict[UUID, None] = attrs.Factory(dict[UUID, None])

    def add(self, value: Any, depth: int = 0) -> None:
        """Add a value, or the values in a container."""
        if isinstance(value, Enum):
            self.add(value.value, depth + 1)
        elif isinstance(value, _CONTAINERS):
            if depth < _MAX_DEPTH:
                for item in list(_items(value))[:_MAX_CONSTANTS]:
                    self.add(item, depth + 1)
        elif not isinstance(value, bool):
            for kind, add in _ADDING.items():
                if isinstance(value, kind):
                    add(self, value)
                    return

    def add_text(self, text: str) -> None:
        """Add a text, texts that it matches as a pattern, and the date that it may be."""
        self.add_words([text])
        if _LOOKS_LIKE_A_PATTERN.search(text):
            self.add_words(matching_texts(text))
        if _LOOKS_LIKE_A_DATE.fullmatch(text):
            try:
                self.dates[PartialDate(text).first_day] = None
            except ValueError:
                return

    def add_words(self, words: Iterable[str]) -> None:
        """Add texts, unless they are blank or very long."""
        self.words |= {
            word: None for word in words if 0 < len(word.strip()) <= len(word) < _MAX_TEXT
        }

    def add_number(self, number: Any) -> None:
        """Add a number, and a date of that year if it may be one."""
        if abs(number) < _MAX_NUMBER:  # nor not-a-number
            self.numbers[float(number) if isinstance(number, Fraction) else number] = None
            if number in _YEARS:
                self.dates[date(int(number), 6, 15)] = None

    def merge(self, other: "Constants") -> None:
        """Add the constants of other code."""
        self.words |= other.words
        self.numbers |= other.numbers
        self.dates |= other.dates
        self.uuids |= other.uuids


_ADDING: Final[dict[Any, Callable[[Constants, Any], object]]] = {
    str: lambda constants, text: constants.add_text(str(text)),
    re.Pattern: lambda constants, pattern: constants.add_words(matching_texts(pattern.pattern)),
    datetime: lambda constants, moment: constants.add(moment.date()),
    date: lambda constants, day: constants.dates.setdefault(day),
    timedelta: lambda constants, span: constants.add_number(span.days),
    UUID: lambda constants, value: constants.uuids.setdefault(value),
    (int, float, Decimal, Fraction): lambda constants, number: constants.add_number(number),
}
"""How a value of a kind is added; the first kind counts."""
_LOOKS_LIKE_A_PATTERN: Final = re.compile(r"[\\^$*+?\[\]|()]")
_LOOKS_LIKE_A_DATE: Final = re.compile(r"\d{4}(-\d{2}){0,2}")


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from cast("Mapping[object, object]", value)
        yield from cast("Mapping[object, object]", value).values()
    elif isinstance(value, set | frozenset):
        yield from sorted(cast("Iterable[object]", value), key=repr)
    else:
        yield from value


@attrs.define
class CodeConstants:
    """The constants of a projection's code, and which of them it compares with which field."""

    everywhere: Constants = attrs.Factory(Constants)
    by_attribute: dict[str, Constants] = attrs.Factory(dict[str, Constants])
    """The constants that are on a line with an attribute, by its name."""
    names: dict[str, set[str]] = attrs.Factory(dict[str, set[str]])
    """The names that the code of each module reads."""

    def add_line(self, values: Iterable[object], attributes: Iterable[str]) -> None:
        """Add the constants of one line of code."""
        line = Constants()
        for value in values:
            line.add(value)
        self.everywhere.merge(line)
        for attribute in attributes:
            self.by_attribute.setdefault(attribute, Constants()).merge(line)


@cache
def constants_of(cls: type[Any]) -> CodeConstants:
    """Return the constants of a projection's class and of the code that it uses."""
    walk = _Walk(cls)
    walk.search_class(cls)
    return walk.found


class _Walk:
    """Goes through a class and the functions, classes and modules that its code names."""

    def __init__(self, cls: type[Any]) -> None:
        self.found = CodeConstants()
        self._package = cls.__module__.partition(".")[0]
        self._visited: set[int] = set()

    def search_class(self, cls: type[Any]) -> None:
        if id(cls) in self._visited or not self._is_own(cls.__module__):
            return
        self._visited.add(id(cls))
        for base in cls.__mro__:
            if not self._is_own(base.__module__):
                continue
            for name, member in list(vars(base).items()):
                if name.startswith("__") and name != "__call__":
                    continue
                if isinstance(member, _CONSTANTS):
                    self.found.add_line([member], ())
                else:
                    self._search(member, base)

    def _search(self, member: Any, owner: type[Any] | None = None) -> None:
        value = getattr(member, "fget", None) or getattr(member, "__func__", None) or member
        value = getattr(value, "__wrapped__", value)
        value = getattr(value, "func", value)  # of functools.partial
        if isinstance(value, FunctionType):
            self._search_function(value, owner)
        elif isinstance(value, type):
            self.search_class(cast("type[Any]", value))

    def _search_function(self, function: FunctionType, owner: type[Any] | None) -> None:
        if id(function) in self._visited or not self._is_own(function.__module__ or ""):
            return
        self._visited.add(id(function))
        self.found.names.setdefault(function.__module__, set()).update(_names_in(function.__code__))
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        defaults = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        self.found.add_line(defaults, ())
        for code in _codes_in(function.__code__):
            self._search_code(code, function, owner, cells)

    def _search_code(
        self,
        code: CodeType,
        function: FunctionType,
        owner: type[Any] | None,
        cells: Mapping[str, Any],
    ) -> None:
        owners: list[Any] = [] if owner is None else [owner]
        for values, attributes, names in _lines_of(code, function.__doc__):
            for name in names:
                value = _value_of(name, function, cells)
                if isinstance(value, _CONSTANTS):
                    values.append(value)
                elif isinstance(value, type | ModuleType):
                    owners.append(value)
                    self._search(value)
                else:
                    self._search(value)
            for attribute in attributes:
                for one in owners:
                    value = getattr(one, attribute, None)
                    if isinstance(value, _CONSTANTS):
                        values.append(value)
                    elif isinstance(one, ModuleType) and self._is_own(one.__name__):
                        self._search(value)
            self.found.add_line(values, attributes)

    def _is_own(self, module: str) -> bool:
        """Return whether a module is part of the program that defines the projection."""
        top = module.partition(".")[0]
        if top in {self._package, "__main__"}:
            return True
        return top != "careerledger" and not _is_installed(module)


def _value_of(name: str, function: FunctionType, cells: Mapping[str, Any]) -> Any:
    if name in cells:
        try:
            return cells[name].cell_contents
        except ValueError:  # a variable of an enclosing function that has no value yet
            return None
    return function.__globals__.get(name)


def _lines_of(code: CodeType, doc: str | None) -> Iterator[tuple[list[Any], list[str], list[str]]]:
    """Yield for each line of code its constants, the attributes and the names that it reads."""
    lines: dict[int, tuple[list[Any], list[str], list[str]]] = {}
    line = code.co_firstlineno
    instructions = list(dis.get_instructions(code))
    for instruction, following in zip(instructions, [*instructions[1:], None], strict=True):
        positions = getattr(instruction, "positions", None)
        line = (positions.lineno if positions is not None else None) or line
        values, attributes, names = lines.setdefault(line, ([], [], []))
        kind, value = instruction.opname, instruction.argval
        if kind in {"LOAD_CONST", "RETURN_CONST", "LOAD_SMALL_INT"}:
            names_of_arguments = following is not None and following.opname.startswith("CALL_K")
            if value != doc and not names_of_arguments and not isinstance(value, CodeType):
                values.append(value)
        elif kind in {"LOAD_ATTR", "LOAD_METHOD"}:
            attributes.append(value)
        elif kind in {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF"}:
            names.append(value)
    yield from lines.values()


def _codes_in(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes_in(constant)


def _names_in(code: CodeType) -> set[str]:
    return {name for each in _codes_in(code) for name in each.co_names}


@cache
def _is_installed(module: str) -> bool:
    """Return whether a module is Python's, or of an installed distribution."""
    if module.partition(".")[0] in sys.stdlib_module_names:
        return True
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None:
        return module in sys.builtin_module_names
    paths = sysconfig.get_paths()
    folders = [Path(paths[name]).resolve() for name in ("stdlib", "purelib", "platlib")]
    return any(Path(file).resolve().is_relative_to(folder) for folder in folders)


# Regular expressions


def matching_texts(pattern: str | bytes) -> list[str]:
    """Return a few texts that a regular expression matches; none if it is invalid."""
    if isinstance(pattern, bytes):
        return []
    try:
        compiled = re.compile(pattern)
        tree = _parser().parse(pattern)
    except (re.error, RecursionError, OverflowError):
        return []
    texts = (_sample(tree, choice) for choice in range(4))
    return list(dict.fromkeys(text for text in texts if compiled.search(text)))


@cache
def _parser() -> Any:
    """Return Python's parser of regular expressions, which has no public name."""
    return import_module("re._parser")


def _sample(tree: Any, choice: int) -> str:
    """Return a text for a parsed pattern; ``choice`` says which alternative."""
    groups: dict[int, str] = {}
    return "".join(_sample_of(str(kind), value, choice, groups) for kind, value in tree)


_CATEGORIES: Final = {
    "CATEGORY_DIGIT": "7",
    "CATEGORY_NOT_DIGIT": "x",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": "x",
    "CATEGORY_WORD": "a",
    "CATEGORY_NOT_WORD": " ",
}


def _sample_of(kind: str, value: Any, choice: int, groups: dict[int, str]) -> str:
    match kind:
        case "LITERAL":
            text = chr(value)
        case "NOT_LITERAL" | "ANY":
            text = "y" if value == ord("x") else "x"
        case "IN":
            text = _sample_of_set(value, choice)
        case "BRANCH":
            text = _sample(value[1][choice % len(value[1])], choice)
        case "SUBPATTERN":
            text = groups[value[0]] = _sample(value[-1], choice)
        case "GROUPREF":
            text = groups.get(value, "")
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, inner = value
            text = _sample(inner, choice) * min(int(most), max(int(least), choice % 2))
        case "ATOMIC_GROUP":
            text = _sample(value, choice)
        case _:  # a position, such as the end, or what comes before or after it
            text = ""
    return text


def _sample_of_set(members: Any, choice: int) -> str:
    if str(members[0][0]) == "NEGATE":
        letters = (letter for letter in "x7 _-X" if not any(_has(m, letter) for m in members[1:]))
        return next(letters, "\u00e9")
    kind, value = members[choice % len(members)]
    if str(kind) == "CATEGORY":
        return _CATEGORIES.get(str(value), "x")
    return chr(value[0] if str(kind) == "RANGE" else value)


def _has(member: Any, letter: str) -> bool:
    """Return whether a part of a set of characters contains a letter."""
    kind, value = member
    if str(kind) == "RANGE":
        return bool(value[0] <= ord(letter) <= value[1])
    if str(kind) == "CATEGORY":
        return _CATEGORIES.get(str(value)) == letter
    return bool(value == ord(letter))
