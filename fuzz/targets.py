"""The targets of fuzzing: each takes any bytes, and may raise nothing but a CareerLedgerError.

A target that decodes a value also encodes it and decodes it again; both must be equal.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from careerledger import Ledger, demo, event_from_dict, event_to_dict
from careerledger.answers.states import decode_state, encode_state
from careerledger.cli.fields import event_from_words
from careerledger.dates import PartialDate
from careerledger.errors import CareerLedgerError, DateError
from careerledger.events import Event, UnknownEvent
from careerledger.events.correction import EntryAmended
from careerledger.events.role import RoleStarted, WorkLogged
from careerledger.history import Entry
from careerledger.interop import csv_table, json_resume, linkedin as linkedin_archive, unpacking
from careerledger.interop.formats import source_of
from careerledger.interop.map_guess import guess
from careerledger.interop.table_map import map_from_text, presets
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
    """A target broke one of its invariants."""


def target(function: Target) -> Target:
    """Register a function as a target under its name."""
    TARGETS[function.__name__] = function
    return function


def run(name: str, data: bytes) -> None:
    """Run a target on some bytes; it may refuse them with a CareerLedgerError."""
    with suppress(CareerLedgerError):
        TARGETS[name](data)


def require_equal(first: object, second: object) -> None:
    """Raise BrokenError unless two values are equal."""
    if first != second:
        raise BrokenError(f"these must be equal:\n  {first!r}\n  {second!r}")


@target
def entry(data: bytes) -> None:
    """Decode the body of an entry; a zero byte separates it from personal lines."""
    body, separator, lines = data.partition(b"\0")
    personal = lines if separator else None
    decoded = strict.decode(1, body, personal)
    require_equal(decoded, parse_entry(1, body, personal))
    require_equal(decoded, codec.decode(1, body, personal))
    if personal is None:
        require_round_trip(decoded)


def require_round_trip(decoded: Entry[Event]) -> None:
    """Raise BrokenError unless a decoded entry encodes and decodes to an equal one."""
    event = decoded.event.event if isinstance(decoded.event, EntryAmended) else decoded.event
    if isinstance(event, UnknownEvent):
        return  # only a program that knows the type can encode it
    try:
        body = codec.encode(decoded)
        require_equal(decoded, again := strict.decode(decoded.seq, body))
        require_equal(body, codec.encode(again))
    except CareerLedgerError as error:
        raise BrokenError(f"{decoded!r} was decoded and cannot be encoded") from error


@target
def rows(data: bytes) -> None:
    """Decode bodies of entries, one per line, whatever types their columns state."""
    kinds = ("course.finished", "contact.made", "entry.amended", "none.such")
    lines = enumerate(data.split(b"\n"), start=1)
    for decoded in codec.decode_all(
        (seq, kinds[seq % len(kinds)], body, None) for seq, body in lines
    ):
        require_round_trip(decoded)


@target
def state(data: bytes) -> None:
    """Decode a snapshot; the first byte selects the projection."""
    cls = STATES[data[0] % len(STATES)] if data else STATES[0]
    decoded = decode_state(cls, data[1:])
    require_equal(decoded, decode_state(cls, encode_state(decoded)))


@target
def plain_event(data: bytes) -> None:
    """Read an event from plain values."""
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError):
        return
    event = event_from_dict(plain)
    require_equal(event, event_from_dict(event_to_dict(event)))


@target
def resume(data: bytes) -> None:
    """Read a JSON Resume file, compressed or not, and record its drafts."""
    reading = json_resume.read(data, today=TODAY)
    require_equal(reading, json_resume.read(data, today=TODAY))
    ledger = Ledger.in_memory()
    ledger.record(ledger.plan(reading))
    require_equal(0, len(ledger.plan(reading).statements))


@target
def linkedin(data: bytes) -> None:
    """Read an archive whose positions are these bytes, and plan it."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        (Path(folder) / "Positions.csv").write_bytes(data)
        (Path(folder) / "Profile.csv").touch()
        reading = linkedin_archive.read(folder, today=TODAY)
    ledger = Ledger.in_memory()
    ledger.record(ledger.plan(reading))
    require_equal(0, len(ledger.plan(reading).statements))


@target
def table(data: bytes) -> None:
    """Read a table by a preset; the first byte selects it. Guess a map for the same table."""
    names = list(presets())
    body, name = data[1:], names[data[0] % len(names)] if data else names[0]
    ledger = Ledger.in_memory()
    ledger.record(RoleStarted(on="2000", role="role", organisation="Inn", title="Chef"))
    reading = csv_table.read(body, today=TODAY, people=True, map=name, role=_role(name))
    ledger.record(ledger.plan(reading))
    require_equal(0, len(ledger.plan(reading).statements))
    with suppress(CareerLedgerError):
        guessed = map_from_text(guess(source_of(body)), name="guess.toml", source="guess")
        csv_table.read(body, today=TODAY, people=True, map=guessed)


def _role(name: str) -> str | None:
    return "role" if presets()[name].kind is WorkLogged else None


@target
def table_map(data: bytes) -> None:
    """Read a map."""
    map_from_text(data.decode("utf-8", "replace"), name="it.toml", source="it")


@target
def packed(data: bytes) -> None:
    """Unpack a file that may be compressed."""
    size = len(unpacking.unpack("it", data))
    if size > unpacking.MAX_BYTES:
        raise BrokenError(f"{size} bytes were unpacked; the limit is {unpacking.MAX_BYTES}")


@target
def words(data: bytes) -> None:
    """Read an event from the words of a command line, one word per line."""
    kind, *arguments = data.decode("utf-8", "replace").split("\n")
    event = event_from_words(kind, arguments, today=TODAY)
    require_equal(event, event_from_dict(event_to_dict(event)))


@target
def partial_date(data: bytes) -> None:
    """Read a date."""
    text = data.decode("utf-8", "surrogateescape")
    date = PartialDate(text)
    require_equal(text, str(date))
    require_equal(date, PartialDate(str(date)))
    if not date.first_day <= date.last_day:
        raise BrokenError(f"{text!r} ends before it begins")
    with suppress(DateError):
        PartialDate(f"{text} ")
        raise BrokenError(f"{text!r} with a space behind it is read as a date")


@target
def proof(data: bytes) -> None:
    """Read and verify a proof."""
    decoded = Proof.from_text(data.decode("utf-8", "surrogateescape"))
    require_equal(decoded, Proof.from_text(str(decoded)))
    verify(decoded, decoded.checkpoint, KEY.public)


@target
def checkpoint(data: bytes) -> None:
    """Read a checkpoint, sign it and read it again."""
    decoded = Checkpoint.from_text(data.decode("utf-8", "surrogateescape"))
    signed = decoded.signed(SigningKey(decoded.origin, KEY.seed))
    require_equal(decoded, Checkpoint.from_text(signed))


@target
def public_key(data: bytes) -> None:
    """Read a public key."""
    decoded = PublicKey.from_text(data.decode("utf-8", "surrogateescape"))
    require_equal(decoded, PublicKey.from_text(str(decoded)))


@target
def ledger_file(data: bytes) -> None:
    """Use a damaged ledger file.

    With an odd first byte, the rest is the file itself. Otherwise it describes changes of an
    undamaged file, three bytes each: two for the position in units of 16 bytes, one to put there.
    """
    with _damaged_file(data) as path:
        _use_every_way(path)


@contextmanager
def _damaged_file(data: bytes) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    try:
        path = folder / "ada.ledger"
        path.touch(0o600)
        path.write_bytes(data[1:] if data[:1] and data[0] & 1 else _changed(data[1:]))
        yield path
    finally:
        shutil.rmtree(folder)


MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # faster than a disk


@cache
def _undamaged() -> bytes:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        path = Path(folder) / "ada.ledger"
        with Ledger.open(path) as ledger:
            ledger.record(list(json_resume.read(demo.resume(), today=TODAY).drafts))
        return path.read_bytes()


def _changed(changes: bytes) -> bytes:
    content = bytearray(_undamaged())
    for at in range(0, len(changes) - 2, 3):
        place = int.from_bytes(changes[at : at + 2], "big") * 16 + changes[at + 2] % 16
        content[place % len(content)] = changes[at + 2]
    return bytes(content)


def _use_every_way(path: Path) -> None:
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
    """Recover a ledger file as in ``ledger_file``; the new file must verify."""
    with _damaged_file(data) as path:
        new = path.with_name("new.ledger")
        Ledger.recover(path, new)
        with Ledger.open(new) as ledger:
            for name in ledger.store.ledgers():
                _require_success(Ledger(ledger.store, name=name).verify)


@target
def jsonl(data: bytes) -> None:
    """Import a ledger from text, verify it, export it and import it again.

    A zero byte stands for the hash of its line, which the fuzzer could never guess.
    """
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    try:
        source, copy = folder / "source", folder / "copy"
        source.write_bytes(b"\n".join(map(_with_hash, data.split(b"\n"))))
        ledger = Ledger.in_memory()
        try:
            ledger.import_jsonl(source)
        finally:
            _require_success(ledger.verify)
        ledger.export_jsonl(copy)
        other = Ledger.in_memory()
        other.import_jsonl(copy)
        require_equal(ledger.root(), other.root())
    finally:
        shutil.rmtree(folder)


def _with_hash(line: bytes) -> bytes:
    _, separator, entry = line.partition(b'"entry":')
    if b"\0" not in line or not separator:
        return line
    decoder = json.JSONDecoder()
    with suppress(ValueError, RecursionError):
        text = entry.decode()
        _, end = decoder.raw_decode(text)
        return line.replace(b"\0", leaf_hash(text[:end].encode()).hex().encode())
    return line


def _require_success(use: Callable[[], object]) -> None:
    """Raise BrokenError if a call raises a CareerLedgerError."""
    try:
        use()
    except CareerLedgerError as error:
        raise BrokenError(str(error)) from error
