"""From events to rows: the guards, and what the ledger adds to an event."""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from careerledger.dates import shown
from careerledger.errors import (
    DamagedError,
    FutureError,
    KeyReusedError,
    RecordError,
)
from careerledger.events import Action, Event, introduced
from careerledger.history import Draft, Entry
from careerledger.journal import codec
from careerledger.proofs import Frontier, leaf_hash
from careerledger.proofs.personal import SALT_SIZE
from careerledger.stores import Head, Row, Store, new_row

Fact = Action | Draft
Proposal = tuple[Event, str | None]
"""An event to be recorded, with its import key."""


def proposals(facts: Iterable[object], key: str | None) -> list[Proposal]:
    """What a caller gave to ``record``, as events with keys."""
    found: list[Proposal] = []
    for fact in facts:
        event, own_key = (fact.event, fact.key) if isinstance(fact, Draft) else (fact, key)
        if key is not None and (not key or key != own_key):
            raise RecordError(
                f"key is {key!r}; give text that names the source, and none beside a draft's own"
            )
        if not isinstance(event, Action):
            raise RecordError(
                f"{fact!r} cannot be recorded; give an event, a draft, or several of them "
                "(corrections are made by ledger.void and ledger.amend)"
            )
        if not hasattr(event, "__event__"):
            raise RecordError(
                f"{type(event).__name__} has no name on disk; make its class an event with @event"
            )
        found.append((event, own_key))
    return found


def check_dates(events: Iterable[Event], now: datetime) -> None:
    """Raise FutureError for an event that has not happened yet."""
    # Today's date where the day begins first, at UTC+14: further ahead is the future.
    latest = (now.astimezone(UTC) + _FARTHEST).date()
    for event in events:
        if isinstance(event, Action) and event.on.first_day > latest:
            raise FutureError(
                f"on of {type(event).__name__} is {event.on}, which lies in the future; "
                "record it once it has happened"
            )


_FARTHEST: Final = timedelta(hours=14)


def key_reused(key: str, other: str, event: Event) -> KeyReusedError:
    """The error for an import key that stands for other content."""
    return KeyReusedError(
        f"key {key!r} stands for {other}, where {event!r} was given; "
        "amend that entry (amend='why' does it here), or use another key"
    )


def next_instant(now: datetime, head: Head) -> datetime:
    """When a record is made: now, and later than any before it, whatever the clock does."""
    if not head.recorded_at:
        return now.astimezone(UTC)
    try:
        return max(now.astimezone(UTC), datetime.fromisoformat(head.recorded_at) + _MICROSECOND)
    except (ValueError, TypeError, OverflowError) as error:
        raise DamagedError(
            f"the last entry was recorded at {shown(head.recorded_at)}, which nothing can follow; "
            "restore the file from a backup"
        ) from error


_MICROSECOND: Final = timedelta(microseconds=1)


def as_entries(new: Sequence[Proposal], recorded_at: datetime, after: int) -> list[Entry[Event]]:
    """Entries for events, numbered behind ``after``.

    Their ids are UUIDs of version 7 (RFC 9562), which sort by time; those of one record count up
    from the first (method 2 of its section 6.2).
    """
    milliseconds = (recorded_at - _EPOCH) // _MILLISECOND & 0xFFFF_FFFF_FFFF  # also before 1970
    time, random = milliseconds.to_bytes(6, "big").hex(), os.urandom(10).hex()
    # 48 bits of time, version 7, 12 random bits; variant 0b10, 14 random bits; then 47 random
    # bits to count up from, which never overflow the 48 that there are.
    variant = f"{_VARIANTS[random[3]]}{random[4:7]}"
    prefix = f"{time[:8]}-{time[8:]}-7{random[:3]}-{variant}-"
    tail = int(random[8:], 16) >> 1
    return [
        Entry(
            id=prefix + (tail + offset).to_bytes(6, "big").hex(),
            type=event.__event__.name,
            version=event.__event__.version,
            recorded_at=recorded_at,
            key=key,
            event=event,
            seq=after + 1 + offset,
        )
        for offset, (event, key) in enumerate(new)
    ]


_VARIANTS: Final = dict(zip("0123456789abcdef", 4 * "89ab", strict=True))
"""Half a byte with two bits of its own, behind the two that say the variant."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def append(store: Store, ledger: str, head: Head, entries: Sequence[Entry[Event]]) -> None:
    """Write entries behind the head, with their hashes."""
    frontier = Frontier(head.size, head.frontier)
    sealed = [codec.seal(entry, salt) for entry in entries]
    if len(entries) == 1:  # which takes 6 µs less than as one of many
        rows = [as_row(entries[0], *sealed[0])]
        frontier.append(rows[0].leaf)
    else:
        rows = as_rows(entries, [body for body, _ in sealed], [lines for _, lines in sealed])
        frontier.extend([row.leaf for row in rows])
    store.append(ledger, rows, frontier.packed)


def salt() -> bytes:
    """Return 16 random bytes, with which a personal value is hashed."""
    return os.urandom(SALT_SIZE)


def as_row(entry: Entry[Event], body: bytes, personal: bytes | None = None) -> Row:
    """What a store keeps of an entry: its bytes, and the columns derived from them."""
    event = entry.event
    on: str | None = getattr(event, "on", None)
    return new_row(
        (
            entry.seq,
            entry.id,
            entry.type,
            on if on is None else str(on),
            codec.instant_text(entry.recorded_at),
            entry.key,
            body,
            leaf_hash(body),
            introduced(event),
            personal,
        )
    )


def as_rows(
    entries: Sequence[Entry[Event]], bodies: Sequence[bytes], beside: Sequence[bytes | None]
) -> list[Row]:
    """What a store keeps of each entry: see ``as_row``."""
    # Column by column, which takes a sixth less than row by row.
    events = [entry.event for entry in entries]
    dates: list[str | None] = [getattr(event, "on", None) for event in events]
    columns = (
        [entry.seq for entry in entries],
        [entry.id for entry in entries],
        [entry.type for entry in entries],
        [on if on is None else str(on) for on in dates],
        [codec.instant_text(entry.recorded_at) for entry in entries],
        [entry.key for entry in entries],
        bodies,
        list(map(leaf_hash, bodies)),
        list(map(introduced, events)),
        beside,
    )
    return list(map(new_row, zip(*columns, strict=True)))
