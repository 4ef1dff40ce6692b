"""Why a number is what it is: which entries make it, and what moved it between two dates."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Protocol, cast, runtime_checkable

import attrs

from careerledger.dates import DateLike, PartialDate, as_of
from careerledger.errors import DefinitionError
from careerledger.events import Event
from careerledger.history import Entry, check_history, place
from careerledger.projections import Projection
from careerledger.projections.base import Fold, advance, consumed_types, meta_of
from careerledger.projections.view import View
from careerledger.text import shown

__all__ = ["EntryShare", "Explanation", "Measure", "explain", "explain_change", "measured"]

Measure = str | Callable[[Any], float | None]
"""Which number of a view: the name of an attribute, or a function of the view."""


@attrs.frozen(kw_only=True)
class EntryShare(View):
    """What one entry did to a number."""

    seq: int
    """The entry's number."""
    id: str
    type: str
    on: PartialDate | None
    share: float
    """In the unit of the number; below 0 where the entry lowered it."""


@attrs.frozen(kw_only=True)
class Explanation(View):
    """A number of a view, in parts that sum to it: ``value = before + fading + Σ shares``.

    Nothing to go on (None) counts as 0 in the sum.
    """

    HEADLINE = "value"

    projection: str
    of: str
    """Which number of the projection's view."""
    since: date | None
    """The earlier date, where a change is explained."""
    at: date
    before: float | None
    """The number at the earlier date, or else without any entry, as the half that an agency
    starts from; None where there was nothing to go on."""
    fading: float
    """What time alone did to it between the dates."""
    value: float | None
    """The number at the date."""
    shares: tuple[EntryShare, ...]
    """Largest first, whichever their sign; entries without any share are left out."""


@runtime_checkable
class Attributing(Protocol):
    """A projection that knows the entries' shares of its headline."""

    def attribute(self, history: Iterable[Entry[Event]], at: date) -> dict[int, float]:
        """Return the share of each entry by its number; they sum to the headline at that date."""
        ...


def measured(view: object, of: Measure | None) -> float | None:
    """Return one number of a view; None where it has nothing to go on.

    Args:
        view: What a projection answered.
        of: Which number; None: the view itself if it is one, else its headline.

    Raises:
        DefinitionError: There is no such number.
    """
    if callable(of):
        try:
            value: object = of(view)
        except (AttributeError, LookupError, TypeError) as error:
            raise DefinitionError(
                f"the function passed as of={name_of(view, of)!r} failed on {type(view).__name__}: "
                f"{error}; return None when there is no number"
            ) from error
    elif of is None and (view is None or isinstance(view, int | float)):
        value = view
    else:
        name = name_of(view, of)
        if not hasattr(view, name):
            raise DefinitionError(_without_number(view, of))
        value = getattr(view, name)
    if value is not None and (not isinstance(value, int | float) or isinstance(value, bool)):
        raise DefinitionError(
            f"{shown(value)} of {type(view).__name__} is not a number; name one of its "
            "numbers, as of='active' or of=lambda view: len(view.contacts)"
        )
    return value


def _without_number(view: object, of: Measure | None) -> str:
    """Return what to pass as ``of`` for a view that has no such number."""
    subject = f"the view is a {type(view).__name__}, which"
    what = "is no number" if of is None else f"has no {shown(of)}"
    numbers = _numbers_of(view)
    if numbers:
        return f"{subject} {what}; name one of its numbers as of=: {', '.join(map(repr, numbers))}"
    example = "view[0]" if isinstance(view, Sequence) else "view.total"
    return f"{subject} {what}; pass a function of the view, such as of=lambda view: {example}"


def _numbers_of(view: object) -> list[str]:
    """Return the attributes of a view that are numbers, or None for lack of evidence."""
    names = [name for name in dir(view) if not name.startswith("_") and name.islower()]
    values = ((name, getattr(view, name)) for name in names)
    return [n for n, v in values if isinstance(v, int | float | None) and not isinstance(v, bool)]


def name_of(view: object, of: Measure | None) -> str:
    """Return the name of a number."""
    if isinstance(of, str):
        return of
    if of is None:
        return view.HEADLINE if isinstance(view, View) else "view"
    return getattr(of, "__name__", "of").replace("<lambda>", "of")


def explain(
    projection: type[Projection[Any]],
    history: Iterable[Entry[Event]],
    at: date,
    of: Measure | None = None,
) -> Explanation:
    """Explain which entries make a number.

    A projection with a method ``attribute`` computes the shares of its headline itself:
    VisionAlignment's are each entry's e·r·d / Σ e·d; NetworkGrowth's divide the strength of each
    tie among its touches by the logarithm of what each leaves open. For every other number, and for
    a function of the view, an entry's share is the change when it is folded, entry after entry in
    the order of the history, with all computed for the same date: exact, and dependent on that
    order alone.

    Args:
        projection: A class made by ``@projection``.
        history: Entries in history order; those after ``at`` are left out.
        at: The date of the answer.
        of: Which number of the view; None: its headline.

    Raises:
        DefinitionError: The view has no such number.
    """
    meta_of(projection)
    at = as_of(at)
    entries = _upto(check_history(history), at)
    fold = Fold(projection)
    state: object = fold.state
    before = _so_far(fold, at, of)
    if isinstance(state, Attributing) and _is_headline(fold.view(at), of):
        advance([fold], entries)
        by_seq = state.attribute(entries, at)
        shares = [(entry, by_seq.get(entry.seq, 0.0)) for entry in entries]
    else:
        shares = _increments(fold, entries, at, of)
    view = fold.view(at)
    return Explanation(
        projection=projection.__name__,
        of=name_of(view, of),
        since=None,
        at=at,
        before=before,
        fading=0.0,
        value=measured(view, of),
        shares=ordered(shares),
    )


def dates_between(between: object, at: object) -> tuple[date, date]:
    """Return the two dates of a question about a change; DefinitionError for anything else."""
    if at is not None:
        raise DefinitionError(
            f"at={shown(at)} was passed beside between={shown(between)}; pass one of them"
        )
    try:
        start, end = cast("tuple[DateLike, DateLike]", between)
    except (TypeError, ValueError):
        raise DefinitionError(
            f"between is {shown(between)}; give two dates, the earlier one first"
        ) from None
    return as_of(start), as_of(end)


def explain_change(
    projection: type[Projection[Any]],
    history: Iterable[Entry[Event]],
    between: tuple[date, date],
    of: Measure | None = None,
) -> Explanation:
    """Explain what moved a number from one date to a later one.

    First time passes with nothing new: that is fading. Then the entries dated between the two are
    folded one after another, and each has the share by which it moved the number at the later
    date. Both are exact. This is another question than what makes the number (``explain``): there
    an old entry has a share, here only what it did since, which is to fade.

    Args:
        projection: A class made by ``@projection``.
        history: Entries in history order; those after the later date are left out.
        between: The earlier date and the later one.
        of: Which number of the view; None: its headline.

    Raises:
        DefinitionError: The view has no such number, or the dates are in the wrong order.
    """
    meta_of(projection)
    start, end = dates_between(between, None)
    if end < start:
        raise DefinitionError(f"between is {start} and {end}; give the earlier date first")
    entries = _upto(check_history(history), end)
    first = _upto(entries, start)
    fold = Fold(projection)
    advance([fold], first)
    before = _so_far(fold, start, of)
    faded = _so_far(fold, end, of)
    shares = _increments(fold, entries[len(first) :], end, of)
    view = fold.view(end)
    return Explanation(
        projection=projection.__name__,
        of=name_of(view, of),
        since=start,
        at=end,
        before=before,
        fading=(faded or 0.0) - (before or 0.0),
        value=measured(view, of),
        shares=ordered(shares),
    )


def _upto(history: Iterable[Entry[Event]], day: date) -> list[Entry[Event]]:
    last = PartialDate(day)
    return [entry for entry in history if place(entry)[0] <= last]


def _increments(
    fold: Fold[Any], entries: Sequence[Entry[Event]], at: date, of: Measure | None
) -> list[tuple[Entry[Event], float]]:
    """Return by how much each entry moves the number, folded one after another."""
    consumed = consumed_types(fold.projection)
    shares: list[tuple[Entry[Event], float]] = []
    value = _so_far(fold, at, of) or 0.0
    for entry in entries:
        if consumed is not None and entry.type not in consumed:
            continue
        advance([fold], [entry])
        moved = _so_far(fold, at, of) or 0.0
        shares.append((entry, moved - value))
        value = moved
    return shares


def _so_far(fold: Fold[Any], at: date, of: Measure | None) -> float | None:
    """Return the number so far, where a function may look for a part that is not there yet."""
    try:
        return measured(fold.view(at), of)
    except DefinitionError:
        if callable(of):
            return None
        raise


def _is_headline(view: object, of: Measure | None) -> bool:
    return of is None or (isinstance(view, View) and of == view.HEADLINE)


def ordered(shares: Iterable[tuple[Entry[Any], float]]) -> tuple[EntryShare, ...]:
    """Return the shares other than 0, largest first, whichever their sign."""
    nonzero = [(entry, share) for entry, share in shares if share]
    nonzero.sort(key=lambda pair: (-abs(pair[1]), pair[0].seq))
    return tuple(
        EntryShare(
            seq=entry.seq,
            id=entry.id,
            type=entry.type,
            on=getattr(entry.event, "on", None),
            share=share,
        )
        for entry, share in nonzero
    )
