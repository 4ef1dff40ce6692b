"""Were entries recorded at instants that the ledger's clock contradicts?"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from typing import Final

from careerledger.answers.finding import Finding, ids, numbers
from careerledger.events import Event
from careerledger.history import Entry

__all__ = ["AHEAD", "clock_findings"]

AHEAD: Final = timedelta(minutes=5)
"""How far two clocks may differ. Entries recorded while a clock does not move are microseconds
ahead of it, as each is recorded later than the one before."""


def clock_findings(log: Iterable[Entry[Event]], now: datetime) -> list[Finding]:
    """Find entries recorded later than now, and entries recorded before the entry before them.

    This is no ``Check``: it is about the log, not the history, and about an instant, not a day.

    Args:
        log: The entries of a ledger as they were recorded, such as the ledger itself.
        now: The time of the ledger's clock, ``ledger.now()``.
    """
    entries = sorted(log, key=attrgetter("seq"))
    return [*_ahead(entries, now), *_backwards(entries)]


def _ahead(entries: list[Entry[Event]], now: datetime) -> Iterator[Finding]:
    ahead = [entry for entry in entries if entry.recorded_at - now > AHEAD]
    if ahead:
        first = min(entry.recorded_at for entry in ahead)
        yield Finding(
            code="recorded-ahead",
            severity="warning",
            message=f"by the ledger's clock it is {_text(now)}, but {numbers(ahead)} "
            f"{'was' if len(ahead) == 1 else 'were'} recorded at {_text(first)}"
            f"{'' if len(ahead) == 1 else ' or later'}; an earlier known_at leaves out these "
            "entries and all that follow",
            entries=ids(*ahead),
            fix="set the clock if it is behind; if an earlier clock was ahead, ask without "
            "known_at, or record the events again in a new ledger",
        )


def _backwards(entries: list[Entry[Event]]) -> Iterator[Finding]:
    back = [two for one, two in pairwise(entries) if two.recorded_at < one.recorded_at]
    if back:
        yield Finding(
            code="recorded-backwards",
            severity="error",
            message=f"{numbers(back)} {'was' if len(back) == 1 else 'were'} recorded before the "
            "entry before, by what the entries state; careerledger never writes this",
            entries=ids(*back),
            fix="run ledger.verify(), and restore the file from a backup",
        )


def _text(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
