"""Find what a ledger holds about a person, and what remains of it once they are forgotten."""

import json
from collections.abc import Iterator
from typing import Any

from careerledger.errors import DamagedError
from careerledger.events import Event
from careerledger.events.correction import SubjectForgotten
from careerledger.history import Entry
from careerledger.journal import codec
from careerledger.journal.read import Journal
from careerledger.stores import Query

__all__ = ["entries_about", "last_forgotten", "remaining_without"]


def remaining_without(journal: Journal, subject: str) -> dict[int, bytes | None]:
    """Return the personal lines that remain in each row about a person, once theirs are gone.

    Args:
        journal: The ledger.
        subject: The person, as ``"kind:id"``.
    """
    remaining: dict[int, bytes | None] = {}
    for row in journal.rows(Query(names=subject, personal=True)):
        lines = (row.personal or b"").split(b"\n")
        others = [line for line in lines if _subject(row.seq, line) != subject]
        if len(others) < len(lines):
            remaining[row.seq] = b"\n".join(others) or None
    return remaining


def _subject(seq: int, line: bytes) -> object:
    """The person whom a personal line is about."""
    try:
        return json.loads(line)["subject"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise DamagedError(
            f"the personal lines of #{seq} cannot be read, so nobody knows whom they are about; "
            "restore the file from a backup"
        ) from error


def last_forgotten(journal: Journal, kind: str, id_: str) -> Entry[Event] | None:
    """Return the last entry by which a person was forgotten; None: they never were."""
    query = Query(types=[SubjectForgotten.__event__.name], dated=False)
    last = None
    for entry in journal.log(query):
        event = entry.event
        if isinstance(event, SubjectForgotten) and (event.kind, event.id) == (kind, id_):
            last = entry
    return last


def entries_about(journal: Journal, subject: str) -> Iterator[dict[str, Any]]:
    """Yield each entry that introduces a person or refers to them, as plain values."""
    for entry in journal.log(Query(names=subject)):
        yield {
            "seq": entry.seq,
            "id": entry.id,
            "recorded_at": codec.instant_text(entry.recorded_at),
            "key": entry.key,
            **codec.event_to_dict(entry.event),
        }
