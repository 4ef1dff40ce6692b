"""What is fuzzed: each target takes any bytes, and lets nothing out but a CareerLedgerError.

Where a target decodes, what it decoded is encoded and decoded again, and must be the same.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from careerledger import Ledger, demo, event_from_dict, event_to_dict
from careerledger.answers.states import decode_state, encode_state
from careerledger.dates import PartialDate
from careerledger.errors import CareerLedgerError, DateError
from careerledger.events import Event, UnknownEvent
from careerledger.events.correction import EntryAmended
from careerledger.history import Entry
from careerledger.interop import json_resume, unpacking
from careerledger.interop.words import event_from_words
from careerledger.journal import codec, strict
from careerledger.journal.parser import parse_entry
from careerledger.projections import (
    KeepInTouch,
    MilestoneHistory,
    Momentum,
    NetworkGrowth,
    Skills,
    VisionAlignment,
)
from careerledger.proofs import Checkpoint, Proof, PublicKey, SigningKey, leaf_hash, verify

Target = Callable[[bytes], None]
TARGETS: dict[str, Target] = {}

TODAY = PartialDate("2026-06-15").first_day
KEY = SigningKey("ada.example/career", bytes(range(32)))
STATES = (KeepInTouch, MilestoneHistory, Momentum, NetworkGrowth, Skills, VisionAlignment)


class BrokenError(AssertionError):
    """An invariant that does not hold."""


def target(function: Target) -> Target:
    """Let a function be a target, under its name."""
    TARGETS[function.__name__] = function
    return function


def run(name: str, data: bytes) -> None:
    """Run a target on some bytes; what it refuses in words is fine."""
    with suppress(CareerLedgerError):
        TARGETS[name](data)


def same(one: object, other: object) -> None:
    """Raise BrokenError unless the two are equal."""
    if one != other:
        raise BrokenError(f"{one!r} became {other!r}")


@target
def entry(data: bytes) -> None:
    """The body of an entry; behind a zero byte what is kept beside it."""
    body, parted, personal = data.partition(b"\0")
    found = strict.decode(1, body, personal if parted else None)
    same(found, parse_entry(1, body, personal if parted else None))
    same(found, codec.decode(1, body, personal if parted else None))
    if not parted:
        again_the_same(found)


def again_the_same(found: Entry[Event]) -> None:
    """What was read can be written, and reads as the same again."""
    event = found.event.event if isinstance(found.event, EntryAmended) else found.event
    if isinstance(event, UnknownEvent):
        return  # only a program that knows it can write it
    try:
        body = codec.encode(found)
        same(found, again := strict.decode(found.seq, body))
        same(body, codec.encode(again))
    except CareerLedgerError as error:
        raise BrokenError(f"{found!r} was read and cannot be written") from error


@target
def rows(data: bytes) -> None:
    """Bodies a line each, as a store gives them, of whatever type their column says."""
    kinds = ("course.finished", "contact.made", "entry.amended", "none.such")
    lines = enumerate(data.split(b"\n"), start=1)
    for found in codec.decode_all(
        (seq, kinds[seq % len(kinds)], body, None) for seq, body in lines
    ):
        again_the_same(found)


@target
def state(data: bytes) -> None:
    """A snapshot of a projection's state; the first byte says of which."""
    cls = STATES[data[0] % len(STATES)] if data else STATES[0]
    found = decode_state(cls, data[1:])
    same(found, decode_state(cls, encode_state(found)))


@target
def plain_event(data: bytes) -> None:
    """An event as plain values."""
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError):
        return
    event = event_from_dict(plain)
    same(event, event_from_dict(event_to_dict(event)))


@target
def resume(data: bytes) -> None:
    """A JSON Resume file, packed or not; what is read of it can be recorded."""
    found = json_resume.read(data, today=TODAY)
    same(found, json_resume.read(data, today=TODAY))
    Ledger.in_memory(strict=False).record(list(found.drafts))


@target
def packed(data: bytes) -> None:
    """A file that may be packed."""
    if len(unpacking.unpack("it", data)) > unpacking.MAX_BYTES:
        raise BrokenError


@target
def words(data: bytes) -> None:
    """What is typed on a command line, a word a line."""
    kind, *typed = data.decode("utf-8", "replace").split("\n")
    made = event_from_words(kind, typed, today=TODAY)
    same(made, event_from_dict(event_to_dict(made)))


@target
def partial_date(data: bytes) -> None:
    """A date as text."""
    text = data.decode("utf-8", "surrogateescape")
    date = PartialDate(text)
    same(text, str(date))
    same(date, PartialDate(str(date)))
    if not date.first_day <= date.last_day:
        raise BrokenError(text)
    with suppress(DateError):
        PartialDate(f"{text} ")
        raise BrokenError(text)


@target
def proof(data: bytes) -> None:
    """A proof as text."""
    found = Proof.from_text(data.decode("utf-8", "surrogateescape"))
    same(found, Proof.from_text(str(found)))
    verify(found, found.checkpoint, KEY.public)


@target
def checkpoint(data: bytes) -> None:
    """A checkpoint as text."""
    found = Checkpoint.from_text(data.decode("utf-8", "surrogateescape"))
    same(found, Checkpoint.from_text(found.signed(SigningKey(found.origin, KEY.seed))))


@target
def public_key(data: bytes) -> None:
    """A public key as text."""
    text = data.decode("utf-8", "surrogateescape")
    found = PublicKey.from_text(text)
    same(found, PublicKey.from_text(str(found)))


@target
def ledger_file(data: bytes) -> None:
    """A ledger file: the changes that these bytes describe are made to a sound one.

    Three bytes for each change: two of its place, counted in 16 bytes, and one to put there.
    With an odd first byte the rest is the file itself.
    """
    with _file(data) as path:
        _use(path)


@contextmanager
def _file(data: bytes) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    try:
        path = folder / "ada.ledger"
        path.touch(0o600)
        path.write_bytes(data[1:] if data[:1] and data[0] & 1 else _changed(data[1:]))
        yield path
    finally:
        shutil.rmtree(folder)


MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # quicker than a disk
_SOUND: list[bytes] = []


def _sound() -> bytes:
    if not _SOUND:
        folder = Path(tempfile.mkdtemp(dir=MEMORY))
        path = folder / "ada.ledger"
        with Ledger.open(path) as ledger:
            ledger.record(list(json_resume.read(demo.resume(), today=TODAY).drafts))
        _SOUND.append(path.read_bytes())
        shutil.rmtree(folder)
    return _SOUND[0]


def _changed(changes: bytes) -> bytes:
    content = bytearray(_sound())
    for at in range(0, len(changes) - 2, 3):
        place = int.from_bytes(changes[at : at + 2], "big") * 16 + changes[at + 2] % 16
        content[place % len(content)] = changes[at + 2]
    return bytes(content)


def _use(path: Path) -> None:
    with Ledger.open(path, timeout=0) as ledger:
        for use in (
            ledger.verify,
            lambda: list(ledger.entries()),
            lambda: ledger.project(NetworkGrowth, VisionAlignment, at="2026"),
            lambda: ledger.check(at="2026"),
            lambda: ledger.project(NetworkGrowth, known_at="2026-01-01T00:00:00Z"),
            lambda: ledger.export_jsonl(path.with_name("ada.jsonl")),
            lambda: ledger.backup(path.with_name("backup.ledger")),
            lambda: ledger.forget("contact", "jane", reason="asked"),
        ):
            with suppress(CareerLedgerError):
                use()


@target
def damaged_file(data: bytes) -> None:
    """A file, as in ``ledger_file``, of which is saved what verifies; the new file does."""
    with _file(data) as path:
        new = path.with_name("new.ledger")
        Ledger.recover(path, new)
        with Ledger.open(new) as ledger:
            for name in ledger.store.ledgers():
                _must(Ledger(ledger.store, name=name).verify)


@target
def jsonl(data: bytes) -> None:
    """A ledger as text; what was taken over verifies, and is the same when it is carried again.

    A byte 0 stands for the hash of the line that it is in, which chance would never find.
    """
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    try:
        given, again = folder / "given", folder / "again"
        given.write_bytes(b"\n".join(map(_with_hash, data.split(b"\n"))))
        ledger = Ledger.in_memory()
        try:
            ledger.import_jsonl(given)
        finally:
            _must(ledger.verify)
        ledger.export_jsonl(again)
        other = Ledger.in_memory()
        other.import_jsonl(again)
        same(ledger.root(), other.root())
    finally:
        shutil.rmtree(folder)


def _with_hash(line: bytes) -> bytes:
    _, found, entry = line.partition(b'"entry":')
    if b"\0" not in line or not found:
        return line
    decoder = json.JSONDecoder()
    with suppress(ValueError, RecursionError):
        text = entry.decode()
        _, end = decoder.raw_decode(text)
        return line.replace(b"\0", leaf_hash(text[:end].encode()).hex().encode())
    return line


def _must(use: Callable[[], object]) -> None:
    """Raise BrokenError where this is refused."""
    try:
        use()
    except CareerLedgerError as error:
        raise BrokenError(str(error)) from error
