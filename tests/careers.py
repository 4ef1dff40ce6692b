"""Careers as the library's own tests need them: of every kind of event, and as wild as they come."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import settings, strategies as st

from careerledger import Ledger, testing
from careerledger.events import Action, catalogue, event
from careerledger.projections import Projection
from careerledger.proofs import Frontier, leaf_hash
from careerledger.stores import Query
from strategies import FACTS

law = settings(max_examples=4 * settings().max_examples)
"""What a law of the ledger must stand: 200 examples in CI."""


@event("test.unheard-of")
class UnheardOf(Action):
    """Stands for a type that the reading program does not know."""

    what: str = "?"


TODAY = date(2026, 6, 30)
THEMES = ("amber", "birch", "cedar", "dune", "elm", "fjord")
"""The words of made-up careers."""

KINDS = [*FACTS, UnheardOf]


def facts_of(*kinds: type[Action]) -> st.SearchStrategy[list[Action]]:
    """Return what careers record that are made of these events alone."""
    made = testing.careers(kinds, wild=True, corrections=False, amendments=False)
    return made.map(list)


careers: st.SearchStrategy[testing.Career] = testing.careers(KINDS, wild=True)
only_facts = facts_of(*KINDS)
facts: st.SearchStrategy[Action] = only_facts.filter(bool).map(lambda career: career[-1])
_days = st.dates(date(2018, 1, 1), date(2026, 6, 1))
ons = st.one_of(
    _days.map(date.isoformat),
    _days.map(lambda day: day.isoformat()[:7]),
    st.integers(2018, 2025).map(str),
    # Days that many events share, and the day after a leap day.
    st.sampled_from(["2020-02-29", "2020-03-01", "2024-01-01", "2024-01", "2024"]),
)


class Clock(testing.Clock):
    """A clock that begins on the day that these tests call today."""

    def __init__(self) -> None:
        super().__init__(datetime(2026, 6, 30, 12, tzinfo=UTC))


def new_ledger(clock: Callable[[], datetime] | None = None) -> Ledger:
    """A lenient ledger in memory, in which careers may refer to anything."""
    return testing.new_ledger(clock or Clock())


def view_of(
    kind: type[Projection[Any]], facts: Iterable[Action], at: object = TODAY, **parameters: object
) -> Any:
    """Return what a projection, with these parameters, answers of these events."""
    ledger = new_ledger()
    ledger.record(facts)
    return ledger.project(kind.with_(**parameters) if parameters else kind, at=at)


def write_as_another_program(ledger, **columns):
    """Append the first entry again, as an event of a type that this program does not know."""
    with ledger.store.writing("career") as head:
        (row,) = ledger.store.rows("career", Query(upto=1))
        body = row.body.replace(b"contact.made", b"contact.seen").replace(row.id.encode(), b"other")
        frontier = Frontier(head.size, head.frontier)
        frontier.append(leaf_hash(body))
        new = row._replace(
            seq=head.size + 1,
            id="other",
            type="contact.seen",
            body=body,
            leaf=leaf_hash(body),
            **columns,
        )
        ledger.store.append("career", [new], frontier.packed)


def hide_class(patch: pytest.MonkeyPatch, name: str) -> None:
    """Let this program not know the event class with this name on disk."""
    find = catalogue.find
    patch.setattr(catalogue, "find", lambda other: None if other == name else find(other))
    # What was known of the catalogue is asked for anew.
    patch.setattr(catalogue, "size", next(_SIZES))


_SIZES = count(1_000_000)
