"""The same career kept with the library ``eventsourcing``, in two ways.

``Shipped`` is the library as it comes: its ``Aggregate``, its events, its JSON transcoder.
``Tuned`` follows the fastest of the examples in its documentation: events are msgspec structs
with a mapper of their own, and a projector function of one loop takes the place of the
aggregate's methods. Both keep one aggregate in the library's SQLite application.
"""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import attrs
import msgspec
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from eventsourcing.utils import get_topic, resolve_topic

from careerledger.events import Action


def plain_fields(event: Action) -> dict[str, Any]:
    """An event's fields as values that any JSON writer takes."""
    fields = {}
    for field in attrs.fields(type(event)):
        value = getattr(event, field.name)
        if isinstance(value, frozenset):
            value = sorted(value)
        elif hasattr(value, "items"):
            value = dict(value)
        elif isinstance(value, str):
            value = str(value)
        fields[field.name] = value
    return fields


def _sqlite(path: Path) -> dict[str, str]:
    return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}


# The library as it comes


class Career(Aggregate):
    """Hours by theme."""

    def __init__(self) -> None:
        self.hours: dict[str, float] = {}

    class Happened(Aggregate.Event):
        """What every event does to the aggregate."""

        def apply(self, aggregate: "Career") -> None:
            spent = self.hours
            if spent:
                hours = aggregate.hours
                for theme in self.themes:
                    hours[theme] = hours.get(theme, 0.0) + spent


def _shipped_class(kind: type[Action]) -> type[Career.Happened]:
    name = f"Shipped{kind.__name__}"
    annotations = {field.name: object for field in attrs.fields(kind)}
    made = type(Career.Happened)(
        name,
        (Career.Happened,),
        {"__module__": __name__, "__qualname__": name, "__annotations__": annotations},
    )
    setattr(sys.modules[__name__], name, made)
    return made


class Shipped:
    """A career in the library's application."""

    name = "eventsourcing"

    def __init__(self, path: Path) -> None:
        self.application: Application[UUID] = Application(_sqlite(path))
        self.aggregate: UUID = uuid4()
        self.size = 0

    def start(self) -> None:
        """Save the event that begins the aggregate."""
        career = Career()
        self.aggregate, self.size = career.id, 1
        self.application.save(career)

    def events(self, events: Iterable[Action]) -> list[Any]:
        """The library's own events for these, numbered on."""
        made = []
        for event in events:
            self.size += 1
            made.append(
                self.classes[type(event)](
                    originator_id=self.aggregate,
                    originator_version=self.size,
                    timestamp=datetime.now(UTC),
                    **plain_fields(event),
                )
            )
        return made

    classes: dict[type[Action], Any] = {}

    def save(self, events: list[Any]) -> None:
        """Append events in one transaction."""
        self.application.save(*events)

    def replay(self) -> dict[str, float]:
        """Hours by theme, from every event."""
        career: Career = self.application.repository.get(self.aggregate)
        return career.hours

    def close(self) -> None:
        self.application.close()


# With msgspec, as the library's documentation shows


class _Struct(msgspec.Struct, frozen=True, kw_only=True):
    originator_id: UUID
    originator_version: int
    timestamp: datetime


def _tuned_class(kind: type[Action]) -> type[_Struct]:
    fields = [(field.name, _TYPES.get(field.name, Any)) for field in attrs.fields(kind)]
    name = f"Tuned{kind.__name__}"
    made = msgspec.defstruct(
        name, fields, bases=(_Struct,), module=__name__, frozen=True, kw_only=True
    )
    setattr(sys.modules[__name__], name, made)
    return made


_TYPES: dict[str, Any] = {
    "on": str,
    "themes": list[str] | dict[str, float] | None,
    "hours": float | None,
}


class _StructMapper(Mapper[UUID]):
    """Structs to JSON and back, in C."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())
        self.encode = msgspec.json.Encoder().encode
        self.decoders: dict[str, Any] = {}

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=get_topic(type(domain_event)),
            state=self.encode(domain_event),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        topic = stored_event.topic
        decode = self.decoders.get(topic)
        if decode is None:
            decode = self.decoders[topic] = msgspec.json.Decoder(resolve_topic(topic)).decode
        return decode(stored_event.state)


class _StructApplication(Application[UUID]):
    name = "Career"

    def construct_mapper(self) -> Mapper[UUID]:
        return _StructMapper()


class Tuned(Shipped):
    """A career in the library's application, with msgspec events and a projector function."""

    name = "eventsourcing, msgspec"

    classes: dict[type[Action], Any] = {}

    def __init__(self, path: Path) -> None:
        self.application = _StructApplication(_sqlite(path))
        self.aggregate = uuid4()
        self.size = 0

    def start(self) -> None:
        """An aggregate without a class begins with its first event."""

    def replay(self) -> dict[str, float]:
        return self.application.repository.get(self.aggregate, projector_func=_project)


def _project(_: object, events: Iterable[Any]) -> dict[str, float]:
    hours: dict[str, float] = {}
    for event in events:
        spent = event.hours
        if spent:
            for theme in event.themes:
                hours[theme] = hours.get(theme, 0.0) + spent
    return hours


def know(kinds: Iterable[type[Action]]) -> None:
    """Make the classes of both ways for these event types."""
    for kind in kinds:
        Shipped.classes[kind] = _shipped_class(kind)
        Tuned.classes[kind] = _tuned_class(kind)
