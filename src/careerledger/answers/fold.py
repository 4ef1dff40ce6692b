"""Answer projections, folding only what is new.

A fold is cached twice: its running state, for the next question of this process, and snapshots of
it in the store, for other processes and for earlier dates. Both are used only if nothing up to
their place was recorded or corrected since.

A question knows the first ``upto`` entries, and asks about dates up to ``until``. A fold knew the
first ``seen`` entries; ``reached`` is the place of the last entry it folded: a date, then a number.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby, islice
from typing import Any, Final

from careerledger.answers.code_key import code_key
from careerledger.answers.snapshots import IsCurrent, Snapshots
from careerledger.dates import PartialDate
from careerledger.events import Event, catalogue
from careerledger.history import Entry, Place, place
from careerledger.journal import Journal, Query, Snapshot
from careerledger.projections import Projection, View
from careerledger.projections.base import Fold, advance, consumed_types

__all__ = ["SNAPSHOT_EVERY", "Folds"]

SNAPSHOT_EVERY: Final = 1000
"""How many entries are folded before it is worth saving the state."""

AnyProjection = type[Projection[Any]]


class CachedFold:
    """A fold that later questions can go on from."""

    def __init__(self, fold: Fold[Any], seen: int, code: str | None) -> None:
        self.fold = fold
        self.code = code
        """The key of the code that folds; None: it cannot be known, so nothing of it is kept."""
        self.seen = seen
        """How many entries of the ledger it knew."""
        self.until = ""
        """The day up to which it folded them."""
        self.unsaved = 0
        """How many entries were folded since its state was last saved."""
        self._last_view: tuple[Place, date, View] | None = None

    def view(self, day: date) -> Any:
        """Return the view at a day: the same one again if nothing was folded since."""
        place_and_day = (self.fold.place, day)
        if self._last_view is not None and self._last_view[:2] == place_and_day:
            return self._last_view[2]
        view = self.fold.view(day)
        # What is no View may be a dict or a list, which its owner may change.
        self._last_view = (*place_and_day, view) if isinstance(view, View) else None
        return view


class HistoryCursor:
    """A history that is read up to one day after the other."""

    def __init__(self, history: Iterator[Entry[Event]]) -> None:
        self._history = history
        self._next = next(history, None)

    def until(self, end: str) -> Iterator[Entry[Event]]:
        """Yield the entries up to a day that were not read yet; read it to its end."""
        while self._next is not None and place(self._next)[0] <= end:
            yield self._next
            self._next = next(self._history, None)


class Folds:
    """The folds of one ledger, kept from one question to the next."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._snapshots = Snapshots(journal)
        self._cache: dict[AnyProjection, CachedFold] = {}
        self._cache_made_for = (catalogue.size, 0)

    def views(self, projections: Sequence[AnyProjection], upto: int, day: date) -> list[Any]:
        """Return the views of projections at a day, from the first ``upto`` entries."""
        self._drop_outdated()
        until = PartialDate(day)
        queries = {
            projection: Query(upto=upto, until=until, types=consumed_types(projection))
            for projection in projections
        }
        running = [self._take(projection, query) for projection, query in queries.items()]
        behind = [cached for cached in running if (cached.seen, cached.until) != (upto, until)]
        for reached, together in _by_place(behind):
            self._advance(
                together, reached, _union(queries[each.fold.projection] for each in together)
            )
        for cached in running:
            cached.seen, cached.until = upto, until
            self._keep(cached, queries[cached.fold.projection])
        views = {cached.fold.projection: cached.view(day) for cached in running}
        return [views[projection] for projection in projections]

    def series(
        self, projections: Sequence[AnyProjection], upto: int, days: Sequence[date]
    ) -> list[list[Any]]:
        """Return the views of projections at each of several days, in one pass.

        Args:
            projections: What is asked.
            upto: How many entries are known.
            days: The earliest first.
        """
        self._drop_outdated()
        types = {projection: consumed_types(projection) for projection in projections}
        first, last = (Query(upto=upto, until=PartialDate(day)) for day in (days[0], days[-1]))
        running = [self._take(kind, first._replace(types=types[kind])) for kind in types]
        views: list[dict[AnyProjection, Any]] = [{} for _ in days]
        for reached, together in _by_place(running):
            queries = {
                cached: last._replace(types=types[cached.fold.projection]) for cached in together
            }
            history = self._journal.history(_union(queries.values())._replace(behind=reached))
            cursor = HistoryCursor(history)
            for day, answers in zip(days, views, strict=True):
                count = advance(
                    [cached.fold for cached in together], cursor.until(PartialDate(day))
                )
                for cached in together:
                    cached.unsaved += count
                    answers[cached.fold.projection] = cached.view(day)
            for cached, query in queries.items():
                cached.seen, cached.until = upto, PartialDate(days[-1])
                if cached.unsaved >= SNAPSHOT_EVERY and (new := self._snapshot(cached, upto)):
                    self._save(cached, [new], query)
                self._keep(cached, query)
        return [[answers[projection] for projection in projections] for answers in views]

    def _drop_outdated(self) -> None:
        """Drop folds that skipped a type which is known by now, or hold what was forgotten."""
        made_for = (catalogue.size, self._journal.generation)
        if self._cache_made_for != made_for:
            self._cache_made_for = made_for
            self._cache.clear()

    def _take(self, projection: AnyProjection, query: Query) -> CachedFold:
        """Take a fold to go on from: the cached one, a saved one, or a new one."""
        is_current = self._is_current(query)
        cached, code = self._cache.get(projection), code_key(projection)
        if (
            cached is not None
            and cached.code == code
            and is_current(cached.seen, cached.fold.place)
        ):
            # If a step fails, the state is half-way and must not be found again.
            return self._cache.pop(projection)
        saved = code and self._snapshots.find(projection, code, is_current)
        return CachedFold(*(saved or (Fold(projection), 0)), code)

    def _is_current(self, query: Query) -> IsCurrent:
        upto, until = query.upto or 0, query.until or ""

        def is_current(seen: int, reached: Place) -> bool:
            return (
                seen <= upto
                and reached[0] <= until
                and not self._journal.changed_before(seen, reached, query)
            )

        return is_current

    def _advance(self, together: list[CachedFold], reached: Place, query: Query) -> None:
        """Take folds that have reached the same place through the rest of the history."""
        history = self._journal.history(query._replace(behind=reached))
        folds = [cached.fold for cached in together]
        upto = query.upto or 0
        left = upto - max(cached.seen for cached in together)
        snapshots: dict[CachedFold, list[Snapshot]] = {}
        folded, more = 0, True
        while more:
            count = advance(folds, islice(history, SNAPSHOT_EVERY))
            folded += count
            more = count == SNAPSHOT_EVERY
            for cached in together:
                cached.unsaved += count
            # Save after three quarters of the way, three quarters of the rest, and so on, so that
            # a question about an earlier date finds a state. The number of the last entry shows
            # only roughly how far it is, as the history is in the order of dates.
            if more and upto - max(fold.place[1] for fold in folds) > left // 4:
                continue
            left //= 4
            # At the end of a long way the last few entries are worth saving as well.
            worth_saving = SNAPSHOT_EVERY if more or folded < SNAPSHOT_EVERY else 1
            for cached in together:
                if cached.unsaved >= worth_saving and (snapshot := self._snapshot(cached, upto)):
                    snapshots.setdefault(cached, []).append(snapshot)
        for cached, new in snapshots.items():
            self._save(cached, new, query)

    def _save(self, cached: CachedFold, new: list[Snapshot], query: Query) -> None:
        """Save snapshots if the code is still what it was when the fold began."""
        projection = cached.fold.projection
        if cached.code and code_key(projection, anew=True) == cached.code:
            self._snapshots.save(projection, cached.code, new, self._is_current(query))

    def _snapshot(self, cached: CachedFold, seen: int) -> Snapshot | None:
        snapshot = self._snapshots.take(cached.fold, seen) if cached.code else None
        if snapshot is not None:
            cached.unsaved = 0
        return snapshot

    def _keep(self, cached: CachedFold, query: Query) -> None:
        """Keep the fold that got furthest, if it is known which code folds."""
        if cached.code is None:
            return
        other = self._cache.get(cached.fold.projection)
        if (
            other is None
            or other.code != cached.code
            or other.fold.place <= cached.fold.place
            or self._journal.changed_before(other.seen, other.fold.place, query)
        ):
            self._cache[cached.fold.projection] = cached


def _by_place(running: Iterable[CachedFold]) -> Iterator[tuple[Place, list[CachedFold]]]:
    """Yield the folds that have reached the same place together, the earliest place first."""

    def reached(cached: CachedFold) -> Place:
        return cached.fold.place

    for where, together in groupby(sorted(running, key=reached), key=reached):
        yield where, list(together)


def _union(queries: Iterable[Query]) -> Query:
    """Return the query for what any of these chooses; they differ in types alone."""
    queries = list(queries)
    types: frozenset[str] | None = frozenset()
    for query in queries:
        types = None if types is None or query.types is None else types.union(query.types)
    return queries[0]._replace(types=types)
