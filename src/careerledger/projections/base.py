"""Define a projection: a running state, a step for each event type, and a view of it."""

import copy
import inspect
import re
from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import (
    Any,
    Final,
    Generic,
    NamedTuple,
    Protocol,
    TypeVar,
    cast,
    dataclass_transform,
)

import attrs
from immutabledict import immutabledict

from careerledger.dates import DateLike, PartialDate, as_of
from careerledger.errors import DefinitionError
from careerledger.events import Action, Event, UnknownEvent, catalogue, load_catalogue
from careerledger.history import Entry, check_history, place
from careerledger.projections.parameters import parameters_of, settings_of
from careerledger.text import shown

C = TypeVar("C", bound=type)
F = TypeVar("F", bound=Callable[..., None])
V_co = TypeVar("V_co", covariant=True)

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z][a-z0-9_-]*)*")
_STEPS_OF: Final = "__on__"


class Projection(Protocol[V_co]):
    """A class made by ``@projection``: what ``Ledger.project`` takes."""

    def view(self, at: date) -> V_co:
        """Return the frozen answer for a date."""
        ...


class ProjectionType(NamedTuple):
    """How a projection is named, and what it consumes."""

    name: str
    version: int
    steps: tuple["Step", ...]
    """In written order; a method that takes several types is several steps."""

    def consumes(self, cls: type[Event]) -> bool:
        """Return whether any step takes events of a class."""
        return any(step.takes(cls) for step in self.steps)

    @property
    def consumes_everything(self) -> bool:
        """Whether a step takes every event that a person records."""
        return any(step.kind is Action and step.where is None for step in self.steps)


class Step(NamedTuple):
    """A method of a projection that takes the events of a type."""

    kind: type[Event]
    method: str
    where: "Where | None"
    """Which of the classes it takes; None: all."""
    takes_entry: bool

    def takes(self, cls: type[Event]) -> bool:
        """Return whether the step takes events of a class."""
        return issubclass(cls, self.kind) and (self.where is None or self.where(cls))


Where = Callable[[Any], bool]
"""Whether a step takes the events of a class; see ``on``."""


def on(*types: type[Action], where: Where | None = None) -> Callable[[F], F]:
    """Mark a method as the step for events of these types and of their subclasses.

    The method is called as ``step(self, event)``, or as ``step(self, event, entry)`` if it has a
    third argument, and may change ``self``. ``@on(Action)`` takes every event that a person
    records.

    Args:
        types: The event types.
        where: Which of their classes the step takes, by what the class states of itself:
            ``@on(Action, where=lambda cls: cls.__event__.practice == "learning")``. Default: all.

    Raises:
        DefinitionError: No type is named, one is not an event class, ``where`` is not a function,
            or the method cannot be called so.
    """

    def mark(step: F) -> F:
        if not inspect.isfunction(cast("object", step)):
            raise DefinitionError(
                f"@on marks {shown(step)}, which is not a method; define one with def"
            )
        if where is not None and not callable(where):
            raise DefinitionError(
                f"where of @on of {step.__name__} is {shown(where)}; it must be a function of an "
                "event class, such as lambda cls: cls.__event__.practice == 'learning'"
            )
        if not types:
            raise DefinitionError(
                f"@on of {step.__name__} names no event type; give one, as @on(CourseFinished)"
            )
        for kind in types:
            if not is_action(kind):
                raise DefinitionError(
                    f"@on of {step.__name__} names {shown(kind)}, which is not an event class; "
                    "corrections and unknown events never reach a projection"
                )
        takes_entry = _takes_entry(step)
        steps = tuple(Step(kind, step.__name__, where, takes_entry) for kind in types)
        setattr(step, _STEPS_OF, steps)
        return step

    return mark


def _takes_entry(step: Callable[..., None]) -> bool:
    """Return whether a step takes the entry besides the event."""
    parameters = inspect.signature(step).parameters.values()
    positional = [p for p in parameters if p.kind in _POSITIONAL and p.default is p.empty]
    if len(positional) != len(parameters) or len(positional) not in _WITH_OR_WITHOUT_ENTRY:
        raise DefinitionError(
            f"step {step.__name__}{inspect.signature(step)} cannot be called; "
            "define it as step(self, event) or step(self, event, entry)"
        )
    if positional[1].name == "entry":
        raise DefinitionError(
            f"step {step.__name__}{inspect.signature(step)} calls its event 'entry'; "
            "define it as step(self, event) or step(self, event, entry)"
        )
    return len(positional) == max(_WITH_OR_WITHOUT_ENTRY)


_POSITIONAL: Final = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_WITH_OR_WITHOUT_ENTRY: Final = (2, 3)


def _members(cls: type) -> Iterable[Any]:
    """Return what a class and its bases define, without what is overridden."""
    members: dict[str, object] = {}
    for base in reversed(cls.__mro__):
        members.update(vars(base))
    return members.values()


def is_action(kind: object) -> bool:
    """Return whether a value is a class of events that a person records."""
    return isinstance(kind, type) and issubclass(kind, Action)


@dataclass_transform(kw_only_default=True, field_specifiers=(attrs.field,))
def projection(name: str, *, version: int = 1) -> Callable[[C], C]:
    """Make a class a projection: its fields are the running state, its ``@on`` methods the steps.

    Fields need annotations. Each state starts from their defaults; a list, dict or set is
    copied. Class variables (``half_life: ClassVar[float] = 365``) are parameters.

    Args:
        name: The name of its snapshots, such as ``"acme.hackathons"``.
        version: Raise it when the meaning of the state changes though its code does not.

    Raises:
        DefinitionError: It has no step, no ``view``, a field without a default, or a malformed
            name.
    """
    if not isinstance(cast("object", name), str):
        raise DefinitionError(f"@projection needs a name: @projection('acme.x'), not {shown(name)}")

    def decorate(cls: C) -> C:
        if not isinstance(cast("object", cls), type):
            raise DefinitionError(
                f"@projection decorates {shown(cls)}, which is not a class; write it above a class"
            )
        if not _NAME.fullmatch(name):
            raise DefinitionError(
                f"name {name!r} of projection {cls.__name__} is malformed; "
                "write lower-case words joined by dots, such as 'acme.hackathons'"
            )
        steps = tuple(step for member in _members(cls) for step in getattr(member, _STEPS_OF, ()))
        if not steps:
            raise DefinitionError(
                f"projection {cls.__name__} has no step; mark a method with @on(SomeEvent)"
            )
        if not callable(getattr(cls, "view", None)):
            raise DefinitionError(
                f"projection {cls.__name__} has no method view(self, at); "
                "define one that returns the answer"
            )
        if any(step.kind is Action for step in steps):
            load_catalogue()  # what it folds depends on which types are known
        defined: Any = attrs.define(cls, kw_only=True, field_transformer=_copied_defaults)
        defined.__projection__ = ProjectionType(name=name, version=version, steps=steps)
        return cast("C", defined)

    return decorate


_UNCHANGING: Final[tuple[Any, ...]] = (
    *(str, bytes, int, float, complex, tuple, frozenset, type, type(None)),
    *(date, immutabledict, attrs.Factory),
)


def _copied_defaults(
    cls: type, fields: "list[attrs.Attribute[Any]]"
) -> "list[attrs.Attribute[Any]]":
    prepared: list[attrs.Attribute[Any]] = []
    for field in fields:
        default: object = field.default
        if default is attrs.NOTHING:
            raise DefinitionError(
                f"field {field.name} of projection {cls.__name__} has no default; "
                "give it one, as each state starts from the defaults"
            )
        if not isinstance(default, _UNCHANGING):
            fresh = _copy_of(default)
            prepared.append(field.evolve(default=attrs.Factory(fresh)))
        else:
            prepared.append(field)
    return prepared


def _copy_of(default: object) -> Callable[[], object]:
    return lambda: copy.deepcopy(default)


def key_of(cls: type[Projection[Any]]) -> str:
    """Return the name under which the snapshots of a projection with its parameters are filed."""
    meta = meta_of(cls)
    return f"{meta.name}/{meta.version}({settings_of(parameters_of(cls))})"


def meta_of(cls: type[Projection[Any]]) -> ProjectionType:
    """Return the ProjectionType of a class; DefinitionError if ``@projection`` did not make it."""
    meta = getattr(cls, "__projection__", None)
    if not isinstance(meta, ProjectionType):
        raise DefinitionError(
            f"{shown(cls)} is not a projection; make it one with @projection('name')"
        )
    return meta


@lru_cache(maxsize=256)
def _consumed(cls: type[Projection[Any]], _catalogue_size: int) -> frozenset[str] | None:
    meta = meta_of(cls)
    if meta.consumes_everything:
        return None
    return frozenset(kind.__event__.name for kind in catalogue if meta.consumes(kind))


def consumed_types(cls: type[Projection[Any]]) -> frozenset[str] | None:
    """Return the names of the event types that a projection consumes; None: every type."""
    return _consumed(cls, catalogue.size)


class Fold(Generic[V_co]):
    """One projection on its way through a history."""

    __slots__ = ("place", "projection", "state", "steps")

    def __init__(
        self,
        projection: type[Projection[V_co]],
        state: Projection[V_co] | None = None,
        reached: tuple[str, int] = ("", 0),
    ) -> None:
        self.projection = projection
        self.state = projection() if state is None else state
        self.place = reached
        """The position of the last entry that was folded."""
        self.steps = [
            (step, getattr(self.state, step.method)) for step in meta_of(projection).steps
        ]

    def view(self, at: date) -> V_co:
        """Return the view of the state that was reached."""
        return self.state.view(at)


_Taking = tuple[Callable[..., None], bool]
"""A step's bound method, and whether it takes the entry besides the event."""


class _StepsByType(dict[type[Event], tuple[_Taking, ...]]):
    """The steps that each event type asks for, found once for each type."""

    def __init__(self, folds: Iterable[Fold[Any]]) -> None:
        super().__init__({UnknownEvent: ()})
        self._steps = [step for fold in folds for step in fold.steps]

    def __missing__(self, kind: type[Event]) -> tuple[_Taking, ...]:
        taking = tuple(
            (method, step.takes_entry) for step, method in self._steps if step.takes(kind)
        )
        self[kind] = taking
        return taking


def advance(folds: Iterable[Fold[Any]], history: Iterable[Entry[Event]]) -> int:
    """Take every fold through the entries of a history, in one pass.

    Returns how many entries there were. An error of a step gets a note that names the entry.
    """
    folds = list(folds)
    steps = _StepsByType(folds)
    count = 0
    entry: Entry[Any] | None = None
    try:
        for entry in history:
            count += 1
            event = entry.event
            for step, takes_entry in steps[type(event)]:
                if takes_entry:
                    step(event, entry)
                else:
                    step(event)
    except Exception as error:
        if entry is not None:
            error.add_note(f"while folding entry #{entry.seq}: {entry.event!r}")
        raise
    if entry is not None:
        reached = place(entry)
        for fold in folds:
            # An unknown event may have no date.
            fold.place = max(fold.place, reached)
    return count


def fold(projection: type[Projection[V_co]], history: Iterable[Entry[Event]], at: DateLike) -> V_co:
    """Answer a projection from a history, without a ledger.

    Args:
        projection: A class made by ``@projection``.
        history: Entries in history order; those after ``at`` are left out.
        at: The date of the answer.
    """
    day = as_of(at)
    last = PartialDate(day)
    meta_of(projection)
    running = Fold(projection)
    entries = check_history(history)
    advance([running], (entry for entry in entries if place(entry)[0] <= last))
    return running.view(day)
