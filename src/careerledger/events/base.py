"""Event base classes, the ``@event`` decorator, and the catalogue of event types."""

import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from functools import wraps
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Literal,
    NamedTuple,
    Self,
    TypeVar,
    cast,
    dataclass_transform,
    get_args,
    get_origin,
)

import attrs
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.errors import DefinitionError, FieldNameError
from careerledger.events.fields import (
    FORGOTTEN,
    Accepts,
    Hours,
    Introduces,
    OnDate,
    Personal,
    Refers,
    RuleError,
    Share,
    Texts,
    TextSet,
    check_for,
    check_of,
    hints_of,
    typed_kinds,
    with_check,
)
from careerledger.events.meta import with_meta
from careerledger.events.rules import MinLen
from careerledger.text import shown

C = TypeVar("C", bound=type)

Initiative = Literal["self", "asked", "assigned"]
Practice = Literal[
    "vision", "learning", "network", "challenge", "purpose", "role", "ownership", "reflection"
]
"""What turns a job into a career, plus the roles themselves."""
PRACTICES: Final[tuple[Practice, ...]] = get_args(Practice)
Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Converts the fields of one version of an event to those of the next."""

EVENT_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)+")


class EventType(NamedTuple):
    """The statements of an event class about itself, as ``cls.__event__``."""

    name: str
    """Its name on disk."""
    version: int
    """The version of its fields, from 1."""
    upcasts: Mapping[int, Upcast]
    """For each earlier version, its upcast to the next."""
    introduces: tuple[str, str] | None
    """Field and kind of the id that an event introduces."""
    refers: tuple[tuple[str, tuple[str, ...]], ...]
    """Field and possible kinds of each id that an event refers to."""
    personal: Mapping[str, "PersonalField"]
    """The fields with data about another person, by name."""
    practice: Practice | None = None
    """The practice that an event belongs to."""
    effort: float = 1.0
    """Hours that an event counts for if it does not state its own."""
    touches: "Touch | None" = None
    """The contacts that an event touches; None for nobody."""
    ends: tuple[str, str] | None = None
    """Field and kind of the id that an event ends."""
    changes: tuple[str, str] | None = None
    """Field and kind of the id that an event changes."""


@attrs.frozen(init=False)
class Touch:
    """The contacts that the events of a class touch, and how deeply.

        @event("acme.hackathon.won", touches=Touch("team", depth=3))

    Args:
        fields: The names of the fields with the contacts' ids. A field that refers to something
            else, such as a mentoring, means the contacts whom the event that introduced the
            mentoring touched.
        depth: 1 for a sign of life, 2 for a talk, 3 for time spent working together; or a
            function from an event to one of these.

    Raises:
        DefinitionError: No field is named, or the depth is neither 1, 2, 3 nor a function.
    """

    fields: tuple[str, ...]
    depth: int | Callable[[Any], int]

    def __init__(self, *fields: str, depth: int | Callable[[Any], int] = 2) -> None:
        if not fields or not all(isinstance(cast("object", name), str) for name in fields):
            raise DefinitionError(
                f"fields of Touch are {shown(fields)}; name the fields with the contacts' ids, "
                "such as Touch('contact')"
            )
        if not callable(depth) and (type(depth) is not int or depth not in _DEPTHS):
            raise DefinitionError(
                f"depth of Touch is {shown(depth)}; it must be 1, 2, 3, or a function of the event"
            )
        cast("Any", self).__attrs_init__(fields, depth)

    def depth_of(self, event: "Action") -> int:
        """Return the depth of an event's touches: 1, 2 or 3.

        Raises DefinitionError if the function returns anything else.
        """
        if isinstance(self.depth, int):
            return self.depth
        depth = self.depth(event)
        if type(depth) is not int or depth not in _DEPTHS:
            raise DefinitionError(
                f"the depth function of Touch of event {type(event).__name__} returned "
                f"{shown(depth)}; it must return 1, 2 or 3"
            )
        return depth


_DEPTHS: Final = (1, 2, 3)


class PersonalField(NamedTuple):
    """A field whose values are stored beside the log, where they can be erased."""

    subject: str
    """The name of the field with the person's id."""
    kind: str
    """The kind of that id, such as ``"contact"``."""
    default: object
    """The field's default."""
    forgotten: object
    """The field's value after the person was forgotten."""


def field(*, default: Any = attrs.NOTHING) -> Any:
    """Declare a default whose type differs from the one that a type checker sees."""
    return attrs.field(default=default)


def _with_checks(cls: type, fields: "list[attrs.Attribute[Any]]") -> "list[attrs.Attribute[Any]]":
    """Give each field a check of the rules in its annotation."""
    if any(isinstance(field.type, str) for field in fields):
        hints = hints_of(cls)
        fields = [field.evolve(type=hints[field.name]) for field in fields]
    checked: list[attrs.Attribute[Any]] = []
    for attribute in cast("list[Any]", fields):  # the stubs of attrs lack some of its fields
        if attribute.inherited and attribute.metadata:
            checked.append(attribute)
            continue
        where = f"field {attribute.name} of {cls.__name__}"
        if attribute.converter or attribute.validator:
            raise DefinitionError(
                f"{where} has a converter or validator, which the codec would not run; "
                "state the rule in the annotation, such as Annotated[int, Interval(ge=1)]"
            )
        try:
            check = check_for(attribute.type)
        except DefinitionError as error:
            raise DefinitionError(f"{where} {error}") from None
        default = attribute.default
        factory = cast("type", attrs.Factory)
        is_value = default is not attrs.NOTHING and not isinstance(default, factory)
        if is_value:
            try:
                default = check(default)
            except RuleError as rule:
                raise DefinitionError(f"{where} has the default {shown(default)}; {rule}") from None
        checked.append(with_check(attribute, check, default, is_value=is_value))
    return checked


@dataclass_transform(
    # Not frozen_default, eq_default: with the first, mypy takes the type that a field accepts
    # (on="2019") for the one that it stores; with the second, pyright calls events unhashable.
    # At run time an event is frozen, and has equality and a hash.
    kw_only_default=True,
    eq_default=False,
    field_specifiers=(attrs.field, field),
)
def _fact(cls: C) -> C:
    checked = attrs.frozen(cls, kw_only=True, repr=False, field_transformer=_with_checks)
    checked.__annotations__ = checked.__annotations__ | {
        field.name: with_meta(field.type)
        for field in attrs.fields(cast("Any", checked))
        if not field.inherited
    }
    _name_wrong_fields(checked)
    return checked


def _name_wrong_fields(cls: Any) -> None:
    """Let a class raise FieldNameError where its instances are built from the wrong fields."""
    init = cls.__init__

    @wraps(init)
    def build(self: Any, *positional: Any, **named: Any) -> None:
        try:
            init(self, *positional, **named)
        except TypeError:
            problem = _wrong_fields(type(self), positional, named)
            if problem is None:
                raise
            raise FieldNameError(problem) from None

    cls.__init__ = build


def _wrong_fields(cls: Any, positional: tuple[Any, ...], named: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the names of the fields in a call; None if nothing is."""
    fields = {field.name: field.default is attrs.NOTHING for field in attrs.fields(cls)}
    if positional:
        return f"{cls.__name__} takes its fields by name; write {cls.__name__}(on='2024', ...)"
    for name in named:
        if name not in fields:
            from difflib import get_close_matches  # noqa: PLC0415 - for a message alone

            near = get_close_matches(name, fields, n=1, cutoff=0.7)
            hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(fields)}"
            return f"{cls.__name__} has no field {name!r}; {hint}"
    missing = [name for name, needed in fields.items() if needed and name not in named]
    return f"{cls.__name__} needs a value for {', '.join(missing)}" if missing else None


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(attrs.field, field))
def part(cls: C) -> C:
    """Make a class a part of events: frozen, keyword-only and checked, as events are."""
    is_new = isinstance(cast("object", cls), type) and "__attrs_attrs__" not in vars(cls)
    # A class that has its name already is in use elsewhere, and attrs would change its methods.
    if not is_new or getattr(sys.modules.get(cls.__module__), cls.__name__, None) is cls:
        raise DefinitionError(
            f"@part decorates {shown(cls)}, which is not a new class; write it above a class"
        )
    checked = _fact(cls)  # a new class; attrs refuses some, which must stay as they are
    cast("Any", checked).__repr__ = _repr_of
    return checked


class _OfInstances:
    """A method that its class does not have: Hypothesis would call it to print the class."""

    __slots__ = ("method",)

    def __init__(self, method: Callable[..., Any]) -> None:
        self.method = method

    def __get__(self, instance: object, owner: type) -> Any:
        if instance is None:
            raise AttributeError("only instances are printed so")
        return self.method.__get__(instance, owner)


class Event:
    """The base of everything that an entry can hold: actions, corrections, unknown events."""

    __slots__ = ("__weakref__",)
    __event__: ClassVar[EventType]

    def __repr__(self) -> str:
        return _repr_of(self)

    @_OfInstances
    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        """Print what ``repr`` returns where IPython and Hypothesis would list all fields."""
        printer.text(_repr_of(self))


typed_kinds.add(Event)


def _repr_of(self: object) -> str:
    """Return the code that makes an equal event, without fields that have their default."""
    arguments = (
        f"{field.name}={_repr(getattr(self, field.name))}"
        for field in attrs.fields(cast("Any", type(self)))
        if not _is_default(getattr(self, field.name), field.default)
    )
    return f"{type(self).__name__}({', '.join(arguments)})"


def _is_default(value: object, default: Any) -> bool:
    factories = cast("Any", attrs.Factory)  # a class that type checkers see as a function
    if isinstance(default, factories) and not default.takes_self:
        default = default.factory()
    return default is not attrs.NOTHING and bool(value == default)


def _repr(value: Any) -> str:
    """Return a value as a person would type it; equal values have equal texts."""
    plain = value  # stays Any for type checkers
    if isinstance(value, frozenset) and value:
        return f"{{{', '.join(sorted(map(_repr, plain)))}}}"
    if isinstance(value, immutabledict):
        pairs = sorted(f"{_repr(name)}: {_repr(plain[name])}" for name in plain)
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, Enum) and value.name in type(value).__members__:
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, tuple) and value:
        items = ", ".join(map(_repr, plain))
        return f"({items},)" if len(plain) == 1 else f"({items})"
    return repr(plain)


@_fact
class Action(Event):
    """Something that happened in a career: the base of every event that a person records."""

    on: OnDate
    """The date it happened: a year, a month or a day."""
    themes: TextSet = field(default=frozenset())
    """The topics it was about, in the same words as the themes of visions."""
    toward: Accepts[
        immutabledict[Annotated[str, MinLen(1), Refers.to("vision", "goal")], Share] | None,
        Mapping[str, float] | None,
    ] = field(default=None)
    """Visions and goals it served, each with a weight from 0 to 1; None if not stated."""
    hours: Hours | None = None
    """Effort in hours; None for the usual effort of this type of event."""
    initiative: Initiative | None = None
    """Whose idea it was: your own, someone else's request, or an assignment."""
    note: str | None = None
    evidence: Texts = field(default=())
    """Links or file names of documents that prove it."""

    def replace(self, **fields: Any) -> Self:
        """Return a copy with other values in these fields, checked like a new event."""
        return cast("Self", attrs.evolve(cast("Any", self), **fields))


@_fact
class UnknownEvent(Event):
    """An event of a type or version that this program does not know.

    Projections ignore it, and its bytes stay in the ledger for a program that knows it.
    """

    on: PartialDate | None
    type: str
    """The name of its type on disk."""
    version: int
    fields: str
    """Its fields as the JSON text in the ledger."""


class Catalogue:
    """All event classes of this program, by name on disk."""

    def __init__(self) -> None:
        self._classes: dict[str, type[Event]] = {}
        self.size = 0

    def add(self, cls: type[Event]) -> None:
        """Add a class; a class that was defined again replaces its earlier definition."""
        name = cls.__event__.name
        known = self._classes.get(name)
        if known is not None and _full_name(known) != _full_name(cls):
            raise DefinitionError(
                f"event name {name!r} of {_full_name(cls)} is taken by {_full_name(known)}; "
                "choose another name"
            )
        self._classes[name] = cls
        self.size += 1

    def find(self, name: str) -> type[Event] | None:
        """Return the class with this name on disk, or None."""
        return self._classes.get(name) if isinstance(cast("object", name), str) else None

    def __iter__(self) -> Iterator[type[Event]]:
        return iter(self._classes.values())


def _full_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


catalogue: Final = Catalogue()


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(attrs.field, field))
def event(
    name: str,
    *,
    version: int = 1,
    upcasts: Mapping[int, Upcast] | None = None,
    practice: Practice | None = None,
    effort: float | None = None,
    touches: Touch | None = None,
    ends: str | None = None,
    changes: str | None = None,
) -> Callable[[C], C]:
    """Make a subclass of Action an event class: frozen, keyword-only and checked.

    A subclass of an event class inherits its practice, effort, touches, end and change.

    Args:
        name: Its name on disk, forever: lower-case words joined by dots; the first names
            the owner (``"acme.hackathon.won"``).
        version: The version of its fields, from 1. Raise it when the fields change.
        upcasts: For each earlier version, a pure function from the dict of its fields to the
            dict of the next version's fields.
        practice: The practice that it belongs to, such as ``"challenge"``. Default: none.
        effort: Hours that an event counts for if it does not state its own. Default: 1.
        touches: The contacts that an event touches, such as ``Touch("contact")``. Default: nobody.
        ends: The kind of thing that an event ends, such as ``"course"``; exactly one field must
            refer to an id of that kind. A strict ledger refuses an end that lies wholly before
            the beginning; ``ledger.check`` and ``opportunities`` use it too. To end a role or a
            challenge for projections, subclass ``RoleEnded`` or ``ChallengeResolved``.
        changes: The kind of thing that an event changes, such as ``"role"``, which cannot be
            before the thing begins; exactly one field must refer to an id of that kind.

    Raises:
        DefinitionError: The class is not an Action, a name or version is malformed or taken,
            a field is mutable, a default breaks its field's rule, an upcast is missing, or an
            argument does not match the fields.
    """
    if not isinstance(cast("object", name), str):
        raise DefinitionError(
            f"the name of an event is {shown(name)}; it must be text: @event('acme.hackathon.won')"
        )

    def decorate(cls: C) -> C:
        if not (isinstance(cast("object", cls), type) and issubclass(cls, Action)):
            name_of_class = getattr(cls, "__name__", "HackathonWon")
            raise DefinitionError(
                f"@event decorates {shown(cls)}, which is not a subclass of Action; "
                f"write class {name_of_class}(Action)"
            )
        if "__attrs_attrs__" in vars(cls):
            raise DefinitionError(
                f"@event decorates {cls.__name__}, which is an event class already; "
                "write a subclass of it"
            )
        inherited: EventType | None = getattr(cls, "__event__", None)
        defined = _define(cls, name, version, {} if upcasts is None else upcasts)
        kind = defined.__event__
        stated: dict[str, Any] = {
            "practice": None if practice is None else _practice(cls, practice),
            "effort": None if effort is None else _effort(cls, effort),
            "touches": None if touches is None else _touch(kind, cls, touches),
            "ends": None if ends is None else _only_id(kind, defined, "ends", ends),
            "changes": None if changes is None else _only_id(kind, defined, "changes", changes),
        }
        for name_, value in stated.items():
            if value is None and inherited is not None:
                stated[name_] = getattr(inherited, name_)
        kind = kind._replace(**{n: value for n, value in stated.items() if value is not None})
        defined.__event__ = kind
        catalogue.add(defined)
        return cast("C", defined)

    return decorate


def _practice(cls: type, practice: Practice) -> Practice:
    if not any(practice == known for known in PRACTICES):
        raise DefinitionError(
            f"practice of event {cls.__name__} is {shown(practice)}; "
            f"it must be one of {', '.join(map(repr, PRACTICES))}"
        )
    return practice


def _effort(cls: type, effort: float) -> float:
    try:
        hours: float = check_for(Hours)(effort)
    except RuleError as rule:
        raise DefinitionError(
            f"effort of event {cls.__name__} is {shown(effort)} hours; {rule}"
        ) from None
    return hours


def _touch(kind: EventType, cls: type, touch: Touch) -> Touch:
    where = f"touches of event {cls.__name__}"
    if not isinstance(cast("object", touch), Touch):
        raise DefinitionError(
            f"{where} is {shown(touch)}; it must be a Touch, such as Touch('contact')"
        )
    ids = {*dict(kind.refers), *(kind.introduces or ())[:1]}
    for name in touch.fields:
        if name not in ids:
            raise DefinitionError(
                f"{where} names the field {name!r}, which holds no ids; annotate it as an id, "
                "such as Annotated[str, Refers.to('contact')]"
            )
    return touch


def _only_id(kind: EventType, cls: type, verb: str, what: str) -> tuple[str, str]:
    """Return the one field that refers to the kind of thing which an event ends or changes."""
    fields = [name for name, kinds in kind.refers if kinds == (what,) and _holds_one_id(cls, name)]
    if len(fields) != 1:
        raise DefinitionError(
            f"event {cls.__name__} {verb} a {shown(what)}, but {len(fields)} of its fields refer "
            f"to one; exactly one must: Annotated[str, Refers.to({shown(what)})]"
        )
    return fields[0], what


@dataclass_transform(kw_only_default=True, eq_default=False)
def correction(name: str) -> Callable[[C], C]:
    """Make a class a correction: an event about an earlier entry."""

    def decorate(cls: C) -> C:
        defined = _define(cls, name, 1, {})
        catalogue.add(defined)
        return cast("C", defined)

    return decorate


_MAX_VERSION: Final = 1_000


def _define(cls: type, name: str, version: int, upcasts: Mapping[int, Upcast]) -> Any:
    """Define an event class, and derive its ids and personal fields from its annotations."""
    where = f"event {cls.__name__}"
    if not EVENT_NAME.fullmatch(name):
        raise DefinitionError(
            f"name {name!r} of {where} is malformed; write lower-case words joined by dots, "
            "such as 'acme.hackathon.won'"
        )
    if not isinstance(cast("object", version), int) or not 1 <= version <= _MAX_VERSION:
        raise DefinitionError(
            f"version of {where} is {shown(version)}; it must be a whole number from 1 to "
            f"{_MAX_VERSION:,}"
        )
    if not isinstance(cast("object", upcasts), Mapping) or not all(map(callable, upcasts.values())):
        raise DefinitionError(
            f"upcasts of {where} is {shown(upcasts)}; it must be a dict of versions and functions, "
            "such as {1: lambda fields: fields}"
        )
    if set(upcasts) != set(range(1, version)):
        raise DefinitionError(
            f"upcasts of {where} have the keys {shown([*upcasts])}; version {version} needs one "
            f"for each earlier version: {list(range(1, version))}"
        )
    defined: Any = _fact(cls)
    roles = [(a.name, rule) for a in attrs.fields(defined) for rule in _id_rules(a.type)]
    introduces = [(name, rule.kind) for name, rule in roles if isinstance(rule, Introduces)]
    if len(introduces) > 1:
        raise DefinitionError(
            f"{where} introduces {len(introduces)} ids, in the fields "
            f"{', '.join(f for f, _ in introduces)}; an event introduces at most one"
        )
    defined.__event__ = EventType(
        name=name,
        version=version,
        upcasts=types.MappingProxyType(dict(upcasts)),
        introduces=introduces[0] if introduces else None,
        refers=tuple((f, rule.kinds) for f, rule in roles if isinstance(rule, Refers)),
        personal=types.MappingProxyType(dict(_personal_fields(defined, roles))),
    )
    return defined


def _personal_fields(
    cls: Any, roles: Sequence[tuple[str, Introduces | Refers]]
) -> Iterator[tuple[str, PersonalField]]:
    """Yield the name and the description of each personal field of a class."""
    ids = {
        name: (rule.kind,) if isinstance(rule, Introduces) else rule.kinds for name, rule in roles
    }
    for attribute in attrs.fields(cls):
        marks = [part for part in _parts(attribute.type) if isinstance(part, Personal)]
        if not marks:
            continue
        where = f"personal field {attribute.name} of {cls.__name__}"
        subject = marks[0].subject
        kinds = ids.get(subject, ())
        if attribute.name in ids or marks[0] not in get_args(attribute.type):
            raise DefinitionError(
                f"{where} is an id, or only a part of it is marked as personal; mark a whole field "
                'that is not an id: Annotated[str, personal(subject="contact")]'
            )
        if len(kinds) != 1 or not _holds_one_id(cls, subject):
            raise DefinitionError(
                f"{where} has the subject {subject!r}; it must be a field with one id of one kind, "
                "such as Annotated[str, Refers.to('contact')]"
            )
        check: Any = check_of(attribute)
        for forgotten in (FORGOTTEN, attribute.default, None):
            with suppress(RuleError):
                yield (
                    attribute.name,
                    PersonalField(subject, kinds[0], attribute.default, check(forgotten)),
                )
                break
        else:
            raise DefinitionError(
                f"{where} has no value to take after the person was forgotten; let it be text or "
                "None, or give it a default"
            )


def _holds_one_id(cls: Any, name: str) -> bool:
    """Return whether a field holds a single id rather than a collection."""
    annotation = getattr(attrs.fields(cls), name).type
    collections = {tuple, frozenset, immutabledict}
    return not any(get_origin(part) in collections for part in _parts(annotation))


def _parts(annotation: object) -> Iterator[object]:
    """Yield an annotation and all annotations within it."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _id_rules(annotation: object) -> Iterator[Introduces | Refers]:
    return (part for part in _parts(annotation) if isinstance(part, Introduces | Refers))
