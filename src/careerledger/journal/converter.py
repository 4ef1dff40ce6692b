"""Convert between events and plain values: text, numbers, lists, dicts and None.

This is the thorough way, by cattrs: it takes any field that an event class may have, runs all
checks of the class, and names the path to a value that is wrong. ``codec`` has the quick way.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum, Flag
from functools import cache, lru_cache
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Literal,
    TypeGuard,
    Union,
    cast,
    get_args as arguments_of,
    get_origin as origin_of,
)
from uuid import UUID

import attrs
import msgspec
from immutabledict import immutabledict

from careerledger.arguments import wrong
from careerledger.dates import PartialDate
from careerledger.errors import CareerLedgerError, CodecError, FieldError
from careerledger.events import Action, Event, UnknownEvent, catalogue, load_catalogue
from careerledger.events.fields import (
    RuleError,
    base_of,
    check_for,
    is_by_value,
    is_part,
    plain_forms,
)
from careerledger.text import shown

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = [
    "RefusedError",
    "build",
    "build_event",
    "event_from_dict",
    "event_to_dict",
    "fields_of",
    "find_class",
    "from_text",
    "instant_text",
    "is_object",
    "json_type",
    "plain",
    "plain_fields",
    "require_names",
    "unwritable",
]


def find_class(name: str) -> type[Event] | None:
    """Return the event class with this name on disk, or None."""
    cls = catalogue.find(name)
    if cls is None:
        load_catalogue()
        cls = catalogue.find(name)
    return cls


class RefusedError(Exception):
    """A value is refused; says why, and has the path to the value."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{what}, at {path}")
        self.path = path
        self.what = what


class WrongValueError(TypeError):
    """A value of another JSON type, or text of another form; the path to it is not known here."""


# Instants


@lru_cache(maxsize=8)
def instant_text(instant: datetime) -> str:
    """Return an instant as ISO 8601 text in UTC, always to the microsecond, so it sorts as time.

    Raises CodecError where it does not state its offset from UTC.
    """
    if instant.tzinfo is None:
        raise CodecError(f"{instant!r} is not an instant: it has no time zone")
    try:
        utc = instant.astimezone(UTC)
    except OverflowError:
        raise CodecError(f"{instant!r} is not an instant: UTC has no such year") from None
    text: str = msgspec.to_builtins(utc)  # in a tenth of the time
    return text if utc.microsecond else f"{text[:-1]}.000000Z"


# From events to plain values


def plain(value: Any) -> Any:  # noqa: PLR0911 - one for each kind of value
    """Return a field's value as JSON holds it."""
    kind = cast("Any", type(value))
    if kind in _AS_IT_IS:
        return value
    if kind in plain_forms:
        return _registered_plain(value, kind)
    if kind in _TEXT_OF:
        return _TEXT_OF[kind](value)
    if isinstance(value, Enum):
        return plain_member(value)
    if kind is tuple:
        return list(map(plain, value))
    if kind is frozenset:
        return _sorted(map(plain, value))
    if kind is immutabledict:
        return dict(sorted((_name(plain(name)), plain(value[name])) for name in value))
    if isinstance(value, Event):
        return with_type(value)
    if is_part(kind):
        return plain_fields(value)
    raise TypeError(f"a {kind.__name__} cannot be written as JSON")


def _registered_plain(value: object, kind: Any) -> object:
    """Return a value in its registered form, if that is one that JSON can hold."""
    form = plain_forms[kind].to_plain(value)
    try:
        return _as_json(form)
    except RuleError as rule:
        raise TypeError(
            f"to_plain of {kind.__name__} returned {shown(form)}; {rule.about('all of it')}"
        ) from None


def _as_json(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return check_for(kind)(value)
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in cast("Sequence[Any]", value)]
    if is_object(value):
        return {check_for(str)(name): _as_json(item) for name, item in value.items()}
    raise RuleError("it must be text, a number, True, False, None, or a list or dict of these")


_AS_IT_IS: Final = frozenset({str, int, float, bool, type(None)})
_TEXT_OF: Final[dict[type, Callable[[Any], Any]]] = {
    PartialDate: str.__str__,
    date: date.isoformat,
    datetime: msgspec.to_builtins,
    Decimal: str,
    UUID: str,
}


def plain_fields(instance: Any) -> dict[str, Any]:
    """Return the fields of an event, or of a part of one, by name."""
    kind = cast("Any", type(instance))
    return {name: plain(getattr(instance, name)) for name in fields_of(kind)}


def with_type(event: Event) -> dict[str, Any]:
    """Return an event with the name of its type, its version and its fields."""
    kind = event.__event__
    return {"type": kind.name, "version": kind.version, "event": plain_fields(event)}


@cache
def fields_of(kind: Any) -> tuple[str, ...]:
    """Return the names of the fields of an attrs class or a dataclass."""
    fields = attrs.fields(kind) if attrs.has(kind) else kind.__dataclass_fields__.values()
    return tuple(field.name for field in fields if field.init)


def _sorted(values: Any) -> list[Any]:
    values = list(values)
    try:
        return sorted(values)
    except TypeError:  # such as text beside numbers, or objects
        return sorted(values, key=lambda value: json.dumps(value, sort_keys=True))


def _name(value: Any) -> str:
    """Return a plain value as a name in a JSON object."""
    return value if isinstance(value, str) else json.dumps(value)


def plain_member(member: Enum) -> str | int:
    """Return a member of an enum as its value, or as its name where JSON cannot hold values."""
    return cast("int", member.value) if is_by_value(type(member)) else member.name


# From plain values to events


@cache
def _converter() -> "Converter":
    """Return the converter; cattrs is loaded when first needed: it takes longer than the rest."""
    from cattrs import Converter  # noqa: PLC0415

    converter = Converter(forbid_extra_keys=True)
    # By class, whose subclasses follow; then by what the last of these functions is true of.
    by_class: dict[Any, Callable[[object, Any], Any]] = {
        **dict.fromkeys((str, int, float, bool), _exactly),
        PartialDate: lambda value, _: PartialDate(cast("str", value)),
        Enum: _member,
        **{kind: _parser(parse) for kind, parse in _PARSERS.items()},
    }
    for kind, structure in by_class.items():
        converter.register_structure_hook(kind, _unless_registered(structure))
    by_kind = converter.register_structure_hook_func
    for origin, structure in ((Literal, _one_of), (tuple, _array), (frozenset, _array)):
        by_kind(_has_origin(origin), structure)
    by_kind(_has_origin(immutabledict), _mapping)
    by_kind(_is_union, _one_of_scalars)
    converter.register_structure_hook_factory(is_part, _part)
    by_kind(lambda kind: isinstance(kind, type) and issubclass(kind, Event), _event_inside)
    by_kind(lambda kind: kind in plain_forms, _registered)
    return converter


def _has_origin(origin: Any) -> Callable[[Any], bool]:
    return lambda kind: origin_of(kind) is origin


def _structure(value: object, kind: Any) -> Any:
    return _converter().structure(value, kind)


def _unless_registered(structure: Callable[[object, Any], Any]) -> Callable[[object, Any], Any]:
    """Read a subclass by its registered form, if it has one, and an enum by its members."""

    def read(value: object, kind: Any) -> Any:
        if kind in plain_forms:
            return _registered(value, kind)
        return (_member if issubclass(kind, Enum) else structure)(value, kind)

    return read


def _exactly(value: object, kind: type) -> Any:
    accepted = (int, float) if kind is float else kind
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise WrongValueError(f"expected {_NAMES[kind]}, got {json_type(value)}")
    return value


def json_type(value: object) -> str:
    """Return the JSON name of a plain value's type, such as "an object"."""
    return "null" if value is None else _NAMES.get(type(value), f"a {type(value).__name__}")


_NAMES: Final[dict[type, str]] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "a truth value",
    dict: "an object",
    list: "an array",
}


def _registered(value: object, kind: Any) -> object:
    return plain_forms[kind].from_plain(value)


def _member(value: object, kind: Any) -> object:
    if issubclass(kind, Flag):
        number = _exactly(value, int)
        try:
            return kind(number)
        except ValueError as error:
            raise WrongValueError(str(error)) from None
    members: dict[Any, object] = {plain_member(member): member for member in kind}
    return members[_option(value, tuple(members))]


def _one_of(value: object, kind: Any) -> object:
    return _option(value, arguments_of(kind))


def _option(value: object, options: tuple[object, ...]) -> object:
    for option in options:
        if type(option) is type(value) and option == value:
            return option
    raise WrongValueError(f"expected one of {', '.join(map(repr, options))}, got {shown(value)}")


def _parser(parse: Callable[[str], Any]) -> Callable[[object, Any], Any]:
    def structure(value: object, kind: Any) -> Any:
        text = _exactly(value, str)
        try:
            return parse(text)
        except (ValueError, InvalidOperation) as error:
            raise WrongValueError(
                f"{shown(text)} is not a {kind.__name__}: {error}".removesuffix(": ")
            ) from None

    return structure


def from_text(kind: Any, text: str) -> object:
    """Return the value of a field's type that a person typed, or the text where it has none."""
    if kind in plain_forms or kind in _PARSERS:
        with suppress(Exception):  # what a user's class raises; the field will refuse the text
            return _structure(text, kind)
    elif isinstance(kind, type) and issubclass(kind, Enum):
        return {str(plain_member(member)): member for member in kind}.get(text, text)
    return text


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError("write it as 2024-02-29")
    return day


def _moment(text: str) -> datetime:
    moment: datetime = msgspec.convert(text, Annotated[datetime, msgspec.Meta(tz=True)])
    return moment


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if str(number) != text:
        raise ValueError(f"write it as {number}")
    return number


_PARSERS: Final[dict[Any, Callable[[str], Any]]] = {
    date: _day,
    datetime: _moment,
    Decimal: _decimal,
    UUID: UUID,
}


def _array(value: object, kind: Any) -> object:
    # cattrs would take any iterable for an array, the letters of a text too.
    items = _exactly(value, list)
    container: Any = origin_of(kind)
    kinds = arguments_of(kind)
    if container is tuple and kinds[1:] != (...,):
        if len(items) != len(kinds):
            raise WrongValueError(f"expected an array of {len(kinds)}, got one of {len(items)}")
        return cast("object", tuple(map(_structure, items, kinds)))
    return cast("Any", container)(_structure(items, _with_arguments(list, kinds[0])))


def _mapping(value: object, kind: Any) -> object:
    pairs = _exactly(value, dict)
    name_kind, value_kind = arguments_of(kind)
    if _is_numbered(base_of(name_kind)):
        pairs = {_number(name): pairs[name] for name in pairs}
    structured = immutabledict(_structure(pairs, _with_arguments(dict, (name_kind, value_kind))))
    if len(structured) < len(pairs):
        raise WrongValueError("two names mean the same")
    return structured


def _is_numbered(kind: Any) -> bool:
    """Return whether the names of a mapping are whole numbers or truth values."""
    if origin_of(kind) is Literal:
        return not isinstance(arguments_of(kind)[0], str)
    if kind in plain_forms:
        return False
    if issubclass(kind, Enum):
        return any(isinstance(plain_member(member), int) for member in kind)
    return issubclass(kind, int)


def _number(name: object) -> object:
    number: object = None
    if isinstance(name, str):
        try:
            number = json.loads(name)
        except ValueError:
            number = None
    if not isinstance(number, int) or json.dumps(number) != name:
        raise WrongValueError(f"expected names that are whole numbers, got {shown(name)}")
    return number


def _is_union(kind: Any) -> bool:
    options = set(arguments_of(kind)) - {type(None)}
    return origin_of(kind) in (Union, UnionType) and len(options) > 1


def _one_of_scalars(value: object, kind: Any) -> object:
    kinds = arguments_of(kind)
    if type(value) in kinds:
        return value
    if type(value) is int and float in kinds:
        return float(value)
    raise WrongValueError(
        f"expected {' or '.join(_NAMES.get(kind, 'null') for kind in kinds)}, "
        f"got {json_type(value)}"
    )


def _part(kind: Any) -> Callable[[object, Any], object]:
    from cattrs.gen import make_dict_structure_fn  # noqa: PLC0415 - loaded with the converter

    build = make_dict_structure_fn(kind, _converter(), _cattrs_forbid_extra_keys=True)
    return lambda value, kind: build(_exactly(value, dict), kind)


def _event_inside(value: object, _: Any) -> Event:
    return build_event(value, "")


def _with_arguments(container: Any, arguments: Any) -> Any:
    """Return a container type with arguments that are known only at run time."""
    return container[arguments]


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a plain value is a JSON object."""
    return isinstance(value, dict)


def require_names(fields: dict[str, Any], wanted: tuple[str, ...], path: str) -> None:
    """Raise RefusedError unless an object has exactly these names."""
    parts = {"missing": set(wanted) - set(fields), "unknown": set(fields) - set(wanted)}
    if any(parts.values()):
        words = (
            f"{what} {', '.join(sorted(map(_name_shown, names)))}"
            for what, names in parts.items()
            if names
        )
        raise RefusedError(path, "; ".join(words))


def _name_shown(name: object) -> str:
    return name if isinstance(name, str) else shown(name)


def build_event(value: object, path: str) -> Event:
    """Return the event in an object of its type, version and fields, and nothing else."""
    if not is_object(value):
        raise RefusedError(path, f"expected an object, got {json_type(value)}")
    require_names(value, ("type", "version", "event"), path)
    return build(value["type"], value["version"], value["event"], path)


def build(name: object, version: object, fields: object, path: str) -> Event:
    """Return the event of this type with these fields, upcast and checked.

    Raises RefusedError with the path to the wrong value.
    """
    if not isinstance(name, str):
        raise RefusedError(f"{path}.type", f"expected text, got {json_type(name)}")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise RefusedError(
            f"{path}.version", f"expected a whole number from 1, got {shown(version)}"
        )
    path = f"{path}.event"
    if not is_object(fields):
        raise RefusedError(path, f"expected an object, got {json_type(fields)}")
    cls: Any = find_class(name)
    if cls is None or version > cls.__event__.version:
        # Python's own writer, because msgspec's has no whole numbers beyond 64 bits.
        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        return UnknownEvent(on=_on_of(fields), type=name, version=version, fields=text)
    for step in range(version, cls.__event__.version):
        try:
            fields = cls.__event__.upcasts[step](fields)
        except Exception as error:
            raise RefusedError(
                path, f"the upcast of {name} from version {step} failed: {error!r}"
            ) from error
    try:
        return cast("Event", _part_hook(cls)(fields, cls))
    except Exception as error:
        raise _refusal(error, path) from error


@cache
def _part_hook(cls: Any) -> Callable[[object, Any], object]:
    return _part(cls)


def _on_of(fields: dict[str, Any]) -> PartialDate | None:
    try:
        return PartialDate(fields["on"])
    except (KeyError, CareerLedgerError):
        return None


def _refusal(error: BaseException, path: str) -> RefusedError:
    """Return the first error that cattrs reports, with the path to the value."""
    from cattrs import (  # noqa: PLC0415 - loaded with the converter
        AttributeValidationNote,
        BaseValidationError,
        ForbiddenExtraKeysError,
        IterableValidationNote,
    )

    while isinstance(error, BaseValidationError):
        errors: Sequence[BaseException] = error.exceptions
        # A name that is misspelt is missing too, and says more.
        misnamed = (each for each in errors if isinstance(each, ForbiddenExtraKeysError))
        error = next(misnamed, errors[0])
        notes: list[object] = getattr(error, "__notes__", [])
        for note in notes:
            if isinstance(note, AttributeValidationNote):
                path += f".{note.name}"
            elif isinstance(note, IterableValidationNote):
                path += f".{note.index}" if isinstance(note.index, str) else f"[{note.index}]"
    if isinstance(error, RefusedError):
        return RefusedError(path + error.path, error.what)
    if isinstance(error, FieldError):
        return RefusedError(".".join([path, *error.args[1:]]), str(error))
    if isinstance(error, CareerLedgerError | WrongValueError):
        return RefusedError(path, str(error))
    if isinstance(error, ForbiddenExtraKeysError):
        return RefusedError(
            path, f"unknown {', '.join(sorted(map(_name_shown, error.extra_fields)))}"
        )
    if isinstance(error, KeyError):
        return RefusedError(path, "the field is missing")
    return RefusedError(path, f"{type(error).__name__}: {error}")


# The public way


def event_to_dict(event: Event) -> dict[str, Any]:
    """Return an event as dicts, lists, text, numbers and None, ready for JSON.

    Returns:
        Its type, version and fields, as an entry of the file has them:
        ``{"type": "course.finished", "version": 1, "event": {"on": "2024-03", ...}}``.

    Raises:
        CodecError: A value has no form in JSON.
    """
    if not isinstance(event, UnknownEvent) and not hasattr(type(event), "__event__"):
        raise wrong("event", event, "it must be an event of a class that @event made")
    if isinstance(event, UnknownEvent):
        return {
            "type": event.type,
            "version": event.version,
            "event": json.loads(event.fields),
        }
    try:
        return with_type(event)
    except Exception as error:  # a class of a user's may fail in any way
        raise unwritable(event, error) from error


def unwritable(event: Event, error: Exception) -> CodecError:
    """Return the error for an event that has no form in JSON."""
    return CodecError(f"{type(event).__name__} has a value that JSON cannot hold: {error}")


def event_from_dict(plain: Mapping[str, Any]) -> Action:
    """Return the event that plain values stand for; JSON is read by ``json.loads`` before.

    Args:
        plain: What ``event_to_dict`` returns. The version may be left out, which means the newest
            one, and so may each field that has a default.

    Raises:
        CodecError: There is no such type of event, or a field is missing, unknown or wrong; the
            message has the path to it.
    """
    if not isinstance(cast("object", plain), Mapping):
        raise CodecError(
            f"not an event: expected a mapping, got {json_type(plain)}; "
            "json.loads makes one of JSON"
        )
    cls = find_class(name) if isinstance(name := plain.get("type"), str) else None
    typed = {"version": 1 if cls is None else cls.__event__.version, **plain}
    try:
        event = build_event(typed, "$")
    except RefusedError as refused:
        raise CodecError(f"not an event: {refused}") from refused.__cause__
    if isinstance(event, UnknownEvent):
        raise CodecError(f"not an event: {_unknown(event)}, at $.type")
    if not isinstance(event, Action):
        raise CodecError(
            f"{event.__event__.name} is a correction, which only ledger.void and ledger.amend make"
        )
    return event


def _unknown(event: UnknownEvent) -> str:
    cls = find_class(event.type)
    if cls is not None:
        return f"{event.type} has versions up to {cls.__event__.version}, not {event.version}"
    from difflib import get_close_matches  # noqa: PLC0415 - for a message alone

    near = get_close_matches(event.type, [known.__event__.name for known in catalogue])
    meant = f"; did you mean {near[0]!r}?" if near else "; import the module that defines it"
    return f"there is no event type {event.type!r}{meant}"
