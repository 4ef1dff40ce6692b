"""The ledger: where events become entries, and entries become answers."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from types import TracebackType
from typing import Any, Self, TypeVar, cast, overload

from careerledger import answers, journal, proofs
from careerledger.answers.fold import Folds
from careerledger.dates import DateLike, PartialDate, as_instant, as_of, period_ends
from careerledger.errors import (
    DefinitionError,
    StoreError,
    UnknownEntryError,
)
from careerledger.events import Action, Event, catalogue
from careerledger.history import Draft, Entry
from careerledger.journal import Journal
from careerledger.journal.converter import instant_text
from careerledger.journal.personal import as_plain
from careerledger.journal.write import Fact, Writer, proposals, unknown_entry, utc_now
from careerledger.projections import Projection
from careerledger.projections.base import meta_of
from careerledger.stores import Place, Query, Store
from careerledger.stores.memory import MemoryStore

__all__ = ["Ledger"]

Day = DateLike | None
Instant = datetime | str | None
Some = type[Projection[Any]]
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
E = TypeVar("E", bound=Action)


class Ledger:
    """One career: an append-only sequence of entries, and the answers that rest on it.

    Threads may share a ledger; any number of processes may open the same file.

    Args:
        store: Where the ledger lives.
        name: Which of the store's ledgers it is; a new one starts empty.
        strict: Whether an event that refers to something unknown is refused. Without it, such
            events are recorded and show among the findings of ``check``.
        clock: Where the instants of recording come from; it returns an aware datetime.
    """

    def __init__(
        self,
        store: Store,
        *,
        name: str = "career",
        strict: bool = True,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        if isinstance(cast("object", store), str | os.PathLike):
            raise StoreError(f"{store!r} is not a store; use Ledger.open({store!r})")
        self.strict = strict
        self._clock = clock
        self._journal = Journal(store, name)
        self._writer = Writer(self._journal, strict=strict, clock=clock)
        self._folds = Folds(self._journal)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        name: str = "career",
        strict: bool = True,
        timeout: float = 5.0,
        clock: Callable[[], datetime] = utc_now,
    ) -> Self:
        """Open the ledger in a SQLite file, which is made on first use.

        Args:
            path: The file.
            name: Which of the file's ledgers.
            strict: See ``Ledger``.
            timeout: How long to wait for another program that writes the file, in seconds.
            clock: See ``Ledger``.

        Raises:
            StoreError: The file cannot be used; its subclasses say why. It is as it was.
        """
        from careerledger.stores.sqlite import SQLiteStore  # noqa: PLC0415 - loads SQLite

        return cls(SQLiteStore(path, timeout=timeout), name=name, strict=strict, clock=clock)

    @classmethod
    def in_memory(cls, *, strict: bool = True, clock: Callable[[], datetime] = utc_now) -> Self:
        """Make a ledger that lasts as long as the program, for tests and trials."""
        return cls(MemoryStore(), strict=strict, clock=clock)

    @property
    def store(self) -> Store:
        """Where the ledger lives."""
        return self._journal.store

    @property
    def name(self) -> str:
        """Which of the store's ledgers it is."""
        return self._journal.name

    def close(self) -> None:
        """Close the store. The ledger cannot be used after that."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Ledger {self.name!r} in {self.store!r}>"

    # Recording

    @overload
    def record(
        self,
        fact: Fact,
        /,
        *,
        key: str | None = None,
        expect: int | None = None,
        amend: str | None = None,
    ) -> Entry[Action]: ...
    @overload
    def record(
        self, facts: Iterable[Fact], /, *, expect: int | None = None, amend: str | None = None
    ) -> list[Entry[Action]]: ...

    def record(
        self,
        facts: Fact | Iterable[Fact],
        /,
        *,
        key: str | None = None,
        expect: int | None = None,
        amend: str | None = None,
    ) -> Any:
        """Record an event, or several, all or none.

        Args:
            facts: An event or a draft, or several of them; they may refer to each other in any
                order.
            key: The import key of a single event. If the same content was recorded under the
                same key before, nothing is written and that entry is returned.
            expect: How many entries the ledger must have for this to be recorded.
            amend: What to do where a key stands for an entry with other content: amend that entry
                for this reason, unless it was voided, which it then stays. None: refuse.

        Returns:
            The entry, or the entries in the order given; those that were there already as they
            were recorded. When this returns, all is on disk.

        Raises:
            ConflictError: The ledger does not have ``expect`` entries.
            RecordError: An event cannot be a fact; the subclasses say why.
            CodecError: An event cannot be written as bytes.
            StoreError: The store cannot be written.
        """
        return self._writer.record(facts, key=key, expect=expect, amend=amend)

    def void(self, entry_id: str, *, reason: str) -> Entry[Event]:
        """Let an entry count as if it had never been recorded. It stays in the log.

        Args:
            entry_id: The id of the entry.
            reason: Why, for whoever reads the log.

        Returns:
            The entry that records the correction.

        Raises:
            UnknownEntryError: There is no such entry.
            CorrectionError: It is a correction itself, or was voided before.
        """
        return self._writer.void(entry_id, reason)

    def amend(self, entry_id: str, event: Action, *, reason: str) -> Entry[Event]:
        """Let an entry count as if this event had been recorded in its place.

        It keeps the entry's id and its place among the entries of the same day. Amending again
        replaces the amendment.

        Args:
            entry_id: The id of the entry.
            event: What it should have said; all of it, as ``entry.event.replace(hours=2)`` is.
            reason: Why, for whoever reads the log.

        Returns:
            The entry that records the correction.

        Raises:
            UnknownEntryError: There is no such entry.
            CorrectionError: It is a correction itself, or was voided.
            RecordError: The event cannot be a fact.
        """
        return self._writer.amend(entry_id, event, reason)

    def forget(self, kind: str, id_: str, /, *, reason: str) -> Entry[Event]:
        """Erase what the ledger holds about a person, wherever a field is marked personal.

        That something was forgotten is an entry itself. All other entries stay as they are, every
        proof still holds, and projections still count what is not personal; where a name stood,
        they say ``"forgotten"``. Ids and import keys stay: choose ones that name nobody.

        Nothing of it is left in the store when this returns, but it may be in backups and exports
        that were made before. If this is interrupted, or another program reads the store for too
        long, call it again.

        Args:
            kind: What kind of id the person has, such as ``"contact"``.
            id_: The person's id.
            reason: Why, for whoever reads the log; not a place for what is to be forgotten.

        Returns:
            The entry that says that something was forgotten; if it was before, and nothing was
            added since, that earlier one.

        Raises:
            UnknownReferenceError: Nothing introduced such an id.
            LockedError: Another program reads or writes the store for too long.
        """
        return self._writer.forget(kind, id_, reason)

    def export_subject(self, kind: str, id_: str, /) -> list[dict[str, Any]]:
        """Return all that the ledger holds about a person: each entry that names them.

        Entries stand as they were recorded, corrected ones and their corrections too.

        Args:
            kind: What kind of id the person has, such as ``"contact"``.
            id_: The person's id.

        Returns:
            For each entry, by number, its ``seq``, ``id``, ``recorded_at``, ``key``, ``type``,
            ``version`` and ``event``, as plain values for JSON.

        Raises:
            UnknownReferenceError: Nothing introduced such an id.
        """
        with self._journal.lock:
            entries = [as_plain(each) for each in self._journal.log(Query(names=f"{kind}:{id_}"))]
            if not entries:
                self._writer.check_known(kind, id_, len(self))
        return entries

    # Asking

    @overload
    def project(
        self, projection: type[Projection[A]], /, *, at: Day = None, known_at: Instant = None
    ) -> A: ...
    @overload
    def project(
        self,
        first: type[Projection[A]],
        second: type[Projection[B]],
        /,
        *,
        at: Day = None,
        known_at: Instant = None,
    ) -> tuple[A, B]: ...
    @overload
    def project(
        self,
        first: type[Projection[A]],
        second: type[Projection[B]],
        third: type[Projection[C]],
        /,
        *,
        at: Day = None,
        known_at: Instant = None,
    ) -> tuple[A, B, C]: ...
    @overload
    def project(
        self,
        first: Some,
        second: Some,
        third: Some,
        fourth: Some,
        /,
        *more: Some,
        at: Day = None,
        known_at: Instant = None,
    ) -> tuple[Any, ...]: ...

    def project(self, *projections: Some, at: Day = None, known_at: Instant = None) -> Any:
        """Answer one projection, or several in one pass over the log.

        Args:
            projections: Classes made by ``@projection``.
            at: The career as of this date; a month or year means its last day. Default: today.
            known_at: What the ledger knew at this instant, an aware datetime or ISO 8601 text;
                what was recorded later, corrections too, is out. Default: now.

        Returns:
            The view of a single projection, or a tuple of views.
        """
        for projection in projections:
            meta_of(projection)
        with self._journal.lock:
            upto = self._known(known_at)
            views = self._folds.views(projections, upto, self._day(at))
        return views[0] if len(views) == 1 else tuple(views)

    @overload
    def series(
        self,
        projection: type[Projection[A]],
        /,
        *,
        since: DateLike,
        until: Day = None,
        every: str = "month",
        known_at: Instant = None,
    ) -> list[tuple[date, A]]: ...
    @overload
    def series(
        self,
        first: type[Projection[A]],
        second: type[Projection[B]],
        /,
        *,
        since: DateLike,
        until: Day = None,
        every: str = "month",
        known_at: Instant = None,
    ) -> list[tuple[date, tuple[A, B]]]: ...
    @overload
    def series(
        self,
        first: Some,
        second: Some,
        third: Some,
        /,
        *more: Some,
        since: DateLike,
        until: Day = None,
        every: str = "month",
        known_at: Instant = None,
    ) -> list[tuple[date, tuple[Any, ...]]]: ...

    def series(
        self,
        *projections: Some,
        since: DateLike,
        until: Day = None,
        every: str = "month",
        known_at: Instant = None,
    ) -> Any:
        """Answer a projection over time, or several, in one pass over the log.

        Args:
            projections: Classes made by ``@projection``.
            every: ``"day"``, ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``: the answers are
                for the last day of each (a week ends on Sunday), and for ``until``.
            since: The first period is the one of this day; a month or year means its first day.
            until: The last answer's date; a month or year means its last day. Default: today.
            known_at: As in ``project``.

        Returns:
            The dates, each with the view of a single projection, or with a tuple of views; the
            earliest first.

        Raises:
            DateError: ``until`` lies before ``since``, or ``every`` is none of these.
        """
        for projection in projections:
            meta_of(projection)
        with self._journal.lock:
            upto = self._known(known_at)
            days = period_ends(every, PartialDate(since).first_day, self._day(until))
            views = self._folds.series(projections, upto, days)
        answers = [each[0] if len(each) == 1 else tuple(each) for each in views]
        return list(zip(days, answers, strict=True))

    def explain(
        self,
        projection: type[Projection[Any]],
        /,
        *,
        of: "answers.Measure | None" = None,
        at: Day = None,
        between: tuple[DateLike, DateLike] | None = None,
        known_at: Instant = None,
    ) -> "answers.Explanation":
        """Explain which entries a number rests on, or what moved it between two dates.

        Args:
            projection: A class made by ``@projection``.
            of: Which number of the view: the name of an attribute, or a function of the view.
                Default: its headline, such as the score.
            at: As in ``project``.
            between: Two dates, in place of ``at``: explain the change from the first to the
                second; a month or year means its last day.
            known_at: As in ``project``.

        Returns:
            The number, what time alone did to it, and the entries' shares, which sum to it; see
            ``careerledger.answers.explain`` for how they are found.

        Raises:
            DefinitionError: The view has no such number, or the dates are in the wrong order.
        """
        meta_of(projection)
        if between is None:
            day = self._day(at)
            history = self.entries(until=day, known_at=known_at)
            return answers.explain(projection, history, day, of)
        start, end = answers.dates_between(between, at)
        history = self.entries(until=end, known_at=known_at)
        return answers.explain_change(projection, history, (start, end), of)

    # Deciding

    def what_if(self, facts: Fact | Iterable[Fact] = (), /) -> "Ledger":
        """Return the ledger as it would be with these events too. Nothing is recorded here.

        Args:
            facts: An event or a draft, or several of them; they may lie in the future.

        Returns:
            A ledger of its own, in memory, whose today is the day on which all of them have
            happened. Recording into it, and closing it, leave this one as it is; what is recorded
            here afterwards does not show there.

        Raises:
            RecordError: An event cannot be a fact, as in ``record``.
        """
        one = isinstance(facts, Action | Draft) or not isinstance(cast("object", facts), Iterable)
        several = [cast("Fact", facts)] if one else list(cast("Iterable[Fact]", facts))
        going = self._branch(several)
        going.record(several)
        return going

    def _branch(self, facts: Sequence[Fact], /, *, lenient: bool = False) -> "Ledger":
        """Return a ledger that goes on in memory, at the time when all of these have happened."""
        from careerledger.stores.branch import BranchStore  # noqa: PLC0415 - few need it

        store = BranchStore(self.store)
        store.head(self.name)  # what is recorded here from now on is not in the branch
        now = self.now()
        events = [event for event, _ in proposals(facts)]
        days = [event.on.last_day for event in events if isinstance(event, Action)]
        last = min(max([self._today(), *days]), _LAST_DAY)
        noon = datetime.combine(last, time(12)).astimezone()
        later = max(now, noon)
        strict = self.strict and not lenient
        return Ledger(store, name=self.name, strict=strict, clock=lambda: later)

    def compare(
        self,
        futures: Mapping[str, Sequence[Action]] | None = None,
        /,
        *,
        projections: "Sequence[answers.Question] | None" = None,
        at: Day = None,
    ) -> "answers.Comparison":
        """Compare futures: what each would do to the numbers of this career.

        Args:
            futures: The events of each, by its name. None: the opportunities that were found and
                not decided, each as a year in the role it offers
                (``careerledger.answers.opportunities``).
            projections: What to compare: projections, by their headlines, or pairs of a projection
                and the number that is meant, such as ``(Stagnation, "content")``. Default: the
                vision, the network, both plateau clocks, and the fit with one's values.
            at: The date of all answers; default: the first on which all events have happened.

        Returns:
            The futures, with the career as it is for comparison, and what each event did.

        Raises:
            DefinitionError: A view has no such number.
            RecordError: An event cannot be a fact, as in ``record``.
        """
        if futures is None:
            futures = answers.opportunities(self.entries(), self._today())
        return answers.compare(
            self._branch,
            futures,
            answers.DEFAULT if projections is None else projections,
            None if at is None else as_of(at),
        )

    @overload
    def entries(
        self,
        *,
        types: Sequence[type[E]],
        since: Day = None,
        until: Day = None,
        known_at: Instant = None,
    ) -> Iterator[Entry[E]]: ...
    @overload
    def entries(
        self, *, since: Day = None, until: Day = None, known_at: Instant = None
    ) -> Iterator[Entry[Any]]: ...

    def entries(
        self,
        *,
        types: Sequence[type[Action]] | None = None,
        since: Day = None,
        until: Day = None,
        known_at: Instant = None,
    ) -> Iterator[Entry[Any]]:
        """Yield the history: entries with corrections applied, in the order things happened.

        Args:
            types: Only events of these classes.
            since: Only what happened on this day or later; a month or year means its first day.
            until: Only what happened up to this day; a month or year means its last day.
            known_at: As in ``project``.
        """
        with self._journal.lock:
            query = Query(
                upto=self._known(known_at),
                until=None if until is None else PartialDate(as_of(until)),
                behind=None if since is None else _before(PartialDate(since).first_day),
                types=None if types is None else _names_of(_several(types)),
            )
            history = self._journal.history(query)
        if types is None or query.types is not None:
            return history
        # Of every type that is known here.
        return (entry for entry in history if isinstance(entry.event, Action))

    def entry(self, number: int) -> Entry[Any]:
        """Return the entry with this number, as it was recorded.

        Raises UnknownEntryError where there is none.
        """
        entry = self._journal.entry(number)
        if entry is None:
            raise UnknownEntryError(
                f"ledger {self.name!r} has no entry #{number}; it has {len(self)}, from 1"
            )
        return entry

    def __iter__(self) -> Iterator[Entry[Event]]:
        """Yield the log: every entry as it was recorded, corrections too, by number."""
        return self._journal.log(Query(upto=len(self)))

    def __len__(self) -> int:
        """Return how many entries there are, corrections too."""
        return self._journal.head().size

    def __bool__(self) -> bool:
        """Return True, also for an empty ledger."""
        return True

    def root(self) -> bytes:
        """Return the root hash of the RFC 6962 Merkle tree over all entries; 32 bytes."""
        _, root = self._journal.root()
        return root

    def _known(self, known_at: Instant) -> int:
        """Return how many entries a question is about."""
        size = self._journal.refresh()
        if known_at is None:
            return size
        return self._journal.size_at(instant_text(as_instant(known_at)))

    def now(self) -> datetime:
        """Return the instant that the ledger's clock shows."""
        return self._clock()

    def _today(self) -> date:
        return self._clock().astimezone().date()

    def _day(self, at: Day) -> date:
        return self._today() if at is None else as_of(at)

    # Looking after it

    def check(
        self,
        *,
        at: Day = None,
        checks: "Iterable[answers.Check] | None" = None,
    ) -> "list[answers.Finding]":
        """List what looks wrong in the career as it is recorded, as data.

        Args:
            at: The day of the question, for what is overdue, expired or left open; a month or
                year means its last day. Default: today.
            checks: What to look for. Default: ``careerledger.answers.CHECKS``.

        Returns:
            The findings, in the order of the checks.
        """
        with self._journal.lock:
            unknown = self._journal.unknown_corrections(len(self))
            day = self._day(at)
        chosen = answers.CHECKS if checks is None else checks
        return answers.find([*self.entries(), *unknown], day, checks=chosen)

    # Carrying

    def backup(self, path: str | os.PathLike[str], /) -> None:
        """Write this ledger as it is now into a new ledger file, while others may go on writing.

        The file holds the same entries, byte for byte, with the same hashes. It is there whole or
        not at all.

        Args:
            path: The file to make; its folder must be there.

        Raises:
            OverwriteError: There is a file already.
            DamagedError: The entries do not lead to the ledger's head.
            ReadOnlyError: The file cannot be made.
        """
        journal.backup(self._journal, path)

    def export_jsonl(self, path: str | os.PathLike[str], /) -> None:
        """Write this ledger as it is now into a new text file, with nothing lost.

        The first line says how many entries follow and what their root hash is. Each other line is
        a JSON object: the ``entry`` byte for byte, its ``leaf`` hash, and what is kept beside the
        log about people (``personal``).

        Args:
            path: The file to make, readable by its owner alone.

        Raises:
            OverwriteError: There is a file already.
            DamagedError: The entries do not lead to the ledger's head.
            ReadOnlyError: The file cannot be made.
        """
        journal.export_jsonl(self._journal, path)

    def import_jsonl(self, path: str | os.PathLike[str], /) -> int:
        """Take over a ledger that ``export_jsonl`` wrote: byte for byte, with its hashes.

        This ledger must be empty, or hold the first entries of that one; what it holds is not
        written again.

        Args:
            path: The file.

        Returns:
            How many entries were new.

        Raises:
            ForeignFileError: The file is no such file, is incomplete or was changed, or is of
                another ledger. Nothing of it was recorded.
        """
        return journal.import_jsonl(self._journal, path)

    @staticmethod
    def recover(
        damaged: str | os.PathLike[str],
        new: str | os.PathLike[str],
        /,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> "list[journal.Loss]":
        """Save every entry of a damaged ledger file that still verifies into a new file.

        An entry is saved if its bytes have the hash that was kept with them. All ledgers of the
        file are saved, their entries in the order and with the ids that they had. Numbers close up
        where entries are missing; proofs and checkpoints hold up to there. A ledger whose own name
        is lost is called ``career``, or ``recovered-`` and a number if there is one already.

        Args:
            damaged: The file, which is only read.
            new: The file to make.
            clock: See ``Ledger``.

        Returns:
            What could not be saved.

        Raises:
            NotALedgerError: There is no such file.
            OverwriteError: There is a file where the new one is to be.
            DamagedError: Nothing could be saved.
        """
        return journal.recover_file(damaged, new, clock())

    # Proving

    def verify(
        self, *, since: str | None = None, public_key: "proofs.PublicKey | str | None" = None
    ) -> None:
        """Read and hash every entry, and compare all that the store derived from it.

        Args:
            since: A checkpoint of this ledger that was kept elsewhere: the ledger must go on from
                what was signed, with nothing changed, cut off or put in between.
            public_key: The key that must have signed it, or its text; None: whichever did.

        Raises:
            DamagedError: It names the first entry that does not fit.
            ProofError: The ledger does not go on from the checkpoint, or the checkpoint was not
                signed with that key.
        """
        checkpoint = None if since is None else proofs.Checkpoint.from_text(since, public_key)
        journal.verify_ledger(self._journal, checkpoint)

    def checkpoint(self, key: "proofs.SigningKey", /) -> str:
        """Sign what the ledger holds now: its size and root hash, as a C2SP checkpoint.

        Who keeps it elsewhere can show later that nothing up to then was changed (``verify``),
        and that an entry was there by then (``prove``).

        Args:
            key: The key of whoever keeps the ledger; its name is the checkpoint's origin.

        Raises:
            MissingExtraError: cryptography is not installed.
        """
        return proofs.Checkpoint(key.name, *self._journal.root()).signed(key)

    def prove(
        self, entry: Entry[Any] | str, /, *, checkpoint: str | None = None, disclose: bool = False
    ) -> "proofs.Proof":
        """Prove that an entry is in this ledger, without revealing the others.

        ``careerledger.proofs.verify`` checks it, without the ledger.

        Args:
            entry: The entry, or its id.
            checkpoint: The checkpoint that the proof is to lead to, and that its text then holds.
                None: one of the ledger as it is now.
            disclose: Whether it also shows what the entry says of other people.

        Raises:
            UnknownEntryError: The ledger has no such entry.
            ProofError: The entry was recorded after the checkpoint, or the ledger does not go on
                from it.
        """
        id_ = entry if isinstance(entry, str) else entry.id
        found = self._journal.find([id_]).get(id_)
        if found is None:
            raise unknown_entry(self.name, id_)
        return journal.prove_entry(self._journal, found.seq, checkpoint, disclose=disclose)


def _several(types: Any) -> list[object]:
    return [types] if isinstance(types, type) else list(types)


def _names_of(kinds: list[Any]) -> frozenset[str] | None:
    """The names on disk of these event classes and of their subclasses; None: of all."""
    for kind in kinds:
        if not (isinstance(kind, type) and issubclass(kind, Action)):
            raise DefinitionError(
                f"types holds {kind!r}, which is not an event class; "
                "give some such as CourseFinished"
            )
    if Action in kinds:
        return None
    return frozenset(k.__event__.name for k in catalogue if issubclass(k, tuple(kinds)))


_LAST_DAY = date(9999, 12, 28)
"""The last day on which a branch's clock can stand, with room for every time zone."""


def _before(day: date) -> Place:
    """The place before everything that begins on a day or later."""
    if day.day > 1:
        return (day.isoformat(), 0)
    return (f"{day.year:04}" if day.month == 1 else day.isoformat()[:7], 0)
