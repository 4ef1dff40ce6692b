"""The ties to people: what counts as a touch, and how strong a tie is."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any, Final, NamedTuple, cast

import attrs

from careerledger.dates import PartialDate, beginning
from careerledger.errors import DefinitionError
from careerledger.events import Action, catalogue, ids_in
from careerledger.events.network import ContactKind
from careerledger.projections.rules.fading import fade
from careerledger.projections.rules.strength import Strength


def touches_contacts(cls: type[Action]) -> bool:
    """Return whether events of a class touch contacts: ``@on(Action, where=touches_contacts)``."""
    return cls.__event__.touches is not None


@attrs.define
class Touches:
    """Who is touched by events, for projections to hold and to feed with those that touch.

    A class states whom its events touch. Some touch through something else, as the end of a
    mentoring touches the contact of its start, so what is going on is remembered.
    """

    going_on: dict[str, tuple[str, ...]] = attrs.field(factory=dict[str, tuple[str, ...]])
    """Mentorings and the like that have not ended, as ``"kind:id"``, with their contacts."""
    ended: dict[str, int] = attrs.field(factory=dict[str, int])
    """Those whose end comes before their start in the history, as 2024 before 2024-03: the
    ordinal of its last day."""

    def of(self, event: Action) -> tuple[Sequence[str], int]:
        """Return the people whom an event touches, each once, and how deeply, from 1 to 3."""
        reading = _reading(cast("Any", type(event)), catalogue.size)
        people = reading.people(event)
        if reading.through:
            people += tuple(self._through(event, reading.through))
        if reading.begins:
            self._begin(f"{reading.begins[1]}:{getattr(event, reading.begins[0])}", event, people)
        if reading.ends:
            self._end(f"{reading.ends[1]}:{getattr(event, reading.ends[0])}", event)
        return people, reading.depth_of(event)

    def _through(self, event: Action, fields: Iterable[tuple[str, str]]) -> Iterator[str]:
        for field, kind in fields:
            for id_ in ids_in(getattr(event, field)):
                yield from self.going_on.get(f"{kind}:{id_}", ())

    def _begin(self, name: str, event: Action, people: tuple[str, ...]) -> None:
        if self.ended.get(name, 0) < event.on.ordinal:
            self.going_on[name] = people

    def _end(self, name: str, event: Action) -> None:
        if self.going_on.pop(name, None) is None:
            self.ended[name] = event.on.last_day.toordinal()


class _Reading(NamedTuple):
    """How to read whom the events of a class touch."""

    people: Callable[[Any], tuple[str, ...]]
    through: tuple[tuple[str, str], ...]
    """Field and kind of the ids of other things, such as mentorings, whose contacts are touched."""
    begins: tuple[str, str] | None
    """Field and kind of what it begins, if others touch through that; ``ends`` likewise."""
    ends: tuple[str, str] | None
    depth_of: Callable[[Any], int]


@lru_cache(maxsize=4096)
def _reading(cls: type[Action], catalogue_size: int) -> _Reading:
    kind, touch = cls.__event__, cls.__event__.touches
    if touch is None:
        raise DefinitionError(
            f"event {cls.__name__} does not state whom it touches; give @event its touches="
        )
    through, remembered = _through(cls), _remembered(catalogue_size)
    others = dict(through)
    return _Reading(
        people=_people_in([name for name in touch.fields if name not in others]),
        through=through,
        begins=kind.introduces if kind.introduces and kind.introduces[1] in remembered else None,
        ends=kind.ends if kind.ends and kind.ends[1] in remembered else None,
        depth_of=touch.depth_of,
    )


def _people_in(fields: Sequence[str]) -> Callable[[Any], tuple[str, ...]]:
    def people(event: Any) -> tuple[str, ...]:
        return tuple(dict.fromkeys(id_ for name in fields for id_ in ids_in(getattr(event, name))))

    def person(event: Any) -> tuple[str, ...]:
        value = getattr(event, fields[0])
        return (value,) if isinstance(value, str) else tuple(dict.fromkeys(ids_in(value)))

    return person if len(fields) == 1 else people


def _through(cls: type[Action]) -> tuple[tuple[str, str], ...]:
    """Return the touching fields of a class that hold ids of other things, each with its kind."""
    kinds = dict(cls.__event__.refers)
    if cls.__event__.introduces is not None:
        kinds[cls.__event__.introduces[0]] = (cls.__event__.introduces[1],)
    fields = () if cls.__event__.touches is None else cls.__event__.touches.fields
    return tuple((name, kinds[name][0]) for name in fields if "contact" not in kinds[name])


@lru_cache(maxsize=16)
def _remembered(_catalogue_size: int) -> frozenset[str]:
    """Return the kinds through which some event touches."""
    actions = (cls for cls in catalogue if issubclass(cls, Action))
    return frozenset(kind for cls in actions for _, kind in _through(cls))


ME: Final = "me"
"""The name of the ledger's owner among contacts. Nobody is their own contact,
whatever a lenient ledger accepted."""


@attrs.define
class Tie:
    """The tie to one contact, by its touches."""

    kind: ContactKind
    strength: Strength
    touches: int = 0
    day: int = 0
    """Ordinal of the first day of the last one."""
    length: int = 0
    """Of the text of its date."""
    every: bytes = b""
    """All touches, packed: a contact who becomes of another kind fades otherwise from the start."""

    def touch(self, on: PartialDate, depth: int, weight: float, seq: int) -> None:
        """Add a touch, with the weight of its depth."""
        self.strength.add(on, weight, seq)
        self.every += _TOUCH.pack(on.ordinal, depth, seq, len(on))
        self.touches += 1
        self.day, self.length = on.ordinal, len(on)

    def become(self, kind: ContactKind, half_life: float, depths: Mapping[int, float]) -> None:
        """Set the kind of the contact; all touches fade with its half-life from the start."""
        if half_life != self.strength.half_life:
            self.strength = Strength(half_life)
            for day, depth, seq, length in _TOUCH.iter_unpack(self.every):
                self.strength.add(beginning(day, length), depths[depth], seq)
        self.kind = kind

    def weights(self, day: int, depths: Mapping[int, float]) -> Iterator[tuple[int, float]]:
        """Yield the entry of each touch, and what it weighs on a day."""
        for on, depth, seq, _ in _TOUCH.iter_unpack(self.every):
            yield seq, depths[depth] * fade(day - on, self.strength.half_life)


_TOUCH: Final = Struct("<iBQB")
"""Ordinal of the day, depth, number of the entry, and length of the date's text."""
