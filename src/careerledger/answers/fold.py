"""Answer projections, folding only what is new.

A fold is kept twice: its running state, for the next question of this process, and snapshots of
it in the store, for other processes and for going back. Both are used only where nothing up to
their place was recorded or corrected since.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from itertools import groupby, islice
from typing import Any, Final

from careerledger.answers.states import decode_state, encode_state
from careerledger.dates import PartialDate
from careerledger.errors import CodecError, DateError, StoreError
from careerledger.events import Event, catalogue
from careerledger.history import Entry, Place, place
from careerledger.journal.read import Reader, Window
from careerledger.projections import Projection
from careerledger.projections.base import Fold, advance, consumed_types, fingerprint, key_of
from careerledger.stores import Saved, Store

SNAPSHOT_EVERY: Final = 1000
"""How many entries are folded before it is worth saving the state."""


class _Kept:
    """A fold that later questions can go on from."""

    def __init__(self, fold: Fold[Any], seen: int) -> None:
        self.fold = fold
        self.seen = seen
        self.unsaved = 0
        """How many entries were folded since its state was last saved."""


class _Ahead:
    """A history that is taken up to one day after the other."""

    def __init__(self, history: Iterator[Entry[Event]]) -> None:
        self._history = history
        self._next = next(history, None)

    def until(self, end: str) -> Iterator[Entry[Event]]:
        """What has not been taken yet, up to a day."""
        while self._next is not None and place(self._next)[0] <= end:
            yield self._next
            self._next = next(self._history, None)


class Asker:
    """Answers projections, folding only what is new."""

    def __init__(self, store: Store, ledger: str, reader: Reader) -> None:
        self._store = store
        self._ledger = ledger
        self._reader = reader
        self._kept: dict[type[Projection[Any]], _Kept] = {}
        self._catalogue = catalogue.size
        self._forgettings = 0
        self._unsavable: set[type[Projection[Any]]] = set()

    def ask(self, projections: Sequence[type[Projection[Any]]], upto: int, day: date) -> list[Any]:
        """The views of projections at a day, from the first ``upto`` entries."""
        self._drop_what_is_stale()
        windows = {
            projection: Window(upto=upto, until=PartialDate(day), types=consumed_types(projection))
            for projection in projections
        }
        running = [self._start(projection, window) for projection, window in windows.items()]
        for reached, group in groupby(
            sorted(running, key=lambda kept: kept.fold.place), key=lambda kept: kept.fold.place
        ):
            together = list(group)
            self._advance(together, reached, _union(windows[k.fold.projection] for k in together))
        for kept in running:
            kept.seen = upto
            self._keep(kept, windows[kept.fold.projection])
        views = {kept.fold.projection: kept.fold.view(day) for kept in running}
        return [views[projection] for projection in projections]

    def series(
        self, projections: Sequence[type[Projection[Any]]], upto: int, days: Sequence[date]
    ) -> list[list[Any]]:
        """The views of projections at several days, the earliest first, in one pass.

        Returns, for each day, the views in the order of the projections.
        """
        self._drop_what_is_stale()
        first, last = (Window(upto=upto, until=PartialDate(day)) for day in (days[0], days[-1]))
        types = {projection: consumed_types(projection) for projection in projections}
        running = [self._start(kind, first._replace(types=types[kind])) for kind in types]
        views: list[dict[type[Projection[Any]], Any]] = [{} for _ in days]
        for reached, group in groupby(
            sorted(running, key=lambda kept: kept.fold.place), key=lambda kept: kept.fold.place
        ):
            together = list(group)
            windows = {kept: last._replace(types=types[kept.fold.projection]) for kept in together}
            ahead = _Ahead(self._reader.history(_union(windows.values()), reached))
            for day, found in zip(days, views, strict=True):
                count = advance([kept.fold for kept in together], ahead.until(PartialDate(day)))
                for kept in together:
                    kept.unsaved += count
                    found[kept.fold.projection] = kept.fold.view(day)
            for kept, window in windows.items():
                kept.seen = upto
                if kept.unsaved >= SNAPSHOT_EVERY and (made := self._snapshot(kept, window)):
                    self._save(kept.fold.projection, [made], window)
                self._keep(kept, window)
        return [[found[projection] for projection in projections] for found in views]

    def _drop_what_is_stale(self) -> None:
        """Keep no fold that met a type before it was known, or what was forgotten since."""
        self._reader.corrections(self._store.head(self._ledger).size)
        if (self._catalogue, self._forgettings) != (catalogue.size, self._reader.forgettings):
            self._catalogue, self._forgettings = catalogue.size, self._reader.forgettings
            self._kept.clear()

    def _start(self, projection: type[Projection[Any]], window: Window) -> _Kept:
        """The furthest state to go on from."""
        kept = self._kept.get(projection)
        if kept is not None and self._stands(kept.seen, kept.fold.place, window):
            # If a step fails, the state is half-way and must not be found again.
            return self._kept.pop(projection)
        for most in (1, None):  # the furthest is nearly always enough
            for saved in self._saved(projection, most):
                if self._stands(saved.seen, (saved.on, saved.seq), window):
                    with suppress(CodecError):
                        state = decode_state(projection, saved.state)
                        return _Kept(Fold(projection, state, (saved.on, saved.seq)), saved.seen)
        return _Kept(Fold(projection), 0)

    def _saved(self, projection: type[Projection[Any]], limit: int | None = None) -> list[Saved]:
        under = (self._ledger, key_of(projection), fingerprint(projection))
        return self._store.saved(*under, limit=limit)

    def _stands(self, seen: int, reached: Place, window: Window) -> bool:
        return (
            seen <= window.upto
            and reached[0] <= window.until
            and not self._reader.disturbed(seen, reached, window)
        )

    def _advance(self, together: list[_Kept], after: Place, window: Window) -> None:
        history = self._reader.history(window, after)
        folds = [kept.fold for kept in together]
        left = window.upto - max(kept.seen for kept in together)
        snapshots: dict[type[Projection[Any]], list[Saved]] = {}
        folded, whole = 0, True
        while whole:
            count = advance(folds, islice(history, SNAPSHOT_EVERY))
            folded += count
            whole = count == SNAPSHOT_EVERY
            for kept in together:
                kept.unsaved += count
            # After three quarters of what is left, and so on: older states are there to go back to.
            if whole and window.upto - max(fold.place[1] for fold in folds) > left // 4:
                continue
            left //= 4
            # At the end of a long way the last few entries are saved as well.
            few = SNAPSHOT_EVERY if whole or folded < SNAPSHOT_EVERY else 1
            for kept in together:
                if kept.unsaved >= few and (snapshot := self._snapshot(kept, window)):
                    snapshots.setdefault(kept.fold.projection, []).append(snapshot)
        for projection, made in snapshots.items():
            self._save(projection, made, window)

    def _snapshot(self, kept: _Kept, window: Window) -> Saved | None:
        projection = kept.fold.projection
        if projection in self._unsavable:
            return None
        on, seq = kept.fold.place
        try:
            state = encode_state(kept.fold.state)
        except CodecError:
            # A state that bytes cannot hold is folded from the start in each new process.
            self._unsavable.add(projection)
            return None
        kept.unsaved = 0
        return Saved(window.upto, on, seq, state)

    def _save(self, projection: type[Projection[Any]], made: list[Saved], window: Window) -> None:
        standing = [
            saved
            for saved in self._saved(projection)
            if self._stands(saved.seen, (saved.on, saved.seq), window)
        ]
        # An answer does not depend on it. A file from elsewhere may hold one of a day that is none.
        with suppress(StoreError, DateError):
            self._store.save(
                self._ledger,
                key_of(projection),
                fingerprint(projection),
                _thinned([*standing, *made]),
            )

    def _keep(self, kept: _Kept, window: Window) -> None:
        """Keep the fold that got furthest."""
        other = self._kept.get(kept.fold.projection)
        if (
            other is None
            or other.fold.place <= kept.fold.place
            or self._reader.disturbed(other.seen, other.fold.place, window)
        ):
            self._kept[kept.fold.projection] = kept


def _union(windows: Iterable[Window]) -> Window:
    """The window that sees what each of these sees; they differ in types alone."""
    windows = list(windows)
    types: frozenset[str] | None = frozenset()
    for window in windows:
        types = None if types is None or window.types is None else types | window.types
    return windows[0]._replace(types=types)


def _thinned(snapshots: Iterable[Saved]) -> list[Saved]:
    """The furthest snapshot, and older ones, each at least twice as far back as the one before."""
    ordered = sorted(snapshots, key=lambda saved: (saved.on, saved.seq, saved.seen))
    furthest = ordered.pop()
    kept, back = [furthest], 0
    for saved in reversed(ordered):
        days = PartialDate(furthest.on).ordinal - PartialDate(saved.on).ordinal
        if days >= max(1, 2 * back):
            kept.append(saved)
            back = days
    return kept
