"""The laws of Momentum, and streaks to the day."""

from collections import defaultdict
from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given, strategies as st

from careerledger.events import (
    Action,
    ChallengeTaken,
    CourseFinished,
    HelpGiven,
    ReflectionWritten,
    RequestMade,
    RoleEnded,
    SkillPractised,
    TrendNoted,
    ValueWeighted,
    WorkLogged,
)
from careerledger.projections import Momentum
from careerledger.projections.momentum import PRACTICES
from careers import TODAY, UnheardOf, careers, new_ledger, only_facts, view_of

MONDAY = date(2026, 6, 29)
"""Of the week of TODAY."""


project = partial(view_of, Momentum)


def did(on: object, hours: float | None = None) -> SkillPractised:
    return SkillPractised(on=on, skill="a", hours=hours)


def weeks_ago(*numbers: int) -> list[Action]:
    return [did(MONDAY - timedelta(weeks=number)) for number in numbers]


recent = st.lists(
    st.builds(
        lambda learned, on, hours: (
            did(on, hours) if learned else WorkLogged(on=on, role="r", what="x", hours=hours)
        ),
        st.booleans(),
        st.dates(TODAY - timedelta(days=100), TODAY) | st.sampled_from(["2026", "2026-05"]),
        st.none() | st.floats(0, 100_000),
    ),
    max_size=25,
)
histories = only_facts | recent


def monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


@given(career=careers)
def test_totals_agree_with_the_history(career: list) -> None:
    ledger = new_ledger()
    career.record(ledger)
    history = [entry.event for entry in ledger.entries(until=TODAY)]
    view = ledger.project(Momentum, at=TODAY)
    assert len(history) == view.actions
    assert view.hours == pytest.approx(sum(event.hours or 0 for event in history))
    assert view.undated == sum(event.on.precision != "day" for event in history)


@given(facts=histories)
def test_all_cuts_add_up(facts: list) -> None:
    view = project(facts)

    def summed(parts: tuple) -> tuple[int, int]:
        return sum(p.actions for p in parts), sum(round(p.hours * 3600) for p in parts)

    known = [fact for fact in facts if fact.on.precision == "day"]
    of_months = [fact for fact in facts if fact.on.precision != "year"]
    for parts, of in [
        (view.practices, facts),
        (view.years, facts),
        (view.months, of_months),
        (view.weeks, known),
        (view.calendar, [fact for fact in known if (TODAY - fact.on.first_day).days < 366]),
    ]:
        assert (len(of), sum(round((fact.hours or 0) * 3600) for fact in of)) == summed(parts)
    for parts in (view.years, view.months, view.weeks, view.calendar):
        periods = [part.period for part in parts]
        assert sorted(set(periods)) == periods
        assert all(part.actions > 0 for part in parts)


@given(facts=histories, missed=st.integers(0, 3))
def test_streaks_are_those_of_a_plain_count(facts: list, missed: int) -> None:
    """Counted week by week over all time there was, for all practices and for each."""
    ledger = new_ledger()
    ledger.record(facts)
    view = ledger.project(Momentum.with_(missed=missed), at=TODAY)
    by_practice = defaultdict(set)
    for fact in facts:
        if fact.on.precision == "day":
            by_practice[type(fact).__event__.practice or "other"].add(monday(fact.on.first_day))
    everything = set().union(*by_practice.values())
    assert streaks(everything, missed) == (view.current or 0, view.longest or 0)
    assert (view.current is None) == (not facts)
    for part in view.practices:
        assert streaks(by_practice[part.practice], missed) == (part.current or 0, part.longest or 0)
        assert (part.current is None) == (part.longest is None) == (part.actions == 0)
        assert (part.current or 0) <= (part.longest or 0) <= (view.longest or 0)


def streaks(weeks: set[date], missed: int) -> tuple[int, int]:
    length = longest = without = 0
    week = min({MONDAY, *weeks}) - timedelta(weeks=1)
    while week <= MONDAY:
        without = 0 if week in weeks else without + 1
        length = length + 1 if week in weeks else length if without <= missed else 0
        longest = max(longest, length)
        # The week of the question is not over.
        if week < MONDAY:
            before = length
        week += timedelta(weeks=1)
    return (length if MONDAY in weeks else before), longest


@given(facts=histories)
def test_the_current_streak_names_an_entry_of_each_week(facts: list) -> None:
    ledger = new_ledger()
    ledger.record([*facts, *weeks_ago(0, 1)])
    view = ledger.project(Momentum, at=TODAY)
    entries = {entry.seq: entry.event for entry in ledger.entries()}
    assert view.evidence
    assert min(view.current or 0, 10) == len(view.evidence)
    for evidence, later in zip(view.evidence[1:], view.evidence, strict=False):
        assert timedelta(weeks=1) == monday(later.on.first_day) - monday(evidence.on.first_day)
    for evidence in view.evidence:
        assert (entries[evidence.seq].on, 1.0) == (evidence.on, evidence.share)
        earlier = [
            seq
            for seq, event in entries.items()
            if event.on.precision == "day"
            and monday(event.on.first_day) == monday(evidence.on.first_day)
            and (event.on, seq) < (evidence.on, evidence.seq)
        ]
        assert [] == earlier


def test_nothing_yet_is_none() -> None:
    view = project([])
    assert (None, None, 0, 0.0, ()) == (
        view.current,
        view.longest,
        view.actions,
        view.hours,
        view.weeks,
    )
    assert PRACTICES == tuple(part.practice for part in view.practices)
    assert all(part.longest is None for part in view.practices)
    assert "current" == view.HEADLINE


@pytest.mark.parametrize(
    ("weeks", "current", "longest"),
    [
        ([0], 1, 1),
        ([1], 1, 1),
        ([2], 0, 1),
        ([0, 1, 2], 3, 3),
        ([1, 2, 3], 3, 3),
        ([2, 3, 4], 0, 3),
        ([0, 2, 3], 1, 2),
        ([0, 1, 3, 4, 5, 5], 2, 3),
    ],
)
def test_streaks(weeks: list, current: int, longest: int) -> None:
    view = project(weeks_ago(*weeks))
    assert (current, longest) == (view.current, view.longest)


def test_the_week_of_the_question_is_not_over() -> None:
    """A streak that ended last week goes on through Sunday, and is over on Monday."""
    facts = weeks_ago(1, 2)
    sunday = MONDAY + timedelta(days=6)
    assert 2 == project(facts, sunday).current
    assert 0 == project(facts, sunday + timedelta(days=1)).current
    assert 2 == project(facts, sunday + timedelta(days=1)).longest


def test_weeks_are_iso_weeks_from_monday_on() -> None:
    """Their year is not always that of the day."""
    view = project([did("2020-12-28", 1), did("2021-01-03", 2), did("2021-01-04")])
    assert [("2020-W53", 2, 3.0), ("2021-W01", 1, 0.0)] == [
        (week.period, week.actions, week.hours) for week in view.weeks
    ]
    assert 2 == view.longest


def test_the_first_week_of_the_calendar() -> None:
    view = project([did("0001-01-01"), did("0001-01-08")], "0001-01-14")
    assert ["0001-W01", "0001-W02"] == [week.period for week in view.weeks]
    assert (2, 2) == (view.current, view.longest)


def test_coarse_dates_have_no_week() -> None:
    view = project([did("2026", 2), did("2026-06", 3), did("2026-06-30", 0.5)])
    assert (3, 5.5, 2) == (view.actions, view.hours, view.undated)
    assert [("2026", 3)] == [(part.period, part.actions) for part in view.years]
    assert [("2026-06", 2)] == [(part.period, part.actions) for part in view.months]
    assert [("2026-W27", 1)] == [(part.period, part.actions) for part in view.weeks]
    assert [("2026-06-30", 1)] == [(part.period, part.actions) for part in view.calendar]
    undated = project([did("2026")])
    assert (0, 0) == (undated.current, undated.longest)


def test_a_calendar_has_366_days() -> None:
    facts = [did(TODAY - timedelta(days=days)) for days in range(400)]
    calendar = project(facts).calendar
    assert 366 == len(calendar)
    assert ["2025-06-30", "2026-06-30"] == [calendar[0].period, calendar[-1].period]
    later = project(facts, TODAY + timedelta(days=365))
    assert ["2026-06-30"] == [day.period for day in later.calendar]
    assert () == project(facts, TODAY + timedelta(days=366)).calendar


def test_the_first_action_of_a_week_stands_for_it() -> None:
    (evidence,) = project([did("2026-06-30"), did(MONDAY), did(MONDAY)]).evidence
    assert (2, "2026-06-29") == (evidence.seq, evidence.on)


def test_evidence_ends_at_ten_weeks() -> None:
    view = project(weeks_ago(*range(12)))
    assert (12, 10) == (view.current, len(view.evidence))
    assert "2026-06-29" == view.evidence[0].on


@pytest.mark.parametrize(
    ("fact", "practice"),
    [
        (TrendNoted(on=MONDAY, theme="ai", what="x"), "vision"),
        (CourseFinished(on=MONDAY, title="Rust"), "learning"),
        (HelpGiven(on=MONDAY, contact="jane", what="x"), "network"),
        (ChallengeTaken(on=MONDAY, challenge="c", title="x", difficulty=1), "challenge"),
        (ValueWeighted(on=MONDAY, value="autonomy", importance=1), "purpose"),
        (RoleEnded(on=MONDAY, role="r"), "role"),
        (RequestMade(on=MONDAY, request="q", kind="raise"), "ownership"),
        (ReflectionWritten(on=MONDAY, text="x"), "reflection"),
        (UnheardOf(on=MONDAY), "other"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_practice_of_an_event(fact: Action, practice: str) -> None:
    told = {part.practice: part for part in project([fact]).practices}
    assert (1, 1, 1) == (told[practice].actions, told[practice].current, told[practice].longest)
    assert 1 == sum(part.actions for part in told.values())


def test_hours_add_up_without_a_rest() -> None:
    """A tenth of an hour ten times is one hour, which floats would miss."""
    view = project([did(TODAY, 0.1) for _ in range(10)])
    assert 1.0 == view.hours == view.calendar[0].hours
