"""Broken events and broken upcasts, each with a correct projection."""

from typing import Annotated, Any

import attrs

from careerledger.events import Action, Interval, event, register_type
from careerledger.projections import on, projection
from zoo.keeper import broken

SURVIVES = "events_survive_their_bytes"


def shows(event_class, *names):
    """Return a projection that lists these fields of every event of a class."""

    class Shows:
        values: list[str] = []

        @on(event_class)
        def see(self, event):
            self.values.append(repr([getattr(event, name) for name in names]))

        def view(self, at):
            return tuple(self.values)

    Shows.__name__ = event_class.__name__
    Shows.__qualname__ = f"SHOWN[{event_class.__name__!r}]"
    return projection(f"zoo.shows.{event_class.__name__.lower()}")(Shows)


def broken_event(law, mistake, *names, **arguments):
    """Add an event that a law catches."""

    def add(event_class):
        by_class = {name: {event_class: value} for name, value in arguments.items()}
        broken(law, mistake, events=[event_class], **by_class)(shows(event_class, *names))
        return event_class

    return add


# Parts of events


@attrs.define
class Place:
    city: str = "Paris"


register_type(Place, to_plain=lambda place: place.city, from_plain=Place)


@broken_event(SURVIVES, "a part of the event is mutable", "place")
@event("zoo.changeable-part")
class ChangeablePart(Action):
    place: Place = attrs.field(factory=Place)


@attrs.frozen(eq=False)
class Room:
    number: int = 1


@broken_event(SURVIVES, "two equal parts of events compare unequal", "room")
@event("zoo.unequal-part")
class UnequalPart(Action):
    room: Room = attrs.field(factory=Room)


@attrs.frozen
class Pay:
    cents: int = attrs.field(converter=lambda euros: euros * 100)


@broken_event(SURVIVES, "a part converts euros to cents, and again when it is decoded", "pay")
@event("zoo.converted-part")
class ConvertedPart(Action):
    pay: Pay


@broken_event(
    SURVIVES,
    "the event prefixes its title when it is created, and again when it is decoded",
    "title",
)
@event("zoo.greets")
class Greets(Action):
    title: str

    def __attrs_post_init__(self):
        object.__setattr__(self, "title", f"Re: {self.title}")


@attrs.frozen(unsafe_hash=False)
class Badge:
    number: int = 1

    def __hash__(self):
        return id(self)


@broken_event(SURVIVES, "equal parts have different hashes", "badge")
@event("zoo.hash-by-address")
class HashByAddress(Action):
    badge: Badge = attrs.field(factory=Badge)


@attrs.frozen(unsafe_hash=False)
class Chair:
    number: int = 1
    __hash__ = None


@broken_event(SURVIVES, "a part has no hash", "chair")
@event("zoo.no-hash")
class NoHash(Action):
    chair: Chair = attrs.field(factory=Chair)


@attrs.frozen
class Loose:
    values: list[int] = attrs.Factory(list)


register_type(Loose, to_plain=lambda loose: loose.values, from_plain=Loose)


@broken_event(SURVIVES, "a frozen part contains a list", "loose")
@event("zoo.list-in-part")
class ListInPart(Action):
    loose: Loose


@attrs.frozen
class Salary:
    amount: int = 1
    currency: str = attrs.field(default="EUR", eq=False)


@broken_event(SURVIVES, "two salaries in different currencies are equal", "salary")
@event("zoo.uncompared-part")
class UncomparedPart(Action):
    salary: Salary = attrs.field(factory=Salary)


@attrs.frozen(eq=False)
class Street:
    name: str = ""
    number: int = 1

    def __eq__(self, other):
        return self.name == other.name

    def __hash__(self):
        return hash(self.name)


@broken_event(SURVIVES, "two houses of one street are equal", "street")
@event("zoo.own-equality")
class OwnEquality(Action):
    street: Street = attrs.field(factory=Street)


# Older versions


def renamed(fields: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    return {new if name == old else name: value for name, value in fields.items()}


def without(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}


@broken_event(
    "old_versions",
    "an upcast drops a field instead of renaming it",
    "prize",
    old_versions={1: lambda new: renamed(new, "prize", "money")},
)
@event("zoo.drops", version=2, upcasts={1: lambda old: without(old, "money")})
class DropsField(Action):
    prize: int = 0


@broken_event(
    "old_versions",
    "an upcast renames hours to minutes without converting the number",
    "minutes",
    old_versions={
        1: lambda new: (
            without(new, "minutes") | {"length": new["minutes"] / 60} if new["minutes"] else None
        )
    },
)
@event("zoo.unit", version=2, upcasts={1: lambda old: renamed(old, "length", "minutes")})
class WrongUnit(Action):
    minutes: Annotated[float, Interval(ge=0)] = 0.0


@broken_event(
    "old_versions",
    "an upcast adds the new field and keeps the old one",
    "place",
    old_versions={1: lambda new: renamed(new, "place", "city")},
)
@event("zoo.keeps", version=2, upcasts={1: lambda old: old | {"place": old["city"]}})
class KeepsOldField(Action):
    place: str = ""


@broken_event(
    "old_versions",
    "an upcast cuts the day off the date",
    "on",
    "rank",
    old_versions={1: lambda new: without(new, "rank") if new["rank"] == 0 else None},
)
@event("zoo.cuts-date", version=2, upcasts={1: lambda old: old | {"on": old["on"][:7], "rank": 0}})
class CutsDate(Action):
    rank: int = 0


@broken_event(
    "old_versions",
    "an upcast gives every old event the same value",
    "level",
    old_versions={1: lambda new: without(new, "level") | {"grade": new["level"]}},
)
@event("zoo.constant", version=2, upcasts={1: lambda old: without(old, "grade") | {"level": 3}})
class ConstantUpcast(Action):
    level: Annotated[int, Interval(ge=1, le=5)] = 3


@broken_event(
    "old_versions",
    "an upcast requires a field that old events may lack",
    "place",
    old_versions={
        1: lambda new: without(new, "place") | ({"city": new["place"]} if new["place"] else {})
    },
)
@event(
    "zoo.needs",
    version=2,
    upcasts={1: lambda old: renamed(old, "city", "place") | {"place": old["city"]}},
)
class NeedsField(Action):
    place: str | None = None


@broken_event(
    "old_versions",
    "the upcast of version 1 drops the field that the upcast of version 2 renames",
    "stars",
    old_versions={
        2: lambda new: renamed(new, "stars", "points"),
        1: lambda new: renamed(new, "points", "score"),
    },
)
@event(
    "zoo.skips",
    version=3,
    upcasts={
        1: lambda old: without(old, "score"),
        2: lambda old: without(old, "points") | {"stars": old.get("points", 0)},
    },
)
class SkipsStep(Action):
    stars: int = 0


@broken_event("old_versions", "no function in old_versions= writes the older version", "stars")
@event("zoo.untold", version=2, upcasts={1: lambda old: renamed(old, "points", "stars")})
class NoOldVersion(Action):
    stars: int = 0
