"""The laws of importing again and of undo, on people whose sources change over time."""

from typing import Any

import attrs
import pytest
from hypothesis import given, settings, strategies as st

from careerledger import Draft, Ledger
from careerledger.answers import Reading
from careerledger.dates import PartialDate
from careerledger.errors import ConflictError, CorrectionError, ReferencedError
from careerledger.events import (
    ContactMade,
    ContactTouched,
    CourseFinished,
    CourseStarted,
    RoleEnded,
    RoleStarted,
)
from careerledger.events.correction import BatchUndone
from careers import Clock

COVERED = frozenset({RoleStarted, RoleEnded, CourseStarted, CourseFinished})
ORGANISATIONS = [("Globex", "Globex Inc."), ("Initech", "INITECH GmbH"), ("Hooli", "Hooli")]


@attrs.frozen
class Job:
    """A job as a file states it: one of three employers, so that files often mean the same one."""

    employer: int
    year: int
    title: str = "Lead"
    month: int | None = None
    ended: int | None = None
    note: str | None = None

    def drafts(self, source: str, spelling: int) -> list[Draft]:
        organisation = ORGANISATIONS[self.employer][spelling]
        start = f"{self.year}" if self.month is None else f"{self.year}-{self.month:02}"
        id_ = f"{source}-{self.employer}-{self.title}-{start}-{self.note or ''}".lower()
        role = RoleStarted(
            on=start, role=id_, organisation=organisation, title=self.title, note=self.note
        )
        drafts = [Draft(role, id_)]
        if self.ended is not None:
            end = RoleEnded(on=f"{self.year + self.ended}-12", role=id_)
            drafts.append(Draft(end, f"{id_}:ended"))
        return drafts


jobs = st.builds(
    Job,
    employer=st.integers(0, 2),
    year=st.sampled_from([2010, 2014, 2018]),
    title=st.sampled_from(["Lead", "Engineer"]),
    month=st.none() | st.integers(1, 12),
    ended=st.none() | st.integers(1, 3),
    note=st.sampled_from([None, "Team A", "Team B"]),
)


def unlike(job: Job) -> tuple[int, int]:
    return job.employer, job.year


people = st.lists(jobs, min_size=1, max_size=4, unique_by=unlike)
"""The jobs of a person. Two of one employer and start would be one job to another source."""


def reading(source: str, jobs: list[Job], spelling: int = 0) -> Reading:
    drafts = {d.key: d for job in jobs for d in job.drafts(source, spelling)}
    return Reading(source=source, drafts=tuple(drafts.values()), covers=COVERED)


def new_ledger() -> Ledger:
    return Ledger.in_memory(clock=Clock())


def imported(ledger: Ledger, what: Reading, *, prune: bool = True) -> None:
    ledger.record(ledger.plan(what, prune=prune))


def history(ledger: Ledger) -> list[tuple[str, Any]]:
    return [(entry.id, entry.event) for entry in ledger.entries()]


def events(ledger: Ledger) -> list[Any]:
    return [entry.event for entry in ledger.entries()]


def without_ids(ledger: Ledger) -> set[Any]:
    """The roles with their ends, whatever their ids."""
    ends = {e.role: e.on for e in events(ledger) if isinstance(e, RoleEnded)}
    return {
        (e.organisation.lower()[:5], e.title, e.on, ends.get(e.role))
        for e in events(ledger)
        if isinstance(e, RoleStarted)
    }


def states(ledger: Ledger, what: Reading) -> set[str]:
    return {item.state for item in ledger.plan(what).items}


@st.composite
def edits(draw: st.DrawFn) -> list[list[Job]]:
    """Files of one source, each edited from the one before."""
    files = [draw(people)]
    for _ in range(draw(st.integers(0, 3))):
        jobs = list(files[-1])
        match draw(st.sampled_from(["remove", "add", "change", "reorder", "back"])):
            case "remove":
                jobs = jobs[1:]
            case "add":
                jobs = [*jobs, draw(people)[0]]
            case "change" if jobs:
                field, value = draw(
                    st.sampled_from(
                        [("title", "Chief"), ("month", 5), ("ended", 2), ("note", "edited")]
                    )
                )
                jobs[0] = attrs.evolve(jobs[0], **{field: value})
            case "reorder":
                jobs = jobs[::-1]
            case _:
                jobs = files[0]
        unique = {unlike(job): job for job in jobs}
        files.append(list(unique.values()))
    return files


@given(edits())
def test_what_was_just_imported_is_known(files):
    ledger = new_ledger()
    for jobs in files:
        what = reading("resume", jobs)
        size = len(ledger)
        plan = ledger.plan(what)
        assert size == len(ledger), "planning writes nothing"
        ledger.record(plan)
        assert states(ledger, what) <= {"known", "gone"}
        shuffled = attrs.evolve(what, drafts=what.drafts[::-1])
        assert states(ledger, shuffled) <= {"known", "gone"}


@given(edits())
def test_edits_are_followed(files):
    """With what is gone taken back, the ledger says what the last file says."""
    ledger = new_ledger()
    for jobs in files:
        imported(ledger, reading("resume", jobs))
    fresh = new_ledger()
    imported(fresh, reading("resume", files[-1]))
    assert without_ids(fresh) == without_ids(ledger)
    assert {e.note for e in events(fresh)} == {e.note for e in events(ledger)}
    assert [] == [f for f in ledger.check() if f.severity == "error"]


@given(edits(), st.booleans())
def test_undo_gives_the_old_history_and_redo_the_later_one(files, prune):
    ledger, before = new_ledger(), []
    for jobs in files:
        before.append(history(ledger))
        imported(ledger, reading("resume", jobs), prune=prune)
    after, size = history(ledger), len(ledger)
    batches = list(dict.fromkeys(entry.batch for entry in ledger))
    if size == 0 or batches == [None]:
        return
    last = batches[-1]
    first_of_last = min(entry.seq for entry in ledger if entry.batch == last)
    known = ledger.entry(first_of_last).recorded_at
    undone = ledger.undo()
    assert isinstance(undone[0].event, BatchUndone)
    assert history(ledger) in before
    assert after == [(e.id, e.event) for e in ledger.entries(known_at=known)]
    ledger.undo(undone[0].batch)
    assert after == history(ledger)
    with pytest.raises(CorrectionError, match="is undone already"):
        ledger.undo(undone[0].batch)


@given(people)
def test_undo_and_import_again_gives_the_same_ids(jobs):
    ledger = new_ledger()
    imported(ledger, reading("resume", jobs))
    before = history(ledger)
    ledger.undo()
    assert [] == history(ledger)
    imported(ledger, reading("resume", jobs))
    assert before == history(ledger)


two_sources = st.tuples(people, st.data())


@settings(max_examples=2 * settings().max_examples)
@given(people, people)
def test_the_order_of_sources_never_matters(ours, theirs):
    one, other = reading("resume", ours), reading("linkedin", theirs, 1)
    ab, ba = new_ledger(), new_ledger()
    for ledger, order in ((ab, (one, other)), (ba, (other, one))):
        for what in order:
            imported(ledger, what)

    def without_ends(ledger):  # on these both may state different values of equal precision
        return {each[:2] for each in without_ids(ledger)}

    assert without_ends(ab) == without_ends(ba)
    assert len(events(ab)) == len(events(ba))


@given(people, people)
def test_undoing_a_source_leaves_what_the_other_states(ours, theirs):
    ledger, alone = new_ledger(), new_ledger()
    imported(ledger, reading("resume", ours))
    imported(ledger, reading("linkedin", theirs, 1))
    imported(alone, reading("linkedin", theirs, 1))
    ledger.undo(source="resume")
    assert without_ids(alone) == without_ids(ledger)
    assert [] == [f for f in ledger.check() if f.severity == "error"]


@given(people, people)
def test_no_plan_introduces_a_role_of_another_source(ours, theirs):
    ledger = new_ledger()
    imported(ledger, reading("resume", ours))
    mine = {(job.employer, job.title, job.year, job.month) for job in ours}
    for item in ledger.plan(reading("linkedin", theirs, 1)).items:
        if isinstance(item.event, RoleStarted) and item.state == "new":
            assert not any(
                ORGANISATIONS[employer][1] == item.event.organisation
                and title == item.event.title
                and item.event.on == (f"{year}" if month is None else f"{year}-{month:02}")
                for employer, title, year, month in mine
            )


@given(edits(), st.sampled_from(["note", "industry"]))
def test_the_word_of_the_person_stays(files, field):
    """Whatever the file says later, on the field that was amended; voided by hand stays voided."""
    ledger = new_ledger()
    imported(ledger, reading("resume", files[0]))
    role = next(e for e in ledger.entries() if isinstance(e.event, RoleStarted))
    ledger.amend(role, role.event.replace(**{field: "by hand"}), reason="I know")
    for jobs in files[1:]:
        imported(ledger, reading("resume", jobs), prune=False)
    (kept,) = [e.event for e in ledger.entries() if e.id == role.id]
    assert "by hand" == getattr(kept, field)
    ledger.void(role.id, reason="never happened", cascade=True)
    imported(ledger, reading("resume", files[0]), prune=False)
    assert role.id not in dict(history(ledger))


def test_words_on_different_fields_compose():
    ledger = new_ledger()
    imported(ledger, reading("resume", [Job(0, 2010)]))
    role = next(iter(ledger.entries()))
    ledger.amend(role, role.event.replace(industry="chemistry"), reason="mine")
    (now,) = ledger.entries()
    ledger.amend(role, now.event.replace(level=3), reason="mine too")
    imported(ledger, reading("resume", [Job(0, 2010, note="from the file")]))
    (now,) = events(ledger)
    assert ("chemistry", 3, "from the file") == (now.industry, now.level, now.note)


def test_fields_of_another_source_are_listed():
    ledger = new_ledger()
    imported(ledger, reading("resume", [Job(0, 2010, month=3)]))
    (item,) = ledger.plan(reading("linkedin", [Job(0, 2010)], 1)).items
    assert ("matched", ("on", "organisation")) == (item.state, item.fields)


def test_end_that_the_file_no_longer_states_is_reopened():
    ledger = new_ledger()
    imported(ledger, reading("resume", [Job(0, 2010, ended=2)]))
    what = reading("resume", [Job(0, 2010)])
    assert {"known", "reopened"} == states(ledger, what)
    imported(ledger, what, prune=False)
    assert [RoleStarted] == list(map(type, events(ledger)))


def test_gone_is_shown_and_stays_without_prune():
    ledger = new_ledger()
    imported(ledger, reading("resume", [Job(0, 2010), Job(1, 2014)]))
    what = reading("resume", [Job(0, 2010)])
    imported(ledger, what, prune=False)
    assert 2 == len(events(ledger))
    assert {"known", "gone"} == states(ledger, what)


def test_what_cannot_be_a_fact_is_refused_and_the_rest_goes_on():
    ledger = new_ledger()
    good, late = Job(0, 2010), Job(1, 2030, ended=1)
    what = reading("resume", [late, good])
    plan = ledger.plan(what)
    assert {"new": 1, "refused": 2} == {k: n for k, n in plan.counts.items() if n}
    assert "lies in the future" in plan.items[0].reason
    ledger.record(plan)
    assert 1 == len(events(ledger))


def test_plan_of_an_older_ledger_is_refused():
    ledger = new_ledger()
    plan = ledger.plan(reading("resume", [Job(0, 2010)]))
    ledger.record(CourseFinished(on="2020", title="SQL"))
    with pytest.raises(ConflictError, match="make the plan again"):
        ledger.record(plan)


def people_reading(*contacts: str) -> Reading:
    drafts = []
    for name in contacts:
        made = ContactMade(on="2020", contact=name, name=f"{name} Doe", note=f"www.x.org/{name}")
        drafts += [
            Draft(made, f"contact:x.org/{name}"),
            Draft(ContactTouched(on="2021-03-04", contact=name), f"touch:{name}:2021-03-04"),
        ]
    return Reading(source="linkedin", drafts=tuple(drafts), covers=frozenset({ContactMade}))


def test_keys_and_ids_of_people_say_nothing_about_them():
    ledger = new_ledger()
    imported(ledger, people_reading("jane", "zoe"))
    for entry in ledger:
        assert "jane" not in f"{entry.key} {entry.event.contact}".lower()
    assert {"known"} == states(ledger, people_reading("zoe", "jane"))
    other = new_ledger()
    imported(other, people_reading("jane"))
    assert not {entry.key for entry in ledger} & {entry.key for entry in other}


def test_forgotten_people_stay_forgotten():
    ledger = new_ledger()
    imported(ledger, people_reading("jane", "zoe"))
    jane = next(e for e in ledger.entries() if getattr(e.event, "name", "") == "jane Doe")
    ledger.forget("contact", jane.event.contact, reason="asked to")
    before = history(ledger)
    plan = ledger.plan(people_reading("jane", "zoe"))
    assert {"known": 2, "forgotten": 2} == {k: n for k, n in plan.counts.items() if n}
    ledger.record(plan)
    assert before == history(ledger)


def test_undo_is_refused_where_others_refer_to_an_id():
    ledger = new_ledger()
    imported(ledger, people_reading("jane"))
    jane = next(iter(ledger.entries())).event.contact
    ledger.record(ContactTouched(on="2024", contact=jane))
    with pytest.raises(ReferencedError, match="is referred to by #3"):
        ledger.undo()


def test_key_of_an_undone_batch_is_stated_again():
    ledger = new_ledger()
    course = CourseFinished(on="2020", title="SQL")
    with ledger.batch():
        first = ledger.record(course, key="k")
        ledger.record(CourseFinished(on="2020", title="Go"))
    assert ["1", "1"] == [entry.batch for entry in ledger]
    ledger.undo()
    assert [] == events(ledger)
    assert first.id == ledger.record(course, key="k").id
    assert [course] == events(ledger)


def test_there_may_be_nothing_to_undo():
    ledger = new_ledger()
    ledger.record(CourseFinished(on="2020", title="SQL"))
    for arguments in ((), ("7",)):
        with pytest.raises(CorrectionError, match="no batch"):
            ledger.undo(*arguments)
    with pytest.raises(CorrectionError, match="no batch of the source 'resume'"):
        ledger.undo(source="resume")


def test_more_precise_date_of_a_later_source_counts():
    ledger = new_ledger()
    imported(ledger, reading("linkedin", [Job(0, 2010)], 1))
    imported(ledger, reading("resume", [Job(0, 2010, month=3)]))
    (role,) = events(ledger)
    assert PartialDate("2010-03") == role.on
