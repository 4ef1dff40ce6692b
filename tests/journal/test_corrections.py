"""Corrections keep a strict ledger whole: no id is lost, nothing ends before it begins."""

import pytest
from hypothesis import assume, given, settings, strategies as st

from careerledger import Ledger
from careerledger.answers.checks.record import dangling_references
from careerledger.errors import (
    CorrectionError,
    FutureError,
    IntroducedTwiceError,
    OrderError,
    RecordError,
    ReferencedError,
    UnknownReferenceError,
)
from careerledger.events import (
    Action,
    ContactMade,
    ContactTouched,
    ContactUpdated,
    CourseFinished,
    EntryAmended,
    EntryVoided,
    GatheringAttended,
    HelpGiven,
    IntroductionMade,
    RoleChanged,
    RoleEnded,
    RoleStarted,
    VisionDeclared,
    VisionRevised,
    introduced,
    named,
    with_renamed_id,
)
from careerledger.stores import Query
from careerledger.stores.memory import MemoryStore
from careerledger.stores.sqlite import SQLiteStore
from careerledger.testing import Amended, Voided, careers, events
from careers import Clock, careers as wild_careers, new_ledger, write_as_another_program
from strategies import ENDS

JANE = ContactMade(on="2024-01", contact="jane", name="Jane")
TOUCHED = ContactTouched(on="2024-05", contact="jane")
COURSE = CourseFinished(on="2024", title="SQL")
ROLE = RoleStarted(on="2024-03-15", role="r", organisation="o", title="t")


@pytest.fixture(params=["memory", "sqlite"])
def ledger(request, tmp_path):
    store = MemoryStore() if request.param == "memory" else SQLiteStore(tmp_path / "ada.ledger")
    yield Ledger(store, clock=Clock())
    store.close()


def strict(career=()) -> Ledger:
    ledger = Ledger.in_memory(clock=Clock())
    for step in career:
        ledger.record(step)
    return ledger


def errors_of(ledger):
    return [found for found in ledger.check() if found.severity == "error"]


def in_force(ledger):
    return {entry.seq: entry.event for entry in ledger.entries()}


# Voids


@given(career=careers(), data=st.data())
def test_a_void_is_refused_exactly_if_it_would_leave_references_dangling(career, data):
    assume(career.facts)
    ledger, lenient = career.record(Ledger.in_memory(clock=Clock())), career.record()
    number = data.draw(st.sampled_from([entry.seq for entry in ledger.entries()]))
    lenient.void(lenient.entry(number).id, reason="a test")
    dangling = {id_ for f in lenient.check(checks=[dangling_references]) for id_ in f.entries}
    expected = [entry.seq for entry in lenient if entry.id in dangling]
    size, target = len(ledger), ledger.entry(number).id

    if expected:
        with pytest.raises(ReferencedError) as refused:
            ledger.void(target, reason="a test")
        assert expected == [entry.seq for entry in refused.value.entries]
        assert f"#{expected[0]} " in str(refused.value)
        assert size == len(ledger)
        before = in_force(ledger)
        ledger.void(target, reason="a test", cascade=True)
        assert len(ledger) - size == len(before) - len(in_force(ledger))
        assert {number, *expected}.isdisjoint(in_force(ledger))
    else:
        ledger.void(target, reason="a test")
        assert size + 1 == len(ledger)
    assert [] == errors_of(ledger)


@settings(max_examples=2 * settings().max_examples)
@given(career=wild_careers, data=st.data())
def test_a_strict_ledger_never_has_an_error(career, data):
    """Whatever is recorded, voided, amended and renamed; and what is refused leaves nothing."""
    ledger = strict()
    ids = {}
    for number, step in enumerate(career, start=1):
        size = len(ledger)
        try:
            if isinstance(step, Voided | Amended):
                target = ids.get(step.number)
                if target is None:
                    continue
                if isinstance(step, Amended):
                    ledger.amend(target, step.event, reason="a test")
                else:
                    ledger.void(target, reason="a test", cascade=data.draw(st.booleans()))
            elif isinstance(step, Action):
                ids[number] = ledger.record(step).id
                if (name := introduced(step)) and data.draw(st.booleans()):
                    kind, _, id_ = name.partition(":")
                    ledger.rename(kind, id_, data.draw(st.sampled_from("abc")), reason="a test")
        except RecordError:
            recorded = ids.get(number)  # if only the renaming was refused
            assert [recorded] * (len(ledger) - size) == [e.id for e in ledger if e.seq > size]
    assert [] == errors_of(ledger)


def test_a_cascade_follows_those_who_refer_to_those_that_refer(ledger):
    ledger.record([JANE, TOUCHED])
    people = [JANE.replace(contact=f"c{n}", via=f"c{n - 1}" if n else "jane") for n in range(5)]
    ledger.record([*people, ContactMade(on="2024", contact="bob", name="Bob")])
    ledger.record(GatheringAttended(on="2024", name="fair", met=("c4", "bob")))

    void = ledger.void(ledger.entry(1).id, reason="never met", cascade=True)

    assert (9 + 1, ledger.entry(1).id) == (void.seq, void.event.target)
    assert ["bob"] == [entry.event.contact for entry in ledger.entries()]
    assert {"never met"} == {entry.event.reason for entry in ledger if entry.seq > 9}


@pytest.mark.parametrize("one", [1, 2])
def test_a_second_introduction_keeps_references_whole(one):
    lenient = new_ledger()
    lenient.record([JANE, JANE, TOUCHED])
    ledger = Ledger(lenient.store, clock=Clock())

    ledger.void(ledger.entry(one).id, reason="twice", cascade=True)
    assert [3 - one, 3] == [entry.seq for entry in ledger.entries()]
    with pytest.raises(ReferencedError):
        ledger.void(ledger.entry(3 - one).id, reason="never met")
    assert [] == errors_of(ledger)


def test_an_entry_of_an_unknown_type_keeps_what_it_names(ledger):
    ledger.record([JANE, JANE.replace(contact="bob")])
    write_as_another_program(ledger, introduces=None, names='["contact:bob"]')

    ledger.void(ledger.entry(1).id, reason="never met")
    with pytest.raises(ReferencedError, match="#3 "):
        ledger.void(ledger.entry(2).id, reason="never met")
    with pytest.raises(CorrectionError, match="is not known here"):
        ledger.rename("contact", "bob", "rob", reason="typo")
    ledger.void(ledger.entry(2).id, reason="never met", cascade=True)
    assert [] == list(ledger.entries())


# Renames


@given(career=careers(), data=st.data())
def test_a_rename_changes_an_id_everywhere_and_nothing_else(career, data):
    ledger = career.record(Ledger.in_memory(clock=Clock()))
    before = in_force(ledger)
    names = sorted({name for event in before.values() if (name := introduced(event))})
    assume(names)
    name = data.draw(st.sampled_from(names))
    kind, _, old = name.partition(":")

    amendments = ledger.rename(kind, old, "another", reason="a test")

    after = in_force(ledger)
    assert after == {n: with_renamed_id(event, kind, old, "another") for n, event in before.items()}
    assert len(amendments) == sum(
        name in {introduced(event), *named(event)} for event in before.values()
    )
    assert not any(name in {introduced(event), *named(event)} for event in after.values())
    ledger.verify()
    ledger.rename(kind, "another", old, reason="it was right")
    assert before == in_force(ledger)


def test_an_id_in_use_is_no_new_name(ledger):
    ledger.record([JANE, JANE.replace(contact="joe"), TOUCHED])
    for new in ("joe", "jane", "me"):
        with pytest.raises(IntroducedTwiceError):
            ledger.rename("contact", "jane", new, reason="one person")
    with pytest.raises(UnknownReferenceError):
        ledger.rename("contact", "zoe", "jo", reason="typo")
    assert 3 == len(ledger)
    # Both are one: what the message advises.
    ledger.record(
        [
            EntryVoided(target=ledger.entry(2).id, reason="twice"),
            EntryAmended(
                target=ledger.entry(3).id, event=TOUCHED.replace(hours=1), reason="longer"
            ),
        ]
    )
    ledger.rename("contact", "jane", "joe", reason="free by now")
    assert ["joe", "joe"] == [entry.event.contact for entry in ledger.entries()]


def test_who_refers_to_a_former_id_learns_the_new_one(ledger):
    ledger.record([JANE, TOUCHED])
    ledger.rename("contact", "jane", "jane-doe", reason="married")
    with pytest.raises(UnknownReferenceError, match="renamed to 'jane-doe'"):
        ledger.record(TOUCHED)
    ledger.record(TOUCHED.replace(contact="jane-doe"))


# Corrections and events together


def test_corrections_and_events_are_recorded_together_or_not_at_all(ledger):
    jane, touched, course = ledger.record([JANE, TOUCHED, COURSE])
    together = [
        EntryVoided(target=jane.id, reason="someone else"),
        JANE.replace(contact="joan"),
        EntryAmended(
            target=touched.id, event=TOUCHED.replace(contact="joan"), reason="so was this"
        ),
        EntryVoided(target=course.id, reason="never happened"),
    ]
    for wrong, error in (
        (EntryVoided(target=course.id, reason="again"), CorrectionError),
        (ContactTouched(on="2024", contact="jane"), UnknownReferenceError),
        (CourseFinished(on="2099", title="x"), FutureError),
        (EntryAmended(target=touched.id, event=TOUCHED, reason="back"), UnknownReferenceError),
    ):
        with pytest.raises(error):
            ledger.record([*together, wrong])
    assert 3 == len(ledger)

    results = ledger.record(together)

    assert [4, 5, 6, 7] == [entry.seq for entry in results]
    assert ["joan", "joan"] == [entry.event.contact for entry in ledger.entries()]
    assert [] == errors_of(ledger)


def test_the_last_of_several_corrections_in_one_record_counts(ledger):
    course = ledger.record(COURSE)
    ledger.record(
        [
            EntryAmended(target=course.id, event=COURSE.replace(hours=n), reason="a guess")
            for n in (1, 2)
        ]
    )
    assert [2] == [entry.event.hours for entry in ledger.entries()]
    single = ledger.record(EntryVoided(target=course.id, reason="never happened"))
    assert 4 == single.seq
    assert [] == list(ledger.entries())


def test_a_branch_takes_corrections(ledger):
    course = ledger.record(COURSE)
    branch = ledger.what_if(EntryVoided(target=course.id, reason="what if not?"))
    assert ([], 1) == (list(branch.entries()), len(list(ledger.entries())))


# Order


def alone(event, **fields):
    """The event with these fields, without a reference to anything else."""
    others = {
        name: "me" if "contact" in kinds else None
        for name, kinds in event.__event__.refers
        if isinstance(getattr(event, name), str)
    }
    return event.replace(**{**others, "toward": None, **fields})


@pytest.mark.parametrize(("kind", "start", "end"), ENDS, ids=str)
def test_an_end_before_its_beginning_is_no_fact(kind, start, end):
    @settings(max_examples=10)
    @given(events(start), events(end))
    def is_refused(begun, ended):
        begun = alone(begun, on="2024-03-15", **{start.__event__.introduces[0]: "it"})
        early = alone(ended, on="2024-02", **{end.__event__.ends[0]: "it"})
        ledger = strict([begun])
        with pytest.raises(OrderError):
            ledger.record(early)
        with pytest.raises(OrderError):
            strict().record([early, begun])
        coarse = ledger.record(early.replace(on="2024"))
        again = [EntryVoided(target=ledger.entry(1).id, reason="later"), begun.replace(on="2025")]
        for refused in (
            lambda: ledger.amend(coarse.id, early, reason="earlier"),
            lambda: ledger.amend(ledger.entry(1).id, begun.replace(on="2025"), reason="later"),
            lambda: ledger.record(again),
        ):
            with pytest.raises(OrderError):
                refused()
        assert 2 == len(ledger)
        ledger.amend(ledger.entry(1).id, begun.replace(on="2024-12-31"), reason="that late")
        assert [] == errors_of(ledger)

    is_refused()


def test_a_change_before_its_beginning_is_no_fact(ledger):
    vision = VisionDeclared(on="2024-03", vision="v", statement="s", themes={"a": 1})
    ledger.record([ROLE, vision, JANE])
    for early in (
        RoleChanged(on="2024-03-14", role="r", title="Chief"),
        VisionRevised(on="2023", vision="v", reason="r"),
    ):
        with pytest.raises(OrderError, match="before the"):
            ledger.record(early)
        ledger.record(early.replace(on="2024"))
    # A person may change jobs before you meet.
    ledger.record(ContactUpdated(on="2020", contact="jane", organisation="Acme"))
    assert [] == errors_of(ledger)


def test_recording_order_does_not_matter_to_order(ledger):
    end = RoleEnded(on="2024-03", role="r")
    ledger.record([end, ROLE])
    with pytest.raises(OrderError):
        ledger.amend(ledger.entry(1).id, end.replace(on="2024-02"), reason="earlier")
    Ledger(ledger.store, strict=False, clock=Clock()).amend(
        ledger.entry(1).id, end.replace(on="2024-02"), reason="earlier"
    )
    assert ["ended-before-start"] == [found.code for found in errors_of(ledger)]


# Narrow questions


class Counts(MemoryStore):
    """Counts the rows that it returns."""

    read = 0

    def rows(self, ledger, query: Query, /):
        rows = super().rows(ledger, query)
        self.read += len(rows)
        return rows


def test_a_correction_reads_no_more_of_a_long_ledger():
    counts = []
    for size in (10, 100):
        store = Counts()
        ledger = Ledger(store)
        ledger.record([JANE.replace(contact=f"c{n}") for n in range(size)])
        ledger.record([IntroductionMade(on="2024", introducer="me", introduced=("c0", "c1"))])
        for n in range(2, size):
            ledger.void(ledger.entry(n + 1).id, reason="a test")
        for n in range(size):
            ledger.amend(ledger.entry(1).id, JANE.replace(contact="c0", hours=n), reason="a test")
        store.read = 0
        other = Ledger(store)
        other.record(HelpGiven(on="2024", contact="c0", what="a letter"))
        other.amend(ledger.entry(1).id, JANE.replace(contact="c0"), reason="a test")
        other.void(ledger.entry(2).id, reason="a test", cascade=True)
        counts.append(store.read)
    assert counts[1] <= counts[0] + 100
