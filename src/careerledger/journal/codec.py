"""The one way between an event and its bytes.

An entry is one JSON object:

    {"id": …, "type": "course.finished", "version": 1, "recorded_at": …, "key": …, "event": {…}}

What an event says of another person (``personal``) is kept beside these bytes: its field then holds
what it will say once the person was forgotten, and beside the event stands a salted hash of each:

    {…, "event": {"name": "forgotten", …}, "personal": {"name": "9f86d081884c…"}}

Every field is written, null and empty ones too, so that a default that changes later cannot
change what an old entry says. Writing goes through cattrs and msgspec; what was written is read
back and compared before anyone gets it.

Reading is strict: a field that the version does not have, a missing field without a default, a
value of another type, a name that stands twice, too many bytes or too deep a nesting is refused
with the path to it. Two readers do this. The plain one parses, looks for doubled names, upcasts,
and builds the event with cattrs and all the checks of its class. The quick one is for bytes in
exactly the form that this program writes, which is nearly all of them: msgspec reads the entry
in C. It takes 2 µs an entry where the plain one takes some 40 µs; whatever it does not
recognise it hands to the plain one, which then finds the words for what is wrong.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import chain
from operator import attrgetter
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Final,
    Generic,
    Literal,
    NamedTuple,
    NoReturn,
    Optional,
    TypeGuard,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)

import attrs
import msgspec
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.errors import CareerLedgerError, CodecError, DateError, FieldError
from careerledger.events import Action, Event, UnknownEvent, catalogue, load_catalogue
from careerledger.events.correction import EntryAmended
from careerledger.events.fields import check_for
from careerledger.events.rules import Interval, MinLen, Predicate, Rule, rules_in
from careerledger.history import Entry, entry_of, fillable
from careerledger.text import shown

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = [
    "decode",
    "decode_all",
    "decode_state",
    "derived",
    "encode",
    "encode_all",
    "encode_state",
    "event_from_dict",
    "event_to_dict",
    "find_class",
    "instant_text",
    "seal_all",
    "sealed",
]

I = TypeVar("I")  # noqa: E741
S = TypeVar("S")
T = TypeVar("T")
V = TypeVar("V")

MAX_BYTES: Final = 1_000_000
"""No entry is larger: a career is made of facts, not of files."""
MAX_DEPTH: Final = 32
"""No entry nests deeper."""

_ENVELOPE: Final = ("id", "type", "version", "recorded_at", "key", "event")
_TOLD: Final = ("subject", "field", "value", "salt")


def find_class(name: str) -> type[Event] | None:
    """The event class with this name on disk, or None."""
    found = catalogue.find(name)
    if found is None:
        load_catalogue()
        found = catalogue.find(name)
    return found


# Forms of msgspec's own classes, which it writes and reads quickest


class _Form(msgspec.Struct, Generic[T, V, I, S], gc=False, forbid_unknown_fields=True):
    """An entry between itself and its bytes."""

    id: str
    type: T
    version: V
    recorded_at: I
    key: str | None
    event: S


class _SealedForm(_Form[T, V, I, S], Generic[T, V, I, S], gc=False, forbid_unknown_fields=True):
    """An entry of which some is kept beside its bytes."""

    personal: dict[str, str]


_AnyForm = _Form[Any, Any, Any, Any]


class _Quick(NamedTuple):
    """How to write and read the canonical bytes of one event class."""

    form: Any
    """msgspec's class for the form of an event."""
    shape: Callable[[Event], object]
    """The form of an event."""
    prove: Callable[[bytes], list[_AnyForm]]
    """Reads the forms of entries that were just written, one a line, their instants as text."""
    read: Callable[[bytes], _AnyForm]
    """Reads the form of an entry."""
    build: Callable[[Any], Event]
    """The event of a form."""
    colons: int
    """How many colons such an entry has, those within its mappings and texts apart."""
    fields: tuple[str, ...]
    """The fields that hold mappings or texts, the likeliest to have a colon first."""
    check: Callable[[Any], None]
    """Raises for a form that msgspec reads, and no event can be built of."""


@cache
def _quick(cls: Any) -> _Quick | None:
    types = _types_for_msgspec(cls)
    if types is None:
        return None
    fields = [(name, _in_form(kind)) for name, kind in types.items()]
    form: Any = msgspec.defstruct(cls.__name__, fields, gc=False, forbid_unknown_fields=True)
    shape, build, check = _ways(cls, form, types)
    return _Quick(
        form=form,
        shape=shape,
        prove=_prover(cls, form, check),
        read=_form_decoder(cls, form, _Instant).decode,
        build=build,
        # One for each name, and two in the instant.
        colons=len(_ENVELOPE) + len(types) + 2,
        # A class's own fields are likelier to have any than those that all actions have.
        fields=tuple(name for name in reversed(types) if _holds_text(types[name])),
        check=check,
    )


def _form_decoder(
    cls: Any, form: Any, instant: Any, entry: Any = _Form
) -> "msgspec.json.Decoder[Any]":
    """Reads the forms of entries of one class and no other."""
    kind = cls.__event__
    of_class = _of(entry, (Literal[kind.name], Literal[kind.version], instant, form))
    return msgspec.json.Decoder(of_class, dec_hook=_from_json)


def _prover(
    cls: Any, form: Any, check: Callable[[Any], None], entry: Any = _Form
) -> Callable[[bytes], list[_AnyForm]]:
    """Reads what was just written: see ``_Quick``."""
    decode_lines = _form_decoder(cls, form, str, entry).decode_lines
    if not _checks(cls):
        return decode_lines  # what was written of a date is one

    def prove(lines: bytes) -> list[_AnyForm]:
        forms = decode_lines(lines)
        for each in forms:
            check(each.event)
        return forms

    return prove


def _checks(cls: Any) -> dict[str, Callable[[Any], object]]:
    """What msgspec leaves to be checked, by field: that functions are true of a value."""
    return {
        field.name: _checked_by(check_for(field.type))
        for field in _fields_of(cls)
        if _has_predicate(field.type)
    }


def _checked_by(check: Callable[[Any], object]) -> Callable[[Any], object]:
    def checked(value: object) -> object:
        try:
            return check(value)
        except Exception as error:  # a function of a user's may fail in any way
            raise msgspec.DecodeError from error

    return checked


def _has_predicate(annotation: object) -> bool:
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated and any(
        isinstance(rule, Predicate) for rule in rules_in(arguments[1:])
    ):
        return True
    return any(map(_has_predicate, arguments))


def _in_form(kind: Any) -> Any:
    """What a form holds for a field of this kind: what msgspec knows without asking."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _of(Annotated, (_in_form(arguments[0]), *arguments[1:]))
    if origin is Union:
        return Optional[_in_form(arguments[0])]  # noqa: UP045 - a value
    if origin is immutabledict:
        return _of(dict, arguments)
    return str if kind is PartialDate else kind


def _ways(cls: Any, form: Any, types: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The functions from an event to its form and back, and the one that checks a form.

    They are written out for each class, as attrs does it for ``__init__``: Python then finds each
    field at its place. Loops over the names would take 0.13 µs more there, and 1 µs more back.
    """
    there = [_expression(kind, 0).format(f"event.{name}") for name, kind in types.items()]
    checks = _checks(cls)
    back = {
        name: f"{f'check_{name}' if name in checks else ''}"
        f"({_expression(kind, 1).format(f'form.{name}')})"
        for name, kind in types.items()
    }
    checked = [value for name, value in back.items() if name in checks or "date(" in value]
    code = f"""
def shape(event):
    return form({", ".join(there)})

def build(form):
    event = new(fillable)
    {"; ".join(f"event.{name} = {value}" for name, value in back.items())}
    event.__class__ = cls
    return event

def check(form):
    {"; ".join(checked) or "pass"}
"""
    ways = {
        "form": form,
        "cls": cls,
        "new": object.__new__,
        "fillable": fillable(cls),
        "text": str.__str__,
        "date": _date,
        "immutabledict": immutabledict,
        **{f"check_{name}": check for name, check in checks.items()},
    }
    exec(code, ways)  # noqa: S102 - of names of fields
    return ways["shape"], ways["build"], ways["check"]


def _expression(kind: Any, way: int) -> str:
    """The code that takes a field of this kind to a form (0) or back (1)."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _expression(arguments[0], way)
    if origin is Union:
        told = _expression(arguments[0], way)
        return told if told == "{0}" else f"None if {{0}} is None else {told}"
    if origin is immutabledict:
        return ("{{**{0}}}", "immutabledict({0})")[way]
    return ("text({0})", "date({0})")[way] if kind is PartialDate else "{0}"


def _types_for_msgspec(cls: type[Event]) -> dict[str, Any] | None:
    """The fields of a class with their rules as msgspec checks them; None: it cannot."""
    if any(hasattr(cls, f"__attrs_{moment}_init__") for moment in ("pre", "post")):
        return None  # the quick reader does not run it
    try:
        types = {field.name: _for_msgspec(field.type) for field in _fields_of(cls)}
        all_kinds = (*types.values(), *map(_in_form, types.values()))
        msgspec.json.Decoder(_of(tuple, all_kinds), dec_hook=_from_json)
    except (_NeedsPlainReaderError, TypeError, ValueError):  # msgspec has not every rule
        return None
    return types


def _holds_text(annotation: object) -> bool:
    if isinstance(annotation, str):  # what a Literal allows
        return ":" in annotation
    return annotation is str or any(map(_holds_text, get_args(annotation)))


class _NeedsPlainReaderError(Exception):
    """A field's type or rule that msgspec cannot check."""


def _for_msgspec(annotation: Any, *, inside: bool = False) -> Any:
    """The annotation with its rules in the form that msgspec checks.

    Args:
        annotation: Of a field, or of what is inside it.
        inside: Whether it is inside a collection, where the quick reader leaves no mapping.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _ruled_for_msgspec(arguments[0], arguments[1:], inside=inside)
    if origin in (Union, UnionType):
        (kind,) = (option for option in arguments if option is not type(None))
        return Optional[_for_msgspec(kind, inside=inside)]  # noqa: UP045 - a value
    if origin in {tuple, frozenset}:
        parts = tuple(a if a is ... else _for_msgspec(a, inside=True) for a in arguments)
        return _of(origin, parts)
    if origin is immutabledict and not inside:
        name, value = (_for_msgspec(argument, inside=True) for argument in arguments)
        if getattr(name, "__origin__", name) is str:
            return _of(immutabledict, (name, value))
    if annotation is int:
        return _ruled_for_msgspec(int, (), inside=inside)
    if annotation in _KNOWN or (origin is Literal and all(isinstance(a, str) for a in arguments)):
        return annotation
    raise _NeedsPlainReaderError


def _ruled_for_msgspec(base: Any, rules: tuple[object, ...], *, inside: bool) -> Any:
    pairs = [pair for rule in rules_in(rules) for pair in _meta(rule)]
    meta = dict(pairs)
    if len(pairs) > len(meta):
        raise _NeedsPlainReaderError
    if base is not int:
        inner = _for_msgspec(base, inside=inside)
        return Annotated[inner, msgspec.Meta(**meta)] if meta else inner
    # Events hold whole numbers within 64 bits; msgspec would take larger ones.
    if not {"gt", "ge"} & meta.keys():
        meta["ge"] = -(2**63)
    if not {"lt", "le"} & meta.keys():
        meta["le"] = 2**63 - 1
    return Annotated[int, msgspec.Meta(**meta)]


def _meta(rule: Rule) -> Iterator[tuple[str, Any]]:
    if isinstance(rule, Interval):
        yield from ((name, bound) for name, bound in rule._asdict().items() if bound is not None)
    elif isinstance(rule, MinLen):
        yield "min_length", rule.min_length


_KNOWN: Final = (str, float, bool, PartialDate)


# Writing


Seal = Callable[[bytes], tuple[bytes, str]]
"""Salts a JSON object that tells of a person; returns it as one line, and the hash of that."""
Sealed = tuple[bytes, bytes | None]
"""The bytes of an entry, and what is kept beside them; None: nothing."""


def encode(entry: Entry[Event]) -> bytes:
    """The bytes of an entry with all that it says, proven to be readable.

    Equal events have equal bytes, whatever order their sets and mappings are in.

    Raises CodecError when an event cannot be written, or would be read back as another.
    """
    return sealed(entry, None)[0]


def encode_all(entries: Sequence[Entry[Event]]) -> list[bytes]:
    """Each entry as ``encode`` makes it, in less time."""
    return seal_all(entries, None)[0]


def sealed(entry: Entry[Event], seal: Seal | None) -> Sealed:
    """The bytes of an entry without what it says of people, and that; both proven readable.

    Args:
        entry: What is to be written.
        seal: Salts and hashes what is said of a person; None: it stays in the bytes.

    Raises CodecError as ``encode`` does.
    """
    writer = _writers(catalogue.size)[type(entry.event)]
    if writer.tells and seal is not None and (told := _told(entry.event)):
        return _all_sealed([entry], [told], seal)[0]
    return _proven(entry, writer), None


def seal_all(
    entries: Sequence[Entry[Event]], seal: Seal | None
) -> tuple[list[bytes], list[bytes | None]]:
    """The bytes of each entry, and what is kept beside each, as ``sealed`` makes them.

    Takes less time than to seal one by one.
    """
    writers = _writers(catalogue.size)
    alike: defaultdict[type[Event], list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        alike[type(entry.event)].append(place)
    bodies, beside = [b""] * len(entries), cast("list[bytes | None]", [None] * len(entries))
    for cls, places in alike.items():
        writer, left = writers[cls], places
        if writer.tells and seal is not None:
            told = {place: told for place in places if (told := _told(entries[place].event))}
            left = [place for place in places if place not in told]
            telling = [entries[place] for place in told]
            pairs = _all_sealed(telling, [*told.values()], seal) if telling else []
            for place, pair in zip(told, pairs, strict=True):
                bodies[place], beside[place] = pair
        proven = _all_proven([entries[place] for place in left], writer)
        for place, body in zip(left, proven, strict=True):
            bodies[place] = body
    return bodies, beside


def _all_proven(entries: list[Entry[Event]], writer: "_Writer") -> list[bytes]:
    """The bytes of entries of one class, after reading them back.

    To write them all and then read them all takes a third less than to do it by turns.
    """
    shape, prove, _ = writer
    if prove is not _prove_nothing:
        with suppress(Exception):  # what is wrong is found below
            forms = _forms_of(entries, shape)
            lines = _ENTRY_ENCODER.encode_lines(forms)
            *bodies, _ = lines.split(b"\n")  # in half the time of splitlines
            if max(map(len, bodies), default=0) <= MAX_BYTES and prove(lines) == forms:
                return bodies
    return [_proven(entry, writer) for entry in entries]


def _forms_of(entries: Iterable[Entry[Event]], shape: Callable[[Event], object]) -> list[_AnyForm]:
    return [
        _Form(
            entry.id,
            entry.type,
            entry.version,
            instant_text(entry.recorded_at),
            entry.key,
            shape(entry.event),
        )
        for entry in entries
    ]


def _proven(entry: Entry[Event], writer: "_Writer") -> bytes:
    """The bytes of an entry, after reading them back."""
    shape, prove, _ = writer
    try:
        forms = _forms_of([entry], shape)
        body = _ENTRY_ENCODER.encode(forms[0])
    except CodecError:
        raise
    except Exception as error:  # a class of a user's may fail in any way
        raise _unwritable(entry.event, error) from error
    try:
        proven = prove(body) == forms and len(body) <= MAX_BYTES
    except msgspec.DecodeError:
        proven = False
    if not proven:
        _read_back(entry, body, None)
    return body


def _unwritable(event: Event, error: Exception) -> CodecError:
    return CodecError(f"{type(event).__name__} has a value that JSON cannot hold: {error}")


class _Told(msgspec.Struct, gc=False):
    """What is kept beside an entry of one field, before it is salted."""

    subject: str
    field: str
    value: object


def _read_back(entry: Entry[Event], body: bytes, personal: bytes | None) -> None:
    """Read an entry back as any reader would, and say what is wrong."""
    event = entry.event
    try:
        back = decode(entry.seq, body, personal)
    except CodecError as error:
        raise CodecError(f"{type(event).__name__} would not be readable: {error}") from error
    if not back == entry:
        raise _changed(event, back.event)


def _told(event: Event) -> list[_Told]:
    """What an event says of people that are named."""
    if isinstance(event, EntryAmended):
        event = event.event
    if isinstance(event, UnknownEvent):
        return []
    told: list[_Told] = []
    for name, (subject, kind, default, _) in event.__event__.personal.items():
        value = getattr(event, name)
        # Most say nothing, which is soon seen.
        if value != default and (id_ := getattr(event, subject)) is not None:
            told.append(_Told(f"{kind}:{id_}", name, value))
    return told


def _all_sealed(entries: list[Entry[Event]], told: list[list[_Told]], seal: Seal) -> list[Sealed]:
    """The bytes of entries of one class that tell of people, after reading them back."""
    forms: list[_AnyForm] = []
    found: list[Sealed] = []
    beside: list[bytes] = []
    for entry, its in zip(entries, told, strict=True):
        event = entry.event
        lines: list[bytes] = []
        hashes: dict[str, str] = {}
        try:
            for each in its:
                line, hashes[each.field] = seal(_ENTRY_ENCODER.encode(each))
                lines.append(line)
            form = _SealedForm(
                entry.id,
                entry.type,
                entry.version,
                instant_text(entry.recorded_at),
                entry.key,
                _without(event, hashes),
                hashes,
            )
            found.append((_ENTRY_ENCODER.encode(form), b"\n".join(lines)))
        except Exception as error:  # a class of a user's may fail in any way
            raise _unwritable(event, error) from error
        forms.append(form)
        beside += lines
    bodies = [body for body, _ in found]
    largest = max(len(body) + len(personal or b"") for body, personal in found)
    if largest > MAX_BYTES or not _read_alike(forms, bodies, told, beside):
        for entry, pair in zip(entries, found, strict=True):
            _read_back(entry, *pair)
    return found


def _read_alike(
    forms: list[_AnyForm], bodies: list[bytes], told: list[list[_Told]], lines: list[bytes]
) -> bool:
    """Whether the quick reader finds in the bytes what was written; False: it cannot say."""
    cls: Any = find_class(forms[0].type)
    reader = None if isinstance(forms[0].event, msgspec.Raw) else _quick_sealed(cls)
    if reader is None:
        return False
    try:
        found = [reader.read_line(line) for line in lines]
        return reader.prove(b"\n".join(bodies)) == forms and list(chain.from_iterable(told)) == [
            _Told(each.subject, each.__struct_config__.tag, each.value) for each in found
        ]
    except msgspec.DecodeError:
        return False


def _without(event: Event, sealed: Iterable[str]) -> object:
    """What the encoder takes for an event in which these fields were forgotten."""
    shaped = _writers(catalogue.size)[type(event)].shape(event)
    if not isinstance(shaped, msgspec.Raw):
        for name in sealed:
            setattr(shaped, name, event.__event__.personal[name].forgotten)
        return shaped
    plain = inner = _plain(event)
    if isinstance(event, EntryAmended):
        event, inner = event.event, plain["event"]["event"]
    for name in sealed:
        inner[name] = _plain(event.__event__.personal[name].forgotten)
    return msgspec.Raw(_ENCODER.encode(plain))


def _changed(event: Event, back: Event) -> CodecError:
    where = type(event).__name__
    if type(back) is not type(event):
        return CodecError(
            f"{where} was made by a class that no longer stands for {event.__event__.name!r}; "
            "make the event again with the class as it is now"
        )
    changed = [
        a.name for a in _fields_of(type(event)) if getattr(back, a.name) != getattr(event, a.name)
    ]
    return CodecError(
        f"{where} would be read back as another event: {', '.join(changed)} changed; "
        "use types that JSON can carry, such as str, int, float, tuple[..., ...]"
    )


class _Writer(NamedTuple):
    """How to write the events of one class."""

    shape: Callable[[Event], object]
    """Turns an event into what the encoder takes."""
    prove: Callable[[bytes], list[_AnyForm]]
    """Reads the forms back that hold the shapes, with all checks of the class, or raises
    DecodeError: there may be nothing that quick."""
    tells: bool
    """Whether they may say something of a person."""


class _Writers(dict[type[Any], _Writer]):
    """The writers by class, found once for each class and state of the catalogue."""

    def __missing__(self, cls: Any) -> _Writer:
        if cls is UnknownEvent:
            writer = _Writer(_refuse, _prove_nothing, tells=False)
        elif find_class(cls.__event__.name) == cls and (quick := _quick(cls)):
            writer = _Writer(quick.shape, quick.prove, tells=bool(cls.__event__.personal))
        else:
            writer = _Writer(_shape_plainly, _prove_nothing, tells=True)
        self[cls] = writer
        return writer


def _shape_plainly(event: Event) -> object:
    return msgspec.Raw(_ENCODER.encode(_plain(event)))


@lru_cache(maxsize=1)
def _writers(_catalogue_size: int) -> _Writers:
    return _Writers()


def _refuse(event: Event) -> NoReturn:
    raise CodecError(
        f"{event!r} cannot be recorded: its class is not known here; "
        "import the module that defines it"
    )


def _prove_nothing(lines: bytes) -> NoReturn:  # noqa: ARG001
    raise msgspec.DecodeError


@lru_cache(maxsize=8)
def instant_text(instant: datetime) -> str:
    """An instant as ISO 8601 text in UTC, always to the microsecond, so it sorts as time does.

    Raises CodecError when it does not say its offset from UTC.
    """
    if instant.tzinfo is None:
        raise CodecError(f"{instant!r} is not an instant: it has no time zone")
    try:
        utc = instant.astimezone(UTC)
    except OverflowError:
        raise CodecError(f"{instant!r} is not an instant: UTC has no such year") from None
    text: str = msgspec.to_builtins(utc)  # in a tenth of the time
    return text if utc.microsecond else f"{text[:-1]}.000000Z"


@cache
def _converter() -> "Converter":
    """The converter between events and plain values; loaded when first needed."""
    # These take longer to import than all the rest.
    from cattrs import Converter  # noqa: PLC0415
    from cattrs.gen import make_dict_structure_fn  # noqa: PLC0415

    converter = Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook(PartialDate, str)
    converter.register_unstructure_hook_func(
        lambda kind: _base(kind) is frozenset, lambda values: sorted(map(_plain, values))
    )
    converter.register_unstructure_hook_func(
        lambda kind: _base(kind) is immutabledict,
        lambda pairs: {str(name): _plain(pairs[name]) for name in sorted(pairs)},
    )
    # An amendment carries a whole event, with its type.
    converter.register_unstructure_hook_func(lambda kind: kind is Event, _with_type)
    converter.register_structure_hook_func(
        lambda kind: kind is Event, lambda value, _: _event_of(value, "")
    )
    for kind in (str, int, float, bool):
        converter.register_structure_hook(kind, _exactly)
    converter.register_structure_hook(PartialDate, lambda value, _: PartialDate(value))
    converter.register_structure_hook_func(lambda kind: _base(kind) is Literal, _one_of)

    # cattrs would take any iterable for an array, the letters of a text too.
    def array(value: object, kind: Any) -> object:
        items = _exactly(value, list)
        return _base(kind)(converter.structure(items, _of(list, get_args(kind)[0])))

    def mapping(value: object, kind: Any) -> object:
        pairs = _exactly(value, dict)
        return immutabledict(converter.structure(pairs, _of(dict, get_args(kind))))

    def instance(cls: type[Any]) -> Callable[[object, Any], object]:
        build = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True)
        return lambda value, kind: build(_exactly(value, dict), kind)

    converter.register_structure_hook_func(lambda kind: _base(kind) in {tuple, frozenset}, array)
    converter.register_structure_hook_func(lambda kind: _base(kind) is immutabledict, mapping)
    converter.register_structure_hook_factory(
        lambda kind: kind is not Event and attrs.has(kind), instance
    )
    return converter


def _base(kind: Any) -> Any:
    return get_origin(kind) or kind


def _of(container: Any, arguments: Any) -> Any:
    """The container's type with its arguments, which are known only at run time."""
    return container[arguments]


def _fields_of(cls: Any) -> "tuple[attrs.Attribute[Any], ...]":
    return cast("tuple[attrs.Attribute[Any], ...]", attrs.fields(cls))


def _plain(value: object) -> Any:
    return _converter().unstructure(value)


def _with_type(event: Event) -> dict[str, object]:
    kind = event.__event__
    return {"type": kind.name, "version": kind.version, "event": _plain(event)}


# Reading, strictly


def decode(seq: int, body: bytes, personal: bytes | None = None) -> Entry[Event]:
    """The entry in these bytes.

    Args:
        seq: The entry's number in its ledger; the bytes do not hold it.
        body: One JSON object, as UTF-8.
        personal: What is kept beside it, a JSON object a line; None: nothing, or no more.

    Raises:
        CodecError: The bytes are not an entry; the message has the path to what is wrong.
    """
    return next(decode_all([(seq, _type_in(body), body, personal)]))


def _type_in(body: bytes) -> str:
    """The event type that canonical bytes name early on; any text for other bytes."""
    _, _, rest = body[:400].partition(b'"type":"')
    return rest.partition(b'"')[0].decode("utf-8", "replace")


def _decode_plainly(seq: int, body: bytes, personal: bytes | None = None) -> Entry[Event]:
    try:
        fields = _parse(body)
        sealed = fields.pop("personal", None)
        _only(fields, _ENVELOPE, "$")
        _texts(fields)
        if sealed is not None or personal is not None:
            _disclose(fields, sealed, personal)
        event = _event(fields, "$")
        return Entry(
            seq=seq,
            id=fields["id"],
            type=fields["type"],
            version=fields["version"],
            recorded_at=_instant(fields["recorded_at"]),
            key=fields["key"],
            event=event,
        )
    except _RefusedError as refused:
        raise CodecError(f"entry #{seq} cannot be read: {refused}") from refused.__cause__


def _disclose(fields: dict[str, Any], sealed: object, personal: bytes | None) -> None:
    """Put what is kept beside an entry into its fields."""
    inner: Any = fields["event"]
    if fields["type"] == EntryAmended.__event__.name:
        for _ in range(2):  # the amendment's own, and what it amends to
            inner = inner.get("event") if _is_object(inner) else None
    if not _is_object(inner):
        raise _RefusedError("$.event", f"expected an object, got {_named(inner)}")
    left = {**sealed} if _is_object(sealed) else {}
    if not left:
        raise _RefusedError("$.personal", "expected the hashes of what is personal")
    for name, hash_ in left.items():
        if not isinstance(hash_, str) or name not in inner:
            raise _RefusedError(f"$.personal.{name}", "expected the hash of a field of the event")
    for line in () if personal is None else personal.split(b"\n"):
        told = _parse(line)
        _only(told, _TOLD, "$")
        name = told["field"]
        if not isinstance(name, str) or left.pop(name, None) is None:
            raise _RefusedError("$.personal", f"something was kept of {shown(name)} without a hash")
        inner[name] = told["value"]


def _texts(fields: dict[str, Any]) -> None:
    for name, kind in (("id", str), ("key", str | None), ("recorded_at", str)):
        if not isinstance(fields[name], kind):
            raise _RefusedError(f"$.{name}", f"expected text, got {_named(fields[name])}")


class _RefusedError(Exception):
    """What is wrong with some bytes, and the path to it."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{what}, at {path}")
        self.path = path
        self.what = what


def _parse(body: bytes) -> dict[str, Any]:
    if len(body) > MAX_BYTES:
        raise _RefusedError("$", f"{len(body):,} bytes, where an entry has at most {MAX_BYTES:,}")
    try:
        msgspec.json.decode(body)  # strict about JSON itself, as Python's own parser is not
        import json  # noqa: PLC0415 - the quick reader does without

        parsed: object = json.loads(body, object_pairs_hook=_Pairs)
    except (msgspec.DecodeError, ValueError) as error:
        raise _RefusedError("$", f"not JSON: {error}") from error
    except RecursionError:
        raise _RefusedError("$", f"nested deeper than {MAX_DEPTH}") from None
    value = _without_doubles(parsed, "$", 0)
    if not _is_object(value):
        raise _RefusedError("$", f"expected an object, got {_named(value)}")
    return value


def _is_object(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_array(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


class _Pairs(list[tuple[str, Any]]):
    """The names and values of a JSON object, as they stand."""


def _without_doubles(value: object, path: str, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise _RefusedError(path, f"nested deeper than {MAX_DEPTH}")
    if isinstance(value, _Pairs):
        found: dict[str, object] = {}
        for name, inner in value:
            if name in found:
                raise _RefusedError(f"{path}.{name}", "the name stands twice")
            found[name] = _without_doubles(inner, f"{path}.{name}", depth + 1)
        return found
    if _is_array(value):
        return [_without_doubles(item, f"{path}[{i}]", depth + 1) for i, item in enumerate(value)]
    return value


def _only(fields: dict[str, Any], wanted: tuple[str, ...], path: str) -> None:
    parts = {"missing": set(wanted) - set(fields), "unknown": set(fields) - set(wanted)}
    if any(parts.values()):
        told = "; ".join(f"{what} {', '.join(sorted(n))}" for what, n in parts.items() if n)
        raise _RefusedError(path, told)


def _event_of(value: object, path: str) -> Event:
    """The event in an amendment, with its type."""
    if not _is_object(value):
        raise _RefusedError(path, f"expected an object, got {_named(value)}")
    _only(value, ("type", "version", "event"), path)
    return _event(value, path)


def _event(typed: dict[str, Any], path: str) -> Event:
    """The event in an object that has its type, version and fields."""
    name, version, fields = typed["type"], typed["version"], typed["event"]
    if not isinstance(name, str):
        raise _RefusedError(f"{path}.type", f"expected text, got {_named(name)}")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _RefusedError(f"{path}.version", f"expected a whole number from 1, got {version!r}")
    path = f"{path}.event"
    if not _is_object(fields):
        raise _RefusedError(path, f"expected an object, got {_named(fields)}")
    cls = find_class(name)
    if cls is None or version > cls.__event__.version:
        # Python's own writer, because msgspec's has no whole numbers beyond 64 bits.
        import json  # noqa: PLC0415 - the quick reader does without

        text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
        return UnknownEvent(on=_on_of(fields), type=name, version=version, fields=text)
    for step in range(version, cls.__event__.version):
        try:
            fields = cls.__event__.upcasts[step](fields)
        except Exception as error:
            raise _RefusedError(
                path, f"the upcast of {name} from version {step} failed: {error!r}"
            ) from error
    try:
        return _converter().structure(fields, cls)
    except Exception as error:
        raise _refusal(error, path) from error


def _on_of(fields: dict[str, Any]) -> PartialDate | None:
    try:
        return PartialDate(fields["on"])
    except (KeyError, CareerLedgerError):
        return None


def _refusal(error: BaseException, path: str) -> _RefusedError:
    """The first of what cattrs found wrong, and the path to it."""
    from cattrs import (  # noqa: PLC0415 - loaded with the converter
        AttributeValidationNote,
        BaseValidationError,
        ForbiddenExtraKeysError,
        IterableValidationNote,
    )

    while isinstance(error, BaseValidationError):
        errors: Sequence[BaseException] = error.exceptions
        # A name that is misspelt is missing too, and says more.
        misnamed = (each for each in errors if isinstance(each, ForbiddenExtraKeysError))
        error = next(misnamed, errors[0])
        notes: list[object] = getattr(error, "__notes__", [])
        for note in notes:
            if isinstance(note, AttributeValidationNote):
                path += f".{note.name}"
            elif isinstance(note, IterableValidationNote):
                path += f".{note.index}" if isinstance(note.index, str) else f"[{note.index}]"
    if isinstance(error, _RefusedError):
        return _RefusedError(path + error.path, error.what)
    if isinstance(error, FieldError):
        return _RefusedError(".".join([path, *error.args[1:]]), str(error))
    if isinstance(error, CareerLedgerError | _WrongTypeError):
        return _RefusedError(path, str(error))
    if isinstance(error, ForbiddenExtraKeysError):
        return _RefusedError(path, f"unknown {', '.join(sorted(map(str, error.extra_fields)))}")
    if isinstance(error, KeyError):
        return _RefusedError(path, "the field is missing")
    return _RefusedError(path, f"{type(error).__name__}: {error}")


def _one_of(value: object, kind: Any) -> object:
    for option in get_args(kind):
        if type(option) is type(value) and option == value:
            return option
    options = ", ".join(map(repr, get_args(kind)))
    raise _WrongTypeError(f"expected one of {options}, got {shown(value)}")


class _WrongTypeError(TypeError):
    """A value of another JSON type; cattrs would convert it."""


def _exactly(value: object, kind: type) -> Any:
    accepted = (int, float) if kind is float else kind
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind is not bool):
        raise _WrongTypeError(f"expected {_NAMES[kind]}, got {_named(value)}")
    return value


def _instant(text: str) -> datetime:
    try:
        return msgspec.convert(text, _Instant)  # as the quick reader takes it
    except msgspec.ValidationError as error:
        raise _RefusedError("$.recorded_at", f"{text!r} is not an instant: {error}") from error


_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


def _named(value: object) -> str:
    return "null" if value is None else _NAMES.get(type(value), f"a {type(value).__name__}")


_NAMES: Final[dict[type, str]] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "a truth value",
    dict: "an object",
    list: "an array",
}


# Reading, quickly

_NOT_QUICKLY: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, DateError)
"""What the quick reader raises where only the plain one can say what is wrong, if anything is."""
_COLON: Final = ord(":")
_BACKSLASH: Final = ord("\\")


def decode_all(rows: Iterable[tuple[int, str, bytes, bytes | None]]) -> Iterator[Entry[Event]]:
    """The entries in these rows: number, type, bytes, and what is kept beside them, of each.

    Raises CodecError for bytes that are not an entry, when their turn comes.
    """
    readers = _Readers()
    for seq, name, body, personal in rows:
        reader = readers[name]
        if reader is None or len(body) > MAX_BYTES or personal is not None:
            entry = None if personal is None else _disclosed(seq, name, body, personal)
            yield entry or _decode_plainly(seq, body, personal)
            continue
        decode_quickly, build, colons, fields = reader
        try:
            form = decode_quickly(body)
            event = build(form.event)
        except _NOT_QUICKLY:
            yield _decode_plainly(seq, body)
            continue
        # msgspec lets the last of doubled names win. No field is missing here and none is unknown,
        # so there is none if there are just as many names as there should be, and every name has
        # a colon.
        over = body.count(_COLON) - colons
        if over and (_may_hide_colons(body) or not _all_in_values(over, form, fields)):
            yield _decode_plainly(seq, body)
            continue
        yield entry_of(form.id, form.type, form.version, form.recorded_at, form.key, event, seq)


def _may_hide_colons(body: bytes) -> bool:
    """Whether a colon may be written as an escape; a backslash alone is sought 20 times as fast."""
    return _BACKSLASH in body and b"\\u003" in body


def _all_in_values(colons: int, form: _AnyForm, fields: tuple[str, ...]) -> bool:
    """Whether an entry's texts and mappings have so many colons.

    They cannot have more, unless one was written as an escape.
    """
    event = form.event
    for field in fields:
        value = getattr(event, field)
        if value:
            colons -= value.count(":") if type(value) is str else _colons(value)
            if not colons:
                return True
    return colons == _colons(form.key) + _colons(form.id)


def _colons(value: object) -> int:
    """How many colons there are in a text, or in a collection and between its pairs."""
    if isinstance(value, str):
        return value.count(":")
    if isinstance(value, dict):
        pairs = cast("dict[str, object]", value)
        return len(pairs) + "".join(pairs).count(":") + sum(map(_colons, pairs.values()))
    if isinstance(value, tuple | frozenset):
        return sum(map(_colons, cast("tuple[object, ...]", value)))
    return 0


class _QuickSealed(NamedTuple):
    """How to read the bytes of one event class of which some is kept beside them."""

    read: Callable[[bytes], "_SealedForm[Any, Any, Any, Any]"]
    prove: Callable[[bytes], list[_AnyForm]]
    read_line: Callable[[bytes], Any]
    quick: _Quick
    personal: frozenset[str]


def _disclosed(seq: int, name: str, body: bytes, personal: bytes) -> Entry[Event] | None:
    """The entry in canonical bytes of which some is kept beside them; None: read it plainly."""
    cls: Any = find_class(name)
    reader = None if cls is None else _quick_sealed(cls)
    if reader is None or len(body) + len(personal) > MAX_BYTES:
        return None
    lines = personal.split(b"\n")
    try:
        form = reader.read(body)
        told = {each.__struct_config__.tag: each for each in map(reader.read_line, lines)}
        # As in decode_all; "personal" is a name too.
        over = body.count(_COLON) - reader.quick.colons - 1 - len(form.personal)
        if (
            (over and not _all_in_values(over, form, reader.quick.fields))
            or len(told) < len(lines)
            or not told.keys() <= form.personal.keys() <= reader.personal
            or _may_hide_colons(body + personal)
        ):
            return None
        for line, (field, each) in zip(lines, told.items(), strict=True):
            if line.count(_COLON) != len(_TOLD) + _colons(each.subject) + _colons(each.value):
                return None
            setattr(form.event, field, each.value)
        event = reader.quick.build(form.event)
    except _NOT_QUICKLY:
        return None
    return entry_of(form.id, form.type, form.version, form.recorded_at, form.key, event, seq)


@cache
def _quick_sealed(cls: Any) -> _QuickSealed | None:
    types, quick = _types_for_msgspec(cls), _quick(cls)
    if types is None or quick is None or not cls.__event__.personal:
        return None
    lines: list[Any] = [
        msgspec.defstruct(
            "_Line",
            [("subject", str), ("value", _in_form(types[name])), ("salt", str)],
            tag_field="field",
            tag=name,
            forbid_unknown_fields=True,
        )
        for name in cls.__event__.personal
    ]
    line_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
        _of(Union, tuple(lines)), dec_hook=_from_json
    )
    return _QuickSealed(
        read=_form_decoder(cls, quick.form, _Instant, _SealedForm).decode,
        prove=_prover(cls, quick.form, quick.check, _SealedForm),
        read_line=line_decoder.decode,
        quick=quick,
        personal=frozenset(cls.__event__.personal),
    )


_Reader = tuple[
    Callable[[bytes], _AnyForm],
    Callable[[Any], Event],
    int,
    tuple[str, ...],
]


class _Readers(dict[str, _Reader | None]):
    """The quick readers by type name, found once for each type."""

    def __missing__(self, name: str) -> _Reader | None:
        cls: Any = find_class(name)
        quick = None if cls is None else _quick(cls)
        # A plain tuple: to take a named one apart costs 0.03 µs more.
        self[name] = reader = None if quick is None else quick[3:7]
        return reader


# What a store derives of bytes, quickly


class Derived(NamedTuple):
    """What is derived of entries of one type, a list for each column; see ``stores.Row``."""

    id: list[str]
    on: list[str | None]
    recorded_at: list[str]
    key: list[str | None]
    introduces: list[str | None]


def derived(name: str, bodies: Sequence[bytes]) -> Derived | None:
    """What is derived of entries of this type, whose bytes are exactly as this program writes them.

    Takes half the time of making entries of them. None: they are not, or only the plain reader can
    say; then ``decode_all`` does.
    """
    cls: Any = find_class(name)
    if cls is None or (quick := _quick(cls)) is None or max(map(len, bodies)) > MAX_BYTES:
        return None
    lines = b"".join([body + b"\n" for body in bodies])
    try:
        forms = quick.prove(lines)
        # What would be written again just so has no name twice, nor anything else that is odd.
        if len(forms) != len(bodies) or _ENTRY_ENCODER.encode_lines(forms) != lines:
            return None
        events = [form.event for form in forms]
        for event in events:
            quick.check(event)
        instants = [form.recorded_at for form in forms]
        if any(instant_text(_instant(text)) != text for text in set(instants)):
            return None
    except (*_NOT_QUICKLY, CareerLedgerError, _RefusedError):
        return None
    nothing: list[None] = [None] * len(forms)
    introduces = cls.__event__.introduces
    return Derived(
        id=[form.id for form in forms],
        on=[event.on for event in events] if issubclass(cls, Action) else [*nothing],
        recorded_at=instants,
        key=[form.key for form in forms],
        introduces=[*nothing] if introduces is None else _introduced(events, *introduces),
    )


def _introduced(events: list[Any], field: str, kind: str) -> list[str | None]:
    ids = [getattr(event, field) for event in events]
    return [None if id_ is None else f"{kind}:{id_}" for id_ in ids]


# The running states of projections


def encode_state(state: object) -> bytes:
    """A projection's running state as JSON bytes.

    Raises CodecError when it could not be read back as the same state.
    """
    try:
        body = _ENCODER.encode(state)
        back = decode_state(type(state), body)
        same = back == state and _same_types([back], [state])
    except Exception as error:  # a class of a user's may fail in any way
        raise CodecError(f"the state of {type(state).__name__} has no bytes: {error}") from error
    if not same:
        raise CodecError(f"the state of {type(state).__name__} would be read back as another")
    return body


def _same_types(these: list[Any], those: list[Any]) -> bool:
    """Whether values that are equal pair by pair are of the same types; a Counter is no dict.

    Numbers may differ in theirs. Whole columns are compared, as states have many parts.
    """
    kinds = list(map(type, these))
    if kinds != list(map(type, those)) and not all(
        type(one) is type(other)
        or (isinstance(one, int | float) and isinstance(other, int | float))
        for one, other in zip(these, those, strict=True)
    ):
        return False
    for kind in set(kinds) - _ATOMS:
        here = [one for one, its in zip(these, kinds, strict=True) if its is kind]
        there = [other for other, its in zip(those, kinds, strict=True) if its is kind]
        pairs = zip(_columns(kind, here), _columns(kind, there), strict=True)
        if not all(_same_types(one, other) for one, other in pairs):
            return False
    return True


_ATOMS: Final = frozenset({str, int, float, bool, type(None), PartialDate})


def _columns(kind: Any, values: list[Any]) -> Iterator[list[Any]]:
    """What values of a kind are made of, one thing after the other for all of them."""
    if issubclass(kind, dict):
        yield list(chain.from_iterable(values))
        yield list(chain.from_iterable(value.values() for value in values))
    elif issubclass(kind, list | tuple):
        yield list(chain.from_iterable(values))
    elif issubclass(kind, set | frozenset):
        yield list(chain.from_iterable(sorted(value, key=repr) for value in values))
    else:
        for name in _compared_fields(kind):
            yield list(map(attrgetter(name), values))


@cache
def _compared_fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in _fields_of(kind) if field.eq) if attrs.has(kind) else ()


def decode_state(cls: type[S], body: bytes) -> S:
    """The running state in these bytes; CodecError where they hold something else."""
    try:
        kind: Any = cls
        return cast("S", _state_decoder(kind).decode(body))
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError) as error:
        raise CodecError(f"not a state of {cls.__name__}: {error}") from error


@cache
def _state_decoder(cls: type[Any]) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(cls, dec_hook=_from_json)


def _from_json(kind: Any, value: Any) -> object:
    """What msgspec has to ask for, being of our own types."""
    if kind is PartialDate:
        return _date(value)
    if get_origin(kind) is immutabledict:
        return immutabledict(msgspec.convert(value, _of(dict, get_args(kind)), dec_hook=_from_json))
    raise TypeError(f"{kind!r} has no form in JSON")


_date: Final = lru_cache(maxsize=65_536)(PartialDate)
"""Dates repeat; a cache in C answers nearly always."""


def _to_json(value: object) -> object:
    if isinstance(value, PartialDate):
        return str(value)
    if isinstance(value, immutabledict):
        return dict(cast("Any", value))
    raise NotImplementedError(f"a {type(value).__name__} has no place in JSON")


_ENCODER: Final = msgspec.json.Encoder(enc_hook=_to_json)
_ENTRY_ENCODER: Final = msgspec.json.Encoder(enc_hook=_to_json, order="deterministic")
"""It sorts sets and mappings."""


# Events as plain values


def event_to_dict(event: Event) -> dict[str, Any]:
    """An event as dicts, lists, text, numbers and None, ready for JSON.

    Returns:
        Its type, version and fields, as an entry of the file has them:
        ``{"type": "course.finished", "version": 1, "event": {"on": "2024-03", ...}}``.
    """
    if isinstance(event, UnknownEvent):
        import json  # noqa: PLC0415 - as for reading

        fields = json.loads(event.fields)
        return {"type": event.type, "version": event.version, "event": fields}
    return _with_type(event)


def event_from_dict(plain: Mapping[str, Any]) -> Action:
    """The event that plain values stand for; JSON is read by ``json.loads`` before.

    Args:
        plain: What ``event_to_dict`` returns. The version may be left out, which means the newest
            one, and so may each field that has a default.

    Raises:
        CodecError: There is no such type of event, or a field is missing, unknown or wrong; the
            message has the path to it.
    """
    if not isinstance(cast("object", plain), Mapping):
        raise CodecError(
            f"not an event: expected a mapping, got {_named(plain)}; json.loads makes one of JSON"
        )
    cls = find_class(name) if isinstance(name := plain.get("type"), str) else None
    typed = {"version": 1 if cls is None else cls.__event__.version, **plain}
    try:
        _only(typed, ("type", "version", "event"), "$")
        event = _event(typed, "$")
    except _RefusedError as refused:
        raise CodecError(f"not an event: {refused}") from refused.__cause__
    if isinstance(event, UnknownEvent):
        raise CodecError(f"not an event: {_unknown(event)}, at $.type")
    if not isinstance(event, Action):
        raise CodecError(
            f"{event.__event__.name} is a correction, which only ledger.void and ledger.amend make"
        )
    return event


def _unknown(event: UnknownEvent) -> str:
    cls = find_class(event.type)
    if cls is not None:
        return f"{event.type} has versions up to {cls.__event__.version}, not {event.version}"
    from difflib import get_close_matches  # noqa: PLC0415 - for a message alone

    near = get_close_matches(event.type, [known.__event__.name for known in catalogue])
    meant = f"; did you mean {near[0]!r}?" if near else "; import the module that defines it"
    return f"there is no event type {event.type!r}{meant}"
