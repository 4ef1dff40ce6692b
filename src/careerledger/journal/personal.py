"""Personal data: stored beside the log, which only has its hash, so that it can be forgotten.

What an event states about another person (``personal`` in its annotations) is stored beside
the entry's bytes. In the bytes, the field has the value that it will have once the person is
forgotten, and next to the event is a salted hash of each personal value:

    {…, "event": {"name": "forgotten", …}, "personal": {"name": "9f86d081884c…"}}

Beside the bytes is one disclosure a line, deleted when the person is forgotten:

    {"field":"name","salt":"1f0c…","subject":"contact:jane","value":"Jane Doe"}
"""

import json
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, Final, NamedTuple, Union, get_type_hints

import attrs
import msgspec

from careerledger.errors import DamagedError
from careerledger.events import Event, PersonalField, UnknownEvent
from careerledger.events.correction import EntryAmended
from careerledger.history import Entry
from careerledger.journal.converter import (
    RefusedError,
    event_to_dict,
    instant_text,
    is_object,
    json_type,
    plain,
    require_names,
)
from careerledger.proofs.personal import commitment
from careerledger.stores import Row, decode_names
from careerledger.text import shown

__all__ = [
    "Redaction",
    "Salt",
    "as_plain",
    "commitments_in",
    "disclose",
    "lines_in",
    "personal_fields",
    "put_back",
    "redact",
    "subject_of",
    "unnamed_in",
    "without_people",
]


# Writing


class _Disclosure(msgspec.Struct, gc=False):
    """A personal value, as the line beside an entry holds it."""

    field: str
    salt: str
    subject: str
    value: Any


_ENCODER: Final = msgspec.json.Encoder(order="sorted")

Salt = Callable[[], bytes]
"""Makes 16 random bytes, fresh ones for each value."""


class Redaction(NamedTuple):
    """How an event with personal values is written."""

    forgotten: dict[str, Any]
    """The value that each personal field has in the entry's bytes."""
    commitments: dict[str, str]
    """The hash of each line, by field."""
    lines: bytes
    """The disclosures, one a line."""


def redact(event: Event, salt: Salt) -> Redaction | None:
    """Return how an event is written without its personal values; None: it has none."""
    event = subject_of(event)
    forgotten: dict[str, Any] = {}
    lines: dict[str, bytes] = {}
    for name, (subject, kind, default, instead) in personal_fields(event).items():
        value = getattr(event, name)
        # Most are empty, and quick to skip.
        if value != default and (id_ := getattr(event, subject)) is not None:
            forgotten[name] = instead
            lines[name] = _ENCODER.encode(
                _Disclosure(name, salt().hex(), f"{kind}:{id_}", plain(value))
            )
    if not lines:
        return None
    commitments = {name: commitment(line) for name, line in lines.items()}
    return Redaction(forgotten, commitments, b"\n".join(lines.values()))


def personal_fields(event: Event) -> Mapping[str, PersonalField]:
    """Return the fields of an event that may hold personal data; none where it is unknown."""
    return {} if isinstance(event, UnknownEvent) else event.__event__.personal


def subject_of(event: Event) -> Event:
    """Return the event whose fields may be personal: an amendment's, or the event itself."""
    return event.event if isinstance(event, EntryAmended) else event


def without_people(event: Event, people: Collection[str]) -> Event:
    """Return an event without its personal values about some people, each as ``"kind:id"``."""
    changes = {
        name: instead
        for name, (subject, kind, default, instead) in personal_fields(event).items()
        if getattr(event, name) not in (default, instead)
        and f"{kind}:{getattr(event, subject)}" in people
    }
    whole: Any = event
    return attrs.evolve(whole, **changes) if changes else event


# Reading


def put_back(fields: dict[str, Any], commitments: object, lines: list[dict[str, Any]]) -> None:
    """Put disclosed values into the parsed fields of an entry.

    Raises RefusedError where a line is not one that the entry is committed to.
    """
    inner: Any = fields["event"]
    if fields["type"] == EntryAmended.__event__.name:
        for _ in range(2):  # the amendment's own, and what it amends to
            inner = inner.get("event") if is_object(inner) else None
    if not is_object(inner):
        raise RefusedError("$.event", f"expected an object, got {json_type(inner)}")
    hashes = {**commitments} if is_object(commitments) else {}
    if not hashes:
        raise RefusedError("$.personal", "expected the hashes of personal values")
    for name, hash_ in hashes.items():
        if not isinstance(hash_, str) or name not in inner:
            raise RefusedError(f"$.personal.{name}", "expected the hash of a field of the event")
    for line in lines:
        require_names(line, ("subject", "field", "value", "salt"), "$")
        name = line["field"]
        if not isinstance(name, str) or hashes.pop(name, None) is None:
            raise RefusedError("$.personal", f"{shown(name)} has a personal value without a hash")
        inner[name] = line["value"]


class _Commitments(msgspec.Struct, gc=False):
    """The hashes of an entry's personal values."""

    personal: dict[str, str] = {}


_COMMITMENTS: Final = msgspec.json.Decoder(_Commitments)


def commitments_in(body: bytes) -> dict[str, str]:
    """Return the hashes that an entry's bytes hold, by field; empty where it has none."""
    return _COMMITMENTS.decode(body).personal


def disclose(event: Event, lines: bytes, hook: Callable[[Any, Any], Any]) -> list[str]:
    """Put disclosed values into an event that was just read, and that nobody else has seen yet.

    Args:
        event: Without its personal values.
        lines: The disclosures.
        hook: Decodes the types that msgspec does not know.

    Returns:
        The salt of each line. Raises msgspec.DecodeError for other lines.
    """
    event = subject_of(event)
    cls: Any = type(event)
    if not personal_fields(event):
        raise msgspec.DecodeError("an entry has disclosures, and its event no personal field")
    decoder = _line_decoder(cls, hook)
    salts: list[str] = []
    for line in lines.split(b"\n"):
        disclosure = decoder.decode(line)
        object.__setattr__(event, disclosure.__struct_config__.tag, disclosure.value)
        salts.append(disclosure.salt)
    return salts


@cache
def _line_decoder(cls: Any, hook: Callable[[Any, Any], Any]) -> "msgspec.json.Decoder[Any]":
    """Return the decoder of a class's disclosures: each field has its own type of value."""
    kinds = get_type_hints(cls, include_extras=True)
    lines = tuple(
        msgspec.defstruct(
            "_Line",
            [("subject", str), ("value", kinds[name]), ("salt", str)],
            tag_field="field",
            tag=name,
            forbid_unknown_fields=True,
        )
        for name in cls.__event__.personal
    )
    kind: Any = Union
    return msgspec.json.Decoder(kind[lines], dec_hook=hook)


# Forgetting


class Line(NamedTuple):
    """A disclosure beside an entry."""

    text: bytes
    field: str
    """The field of the event whose value it is."""
    subject: str
    """The person it is about, as ``"kind:id"``."""


def lines_in(row: Row) -> list[Line]:
    """Return the disclosures beside a row."""
    lines = [] if row.personal is None else row.personal.split(b"\n")
    return [Line(line, *_field_and_subject(row.seq, line)) for line in lines]


def unnamed_in(row: Row) -> list[str]:
    """Return the people about whom a row has personal lines, and whom its columns do not name.

    Forgetting would not find them. The columns of an unknown event come from the program that wrote
    it, so whoever copies them has to check.
    """
    names = {row.introduces, *decode_names(row.names or "[]")}
    return sorted({line.subject for line in lines_in(row)} - names)


def _field_and_subject(seq: int, line: bytes) -> tuple[str, str]:
    try:
        disclosure = json.loads(line)
        return str(disclosure["field"]), str(disclosure["subject"])
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise DamagedError(
            f"the personal lines of #{seq} cannot be read, so nobody knows whom they are about; "
            "restore the file from a backup"
        ) from error


# Asking


def as_plain(entry: Entry[Event]) -> dict[str, Any]:
    """Return an entry as plain values for JSON, as the person it is about may ask for it."""
    return {
        "seq": entry.seq,
        "id": entry.id,
        "recorded_at": instant_text(entry.recorded_at),
        "key": entry.key,
        "source": entry.source,
        "batch": entry.batch,
        **event_to_dict(entry.event),
    }
