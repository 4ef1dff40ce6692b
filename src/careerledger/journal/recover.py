"""Save the entries of a damaged file that still verify."""

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any, Final, NamedTuple

import attrs
import msgspec

from careerledger.arguments import check_path
from careerledger.errors import (
    CodecError,
    DamagedError,
    NotALedgerError,
    ProofError,
    ReadOnlyError,
)
from careerledger.events import Event, UnknownEvent
from careerledger.events.correction import SubjectForgotten
from careerledger.history import Entry
from careerledger.journal import strict
from careerledger.journal.copy import new_path, new_store
from careerledger.journal.personal import unnamed_in
from careerledger.journal.read import PAGE, Journal
from careerledger.journal.verify import missing_of
from careerledger.journal.write import Proposal, append, as_row, new_entries, next_instant
from careerledger.proofs.merkle import Frontier, leaf_hash
from careerledger.proofs.personal import read_disclosures
from careerledger.stores import Row, decode_names, new_row
from careerledger.stores.sqlite.salvage import merge_log, records
from careerledger.stores.temporary import temporary_folder

__all__ = ["Loss", "recover_file"]


@attrs.frozen
class Loss:
    """Entries, or personal data of one entry, that could not be saved."""

    ledger: str
    first: int
    """The number of the first of them in the damaged file."""
    last: int | None
    """The number of the last of them; None: nobody can tell how many there were."""
    reason: str

    def __str__(self) -> str:
        which = f"#{self.first}"
        if self.last != self.first:
            which += " and on" if self.last is None else f" to #{self.last}"
        return f"{which} of ledger {self.ledger!r}: {self.reason}"


class _Contents(NamedTuple):
    """The rows of a file's ledgers, by the ledgers' numbers."""

    names: dict[int, tuple[str, int]]
    """Name and size."""
    rows: dict[int, list[Row]]


def recover_file(
    damaged: str | os.PathLike[str], new: str | os.PathLike[str], now: datetime
) -> list[Loss]:
    """Save every entry that still verifies; see ``Ledger.recover``."""
    path, target = Path(check_path("damaged", damaged)), new_path(new)
    if not os.path.isfile(path):  # noqa: PTH113 - a name that is too long raises for a Path
        raise NotALedgerError(f"{path} is not a file; name a ledger file")
    contents = _read(path, target.parent)
    losses: list[Loss] = []
    with new_store(target) as store:
        for number, name, size in _named_ledgers(contents):
            losses += _save(Journal(store, name), size, contents.rows[number], now)
        if not store.ledgers():
            raise DamagedError(f"nothing of {path} could be saved; restore it from a backup")
    return losses


def _read(path: Path, beside: Path) -> _Contents:
    try:
        with temporary_folder(beside) as folder:
            content = merge_log(path, folder)
    except OSError as error:
        raise ReadOnlyError(f"{path} cannot be copied to {beside}: {error.strerror}") from error
    contents = _Contents({}, defaultdict(list))
    for number, record in records(content):
        match record:
            case (None, str(name), int(size), str(), bytes()):
                # A ledger only grows, so the larger size is the newer one.
                contents.names[number] = max(
                    (name, size), contents.names.get(number, (name, 0)), key=_size
                )
            case (int(ledger), int(seq), *values) if seq > 0 and _is_entry(values):
                contents.rows[ledger].append(new_row((seq, *values)))
            case _:
                pass  # of another table
    return contents


def _is_entry(values: Sequence[object]) -> bool:
    """Return whether the values behind a number have the types of a ``Row``."""
    return len(values) == len(_COLUMNS) and all(map(isinstance, values, _COLUMNS))


_TEXT: Final = (str, type(None))
_COLUMNS: Final[tuple[Any, ...]] = (
    *(str, str, _TEXT, str),  # id, type, on, recorded_at
    *(_TEXT, _TEXT, _TEXT, _TEXT),  # key, source, batch, target
    *(_TEXT, _TEXT),  # introduces, names
    *(bytes, bytes, (bytes, type(None))),  # body, leaf, personal
)


def _named_ledgers(contents: _Contents) -> Iterator[tuple[int, str, int | None]]:
    """Yield the ledgers with their names and sizes; where these are lost, a free name and None."""
    taken: set[str] = set()
    for number in [*sorted(contents.names), *sorted(contents.rows.keys() - contents.names.keys())]:
        # "career" is the name of a ledger by default.
        name, size = contents.names.get(number, ("career", None))
        others = (f"recovered-{n}" for n in count(number))
        name = next(each for each in chain([name], others) if each not in taken)
        taken.add(name)
        yield number, name, size


def _save(journal: Journal, size: int | None, damaged: list[Row], now: datetime) -> list[Loss]:
    """Append the rows that verify to a ledger of the new store, and return the losses."""
    name, store = journal.name, journal.store
    fitting = _without_duplicates(sorted(filter(None, map(_verified, damaged)), key=_order))
    numbers = [row.seq for row, _ in fitting]
    losses = list(_gaps(name, size or 0, numbers))
    if size is None:
        reason = "its name and its size are lost, so there may have been more"
        losses.append(Loss(name, max(numbers, default=0) + 1, None, reason))
    forgotten = {
        f"{entry.event.kind}:{entry.event.id}": row.seq
        for row, entry in fitting
        if isinstance(entry.event, SubjectForgotten)
    }
    erased = {
        (row.target or row.id, field)
        for row, entry in fitting
        for field, whom in missing_of(name, row, entry).items()
        if whom in forgotten
    }
    """A field about someone who was forgotten is erased in all versions of a fact."""
    incomplete: set[str] = set()
    rows: list[Row] = []
    for row, entry in fitting:
        missing = {
            whom
            for field, whom in missing_of(name, row, entry).items()
            if whom not in forgotten and (whom or not forgotten)
            if (row.target or row.id, field) not in erased
        }
        losses += [
            Loss(name, row.seq, row.seq, f"its personal data about {_whom(m)}") for m in missing
        ]
        incomplete |= missing
        rows.append(row._replace(seq=len(rows) + 1, personal=_unforgotten(row, forgotten)))
    if rows:
        frontier = Frontier()
        with store.writing(name):
            for start in range(0, len(rows), PAGE):
                page = rows[start : start + PAGE]
                frontier.extend(row.leaf for row in page)
                store.append(name, page, frontier.packed)
            head = journal.head()
            # Missing lines count as forgotten: with that in the log, the ledger verifies.
            lost = [Proposal(_forgetting(subject)) for subject in sorted(incomplete)]
            if lost:
                append(journal, head, new_entries(lost, next_instant(now, head), head.size))
    return losses


def _size(ledger: tuple[str, int]) -> int:
    return ledger[1]


def _order(fitting: tuple[Row, Entry[Event]]) -> tuple[str, int]:
    row, _ = fitting
    return row.recorded_at, row.seq


def _verified(damaged: Row) -> tuple[Row, Entry[Event]] | None:
    """Return the row that follows from a row's bytes, and its entry; None: it does not verify."""
    if leaf_hash(damaged.body) != damaged.leaf:
        return None
    lines = _committed_lines(damaged)
    try:
        entry = strict.decode(damaged.seq, damaged.body, lines)
    except CodecError:
        return None
    row = as_row(entry, damaged.body, lines)
    if isinstance(entry.event, UnknownEvent):
        row = row._replace(introduces=damaged.introduces, names=damaged.names)
        if unnamed := unnamed_in(row):
            names = [*decode_names(row.names or "[]"), *unnamed]
            row = row._replace(names=msgspec.json.encode(names).decode())
    return row, entry


def _committed_lines(row: Row) -> bytes | None:
    """Return the personal lines of a row that its entry commits to."""
    if row.personal is None:
        return None
    lines: dict[str, bytes] = {}
    # A body that is not an entry commits to nothing; decoding refuses it later.
    with suppress(ValueError, TypeError, AttributeError, RecursionError):
        commitments = json.loads(row.body).get("personal", {})
        for line in row.personal.split(b"\n"):
            with suppress(ProofError):
                lines |= dict.fromkeys(read_disclosures(line, commitments), line)
    return b"\n".join(lines.values()) or None


def _without_duplicates(rows: Iterable[tuple[Row, Entry[Event]]]) -> list[tuple[Row, Entry[Event]]]:
    """Leave out the rows whose number or id occurred before."""
    unique: list[tuple[Row, Entry[Event]]] = []
    seen: set[int | str] = set()
    for row, entry in rows:
        if seen.isdisjoint((row.seq, row.id)):
            unique.append((row, entry))
            seen |= {row.seq, row.id}
    return unique


def _gaps(ledger: str, size: int, numbers: list[int]) -> Iterator[Loss]:
    """Yield the losses for the missing numbers up to a ledger's size."""
    before = 0
    for number in [*sorted(numbers), max([size, *numbers]) + 1]:
        if number > before + 1:
            yield Loss(ledger, before + 1, number - 1, "no bytes match their hash")
        before = number


def _unforgotten(row: Row, forgotten: Mapping[str, int]) -> bytes | None:
    """Return a row's personal lines without those about people who were forgotten since."""
    if row.personal is None:
        return None
    lines = [
        line
        for line in row.personal.split(b"\n")
        if forgotten.get(str(json.loads(line)["subject"]), 0) <= row.seq
    ]
    return b"\n".join(lines) or None


def _whom(subject: str) -> str:
    return subject or "someone"


def _forgetting(subject: str) -> SubjectForgotten:
    kind, _, id_ = subject.partition(":")
    reason = "the file was damaged"
    return SubjectForgotten(kind=kind or "unknown", id=id_ or "unknown", reason=reason)
