"""Events from words, as a person types them: ``course.finished title="SQL" hours=42``.

Words cannot say everything that an event can. A value within a list or a weighting holds no comma
and neither begins nor ends with a space, and a list of one empty text reads as an empty list; a
field has its default, such as None, where it is left out. A value made of named parts has a word
for each: ``role_like.title=Lead role_like.level=4``.
"""

import types
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Literal, NewType, Union, cast, get_args, get_origin

import attrs
from immutabledict import immutabledict

from careerledger.errors import FieldError
from careerledger.events import Action, catalogue, load_catalogue
from careerledger.journal.converter import from_text

__all__ = ["amended_by_words", "event_from_words"]


def event_from_words(kind: str, words: Iterable[str], *, today: date) -> Action:
    """Make an event of words that were typed.

    Args:
        kind: The event type, as it is named on disk or as its class is.
        words: ``field=value`` each. Commas separate several values, a colon precedes a
            weight: ``themes=climate,leadership``, ``toward=cto:0.5``. A field whose name ends
            in an underscore can be named without it: ``from=retail``.
        today: The date when it happened, where there is no ``on=``.

    Raises:
        FieldError: There is no such event type or field, a field is missing or given twice, or a
            value is not what the field holds.
    """
    event: Action = _build(_class_named(kind), words, {"on": today})
    return event


def amended_by_words(event: Action, words: Iterable[str]) -> Action:
    """Return the event with other values in the fields that were typed.

    Args:
        event: The event to amend.
        words: ``field=value`` each, as for ``event_from_words``.

    Raises:
        FieldError: As for ``event_from_words``.
    """
    current = {
        field.name: getattr(event, field.name) for field in attrs.fields(cast("Any", type(event)))
    }
    amended: Action = _build(type(event), words, current)
    return amended


def _build(cls: type[Any], words: Iterable[str], values: dict[str, Any]) -> Any:
    """Make an instance of a class from the words, and from the values of other fields."""
    fields = {field.name: field for field in attrs.fields(cls)}
    typed: dict[str, Any] = {}
    parts: dict[str, list[str]] = {}
    for word in words:
        name, text = _split(word)
        name, dot, inner = name.partition(".")
        name = name if name in fields else f"{name}_"
        if name not in fields:
            name = name.removesuffix("_")
            raise FieldError(
                f"{cls.__name__} has no field {name!r}{_hint(name, fields)} "
                f"It has {', '.join(fields)}."
            )
        if dot:
            parts.setdefault(name, []).append(f"{inner}={text}")
        elif (part := _part(fields[name].type)) is not None:
            first = next(iter(attrs.fields(part))).name
            raise FieldError(f"{name} of {cls.__name__} has parts; give each, as {name}.{first}=…")
        elif name in typed:
            raise FieldError(f"{name} of {cls.__name__} is given twice; give it once")
        else:
            typed[name] = _parse(f"{name} of {cls.__name__}", fields[name].type, text)
    for name, inner_words in parts.items():
        part = _part(fields[name].type)
        if part is None:
            raise FieldError(f"{name} of {cls.__name__} has no parts; give it as {name}=…")
        typed[name] = _build(part, inner_words, {})
    values |= typed
    missing = [
        field.name
        for field in fields.values()
        if field.default is attrs.NOTHING and field.name not in values
    ]
    if missing:
        others = ", ".join(name for name in fields if name not in (*missing, *values))
        raise FieldError(
            f"{cls.__name__} needs {' '.join(f'{name}=…' for name in missing)}; "
            f"it may also have {others}"
        )
    return cls(**values)


def _part(annotation: Any) -> type[Any] | None:
    """Return the class in an annotation whose values are made of named parts."""
    if isinstance(annotation, type) and attrs.has(annotation):
        return annotation
    if get_origin(annotation) not in (Annotated, Union, types.UnionType):
        return None
    parts = (_part(argument) for argument in get_args(annotation))
    return next((part for part in parts if part is not None), None)


def _split(word: str) -> tuple[str, str]:
    name, equals, text = word.partition("=")
    if not equals:
        raise FieldError(f"{word!r} is not of the form field=value; quote a value with spaces")
    return name, text


def _class_named(kind: str) -> type[Action]:
    load_catalogue()
    known = {cls.__event__.name: cls for cls in catalogue if issubclass(cls, Action)}
    for name, cls in known.items():
        if kind in (name, cls.__name__):
            return cls
    raise FieldError(
        f"there is no event type {kind!r}{_hint(kind, known)} There are {', '.join(sorted(known))}."
    )


def _hint(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else "."


def _parse(where: str, annotation: Any, text: str) -> Any:
    """Return the value that a text stands for; the field refuses what makes no sense."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _parse(where, arguments[0], text)
    if isinstance(annotation, NewType):
        return _parse(where, annotation.__supertype__, text)
    if origin in (Union, types.UnionType):
        return _parse(where, next(a for a in arguments if a is not type(None)), text)
    if origin in (tuple, frozenset):
        return [_parse(where, arguments[0], part) for part in _items(text)]
    if origin is immutabledict:
        pairs = [_pair(where, part) for part in _items(text)]
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            raise FieldError(f"{where} is {text!r}, which names something twice; name it once")
        return {
            _parse(where, arguments[0], name): _parse(where, arguments[1], value)
            for name, value in pairs
        }
    return _plain(annotation, text)


def _items(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _pair(where: str, part: str) -> tuple[str, str]:
    name, colon, value = part.rpartition(":")
    if not colon:
        raise FieldError(f"{where} has {part!r}, which is not of the form name:value")
    return name.strip(), value.strip()


def _plain(annotation: Any, text: str) -> Any:
    if annotation is bool or get_origin(annotation) is Literal:
        options = get_args(annotation) or (True, False)
        return next((option for option in options if _text_of(option) == text), text)
    if annotation in (int, float):
        try:
            return annotation(text)
        except ValueError:
            return text
    return from_text(annotation, text)


def _text_of(option: object) -> str:
    return str(option).lower() if isinstance(option, bool) else str(option)
