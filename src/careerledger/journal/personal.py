"""What a ledger holds about a person, and how it forgets that."""

import json
from collections.abc import Iterator
from typing import Any

from careerledger.errors import DamagedError
from careerledger.events import Event, UnknownEvent, introduced, referred
from careerledger.events.correction import EntryAmended
from careerledger.history import Entry
from careerledger.journal import codec
from careerledger.journal.read import Reader
from careerledger.stores import Store

__all__ = ["about", "left_without"]


def left_without(store: Store, ledger: str, subject: str) -> dict[int, bytes | None]:
    """Of each row that tells of a person, what is left without it.

    Args:
        store: Where the ledger lives.
        ledger: Its name.
        subject: The person, as ``"kind:id"``.
    """
    left: dict[int, bytes | None] = {}
    for seq, held in store.personal(ledger):
        lines = held.split(b"\n")
        others = [line for line in lines if _subject(seq, line) != subject]
        if len(others) < len(lines):
            left[seq] = b"\n".join(others) or None
    return left


def _subject(seq: int, line: bytes) -> object:
    """Of whom a line tells."""
    try:
        return json.loads(line)["subject"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise DamagedError(
            f"what #{seq} keeps beside the log cannot be read, so it is not known of whom it "
            "tells; restore the file from a backup"
        ) from error


def about(reader: Reader, upto: int, subject: str) -> Iterator[dict[str, Any]]:
    """Each entry that introduces a person or refers to them, as plain values."""
    for entry in reader.log(upto):
        if subject in _names(entry.event):
            yield _plain(entry)


def _names(event: Event) -> set[str]:
    """All whom an event may be about, as ``"kind:id"``."""
    if isinstance(event, EntryAmended):
        event = event.event
    if isinstance(event, UnknownEvent):
        return set()
    names = {f"{kind}:{id_}" for _, id_, kinds in referred(event) for kind in kinds}
    name = introduced(event)
    return names if name is None else names | {name}


def _plain(entry: Entry[Event]) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "id": entry.id,
        "recorded_at": codec.instant_text(entry.recorded_at),
        "key": entry.key,
        **codec.event_to_dict(entry.event),
    }
