"""Write the fields of an event as words that ``careerledger log`` takes."""

import re
import shlex
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, Final, cast

import attrs

from careerledger.events import Action, Event, UnknownEvent

__all__ = ["event_words"]


def event_words(event: Event, always: Collection[str] = ()) -> list[str]:
    """Return the fields of an event as ``field=value`` each, its own before the common ones.

    A field with several values has a word for each. Text with other characters than letters,
    digits and a few marks is quoted.

    Args:
        event: The event.
        always: Names of fields to include even if they have their default. The date is left out.
    """
    if isinstance(event, UnknownEvent):
        return [f"unknown event, version {event.version}: {event.fields}"]
    return list(_words_of(event, "", always))


_COMMON: Final = frozenset(
    field.name for field in attrs.fields(cast("type[attrs.AttrsInstance]", Action))
)


def _words_of(value: object, prefix: str, always: Collection[str]) -> Iterator[str]:
    fields = attrs.fields(cast("type[attrs.AttrsInstance]", type(value)))
    for field in sorted(fields, key=lambda field: field.name in _COMMON):
        part: object = getattr(value, field.name)
        if field.name != "on" and (part != field.default or field.name in always):
            yield from _field_words(f"{prefix}{field.name.removesuffix('_')}", part)


def _field_words(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, Event):
        yield f"{name}={value.__event__.name}"
        yield from _words_of(value, f"{name}.", ())
    elif _has_fields(value):
        yield from _words_of(value, f"{name}.", ())
    elif isinstance(value, Mapping | tuple | frozenset):
        texts = list(_texts_in(value)) or [""]
        yield from (f"{name}={_quoted(text)}" for text in texts)
    else:
        yield f"{name}={_quoted(_text(value))}"


def _texts_in(values: Any) -> list[str]:
    if isinstance(values, Mapping):
        pairs = cast("Mapping[object, object]", values).items()
        return [f"{_text(key)}:{_text(value)}" for key, value in pairs]
    texts = map(_text, values)
    return sorted(texts) if isinstance(values, frozenset) else list(texts)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return ""
    if isinstance(value, Enum):
        return _text(value.value)
    if isinstance(value, Mapping | tuple | frozenset):
        return ",".join(_texts_in(value))
    if isinstance(value, float) and isfinite(value):
        return format(Decimal(repr(value)), "f").removesuffix(".0")
    return str(value)


def _has_fields(value: object) -> bool:
    return attrs.has(type(value))


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return shlex.quote(text) if _SPECIAL.search(text) else f'"{text}"'


_PLAIN: Final = re.compile(r"[\w.,:/@%+=-]*")
_SPECIAL: Final = re.compile(r'["\\$`!]')
"""A character that a shell interprets also between double quotes."""
