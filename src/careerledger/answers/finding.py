"""Findings, and helpers that the checks share."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final, Literal, cast

import attrs

from careerledger.events import Action, Event
from careerledger.history import Entry

Severity = Literal["error", "warning", "note"]
"""Error: the record contradicts itself. Warning: it is probably wrong, or something is due.
Note: it may well be right, and is worth a look."""


@attrs.frozen(kw_only=True)
class Finding:
    """Something in a ledger that looks wrong."""

    code: str
    """The kind of finding, such as ``"ended-before-start"``."""
    severity: Severity
    message: str
    entries: tuple[str, ...]
    """Ids of the entries that it is about."""
    fix: str
    """How to put it right."""


Check = Callable[[Sequence[Entry[Event]], date], Iterable[Finding]]
"""A pure function from a history and the day of the question to findings.

The history is everything on record with corrections applied, in the order things happened. It
may go on after the day: a check of how things were then leaves out what begins later.
"""


def facts(history: Iterable[Entry[Event]]) -> list[Entry[Action]]:
    """Return the entries whose events this program knows."""
    return [cast("Entry[Action]", entry) for entry in history if isinstance(entry.event, Action)]


def facts_until(history: Sequence[Entry[Event]], at: date) -> list[Entry[Action]]:
    """Return the facts that had begun by a day."""
    return [entry for entry in facts(history) if entry.event.on.first_day <= at]


def numbers(entries: Sequence[Entry[Event]]) -> str:
    """Return the numbers of entries as text, of many only the first."""
    first = ", ".join(f"#{entry.seq}" for entry in entries[:NAMED])
    return f"{first} and {len(entries) - NAMED} more" if len(entries) > NAMED else first


def listed(items: Sequence[str]) -> str:
    """Return items as text, of many only the first: "a", "a and b", "a, b and 4 more"."""
    first, more = items[:NAMED], len(items) - NAMED
    if more > 0:
        return f"{', '.join(first)} and {more} more"
    return " and ".join([", ".join(first[:-1]), first[-1]] if len(first) > 1 else first)


def ids(*entries: Entry[Event]) -> tuple[str, ...]:
    """Return the ids of the entries."""
    return tuple(entry.id for entry in entries)


NAMED: Final = 5
"""How many entries a message names."""
