"""Find the ids that a person had, and all that a ledger holds about the person.

An entry that introduced ``jane`` and was amended to introduce ``jane-doe`` shows that both are one
person. Once the id ``jane`` was given up like that, another entry may introduce it for someone
else; from that entry on it means the other person.
"""

from collections.abc import Iterator
from typing import NamedTuple, Self

from careerledger.events import Event
from careerledger.history import Entry
from careerledger.journal.personal import lines_in
from careerledger.journal.read import Journal, decode_rows
from careerledger.stores import Query, Row

__all__ = ["Person"]


class _Bearing(NamedTuple):
    """A stretch of a ledger in which an id meant one person."""

    start: int
    """The number of its first entry; 0 for the first stretch."""
    end: int | None
    """The number of the first entry of the next stretch; None: it goes on."""
    entries: frozenset[str]
    """The ids of the entries that introduced the id for this person."""


class Person:
    """Someone, under all ids that the person had."""

    def __init__(self, journal: Journal, bearings: dict[str, list[_Bearing]]) -> None:
        self._journal = journal
        self._bearings = bearings
        """The stretches in which each id, as ``"kind:id"``, meant the person."""

    @classmethod
    def called(cls, journal: Journal, name: str, at: int | None = None) -> Self:
        """Return the person whom an id means.

        Args:
            journal: The ledger.
            name: The id, as ``"kind:id"``.
            at: The number of the entry in which it does. Default: the last.
        """
        known = [each for each in _bearings_of(journal, name) if at is None or each.start <= at]
        bearings = {name: [known[-1]]}
        waiting, seen = list(known[-1].entries), set(known[-1].entries)
        while waiting:
            introducer = waiting.pop()
            for other in {row.introduces for row in _versions(journal, introducer)} - {None}:
                for bearing in _bearings_of(journal, str(other)):
                    if introducer in bearing.entries:
                        same = bearings.setdefault(str(other), [])
                        same += [] if bearing in same else [bearing]
                        waiting += bearing.entries - seen
                        seen |= bearing.entries
        return cls(journal, bearings)

    @property
    def present_names(self) -> list[str]:
        """The ids that mean the person now, each as ``"kind:id"``."""
        return [
            name
            for name, bearings in self._bearings.items()
            if any(bearing.end is None for bearing in bearings)
        ]

    def had(self, name: str, seq: int) -> bool:
        """Return whether an id meant the person in the entry with this number."""
        return any(
            start <= seq and (end is None or seq < end)
            for start, end, _ in self._bearings.get(name, ())
        )

    def entries(self) -> list[Entry[Event]]:
        """Return the entries that name the person, by number, as they were recorded."""
        rows = {row.seq: row for row in self._rows()}
        return list(decode_rows(rows[seq] for seq in sorted(rows)))

    def remaining_without(self) -> dict[int, bytes | None]:
        """Return, for each row about the person, the personal lines that remain without.

        An entry and its amendments are one: if a field was about the person in any of them, it
        is erased in all of them.
        """
        about: dict[str, set[str]] = {}
        """The fields about the person, by the id of the fact."""
        for row in self._rows(personal=True):
            for _, field, subject in lines_in(row):
                if self.had(subject, row.seq):
                    about.setdefault(row.target or row.id, set()).add(field)
        remaining: dict[int, bytes | None] = {}
        for fact, fields in about.items():
            for row in _versions(self._journal, fact):
                lines = lines_in(row)
                others = [line.text for line in lines if line.field not in fields]
                if len(others) < len(lines):
                    remaining[row.seq] = b"\n".join(others) or None
        return remaining

    def _rows(self, *, personal: bool | None = None) -> Iterator[Row]:
        """Yield the rows that name the person, some of them more than once."""
        for name in self._bearings:
            for row in self._journal.rows(Query(names=name, personal=personal)):
                if self.had(name, row.seq):
                    yield row


def _versions(journal: Journal, entry_id: str) -> list[Row]:
    """Return the rows of an entry and of its corrections, by number."""
    own = journal.rows(Query(ids=[entry_id]))
    return [*own, *journal.rows(Query(targets=[entry_id]))]


def _bearings_of(journal: Journal, name: str) -> list[_Bearing]:
    """Return the stretches in which an id meant one person each, the earliest first."""
    starts, bearers = [0], [set[str]()]
    versions: dict[str, list[Row]] = {}
    for row in journal.rows(Query(introduces=[name])):
        entry_id = row.target or row.id
        if entry_id in bearers[-1]:
            continue
        if any(_has_another_id(versions[other], name, row.seq) for other in bearers[-1]):
            starts.append(row.seq)
            bearers.append(set())
        bearers[-1].add(entry_id)
        versions.setdefault(entry_id, _versions(journal, entry_id))
    ends = [*starts[1:], None]
    return [
        _Bearing(start, end, frozenset(entries))
        for start, end, entries in zip(starts, ends, bearers, strict=True)
    ]


def _has_another_id(versions: list[Row], name: str, before: int) -> bool:
    """Return whether the last amendment before an entry had given a fact another id."""
    last = [row for row in versions if row.seq < before][-1:]
    return any(row.introduces not in {name, None} for row in last)
