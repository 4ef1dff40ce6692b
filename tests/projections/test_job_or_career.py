"""The laws of JobOrCareer, and what keeps each practice alive."""

from datetime import UTC, date, datetime, timedelta
from functools import cache, partial

import pytest
from hypothesis import Phase, find, given, settings, strategies as st

from careerledger import Entry
from careerledger.dates import PartialDate
from careerledger.events import (
    Action,
    ChallengeTaken,
    ContactTouched,
    CourseFinished,
    ProjectProposed,
    ReflectionWritten,
    RoleChanged,
    RoleStarted,
    SkillPractised,
    VisionDeclared,
    WorkLogged,
)
from careerledger.journal.converter import find_class
from careerledger.projections import JobOrCareer, Stagnation, fold
from careerledger.projections.base import Fold, advance
from careerledger.projections.job_or_career import (
    PRACTICES,
    WINDOWS,
    JobOrCareerView,
    Practice,
)
from careerledger.testing import events
from careers import TODAY, careers, facts, new_ledger, only_facts, view_of
from strategies import FACTS

RANK = {"alive": 2, "fading": 1, "absent": 0}
PRACTICE_OF = {
    cls.__event__.name: cls.__event__.practice for cls in FACTS if cls.__event__.practice != "role"
}


project = partial(view_of, JobOrCareer)


def entry_of(type_: str, on: str | date, seq: int = 1) -> Entry[Action]:
    """An entry of whatever type, of which only that and the date matter."""
    return Entry(
        id=f"e{seq}",
        type=type_,
        version=1,
        recorded_at=datetime(2026, 6, 30, tzinfo=UTC),
        key=None,
        event=simplest(type_).replace(on=on, hours=None),
        seq=seq,
    )


@cache
def simplest(type_: str) -> Action:
    """The simplest event of a type."""
    first = settings(phases=[Phase.generate])  # which is the simplest, so there is none to shrink
    return find(events(find_class(type_)), lambda event: event.hours is None, settings=first)


def found(view: JobOrCareerView, practice: str) -> Practice:
    return next(one for one in view.practices if one.practice == practice)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days)


@given(career=careers, window=st.sampled_from([1, 90, 365, 900.5]))
def test_live_practice_has_evidence(career: list, window: float) -> None:
    """The states are those of the latest entry; what is named is in the window that it names."""
    ledger = new_ledger()
    career.record(ledger)
    asked = JobOrCareer.with_(windows=dict.fromkeys(PRACTICES, window))
    view = ledger.project(asked, at=TODAY)
    showing: dict[str, list[Entry[Action]]] = {practice: [] for practice in PRACTICES}
    for entry in ledger.entries(until=TODAY):
        if entry.type in PRACTICE_OF:
            showing[PRACTICE_OF[entry.type]].insert(0, entry)
    assert list(PRACTICES) == [practice.practice for practice in view.practices]
    for practice in view.practices:
        entries = showing[practice.practice]
        ages = [TODAY.toordinal() - entry.event.on.ordinal for entry in entries]
        state, reach = (
            ("alive", window)
            if any(age <= window for age in ages)
            else ("fading", 3 * window)
            if any(age <= 3 * window for age in ages)
            else ("absent", -1)
        )
        assert state == practice.state
        named = [e.seq for e, age in zip(entries, ages, strict=True) if age <= reach][:3]
        assert named == [evidence.seq for evidence in practice.evidence]
        assert bool(named) == (practice.state != "absent")
        assert practice.days == min(ages, default=None)
        assert practice.last == (entries[0].event.on if entries else None)
    assert sum(practice.state == "alive" for practice in view.practices) == view.alive
    hash(view)


@given(career=only_facts, more=facts)
def test_adding_evidence_never_makes_a_practice_worse(career: list, more: Action) -> None:
    before, after = project(career), project([*career, more])
    assert before.alive <= after.alive
    for one, other in zip(before.practices, after.practices, strict=True):
        assert RANK[one.state] <= RANK[other.state]
        assert len(one.evidence) <= len(other.evidence) or RANK[one.state] < RANK[other.state]


@given(career=careers, later=st.integers(0, 2000), effort_days=st.sampled_from([1, 30, 365, 2000]))
def test_effort_beyond_tasks_is_exact(career: list, later: int, effort_days: int) -> None:
    """Days that were dropped are out of reach."""
    at = TODAY + timedelta(later)
    ledger = new_ledger()
    career.record(ledger)
    total = beyond = 0
    for entry in ledger.entries(until=at):
        if at.toordinal() - entry.event.on.ordinal <= effort_days:
            hours = entry.event.hours
            hours = entry.event.__event__.effort if hours is None else hours
            total += round(hours * 3600)
            beyond += round(hours * 3600) if entry.type != "work.logged" else 0
    asked = JobOrCareer.with_(effort_days=effort_days)
    view = ledger.project(asked, at=at)
    assert (beyond / total if total else None) == view.beyond_tasks
    assert view.beyond_tasks is None or 0 <= view.beyond_tasks <= 1


@given(career=careers)
def test_next_practice_is_the_most_neglected(career: list) -> None:
    ledger = new_ledger()
    career.record(ledger)
    view = ledger.project(JobOrCareer, at=TODAY)
    if view.next_practice is None:
        assert 7 == view.alive
    else:
        next_ = found(view, view.next_practice)
        assert next_.state != "alive"
        for other in view.practices:
            assert RANK[next_.state] <= RANK[other.state]
            if next_.state == other.state and next_.days is not None:
                assert other.days is not None
                assert other.days <= next_.days
        assert f"pick up {view.next_practice} next" in view.sentence


@given(career=careers)
def test_the_clocks_are_those_of_stagnation(career: list) -> None:
    ledger = new_ledger()
    career.record(ledger)
    view, stagnation = ledger.project(JobOrCareer, Stagnation, at=TODAY)
    assert stagnation.structural_clock == view.structural_clock
    assert stagnation.content_clock == view.content_clock


def test_the_state_does_not_grow_with_the_years() -> None:
    running = Fold(JobOrCareer)
    start = date(2000, 1, 1)
    history = [
        entry_of("work.logged", start + timedelta(day), seq=day + 1) for day in range(3000)
    ] + [entry_of("contact.touched", start + timedelta(3000), seq=3001 + n) for n in range(9)]
    advance([running], history)
    assert 366 == len(running.state.effort)
    assert {"network": 3} == {name: len(shown) for name, shown in running.state.shown.items()}


def test_event_shows_one_practice_or_concerns_a_role() -> None:
    none = {"role.started", "role.changed", "role.ended", "work.logged"}
    assert none == {cls.__event__.name for cls in FACTS} - PRACTICE_OF.keys()
    assert set(PRACTICES) == set(PRACTICE_OF.values()) == WINDOWS.keys()


@pytest.mark.parametrize("type_", sorted(PRACTICE_OF))
def test_each_type_shows_its_practice_alone(type_: str) -> None:
    view = fold(JobOrCareer, [entry_of(type_, TODAY)], TODAY)
    assert {PRACTICE_OF[type_]} == {one.practice for one in view.practices if one.state == "alive"}
    assert 1 == view.alive
    assert [1] == [evidence.seq for evidence in found(view, PRACTICE_OF[type_]).evidence]


@pytest.mark.parametrize("type_", ["role.started", "role.changed", "role.ended", "work.logged"])
def test_roles_and_tasks_show_none(type_: str) -> None:
    assert 0 == fold(JobOrCareer, [entry_of(type_, TODAY)], TODAY).alive


def test_nothing_recorded_is_seven_absent_practices() -> None:
    view = project([])
    assert ("absent",) * 7 == tuple(one.state for one in view.practices)
    assert (0, "vision", None, None) == (
        view.alive,
        view.next_practice,
        view.beyond_tasks,
        view.feels_like,
    )
    assert (None, None) == (view.structural_clock.days, view.content_clock.days)
    assert "None of 7 practices is alive; pick up vision next, no evidence yet." == view.sentence
    assert "alive" == JobOrCareerView.HEADLINE


@pytest.mark.parametrize(
    ("days", "state", "named"),
    [
        (0, "alive", 1),
        (365, "alive", 1),
        (366, "fading", 1),
        (1095, "fading", 1),
        (1096, "absent", 0),
    ],
)
def test_the_windows_to_the_day(days: int, state: str, named: int) -> None:
    on = days_ago(days)
    one = found(project([SkillPractised(on=on, skill="sql")]), "learning")
    assert (state, named, days, PartialDate(on)) == (
        one.state,
        len(one.evidence),
        one.days,
        one.last,
    )


def test_evidence_is_what_lies_in_the_window_latest_first() -> None:
    facts_ = [SkillPractised(on=days_ago(days), skill="sql") for days in (400, 30, 20, 10, 5)]
    assert [5, 4, 3] == [evidence.seq for evidence in found(project(facts_), "learning").evidence]
    assert [2] == [evidence.seq for evidence in found(project(facts_[:2]), "learning").evidence]
    assert [1.0] == [evidence.share for evidence in found(project(facts_[:2]), "learning").evidence]


def test_a_year_counts_from_its_first_day() -> None:
    assert 180 == found(project([SkillPractised(on="2026", skill="sql")]), "learning").days


def test_windows_are_a_parameter_by_practice() -> None:
    facts_ = [
        ContactTouched(on=days_ago(100), contact="jane"),
        SkillPractised(on=days_ago(100), skill="sql"),
    ]
    view = project(facts_, windows={"network": 90})
    assert ("fading", "alive") == (found(view, "network").state, found(view, "learning").state)


def shown_all_but(**days: int) -> list[Entry[Action]]:
    """Each practice shown today, but those that are named so many days ago; -1 for never."""
    first = {practice: name for name, practice in reversed(PRACTICE_OF.items())}
    ages = {practice: days.get(practice, 0) for practice in PRACTICES}
    old = sorted((p for p in first if ages[p] >= 0), key=lambda practice: -ages[practice])
    return [entry_of(first[p], days_ago(ages[p]), seq=n + 1) for n, p in enumerate(old)]


@pytest.mark.parametrize(
    ("days", "next_"),
    [
        ({}, None),
        ({"network": 364}, None),
        ({"network": 400}, "network"),
        ({"network": 400, "challenge": 500}, "challenge"),
        ({"network": 400, "challenge": 400}, "network"),
        ({"network": 1000, "reflection": 1100}, "reflection"),
        ({"network": 2000, "reflection": -1}, "reflection"),
        ({"vision": 2000, "purpose": 3000, "network": 1000}, "purpose"),
        ({"ownership": -1, "reflection": -1}, "ownership"),
    ],
)
def test_the_practice_to_pick_up_next(days: dict, next_: str | None) -> None:
    """Absent before fading; of those the longest ago, never being the longest; then in order."""
    assert next_ == fold(JobOrCareer, shown_all_but(**days), TODAY).next_practice


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ({}, "All 7 practices are alive."),
        (
            {"network": 400, "reflection": -1},
            (
                "5 of 7 practices are alive (vision, learning, challenge, purpose, ownership); "
                "pick up reflection next, no evidence yet."
            ),
        ),
        (
            dict.fromkeys(PRACTICES, 1200) | {"vision": 1, "learning": 1246},
            "1 of 7 practices is alive (vision); pick up learning next, last shown 2023-01-31.",
        ),
    ],
)
def test_the_answer_in_words(days: dict, sentence: str) -> None:
    assert sentence == fold(JobOrCareer, shown_all_but(**days), TODAY).sentence


def test_effort_beyond_the_tasks_by_hand() -> None:
    """10 of 40 hours; a course without hours counts 10, and what is over a year old nothing."""
    facts_ = [
        WorkLogged(on=days_ago(366), role="r", what="tickets", hours=500),
        WorkLogged(on=days_ago(365), role="r", what="tickets", hours=22),
        WorkLogged(on=days_ago(1), role="r", what="tickets"),
        CourseFinished(on=days_ago(1), title="x"),
        VisionDeclared(on=days_ago(1), vision="v", statement="…", themes={"climate": 1}),
    ]
    assert 0.25 == project(facts_).beyond_tasks
    assert project(facts_, at=TODAY + timedelta(400)).beyond_tasks is None
    assert 0 == project(facts_, efforts={"course.finished": 0}).beyond_tasks
    assert 10 / 18 == project(facts_, effort_days=30).beyond_tasks


def test_what_it_feels_like_is_what_was_written_last() -> None:
    facts_ = [
        ReflectionWritten(on="2024-05", text="…", feels_like=0.9),
        ReflectionWritten(on="2025-05", text="…", feels_like=0),
        ReflectionWritten(on="2026-05", text="no word on it"),
    ]
    felt = project(facts_).feels_like
    assert (0, "2025-05", 2) == (felt.value, felt.on, felt.seq)
    assert project(facts_[2:]).feels_like is None


def test_both_clocks_are_shown() -> None:
    facts_ = [
        RoleStarted(on="2020-01-01", role="r", organisation="ACME", title="Engineer", level=1),
        RoleChanged(on="2024-01-01", role="r", level=2),
        ProjectProposed(on="2025-01-01", project="p", title="New"),
        ChallengeTaken(on="2026-01-01", challenge="c", title="Hard", difficulty=3),
    ]
    view = project(facts_)
    assert ("2024-01-01", "2026-01-01") == (view.structural_clock.since, view.content_clock.since)
    assert "2025-01-01" == project(facts_, challenge_difficulty=4).content_clock.since
