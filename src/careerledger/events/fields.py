"""Field types, the rules in their annotations, and the check of a field's value.

A rule is part of the annotation, where readers, test strategies and the codec all find it:

    importance: Annotated[float, Interval(ge=0, le=1)]
    contact: Annotated[str, MinLen(1), Introduces("contact")]
"""

import re
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag
from functools import cache, partial
from math import isfinite
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    TypeAlias,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
    overload,
)
from uuid import UUID

import attrs
from immutabledict import immutabledict

from careerledger.dates import DateLike, PartialDate, cached_date
from careerledger.errors import DateError, DefinitionError, FieldError
from careerledger.events.rules import Interval, MinLen, Predicate, Rule, rules_in
from careerledger.text import shown

S = TypeVar("S")
G = TypeVar("G")

if TYPE_CHECKING:

    class Accepts(Generic[S, G]):
        """A field that stores an S and accepts a G; a type checker sees both."""

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> "Accepts[S, G]": ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> S: ...
        def __get__(self, instance: object | None, owner: type[Any]) -> Any: ...
        def __set__(self, instance: object, value: G) -> None: ...

else:

    class Accepts:
        """A field that stores an S and accepts a G; at run time it is the S."""

        def __class_getitem__(cls, item: tuple[Any, Any]) -> Any:
            return item[0]


class Introduces(NamedTuple):
    """The field holds a new id of this kind, unique within a ledger."""

    kind: str


class Refers(NamedTuple):
    """The field holds one or more ids, of these kinds, that other events introduce."""

    kinds: tuple[str, ...]

    @classmethod
    def to(cls, *kinds: str) -> "Refers":
        """Mark a field as a reference to ids of these kinds, in its annotation."""
        return cls(kinds)


class Personal(NamedTuple):
    """The field holds data about another person that can be erased; see ``personal``."""

    subject: str


def personal(*, subject: str) -> Personal:
    """Mark a field, in its annotation, as data about another person.

        name: Annotated[str, personal(subject="contact")]

    The log stores a salted hash of the value, and the value itself beside the log, so that
    ``ledger.forget`` can erase it. An erased text reads as ``"forgotten"``; a field of another
    type reads as its default, or None.

    Args:
        subject: The name of the event's field with that person's id.
    """
    return Personal(subject)


class PlainForm(NamedTuple):
    """A pair of functions: a value to text, numbers, lists and dicts, and back."""

    to_plain: Callable[[Any], Any]
    from_plain: Callable[[Any], Any]


plain_forms: Final[dict[type, PlainForm]] = {}
"""The forms of users' own classes; see ``register_type``."""

FORGOTTEN: Final = "forgotten"
"""The text that replaces an erased text."""

OnDate: TypeAlias = Accepts[PartialDate, DateLike]
"""A date: a year, a month or a day."""
Texts: TypeAlias = Accepts[tuple[str, ...], Iterable[str]]
"""A tuple of texts; accepts any iterable of them."""
TextSet: TypeAlias = Accepts[frozenset[str], Iterable[str]]
"""A set of texts; accepts any iterable of them."""
Text = Annotated[str, MinLen(1)]
"""A text that is not empty."""
Share = Annotated[float, Interval(ge=0, le=1)]
"""A number from 0 to 1."""
Level = Annotated[int, Interval(ge=-2, le=2)]
"""A whole number from -2 to +2."""
Grade = Annotated[int, Interval(ge=1, le=5)]
"""A whole number from 1 to 5."""
Hours = Annotated[float, Interval(ge=0, le=100_000)]
"""Hours of one action; 100,000 are eleven years without sleep."""
Positive = Annotated[float, Interval(gt=0)]
"""A number above 0."""
WeightByTheme: TypeAlias = Accepts[immutabledict[str, Positive], Mapping[str, float]]
"""Themes, each with a weight above 0."""


class RuleError(Exception):
    """A value breaks a rule, which the text states: "it must be a whole number"."""

    def about(self, subject: str) -> str:
        """Return the rule about something with a name, such as "each name"."""
        return re.sub("^it(?= must)", subject, str(self))


Check = Callable[[Any], Any]


def _check_value(value: object, event: object, attribute: "attrs.Attribute[Any]") -> object:
    check, default = attribute.metadata[_CHECK]
    if value is default:  # as most fields are; it was checked when the class was defined
        return value
    try:
        return check(value)
    except RuleError as rule:
        raise FieldError(
            f"{attribute.name} of {type(event).__name__} is {shown(value)}; {rule}",
            attribute.name,
        ) from None


_CHECK: Final = "careerledger.check"
_CONVERTER: Final = attrs.Converter(_check_value, takes_self=True, takes_field=True)


def with_check(attribute: Any, check: Check, default: object, *, is_value: bool) -> Any:
    """Return an attribute of attrs with a check of its values.

    Args:
        attribute: The attribute.
        check: Converts a value to the one that the field stores, or raises RuleError.
        default: The default, checked if it is a value.
        is_value: Whether the default is a value, rather than ``attrs.NOTHING`` or a Factory.
    """
    metadata = {**attribute.metadata, _CHECK: (check, default if is_value else object())}
    return attribute.evolve(default=default, metadata=metadata, converter=_CONVERTER)


def check_of(attribute: "attrs.Attribute[Any]") -> Check | None:
    """Return the check of an event's or a part's field; None for a field of another class."""
    check, _ = attribute.metadata.get(_CHECK, (None, None))
    return cast("Check | None", check)


def check_for(annotation: object) -> Check:
    """Return a function that converts a value to the one a field stores, or raises RuleError.

    Raises DefinitionError for an annotation whose values are mutable, cannot be checked, or have
    no form in JSON.
    """
    of_generic = _GENERIC.get(get_origin(annotation))
    if of_generic is not None:
        return of_generic(get_args(annotation))
    if isinstance(annotation, NewType):
        return check_for(annotation.__supertype__)
    if not isinstance(annotation, type):
        raise _unsupported(annotation)
    kind = cast("type[Any]", annotation)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind not in plain_forms and kind not in typed_kinds:
        if issubclass(kind, Enum):
            _require_members(kind)
        elif issubclass(kind, tuple(typed_kinds)):
            raise DefinitionError(
                f"is annotated {kind.__name__}, an event class; annotate it as Event, with which "
                "the type of each event is recorded too"
            )
        elif is_part(kind) and _is_frozen(kind):
            _require_plain_fields(kind)
        else:
            raise _unsupported(kind)
    return partial(_instance_of, kind)


def _check_inside(annotation: object) -> Check:
    """Return the check of a part of a field's value."""
    if base_of(annotation) in typed_kinds:
        raise DefinitionError(
            "holds events within another value; use a field of the type Event for each"
        )
    return check_for(annotation)


typed_kinds: Final[set[type]] = set()
"""Classes whose values are stored with a type name: only ``Event``."""


def _unsupported(annotation: object) -> DefinitionError:
    return DefinitionError(
        f"is annotated {annotation!r}, which is mutable, cannot be checked, or has no form in "
        "JSON; use tuple[..., ...], frozenset[...], immutabledict[..., ...], a Literal, an enum, "
        "a frozen attrs class or dataclass, or a class with a form of its own: "
        "careerledger.events.register_type"
    )


def is_part(kind: Any) -> bool:
    """Return whether a class is an attrs class or a dataclass."""
    return isinstance(kind, type) and (attrs.has(kind) or hasattr(kind, "__dataclass_fields__"))


def hints_of(cls: type) -> dict[str, Any]:
    """Return the annotations of a class with their rules; DefinitionError if one is unreadable."""
    try:
        return get_type_hints(cls, include_extras=True)
    except NameError as error:
        raise DefinitionError(
            f"an annotation of {cls.__name__} cannot be read: {error}; define what it names "
            "at the top of the module, outside functions and TYPE_CHECKING"
        ) from error


def _is_frozen(kind: Any) -> bool:
    """Return whether an attrs class or a dataclass is frozen."""
    frozen: bool
    if hasattr(kind, "__attrs_attrs__"):
        frozen = kind.__setattr__ is _FROZEN.__setattr__
    else:
        frozen = kind.__dataclass_params__.frozen
    return frozen


_FROZEN: Final[Any] = attrs.make_class("_FROZEN", (), frozen=True)
"""A frozen class; all of them share one ``__setattr__``."""


@cache
def is_by_value(kind: type[Enum]) -> bool:
    """Return whether the members of an enum are written by their values, not their names."""
    kinds: set[Any] = {type(member.value) for member in kind}
    return issubclass(kind, Flag) or kinds <= {str} or kinds <= {int}


def _require_members(kind: type[Enum]) -> None:
    """Raise DefinitionError for an enum without members, or with numbers of over 64 bits."""
    if not list(kind):
        raise DefinitionError(f"is annotated {kind.__name__}, an enum that has no members; add one")
    if not is_by_value(kind):
        return
    for member in kind:
        if isinstance(member.value, int) and not _has_64_bits(member.value):
            raise DefinitionError(
                f"is annotated {kind.__name__}, whose member {member.name} is {member.value}; "
                "its value must be a whole number of at most 64 bits"
            )


def _require_plain_fields(kind: type) -> None:
    """Raise DefinitionError unless every field of a class has a type that events may hold."""
    if kind in _in_progress:  # a class with a field of its own type
        return
    _in_progress.add(kind)
    try:
        for name, annotation in get_type_hints(kind, include_extras=True).items():
            if get_origin(annotation) is not ClassVar:
                _require_plain(f"is annotated {kind.__name__}, whose field {name}", annotation)
    except NameError as error:
        raise DefinitionError(
            f"is annotated {kind.__name__}, but one of its annotations cannot be read: {error}"
        ) from error
    finally:
        _in_progress.discard(kind)


def _require_plain(where: str, annotation: object) -> None:
    try:
        _check_inside(annotation)
    except DefinitionError as error:
        raise DefinitionError(f"{where} {error}") from None


_in_progress: Final[set[type]] = set()


def _require_name(annotation: object) -> None:
    """Raise DefinitionError unless values of this type can name the members of a JSON object."""
    kind = base_of(annotation)
    if get_origin(kind) is Literal:
        fits = len(set(map(type, get_args(kind)))) == 1
    else:
        fits = isinstance(kind, type) and kind is not float and not is_part(kind)
    if not fits:
        raise DefinitionError(
            f"is a mapping with names of type {annotation!r}, which a JSON object cannot have; "
            "use text, whole numbers, dates or enums"
        )


def classes_in(annotation: Any) -> set[type]:
    """Return all classes that occur in an annotation, and in the fields of its classes."""
    classes: set[type] = set()
    waiting = [annotation]
    while waiting:
        kind = base_of(waiting.pop())
        waiting.extend(() if get_origin(kind) is Literal else get_args(kind))
        if isinstance(kind, type) and kind not in classes:
            classes.add(kind)
            if kind not in plain_forms and is_part(kind):
                waiting.extend(get_type_hints(kind, include_extras=True).values())
    return classes


def base_of(annotation: Any) -> Any:
    """Return the type beneath Annotated and NewType."""
    while True:
        if isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        else:
            return annotation


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise RuleError("it must be text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RuleError(
            "it must be text without lone surrogates, which UTF-8 cannot encode"
        ) from None
    return str.__str__(value)


def _whole_number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise RuleError("it must be a whole number")
    if not _has_64_bits(value):
        raise RuleError("it must be a whole number of at most 64 bits")
    return int(value)


def _has_64_bits(number: int) -> bool:
    return -(2**63) <= number < 2**63


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise RuleError("it must be a number")
    try:
        number = float(value)
    except OverflowError:
        raise RuleError("it must be a finite number") from None
    if not isfinite(number):
        raise RuleError("it must be a finite number")
    return number


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise RuleError("it must be True or False")
    return value


def _date(value: object) -> PartialDate:
    try:
        return cached_date(value) if type(value) is str else PartialDate(cast("str", value))
    except DateError as error:
        _, _, rule = str(error).partition("; ")
        raise RuleError(
            f"it must be a date: {rule}"
            if rule
            else "it must be a date that the calendar has, such as '2019-03-14'"
        ) from None


def _calendar_day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise RuleError("it must be a datetime.date")
    return date(value.year, value.month, value.day)


def _moment(value: object) -> datetime:
    """Return an instant with its offset from UTC, the only part of a time zone that text has."""
    offset = value.utcoffset() if isinstance(value, datetime) else None
    if offset is None:
        raise RuleError("it must be a datetime with a time zone, such as datetime.now(UTC)")
    if offset % timedelta(minutes=1):
        raise RuleError("it must be a datetime whose offset from UTC is whole minutes")
    zone = timezone(offset) if offset else UTC
    # From its parts, because a subclass such as that of pandas may hold more than a datetime.
    at = cast("datetime", value)
    return datetime(
        at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, tzinfo=zone
    )


def _decimal(value: object) -> Decimal:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise RuleError("it must be a finite decimal.Decimal")
    return Decimal(value)


def _uuid(value: object) -> UUID:
    if not isinstance(value, UUID):
        raise RuleError("it must be a uuid.UUID")
    return UUID(int=value.int)


_PLAIN: dict[type, Check] = {
    str: _text,
    int: _whole_number,
    float: _number,
    bool: _yes_or_no,
    PartialDate: _date,
    date: _calendar_day,
    datetime: _moment,
    Decimal: _decimal,
    UUID: _uuid,
}


def _instance_of(kind: type, value: object) -> object:
    # Of a subclass of any other class, what it adds would not be recorded.
    if type(value) is not kind and not (kind in typed_kinds and isinstance(value, kind)):
        raise RuleError(f"it must be a {kind.__name__}")
    return value


def _union(options: tuple[Any, ...]) -> Check:
    kinds = [option for option in options if option is not type(None)]
    if len(kinds) == 1:
        check_one = _check_inside(kinds[0])
    elif set(kinds) <= _SCALARS.keys():
        check_one = _scalar([kind for kind in _SCALARS if kind in kinds])
    else:
        raise DefinitionError(
            f"is annotated with {len(kinds)} types; use one type, or one type and None, "
            "or any of str, int, float and bool"
        )
    return check_one if len(kinds) == len(options) else _optional(check_one)


_SCALARS: Final[dict[type, str]] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "text",
}
"""Types that JSON distinguishes, in the order in which a value is tried."""


def _scalar(kinds: list[type]) -> Check:
    checks = [_PLAIN[kind] for kind in kinds]

    def check(value: object) -> object:
        for check_one in checks:
            with suppress(RuleError):
                return check_one(value)
        raise RuleError(f"it must be {' or '.join(_SCALARS[kind] for kind in kinds)}")

    return check


def _optional(check_one: Check) -> Check:
    def check(value: object) -> object:
        try:
            return None if value is None else check_one(value)
        except RuleError as rule:
            none = "None" if str(rule).startswith("it must be ") else "it must be None"
            raise RuleError(f"{rule}, or {none}") from None

    return check


def _tuples(parts: tuple[Any, ...]) -> Check:
    if parts[1:] == (...,):
        return _many(tuple, _check_inside(parts[0]))
    return _fixed(tuple(map(_check_inside, parts)))


def _fixed(checks: tuple[Check, ...]) -> Check:
    def check(value: object) -> object:
        if not isinstance(value, tuple | list) or len(cast("list[object]", value)) != len(checks):
            raise RuleError(f"it must be a tuple of {len(checks)} values")
        parts = cast("list[object]", value)
        return tuple(check_one(part) for check_one, part in zip(checks, parts, strict=True))

    return check


def _one_of(options: tuple[Any, ...]) -> Check:
    for option in options:
        if type(option) not in _LITERALS:
            raise DefinitionError(
                f"is annotated with the literal {shown(option)}, which JSON cannot hold; use text, "
                "whole numbers, True, False or None, or the enum itself"
            )
        if isinstance(option, int) and not _has_64_bits(option):
            raise DefinitionError(
                f"is annotated with the literal {option}; "
                "it must be a whole number of at most 64 bits"
            )

    def check(value: object) -> object:
        for option in options:
            if type(option) is type(value) and option == value:
                return option
        raise RuleError(f"it must be one of {', '.join(map(repr, options))}")

    return check


_LITERALS: Final = frozenset({str, int, bool, type(None)})


def _many(container: Callable[[Iterable[Any]], Any], check_item: Check) -> Check:
    def check(value: object) -> object:
        if not isinstance(value, _COLLECTIONS) and (
            isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable)
        ):
            raise RuleError("it must be a collection of values, such as a list or a set")
        items: list[Any] = []
        for item in cast("Iterable[object]", value):
            try:
                items.append(check_item(item))
            except RuleError as rule:
                raise RuleError(rule.about("each of its values")) from None
        return container(items)

    return check


_COLLECTIONS: Final = (tuple, frozenset, list, set)
"""The usual collections; the check against an abstract class takes five times as long."""


def _mapping(kinds: tuple[Any, ...]) -> Check:
    _require_name(kinds[0])
    check_key, check_value = map(_check_inside, kinds)

    def check(value: object) -> immutabledict[Any, Any]:
        if not isinstance(value, (immutabledict, dict, Mapping)):
            raise RuleError("it must be a mapping such as {'name': 1}")
        pairs = cast("Mapping[object, object]", value)
        subject = "each of its names"
        checked: dict[Any, Any] = {}
        try:
            for key, item in pairs.items():
                subject = "each of its names"
                name = check_key(key)
                subject = "each of its values"
                checked[name] = check_value(item)
        except RuleError as rule:
            raise RuleError(rule.about(subject)) from None
        return immutabledict(checked)

    return check


def _ruled(check_base: Check, rules: list[Rule]) -> Check:
    if not rules:
        return check_base
    text = f"it must {' and '.join(map(_text_of, rules))}"
    conditions = [condition for rule in rules for condition in _conditions(rule)]

    def check(value: object) -> object:
        value = check_base(value)
        try:
            for holds in conditions:
                if not holds(value):
                    raise RuleError(text)
        except TypeError:  # a rule for another type than the value's, such as a length of None
            raise RuleError(text) from None
        return value

    return check


def _text_of(rule: Rule) -> str:
    """Return the text that completes "it must …"."""
    if isinstance(rule, MinLen):
        least = rule.min_length
        return "not be empty" if least == 1 else f"have a length of at least {least}"
    if isinstance(rule, Predicate):
        return f"be {rule.text}"
    if rule.ge is not None and rule.le is not None:
        return f"be between {rule.ge} and {rule.le}"
    words = {"gt": "above {}", "ge": "{} or more", "lt": "below {}", "le": "at most {}"}
    bounds = [(words[name], bound) for name, bound in rule._asdict().items() if bound is not None]
    return f"be {' and '.join(text.format(bound) for text, bound in bounds)}"


def _conditions(rule: Rule) -> Iterator[Callable[[Any], bool]]:
    """Yield functions that are all true of a value that follows the rule."""
    if isinstance(rule, MinLen):
        yield lambda value: len(value) >= rule.min_length
    elif isinstance(rule, Predicate):
        yield rule.func
    else:
        gt, ge, lt, le = rule
        if gt is not None:
            yield lambda value: value > gt
        if ge is not None:
            yield lambda value: value >= ge
        if lt is not None:
            yield lambda value: value < lt
        if le is not None:
            yield lambda value: value <= le


_GENERIC: Final[dict[object, Callable[[tuple[Any, ...]], Check]]] = {
    Annotated: lambda arguments: _ruled(check_for(arguments[0]), rules_in(arguments[1:])),
    Union: _union,
    types.UnionType: _union,
    Literal: _one_of,
    tuple: _tuples,
    frozenset: lambda arguments: _many(frozenset, _check_inside(arguments[0])),
    immutabledict: _mapping,
}
