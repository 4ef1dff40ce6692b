"""What an event is: the bases, the ``@event`` decorator, and the types known by name."""

import re
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
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
from careerledger.errors import DefinitionError
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
"""What turns a job into a career, and the roles themselves."""
PRACTICES: Final[tuple[Practice, ...]] = get_args(Practice)
Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Turns the fields of one version of an event into those of the next."""

EVENT_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)+")


class EventType(NamedTuple):
    """How events of one class are named on disk, and which ids they introduce and refer to."""

    name: str
    version: int
    upcasts: Mapping[int, Upcast]
    introduces: tuple[str, str] | None
    """Field and kind of the id that an event introduces."""
    refers: tuple[tuple[str, tuple[str, ...]], ...]
    """Field and possible kinds of each id that an event refers to."""
    personal: Mapping[str, "PersonalField"]
    """The fields that tell of another person."""
    practice: Practice | None = None
    """The practice that its events show; None: none of them."""
    effort: float = 1.0
    """Hours that an event counts for where it does not state its own."""
    touches: "Touch | None" = None
    """The contacts that its events touch; None: they touch nobody."""
    ends: tuple[str, str] | None = None
    """Field and kind of the id that an event ends."""


@attrs.frozen(init=False)
class Touch:
    """What a class of events says of the contacts that its events touch.

        @event("acme.hackathon.won", touches=Touch("team", depth=3))

    Args:
        fields: The fields with their ids. A field that refers to something else, such as a
            mentoring, stands for the contacts that the event which introduced it touched.
        depth: 1 for a sign of life, 2 for a talk, 3 for time spent working together; or a
            function that returns it for an event.

    Raises:
        DefinitionError: No field is named, or the depth is neither 1, 2, 3 nor a function.
    """

    fields: tuple[str, ...]
    depth: int | Callable[[Any], int]

    def __init__(self, *fields: str, depth: int | Callable[[Any], int] = 2) -> None:
        if not fields or not all(isinstance(cast("object", name), str) for name in fields):
            raise DefinitionError(
                f"Touch names the fields {fields!r}; name those that hold the contacts, "
                "such as Touch('contact')"
            )
        if not callable(depth) and (depth not in _DEPTHS or type(depth) is not int):
            raise DefinitionError(
                f"depth of Touch is {depth!r}; it must be 1, 2, 3, or a function of the event"
            )
        cast("Any", self).__attrs_init__(fields, depth)

    def depth_of(self, event: "Action") -> int:
        """Return how deeply an event touches: 1, 2 or 3.

        Raises DefinitionError where the function returns anything else.
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
    """A field that is kept beside the log."""

    subject: str
    """The field with the person's id."""
    kind: str
    """What kind of id that is."""
    default: object
    """What the field holds where there is nothing to say."""
    forgotten: object
    """What it holds once the person was forgotten."""


def field(*, default: Any = attrs.NOTHING) -> Any:
    """A field whose default has another type than the annotation tells a type checker."""
    return attrs.field(default=default)


def _with_checks(cls: type, fields: "list[attrs.Attribute[Any]]") -> "list[attrs.Attribute[Any]]":
    """Give each field the check that its annotation asks for."""
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
                f"{where} has a converter or validator of its own, which the codec would not run; "
                "state the rule in the annotation, such as Annotated[int, Interval(ge=1)]"
            )
        try:
            check = check_for(attribute.type)
        except DefinitionError as error:
            raise DefinitionError(f"{where} {error}") from None
        default = attribute.default
        made_anew = default is attrs.NOTHING or isinstance(default, cast("type", attrs.Factory))
        if not made_anew:
            try:
                default = check(default)
            except RuleError as rule:
                raise DefinitionError(
                    f"{where} has the default {shown(default)}; it must be {rule}"
                ) from None
        checked.append(with_check(attribute, check, default, made_anew=made_anew))
    return checked


@dataclass_transform(
    # Type checkers are told neither "frozen" nor "eq": told so, mypy reads a field that accepts
    # more than it holds (on="2019") as what it accepts, and pyright calls events unhashable.
    # At run time an event is both.
    kw_only_default=True,
    eq_default=False,
    field_specifiers=(attrs.field, field),
)
def _fact(cls: C) -> C:
    made = attrs.frozen(cls, kw_only=True, repr=False, field_transformer=_with_checks)
    made.__annotations__ = made.__annotations__ | {
        field.name: with_meta(field.type)
        for field in attrs.fields(cast("Any", made))
        if not field.inherited
    }
    return made


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(attrs.field, field))
def part(cls: C) -> C:
    """Make a class a part of events: frozen, keyword-only, checked and told as an event is."""
    cast("Any", cls).__repr__ = _told
    return _fact(cls)


class Event:
    """Anything that an entry of a ledger can hold."""

    __slots__ = ("__weakref__",)
    __event__: ClassVar[EventType]

    def __repr__(self) -> str:
        return _told(self)


typed_kinds.add(Event)


def _told(self: object) -> str:
    """What an event says, without what goes without saying."""
    told = (
        f"{a.name}={_repr(getattr(self, a.name))}"
        for a in attrs.fields(cast("Any", type(self)))
        if getattr(self, a.name) != a.default
    )
    return f"{type(self).__name__}({', '.join(told)})"


def _repr(value: Any) -> str:
    """As a person would type it, and the same for values that are equal."""
    plain = value  # which stays Any for type checkers
    if isinstance(value, frozenset) and value:
        return f"{{{', '.join(sorted(map(_repr, plain)))}}}"
    if isinstance(value, immutabledict):
        pairs = sorted(f"{_repr(name)}: {_repr(plain[name])}" for name in plain)
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, tuple) and value:
        items = ", ".join(map(_repr, plain))
        return f"({items},)" if len(plain) == 1 else f"({items})"
    return repr(plain)


@_fact
class Action(Event):
    """Something that happened in a career: the base of every event that a person records."""

    on: OnDate
    """When it happened: a year, a month or a day."""
    themes: TextSet = field(default=frozenset())
    """What it was about, in the words that visions use."""
    toward: Accepts[
        immutabledict[Annotated[str, MinLen(1), Refers.to("vision", "goal")], Share] | None,
        Mapping[str, float] | None,
    ] = field(default=None)
    """Visions and goals it served, each with a weight from 0 to 1; None: not said."""
    hours: Hours | None = None
    """Effort in hours; None: not said."""
    initiative: Initiative | None = None
    """Whose idea it was: one's own, asked for, or assigned."""
    note: str | None = None
    evidence: Texts = field(default=())
    """Links or file names that show it."""

    def replace(self, **fields: Any) -> Self:
        """The same event with other values in these fields, checked as a new one is."""
        return cast("Self", attrs.evolve(cast("Any", self), **fields))


@_fact
class UnknownEvent(Event):
    """An event of a type or version that this program does not know, kept as it was written.

    It is neutral to every projection, and its bytes stay in the ledger for a program that
    knows it.
    """

    on: PartialDate | None
    type: str
    """The name of the type on disk."""
    version: int
    fields: str
    """The event's fields as the JSON text that the ledger holds."""


class Catalogue:
    """The event types of this program by their name on disk."""

    def __init__(self) -> None:
        self._classes: dict[str, type[Event]] = {}
        self.size = 0

    def add(self, cls: type[Event]) -> None:
        """Know a class under its name; the same class defined again replaces itself."""
        name = cls.__event__.name
        known = self._classes.get(name)
        if known is not None and _full_name(known) != _full_name(cls):
            raise DefinitionError(
                f"event name {name!r} of {_full_name(cls)} is taken by {_full_name(known)}; "
                "give it another name"
            )
        self._classes[name] = cls
        self.size += 1

    def find(self, name: str) -> type[Event] | None:
        """The class with this name on disk, or None."""
        return self._classes.get(name)

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
) -> Callable[[C], C]:
    """Make a subclass of Action an event: frozen, keyword-only, checked, and known by name.

    A class made from another event has its practice, effort, touches and end, unless it states
    its own.

    Args:
        name: How it is named on disk, forever: lower-case words joined by dots, the first one
            naming whose it is (``"acme.hackathon.won"``).
        version: The version of its fields, from 1. A changed shape gets the next one.
        upcasts: For each earlier version the function that turns its fields into those of the
            next version, a pure function from dict to dict.
        practice: The practice that it shows, such as ``"challenge"``. Default: none.
        effort: Hours that it counts for where an event does not state its own. Default: 1.
        touches: The contacts that it touches, such as ``Touch("contact")``. Default: nobody.
        ends: The kind of what it ends, such as ``"course"``, whose id one of its fields refers
            to. What it begins needs no word: that is what it introduces. ``ledger.check`` and
            ``opportunities`` go by it, and so do touches through what has ended. Projections
            look for the library's own ends: to end a role or a challenge everywhere, make the
            class a subclass of ``RoleEnded`` or ``ChallengeResolved``.

    Raises:
        DefinitionError: The class is not an Action, a name or version is malformed or taken,
            a field can change, a default breaks the rule of its field, the chain of upcasts
            has a hole, or what it states about itself does not fit its fields.
    """
    if not isinstance(cast("object", name), str):
        raise DefinitionError(f"@event needs a name: @event('acme.hackathon.won'), not {name!r}")

    def decorate(cls: C) -> C:
        if not issubclass(cls, Action):
            raise DefinitionError(f"{cls.__name__} is not a subclass of Action; @event needs one")
        inherited: EventType | None = getattr(cls, "__event__", None)
        made = _define(cls, name, version, upcasts or {})
        kind = made.__event__
        if inherited is not None:
            kind = kind._replace(
                practice=inherited.practice,
                effort=inherited.effort,
                touches=inherited.touches,
                ends=inherited.ends,
            )
        if practice is not None:
            kind = kind._replace(practice=_practice(cls, practice))
        if effort is not None:
            kind = kind._replace(effort=_effort(cls, effort))
        if touches is not None:
            kind = kind._replace(touches=_touch(kind, cls, touches))
        if ends is not None:
            kind = kind._replace(ends=_end(kind, made, ends))
        made.__event__ = kind
        catalogue.add(made)
        return cast("C", made)

    return decorate


def _practice(cls: type, practice: Practice) -> Practice:
    if practice not in PRACTICES:
        raise DefinitionError(
            f"practice of event {cls.__name__} is {practice!r}; "
            f"it must be one of {', '.join(map(repr, PRACTICES))}"
        )
    return practice


def _effort(cls: type, effort: float) -> float:
    try:
        hours: float = check_for(Hours)(effort)
    except RuleError as rule:
        raise DefinitionError(
            f"effort of event {cls.__name__} is {shown(effort)} hours; it must be {rule}"
        ) from None
    return hours


def _touch(kind: EventType, cls: type, touch: Touch) -> Touch:
    where = f"touches of event {cls.__name__}"
    if not isinstance(cast("object", touch), Touch):
        raise DefinitionError(f"{where} is {touch!r}; it must be a Touch, such as Touch('contact')")
    ids = {*dict(kind.refers), *(kind.introduces or ())[:1]}
    for name in touch.fields:
        if name not in ids:
            raise DefinitionError(
                f"{where} names the field {name!r}, which holds no ids; annotate it as an id, "
                "such as Annotated[str, Refers.to('contact')]"
            )
    return touch


def _end(kind: EventType, cls: type, ends: str) -> tuple[str, str]:
    fields = [name for name, kinds in kind.refers if kinds == (ends,) and _holds_one_id(cls, name)]
    if len(fields) != 1:
        raise DefinitionError(
            f"event {cls.__name__} ends a {ends!r}, to which {len(fields)} of its fields refer; "
            f"there must be one: Annotated[str, Refers.to({ends!r})]"
        )
    return fields[0], ends


@dataclass_transform(kw_only_default=True, eq_default=False)
def correction(name: str) -> Callable[[C], C]:
    """Make a class an event about an earlier entry."""

    def decorate(cls: C) -> C:
        made = _define(cls, name, 1, {})
        catalogue.add(made)
        return cast("C", made)

    return decorate


def _define(cls: type, name: str, version: int, upcasts: Mapping[int, Upcast]) -> Any:
    """Make the class of an event, with all that follows from its fields."""
    where = f"event {cls.__name__}"
    if not EVENT_NAME.fullmatch(name):
        raise DefinitionError(
            f"name {name!r} of {where} is malformed; write lower-case words joined by dots, "
            "such as 'acme.hackathon.won'"
        )
    if not isinstance(cast("object", version), int) or version < 1:
        raise DefinitionError(f"version {version!r} of {where} is not a number from 1")
    if sorted(upcasts) != list(range(1, version)):
        raise DefinitionError(
            f"upcasts of {where} must lead from each earlier version to the next: "
            f"version {version} needs {list(range(1, version))}, got {sorted(upcasts)}"
        )
    made: Any = _fact(cls)
    roles = [(a.name, rule) for a in attrs.fields(made) for rule in _id_rules(a.type)]
    introduces = [(name, rule.kind) for name, rule in roles if isinstance(rule, Introduces)]
    if len(introduces) > 1:
        raise DefinitionError(
            f"{where} introduces more than one id, in {', '.join(f for f, _ in introduces)}; "
            "an event introduces at most one"
        )
    made.__event__ = EventType(
        name=name,
        version=version,
        upcasts=types.MappingProxyType(dict(upcasts)),
        introduces=introduces[0] if introduces else None,
        refers=tuple((f, rule.kinds) for f, rule in roles if isinstance(rule, Refers)),
        personal=types.MappingProxyType(dict(_personal_fields(made, roles))),
    )
    return made


def _personal_fields(
    cls: Any, roles: Sequence[tuple[str, Introduces | Refers]]
) -> Iterator[tuple[str, PersonalField]]:
    """The fields of a class that tell of a person, with what is kept of them."""
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
            raise DefinitionError(f"{where} must be marked as a whole, and be no id")
        if len(kinds) != 1 or not _holds_one_id(cls, subject):
            raise DefinitionError(
                f"{where} names the subject {subject!r}, which must be a field that holds one id "
                "of one kind, such as Annotated[str, Refers.to('contact')]"
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
                f"{where} could hold nothing once the person was forgotten: let it be text, "
                "or None, or give it a default"
            )


def _holds_one_id(cls: Any, name: str) -> bool:
    """Whether a field holds an id, and no collection of them."""
    annotation = getattr(attrs.fields(cls), name).type
    collections = {tuple, frozenset, immutabledict}
    return not any(get_origin(part) in collections for part in _parts(annotation))


def _parts(annotation: object) -> Iterator[object]:
    """An annotation, and all that it is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _id_rules(annotation: object) -> Iterator[Introduces | Refers]:
    return (part for part in _parts(annotation) if isinstance(part, Introduces | Refers))
