"""Text in Unicode's normal form C, in which an accented letter has only one spelling.

A word may arrive with "é" as one character, or as "e" and an accent, depending on the keyboard, the
file system or the program that it comes from. Recorded text always has the one character.

Source: Unicode Standard Annex 15 (Whistler), Unicode Normalization Forms.
"""

import dataclasses
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final, Literal, TypeVar, cast, get_args, get_origin, get_type_hints
from unicodedata import is_normalized, normalize

import attrs
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.errors import FieldError
from careerledger.events.base import Event, UnknownEvent

__all__ = ["event_in_nfc", "nfc"]

E = TypeVar("E", bound=Event)


def nfc(text: str) -> str:
    """Return text in normal form C."""
    return text if text.isascii() or is_normalized("NFC", text) else normalize("NFC", text)


def event_in_nfc(event: E) -> E:
    """Return an event with all its text in normal form C; the same event where it is already.

    Raises FieldError where two names of a mapping become the same.
    """
    cls: Any = event.__class__
    for value in _reader_of(cls)(event):
        # Nearly every value is empty or one of these two.
        if not value or (value.__class__ is str and value.isascii()):
            continue
        if not _is_composed(value):
            return cast("E", _composed(event, cls.__name__))
    return event


@cache
def _reader_of(cls: Any) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that reads the fields of an event that may hold text."""
    hints = get_type_hints(cls)
    names = [name for name in _fields_of(cls) if _may_hold_text(hints[name])]
    if len(names) == 1:
        return lambda event: (getattr(event, names[0]),)
    read: Callable[[Any], tuple[Any, ...]] = attrgetter(*names) if names else lambda _: ()
    return read


def _may_hold_text(annotation: Any) -> bool:
    if get_origin(annotation) is Literal:
        return False
    parts = get_args(annotation)
    return any(map(_may_hold_text, parts)) if parts else annotation not in _WITHOUT_TEXT


_WITHOUT_TEXT: Final = frozenset({int, float, bool, type(None), ..., PartialDate, date, datetime})


def _fields_of(cls: Any) -> list[str]:
    """Return the names of the fields of an event or of a part of one."""
    if attrs.has(cls):
        return [field.name for field in attrs.fields(cls)]
    return [field.name for field in dataclasses.fields(cls)] if _is_part(cls) else []


def _is_part(cls: Any) -> bool:
    return attrs.has(cls) or dataclasses.is_dataclass(cls)


_CONTAINERS: Final = frozenset({frozenset, tuple, immutabledict})


def _is_composed(value: Any) -> bool:
    """Return whether a value certainly has all its text in normal form C."""
    cls = value.__class__
    if cls is str:
        return value.isascii() or is_normalized("NFC", value)
    if cls in _CONTAINERS:
        for item in value:
            if not (item.__class__ is str and item.isascii()) and not _is_composed(item):
                return False
        return cls is not immutabledict or all(map(_is_composed, value.values()))
    return not value or cls is float or cls is int


def _composed(value: Any, where: str) -> Any:
    cls: Any = value.__class__
    if cls is str:
        return nfc(value)
    if cls in {frozenset, tuple}:
        return cast("Any", cls)(_composed(item, where) for item in value)
    if cls is immutabledict:
        pairs = [(_composed(k, where), _composed(v, where)) for k, v in value.items()]
        if len(dict(pairs)) < len(pairs):
            raise FieldError(
                f"{where} is {dict(value)!a}; two of its names are the same in Unicode's normal "
                "form C, so give only one of them"
            )
        return immutabledict(pairs)
    if _is_part(cls) and cls is not UnknownEvent:
        old = {name: getattr(value, name) for name in _fields_of(cls)}
        new = {name: _composed(each, f"{name} of {where}") for name, each in old.items()}
        changes = {name: each for name, each in new.items() if each != old[name]}
        replace: Any = attrs.evolve if attrs.has(cls) else dataclasses.replace
        return replace(value, **changes) if changes else value
    return value
