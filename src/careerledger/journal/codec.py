"""Convert between entries and their bytes quickly.

An entry is one JSON object, its names sorted everywhere as in RFC 8785:

    {"batch": null, "event": {…}, "id": …, "key": null, "recorded_at": …, "source": null,
     "type": "course.finished", "version": 1}

Every field is written, null and empty ones too, so that a default that changes later cannot
change an old entry. Personal data about other people is stored beside these bytes, see
``personal``.

msgspec writes and reads event classes in C, and checks their rules, which ``@event`` writes into
their annotations as ``msgspec.Meta``. It takes 2 µs an entry. Fields whose types msgspec does not
know go through ``converter``, which runs all checks of the class.

This module reads rows of a ledger: bytes that this program or another version of it wrote. It does
not look for doubled or unknown names. Bytes from elsewhere go through ``strict``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, Flag
from functools import cache, lru_cache
from types import MappingProxyType, UnionType
from typing import (
    Any,
    Final,
    Literal,
    Union,
    cast,
    get_args as arguments_of,
    get_origin as origin_of,
    get_type_hints,
)
from uuid import UUID

import attrs
import msgspec
from immutabledict import immutabledict

from careerledger.dates import PartialDate, cached_date
from careerledger.errors import CodecError
from careerledger.events import Event, UnknownEvent, catalogue
from careerledger.events.fields import RuleError, base_of, check_of, is_by_value, plain_forms
from careerledger.events.meta import has_more_rules
from careerledger.history import Entry
from careerledger.journal.converter import (
    RefusedError,
    build_event,
    fields_of,
    find_class,
    instant_text,
    plain,
    plain_fields,
    unwritable,
)
from careerledger.journal.parser import MAX_BYTES, parse_entry
from careerledger.journal.personal import Salt, disclose, redact, subject_of

__all__ = [
    "NOT_QUICKLY",
    "Codec",
    "codec_of",
    "codecs",
    "decode",
    "decode_all",
    "disclose_in",
    "encode",
    "read",
    "read_canonical",
    "seal",
    "seal_all",
    "type_in",
    "write",
]


# The classes that msgspec reads and writes


@attrs.frozen
class Codec:
    """How the entries of one event class are read and written quickly."""

    cls: Any
    name: str
    version: int
    read: Callable[[bytes], Entry[Any]]
    """Reads an entry of any type and version as one of this class."""
    read_lines: Callable[[bytes], list[Entry[Any]]]
    """Reads entries, one a line."""
    checks: tuple[tuple[str, Callable[[Any], Any]], ...]
    """The checks of the fields that have a rule that msgspec does not know."""
    holds_event: bool
    """Whether a field holds an event, which is written with its type."""
    personal: bool
    """Whether a field may hold personal data."""


@cache
def codec_of(cls: Any) -> Codec | None:
    """Return the quick codec of an event class; None: only the converter can read all of it."""
    if not _is_native_class(cls):
        return None
    hints = get_type_hints(cls, include_extras=True)
    fields = cast("tuple[attrs.Attribute[Any], ...]", attrs.fields(cls))
    checks = [
        (field.name, check_of(field)) for field in fields if has_more_rules(hints[field.name])
    ]
    decoder = msgspec.json.Decoder(_entry_of(cls), dec_hook=_from_json)
    return Codec(
        cls=cls,
        name=cls.__event__.name,
        version=cls.__event__.version,
        read=decoder.decode,
        read_lines=decoder.decode_lines,
        checks=tuple((name, check) for name, check in checks if check is not None),
        holds_event=any(base_of(hints[field.name]) is Event for field in fields),
        personal=bool(cls.__event__.personal),
    )


def _entry_of(cls: Any) -> Any:
    return Entry[cls]


def _is_native_class(cls: Any) -> bool:
    """Return whether msgspec reads and writes a whole event class, or a part of events."""
    if not attrs.has(cls) or any(hasattr(cls, f"__attrs_{m}_init__") for m in ("pre", "post")):
        return False
    hints = get_type_hints(cls, include_extras=True)
    return all(
        # msgspec sees the rules only of a class with checks of its own, and omits private fields.
        check_of(field) is not None
        and not field.name.startswith("_")
        and _is_native(hints[field.name])
        for field in attrs.fields(cls)
    )


def _is_native(annotation: Any) -> bool:  # noqa: PLR0911 - one for each kind of annotation
    """Return whether msgspec reads and writes values of a type just as the converter does."""
    kind = base_of(annotation)
    origin, arguments = origin_of(kind), arguments_of(kind)
    if kind in plain_forms:
        return False
    if origin is Literal:
        return all(type(option) is str for option in arguments)
    if origin in (Union, UnionType):
        options = [base_of(option) for option in arguments if option is not type(None)]
        return set(options) <= _SCALARS or (len(options) == 1 and _is_native(options[0]))
    if origin is tuple:
        return all(part is ... or _is_native(part) for part in arguments)
    if origin is frozenset:
        return base_of(arguments[0]) in _SORTED
    if origin is immutabledict:
        name, value = arguments
        return _is_text(base_of(name)) and _is_native(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return not issubclass(kind, Flag) and is_by_value(kind) and not _takes_other_values(kind)
    return kind in _NATIVE or kind is Event or _is_native_class(kind)


def _takes_other_values(kind: type[Enum]) -> bool:
    """Whether an enum makes members of values that none has, as msgspec would let it."""
    return any("_missing_" in vars(base) for base in kind.__mro__ if base is not Enum)


_SCALARS: Final = frozenset({str, int, float, bool})
_SORTED: Final = _SCALARS | {PartialDate, date, UUID}
"""Types whose values msgspec sorts as their plain values are sorted."""
_NATIVE: Final = _SORTED | {datetime, Decimal}


def _is_text(kind: Any) -> bool:
    return kind in {str, PartialDate} or (origin_of(kind) is Literal and _is_native(kind))


# Reading


def decode(seq: int, body: bytes, personal: bytes | None = None) -> Entry[Event]:
    """Return the entry in a row of a ledger.

    Args:
        seq: The entry's number in its ledger; the bytes do not hold it.
        body: One JSON object, as UTF-8.
        personal: The disclosures kept beside it, one a line; None: there are none, or no more.

    Raises:
        CodecError: The bytes are not an entry; the message has the path to what is wrong.
    """
    return next(decode_all([(seq, type_in(body), body, personal)]))


def decode_all(
    rows: Iterable[tuple[int, str, bytes, bytes | None, *tuple[object, ...]]],
) -> Iterator[Entry[Event]]:
    """Yield the entries in rows of a ledger: number, type, bytes and disclosures of each.

    Raises CodecError for bytes that are not an entry, when their turn comes.
    """
    known = codecs()
    for row in rows:
        seq, body, personal = row[0], row[2], row[3]
        codec = known[row[1]]
        try:
            entry = None if codec is None else read(codec, seq, body)
            if personal is not None and codec is not None and entry is not None:
                disclose_in(codec, entry.event, personal)
        except NOT_QUICKLY:
            entry = None
        yield parse_entry(seq, body, personal) if entry is None else entry


def read(codec: Codec, seq: int, body: bytes) -> Entry[Any] | None:
    """Return the entry in some bytes; None, or one of NOT_QUICKLY: only the parser can tell."""
    entry = codec.read(body)
    if entry.version != codec.version or entry.type != codec.name:
        return None
    if codec.checks:
        _check(codec, entry.event)
    _set(entry, "seq", seq)
    return entry


def read_canonical(codec: Codec, numbered: Mapping[int, bytes]) -> list[Entry[Any]]:
    """Return the entries in bodies by number, if each is written again byte for byte.

    All of them go through msgspec in one call each way, which takes half the time. Where a body is
    not canonical, returns no entries, or raises ValueError or one of NOT_QUICKLY.
    """
    lines = b"\n".join([*numbered.values(), b""])
    entries = codec.read_lines(lines)
    if len(entries) != len(numbered):
        return []
    for seq, entry in zip(numbered, entries, strict=True):
        if entry.version != codec.version or entry.type != codec.name:
            return []
        if codec.checks:
            _check(codec, entry.event)
        _set(entry, "seq", seq)
    written = _ENCODER.encode_lines([_envelope(entry, entry.event) for entry in entries])
    return entries if written == lines else []


def disclose_in(codec: Codec, event: Event, lines: bytes) -> list[str]:
    """Put disclosed values into an event that was just read; see ``personal.disclose``."""
    salts = disclose(event, lines, _from_json)
    _check(codec, event)
    return salts


def _check(codec: Codec, event: Event) -> None:
    for name, check in codec.checks:
        check(getattr(event, name))


NOT_QUICKLY: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, RuleError)
"""Raised by the quick codec where only the parser can tell whether bytes are an entry."""
_set: Final = msgspec.structs.force_setattr


def type_in(body: bytes) -> str:
    """Return the event type near the end of canonical bytes; any text for other bytes."""
    _, _, rest = body[-200:].rpartition(b'"type":"')
    return rest.partition(b'"')[0].decode("utf-8", "replace")


def codecs() -> "_Codecs":
    """Return the quick codecs by type name; None: the type has no quick codec."""
    return _codecs(catalogue.size)


class _Codecs(dict[str, Codec | None]):
    """The quick codecs by type name, for one state of the catalogue."""

    def __missing__(self, name: str) -> Codec | None:
        cls: Any = find_class(name)
        if cls is None:
            return None  # not cached: a file may contain any number of unknown names
        self[name] = codec = codec_of(cls)
        return codec


@lru_cache(maxsize=1)
def _codecs(_catalogue_size: int) -> _Codecs:
    return _Codecs()


def _from_json(kind: Any, value: Any) -> object:
    """Decode a type that msgspec does not know."""
    if kind is PartialDate:
        return cached_date(value)
    if kind is Event:
        return _event_inside(value)
    return immutabledict(msgspec.convert(value, _dict_of(kind), dec_hook=_from_json))


@cache
def _dict_of(kind: Any) -> Any:
    container: Any = dict
    return container[arguments_of(kind)]


def _event_inside(value: Any) -> Event:
    """Decode an event within another event."""
    try:
        codec = codecs()[value["type"]]
        if codec is None or value["version"] != codec.version:
            return build_event(value, "")
        event: Event = msgspec.convert(value["event"], codec.cls, dec_hook=_from_json)
        _check(codec, event)
    except (RefusedError, LookupError, TypeError, RuleError) as error:
        raise ValueError from error  # which msgspec raises as its own
    return event


# Writing


_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
Sealed = tuple[bytes, bytes | None]
"""The bytes of an entry, and the disclosures beside them; None: there are none."""


def encode(entry: Entry[Event]) -> bytes:
    """Return the bytes of an entry, personal data included.

    Equal events have equal bytes, whatever order their sets and mappings are in; but a Decimal
    keeps its digits, and a datetime its offset.

    Raises CodecError when an event cannot be written, or would be read back as another.
    """
    body, _ = seal(entry, None)
    return body


def seal(entry: Entry[Event], salt: Salt | None) -> Sealed:
    """Return the bytes of an entry without personal data, and its disclosures; see ``seal_all``."""
    (sealed,) = seal_all([entry], salt)
    return sealed


def seal_all(entries: Sequence[Entry[Event]], salt: Salt | None) -> list[Sealed]:
    """Return the bytes of entries without personal data, and their disclosures.

    Args:
        entries: Any number; msgspec writes all of them in one call, in two thirds of the time.
        salt: Makes the salts of disclosures; None: personal data stays in the bytes.

    Raises CodecError as ``encode`` does.
    """
    lossless = _lossless_codecs(catalogue.size)
    forms: list[Any] = []
    disclosures: list[bytes | None] = []
    unsure: list[int] = []
    """The indexes of entries that may be read back as others."""
    for index, entry in enumerate(entries):
        codec = lossless[type(entry.event)]
        if codec is None or codec.holds_event or (codec.personal and salt is not None):
            form, lines = _redacted_form(entry, salt)
            if not _is_lossless(entry.event):
                unsure.append(index)
        else:
            form, lines = _envelope(entry, entry.event), None
        forms.append(form)
        disclosures.append(lines)
    sealed = list(zip(_encode_all(entries, forms), disclosures, strict=True))
    for index, (body, lines) in enumerate(sealed):
        if len(body) + len(lines or b"") > MAX_BYTES:
            unsure.append(index)
    for index in unsure:
        _read_back(entries[index], *sealed[index])
    return sealed


def _redacted_form(entry: Entry[Event], salt: Salt | None) -> tuple[Any, bytes | None]:
    """Return the encoder's input for an entry, and its disclosures."""
    event = entry.event
    if isinstance(subject_of(event), UnknownEvent):
        raise CodecError(
            f"{event!r} cannot be recorded: its class is not known here; "
            "import the module that defines it"
        )
    try:
        redaction = None if salt is None else redact(event, salt)
        if redaction is None:
            return _form_of(entry), None
        return _form_of(entry, redaction.forgotten, redaction.commitments), redaction.lines
    except CodecError:
        raise
    except Exception as error:  # a class of a user's may fail in any way
        raise unwritable(event, error) from error


def _encode_all(entries: Sequence[Entry[Event]], forms: Sequence[Any]) -> list[bytes]:
    try:
        return _ENCODER.encode_lines(forms).splitlines()  # JSON text has no line breaks of its own
    except Exception:  # noqa: BLE001 - a class of a user's may fail in any way
        return [_encode(entry.event, form) for entry, form in zip(entries, forms, strict=True)]


def _encode(event: Event, form: Any) -> bytes:
    try:
        return _ENCODER.encode(form)
    except Exception as error:  # a class of a user's may fail in any way
        raise unwritable(event, error) from error


def write(
    entry: Entry[Event],
    forgotten: Mapping[str, Any] = _NOTHING,
    commitments: Mapping[str, str] | None = None,
) -> bytes:
    """Return the canonical bytes of an entry.

    Args:
        entry: The entry to write.
        forgotten: The values to write in place of the event's, by field.
        commitments: The hashes of personal values, by field.
    """
    return _ENCODER.encode(_form_of(entry, forgotten, commitments))


def _form_of(
    entry: Entry[Event],
    forgotten: Mapping[str, Any] = _NOTHING,
    commitments: Mapping[str, str] | None = None,
) -> Any:
    """Return the encoder's input for an entry; see ``write``."""
    envelope = _envelope(entry, _form(entry.event, forgotten))
    return msgspec.structs.asdict(envelope) | {"personal": commitments} if commitments else envelope


def _envelope(entry: Entry[Event], event: Any) -> "_Envelope":
    return _Envelope(
        entry.id,
        entry.type,
        entry.version,
        instant_text(entry.recorded_at),
        entry.key,
        entry.source,
        entry.batch,
        event,
    )


class _Envelope(msgspec.Struct, gc=False):
    """An entry in the form of its bytes."""

    id: str
    type: str
    version: int
    recorded_at: str
    key: str | None
    source: str | None
    batch: str | None
    event: Any


def _form(event: Any, forgotten: Mapping[str, Any] = _NOTHING) -> Any:
    """Return the encoder's input for an event, with some values replaced."""
    codec = codec_of(event.__class__)
    if codec is not None and not (forgotten or codec.holds_event):
        return event
    subject = subject_of(event)
    own = forgotten if subject is event else _NOTHING
    if codec is None:
        return plain_fields(event) | {name: plain(value) for name, value in own.items()}
    fields = {**_values(event), **own}
    for name, value in fields.items():
        if isinstance(value, Event):
            inner = _form(value, forgotten if value is subject else _NOTHING)
            kind = value.__event__
            fields[name] = {"type": kind.name, "version": kind.version, "event": inner}
    return fields


def _values(event: Event) -> dict[str, Any]:
    cls: Any = type(event)
    return {name: getattr(event, name) for name in fields_of(cls)}


def _is_lossless(event: Event) -> bool:
    """Return whether every value of an event is certain to be read back unchanged."""
    codec = _lossless_codecs(catalogue.size)[type(event)]
    if codec is None or not codec.holds_event:
        return codec is not None
    return all(_is_lossless(value) for value in _values(event).values() if isinstance(value, Event))


class _LosslessCodecs(dict[type[Any], Codec | None]):
    """The quick codecs by class; None: its events must be read back to be sure."""

    def __missing__(self, cls: Any) -> Codec | None:
        codec = None if cls is UnknownEvent else codecs()[cls.__event__.name]
        self[cls] = codec = None if codec is None or codec.cls is not cls else codec
        return codec


@lru_cache(maxsize=1)
def _lossless_codecs(_catalogue_size: int) -> _LosslessCodecs:
    return _LosslessCodecs()


def _read_back(entry: Entry[Event], body: bytes, lines: bytes | None) -> None:
    """Read an entry back thoroughly, and raise CodecError where it is another one."""
    event = entry.event
    try:
        back = parse_entry(entry.seq, body, lines)
    except CodecError as error:
        raise CodecError(f"{type(event).__name__} would not be readable: {error}") from error
    if not back == entry:
        raise _changed_error(event, back.event)


def _changed_error(event: Event, back: Event) -> CodecError:
    where = type(event).__name__
    if type(back) is not type(event):
        return CodecError(
            f"{where} was made by a class that no longer stands for {event.__event__.name!r}; "
            "make the event again with the class as it is now"
        )
    values = _values(back)
    changed = [name for name, value in _values(event).items() if values[name] != value]
    return CodecError(
        f"{where} would be read back as another event: {', '.join(changed)} changed; "
        "use types that JSON can carry, such as str, int, float, tuple[..., ...]"
    )


def _to_json(value: object) -> object:
    if isinstance(value, str):  # a PartialDate
        return str.__str__(value)
    if isinstance(value, immutabledict):
        return dict(cast("Any", value))
    raise NotImplementedError(f"a {type(value).__name__} cannot be written as JSON")


_ENCODER: Final = msgspec.json.Encoder(enc_hook=_to_json, order="sorted")
