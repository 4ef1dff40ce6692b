"""Copy ledgers to another file, and to text and back."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

import msgspec

from careerledger.arguments import check_path
from careerledger.errors import (
    CodecError,
    DamagedError,
    ForeignFileError,
    OverwriteError,
    ReadOnlyError,
    StoreError,
)
from careerledger.events import UnknownEvent
from careerledger.events.correction import SubjectForgotten
from careerledger.journal import strict
from careerledger.journal.parser import MAX_BYTES
from careerledger.journal.people import Person
from careerledger.journal.personal import unnamed_in
from careerledger.journal.read import PAGE, Journal
from careerledger.journal.verify import verify_ledger
from careerledger.journal.write import as_row
from careerledger.proofs.merkle import Frontier
from careerledger.stores import Query, Row, Store
from careerledger.stores.temporary import new_whole_file

__all__ = ["backup", "backup_all", "export_jsonl", "import_jsonl", "new_path", "new_store"]

S = TypeVar("S")

FORMAT: Final = 1
"""The version of the lines below."""


class _ForgottenMeanwhileError(Exception):
    """Someone was forgotten while the ledger was read, so the rows may still be about them."""


def _pages(journal: Journal) -> Iterator[list[Row]]:
    """Yield the rows of a ledger as it is now; others may go on writing it."""
    head = journal.head()
    frontier = Frontier()
    for page in journal.pages(Query(upto=head.size)):
        frontier.extend(row.leaf for row in page)
        yield page
    if (frontier.size, frontier.packed) != (head.size, head.frontier):
        raise DamagedError(
            f"the entries of ledger {journal.name!r} do not lead to its head, so it was not "
            "copied; ledger.verify() says where, and 'careerledger recover' saves what fits"
        )
    if journal.rows(Query(after=head.size, types=[SubjectForgotten.__event__.name], dated=False)):
        raise _ForgottenMeanwhileError


def _retry_while_forgetting(copy: Callable[[], None]) -> None:
    """Copy, and start again if someone was forgotten meanwhile."""
    while True:
        with suppress(_ForgottenMeanwhileError):
            copy()
            return


def new_path(path: str | os.PathLike[str]) -> Path:
    """Return a path if nothing is there yet, else raise OverwriteError."""
    new = Path(check_path("path", path))
    if os.path.lexists(new):
        raise OverwriteError(f"{new} already exists; name a new file")
    return new


# To another file


def backup(journal: Journal, path: str | os.PathLike[str]) -> None:
    """Write a ledger as it is now into a new ledger file."""
    with new_store(new_path(path)) as store:
        _retry_while_forgetting(lambda: _copy(journal, store))


def backup_all(store: Store, names: Iterable[str], path: str | os.PathLike[str]) -> None:
    """Write these ledgers of a store as they are now into one new ledger file."""
    with new_store(new_path(path)) as new:
        for name in names:
            _retry_while_forgetting(partial(_copy, Journal(store, name), new))


def _copy(journal: Journal, store: Store) -> None:
    frontier = Frontier()
    with store.writing(journal.name):
        for page in _pages(journal):
            frontier.extend(row.leaf for row in page)
            store.append(journal.name, page, frontier.packed)


@contextmanager
def new_store(path: Path) -> Generator[Store, None, None]:
    """Open a store in a new file, which appears whole when the block ends, or not at all."""
    from careerledger.stores.sqlite import SQLiteStore  # noqa: PLC0415 - loads SQLite

    with _new_file(path) as new, closing(SQLiteStore(new)) as store:
        yield store


@contextmanager
def _new_file(path: Path) -> Generator[Path, None, None]:
    """Yield the path under which to write a new file; see ``new_whole_file``."""
    try:
        with new_whole_file(path) as new:
            yield new
    except FileExistsError as error:
        raise OverwriteError(f"{path} already exists; name a new file") from error
    except StoreError:
        raise
    except OSError as error:
        raise ReadOnlyError(f"{path} cannot be written: {error.strerror}") from error


# To text and back


class _Header(msgspec.Struct, forbid_unknown_fields=True):
    """The first line: how many entries follow, and their root hash."""

    careerledger: int
    ledger: str
    entries: int
    root: str


class _Line(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """An entry, byte for byte as the ledger holds it."""

    leaf: str
    entry: msgspec.Raw
    personal: list[msgspec.Raw] = []
    introduces: str | None = None
    names: str | None = None


_MAX_LINE: Final = 4 * MAX_BYTES
"""No line has more bytes."""
_MAX_BATCH: Final = 4 * _MAX_LINE
"""Lines are appended once they have this many bytes."""


def export_jsonl(journal: Journal, path: str | os.PathLike[str]) -> None:
    """Write a ledger as it is now into a new text file, one JSON object a line."""
    _retry_while_forgetting(lambda: _export(journal, new_path(path)))


def _export(journal: Journal, path: Path) -> None:
    with _new_text(path) as file:
        size, root = journal.root()
        file.write(msgspec.json.encode(_Header(FORMAT, journal.name, size, root.hex())) + b"\n")
        for page in _pages(journal):
            for row in page:
                if row.seq <= size:
                    file.write(msgspec.json.encode(_as_line(row)) + b"\n")


def _as_line(row: Row) -> _Line:
    # Our own bytes have no line breaks, but other programs may write white space.
    whole = b"\n" not in row.body and b"\r" not in row.body
    return _Line(
        leaf=row.leaf.hex(),
        entry=msgspec.Raw(row.body if whole else msgspec.json.encode(row.body.decode())),
        personal=[] if row.personal is None else list(map(msgspec.Raw, row.personal.split(b"\n"))),
        introduces=row.introduces,
        names=row.names,
    )


@contextmanager
def _new_text(path: Path) -> Generator[BinaryIO, None, None]:
    """Open a new file that only its owner may read; it appears whole, or not at all."""
    with (
        _new_file(path) as new,
        open(new, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file,
    ):
        yield file
        file.flush()
        os.fsync(file.fileno())


def import_jsonl(journal: Journal, path: str | os.PathLike[str]) -> int:
    """Append the entries of a file that a ledger lacks, and return their number."""
    path = Path(check_path("path", path))
    try:
        with path.open("rb") as file, journal.writing() as head:
            lines = _lines(file, path)
            header = _read(next(lines, (1, b"")), _Header, path)
            if header.careerledger != FORMAT:
                raise ForeignFileError(
                    f"{path} has format {header.careerledger}, which a newer careerledger wrote; "
                    "update careerledger to read it"
                )
            frontier = Frontier()
            for rows in _batches(lines, path):
                if rows[-1].seq > header.entries:
                    raise ForeignFileError(
                        f"{path} has more than the {header.entries} entries that its first line "
                        "states; export again"
                    )
                _append_new(journal, head.size, rows, frontier, path)
            if (frontier.size, frontier.root().hex()) != (header.entries, header.root):
                raise ForeignFileError(
                    f"{path} is incomplete or was changed: its {frontier.size} entries do not "
                    f"match the {header.entries} entries and the root hash of its first line; "
                    "export again"
                )
            erased = _erase_forgotten(journal, head.size)
            verify_ledger(journal, None, in_block=True)
        if erased:
            journal.drop_memory()
            journal.store.purge()
        return max(0, frontier.size - head.size)
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise ForeignFileError(f"{path} cannot be read: {error.strerror}") from error


def _erase_forgotten(journal: Journal, after: int) -> bool:
    """Erase what older entries hold about those whom newer ones forget; return if any did."""
    types = [SubjectForgotten.__event__.name]
    forgettings = list(journal.log(Query(after=after, types=types, dated=False)))
    for entry in forgettings:
        if isinstance(entry.event, SubjectForgotten):
            name = f"{entry.event.kind}:{entry.event.id}"
            remaining = Person.called(journal, name, entry.seq).remaining_without()
            older = {seq: lines for seq, lines in remaining.items() if seq < entry.seq}
            journal.store.erase(journal.name, older)
    return bool(forgettings)


def _lines(file: BinaryIO, path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their numbers."""
    number = 0
    while line := file.readline(_MAX_LINE + 1):
        number += 1
        if len(line) > _MAX_LINE:
            raise ForeignFileError(f"line {number} of {path} has more than {_MAX_LINE:,} bytes")
        yield number, line


def _read(line: tuple[int, bytes], kind: type[S], path: object) -> S:
    number, text = line
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ForeignFileError(
            f"line {number} of {path} is not a line of a ledger export: {error}"
        ) from error


def _batches(lines: Iterator[tuple[int, bytes]], path: object) -> Iterator[list[Row]]:
    page: list[Row] = []
    size = 0
    for line in lines:
        page.append(_as_row(line, path))
        size += len(line[1])
        if len(page) == PAGE or size > _MAX_BATCH:
            yield page
            page, size = [], 0
    if page:
        yield page


def _as_row(numbered: tuple[int, bytes], path: object) -> Row:
    number, _ = numbered
    line = _read(numbered, _Line, path)
    seq = number - 1
    body = bytes(line.entry)
    try:
        if body[:1] == b'"':
            body = msgspec.json.decode(body, type=str).encode()
        personal = b"\n".join(map(bytes, line.personal)) or None
        entry = strict.decode(seq, body, personal)
    except (msgspec.DecodeError, CodecError) as error:
        raise ForeignFileError(f"line {number} of {path} holds no entry: {error}") from error
    row = as_row(entry, body, personal)
    if isinstance(entry.event, UnknownEvent):
        row = row._replace(introduces=line.introduces, names=line.names)
        if unnamed := unnamed_in(row):
            raise ForeignFileError(
                f"line {number} of {path} has personal data about {unnamed[0]}, whom it does not "
                "name, so it could not be forgotten; export the ledger again"
            )
    if (row.leaf.hex(), row.introduces, row.names) != (line.leaf, line.introduces, line.names):
        raise ForeignFileError(
            f"line {number} of {path} was changed: it does not match its hash; export again"
        )
    return row


def _append_new(
    journal: Journal, size: int, rows: list[Row], frontier: Frontier, path: object
) -> None:
    """Append the rows that a ledger of this size lacks, and compare those that it has."""
    query = Query(after=rows[0].seq - 1, upto=min(size, rows[-1].seq))
    known = list(chain.from_iterable(journal.pages(query)))
    for row, other in zip(rows, known, strict=False):
        if row.body != other.body:
            raise ForeignFileError(
                f"line {row.seq + 1} of {path} is another entry than #{row.seq} of ledger "
                f"{journal.name!r}; import it into a ledger that is empty, or a part of it"
            )
    frontier.extend(row.leaf for row in rows)
    if len(known) < len(rows):
        journal.store.append(journal.name, rows[len(known) :], frontier.packed)
