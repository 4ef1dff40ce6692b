"""Ledger: record events, correct them, and ask what they amount to."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import islice
from secrets import token_hex
from types import TracebackType
from typing import Any, Self, TypeVar, cast, overload

from careerledger import answers, journal, proofs
from careerledger.answers.fold import Folds
from careerledger.arguments import check_items, check_text, check_whole_number, wrong
from careerledger.dates import DateLike, PartialDate, as_instant, as_of, check_period, period_ends
from careerledger.errors import DefinitionError, StoreError
from careerledger.events import Action, Event, catalogue
from careerledger.events.correction import EntryAmended, EntryVoided
from careerledger.history import Draft, Entry, id_of
from careerledger.journal import Journal
from careerledger.journal.converter import instant_text
from careerledger.journal.personal import as_plain
from careerledger.journal.write import (
    Fact,
    Writer,
    proposals,
    read_clock,
    system_clock,
)
from careerledger.projections import Projection
from careerledger.projections.base import is_action, meta_of
from careerledger.statements import batches_to_undo
from careerledger.stores import Place, Query, Store
from careerledger.stores.descriptors import spare_descriptor
from careerledger.stores.memory import MemoryStore
from careerledger.text import shown

__all__ = ["Ledger"]

Day = DateLike | None
Instant = datetime | str | None
AnyProjection = type[Projection[Any]]
AnyEntry = Entry[Any] | str | int
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
E = TypeVar("E", bound=Action)
R = TypeVar("R", bound=EntryVoided | EntryAmended)


class Ledger:
    """One career as an append-only sequence of entries.

    Threads may share a ledger; any number of processes may open the same file.

    Args:
        store: The store that holds the ledger, and may hold others. It stays open when this ledger
            is closed.
        name: The name of the ledger in the store; a new one starts empty.
        strict: Whether to refuse events that refer to unknown ids. If False, such events are
            recorded, and ``check`` lists them.
        clock: A function that returns the current time as an aware datetime.
    """

    def __init__(
        self,
        store: Store,
        *,
        name: str = "career",
        strict: bool = True,
        clock: Callable[[], datetime] = system_clock,
    ) -> None:
        if isinstance(cast("object", store), str | os.PathLike):
            raise StoreError(f"{store!r} is not a store; use Ledger.open({store!r})")
        if isinstance(store, type) or not hasattr(store, "writing"):
            raise wrong("store", store, "it must be a store, such as SQLiteStore('ada.ledger')")
        if name != "":
            check_text("name", name, "career")
        if not callable(cast("object", clock)):
            raise wrong("clock", clock, "it must be a function that returns an aware datetime")
        self.strict = strict
        self._clock = clock
        self._opened_store = False
        self._use(Journal(store, name))

    def _use(self, journal: Journal) -> None:
        self._journal = journal
        self._writer = Writer(journal, strict=self.strict, clock=self._clock)
        self._folds = Folds(journal)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        name: str = "career",
        strict: bool = True,
        timeout: float = 5.0,
        owner: int | str | None = None,
        clock: Callable[[], datetime] = system_clock,
    ) -> Self:
        """Open a ledger in a SQLite file, which is created if it does not exist.

        Args:
            path: The file.
            name: The name of the ledger in the file.
            strict: See ``Ledger``.
            timeout: Seconds to wait while another program writes the file.
            owner: Another user to whom the file may belong, by name or number (uid). None: it
                must belong to the user who runs the program, even if that is root.
            clock: See ``Ledger``.

        Raises:
            StoreError: The file cannot be used, and was not changed.
        """
        from careerledger.stores.sqlite import SQLiteStore  # noqa: PLC0415 - loads SQLite

        store = SQLiteStore(path, timeout=timeout, owner=owner)
        ledger = cls(store, name=name, strict=strict, clock=clock)
        ledger._opened_store = True
        return ledger

    @classmethod
    def in_memory(
        cls, *, strict: bool = True, clock: Callable[[], datetime] = system_clock
    ) -> Self:
        """Create a ledger that exists only in memory, for tests and trials."""
        ledger = cls(MemoryStore(), strict=strict, clock=clock)
        ledger._opened_store = True
        return ledger

    @property
    def store(self) -> Store:
        """The store that holds the ledger."""
        return self._journal.store

    @property
    def name(self) -> str:
        """The name of the ledger in its store."""
        return self._journal.name

    def close(self) -> None:
        """Close the store if this ledger opened it; it cannot be used afterwards.

        A store that was passed to ``Ledger`` stays open, for its other ledgers and for this one.
        """
        if self._opened_store:
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
        event: E,
        /,
        *,
        key: str | None = None,
        expect: int | None = None,
        amend: str | None = None,
    ) -> Entry[E]: ...
    @overload
    def record(self, correction: R, /, *, expect: int | None = None) -> Entry[R]: ...
    @overload
    def record(
        self,
        draft: Draft,
        /,
        *,
        key: str | None = None,
        expect: int | None = None,
        amend: str | None = None,
    ) -> Entry[Action]: ...
    @overload
    def record(
        self, events: Iterable[E], /, *, expect: int | None = None, amend: str | None = None
    ) -> list[Entry[E]]: ...
    @overload
    def record(
        self,
        facts: Iterable[Action | Draft],
        /,
        *,
        expect: int | None = None,
        amend: str | None = None,
    ) -> Sequence[Entry[Action]]: ...
    @overload
    def record(
        self, facts: Iterable[Fact], /, *, expect: int | None = None, amend: str | None = None
    ) -> Sequence[Entry[Event]]: ...
    @overload
    def record(self, plan: "answers.Plan", /) -> list[Entry[Event]]: ...

    def record(
        self,
        facts: "Fact | Iterable[Fact] | answers.Plan",
        /,
        *,
        key: str | None = None,
        expect: int | None = None,
        amend: str | None = None,
    ) -> Any:
        """Record one event or several, all or none; they are on disk when this returns.

        Args:
            facts: An event, a draft, or a correction (``EntryVoided``, ``EntryAmended``), or an
                iterable of them, which may refer to each other in any order; or a plan.
            key: An import key for a single event. Recording the same event under the same key
                again writes nothing and returns the existing entry.
            expect: The number of entries that the ledger must have, or nothing is recorded.
            amend: If a key exists with another event, amend its entry with this text as reason;
                a voided entry stays voided. None: raise an error.

        Returns:
            The new or existing entry; for an iterable, a list of entries in the same order.

        Raises:
            ConflictError: The ledger does not have ``expect`` entries, or has others than when
                the plan was made.
            RecordError: An event is refused; its subclasses name the reasons.
            CodecError: An event cannot be written as JSON.
            StoreError: The store cannot be written.
        """
        if isinstance(facts, answers.Plan):
            return self._writer.state(facts.statements, facts.source, size=facts.size)
        return self._writer.record(facts, key=key, expect=expect, amend=amend)

    @contextmanager
    def batch(self) -> Generator[None, None, None]:
        """Record everything within a ``with`` block in one batch, which ``undo`` takes back whole.

        Other threads that record in this ledger wait for the end of the block.
        """
        with self._writer.batch():
            yield

    def plan(self, reading: "answers.Reading", /, *, prune: bool = False) -> "answers.Plan":
        """Compare what a file states with this ledger; write nothing.

        Args:
            reading: What a format of ``careerledger.interop`` read from a file.
            prune: Whether recording the plan takes back what the file no longer states.

        Returns:
            The plan, which ``record`` records whole, in one batch.
        """
        if not isinstance(cast("object", reading), answers.Reading):
            raise wrong("reading", reading, "it must be what a format of interop read from a file")
        with self._journal.lock:
            self._journal.refresh()
            plan = answers.make_plan(
                reading,
                list(self),
                salt=token_hex(8),
                forgotten=self._writer.forgotten_names(),
                prune=prune,
            )
            branch = self.what_if()
        return plan.without_refused(branch.record)

    def undo(
        self, batch: str | None = None, /, *, source: str | None = None, reason: str | None = None
    ) -> list[Entry[Any]]:
        """Undo a batch: what was recorded in it counts as if it had never been recorded.

        Undoing the batch of an undo brings back what that took away.

        Args:
            batch: The name of the batch, as its entries have it. None: the last batch in force
                that is not an undo.
            source: Undo all batches of this source instead.
            reason: The reason, for readers of the log.

        Returns:
            The new entries: the undo, and the corrections that follow from it.

        Raises:
            CorrectionError: There is no such batch in force.
            ReferencedError: Entries of other batches refer to an id that would no longer exist.
            IntroducedTwiceError: An id would be introduced twice.
        """
        for name, text in (("batch", batch), ("source", source), ("reason", reason)):
            if text is not None:
                check_text(name, text, {"batch": "12", "source": "resume"}.get(name, "a mistake"))
        return self._writer.undo(batches_to_undo(self, batch, source), reason)

    def void(self, entry: Entry[Any] | str, *, reason: str, cascade: bool = False) -> Entry[Event]:
        """Void an entry: it stays in the log, but counts as if it had never been recorded.

        Args:
            entry: The entry, or its id.
            reason: The reason, for readers of the log.
            cascade: Whether to void, for the same reason, the entries that refer to the id which
                this one introduces, those that refer to theirs, and so on.

        Returns:
            The new entry with the correction of this entry.

        Raises:
            UnknownEntryError: The ledger has no such entry.
            CorrectionError: The entry is a correction itself, or is voided already.
            ReferencedError: Other entries refer to the id that this entry introduces.
        """
        return self._writer.void(entry, reason, cascade=cascade)

    def amend(self, entry: Entry[Any] | str, event: Action, *, reason: str) -> Entry[Event]:
        """Amend an entry: it counts as if this event had been recorded instead.

        The entry keeps its id and its place among entries of the same day. Amending it again
        replaces the amendment.

        Args:
            entry: The entry, or its id.
            event: The whole new event, such as ``entry.event.replace(hours=2)``.
            reason: The reason, for readers of the log.

        Returns:
            The new entry with the correction.

        Raises:
            UnknownEntryError: The ledger has no such entry.
            CorrectionError: The entry is a correction itself, or is voided.
            ReferencedError: Other entries refer to the id that this entry introduced; see
                ``rename``.
            RecordError: The event is refused, as in ``record``.
        """
        return self._writer.amend(entry, event, reason)

    def rename(self, kind: str, old: str, new: str, /, *, reason: str) -> list[Entry[Event]]:
        """Rename an id: every entry that introduces it or refers to it is amended, or none.

        Args:
            kind: The kind of the id, such as ``"contact"``.
            old: The id.
            new: The new id, which no entry in force may name.
            reason: The reason, for readers of the log.

        Returns:
            The new entries with the corrections.

        Raises:
            UnknownReferenceError: No event introduced the old id.
            IntroducedTwiceError: The new id is in use.
            CorrectionError: An entry cannot be amended, such as one of an unknown type.
        """
        return self._writer.rename(kind, old, new, reason)

    def forget(self, kind: str, id_: str, /, *, reason: str) -> Entry[Event]:
        """Erase the personal data about someone, in every field that is marked personal.

        The person is forgotten under every id that ``rename`` or an amendment gave, earlier or
        later. Erased text reads as ``"forgotten"``. Everything else stays: other data, proofs,
        and the ids and import keys, so choose ones that name nobody. No erased data is left in
        the store when this returns; backups and exports from before still contain it. If this is
        interrupted or raises LockedError, call it again.

        Args:
            kind: The kind of the person's id, such as ``"contact"``.
            id_: The person's id.
            reason: The reason, for readers of the log; it is not erased.

        Returns:
            The entry that records the erasure; the earlier one if nothing was added since.

        Raises:
            UnknownReferenceError: No event introduced the id.
            LockedError: Another program uses the store for too long.
        """
        return self._writer.forget(kind, id_, reason)

    def delete(self) -> None:
        """Delete this whole ledger from its store: an account that is closed. No one can undo it.

        No byte of it is left in the store when this returns: no entry, personal data, correction or
        saved state. Backups and exports from before still contain it. Other ledgers of the store
        stay. This ledger is empty then; what you record begins it anew. If this is interrupted or
        raises LockedError, call it again.

        Raises:
            StoreError: The ledger is being written by this thread.
            LockedError: Another program uses the store for too long.
        """
        self._writer.delete()

    def export_subject(self, kind: str, id_: str, /) -> list[dict[str, Any]]:
        """Return every entry that names a person, under any id that the person had.

        Args:
            kind: The kind of the person's id, such as ``"contact"``.
            id_: The person's id.

        Returns:
            The entries by number, as recorded, corrections included, each as a dict for JSON with
            ``seq``, ``id``, ``recorded_at``, ``key``, ``type``, ``version`` and ``event``.

        Raises:
            UnknownReferenceError: No event introduced the id.
        """
        with self._journal.lock:
            return [as_plain(entry) for entry in self._writer.entries_about(kind, id_)]

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
        first: AnyProjection,
        second: AnyProjection,
        third: AnyProjection,
        fourth: AnyProjection,
        /,
        *more: AnyProjection,
        at: Day = None,
        known_at: Instant = None,
    ) -> tuple[Any, ...]: ...

    def project(self, *projections: AnyProjection, at: Day = None, known_at: Instant = None) -> Any:
        """Return the view of a projection, or the views of several in one pass over the log.

        Args:
            projections: Classes decorated with ``@projection``.
            at: The date of the answer; a month or year means its last day. Default: today.
            known_at: Ignore all entries recorded after this instant, an aware datetime or
                ISO 8601 text. Default: now.

        Returns:
            The view of a single projection, or a tuple of views.

        Raises:
            DefinitionError: A class is not a projection.
            DateError: ``at`` is not a date, or ``known_at`` is not an instant.
        """
        for projection in projections:
            meta_of(projection)
        with self._journal.lock:
            upto = self._size_at(known_at)
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
        first: AnyProjection,
        second: AnyProjection,
        third: AnyProjection,
        /,
        *more: AnyProjection,
        since: DateLike,
        until: Day = None,
        every: str = "month",
        known_at: Instant = None,
    ) -> list[tuple[date, tuple[Any, ...]]]: ...

    def series(
        self,
        *projections: AnyProjection,
        since: DateLike,
        until: Day = None,
        every: str = "month",
        known_at: Instant = None,
    ) -> Any:
        """Return the views of one projection or several at regular dates, in one pass.

        Args:
            projections: Classes decorated with ``@projection``.
            since: A date in the first period; a month or year means its first day.
            until: The last date; a month or year means its last day. Default: today.
            every: ``"day"``, ``"week"`` (to Sunday), ``"month"``, ``"quarter"`` or ``"year"``;
                the dates are the last days of these periods, and ``until``.
            known_at: As in ``project``.

        Returns:
            Pairs of a date and the view, or a tuple of views, the earliest first.

        Raises:
            DateError: ``until`` lies before ``since``, or ``every`` is another word.
        """
        for projection in projections:
            meta_of(projection)
        with self._journal.lock:
            upto = self._size_at(known_at)
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
        """Explain how much each entry contributes to a number, or to its change.

        Args:
            projection: A class decorated with ``@projection``.
            of: The number: the name of an attribute of the view, or a function of the view.
                Default: its headline, such as the score.
            at: As in ``project``.
            between: Two dates instead of ``at``, to explain the change from the first to the
                second; a month or year means its last day.
            known_at: As in ``project``.

        Returns:
            The number, the effect of time alone, and the share of each entry; together they sum
            to the number. ``careerledger.answers.explain`` describes the method.

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
        """Return a copy of this ledger in which these events have happened too.

        Args:
            facts: What ``record`` accepts; events may lie in the future.

        Returns:
            An independent ledger in memory. Its "today" is the date of the last of these events,
            unless that has passed.

        Raises:
            RecordError: An event is refused, as in ``record``.
        """
        is_one = isinstance(facts, Event | Draft) or not isinstance(cast("object", facts), Iterable)
        events = [cast("Fact", facts)] if is_one else list(cast("Iterable[Fact]", facts))
        branch = self._branch(events)
        branch.record(events)
        return branch

    def _branch(self, facts: Sequence[Fact], /, *, lenient: bool = False) -> "Ledger":
        """Return a copy in memory, whose clock shows the day of the last of these events."""
        from careerledger.stores.branch import BranchStore  # noqa: PLC0415 - few need it

        store = BranchStore(self.store)
        store.head(self.name)  # later entries of this ledger are not in the branch
        now = self.now()
        events = [event for event, *_ in proposals(facts)]
        stated = [event.event if isinstance(event, EntryAmended) else event for event in events]
        days = [event.on.last_day for event in stated if isinstance(event, Action)]
        last = min(max([self._today(), *days]), _LAST_DAY)
        noon = datetime.combine(last, time(12), now.tzinfo)
        later = max(now, noon)
        self._journal.refresh()  # what is forgotten from now on is forgotten in the branch
        strict = self.strict and not lenient
        branch = Ledger(store, name=self.name, strict=strict, clock=lambda: later)
        branch._use(Journal(store, self.name, parent=self._journal))
        branch._opened_store = True
        return branch

    def compare(
        self,
        futures: Mapping[str, Sequence[Action]] | None = None,
        /,
        *,
        projections: "Sequence[answers.Question] | None" = None,
        at: Day = None,
    ) -> "answers.Comparison":
        """Compare hypothetical futures by the numbers of several projections.

        Args:
            futures: The events of each future, by the future's name. None: a year in the role of
                each undecided opportunity (``careerledger.answers.opportunities``).
            projections: The numbers to compare: projections, which means their headlines, or
                pairs such as ``(Stagnation, "content")``. Default: vision alignment, network
                growth, both plateau clocks, and the fit with your values.
            at: The date of all answers. Default: the date of the last event, or today if later.

        Returns:
            The numbers of each future beside those of the present, and the effect of each event.

        Raises:
            DefinitionError: A view has no such number.
            RecordError: An event is refused, as in ``record``.
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
        types: Iterable[type[E]] | type[E],
        since: Day = None,
        until: Day = None,
        known_at: Instant = None,
        newest_first: bool = False,
        limit: int | None = None,
        after: AnyEntry | None = None,
    ) -> Iterator[Entry[E]]: ...
    @overload
    def entries(
        self,
        *,
        types: None = None,
        since: Day = None,
        until: Day = None,
        known_at: Instant = None,
        newest_first: bool = False,
        limit: int | None = None,
        after: AnyEntry | None = None,
    ) -> Iterator[Entry[Any]]: ...

    def entries(
        self,
        *,
        types: Iterable[type[Action]] | type[Action] | None = None,
        since: Day = None,
        until: Day = None,
        known_at: Instant = None,
        newest_first: bool = False,
        limit: int | None = None,
        after: AnyEntry | None = None,
    ) -> Iterator[Entry[Any]]:
        """Yield the history: entries with corrections applied, in the order of their dates.

        Entries of one date follow each other by number. ``"2024"`` comes before ``"2024-01"``,
        and that before ``"2024-01-01"``. To show a career page by page, pass the last entry of a
        page as ``after`` of the next; each page takes the same time.

        Args:
            types: Only events of these classes and their subclasses.
            since: The first date; a month or year means its first day.
            until: The last date; a month or year means its last day.
            known_at: As in ``project``.
            newest_first: Whether to reverse the order.
            limit: At most so many entries. Default: all.
            after: Only entries that follow this one in the order: an entry, its id or its number.
                It need not be among those that the other arguments choose. An entry stands for
                the date that it had when you read it; an id or a number, for the date that the
                entry has now.

        Raises:
            DateError: ``until`` lies before ``since``.
            DefinitionError: ``types`` contains something other than event classes.
            UnknownEntryError: The ledger has no entry ``after``.
        """
        if limit is not None:
            check_whole_number("limit", limit, 0, "20")
        first = None if since is None else PartialDate(since).first_day
        last = None if until is None else as_of(until)
        if first is not None and last is not None:
            check_period(first, last)
        with self._journal.lock:
            upto = self._size_at(known_at)
            query = Query(
                upto=upto,
                until=None if last is None else PartialDate(last),
                behind=None if first is None else _before(first),
                types=None if types is None else _names_of(types),
                order="latest" if newest_first else "place",
                limit=limit,
            )
            if after is not None:
                place = self._journal.place_of(after, upto)
                if newest_first:
                    query = query._replace(before=place)
                else:
                    query = query._replace(behind=max(place, query.behind or place))
            history = self._journal.history(query)
        if types is not None and query.types is None:
            # All known types: Action is among the classes.
            history = (entry for entry in history if isinstance(entry.event, Action))
        return history if limit is None else islice(history, min(limit, upto))

    def entry(self, entry: AnyEntry, /) -> Entry[Any]:
        """Return an entry as it was recorded.

        Args:
            entry: Its number, its id, or the entry itself, which a correction may have changed.

        Raises:
            UnknownEntryError: The ledger has no such entry.
        """
        return self._journal.entry(entry)

    def __iter__(self) -> Iterator[Entry[Event]]:
        """Yield the log: every entry as it was recorded, corrections included, by number."""
        return self._journal.log(Query(upto=len(self)))

    def __len__(self) -> int:
        """Return the number of entries, corrections included."""
        return self._journal.head().size

    def __bool__(self) -> bool:
        """Return True, even for an empty ledger."""
        return True

    def root(self) -> bytes:
        """Return the 32-byte root hash of the RFC 6962 Merkle tree over all entries."""
        _, root = self._journal.root()
        return root

    def _size_at(self, known_at: Instant) -> int:
        """Return the number of entries that were recorded up to an instant."""
        size = self._journal.refresh()
        if known_at is None:
            return size
        return self._journal.size_at(instant_text(as_instant(known_at)))

    def now(self) -> datetime:
        """Return the time of the ledger's clock, as an aware datetime."""
        return read_clock(self._clock)

    def _today(self) -> date:
        return self.now().date()

    def _day(self, at: Day) -> date:
        return self._today() if at is None else as_of(at)

    # Checking

    def check(
        self,
        *,
        at: Day = None,
        checks: "Iterable[answers.Check] | None" = None,
    ) -> "list[answers.Finding]":
        """Return findings: entries that look wrong, overdue, expired or left open.

        Args:
            at: The date of the answer; a month or year means its last day. Default: today.
            checks: The checks to run. Default: ``careerledger.answers.CHECKS``, and
                ``clock_findings`` about the instants of recording.

        Returns:
            The findings, in the order of the checks.
        """
        with self._journal.lock:
            unknown = self._journal.unknown_corrections(len(self))
            now, day = self.now(), self._day(at)
        history = [*self.entries(), *unknown]
        if checks is not None:
            return answers.find(history, day, checks=checks)
        later = Query(after=self._size_at(now))  # corrections too, which are not in the history
        log = {entry.seq: entry for entry in [*history, *self._journal.log(later)]}
        return [*answers.find(history, day), *answers.clock_findings(log.values(), now)]

    # Copying

    def backup(self, path: str | os.PathLike[str], /) -> None:
        """Copy this ledger, byte for byte, into a new ledger file; writers need not stop.

        Args:
            path: The file to create, whole or not at all; its folder must exist.

        Raises:
            OverwriteError: The file exists already.
            DamagedError: The entries do not match the ledger's size or hash.
            ReadOnlyError: The file cannot be created.
        """
        journal.backup(self._journal, path)

    def export_jsonl(self, path: str | os.PathLike[str], /) -> None:
        """Export the whole ledger to a new JSON Lines file, from which it can be restored.

        The first line holds the number of entries and the root hash. Each other line is a JSON
        object with an ``entry`` byte for byte, its ``leaf`` hash and its ``personal`` data.

        Args:
            path: The file to create, readable by its owner alone.

        Raises:
            OverwriteError, DamagedError, ReadOnlyError: As in ``backup``.
        """
        journal.export_jsonl(self._journal, path)

    def import_jsonl(self, path: str | os.PathLike[str], /) -> int:
        """Import a ledger that ``export_jsonl`` wrote, byte for byte.

        This ledger must be empty, or contain exactly the first entries of that one.

        Args:
            path: The file.

        Returns:
            The number of new entries.

        Raises:
            ForeignFileError: The file is not an export, is incomplete or altered, or is from
                another ledger; nothing was recorded.
        """
        return journal.import_jsonl(self._journal, path)

    @staticmethod
    def recover(
        damaged: str | os.PathLike[str],
        new: str | os.PathLike[str],
        /,
        *,
        clock: Callable[[], datetime] = system_clock,
    ) -> "list[journal.Loss]":
        """Recover the intact entries of a damaged ledger file into a new file.

        An entry is intact if its bytes match its hash. All ledgers in the file are recovered;
        entries keep their order and ids. After a lost entry numbers move up, and proofs and
        checkpoints no longer hold. A ledger that lost its name becomes
        ``career``, or ``recovered-`` and a number if that name is taken.

        Args:
            damaged: The damaged file; it is not changed.
            new: The file to create.
            clock: See ``Ledger``.

        Returns:
            The losses: entries and ledgers that could not be recovered.

        Raises:
            NotALedgerError: The damaged file does not exist.
            OverwriteError: The new file exists already.
            DamagedError: Nothing could be recovered.
        """
        return journal.recover_file(damaged, new, read_clock(clock))

    # Proving

    def verify(
        self, *, since: str | None = None, public_key: "proofs.PublicKey | str | None" = None
    ) -> None:
        """Verify the hash of every entry, and everything that the store derived from entries.

        Args:
            since: An earlier checkpoint of this ledger, stored elsewhere; the ledger must extend
                it, with nothing changed, removed or inserted.
            public_key: The key that must have signed the checkpoint, or its text. None: any key.

        Raises:
            DamagedError: An entry is damaged; the message names the first one.
            ProofError: The ledger does not extend the checkpoint, or another key signed it.
        """
        with spare_descriptor():
            checkpoint = None if since is None else proofs.Checkpoint.from_text(since, public_key)
            journal.verify_ledger(self._journal, checkpoint)

    def checkpoint(self, key: "proofs.SigningKey", /) -> str:
        """Sign the size and root hash of the ledger, as a C2SP checkpoint.

        Store the checkpoint elsewhere: later it shows that no earlier entry was changed
        (``verify``), and that an entry existed by then (``prove``).

        Args:
            key: Your signing key; its name becomes the checkpoint's origin.

        Returns:
            The text of the checkpoint.

        Raises:
            MissingExtraError: The package cryptography is not installed.
        """
        name = getattr(key, "name", "")  # of anything else, signing says what it must be
        return proofs.Checkpoint(name, *self._journal.root()).signed(key)

    def prove(
        self, entry: Entry[Any] | str, /, *, checkpoint: str | None = None, disclose: bool = False
    ) -> "proofs.Proof":
        """Prove that an entry is in this ledger, without revealing other entries.

        Args:
            entry: The entry, or its id.
            checkpoint: The checkpoint that contains the entry. Default: the ledger's present
                size and root hash, unsigned.
            disclose: Whether the proof reveals the entry's personal data.

        Returns:
            A proof that ``careerledger.proofs.verify`` checks without the ledger.

        Raises:
            UnknownEntryError: The ledger has no such entry.
            ProofError: The entry was recorded after the checkpoint, or the ledger does not
                extend the checkpoint.
        """
        seq = self._journal.entry(id_of(entry)).seq
        return journal.prove_entry(self._journal, seq, checkpoint, disclose=disclose)


def _names_of(types: Any) -> frozenset[str] | None:
    """Return the names on disk of event classes and their subclasses; None for all classes."""
    kinds: list[Any] = (
        [types] if isinstance(types, type) else check_items("types", types, "[ContactMade]")
    )
    unfit = [shown(kind) for kind in kinds if not is_action(kind)]
    if unfit:
        raise DefinitionError(
            f"types contains {unfit[0]}, which is not an event class; "
            "use classes such as CourseFinished"
        )
    if Action in kinds:
        return None
    return frozenset(k.__event__.name for k in catalogue if issubclass(k, tuple(kinds)))


_LAST_DAY = date(9999, 12, 28)
"""The latest date of a branch's clock; in every time zone it is still within year 9999."""


def _before(day: date) -> Place:
    """Return the place before all dates that begin on this day or later."""
    if day.day > 1:
        return (day.isoformat(), 0)
    return (f"{day.year:04}" if day.month == 1 else day.isoformat()[:7], 0)
