"""Pages of a history, and the ways to name an entry."""

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from careerledger import Entry, Ledger
from careerledger.dates import PartialDate
from careerledger.errors import (
    ArgumentError,
    CorrectionError,
    DefinitionError,
    UnknownEntryError,
)
from careerledger.events import Action, ContactMade, ContactTouched, CourseFinished
from careerledger.stores import Query
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore
from careers import Clock, careers, new_ledger, ons

COURSES = [CourseFinished(on=f"2024-{month:02}", title=f"c{month}") for month in range(1, 10)]


@pytest.fixture(params=["memory", "file", "branch"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Ledger:
    if request.param == "file":
        return Ledger.open(tmp_path / "a.ledger", clock=Clock())
    ledger = Ledger.in_memory(clock=Clock())
    return ledger.what_if() if request.param == "branch" else ledger


def titles(ledger: Ledger, **options: object) -> str:
    return "".join(entry.event.title[1:] for entry in ledger.entries(**options))


# Entries, ids and numbers


def test_an_entry_its_id_and_its_number_are_the_same(ledger):
    one, two, three = ledger.record(COURSES[:3])
    ledger.amend(two, COURSES[8], reason="typo")
    amended = next(entry for entry in ledger.entries() if entry.id == two.id)

    assert two == ledger.entry(2) == ledger.entry(two.id) == ledger.entry(two)
    assert two == ledger.entry(amended), "as it was recorded"
    ledger.void(amended, reason="never happened")
    ledger.void(three.id, reason="never happened")
    assert [one] == list(ledger.entries())
    assert str(ledger.prove(one)) == str(ledger.prove(one.id))


def test_entries_of_other_ledgers_are_unknown(ledger):
    ledger.record(COURSES)
    other = new_ledger().record(COURSES[0])

    for call in (
        lambda: ledger.entry(other),
        lambda: ledger.void(other, reason="x"),
        lambda: ledger.amend(other, COURSES[0], reason="x"),
        lambda: ledger.prove(other),
        lambda: ledger.entries(after=other),
    ):
        with pytest.raises(UnknownEntryError):
            call()


@pytest.mark.parametrize("number", [0, -1, 10, 10**30])
def test_numbers_that_no_entry_has(ledger, number):
    ledger.record(COURSES)

    for call in (ledger.entry, lambda after: ledger.entries(after=after)):
        with pytest.raises(UnknownEntryError, match="numbered from 1"):
            call(number)


@pytest.mark.parametrize("entry", [1, None, True, 1.0, b"x", [], Entry])
def test_what_names_no_entry(ledger, entry):
    ledger.record(COURSES)

    for call in (
        lambda: ledger.void(entry, reason="x"),
        lambda: ledger.amend(entry, COURSES[0], reason="x"),
        lambda: ledger.prove(entry),
    ):
        with pytest.raises(ArgumentError, match="entry is "):
            call()
    assert 9 == len(ledger)


# Pages


def test_pages_follow_each_other(ledger):
    entries = ledger.record(COURSES)

    assert "123" == titles(ledger, limit=3)
    for third in (entries[2], entries[2].id, 3):
        assert "456" == titles(ledger, limit=3, after=third)
        assert "21" == titles(ledger, limit=3, after=third, newest_first=True)
    assert "987" == titles(ledger, limit=3, newest_first=True)
    assert "876543" == titles(ledger, after=9, since="2024-03", newest_first=True)
    assert "45" == titles(ledger, after=1, since="2024-04", until="2024-05")
    assert "5" == titles(ledger, after=4, since="2024-02", until="2024-05")
    assert "" == titles(ledger, limit=0)
    assert "" == titles(ledger, after=9)
    assert "" == titles(ledger, after=1, newest_first=True)


@pytest.mark.parametrize("size", [1, 2, 4, 20])
def test_amended_and_voided_entries_have_their_place_on_one_page(ledger, size):
    recorded = ledger.record(COURSES)
    ledger.amend(recorded[0], COURSES[7].replace(title="c1"), reason="it was in August")
    ledger.amend(recorded[8], COURSES[1].replace(title="c9"), reason="it was in February")
    ledger.amend(recorded[4], COURSES[4].replace(hours=5), reason="more")
    ledger.void(recorded[5], reason="never happened")

    for newest_first, expected in ((False, "29345718"), (True, "81754392")):
        pages, last = "", None
        for _ in range(10):
            page = list(ledger.entries(limit=size, after=last, newest_first=newest_first))
            if not page:
                break
            pages += "".join(entry.event.title[1:] for entry in page)
            last = page[-1].id
        assert expected == pages


def test_an_entry_stands_for_the_date_that_it_had_when_it_was_read(ledger):
    """So that no page repeats or leaves out what did not change itself."""
    ledger.record(COURSES)
    *_, third = ledger.entries(limit=3)
    ledger.amend(third, COURSES[6].replace(title="c3"), reason="it was in July")

    assert "456" == titles(ledger, limit=3, after=third)
    assert "789" == titles(ledger, after=third.id), "where it stands now"
    ledger.void(ledger.entry(4), reason="x")
    assert "563" == titles(ledger, after=4, limit=3), "where it stood"


def test_a_correction_is_not_in_the_history(ledger):
    ledger.record(COURSES)
    void = ledger.void(ledger.entry(1), reason="x")

    for each in (void, void.id, void.seq):
        with pytest.raises(ArgumentError, match="not in the history"):
            ledger.entries(after=each)


def test_what_a_page_may_not_be(ledger):
    ledger.record(COURSES)

    for limit in (-1, 1.5, "3", True, int):
        with pytest.raises(ArgumentError, match="limit is "):
            ledger.entries(limit=limit)
    with pytest.raises(DefinitionError):
        ledger.entries(types=[int], limit=1)


KINDS = st.sampled_from(
    [None, Action, [CourseFinished], [ContactMade, ContactTouched], CourseFinished]
)


@given(
    careers,
    KINDS,
    st.none() | ons,
    st.none() | ons,
    st.booleans(),
    st.integers(1, 4),
    st.sampled_from([lambda e: e, lambda e: e.id, lambda e: e.seq]),
)
@settings(max_examples=2 * settings().max_examples)
def test_pages_together_are_the_history(  # noqa: PLR0917 - one for each choice
    career, types, since, until, newest, size, name
):
    """In each order, with each choice, however an entry is named, in memory and in branches."""
    if since is not None and until is not None and PartialDate(until).is_before(PartialDate(since)):
        since, until = until, since
    ledger = career.record(new_ledger())
    options = {"types": types, "since": since, "until": until}
    whole = list(ledger.entries(**options))
    if newest:
        assert whole[::-1] == list(ledger.entries(**options, newest_first=True))
        whole.reverse()

    for asked in (ledger, ledger.what_if()):
        pages, last = [], None
        while page := list(
            asked.entries(**options, newest_first=newest, limit=size, after=last and name(last))
        ):
            assert len(page) <= size
            pages += page
            last = page[-1]
        # What no program here knows has no date, and so no page of its own.
        assert whole == pages


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("store", ["memory", "file"])
def test_a_page_reads_only_its_entries(tmp_path, monkeypatch, store, newest_first):
    """Wherever it is, and however many entries were amended before."""
    ledger = Ledger(MemoryStore() if store == "memory" else SQLiteStore(tmp_path / "a.ledger"))
    recorded = ledger.record([COURSES[n % 9] for n in range(3000)])
    for entry in recorded[:300:10]:
        ledger.amend(entry, COURSES[8], reason="x")
    read: list[int] = []
    kind = type(ledger.store)
    entries = kind.entries

    def counted(self: object, name: str, query: Query, /) -> list[object]:
        rows = entries(self, name, query)
        read.append(len(rows))
        return rows

    list(ledger.entries(limit=1))
    monkeypatch.setattr(kind, "entries", counted)
    for after in (None, recorded[5], recorded[1500], 2500):
        read.clear()
        assert 20 == len(list(ledger.entries(limit=20, after=after, newest_first=newest_first)))
        assert sum(read) <= 60
    ledger.close()


def test_a_corrected_entry_cannot_be_corrected_by_its_correction(ledger):
    entry = ledger.record(COURSES[0])
    void = ledger.void(entry, reason="x")

    with pytest.raises(CorrectionError):
        ledger.void(void, reason="x")
