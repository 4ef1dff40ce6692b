"""The laws of VisionAlignment, and its formula worked out by hand."""

from datetime import date
from functools import partial
from math import exp2

import attrs
import pytest
from hypothesis import assume, given, strategies as st

from careerledger.events import (
    Action,
    CourseFinished,
    GoalSet,
    SkillPractised,
    VisionDeclared,
    VisionRetired,
    VisionRevised,
)
from careerledger.projections import VisionAlignment
from careerledger.projections.vision_alignment import TOP
from careers import TODAY, careers, facts, new_ledger, only_facts, view_of

VISION = VisionDeclared(on="2017", vision="v", statement="…", themes={"climate": 2, "craft": 1})


project = partial(view_of, VisionAlignment)


def alike(one: float | None, other: float | None) -> bool:
    """Equal but for rounding, or both unknown."""
    if one is None or other is None:
        return one is other
    return one == pytest.approx(other, abs=1e-9)


def relevance(fact: Action, vision: str, themes: dict[str, float], goals: dict[str, str]) -> float:
    """The rule of the docs, written down once more."""
    stated = [w for to, w in (fact.toward or {}).items() if to == vision or goals.get(to) == vision]
    if stated:
        return max(stated)
    carried = [themes[theme] for theme in (fact.themes or ()) if theme in themes]
    return max(carried) / max(themes.values()) if carried else 0


def by_hand(history: list[Action], at: date, half_life: float) -> dict[str, float | None]:
    """A = Σ e·r·d / Σ e·d for each vision that holds, in floats."""
    visions: dict[str, dict[str, float]] = {}
    goals: dict[str, str] = {}
    retired: dict[str, date] = {}
    """The last day of an end that stands before what it ends, which may be within its period."""
    for fact in history:
        if isinstance(fact, VisionDeclared):
            if retired.get(fact.vision, date.min) < fact.on.first_day:
                visions[fact.vision] = dict(fact.themes)
        elif isinstance(fact, VisionRevised) and fact.themes and fact.vision in visions:
            visions[fact.vision] = dict(fact.themes)
        elif isinstance(fact, VisionRetired):
            if visions.pop(fact.vision, None) is None:
                last = retired.get(fact.vision, date.min)
                retired[fact.vision] = max(last, fact.on.last_day)
        elif isinstance(fact, GoalSet) and fact.vision is not None:
            goals[fact.goal] = fact.vision
    scores: dict[str, float | None] = {}
    for vision, themes in visions.items():
        total = aligned = 0.0
        for fact in history:
            effort = fact.__event__.effort if fact.hours is None else fact.hours
            weight = effort * exp2(-(at - fact.on.first_day).days / half_life)
            total += weight
            aligned += weight * relevance(fact, vision, themes, goals)
        scores[vision] = aligned / total if total else None
    return scores


@given(career=careers, half_life=st.sampled_from([30, 365, 1000.5]))
def test_the_score_is_the_formula(career: list, half_life: float) -> None:
    ledger = new_ledger()
    career.record(ledger)
    history = [entry.event for entry in ledger.entries(until=TODAY)]
    view = ledger.project(VisionAlignment.with_(half_life=half_life), at=TODAY)
    expected = by_hand(history, TODAY, half_life)
    found = {vision.vision: vision.score for vision in view.visions}
    assert expected.keys() == found.keys()
    for vision, score in expected.items():
        assert (score is None) == (found[vision] is None)
        assert (score or 0) == pytest.approx(found[vision] or 0, rel=1e-9, abs=1e-12)


@given(career=careers)
def test_a_score_lies_between_the_smallest_and_the_largest_relevance(career: list) -> None:
    ledger = new_ledger()
    career.record(ledger)
    view = ledger.project(VisionAlignment, at=TODAY)
    history = [entry.event for entry in ledger.entries(until=TODAY)]
    goals = {f.goal: f.vision for f in history if isinstance(f, GoalSet) and f.vision}
    for vision in view.visions:
        themes = {theme.theme: theme.weight for theme in vision.themes}
        relevances = [relevance(fact, vision.vision, themes, goals) for fact in history]
        if vision.score is not None:
            assert min(relevances) - 1e-12 <= vision.score <= max(relevances) + 1e-12
        assert vision.in_force is None or 0 <= vision.in_force <= 1


@given(career=only_facts)
def test_shares_of_evidence_and_rest_sum_to_the_score(career: list) -> None:
    """Largest first; each names an entry that served the vision."""
    ledger = new_ledger()
    ledger.record(career)
    for vision in ledger.project(VisionAlignment, at=TODAY).visions:
        shares = [evidence.share for evidence in vision.evidence]
        assert sorted(shares, reverse=True) == shares
        assert len(shares) <= TOP
        assert sum(shares) + vision.rest == pytest.approx(vision.score or 0, abs=1e-9)
        if len(shares) < TOP:
            assert vision.rest == pytest.approx(0, abs=1e-12)
        dates = {entry.seq: entry.event.on for entry in ledger.entries()}
        assert [dates[evidence.seq] for evidence in vision.evidence] == [
            evidence.on for evidence in vision.evidence
        ]
        assert vision.score_beyond(0) == pytest.approx(vision.score or 0, abs=1e-9)


@given(career=only_facts, factor=st.sampled_from([0.001, 0.01, 0.5]))
def test_scaling_all_hours_alike_changes_nothing(career: list, factor: float) -> None:
    stated = [attrs.evolve(f, hours=1 if f.hours is None else f.hours) for f in career]
    scaled = [attrs.evolve(f, hours=f.hours * factor) for f in stated]
    first, second = project([VISION, *stated]), project([VISION, *scaled])
    assert alike(first.score, second.score)
    assert alike(first.in_force, second.in_force)


@given(career=only_facts, factor=st.sampled_from([0.01, 3, 1000]))
def test_scaling_all_theme_weights_alike_changes_nothing(career: list, factor: float) -> None:
    def scale(fact: Action) -> Action:
        if isinstance(fact, VisionDeclared | VisionRevised) and fact.themes:
            return attrs.evolve(fact, themes={t: w * factor for t, w in fact.themes.items()})
        return fact

    first, second = project(career), project([scale(fact) for fact in career])
    assert alike(first.score, second.score)
    assert alike(first.in_force, second.in_force)


@given(career=only_facts, idle=facts)
def test_an_action_of_zero_effort_changes_nothing(career: list, idle: Action) -> None:
    assume(not isinstance(idle, VisionDeclared | VisionRevised | VisionRetired | GoalSet))
    assert project(career) == project([*career, attrs.evolve(idle, hours=0)])


@given(career=only_facts, on=st.dates(date(2018, 1, 1), TODAY), hours=st.floats(0.1, 1000))
def test_an_action_above_the_score_never_lowers_it(career: list, on: date, hours: float) -> None:
    before = project([VISION, *career])
    more = CourseFinished(on=on, title="more", hours=hours, toward={"v": 1})
    after = project([VISION, *career, more])
    scores = [{v.vision: v.score for v in view.visions}["v"] for view in (before, after)]
    assert scores[1] >= (scores[0] or 0) - 1e-12


@given(career=only_facts)
def test_a_theme_is_unbacked_exactly_when_no_effort_carries_it(career: list) -> None:
    for vision in project(career).visions:
        shares = {theme.theme: theme.share for theme in vision.themes}
        assert {theme for theme, share in shares.items() if share == 0} == set(vision.unbacked)
        assert all(0 <= share <= 1 for share in shares.values())
        weights = [theme.weight for theme in vision.themes]
        assert sorted(weights, reverse=True) == weights


@given(career=careers)
def test_the_last_twelve_months_are_shown_to_the_month_of_the_question(career: list) -> None:
    ledger = new_ledger()
    ledger.record(career.facts)
    history = [entry.event for entry in ledger.entries(until=TODAY)]
    for vision in ledger.project(VisionAlignment, at=TODAY).visions:
        months = [month.month for month in vision.months]
        assert ["2025-07", "2025-08"] == months[:2]
        assert ("2026-06", 12) == (months[-1], len(months))
        worked = [_month_worked(event) for event in history]
        declared = max(
            place
            for place, event in enumerate(history)
            if isinstance(event, VisionDeclared) and event.vision == vision.vision
        )
        for month in vision.months:
            assert (month.month in worked) == (month.hours > 0)
            assert (month.month in worked[declared:]) == (month.score is not None)


def _month_worked(event: Action) -> str | None:
    """The month of what counts as effort, if the date tells it."""
    hours = event.__event__.effort if event.hours is None else event.hours
    return event.on.month if hours and event.on.precision != "year" else None


def test_nothing_to_go_on_gives_none() -> None:
    assert (None, None, ()) == attrs.astuple(project([]), recurse=False)[1:]
    view = project([VISION])
    assert (None, None) == (view.score, view.in_force)
    assert (None, ("climate", "craft")) == (view.visions[0].score, view.visions[0].unbacked)


def test_the_two_readings_of_a_revised_vision() -> None:
    """What was aligned with the old words may not be with the new ones."""
    view = project(
        [
            VISION,
            CourseFinished(on="2024-01-01", title="Climate", hours=10, themes={"climate"}),
            VisionRevised(on="2024-02", vision="v", reason="learned", themes={"music": 1}),
            CourseFinished(on="2024-01-01", title="Singing", hours=30, themes={"music"}),
        ],
        at="2024-03-01",
    )
    assert pytest.approx(30 / 40) == view.score
    assert pytest.approx(10 / 40) == view.in_force
    assert [40] == [m.hours for m in view.visions[0].months if m.month == "2024-01"]
    assert [pytest.approx(0.25)] == [m.score for m in view.visions[0].months if m.score is not None]


def test_nearer_visions_count_more() -> None:
    def vision(name: str, horizon: float | None) -> VisionDeclared:
        themes = {name: 1.0}
        return VisionDeclared(
            on="2020", vision=name, statement=name, themes=themes, horizon=horizon
        )

    effort = CourseFinished(on="2024", title="x", hours=1, themes={"near"})
    view = project([vision("near", 2), vision("far", 8), vision("star", None), effort])
    # 1/2, 1/8 and, as the most distant, 1/8
    assert view.score == pytest.approx((1 / 2) / (1 / 2 + 1 / 8 + 1 / 8))
    only_stars = project([vision("near", None), vision("star", None), effort])
    assert only_stars.score == pytest.approx(1 / 2)


def test_effort_that_is_not_stated_is_taken_from_the_table() -> None:
    facts_ = [
        VISION,
        SkillPractised(on="2024", skill="x", themes={"climate"}),
        CourseFinished(on="2024", title="y"),
    ]
    assert project(facts_).score == pytest.approx(1 / 11)
    assert project(facts_, efforts={"course.finished": 1}).score == pytest.approx(1 / 2)


@pytest.mark.parametrize(("year", "score", "months"), [("1815", 1, 12), ("0001", None, 6)])
def test_dates_long_ago(year: str, score: float | None, months: int) -> None:
    """A career of the 19th century counts; what lies centuries before fading began does not."""
    old = [
        VisionDeclared(on=year, vision="v", statement="…", themes={"a": 1}),
        CourseFinished(on=f"{year}-01-01", title="old", hours=1, themes={"a"}),
    ]
    view = project(old, at=f"{year}-06")
    assert (score, score) == (view.score, view.in_force)
    assert months == len(view.visions[0].months)


def test_vision_retired_in_its_first_year_is_retired() -> None:
    """2024 stands before 2024-03 in a history."""
    declared = VisionDeclared(on="2024-03", vision="v", statement="…", themes={"a": 1})
    assert () == project([declared, VisionRetired(on="2024", vision="v", reason="x")]).visions


def test_themes_may_hold_whatever_text_does() -> None:
    def course(*themes: str) -> CourseFinished:
        return CourseFinished(on="2024", title="x", hours=1, themes=themes)

    vision = VisionDeclared(on="2020", vision="v", statement="…", themes={"a": 1})
    assert project([vision, course("a\nb"), course("a", "b")]).score == pytest.approx(1 / 2)
    assert project([vision, course("a"), course("")]).score == pytest.approx(1 / 2)


def test_horizons_of_whatever_size_have_a_mean() -> None:
    visions = [
        VisionDeclared(on="2020", vision=str(n), statement="…", themes={"a": 1}, horizon=horizon)
        for n, horizon in enumerate([1e-308, 10, 1e308])
    ]
    effort = CourseFinished(on="2024", title="x", hours=1, themes={"a"})
    assert project([*visions, effort]).score == pytest.approx(1)


def test_months_of_before_the_last_twelve_are_let_go() -> None:
    efforts = [
        CourseFinished(on=f"{year}-{month:02}-15", title="x", hours=month, themes={"climate"})
        for year in (2024, 2025)
        for month in range(1, 13)
    ]
    (vision,) = project([VISION, *efforts], at="2025").visions
    assert [(f"2025-{n:02}", n, 1) for n in range(1, 13)] == [
        (month.month, month.hours, month.score) for month in vision.months
    ]


def test_an_end_wholly_before_the_start_ends_nothing() -> None:
    ledger = new_ledger()
    ledger.record(
        [
            VisionDeclared(on="2024", vision="v", statement="s", themes={"a": 1}),
            VisionRetired(on="2020", vision="v", reason="a slip of the pen"),
            CourseFinished(on="2024-03", title="x", hours=10, themes={"a"}),
        ]
    )
    assert 1.0 == ledger.project(VisionAlignment, at="2024").score


def test_month_counts_all_its_hours() -> None:
    """Also before the vision was declared, and again when it is declared anew; a year is none."""
    worked = [
        SkillPractised(on="2025-10-05", skill="x", hours=8, themes={"data"}),
        SkillPractised(on="2025-11", skill="x", hours=2, themes={"data"}),
        SkillPractised(on="2025", skill="x", hours=1_200, themes={"data"}),
    ]
    declared = VisionDeclared(on="2025-11-01", vision="v", statement="s", themes={"data": 1})
    for again in ([], [declared.replace(on="2026-01-15")]):
        ledger = new_ledger()
        ledger.record(worked)
        ledger.record(declared)
        if again:
            ledger.amend(ledger.entry(4).id, again[0], reason="later")
        view = ledger.project(VisionAlignment, at="2026-03-01")
        months = {month.month: (month.hours, month.score) for month in view.visions[0].months}
        assert (8.0, None) == months["2025-10"]
        assert 2.0 == months["2025-11"][0]
        assert 10.0 == sum(hours for hours, _ in months.values())


@given(
    st.lists(st.tuples(st.floats(1e-6, 1), st.floats(0.25, 400)), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
def test_the_score_lies_between_the_weights_whatever_the_order(actions, random) -> None:
    """To the last bit: a single action scores just what it states."""

    def score(order):
        ledger = new_ledger()
        ledger.record(VisionDeclared(on="2024", vision="v", statement="s", themes={"x": 1}))
        ledger.record(
            [SkillPractised(on="2024-05-05", skill="x", hours=h, toward={"v": r}) for r, h in order]
        )
        return ledger.project(VisionAlignment, at="2024-12").score

    found = score(actions)
    weights = [weight for weight, _ in actions]
    assert min(weights) <= found <= max(weights)
    random.shuffle(actions)
    assert found == score(actions)


MOMENTS = st.sampled_from(
    [
        "2023-11",
        "2023-12-05",
        "2024",
        "2024-01",
        "2024-01-10",
        "2024-02",
        "2024-02-03",
        "2025-02-03",
    ]
)
WORDS = st.dictionaries(st.sampled_from("abc"), st.sampled_from([1, 2, 4]), min_size=1)
LINKS = st.dictionaries(st.sampled_from("vwgh"), st.sampled_from([0, 0.25, 1]), max_size=2)
VISIONS, GOALS = st.sampled_from("vw"), st.sampled_from("gh")
CHANGING = st.lists(
    st.one_of(
        st.builds(
            lambda on, themes, toward, hours: CourseFinished(
                on=on, title="…", hours=hours, themes=themes, toward=toward
            ),
            MOMENTS,
            st.sets(st.sampled_from("abc"), max_size=2),
            st.none() | LINKS,
            st.sampled_from([0.5, 2]),
        ),
        st.builds(
            lambda on, vision, themes: VisionDeclared(
                on=on, vision=vision, statement="…", themes=themes
            ),
            MOMENTS,
            VISIONS,
            WORDS,
        ),
        st.builds(
            lambda on, vision, themes: VisionRevised(
                on=on, vision=vision, reason="…", themes=themes
            ),
            MOMENTS,
            VISIONS,
            WORDS,
        ),
        st.builds(
            lambda on, vision, goal: GoalSet(on=on, goal=goal, title="…", vision=vision),
            MOMENTS,
            VISIONS,
            GOALS,
        ),
    ),
    max_size=14,
)


@given(CHANGING, st.sampled_from([date(2024, 2, 28), date(2025, 6, 1)]))
def test_effort_in_force_is_compared_with_the_words_of_its_day(facts: list, at: date) -> None:
    compare_effort_in_force(facts, at)


def test_words_may_change_after_many_months() -> None:
    courses = [
        CourseFinished(on=f"{2018 + n // 12}-{n % 12 + 1:02}", title="…", themes=["craft"])
        for n in range(30)
    ]
    revised = [
        VisionRevised(on=on, vision="v", reason="…", themes={"climate": weight, "craft": 2})
        for on, weight in (("2019-01", 4), ("2020-06", 1))
    ]
    compare_effort_in_force([VISION, *courses, *revised, courses[-1]], date(2020, 6, 30))


def compare_effort_in_force(facts: list, at: date) -> None:
    """One action after the other, as the docs say it, for all of the time and for each month."""
    words: dict[str, dict[str, float]] = {}
    goals: dict[str, str] = {}
    served: dict[str, list[tuple[str, float, float, float]]] = {}
    for fact in sorted(facts, key=lambda fact: fact.on):
        if fact.on.first_day > at:
            break
        if isinstance(fact, VisionDeclared):
            served[fact.vision] = []
        if isinstance(fact, VisionDeclared) or (
            isinstance(fact, VisionRevised) and fact.vision in words
        ):
            words[fact.vision] = dict(fact.themes)
        if isinstance(fact, GoalSet):
            goals[fact.goal] = fact.vision
        hours = fact.__event__.effort if fact.hours is None else fact.hours
        faded = hours * 2 ** (-(at - fact.on.first_day).days / 365)
        for vision, parts in served.items():
            parts.append((fact.on[:7], hours, faded, relevance(fact, vision, words[vision], goals)))

    for vision in project(facts, at).visions:
        parts = served[vision.vision]
        total = sum(faded for _, _, faded, _ in parts)
        expected = sum(faded * r for _, _, faded, r in parts) / total if total else None
        assert expected == pytest.approx(vision.in_force, abs=1e-9)
        for month in vision.months:
            within = [(hours, r) for on, hours, _, r in parts if on == month.month]
            total = sum(hours for hours, _ in within)
            expected = sum(hours * r for hours, r in within) / total if total else None
            assert expected == pytest.approx(month.score, abs=1e-9)


def test_an_action_may_work_toward_a_goal_before_the_goal_is_set() -> None:
    facts = [
        SkillPractised(on="2024-01-01", skill="…", toward={"g": 1, "h": 0.5}),
        VisionDeclared(on="2024-01-02", vision="v", statement="…", themes={"a": 1}, hours=2),
        GoalSet(on="2024-01-03", goal="g", title="…", vision="v"),
        GoalSet(on="2024-01-04", goal="h", title="…", vision="v"),
        GoalSet(on="2024-01-05", goal="g", title="…", vision="w"),
    ]
    for last in range(3, 6):
        compare_effort_in_force(facts[:last], date(2024, 2, 1))
