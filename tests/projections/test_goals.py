"""The laws of Goals, and its formula worked out by hand."""

from functools import partial
from math import sqrt

import attrs
import pytest
from hypothesis import assume, given, strategies as st

from careerledger.errors import DefinitionError
from careerledger.events import Action, GoalAssessed, GoalDropped, GoalSet
from careerledger.projections import Goals
from careerledger.projections.goals import TOP
from careers import TODAY, facts_of, new_ledger, view_of

weights = st.sampled_from([0.1, 1, 2.5, 40])
facts = facts_of(GoalSet, GoalAssessed, GoalDropped)
levels = st.lists(st.tuples(weights, st.integers(-2, 2)), min_size=1, max_size=6)


project = partial(view_of, Goals)


def goals(*weighted: tuple[float, int]) -> list[Action]:
    """A goal for each weight and level, set and assessed."""
    found: list[Action] = []
    for number, (weight, level) in enumerate(weighted):
        found.append(GoalSet(on="2024", goal=f"g{number}", title="…", weight=weight))
        found.append(GoalAssessed(on="2025", goal=f"g{number}", level=level))
    return found


def score(*weighted: tuple[float, int], **parameters: object) -> float:
    found = project(goals(*weighted), **parameters).score
    assert found is not None
    return found


def by_hand(weighted: list[tuple[float, int]], rho: float) -> float:
    """The formula as it is printed."""
    wx = sum(w * x for w, x in weighted)
    squares, square = sum(w * w for w, _ in weighted), sum(w for w, _ in weighted) ** 2
    return 50 + 10 * wx / sqrt((1 - rho) * squares + rho * square)


@given(weighted=levels, rho=st.sampled_from([0.001, 0.3, 1]))
def test_the_score_is_the_formula(weighted: list, rho: float) -> None:
    assert by_hand(weighted, rho) == pytest.approx(score(*weighted, rho=rho))


@given(weighted=levels)
def test_the_opposite_levels_give_the_mirrored_score(weighted: list) -> None:
    mirrored = [(weight, -level) for weight, level in weighted]
    assert 100 - score(*weighted) == pytest.approx(score(*mirrored))


@given(weighted=levels, factor=st.sampled_from([1e-300, 0.01, 3, 1e300]))
def test_scaling_all_weights_alike_changes_nothing(weighted: list, factor: float) -> None:
    scaled = [(weight * factor, level) for weight, level in weighted]
    assert score(*weighted) == pytest.approx(score(*scaled))


@given(weighted=levels, data=st.data())
def test_the_score_rises_with_each_level(weighted: list, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(weighted) - 1))
    weight, level = weighted[index]
    assume(level < 2)
    better = [*weighted[:index], (weight, level + 1), *weighted[index + 1 :]]
    assert score(*weighted) < score(*better)


@given(facts_=facts)
def test_only_goals_that_were_set_not_dropped_and_assessed_count(facts_: list) -> None:
    """Counted once more from the history."""
    ledger = new_ledger()
    ledger.record(facts_)
    history = [entry.event for entry in ledger.entries(until=TODAY)]
    last_set = {fact.goal: fact for fact in history if isinstance(fact, GoalSet)}
    level = {fact.goal: fact.level for fact in history if isinstance(fact, GoalAssessed)}
    dropped = {
        fact.goal
        for fact in history
        if isinstance(fact, GoalDropped)
        and fact.goal in last_set
        and fact.on.last_day >= last_set[fact.goal].on.first_day
    }
    counted = [
        (fact.weight, level[id_])
        for id_, fact in last_set.items()
        if id_ in level and id_ not in dropped
    ]
    view = ledger.project(Goals, at=TODAY)
    if counted:
        assert by_hand(counted, 0.3) == pytest.approx(view.score)
    else:
        assert view.score is None
    assert list(last_set) == [goal.goal for goal in view.goals]
    assert dropped == set(view.dropped)
    for goal in view.goals:
        assert level.get(goal.goal) == goal.level
        reached = (goal.level if goal.level is not None else -2) >= 0
        late = goal.due is not None and goal.due.last_day < TODAY
        expected = (
            "dropped"
            if goal.goal in dropped
            else "reached"
            if reached
            else "overdue"
            if late
            else "open"
        )
        assert expected == goal.state
        assert (goal.state == "overdue") == (goal.goal in view.overdue)


@given(facts_=facts)
def test_evidence_shares_sum_to_the_score_less_50(facts_: list) -> None:
    ledger = new_ledger()
    ledger.record(facts_)
    view = ledger.project(Goals, at=TODAY)
    shares = [evidence.share for evidence in view.evidence]
    assert sorted(shares, reverse=True) == shares
    assert sum(shares) == pytest.approx(0 if view.score is None else view.score - 50)
    assessments = {e.seq: e.event for e in ledger.entries() if isinstance(e.event, GoalAssessed)}
    found = {goal.goal: goal for goal in view.goals}
    for evidence in view.evidence:
        assessment = assessments[evidence.seq]
        assert assessment.on == evidence.on == found[assessment.goal].assessed_on


def test_nothing_to_go_on_gives_none() -> None:
    expected = (TODAY, None, (), (), (), ())
    assert expected == attrs.astuple(project([]), recurse=False)
    view = project([GoalSet(on="2024", goal="g", title="never assessed")])
    assert (None, "open") == (view.score, view.goals[0].state)
    assert (None, None) == (view.goals[0].level, view.goals[0].assessed_on)


def test_a_goal_as_it_is_shown() -> None:
    view = project(
        [
            GoalSet(on="2024", goal="g", title="Speak Czech", vision="v", weight=2, due="2025-06"),
            GoalAssessed(on="2024-05", goal="g", level=-2),
            GoalAssessed(on="2024-09", goal="g", level=1),
        ]
    )
    assert {
        "goal": "g",
        "title": "Speak Czech",
        "vision": "v",
        "weight": 2,
        "due": "2025-06",
        "level": 1,
        "assessed_on": "2024-09",
        "state": "reached",
    } == view.goals[0].to_dict()
    assert 60 == view.score == getattr(view, view.HEADLINE)
    assert [(3, "2024-09", 10)] == [(e.seq, e.on, e.share) for e in view.evidence]


@pytest.mark.parametrize(
    ("due", "at", "state"),
    [
        ("2024-06-30", "2024-06-30", "open"),
        ("2024-06-30", "2024-07-01", "overdue"),
        ("2024-06", "2024-06-30", "open"),
        ("2024-06", "2024-07-01", "overdue"),
        ("2024", "2024-12-31", "open"),
        ("2024", "2025-01-01", "overdue"),
        (None, "2025-01-01", "open"),
    ],
)
def test_goal_is_overdue_after_its_whole_due_date(due: str | None, at: str, state: str) -> None:
    view = project([GoalSet(on="2024-01-01", goal="g", title="…", due=due)], at=at)
    assert state == view.goals[0].state
    assert ("g",) * (state == "overdue") == view.overdue


@pytest.mark.parametrize(("level", "state"), [(-1, "overdue"), (0, "reached"), (2, "reached")])
def test_a_goal_is_reached_as_expected_or_better(level: int, state: str) -> None:
    facts_ = [
        GoalSet(on="2024", goal="g", title="…", due="2024"),
        GoalAssessed(on="2025", goal="g", level=level),
    ]
    assert state == project(facts_).goals[0].state


def test_a_dropped_goal_no_longer_counts() -> None:
    facts_ = [*goals((1, 2), (1, -1)), GoalDropped(on="2025-06", goal="g1", reason="…")]
    view = project(facts_)
    assert (70, ("g1",)) == (view.score, view.dropped)
    assert [2] == [evidence.seq for evidence in view.evidence]


@pytest.mark.parametrize(
    ("set_on", "dropped_on", "dropped"),
    [
        ("2024-03", ["2024"], True),  # which stands before its start in the history
        ("2024-03-01", ["2024-03-01"], True),
        ("2024", ["2024-05"], True),
        ("2024-03", ["2023"], False),
        ("2024-06-01", ["2024", "2024-03"], True),
    ],
)
def test_drop_wholly_before_its_goal_does_not_count(
    set_on: str, dropped_on: list[str], dropped: bool
) -> None:
    drops = [GoalDropped(on=on, goal="g", reason="…") for on in dropped_on]
    view = project([*drops, GoalSet(on=set_on, goal="g", title="…")])
    assert ("g",) * dropped == view.dropped


def test_an_assessment_that_stands_before_its_goal_counts() -> None:
    facts_ = [
        GoalSet(on="2024-03", goal="g", title="…"),
        GoalAssessed(on="2024", goal="g", level=1),
    ]
    assert (60, "2024") == (project(facts_).score, project(facts_).goals[0].assessed_on)


def test_goal_set_again_is_open_again() -> None:
    facts_ = [
        GoalSet(on="2020", goal="g", title="Speak Czech"),
        GoalSet(on="2020", goal="h", title="Speak Greek"),
        GoalAssessed(on="2021", goal="g", level=1),
        GoalDropped(on="2022", goal="g", reason="no time"),
        GoalSet(on="2023", goal="g", title="Write Czech"),
    ]
    view = project(facts_)
    assert ["Write Czech", "Speak Greek"] == [goal.title for goal in view.goals]
    assert (60, "reached") == (view.score, view.goals[0].state)


def test_what_was_never_set_is_no_goal() -> None:
    facts_ = [
        GoalAssessed(on="2021", goal="assessed", level=1),
        GoalDropped(on="2022", goal="dropped", reason="…"),
    ]
    assert (None, (), ()) == attrs.astuple(project(facts_), recurse=False)[1:4]


def test_evidence_is_the_goals_that_move_the_score_most() -> None:
    """Either way: what held it down is as telling as what held it up."""
    weighted = [(weight, 1) for weight in range(1, 11)] + [(20, -2)]
    view = project(goals(*weighted))
    assert TOP == len(view.evidence)
    assert [20, 18, 16, 14, 12, 10, 8, 6, 4, 22] == [e.seq for e in view.evidence]
    assert min(e.share for e in view.evidence) == view.evidence[-1].share < 0


def test_correlated_goals_lie_nearer_to_50() -> None:
    assert score((1, 1), (1, 1), rho=1) == pytest.approx(60)
    assert score((1, 1), (1, 1)) == pytest.approx(50 + 20 / sqrt(2.6))
    with pytest.raises(DefinitionError):
        Goals.with_(rho=0)
