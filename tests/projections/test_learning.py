"""The laws of Learning, and what counts where."""

from functools import partial

import attrs
import pytest
from hypothesis import given

from careerledger.events import (
    Action,
    CourseDropped,
    CourseFinished,
    CourseStarted,
    CpdClaimed,
    CredentialAwarded,
    GoalSet,
    SkillPractised,
    TrendNoted,
    VisionDeclared,
    VisionRetired,
    VisionRevised,
)
from careerledger.projections import Learning, VisionAlignment
from careerledger.projections.learning import TOP, LearningCut
from careers import TODAY, facts_of, new_ledger, view_of

facts = facts_of(
    CourseStarted,
    CourseFinished,
    CourseDropped,
    SkillPractised,
    VisionDeclared,
    VisionRevised,
    VisionRetired,
    GoalSet,
    TrendNoted,
    CredentialAwarded,
    CpdClaimed,
)


project = partial(view_of, Learning)


def is_learning(fact: object) -> bool:
    return isinstance(fact, CourseStarted | CourseFinished | CourseDropped | SkillPractised)


def seconds(fact: Action) -> int:
    """The rule of the docs, written down once more."""
    stated = 10 if fact.hours is None and isinstance(fact, CourseFinished) else fact.hours or 0
    return round(stated * 3600)


def plain(cuts: tuple[LearningCut, ...]) -> list[tuple[str, int, float]]:
    return [(cut.name, cut.courses, cut.hours) for cut in cuts]


def totals(cuts: tuple[LearningCut, ...]) -> tuple[int, int]:
    return sum(cut.courses for cut in cuts), sum(round(cut.hours * 3600) for cut in cuts)


@given(facts_=facts)
def test_every_cut_adds_up_to_the_same_total(facts_: list) -> None:
    """To the second."""
    view = project(facts_)
    learned = [fact for fact in facts_ if is_learning(fact)]
    finished = sum(isinstance(fact, CourseFinished) for fact in learned)
    whole = (finished, sum(map(seconds, learned)))
    assert whole == (view.courses, round(view.hours * 3600))
    for cuts in (view.by_year, view.by_theme, view.by_provider, view.by_format):
        assert whole == totals(cuts)
        assert len(cuts) == len({cut.name for cut in cuts})
        assert all(cut.courses or cut.hours for cut in cuts)
    for cuts in (view.by_theme, view.by_provider, view.by_format):
        assert sorted(cuts, key=lambda cut: (-cut.hours, cut.name)) == list(cuts)
    years = [cut.name for cut in view.by_year]
    assert sorted(years) == years
    assert view.hours == getattr(view, view.HEADLINE)


@given(facts_=facts)
def test_a_cut_holds_what_carries_its_name(facts_: list) -> None:
    """Counted once more from the history; a theme's part is even to the second."""
    ledger = new_ledger()
    ledger.record(facts_)
    history = [entry.event for entry in ledger.entries(until=TODAY)]
    starts = {fact.course: fact for fact in history if isinstance(fact, CourseStarted)}
    expected: dict[str, dict[str, int]] = {"year": {}, "provider": {}, "format": {}}
    by_theme: dict[str, float] = {}
    for fact in filter(is_learning, history):
        source = starts.get(fact.course) if isinstance(fact, CourseDropped) else fact
        names = {
            "year": fact.on[:4],
            "provider": getattr(source, "provider", None) or "",
            "format": getattr(source, "format", ""),
        }
        for cut, name in names.items():
            expected[cut][name] = expected[cut].get(name, 0) + seconds(fact)
        for carried in fact.themes or {""}:
            part = seconds(fact) / (len(fact.themes) or 1)
            by_theme[carried] = by_theme.get(carried, 0) + part
    view = ledger.project(Learning, at=TODAY)
    for cut, sums in expected.items():
        found = {part.name: round(part.hours * 3600) for part in getattr(view, f"by_{cut}")}
        assert {name: total for name, total in sums.items() if total} == {
            name: total for name, total in found.items() if total
        }
    found = {part.name: part.hours * 3600 for part in view.by_theme}
    for name, total in by_theme.items():
        assert total == pytest.approx(found.get(name, 0), abs=len(history))


@given(facts_=facts)
def test_what_serves_a_vision_in_force(facts_: list) -> None:
    """Counted once more, with the visions that VisionAlignment has in force."""
    ledger = new_ledger()
    ledger.record(facts_)
    history = [entry.event for entry in ledger.entries(until=TODAY)]
    held = ledger.project(VisionAlignment, at=TODAY).visions
    ids = {vision.vision for vision in held}
    themes = {part.theme for vision in held for part in vision.themes}
    goals = {f.goal: f.vision for f in history if isinstance(f, GoalSet) and f.vision}
    total = served = 0
    for fact in filter(is_learning, history):
        total += seconds(fact)
        named = {id_ for id_, weight in (fact.toward or {}).items() if weight > 0}
        if themes & fact.themes or named & ids or {goals.get(id_) for id_ in named} & ids:
            served += seconds(fact)
    view = ledger.project(Learning, at=TODAY)
    assert (served / total if total else None) == view.serving
    assert view.serving is None or 0 <= view.serving <= 1


@given(facts_=facts)
def test_a_credential_is_in_force_or_expired_unless_it_was_renewed(facts_: list) -> None:
    view = project(facts_)
    last = {f.credential for f in facts_ if isinstance(f, CredentialAwarded)}
    both = [found.credential for found in (*view.in_force, *view.expired)]
    assert len(both) == len(set(both))
    assert set(both) <= last
    names = [found.name for found in (*view.in_force, *view.expired)]
    assert bool(last) == bool(names)
    assert len(view.expired) == len({(found.name, found.issuer) for found in view.expired})
    assert all(c.expires is None or c.expires.last_day >= TODAY for c in view.in_force)
    assert all(c.expires is not None and c.expires.last_day < TODAY for c in view.expired)
    assert set(view.expiring) <= {
        c for c in view.in_force if c.expires and (c.expires.last_day - TODAY).days <= 90
    }
    for credentials in (view.expiring, view.expired):
        ends = [credential.expires.last_day for credential in credentials]
        assert sorted(ends) == ends


@given(facts_=facts)
def test_a_trend_is_unanswered_until_something_is_learned_on_it(facts_: list) -> None:
    ledger = new_ledger()
    ledger.record(facts_)
    history = list(ledger.entries(until=TODAY))
    learned = [entry.event for entry in history if is_learning(entry.event)]
    assert [
        entry.seq
        for entry in history
        if isinstance(entry.event, TrendNoted)
        and not any(
            entry.event.theme in fact.themes and fact.on.last_day >= entry.event.on.first_day
            for fact in learned
        )
    ] == [trend.seq for trend in ledger.project(Learning, at=TODAY).unanswered]


@given(facts_=facts)
def test_evidence_names_the_entries_with_the_most_hours(facts_: list) -> None:
    ledger = new_ledger()
    ledger.record(facts_)
    learned = [e for e in ledger.entries(until=TODAY) if is_learning(e.event)]
    learned = [entry for entry in learned if seconds(entry.event)]
    learned.sort(key=lambda entry: -seconds(entry.event))
    assert [
        (entry.seq, entry.event.on, seconds(entry.event) / 3600) for entry in learned[:TOP]
    ] == [(e.seq, e.on, e.share) for e in ledger.project(Learning, at=TODAY).evidence]


def test_nothing_to_go_on_gives_none() -> None:
    view = project([])
    assert (0, 0, 0, None, None) == (
        view.hours,
        view.courses,
        view.dropped,
        view.drop_rate,
        view.serving,
    )
    empty = attrs.asdict(view, recurse=False, filter=lambda _, value: isinstance(value, tuple))
    assert {()} == set(empty.values())


def test_the_cuts_of_a_small_history() -> None:
    view = project(
        [
            CourseStarted(on="2023", course="c", title="SQL", provider="edX", hours=2),
            CourseFinished(
                on="2024-02",
                course="c",
                title="SQL",
                provider="edX",
                themes={"data"},
                hours=8,
            ),
            CourseFinished(on="2024-03", title="Clean Code", format="book", themes={"craft"}),
            SkillPractised(on="2024-04", skill="sql", hours=1, themes={"data"}),
            SkillPractised(on="2024-05", skill="sql"),
        ]
    )
    assert (21, 2) == (view.hours, view.courses)
    assert [("2023", 0, 2), ("2024", 2, 19)] == plain(view.by_year)
    assert [("craft", 1, 10), ("data", 1, 9), ("", 0, 2)] == plain(view.by_theme)
    assert [("", 1, 11), ("edX", 1, 10)] == plain(view.by_provider)
    assert [("book", 1, 10), ("course", 1, 10), ("", 0, 1)] == plain(view.by_format)


def test_themes_share_an_action() -> None:
    """Ten seconds and one course among three."""
    facts_ = [CourseFinished(on="2024", title="…", hours=10 / 3600, themes={"c", "a", "b"})]
    assert [("a", 1, 4 / 3600), ("b", 0, 3 / 3600), ("c", 0, 3 / 3600)] == plain(
        project(facts_).by_theme
    )


@pytest.mark.parametrize(("hours", "counted"), [(None, 10), (0, 0), (3, 3)])
def test_course_without_hours_counts_ten(hours: float | None, counted: float) -> None:
    view = project([CourseFinished(on="2024", title="…", hours=hours)])
    assert (counted, 1) == (view.hours, view.courses)


def test_the_hours_of_a_course_are_a_parameter() -> None:
    assert 4.5 == project([CourseFinished(on="2024", title="…")], course_hours=4.5).hours


def test_finished_course_states_its_own_provider() -> None:
    facts_ = [
        CourseStarted(on="2023", course="c", title="…", provider="edX", format="degree"),
        CourseFinished(on="2024", course="c", title="…", format="book", hours=1),
    ]
    view = project(facts_)
    assert ([("", 1, 1)], [("book", 1, 1)]) == (plain(view.by_provider), plain(view.by_format))


@pytest.mark.parametrize("started", ["2023", "2024-03"])
def test_dropped_course_takes_provider_from_its_start(started: str) -> None:
    """2024 stands before 2024-03 in a history."""
    facts_ = [
        CourseDropped(on="2024", course="c", reason="dull", hours=3),
        CourseStarted(on=started, course="c", title="…", provider="edX", format="degree"),
    ]
    view = project(facts_)
    assert ([("edX", 0, 3)], [("degree", 0, 3)]) == (
        plain(view.by_provider),
        plain(view.by_format),
    )


def test_a_dropped_course_that_never_started_has_none() -> None:
    view = project([CourseDropped(on="2024", course="c", reason="dull", hours=3)])
    assert ([("", 0, 3)], [("", 0, 3)]) == (plain(view.by_provider), plain(view.by_format))


def test_drop_rate_counts_ended_courses() -> None:
    finished = [CourseFinished(on="2024", title="…") for _ in range(3)]
    dropped = CourseDropped(on="2024", course="c", reason="dull")
    started = CourseStarted(on="2024", course="d", title="…")
    assert (1, 0.25) == attrs.astuple(project([*finished, dropped, started]), recurse=False)[3:5]
    assert project([started]).drop_rate is None
    assert 0 == project(finished).drop_rate


@pytest.mark.parametrize(
    ("expires", "at", "parts"),
    [
        (None, "2024-06-30", "in_force"),
        ("2024-06-30", "2024-06-30", "in_force expiring"),
        ("2024-06-30", "2024-07-01", "expired"),
        ("2024-06", "2024-06-30", "in_force expiring"),
        ("2024-06", "2024-07-01", "expired"),
        ("2024", "2024-12-31", "in_force expiring"),
        ("2024", "2025-01-01", "expired"),
        ("2024-09-28", "2024-06-30", "in_force expiring"),
        ("2024-09-29", "2024-06-30", "in_force"),
    ],
)
def test_a_credential_holds_to_the_end_of_its_last_day(
    expires: str | None, at: str, parts: str
) -> None:
    """The 28th of September is 90 days after the 30th of June."""
    awarded = CredentialAwarded(
        on="2020", credential="c", name="CKA", issuer="CNCF", expires=expires
    )
    view = project([awarded], at=at)
    assert parts.split() == [
        part for part in ("in_force", "expiring", "expired") if getattr(view, part)
    ]
    (found,) = view.in_force or view.expired
    assert {
        "credential": "c",
        "name": "CKA",
        "issuer": "CNCF",
        "awarded": "2020",
        "expires": expires,
        "seq": 1,
    } == found.to_dict()


def test_when_a_credential_is_expiring_is_a_parameter() -> None:
    awarded = CredentialAwarded(on="2020", credential="c", name="CKA", expires="2026-07-10")
    assert () == project([awarded], expiring_within=9).expiring
    assert 1 == len(project([awarded], expiring_within=10).expiring)


def test_a_credential_awarded_again_is_the_last_one() -> None:
    facts_ = [
        CredentialAwarded(on="2020", credential="c", name="CKA", expires="2023"),
        CredentialAwarded(on="2021", credential="d", name="CISSP"),
        CredentialAwarded(on="2022", credential="c", name="CKA", expires="2030"),
    ]
    view = project(facts_)
    assert (["CISSP", "CKA"], ()) == ([c.name for c in view.in_force], view.expired)
    assert [2, 3] == [credential.seq for credential in view.in_force]


VISION = VisionDeclared(on="2020", vision="v", statement="…", themes={"climate": 1})
GOAL = GoalSet(on="2020", goal="g", title="…", vision="v")


@pytest.mark.parametrize(
    ("said", "serves"),
    [
        ({}, False),
        ({"themes": {"climate"}}, True),
        ({"themes": {"music"}}, False),
        ({"toward": {"v": 0.1}}, True),
        ({"toward": {"v": 0}}, False),
        ({"toward": {"g": 1}}, True),
        ({"toward": {"g": 0}}, False),
        ({"toward": {"elsewhere": 1}}, False),
    ],
    ids=str,
)
def test_learning_serves_a_vision_by_a_link_or_a_theme(said: dict, serves: bool) -> None:
    learned = SkillPractised(on="2024", skill="x", hours=1, **said)
    other = SkillPractised(on="2024", skill="y", hours=3)
    assert 0.25 * serves == project([VISION, GOAL, learned, other]).serving


def test_learning_serves_the_visions_in_force_when_it_is_asked() -> None:
    """Also what was learned before they were declared or revised."""
    learned = CourseFinished(on="2019", title="…", themes={"climate"})
    assert 0 == project([learned]).serving
    assert 1 == project([learned, VISION]).serving
    retired = VisionRetired(on="2021", vision="v", reason="…")
    assert 0 == project([learned, VISION, retired]).serving
    revised = VisionRevised(on="2021", vision="v", reason="…", themes={"music": 1})
    assert 0 == project([learned, VISION, revised]).serving
    reworded = VisionRevised(on="2021", vision="v", reason="…", statement="!")
    assert 1 == project([learned, VISION, reworded]).serving


def test_vision_retired_in_its_first_year_is_not_in_force() -> None:
    facts_ = [
        VisionDeclared(on="2024-03", vision="v", statement="…", themes={"climate": 1}),
        VisionRetired(on="2024", vision="v", reason="…"),
        CourseFinished(on="2024", title="…", themes={"climate"}),
    ]
    assert 0 == project(facts_).serving


@pytest.mark.parametrize(
    ("noted", "learned", "answered"),
    [
        ("2024-03-10", "2024-03-10", True),
        ("2024-03-10", "2024-03-09", False),
        ("2024-03-10", "2024-03", True),
        ("2024-03-10", "2024", True),
        ("2024-03-10", "2024-02", False),
        ("2024-03", "2024-03-01", True),
        ("2024", "2023", False),
    ],
)
def test_later_learning_answers_a_trend(noted: str, learned: str, answered: bool) -> None:
    facts_ = [
        TrendNoted(on=noted, theme="ai", what="it writes", source="a talk"),
        SkillPractised(on=learned, skill="x", themes={"ai"}),
    ]
    trends = [trend.to_dict() for trend in project(facts_).unanswered]
    assert [{"theme": "ai", "what": "it writes", "source": "a talk", "on": noted, "seq": 1}] * (
        not answered
    ) == trends


def test_learning_of_a_year_answers_a_trend_of_that_year() -> None:
    """2024-03-01 comes after 2024, and ends before it."""
    facts_ = [
        TrendNoted(on="2024-06-01", theme="ai", what="…"),
        SkillPractised(on="2024", skill="x", themes={"ai"}),
        SkillPractised(on="2024-03-01", skill="x", themes={"ai"}),
    ]
    assert () == project(facts_).unanswered


def test_only_learning_with_its_theme_answers_a_trend() -> None:
    trend = TrendNoted(on="2024", theme="ai", what="…", themes={"ai"})
    other = CourseFinished(on="2025", title="…", themes={"music"})
    assert ("ai",) == tuple(found.theme for found in project([trend, other]).unanswered)


def test_evidence_is_the_entries_with_most_hours() -> None:
    """Of two alike, the earlier."""
    practised = [SkillPractised(on="2024", skill="x", hours=1) for _ in range(TOP)]
    finished = CourseFinished(on="2024", title="…")
    assert [11, *range(1, 10)] == [e.seq for e in project([*practised, finished]).evidence]


def test_a_credential_that_was_awarded_again_is_renewed() -> None:
    ledger = new_ledger()
    ledger.record(
        [
            CredentialAwarded(on="2020", credential="a1", name="AWS", expires="2022"),
            CredentialAwarded(on="2022-01", credential="a2", name="AWS", expires="2026"),
            CredentialAwarded(on="2020", credential="b", name="CKA", expires="2022"),
        ]
    )
    view = ledger.project(Learning, at="2024")
    assert ["a2"] == [found.credential for found in view.in_force]
    assert ["b"] == [found.credential for found in view.expired]
    soon = ledger.project(Learning, at="2022-12-01")
    assert ["b"] == [found.credential for found in soon.expiring]


@given(facts)
def test_claims_add_up_by_scheme_and_category(facts_: list) -> None:
    claims = [fact for fact in facts_ if isinstance(fact, CpdClaimed)]
    found = {(cpd.scheme, cpd.category): cpd for cpd in project(facts_).cpd}

    assert found.keys() == {(claim.scheme, claim.category or "") for claim in claims}
    for (scheme, category), cpd in found.items():
        mine = [c for c in claims if (c.scheme, c.category or "") == (scheme, category)]
        assert cpd.units == pytest.approx(sum(c.units for c in mine), abs=1e-5 * len(mine))
        checked = sum(c.units for c in mine if c.verifiable)
        assert cpd.verifiable == pytest.approx(checked, abs=1e-5 * len(mine))
        assert cpd.last == max(str(c.on) for c in mine)
