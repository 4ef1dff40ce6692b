"""What the fields of an event may hold: the types, the rules, and the check of a value.

A rule stands in the annotation, so whoever reads the class, a test strategy included, sees it:

    importance: Annotated[float, Interval(ge=0, le=1)]
    contact: Annotated[str, MinLen(1), Introduces("contact")]
"""

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
from careerledger.events.rules import Interval, MinLen, Rule, rules_in
from careerledger.text import shown

S = TypeVar("S")
G = TypeVar("G")

if TYPE_CHECKING:

    class Accepts(Generic[S, G]):
        """A field that holds an S and may be given as a G; a type checker sees both."""

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> "Accepts[S, G]": ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> S: ...
        def __get__(self, instance: object | None, owner: type[Any]) -> Any: ...
        def __set__(self, instance: object, value: G) -> None: ...

else:

    class Accepts:
        """A field that holds an S and may be given as a G; at run time it is the S."""

        def __class_getitem__(cls, item: tuple[Any, Any]) -> Any:
            return item[0]


class Introduces(NamedTuple):
    """The field is an id of this kind that the event introduces: unique within a ledger."""

    kind: str


class Refers(NamedTuple):
    """The field holds ids that other events introduce, each of one of these kinds."""

    kinds: tuple[str, ...]

    @classmethod
    def to(cls, *kinds: str) -> "Refers":
        """The reference to an id of one of these kinds."""
        return cls(kinds)


class Personal(NamedTuple):
    """The field tells of another person, and can be forgotten; see ``personal``."""

    subject: str


def personal(*, subject: str) -> Personal:
    """Mark a field as telling of another person, in its annotation.

    Its values are kept beside the log, which holds a salted hash of each alone, so that
    ``ledger.forget`` can erase them:

        name: Annotated[str, personal(subject="contact")]

    What was erased reads as ``"forgotten"``; a field that holds no text, as its default or None.

    Args:
        subject: The event's field with the id of that person.
    """
    return Personal(subject)


class PlainForm(NamedTuple):
    """How values of a class become text, numbers, lists and dicts, and what they are made of."""

    to_plain: Callable[[Any], Any]
    from_plain: Callable[[Any], Any]


plain_forms: Final[dict[type, PlainForm]] = {}
"""The forms of users' own classes; see ``register_type``."""

FORGOTTEN: Final = "forgotten"
"""What stands where something was said of a person who was forgotten."""

OnDate: TypeAlias = Accepts[PartialDate, DateLike]
"""A date: a year, a month or a day."""
Texts: TypeAlias = Accepts[tuple[str, ...], Iterable[str]]
"""Texts in an order."""
TextSet: TypeAlias = Accepts[frozenset[str], Iterable[str]]
"""Texts without an order, each once."""
Text = Annotated[str, MinLen(1)]
"""A text that is not empty."""
Share = Annotated[float, Interval(ge=0, le=1)]
"""A number from 0 to 1."""
Level = Annotated[int, Interval(ge=-2, le=2)]
"""A whole number from -2 to +2."""
Grade = Annotated[int, Interval(ge=1, le=5)]
"""A whole number from 1 to 5."""
Hours = Annotated[float, Interval(ge=0, le=100_000)]
"""Hours of one action: no more than eleven years without sleep."""
Positive = Annotated[float, Interval(gt=0)]
"""A number above 0."""
WeightByTheme: TypeAlias = Accepts[immutabledict[str, Positive], Mapping[str, float]]
"""Themes, each with a weight above 0."""


class RuleError(Exception):
    """A value breaks a rule; the text completes "it must be …"."""


Check = Callable[[Any], Any]


def _check_value(value: object, event: object, attribute: "attrs.Attribute[Any]") -> object:
    check, default = attribute.metadata[_CHECK]
    if value is default:  # as most fields are; it was checked when the class was defined
        return value
    try:
        return check(value)
    except RuleError as rule:
        raise FieldError(
            f"{attribute.name} of {type(event).__name__} is {shown(value)}; it must be {rule}",
            attribute.name,
        ) from None


_CHECK: Final = "careerledger.check"
_CONVERTER: Final = attrs.Converter(_check_value, takes_self=True, takes_field=True)


def with_check(attribute: Any, check: Check, default: object, *, made_anew: bool) -> Any:
    """Return the attribute of a class with a check of its values.

    Args:
        attribute: Of attrs.
        check: Turns a value into what the field holds, or raises RuleError.
        default: The checked default.
        made_anew: Whether there is no default, or a new one for each event.
    """
    metadata = {**attribute.metadata, _CHECK: (check, object() if made_anew else default)}
    return attribute.evolve(default=default, metadata=metadata, converter=_CONVERTER)


def check_of(attribute: "attrs.Attribute[Any]") -> Check | None:
    """Return the check of a field of an event, or of a part of one; None: of another class."""
    check, _ = attribute.metadata.get(_CHECK, (None, None))
    return cast("Check | None", check)


def check_for(annotation: object) -> Check:
    """Return the function that turns a value into what a field holds, or raises RuleError.

    Raises DefinitionError for an annotation whose values could not be checked, could change, or
    have no form in JSON.
    """
    of_generic = _GENERIC.get(get_origin(annotation))
    if of_generic is not None:
        return of_generic(get_args(annotation))
    if isinstance(annotation, NewType):
        return check_for(annotation.__supertype__)
    if not isinstance(annotation, type):
        raise _unfit(annotation)
    kind = cast("type[Any]", annotation)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind not in plain_forms and kind not in typed_kinds:
        if issubclass(kind, Enum):
            _require_short_numbers(kind)
        elif is_part(kind) and _is_frozen(kind):
            _require_plain_fields(kind)
        else:
            raise _unfit(kind)
    return partial(_instance_of, kind)


typed_kinds: Final[set[type]] = set()
"""Classes whose values are written with the name of their type beside them: ``Event`` alone."""


def _unfit(annotation: object) -> DefinitionError:
    return DefinitionError(
        f"is annotated {annotation!r}, which can change or cannot be checked, or has no form in "
        "JSON; use tuple[..., ...], frozenset[...], immutabledict[..., ...], a Literal, an enum, "
        "a frozen attrs class or dataclass, or a class with a form of its own: "
        "careerledger.events.register_type"
    )


def is_part(kind: Any) -> bool:
    """Return whether the values of a class are objects with named fields."""
    return isinstance(kind, type) and (attrs.has(kind) or hasattr(kind, "__dataclass_fields__"))


def hints_of(cls: type) -> dict[str, Any]:
    """Return the annotations of a class with their rules; DefinitionError for an unreadable one."""
    try:
        return get_type_hints(cls, include_extras=True)
    except NameError as error:
        raise DefinitionError(
            f"an annotation of {cls.__name__} cannot be read: {error}; define what it names "
            "at the top of the module, outside functions and TYPE_CHECKING"
        ) from error


def _is_frozen(kind: Any) -> bool:
    """Whether the fields of an attrs class or a dataclass stay as they are."""
    frozen: bool
    if hasattr(kind, "__attrs_attrs__"):
        frozen = kind.__setattr__ is _FROZEN.__setattr__
    else:
        frozen = kind.__dataclass_params__.frozen
    return frozen


_FROZEN: Final[Any] = attrs.make_class("_FROZEN", (), frozen=True)
"""All frozen classes of attrs share one ``__setattr__``."""


@cache
def is_by_value(kind: type[Enum]) -> bool:
    """Return whether the members of an enum are written by their values, not their names."""
    kinds: set[Any] = {type(member.value) for member in kind}
    return issubclass(kind, Flag) or kinds <= {str} or kinds <= {int}


def _require_short_numbers(kind: type[Enum]) -> None:
    """Raise DefinitionError where a member of an enum is written as a number of over 64 bits."""
    if not is_by_value(kind):
        return
    for member in kind:
        if isinstance(member.value, int) and not _has_64_bits(member.value):
            raise DefinitionError(
                f"is annotated {kind.__name__}, whose member {member.name} is {member.value}; "
                "its value must be a whole number of at most 64 bits"
            )


def _require_plain_fields(kind: type) -> None:
    """Raise DefinitionError unless an event can hold the fields of a class."""
    if kind in _examined:  # as it is while the fields of one that holds itself are examined
        return
    _examined.add(kind)
    try:
        for name, annotation in get_type_hints(kind, include_extras=True).items():
            if get_origin(annotation) is not ClassVar:
                _require_plain(f"is annotated {kind.__name__}, whose field {name}", annotation)
    except NameError as error:
        raise DefinitionError(
            f"is annotated {kind.__name__}, an annotation of which cannot be read: {error}"
        ) from error
    finally:
        _examined.discard(kind)


def _require_plain(where: str, annotation: object) -> None:
    try:
        check_for(annotation)
    except DefinitionError as error:
        raise DefinitionError(f"{where} {error}") from None


_examined: Final[set[type]] = set()


def _require_name(annotation: object) -> None:
    """Raise DefinitionError unless values of this type can be the names of a JSON object."""
    kind = base_of(annotation)
    if get_origin(kind) is Literal:
        fits = len(set(map(type, get_args(kind)))) == 1
    else:
        fits = isinstance(kind, type) and kind is not float and not is_part(kind)
    if not fits:
        raise DefinitionError(
            f"is a mapping by {annotation!r}, which cannot be the names of a JSON object; "
            "use text, whole numbers, dates or enums"
        )


def classes_in(annotation: Any) -> set[type]:
    """Return the classes that the values of an annotation consist of, through all parts."""
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
    """Return an annotation without its rules and its name as a NewType."""
    while True:
        if isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        else:
            return annotation


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise RuleError("text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RuleError("text that UTF-8 can write, without lone surrogates") from None
    return str.__str__(value)


def _whole_number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise RuleError("a whole number")
    if not _has_64_bits(value):
        raise RuleError("a whole number of at most 64 bits")
    return int(value)


def _has_64_bits(number: int) -> bool:
    return -(2**63) <= number < 2**63


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise RuleError("a number")
    try:
        number = float(value)
    except OverflowError:
        raise RuleError("a finite number") from None
    if not isfinite(number):
        raise RuleError("a finite number")
    return number


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise RuleError("True or False")
    return value


def _date(value: object) -> PartialDate:
    try:
        return cached_date(value) if type(value) is str else PartialDate(cast("str", value))
    except DateError as error:
        _, _, rule = str(error).partition("; ")
        raise RuleError(
            f"a date: {rule}" if rule else "a date that the calendar has, such as '2019-03-14'"
        ) from None


def _calendar_day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise RuleError("a datetime.date")
    return date(value.year, value.month, value.day)


def _moment(value: object) -> datetime:
    """The instant with its offset from UTC, which is all that text can say of a time zone."""
    offset = value.utcoffset() if isinstance(value, datetime) else None
    if offset is None:
        raise RuleError("a datetime with a time zone, such as datetime.now(UTC)")
    if offset % timedelta(minutes=1):
        raise RuleError("a datetime whose offset from UTC is whole minutes")
    zone = timezone(offset) if offset else UTC
    # From its parts, because a subclass such as that of pandas may hold more than a datetime.
    at = cast("datetime", value)
    return datetime(
        at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, tzinfo=zone
    )


def _decimal(value: object) -> Decimal:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise RuleError("a finite decimal.Decimal")
    return Decimal(value)


def _uuid(value: object) -> UUID:
    if not isinstance(value, UUID):
        raise RuleError("a uuid.UUID")
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
    if not isinstance(value, kind):
        raise RuleError(f"a {kind.__name__}")
    return value


def _union(options: tuple[Any, ...]) -> Check:
    kinds = [option for option in options if option is not type(None)]
    if len(kinds) == 1:
        check_one = check_for(kinds[0])
    elif set(kinds) <= _SCALARS.keys():
        check_one = _scalar([kind for kind in _SCALARS if kind in kinds])
    else:
        raise DefinitionError(
            f"is annotated with {len(kinds)} types; a field holds values of one, or None, "
            "or any of str, int, float and bool"
        )
    return check_one if len(kinds) == len(options) else _optional(check_one)


_SCALARS: Final[dict[type, str]] = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "text",
}
"""Types whose values JSON tells apart, in the order in which a value is tried."""


def _scalar(kinds: list[type]) -> Check:
    checks = [_PLAIN[kind] for kind in kinds]

    def check(value: object) -> object:
        for check_one in checks:
            with suppress(RuleError):
                return check_one(value)
        raise RuleError(" or ".join(_SCALARS[kind] for kind in kinds))

    return check


def _optional(check_one: Check) -> Check:
    def check(value: object) -> object:
        try:
            return None if value is None else check_one(value)
        except RuleError as rule:
            raise RuleError(f"{rule}, or None") from None

    return check


def _tuples(parts: tuple[Any, ...]) -> Check:
    if parts[1:] == (...,):
        return _many(tuple, check_for(parts[0]))
    return _fixed(tuple(map(check_for, parts)))


def _fixed(checks: tuple[Check, ...]) -> Check:
    def check(value: object) -> object:
        if not isinstance(value, tuple | list) or len(cast("list[object]", value)) != len(checks):
            raise RuleError(f"a tuple of {len(checks)}")
        parts = cast("list[object]", value)
        return tuple(check_one(part) for check_one, part in zip(checks, parts, strict=True))

    return check


def _one_of(options: tuple[Any, ...]) -> Check:
    for option in options:
        if isinstance(option, int) and not _has_64_bits(option):
            raise DefinitionError(
                f"is annotated with the literal {option}; "
                "it must be a whole number of at most 64 bits"
            )

    def check(value: object) -> object:
        for option in options:
            if type(option) is type(value) and option == value:
                return option
        raise RuleError("one of " + ", ".join(map(repr, options)))

    return check


def _many(container: Callable[[Iterable[Any]], Any], check_item: Check) -> Check:
    def check(value: object) -> object:
        if not isinstance(value, _COLLECTIONS) and (
            isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable)
        ):
            raise RuleError("a collection of values, not a single one")
        items: list[Any] = []
        for item in cast("Iterable[object]", value):
            try:
                items.append(check_item(item))
            except RuleError as rule:
                raise RuleError(f"a collection in which each value is {rule}") from None
        return container(items)

    return check


_COLLECTIONS: Final = (tuple, frozenset, list, set)
"""What collections mostly are; to ask an abstract class takes five times as long."""


def _mapping(kinds: tuple[Any, ...]) -> Check:
    _require_name(kinds[0])
    check_key, check_value = map(check_for, kinds)

    def check(value: object) -> immutabledict[Any, Any]:
        if not isinstance(value, (immutabledict, dict, Mapping)):
            raise RuleError("a mapping such as {'name': 1}")
        pairs = cast("Mapping[object, object]", value)
        try:
            return immutabledict({check_key(k): check_value(v) for k, v in pairs.items()})
        except RuleError as rule:
            raise RuleError(f"a mapping in which each name and value is {rule}") from None

    return check


def _ruled(check_base: Check, rules: list[Rule]) -> Check:
    if not rules:
        return check_base
    bounds = [bound for rule in rules for bound in _bounds(rule)]
    words = " and ".join(word for word, _ in bounds)
    conditions = [holds for _, holds in bounds]

    def check(value: object) -> object:
        value = check_base(value)
        try:
            for holds in conditions:
                if not holds(value):
                    raise RuleError(words)
        except TypeError:  # a rule for another type than the value's, such as a length of None
            raise RuleError(words) from None
        return value

    return check


def _bounds(rule: Rule) -> Iterator[tuple[str, Callable[[Any], bool]]]:
    if isinstance(rule, Interval):
        gt, ge, lt, le = rule
        if gt is not None:
            yield f"more than {gt}", lambda value: value > gt
        if ge is not None:
            yield f"{ge} or more", lambda value: value >= ge
        if lt is not None:
            yield f"less than {lt}", lambda value: value < lt
        if le is not None:
            yield f"{le} or less", lambda value: value <= le
    elif isinstance(rule, MinLen):
        least = rule.min_length
        word = "not empty" if least == 1 else f"at least {least} long"
        yield word, lambda value: len(value) >= least
    else:
        yield rule.text, rule.func


_GENERIC: Final[dict[object, Callable[[tuple[Any, ...]], Check]]] = {
    Annotated: lambda arguments: _ruled(check_for(arguments[0]), rules_in(arguments[1:])),
    Union: _union,
    types.UnionType: _union,
    Literal: _one_of,
    tuple: _tuples,
    frozenset: lambda arguments: _many(frozenset, check_for(arguments[0])),
    immutabledict: _mapping,
}
