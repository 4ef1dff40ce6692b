"""Make events from words typed on a command line: ``course.finished title="SQL" hours=42``.

A field that is left out has its default. A value with named parts takes a word for each part:
``role_like.title=Lead role_like.level=4``. Some values cannot be typed: a value in a list or a
weighting must not contain a comma or begin or end with a space, and a list of one empty text reads
as an empty list.
"""

import types
from collections.abc import Collection, Iterable
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Literal, NewType, Union, cast, get_args, get_origin

import attrs
from immutabledict import immutabledict

from careerledger.errors import FieldError
from careerledger.events import Action, catalogue, load_catalogue
from careerledger.journal.converter import from_text

__all__ = ["amend_with_words", "event_from_words"]


def event_from_words(kind: str, words: Iterable[str], *, today: date) -> Action:
    """Make an event from typed words.

    Args:
        kind: The event type, by its name on disk or its class name.
        words: ``field=value`` each. Commas separate several values, and a colon precedes a weight:
            ``themes=climate,leadership``, ``toward=cto:0.5``. The underscore at the end of a field
            name may be left out: ``from=retail``.
        today: The date of the event if there is no ``on=``.

    Raises:
        FieldError: The event type or a field is unknown, a field is missing or repeated, or a value
            is invalid for its field.
    """
    event: Action = _build(_event_class(kind), words, {"on": today})
    return event


def amend_with_words(event: Action, words: Iterable[str]) -> Action:
    """Return the event with new values in the typed fields.

    Args:
        event: The event to amend.
        words: ``field=value`` each, as for ``event_from_words``.

    Raises:
        FieldError: As for ``event_from_words``.
    """
    current = {
        field.name: getattr(event, field.name) for field in attrs.fields(cast("Any", type(event)))
    }
    result: Action = _build(type(event), words, current)
    return result


def _build(cls: type[Any], words: Iterable[str], values: dict[str, Any]) -> Any:
    """Make an instance of a class from typed words and the values of other fields."""
    fields = {field.name: field for field in attrs.fields(cls)}
    typed: dict[str, Any] = {}
    part_words: dict[str, list[str]] = {}
    for word in words:
        name, text = _split_word(word)
        name, dot, part_field = name.partition(".")
        name = name if name in fields else f"{name}_"
        if name not in fields:
            name = name.removesuffix("_")
            raise FieldError(f"{cls.__name__} has no field {name!r}; {_suggestion(name, fields)}")
        if dot:
            part_words.setdefault(name, []).append(f"{part_field}={text}")
        elif (part := _part_class(fields[name].type)) is not None:
            first = next(iter(attrs.fields(part))).name
            raise FieldError(
                f"{name} of {cls.__name__} has parts; give each part, as in {name}.{first}=…"
            )
        elif name in typed:
            raise FieldError(f"{name} of {cls.__name__} is given twice; give it once")
        else:
            typed[name] = _parse(f"{name} of {cls.__name__}", fields[name].type, text)
    for name, words_of_part in part_words.items():
        part = _part_class(fields[name].type)
        if part is None:
            raise FieldError(f"{name} of {cls.__name__} has no parts; write {name}=…")
        typed[name] = _build(part, words_of_part, {})
    values |= typed
    missing = [
        field.name
        for field in fields.values()
        if field.default is attrs.NOTHING and field.name not in values
    ]
    if missing:
        optional = ", ".join(name for name in fields if name not in (*missing, *values))
        raise FieldError(
            f"{cls.__name__} needs {' '.join(f'{name}=…' for name in missing)}; "
            f"optional: {optional}"
        )
    return cls(**values)


def _part_class(annotation: Any) -> type[Any] | None:
    """Return the attrs class in an annotation, whose values have named parts."""
    if isinstance(annotation, type) and attrs.has(annotation):
        return annotation
    if get_origin(annotation) not in (Annotated, Union, types.UnionType):
        return None
    parts = (_part_class(argument) for argument in get_args(annotation))
    return next((part for part in parts if part is not None), None)


def _split_word(word: str) -> tuple[str, str]:
    name, equals, text = word.partition("=")
    if not equals:
        raise FieldError(
            f"{word!r} must have the form field=value; quote a value that contains spaces"
        )
    return name, text


def _event_class(kind: str) -> type[Action]:
    load_catalogue()
    known = {cls.__event__.name: cls for cls in catalogue if issubclass(cls, Action)}
    for name, cls in known.items():
        if kind in (name, cls.__name__):
            return cls
    raise FieldError(f"there is no event type {kind!r}; {_suggestion(kind, sorted(known))}")


def _suggestion(name: str, known: Collection[str]) -> str:
    """Return the known name closest to a mistyped one, or all known names."""
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"choose from {', '.join(known)}"


def _parse(where: str, annotation: Any, text: str) -> Any:
    """Parse a text as a field's annotation requires; the field itself refuses an invalid value."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _parse(where, arguments[0], text)
    if isinstance(annotation, NewType):
        return _parse(where, annotation.__supertype__, text)
    if origin in (Union, types.UnionType):
        return _parse(where, next(a for a in arguments if a is not type(None)), text)
    if origin in (tuple, frozenset):
        return [_parse(where, arguments[0], part) for part in _split_list(text)]
    if origin is immutabledict:
        pairs = [_split_pair(where, part) for part in _split_list(text)]
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            raise FieldError(f"{where} is {text!r}, which has a name twice; give each name once")
        return {
            _parse(where, arguments[0], name): _parse(where, arguments[1], value)
            for name, value in pairs
        }
    return _parse_scalar(annotation, text)


def _split_list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _split_pair(where: str, part: str) -> tuple[str, str]:
    name, colon, value = part.rpartition(":")
    if not colon:
        raise FieldError(f"{where} has {part!r}; write it as name:value")
    return name.strip(), value.strip()


def _parse_scalar(annotation: Any, text: str) -> Any:
    if annotation is bool or get_origin(annotation) is Literal:
        options = get_args(annotation) or (True, False)
        return next((option for option in options if _option_text(option) == text), text)
    if annotation in (int, float):
        try:
            return annotation(text)
        except ValueError:
            return text
    return from_text(annotation, text)


def _option_text(option: object) -> str:
    return str(option).lower() if isinstance(option, bool) else str(option)
