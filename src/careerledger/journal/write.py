"""Write events as entries: check them, number them, seal them, append them."""

import os
import warnings
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    IntroducedTwiceError,
    KeyReusedError,
    KeyVoidedError,
    RecordError,
)
from careerledger.events import (
    Action,
    Event,
    UnknownEvent,
    introduced,
    named,
    referred,
    with_renamed_id,
)
from careerledger.events.correction import BatchUndone, EntryAmended, EntryVoided, SubjectForgotten
from careerledger.events.nfc import event_in_nfc, nfc
from careerledger.history import Draft, Entry, id_of
from careerledger.journal import codec, personal
from careerledger.journal.converter import instant_text
from careerledger.journal.people import Person
from careerledger.journal.read import Fact as KnownFact, Journal
from careerledger.journal.references import Change, References
from careerledger.proofs import Frontier, leaf_hash
from careerledger.proofs.personal import SALT_SIZE
from careerledger.statements import differing, facts_in
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

Fact = Action | Draft | EntryVoided | EntryAmended
"""What can be recorded."""


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
    """An event to be recorded, with its import key and its source."""

    event: Event
    key: str | None = None
    source: str | None = None


def proposals(facts: Iterable[object], key: str | None = None) -> list[Proposal]:
    """Return the facts passed to ``record`` as proposals; RecordError for anything else."""
    checked: list[Proposal] = []
    for fact in facts:
        event, own_key = (fact.event, fact.key) if isinstance(fact, Draft) else (fact, key)
        if key is not None:
            check_text("key", key, "linkedin:jane")
        if key is not None and key != own_key:
            raise RecordError(f"key {key!r} was given beside {own_key!r} of the draft; give one")
        stated = event.event if isinstance(event, EntryAmended) else event
        if not isinstance(stated, Action | EntryVoided):
            raise RecordError(
                f"{shown(fact)} cannot be recorded; give an event, a draft, an EntryVoided or an "
                "EntryAmended, or several of them"
            )
        if own_key is not None and not isinstance(event, Action):
            raise RecordError(
                f"key {own_key!r} was given for a correction, which has none; record it without"
            )
        if not hasattr(stated, "__event__"):
            raise RecordError(
                f"{type(stated).__name__} has no name on disk; make its class an event with @event"
            )
        checked.append(Proposal(event_in_nfc(cast("Event", event)), own_key and nfc(own_key)))
    return checked


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
        self._forgotten: list[Entry[Event]] = []
        """The entries by which people were forgotten, among the first ``_searched`` entries."""
        self._searched = 0
        self._searched_in = journal.generation
        self._batch: str | None = None
        """The name of the batch that is open, empty before its first entry; None: no batch."""

    @contextmanager
    def batch(self) -> Generator[None, None, None]:
        """Record all entries of the block in one batch; see ``Ledger.batch``."""
        with self._journal.lock:
            outer = self._batch
            self._batch = outer or ""
            try:
                yield
            finally:
                self._batch = outer

    def state(
        self, statements: Iterable[tuple[Event, str | None]], source: str, *, size: int
    ) -> list[Entry[Event]]:
        """Record what a source states, and what follows from it, in one batch.

        Args:
            statements: Events and corrections, each with its key.
            source: The source.
            size: How many entries the ledger must have.
        """
        with self.batch(), self._journal.writing() as head:
            if head.size != size:
                raise ConflictError(
                    f"ledger {self._journal.name!r} has {head.size} entries where the plan was "
                    f"made for {size}; make the plan again"
                )
            new = [Proposal(event_in_nfc(event), key, source) for event, key in statements]
            return self._append(head, new)

    def undo(self, batches: Sequence[str], reason: str | None) -> list[Entry[Any]]:
        """Record that batches do not count, and what follows; see ``Ledger.undo``."""
        with self.batch(), self._journal.writing() as head:
            log = list(self._journal.log(Query(upto=head.size)))
            undone = BatchUndone(batches=batches, reason=reason)
            now = next_instant(read_clock(self._clock), head)
            (entry,) = new_entries([Proposal(event_in_nfc(undone))], now, head.size)
            before, after = facts_in(log), facts_in([*log, entry])
            why = f"undone: batch {', '.join(batches)}"
            follows = [
                Proposal(_result(id_, fact.event, why), source="undo")
                for id_, fact in after.items()
                if fact.event != before[id_].event
            ]
            return self._append(head, [Proposal(entry.event), *follows])

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
        if isinstance(facts, Event | str | bytes) or not isinstance(facts, Iterable):
            return self._record(proposals([facts], key), expect, amend)[0]
        several = proposals(facts)
        if key is not None:
            raise RecordError(
                f"key {key!r} was given for several events; a key belongs to one, "
                "so give each as Draft(event, key)"
            )
        return self._record(several, expect, amend)

    def _record(
        self, new: list[Proposal], expect: int | None, amend: str | None
    ) -> list[Entry[Any]]:
        journal = self._journal
        keys = {each.key for each in new if each.key is not None}
        with journal.writing() as head:
            if expect is not None and head.size != expect:
                raise ConflictError(
                    f"ledger {journal.name!r} has {head.size} entries where {shown(expect)} were "
                    "expected; someone else recorded meanwhile, so look again and retry"
                )
            if not keys:
                return self._append(head, new)
            new = self._without_forgotten(new)
            known = self._known(keys)
            new, results = _without_known(new, known, amend)
            entries = self._append(head, new, known.values())
        return [entries[one] if isinstance(one, int) else one for one in results]

    def _without_forgotten(self, new: list[Proposal]) -> list[Proposal]:
        """Leave out what imported events state about forgotten people, with a warning.

        An import that runs every night would bring their names back. Whoever records an event
        without a key means it.
        """
        people = self.forgotten_names()
        allowed: list[Proposal] = []
        for event, key, *_ in new:
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

    def void(
        self, entry: Entry[Event] | str, reason: str, *, cascade: bool = False
    ) -> Entry[Event]:
        """Record that an entry counts as never recorded; see ``Ledger.void``."""
        with self._journal.writing() as head:
            target = self._fact(id_of(entry))
            facts = self._references.cascade(target) if cascade else [target]
            voids = [
                Proposal(event_in_nfc(EntryVoided(target=fact.recorded.id, reason=reason)))
                for fact in facts
            ]
            return self._append(head, voids, facts)[0]

    def amend(self, entry: Entry[Event] | str, event: Action, reason: str) -> Entry[Event]:
        """Record that this event counts in the place of an entry's; see ``Ledger.amend``."""
        checked = proposals([event])[0].event
        if not isinstance(checked, Action):
            raise RecordError(f"{shown(event)} is a correction, which no entry can be amended to")
        with self._journal.writing() as head:
            fact = self._fact(id_of(entry))
            return self._append(head, [_amendment(fact, checked, reason)], [fact])[0]

    def rename(self, kind: str, old: str, new: str, reason: str) -> list[Entry[Event]]:
        """Amend every entry that names an id, so that it names another; see ``Ledger.rename``."""
        old, new = self.spelling_of(kind, old), nfc(check_text("the new id", new, "jane-doe"))
        with self._journal.writing() as head:
            facts = self._references.naming([f"{kind}:{old}"])
            if not facts:
                self._references.check_known(kind, old)
                raise CorrectionError(
                    f"every entry that names the {kind} {old!r} was voided or names another id "
                    "by now, so there is nothing to rename"
                )
            self._check_free(kind, old, new)
            amendments = [
                _amendment(fact, self._renamed(fact, kind, old, new), reason) for fact in facts
            ]
            return self._append(head, amendments, facts)

    def _check_free(self, kind: str, old: str, new: str) -> None:
        """Raise IntroducedTwiceError if an id is in use."""
        users = self._references.naming([f"{kind}:{new}"])
        if users or (kind, new) == ("contact", "me"):
            by = "means yourself" if not users else f"is in use by #{users[0].recorded.seq}"
            raise IntroducedTwiceError(
                f"{kind} {old!r} cannot be renamed to {new!r}, which {by}; choose an id that is "
                "free. If both are one, void the entry that introduces one of them, and amend "
                "those that refer to it, in one record"
            )

    def _renamed(self, fact: KnownFact, kind: str, old: str, new: str) -> Event:
        """Return the event of a fact with the new id."""
        seq, event = fact.recorded.seq, fact.event
        if event is None or isinstance(event, UnknownEvent):
            raise CorrectionError(
                f"#{seq} names the {kind} {old!r}, but its type {fact.recorded.type} is not known "
                "here; import the module that defines it, then rename"
            )
        for field, id_, kinds in referred(event):
            others = [f"{other}:{old}" for other in kinds if other != kind]
            if id_ == old and kind in kinds and self._references.introduced_among(others):
                raise CorrectionError(
                    f"{field} of #{seq} is {old!r}, which is the id of more than the {kind}; "
                    "amend that entry to name neither, rename, and amend it again"
                )
        return with_renamed_id(event, kind, old, new)

    def _fact(self, entry_id: str) -> KnownFact:
        """Return the fact with this id, which can be corrected."""
        return self._facts([entry_id])[entry_id]

    def _facts(self, ids: Collection[str]) -> dict[str, KnownFact]:
        """Return the facts with these ids, which can be corrected."""
        facts = self._journal.facts(ids)
        for id_ in ids:
            if id_ in facts:
                continue
            other = self._journal.entry(id_)
            raise CorrectionError(
                f"#{other.seq} is a correction, which cannot be corrected; "
                "amend the entry that it is about, or record that event again"
            )
        return facts

    def _changes(self, new: Iterable[Proposal], known: Iterable[KnownFact]) -> dict[str, Change]:
        """Return the changes that corrections make together, by the ids of the entries.

        Args:
            new: What is recorded, in order; of several corrections of an entry the last counts.
            known: The facts that were looked up already.
        """
        corrections = [each for each in new if isinstance(each.event, EntryVoided | EntryAmended)]
        facts = {fact.recorded.id: fact for fact in known}
        targets = {cast("EntryVoided | EntryAmended", event).target for event, *_ in corrections}
        facts |= self._facts(targets - facts.keys())
        changes: dict[str, Change] = {}
        for each in corrections:
            correction = cast("EntryVoided | EntryAmended", each.event)
            fact = facts[correction.target]
            # A statement or an undo may bring a fact back, but no word of the person.
            is_word = each.key is None and each.source is None
            if is_word and changes.get(correction.target, fact).event is None:
                raise CorrectionError(
                    f"#{fact.recorded.seq} is voided already; if it happened after all, record "
                    "its event anew"
                )
            event = correction.event if isinstance(correction, EntryAmended) else None
            changes[correction.target] = Change(fact, cast("Action | None", event))
        return changes

    def forget(self, kind: str, id_: str, reason: str) -> Entry[Event]:
        """Erase the personal lines about someone, and record it; see ``Ledger.forget``."""
        check_text("reason", reason, "asked to")
        journal, id_ = self._journal, self.spelling_of(kind, id_)
        with journal.lock:
            with journal.writing() as head:
                person = Person.called(journal, f"{kind}:{id_}")
                remaining = person.remaining_without()
                forgotten = self._last_forgotten(person)
                if forgotten is None and not remaining:
                    self._references.check_known(kind, id_)  # refuse someone who was never there
                if forgotten is None or remaining:
                    asked = f"{kind}:{id_}"
                    others = [name for name in person.present_names if name != asked]
                    events = [
                        SubjectForgotten(kind=each, id=other, reason=nfc(reason))
                        for each, _, other in (name.partition(":") for name in [*others, asked])
                    ]
                    forgotten = self._append(head, list(map(Proposal, events)))[-1]
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

    def entries_about(self, kind: str, id_: str) -> list[Entry[Event]]:
        """Return the entries that name a person; see ``Ledger.export_subject``."""
        id_ = self.spelling_of(kind, id_)
        entries = Person.called(self._journal, f"{kind}:{id_}").entries()
        if not entries:
            self._references.check_known(kind, id_)
        return entries

    def forgotten_names(self) -> set[str]:
        """Return the ids of the people who were forgotten, each as ``"kind:id"``."""
        return {
            name
            for entry, event in self._forgettings()
            for name in Person.called(
                self._journal, f"{event.kind}:{event.id}", entry.seq
            ).present_names
        }

    def _last_forgotten(self, person: Person) -> Entry[Event] | None:
        """Return the last entry by which someone was forgotten, under any of the person's ids."""
        last = None
        for entry, event in self._forgettings():
            if person.had(f"{event.kind}:{event.id}", entry.seq):
                last = entry
        return last

    def _forgettings(self) -> Iterator[tuple[Entry[Event], SubjectForgotten]]:
        """Yield the entries by which people were forgotten, each with its event."""
        journal, size = self._journal, self._journal.head().size
        if self._searched_in != journal.generation:
            self._searched_in, self._searched, self._forgotten = journal.generation, 0, []
        types = [SubjectForgotten.__event__.name]
        query = Query(after=self._searched, upto=size, types=types, dated=False)
        self._forgotten += journal.log(query)
        self._searched = size
        for entry in self._forgotten:
            if isinstance(entry.event, SubjectForgotten):
                yield entry, entry.event

    def spelling_of(self, kind: str, id_: str) -> str:
        """Return an id as the ledger spells it: as passed, or else in normal form C."""
        check_text("kind", kind, "contact")
        check_text("the id", id_, "jane")
        rows = self._journal.rows(Query(names=f"{kind}:{id_}", limit=1))
        return id_ if rows else nfc(id_)

    def _append(
        self, head: Head, new: Sequence[Proposal], known: Iterable[KnownFact] = ()
    ) -> list[Entry[Event]]:
        """Record proposals; ``known`` are the facts that were looked up for their corrections."""
        if not new:
            return []
        journal, now = self._journal, read_clock(self._clock)
        changes = self._changes(new, known)
        facts = [event for event, *_ in new if isinstance(event, Action)]
        _check_dates([*facts, *(change.event for change in changes.values())], now)
        if self._strict:
            self._references.check(facts, changes, head.size)
        if self._batch == "":
            self._batch = str(head.size + 1)
        entries = new_entries(new, next_instant(now, head), head.size, self._batch)
        journal.note_recorded(entries, append(journal, head, entries))
        return entries

    def _known(self, keys: set[str]) -> dict[str, KnownFact]:
        """Return the facts that were recorded under these keys."""
        rows = self._journal.rows(Query(keys=keys))
        facts = self._journal.facts({row.target or row.id for row in rows})
        known: dict[str, KnownFact] = {}
        for row in rows:
            fact = facts.get(row.target or row.id)
            if fact is not None:
                known.setdefault(str(row.key), fact)
        return known


def _without_known(
    new: list[Proposal], known: Mapping[str, KnownFact], amend: str | None
) -> tuple[list[Proposal], list[Entry[Event] | int]]:
    """Leave out the proposals that are recorded under their keys already.

    Returns:
        The proposals to record, and for each of the original proposals its entry, or its index
        among the proposals to record.
    """
    unknown: list[Proposal] = []
    index_of: dict[str, int] = {}
    current = {key: fact.event for key, fact in known.items()}
    results: list[Entry[Event] | int] = []
    for event, key, _ in new:
        if key is not None and key in known:
            entry, *_ = known[key]
            results.append(entry)
            correction = _correction_of(known[key], current[key], event, key, amend)
            if correction is not None:
                unknown.append(correction)
                current[key] = event  # for another proposal with this key
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
    return unknown, results


def _amendment(fact: KnownFact, event: Event, reason: str) -> Proposal:
    """Return the person's word on a fact: on the fields that it changes."""
    same_class = type(fact.event) is type(event) and not isinstance(event, UnknownEvent)
    fields = differing(cast("Event", fact.event), event) if same_class else ()
    amendment = EntryAmended(target=fact.recorded.id, event=event, fields=fields, reason=reason)
    return Proposal(event_in_nfc(amendment))


def _correction_of(
    fact: KnownFact, current: Event | None, event: Event, key: str, amend: str | None
) -> Proposal | None:
    """Return what to record where a key is known; None: nothing."""
    entry = fact.recorded
    if current is None and fact.row.source is not None:  # its batch was undone
        return Proposal(EntryAmended(target=entry.id, event=event, reason="stated again"), key)
    if current is None:
        if amend is None:
            raise _key_voided(key, entry)
        return None  # a voided entry stays voided, whatever a file says
    if event in (entry.event, current):
        return None
    if amend is None:
        raise _key_reused(key, f"#{entry.seq}, which says {entry.event!r}", event)
    return Proposal(EntryAmended(target=entry.id, event=event, reason=amend))


def _result(target: str, event: Event | None, reason: str) -> Event:
    """Return the correction after which this event counts, or nothing."""
    if event is None:
        return EntryVoided(target=target, reason=reason)
    return EntryAmended(target=target, event=event, reason=reason)


def _key_voided(key: str, entry: Entry[Event]) -> KeyVoidedError:
    return KeyVoidedError(
        f"key {key!r} belongs to #{entry.seq}, which was voided; to record the event again, give "
        "another key or none"
    )


def _key_reused(key: str, other: str, event: Event) -> KeyReusedError:
    return KeyReusedError(
        f"key {key!r} belongs to {other}, but the event is {event!r} now; "
        "amend that entry (amend='why' does it here), or use another key"
    )


def _check_dates(events: Iterable[Event | None], now: datetime) -> None:
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


def new_entries(
    new: Sequence[Proposal], recorded_at: datetime, after: int, batch: str | None = None
) -> list[Entry[Event]]:
    """Return entries of a batch for proposals, numbered behind ``after``."""
    return [
        Entry(
            id=id_,
            type=event.__event__.name,
            version=event.__event__.version,
            recorded_at=recorded_at,
            key=key,
            source=source,
            batch=batch,
            event=event,
            seq=seq,
        )
        for seq, id_, (event, key, source) in zip(
            count(after + 1), _ids(recorded_at, len(new)), new
        )
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
