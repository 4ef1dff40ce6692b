"""The laws of every projection, for the library's own and one that a user might write."""

from collections import Counter
from contextlib import closing
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from careerledger import Draft, Entry, Ledger, _asking, codec, projections
from careerledger.dates import PartialDate
from careerledger.events import Action, ContactMade, CourseFinished, UnknownEvent
from careerledger.history import place
from careerledger.projections import (
    fold,
    on,
    projection,
)
from careerledger.projections._projection import Fold, advance
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore
from careers import TODAY, Clock, careers, enact, law, new_ledger, only_facts, ons, surviving


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
    def study(self, event: CourseFinished, entry: Entry[CourseFinished]) -> None:
        self.hours += event.hours or 0

    def view(self, at: object) -> tuple[object, ...]:
        return (at, self.hours, tuple(self.seen), tuple(sorted(self.by_theme.items())))


PROJECTIONS = [*(getattr(projections, name) for name in projections.LIBRARY), Tally]
each_group = pytest.mark.parametrize("group", [PROJECTIONS[n::2] for n in range(2)], ids=range(2))
"""A career takes longer to make than to ask, so each is asked several projections."""
days = st.dates(TODAY.replace(year=2017), TODAY.replace(year=2027))


def answer(ledger: Ledger, group: Any, at: object = TODAY, **when: object) -> Any:
    """Views as plain values, with entries named by what they say rather than by number."""
    views = ledger.project(*group, at=at, **when)
    said = Counter[str]()
    names: dict[int, str] = {}
    for entry in ledger.entries():
        text = repr(entry.event)
        said[text] += 1
        names[entry.seq] = f"{text} ({said[text]})"
    return [_named(view.to_dict(), names) if hasattr(view, "to_dict") else view for view in views]


def _named(value: Any, names: dict[int, str]) -> Any:
    if isinstance(value, dict):
        return {
            k: names[v]
            if k == "seq"
            else [names[n] for n in v]
            if k == "entries"
            else _named(v, names)
            for k, v in value.items()
        }
    return [_named(item, names) for item in value] if isinstance(value, list) else value


def standing(ledger: Ledger) -> list[tuple[int, object]]:
    """A history as numbers and events."""
    return [(entry.seq, entry.event) for entry in ledger.entries()]


@law
@given(career=careers)
@each_group
def test_the_history_is_what_would_have_been_written_right_at_first(
    group: Any, career: Any
) -> None:
    """Voided is as if it had never happened; amended is as if it had been right at first."""
    corrected, right = new_ledger(), new_ledger()
    enact(corrected, career)
    right.record(surviving(career))
    assert [e for _, e in standing(right)] == [e for _, e in standing(corrected)]
    assert answer(right, group) == answer(corrected, group)


@law
@given(career=only_facts, data=st.data())
@each_group
def test_the_order_of_recording_does_not_matter(group: Any, career: Any, data: Any) -> None:
    """Facts of the same date keep their order, which their numbers stand for; others mix freely."""
    shuffled = data.draw(st.permutations(career))
    by_date: dict[str, list[Action]] = {}
    for fact in career:
        by_date.setdefault(fact.on, []).append(fact)
    queues = {date: iter(same_day) for date, same_day in by_date.items()}
    mixed = [next(queues[fact.on]) for fact in shuffled]
    first, second = new_ledger(), new_ledger()
    first.record(career)
    second.record(mixed)
    assert answer(first, group) == answer(second, group)


@law
@given(career=careers, data=st.data())
@each_group
def test_a_fold_may_be_split_anywhere(group: Any, career: Any, data: Any) -> None:
    """Folding in two parts is folding at once, also when the state went through bytes between."""
    ledger = new_ledger()
    enact(ledger, career)
    history = list(ledger.entries())
    cut = data.draw(st.integers(0, len(history)))
    look = data.draw(st.booleans())
    for asked in group:
        whole = fold(asked, history, TODAY)
        first = Fold(asked)
        advance([first], history[:cut])
        if look:
            first.view(TODAY)  # it changes nothing
        body = codec.encode_state(first.state)
        second = Fold(asked, codec.decode_state(asked, body), first.place)
        advance([second], history[cut:])
        assert whole == second.view(TODAY)
        assert whole == ledger.project(asked, at=TODAY)


@law
@given(career=careers, more=careers, ats=st.lists(days, min_size=1, max_size=3))
@each_group
def test_snapshots_change_no_answer(group: Any, career: Any, more: Any, ats: Any) -> None:
    """Whatever was asked and saved before, at whatever dates, the answer is that of a fresh fold."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_asking, "SNAPSHOT_EVERY", 1)
        patch.setattr(_asking, "PAGE", 3)
        ledger = new_ledger()
        recorded: list[Entry[Action]] = []
        for genes in (career, more):
            enact(ledger, genes, recorded)
            for at in ats:
                ledger.project(*group, at=at)
                # Another process has the snapshots alone, and no running state.
                other = Ledger(ledger.store, strict=False)
                fresh = tuple(fold(asked, ledger.entries(), at) for asked in group)
                assert fresh == other.project(*group, at=at)
            fresh = tuple(fold(asked, ledger.entries(), TODAY) for asked in group)
            assert fresh == ledger.project(*group, at=TODAY)


@law
@given(career=only_facts, again=st.integers(1, 3))
@each_group
def test_importing_again_changes_nothing(group: Any, career: Any, again: int) -> None:
    ledger = new_ledger()
    drafts = [Draft(fact, f"test:{number}") for number, fact in enumerate(career)]
    entries = ledger.record(drafts)
    before = (len(ledger), ledger.root(), answer(ledger, group))
    for _ in range(again):
        assert entries == ledger.record(drafts)
    assert before == (len(ledger), ledger.root(), answer(ledger, group))


@law
@given(career=careers, at=days)
@each_group
def test_what_happens_after_the_date_does_not_matter(group: Any, career: Any, at: Any) -> None:
    whole, before = new_ledger(), new_ledger()
    enact(whole, career)
    before.record([e.event for e in whole.entries(until=at) if isinstance(e.event, Action)])
    until = {repr(e.event) for e in before.entries()}
    assert answer(before, group, at) == answer(whole, group, at)
    assert all(PartialDate(e.event.on).first_day <= at for e in before.entries()), until


@law
@given(career=careers, more=careers)
@each_group
def test_known_at_is_the_ledger_as_it_stood(group: Any, career: Any, more: Any) -> None:
    """Also for a ledger that answered later questions before."""
    clock = Clock()
    ledger = new_ledger(clock)
    recorded = enact(ledger, career)
    instant = clock.now
    stood = (standing(ledger), ledger.project(*group, at=TODAY))
    clock.now += timedelta(days=1)
    enact(ledger, more, recorded)
    ledger.project(*group, at=TODAY)
    known = [(entry.seq, entry.event) for entry in ledger.entries(known_at=instant)]
    assert stood == (known, ledger.project(*group, at=TODAY, known_at=instant))
    assert stood[1] == ledger.project(*group, at=TODAY, known_at=instant.isoformat())


@law
@given(career=careers)
@each_group
def test_unknown_events_do_not_matter(group: Any, career: Any) -> None:
    """A program that lacks an event's class answers as if the event were not there."""
    ledger = new_ledger()
    enact(ledger, career)
    without = new_ledger()
    known = [e.event for e in ledger.entries() if e.type != "test.unheard-of"]
    without.record(known)
    with pytest.MonkeyPatch.context() as patch:
        found = codec.find_class
        patch.setattr(codec, "find_class", lambda name: None if "unheard" in name else found(name))
        reader = Ledger(ledger.store, strict=False, clock=Clock())
        unknown = [e for e in reader.entries() if isinstance(e.event, UnknownEvent)]
        assert len(list(ledger.entries())) - len(known) == len(unknown)
        assert answer(without, group) == answer(reader, group)


@law
@given(career=careers)
@each_group
def test_memory_and_sqlite_agree(group: Any, career: Any, tmp_path_factory: Any) -> None:
    """Entry for entry and hash for hash, and in every answer."""
    path = tmp_path_factory.mktemp("ledger") / "a.ledger"
    with closing(SQLiteStore(path)) as file:
        ledgers = [Ledger(store, strict=False, clock=Clock()) for store in (MemoryStore(), file)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("os.urandom", bytes)
            for ledger in ledgers:
                enact(ledger, career)
        memory, sqlite = ledgers
        assert list(memory) == list(sqlite)
        assert memory.root() == sqlite.root()
        assert memory.project(*group, at=TODAY) == sqlite.project(*group, at=TODAY)
        sqlite.verify()


@law
@given(career=careers)
def test_several_projections_in_one_pass_answer_as_each_alone(career: Any) -> None:
    ledger, alone = new_ledger(), new_ledger()
    for one in (ledger, alone):
        enact(one, career)
    alone.project(Tally, at=TODAY)  # so that they start from different places
    together = ledger.project(*PROJECTIONS, at=TODAY)
    assert together == tuple(alone.project(asked, at=TODAY) for asked in PROJECTIONS)
    assert together == alone.project(*PROJECTIONS, at=TODAY)


@law
@given(career=careers)
@each_group
def test_a_view_is_frozen_and_stays_as_it_was(group: Any, career: Any) -> None:
    """What is recorded later shows in later views alone."""
    ledger = new_ledger()
    half = len(career) // 2
    recorded = enact(ledger, career[:half])
    views = ledger.project(*group, at=TODAY)
    told = repr(views)
    enact(ledger, career[half:], recorded)
    ledger.project(*group, at=TODAY)
    assert told == repr(views)
    for view in views:
        if attrs.has(type(view)):
            hash(view)
            with pytest.raises(attrs.exceptions.FrozenInstanceError):
                view.at = None


@law
@given(career=careers, since=ons, until=ons)
def test_entries_are_those_of_the_window_in_order(career: Any, since: str, until: str) -> None:
    ledger = new_ledger()
    enact(ledger, career)
    everything = list(ledger.entries())
    assert everything == sorted(everything, key=place)
    first, last = PartialDate(since).first_day, PartialDate(until).last_day
    wanted = [e for e in everything if first <= e.event.on.first_day <= last]
    assert wanted == list(ledger.entries(since=since, until=until))
    contacts = [e for e in everything if isinstance(e.event, ContactMade)]
    assert contacts == list(ledger.entries(types=[ContactMade]))
