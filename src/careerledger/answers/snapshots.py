"""Save running states in the store, and find one to go on from."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from careerledger.answers.states import decode_state, encode_state
from careerledger.dates import PartialDate
from careerledger.errors import CodecError, DateError, StoreError
from careerledger.history import Place
from careerledger.journal import Journal, Snapshot
from careerledger.projections import Projection
from careerledger.projections.base import Fold, key_of

__all__ = ["IsCurrent", "Snapshots"]

IsCurrent = Callable[[int, Place], bool]
"""Whether a state that has seen so many entries and reached this place may be gone on from."""


class Snapshots:
    """The snapshots of one ledger. They save time; no answer depends on them.

    One is refused where other code made it (the store compares its key), where something
    before its place was recorded or corrected since (``IsCurrent``), or where its bytes are not a
    state of the projection.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._unsavable: set[type[Projection[Any]]] = set()

    def find(
        self, projection: type[Projection[Any]], code: str, is_current: IsCurrent
    ) -> tuple[Fold[Any], int] | None:
        """Return the furthest fold that may be gone on from, with how many entries it has seen."""
        for limit in (1, None):  # the furthest is nearly always enough
            for snapshot in self._load(projection, code, limit):
                reached = (snapshot.on, snapshot.seq)
                if is_current(snapshot.seen, reached):
                    with suppress(CodecError):
                        state = decode_state(projection, snapshot.state)
                        return Fold(projection, state, reached), snapshot.seen
        return None

    def take(self, fold: Fold[Any], seen: int) -> Snapshot | None:
        """Return a snapshot of a fold as it is now; None: bytes cannot hold its state."""
        if fold.projection in self._unsavable:
            return None
        try:
            state = encode_state(fold.state)
        except CodecError:
            self._unsavable.add(fold.projection)
            return None
        return Snapshot(seen, *fold.place, state)

    def save(
        self,
        projection: type[Projection[Any]],
        code: str,
        new: list[Snapshot],
        is_current: IsCurrent,
    ) -> None:
        """Save new snapshots beside the current ones, few enough to be cheap to look through."""
        saved = self._load(projection, code)
        current = [one for one in saved if is_current(one.seen, (one.on, one.seq))]
        # A file from elsewhere may hold one of a day that no calendar has.
        with suppress(StoreError, DateError):
            self._journal.save(key_of(projection), code, _thinned([*current, *new]))

    def _load(
        self, projection: type[Projection[Any]], code: str, limit: int | None = None
    ) -> list[Snapshot]:
        return self._journal.snapshots(key_of(projection), code, limit)


def _thinned(snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """Return the furthest snapshot, and older ones, each at least twice as far back as the last."""
    ordered = sorted(snapshots, key=lambda one: (one.on, one.seq, one.seen))
    furthest = ordered.pop()
    thinned, back = [furthest], 0
    for snapshot in reversed(ordered):
        days = PartialDate(furthest.on).ordinal - PartialDate(snapshot.on).ordinal
        if days >= max(1, 2 * back):
            thinned.append(snapshot)
            back = days
    return thinned
