"""From events to rows: the guards, and what the ledger adds to an event."""

import os
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain

from careerledger import codec
from careerledger.errors import (
    FutureError,
    IntroducedTwiceError,
    KeyReusedError,
    RecordError,
    UnknownReferenceError,
)
from careerledger.events import Action, Event, introduced, referred
from careerledger.history import Corrections, Draft, Entry
from careerledger.proofs import Frontier, leaf_hash
from careerledger.stores import Head, Row, Store

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


class Guards:
    """What the ledger checks before it records: that something can be a fact."""

    def __init__(
        self, store: Store, ledger: str, corrections: Corrections, latest: date, *, strict: bool
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._corrections = corrections
        self._latest = latest
        self._strict = strict

    def check(self, events: Sequence[Event], replaced: Collection[int] = ()) -> None:
        """Raise what speaks against recording these events together.

        Args:
            events: They may refer to each other in any order.
            replaced: Numbers of the entries that they are to replace; what these introduce is
                free to be introduced again.
        """
        for event in events:
            if isinstance(event, Action) and event.on.first_day > self._latest:
                raise FutureError(
                    f"on of {type(event).__name__} is {event.on}, which lies in the future; "
                    "record it once it has happened"
                )
        if not self._strict:
            return
        new = [(event, name) for event in events if (name := introduced(event)) is not None]
        needed = [(event, *reference) for event in events for reference in referred(event)]
        taken = self._standing(
            {name for _, name in new}
            | {f"{kind}:{id_}" for _, _, id_, kinds in needed for kind in kinds},
            replaced,
        )
        for event, name in new:
            if name in taken:
                kind, _, id_ = name.partition(":")
                raise IntroducedTwiceError(
                    f"{kind} {id_!r} of {type(event).__name__} was introduced before"
                    f"{f' by #{taken[name]}' if taken[name] else ' in the same record'}; "
                    "choose another id, or amend that entry"
                )
            taken[name] = 0
        for event, field, id_, kinds in needed:
            if "contact" in kinds and id_ == "me":
                continue
            if not any(f"{kind}:{id_}" in taken for kind in kinds):
                raise self._unknown(event, field, id_, kinds, [name for _, name in new])

    def _standing(self, names: set[str], replaced: Collection[int]) -> dict[str, int]:
        """Which names are introduced by entries that stand, and by which one."""
        hidden = self._corrections.hidden.union(replaced)
        standing = {
            name: seq
            for name, seqs in self._store.introducing(self._ledger, names).items()
            for seq in seqs
            if seq not in hidden
        }
        for entry in self._corrections.amended:
            name = introduced(entry.event)
            if name in names and entry.seq not in replaced:
                standing[name] = entry.seq
        return standing

    def _unknown(
        self, event: Event, field: str, id_: str, kinds: tuple[str, ...], new: list[str]
    ) -> UnknownReferenceError:
        from difflib import get_close_matches  # noqa: PLC0415 - for a message alone

        recorded = (self._store.names(self._ledger, kind) for kind in kinds)
        amended = (introduced(entry.event) or "" for entry in self._corrections.amended)
        fresh = (
            name for name in (*new, *amended) if name.startswith(tuple(f"{k}:" for k in kinds))
        )
        known = {*chain.from_iterable(recorded), *(name.partition(":")[2] for name in fresh)}
        near = [
            name
            for name in get_close_matches(id_, sorted(known), n=5)
            if self._standing({f"{kind}:{name}" for kind in kinds}, ())
            or any(f"{kind}:{name}" in new for kind in kinds)
        ]
        return UnknownReferenceError(
            f"unknown {' or '.join(kinds)} {id_!r} in {field} of {type(event).__name__}"
            + (f"; did you mean {near[0]!r}?" if near else "; nothing introduced it.")
            + " Record what introduces it first, or open the ledger with strict=False."
        )


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
    last = datetime.fromisoformat(head.recorded_at)
    return max(now.astimezone(UTC), last + timedelta(microseconds=1))


def as_entries(new: Sequence[Proposal], recorded_at: datetime, after: int) -> list[Entry[Event]]:
    """Entries for events, numbered behind ``after``."""
    first_id = _uuid7(recorded_at)
    return [
        Entry(
            id=_text_of_uuid(first_id + offset),
            type=event.__event__.name,
            version=event.__event__.version,
            recorded_at=recorded_at,
            key=key,
            event=event,
            seq=after + 1 + offset,
        )
        for offset, (event, key) in enumerate(new)
    ]


def _uuid7(instant: datetime) -> int:
    """A new UUID of version 7 (RFC 9562), ordered by time, as a number.

    The entries recorded together count up from it (method 2 of its section 6.2).
    """
    milliseconds = (instant - _EPOCH) // timedelta(milliseconds=1)
    random = int.from_bytes(os.urandom(10), "big")
    high, low = random >> 68 & 0x7FF, random & ((1 << 61) - 1)
    return milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _text_of_uuid(number: int) -> str:
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def append(store: Store, ledger: str, head: Head, entries: Sequence[Entry[Event]]) -> None:
    """Write entries behind the head, with their hashes."""
    rows = list(map(as_row, entries, codec.encode_all(entries)))
    frontier = Frontier.from_bytes(head.size, head.frontier)
    for row in rows:
        frontier.append(row.leaf)
    store.append(ledger, rows, frontier.to_bytes())


def as_row(entry: Entry[Event], body: bytes) -> Row:
    """What a store keeps of an entry: its bytes, and the columns derived from them."""
    event = entry.event
    return Row(
        seq=entry.seq,
        id=entry.id,
        type=entry.type,
        on=None if (on := getattr(event, "on", None)) is None else str(on),
        recorded_at=codec.instant_text(entry.recorded_at),
        key=entry.key,
        body=body,
        leaf=leaf_hash(body),
        introduces=introduced(event),
    )
