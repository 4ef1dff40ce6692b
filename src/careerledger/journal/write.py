"""Write events as entries: check them, number them, seal them, append them."""

import os
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from operator import attrgetter
from typing import Any, Final, NamedTuple, cast

import msgspec

from careerledger.arguments import check_text, check_whole_number, wrong
from careerledger.errors import (
    ConflictError,
    CorrectionError,
    DamagedError,
    DateError,
    ForgottenWarning,
    FutureError,
    KeyReusedError,
    RecordError,
)
from careerledger.events import Action, Event, UnknownEvent, introduced, named
from careerledger.events.correction import EntryAmended, EntryVoided, SubjectForgotten
from careerledger.events.nfc import event_in_nfc, nfc
from careerledger.history import Draft, Entry, id_of
from careerledger.journal import codec, personal
from careerledger.journal.converter import instant_text
from careerledger.journal.read import Journal
from careerledger.journal.references import References
from careerledger.proofs import Frontier, leaf_hash
from careerledger.proofs.personal import SALT_SIZE
from careerledger.stores import Head, Query, Row, new_row
from careerledger.text import shown

__all__ = [
    "Fact",
    "Proposal",
    "Writer",
    "append",
    "as_row",
    "new_entries",
    "next_instant",
    "proposals",
    "read_clock",
    "system_clock",
]

Fact = Action | Draft


def system_clock() -> datetime:
    """Return the present instant in the system's time zone; the default clock of a ledger."""
    return datetime.now().astimezone()


def read_clock(clock: Callable[[], datetime]) -> datetime:
    """Return the time of a clock, in its own zone; DateError where it shows no usable instant."""
    if not callable(cast("object", clock)):
        raise wrong("clock", clock, "it must be a function that returns an aware datetime")
    now = clock()
    if not isinstance(cast("object", now), datetime) or now.utcoffset() is None:
        raise DateError(
            f"the ledger's clock returned {shown(now)}; it must return an aware datetime, such as "
            "datetime.now().astimezone()"
        )
    try:
        _ = now.astimezone(UTC) + _EARLIEST_ZONE
    except OverflowError:
        raise DateError(
            f"the ledger's clock returned {now.isoformat()}, at the end of the calendar; it must "
            "return an instant that has a date in every time zone"
        ) from None
    return now


class Proposal(NamedTuple):
    """An event to be recorded, with its import key."""

    event: Event
    key: str | None = None


def proposals(facts: Iterable[object], key: str | None = None) -> list[Proposal]:
    """Return the facts passed to ``record`` as proposals; RecordError for anything else."""
    checked: list[Proposal] = []
    for fact in facts:
        event, own_key = (fact.event, fact.key) if isinstance(fact, Draft) else (fact, key)
        if key is not None:
            check_text("key", key, "linkedin:jane")
        if key is not None and key != own_key:
            raise RecordError(f"key {key!r} was given beside {own_key!r} of the draft; give one")
        if not isinstance(event, Action):
            raise RecordError(
                f"{shown(fact)} cannot be recorded; give an event, a draft, or several of them "
                "(corrections are made by ledger.void and ledger.amend)"
            )
        if not hasattr(event, "__event__"):
            raise RecordError(
                f"{type(event).__name__} has no name on disk; make its class an event with @event"
            )
        checked.append(Proposal(event_in_nfc(event), own_key and nfc(own_key)))
    return checked


class _Known(NamedTuple):
    """An entry that was recorded under a key."""

    entry: Entry[Event]
    event: Event | None
    """The event with all corrections applied; None: it was voided."""


class Writer:
    """Records into one journal.

    Args:
        journal: The ledger to record into.
        strict: Whether an event that refers to something unknown is refused.
        clock: Where the instants of recording come from; it returns an aware datetime.
    """

    def __init__(self, journal: Journal, *, strict: bool, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._references = References(journal)
        self._strict = strict
        self._clock = clock

    def record(
        self,
        facts: Fact | Iterable[Fact],
        *,
        key: str | None = None,
        expect: int | None = None,
        amend: str | None = None,
    ) -> Any:
        """Record one fact, or several, all or none; see ``Ledger.record``."""
        if expect is not None:
            check_whole_number("expect", expect, 0, "len(ledger)")
        if amend is not None:
            check_text("amend", amend, "the file says otherwise")
        if isinstance(facts, Action) or not isinstance(facts, Iterable):
            return self._record(proposals([facts], key), expect, amend)[0]
        several = proposals(facts)
        if key is not None:
            raise RecordError(
                f"key {key!r} was given for several events; a key stands for one, "
                "so give each as Draft(event, key)"
            )
        return self._record(several, expect, amend)

    def _record(
        self, new: list[Proposal], expect: int | None, amend: str | None
    ) -> list[Entry[Any]]:
        journal = self._journal
        keys = {key for _, key in new if key is not None}
        with journal.writing() as head:
            if expect is not None and head.size != expect:
                raise ConflictError(
                    f"ledger {journal.name!r} has {head.size} entries where {shown(expect)} were "
                    "expected; someone else recorded meanwhile, so look again and retry"
                )
            if not keys:
                return self._append(head, new)
            new = self._without_forgotten(new)
            new, replaced, results = _without_known(new, self._known(keys, head), amend)
            entries = self._append(head, new, replaced)
        return [entries[one] if isinstance(one, int) else one for one in results]

    def _without_forgotten(self, new: list[Proposal]) -> list[Proposal]:
        """Leave out what imported events state about forgotten people, with a warning.

        An import that runs every night would bring their names back. Whoever records an event
        without a key means it.
        """
        people = {f"{event.kind}:{event.id}" for _, event in self._forgettings()}
        allowed: list[Proposal] = []
        for event, key in new:
            without = event if key is None else personal.without_people(event, people)
            if without is not event:
                warnings.warn(
                    f"{type(event).__name__} with key {key!r} has personal data about someone "
                    "who was forgotten, which was left out; record the event without a key to "
                    "state it again",
                    ForgottenWarning,
                    stacklevel=4,
                )
            allowed.append(Proposal(without, key))
        return allowed

    def void(self, entry: Entry[Event] | str, reason: str) -> Entry[Event]:
        """Record that an entry counts as never recorded; see ``Ledger.void``."""
        return self._correct(entry, lambda target: EntryVoided(target=target, reason=reason))

    def amend(self, entry: Entry[Event] | str, event: Action, reason: str) -> Entry[Event]:
        """Record that this event counts in the place of an entry's; see ``Ledger.amend``."""
        ((checked, _),) = proposals([event])
        return self._correct(
            entry, lambda target: EntryAmended(target=target, event=checked, reason=reason)
        )

    def _correct(
        self, entry: Entry[Event] | str, correction: Callable[[str], Event]
    ) -> Entry[Event]:
        journal, id_ = self._journal, id_of(entry)
        with journal.writing() as head:
            target = journal.entry(id_)
            if not isinstance(target.event, Action | UnknownEvent):
                raise CorrectionError(
                    f"#{target.seq} is a correction, which cannot be corrected; "
                    "amend the entry that it is about, or record that event again"
                )
            if target.id in journal.corrections(head.size).voided:
                raise CorrectionError(f"#{target.seq} was voided before; record the event again")
            event = event_in_nfc(correction(target.id))
            return self._append(head, [Proposal(event)], {target.seq})[0]

    def forget(self, kind: str, id_: str, reason: str) -> Entry[Event]:
        """Erase the personal lines about someone, and record it; see ``Ledger.forget``."""
        check_text("reason", reason, "asked to")
        journal, id_ = self._journal, self.spelling_of(kind, id_)
        with journal.lock:
            with journal.writing() as head:
                rows = journal.rows(Query(names=f"{kind}:{id_}", personal=True))
                remaining = personal.remaining_without(rows, f"{kind}:{id_}")
                forgotten = self._last_forgotten(kind, id_)
                if forgotten is None and not remaining:
                    self.check_known(kind, id_, head.size)  # refuse someone who was never there
                if forgotten is None or remaining:
                    event = SubjectForgotten(kind=kind, id=id_, reason=nfc(reason))
                    forgotten = self._append(head, [Proposal(event)])[0]
                    journal.store.erase(journal.name, remaining)
            # Even if there was nothing to erase: an earlier call may have been interrupted here.
            journal.drop_memory()
            journal.store.purge()
        return forgotten

    def delete(self) -> None:
        """Remove the whole ledger and every byte of it; see ``Ledger.delete``."""
        journal = self._journal
        with journal.lock:
            journal.store.delete(journal.name)
            # Even if there was nothing to delete: an earlier call may have been interrupted here.
            journal.drop_memory()
            journal.store.purge()

    def _last_forgotten(self, kind: str, id_: str) -> Entry[Event] | None:
        """Return the last entry by which someone was forgotten."""
        last = None
        for entry, event in self._forgettings():
            if (event.kind, event.id) == (kind, id_):
                last = entry
        return last

    def _forgettings(self) -> Iterator[tuple[Entry[Event], SubjectForgotten]]:
        """Yield the entries by which people were forgotten, each with its event."""
        query = Query(types=[SubjectForgotten.__event__.name], dated=False)
        for entry in self._journal.log(query):
            if isinstance(entry.event, SubjectForgotten):
                yield entry, entry.event

    def spelling_of(self, kind: str, id_: str) -> str:
        """Return an id as the ledger spells it: as passed, or else in normal form C."""
        check_text("kind", kind, "contact")
        check_text("the id", id_, "jane")
        rows = self._journal.rows(Query(names=f"{kind}:{id_}", limit=1))
        return id_ if rows else nfc(id_)

    def check_known(self, kind: str, id_: str, size: int) -> None:
        """Raise UnknownReferenceError unless one of the first entries introduced this id."""
        self._references.check_known(kind, id_, self._journal.corrections(size))

    def _append(
        self, head: Head, new: Sequence[Proposal], replaced: Collection[int] = ()
    ) -> list[Entry[Event]]:
        """Record proposals; ``replaced`` are the numbers of the entries that they correct."""
        if not new:
            return []
        journal, now = self._journal, read_clock(self._clock)
        events = [event.event if isinstance(event, EntryAmended) else event for event, _ in new]
        _check_dates(events, now)
        if self._strict:
            self._references.check(events, journal.corrections(head.size), replaced)
        entries = new_entries(new, next_instant(now, head), head.size)
        journal.note_recorded(entries, append(journal, head, entries))
        return entries

    def _known(self, keys: set[str], head: Head) -> dict[str, _Known]:
        """Return the entries that were recorded under these keys."""
        corrections = self._journal.corrections(head.size)
        amended = {entry.id: entry.event for entry in corrections.amended}
        known: dict[str, _Known] = {}
        for entry in self._journal.log(Query(keys=keys)):
            voided = entry.id in corrections.voided
            event = None if voided else amended.get(entry.id, entry.event)
            known.setdefault(str(entry.key), _Known(entry, event))
        return known


def _without_known(
    new: list[Proposal], known: dict[str, _Known], amend: str | None
) -> tuple[list[Proposal], set[int], list[Entry[Event] | int]]:
    """Leave out the proposals that are recorded under their keys already.

    Returns:
        The proposals to record, the numbers of the entries that they amend, and for each of the
        original proposals its entry, or its index among the proposals to record.
    """
    unknown: list[Proposal] = []
    index_of: dict[str, int] = {}
    replaced: set[int] = set()
    results: list[Entry[Event] | int] = []
    for event, key in new:
        if key is not None and key in known:
            entry, current = known[key]
            results.append(entry)
            if event in (entry.event, current):
                continue
            if amend is None:
                raise _key_reused(key, f"#{entry.seq}, which says {entry.event!r}", event)
            if current is None:
                continue  # a voided entry stays voided, whatever a file says
            unknown.append(Proposal(EntryAmended(target=entry.id, event=event, reason=amend)))
            replaced.add(entry.seq)
            known[key] = _Known(entry, event)  # for another proposal with this key
        elif key is not None and key in index_of:
            results.append(index_of[key])
            other = unknown[index_of[key]].event
            if event != other:
                raise _key_reused(key, f"{other!r} in the same record", event)
        else:
            if key is not None:
                index_of[key] = len(unknown)
            results.append(len(unknown))
            unknown.append(Proposal(event, key))
    return unknown, replaced, results


def _key_reused(key: str, other: str, event: Event) -> KeyReusedError:
    return KeyReusedError(
        f"key {key!r} stands for {other}, where {event!r} was given; "
        "amend that entry (amend='why' does it here), or use another key"
    )


def _check_dates(events: Iterable[Event], now: datetime) -> None:
    """Raise FutureError for an event that has not happened yet."""
    # Dates up to today's in UTC+14, where the day begins first, are not in the future.
    latest = (now.astimezone(UTC) + _EARLIEST_ZONE).date()
    for event in events:
        if isinstance(event, Action) and event.on.first_day > latest:
            raise FutureError(
                f"on of {type(event).__name__} is {event.on}, which lies in the future; "
                "record it once it has happened"
            )


_EARLIEST_ZONE: Final = timedelta(hours=14)


def next_instant(now: datetime, head: Head) -> datetime:
    """Return the instant of a new record: now, but always later than the record before it."""
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


def new_entries(new: Sequence[Proposal], recorded_at: datetime, after: int) -> list[Entry[Event]]:
    """Return entries for proposals, numbered behind ``after``."""
    return [
        Entry(
            id=id_,
            type=event.__event__.name,
            version=event.__event__.version,
            recorded_at=recorded_at,
            key=key,
            event=event,
            seq=seq,
        )
        for seq, id_, (event, key) in zip(count(after + 1), _ids(recorded_at, len(new)), new)
    ]


def _ids(recorded_at: datetime, number: int) -> list[str]:
    """Make UUIDs of version 7 (RFC 9562), which sort by time.

    Those of one record count up from the first (method 2 of its section 6.2).
    """
    milliseconds = (recorded_at - _EPOCH) // _MILLISECOND & 0xFFFF_FFFF_FFFF  # also before 1970
    clock, chance = milliseconds.to_bytes(6, "big").hex(), os.urandom(10).hex()
    # 48 bits of time, version 7, 12 random bits; variant 0b10, 14 random bits; then 47 random
    # bits to count up from, which never overflow the 48 that there are.
    variant = f"{_VARIANTS[chance[3]]}{chance[4:7]}"
    prefix = f"{clock[:8]}-{clock[8:]}-7{chance[:3]}-{variant}-"
    first = int(chance[8:], 16) >> 1
    return [prefix + (first + n).to_bytes(6, "big").hex() for n in range(number)]


_VARIANTS: Final = dict(zip("0123456789abcdef", 4 * "89ab", strict=True))
"""Two random bits behind the two of the variant, by a random hexadecimal digit."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


def append(journal: Journal, head: Head, entries: Sequence[Entry[Event]]) -> Head:
    """Write entries behind the head, with their hashes, within ``writing``; return the new head."""
    sealed = codec.seal_all(entries, salt)
    rows = [as_row(entry, *each) for entry, each in zip(entries, sealed, strict=True)]
    frontier = Frontier(head.size, head.frontier)
    frontier.extend(map(_leaf, rows))
    journal.store.append(journal.name, rows, frontier.packed)
    return Head(frontier.size, rows[-1].recorded_at, frontier.packed)


_leaf: Final = attrgetter("leaf")


def salt() -> bytes:
    """Return 16 random bytes, with which a personal value is hashed."""
    return os.urandom(SALT_SIZE)


def as_row(entry: Entry[Event], body: bytes, personal_lines: bytes | None = None) -> Row:
    """Return the row of an entry: its bytes, and the columns derived from them."""
    event = entry.event
    on: str | None = getattr(event, "on", None)
    names = named(event)
    return new_row(
        (
            entry.seq,
            entry.id,
            entry.type,
            on if on is None else str(on),
            instant_text(entry.recorded_at),
            entry.key,
            entry.source,
            entry.batch,
            # A correction has no date; an event of a user's may have a field of this name.
            getattr(event, "target", None) if on is None else None,
            introduced(event),
            msgspec.json.encode(names).decode() if names else None,
            body,
            leaf_hash(body),
            personal_lines,
        )
    )
