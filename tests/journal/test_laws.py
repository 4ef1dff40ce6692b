"""What a ledger promises to every projection: snapshots, stores and windows change no answer.

The laws of projections themselves are those of the kit: ``projections/test_laws.py``.
"""

from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, strategies as st

from careerledger import Entry, Ledger, projections
from careerledger.answers import fold as answers_fold
from careerledger.dates import PartialDate
from careerledger.errors import DateError
from careerledger.events import Action, ContactMade, CourseFinished, UnknownEvent
from careerledger.history import place
from careerledger.journal import read
from careerledger.projections import (
    fold,
    on,
    projection,
)
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore
from careers import TODAY, Clock, careers, hide_class, law, new_ledger, ons

pytestmark = pytest.mark.no_cover  # with coverage it takes twice as long


@projection("test.tally")
class Tally:
    """What a user might write: it counts, and remembers the order it saw."""

    hours: float = 0
    seen: list[str] = []
    by_theme: dict[str, int] = {}

    @on(Action)
    def count(self, event: Action, entry: Entry[Action]) -> None:
        self.seen.append(f"{event.on} {entry.type}")
        for theme in sorted(event.themes or ()):
            self.by_theme[theme] = self.by_theme.get(theme, 0) + 1

    @on(CourseFinished)
    def study(self, event: CourseFinished) -> None:
        self.hours += event.hours or 0

    def view(self, at: object) -> tuple[object, ...]:
        return (at, self.hours, tuple(self.seen), tuple(sorted(self.by_theme.items())))


PROJECTIONS = [*(getattr(projections, name) for name in projections.LIBRARY), Tally]
each_group = pytest.mark.parametrize("group", [PROJECTIONS[n::2] for n in range(2)], ids=range(2))
"""A career takes longer to make than to ask, so each is asked several projections."""
days = st.dates(TODAY.replace(year=2017), TODAY.replace(year=2027))


@given(career=careers, more=careers, ats=st.lists(days, min_size=1, max_size=3))
@each_group
def test_snapshots_change_no_answer(group: Any, career: Any, more: Any, ats: Any) -> None:
    """Whatever was asked and saved before, at whatever dates, the answer is that of a fresh fold."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers_fold, "SNAPSHOT_EVERY", 1)
        patch.setattr(read, "PAGE", 3)
        ledger = new_ledger()
        for part in (career, more):
            part.record(ledger)
            for at in ats:
                ledger.project(*group, at=at)
                # Another process has the snapshots alone, and no running state.
                other = Ledger(ledger.store, strict=False)
                fresh = tuple(fold(asked, ledger.entries(), at) for asked in group)
                assert fresh == other.project(*group, at=at)
            fresh = tuple(fold(asked, ledger.entries(), TODAY) for asked in group)
            assert fresh == ledger.project(*group, at=TODAY)


@given(career=careers)
def test_program_without_a_class_sees_all_other_events(career: Any) -> None:
    """What projections make of an event that nobody knows is a law of the kit."""
    ledger = career.record(new_ledger())
    with pytest.MonkeyPatch.context() as patch:
        hide_class(patch, "test.unheard-of")
        reader = Ledger(ledger.store, strict=False, clock=Clock())
        known = [entry for entry in ledger.entries() if entry.type != "test.unheard-of"]
        assert known == [e for e in reader.entries() if not isinstance(e.event, UnknownEvent)]
        assert fold(Tally, known, TODAY) == reader.project(Tally, at=TODAY)


@law
@given(career=careers)
def test_memory_and_sqlite_agree(career: Any, tmp_path_factory: Any) -> None:
    """Entry for entry and hash for hash, so in every answer."""
    path = tmp_path_factory.mktemp("ledger") / "a.ledger"
    with closing(SQLiteStore(path)) as file:
        ledgers = [Ledger(store, strict=False, clock=Clock()) for store in (MemoryStore(), file)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("os.urandom", bytes)
            for ledger in ledgers:
                career.record(ledger)
        memory, sqlite = ledgers
        assert list(memory) == list(sqlite)
        assert list(memory.entries()) == list(sqlite.entries())
        assert memory.root() == sqlite.root()
        sqlite.verify()


@law
@given(career=careers)
def test_several_projections_in_one_pass_answer_as_each_alone(career: Any) -> None:
    ledger, alone = new_ledger(), new_ledger()
    for one in (ledger, alone):
        career.record(one)
    alone.project(Tally, at=TODAY)  # so that they start from different places
    together = ledger.project(*PROJECTIONS, at=TODAY)
    assert together == tuple(alone.project(asked, at=TODAY) for asked in PROJECTIONS)
    assert together == alone.project(*PROJECTIONS, at=TODAY)


@law
@given(career=careers, since=ons, until=ons)
def test_entries_are_those_of_the_window_in_order(career: Any, since: str, until: str) -> None:
    ledger = new_ledger()
    career.record(ledger)
    everything = list(ledger.entries())
    assert everything == sorted(everything, key=place)
    first, last = PartialDate(since).first_day, PartialDate(until).last_day
    wanted = [e for e in everything if first <= e.event.on.first_day <= last]
    if first <= last:
        assert wanted == list(ledger.entries(since=since, until=until))
    else:
        with pytest.raises(DateError, match="before it begins"):
            ledger.entries(since=since, until=until)
    contacts = [e for e in everything if isinstance(e.event, ContactMade)]
    assert contacts == list(ledger.entries(types=[ContactMade]))
