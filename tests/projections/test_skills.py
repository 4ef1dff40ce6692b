"""The laws of Skills, and its formula worked out by hand."""

from datetime import date, timedelta
from functools import partial
from math import fsum

import attrs
import pytest
from hypothesis import given, strategies as st

from careerledger.events import (
    Action,
    ChallengeResolved,
    CourseFinished,
    CredentialAwarded,
    MilestoneDeclared,
    RecognitionReceived,
    SkillAssessed,
    SkillPractised,
)
from careerledger.projections import Skills
from careerledger.projections.skills import WEIGHTS, Skill, SkillsView
from careers import TODAY, facts_of, new_ledger, view_of

evidence = facts_of(
    SkillAssessed,
    SkillPractised,
    ChallengeResolved,
    CourseFinished,
    CredentialAwarded,
    RecognitionReceived,
    MilestoneDeclared,
)


project = partial(view_of, Skills)


def strengths(view: SkillsView) -> dict[str, float]:
    return {skill.name: skill.strength for skill in view.skills}


def only(facts: list[Action], at: object = TODAY, **parameters: object) -> Skill:
    (skill,) = project(facts, at, **parameters).skills
    return skill


def weight(fact: Action) -> float | None:
    """The table of the docs, written down once more."""
    if isinstance(fact, SkillAssessed):
        return {"test": 0.9, "manager": 0.7, "peer": 0.6, "self": 0.3}[fact.assessor] * fact.level
    if isinstance(fact, ChallengeResolved):
        return {"met": 0.6, "partly": 0.4}.get(fact.outcome)
    return {
        SkillPractised: 0.3,
        CourseFinished: 0.25,
        CredentialAwarded: 0.5,
        RecognitionReceived: 0.2,
        MilestoneDeclared: 0.3,
    }.get(type(fact))


def skills_of(fact: Action) -> set[str]:
    if weight(fact) is None:
        return set()
    return {fact.skill} if isinstance(fact, SkillAssessed | SkillPractised) else set(fact.skills)


@given(facts=evidence, half_life=st.sampled_from([30, 365, 1000.5]))
def test_the_strength_is_the_formula(facts: list, half_life: float) -> None:
    expected: dict[str, float] = {}
    for fact in facts:
        for name in skills_of(fact):
            part = weight(fact) * 2 ** (-(TODAY - fact.on.first_day).days / half_life)
            expected[name] = 1 - (1 - expected.get(name, 0)) * (1 - part)
    found = strengths(project(facts, half_life=half_life))
    assert expected.keys() == found.keys()
    for name, strength in expected.items():
        assert strength == pytest.approx(found[name], rel=1e-9, abs=1e-12)


@given(facts=evidence)
def test_held_is_the_sum_of_strengths(facts: list) -> None:
    view = project(facts)
    found = [skill.strength for skill in view.skills]
    assert all(0 <= strength <= 1 for strength in found)
    assert sorted(found, reverse=True) == found
    assert (fsum(found) if found else None) == view.strength == getattr(view, view.HEADLINE)


@given(facts=evidence, more=evidence.filter(bool).map(lambda facts: facts[-1]))
def test_more_evidence_never_lowers_a_strength(facts: list, more: Action) -> None:
    """And leaves other skills as they are."""
    before, after = strengths(project(facts)), strengths(project([*facts, more]))
    for name, strength in before.items():
        if name in skills_of(more):
            assert strength <= after[name] + 1e-12
        else:
            assert strength == after[name]


@given(facts=evidence, days=st.integers(1, 3000))
def test_between_events_no_strength_rises(facts: list, days: int) -> None:
    ledger = new_ledger()
    ledger.record(facts)
    now = strengths(ledger.project(Skills, at=TODAY))
    later = strengths(ledger.project(Skills, at=TODAY + timedelta(days=days)))
    assert now.keys() == later.keys()
    assert all(later[name] <= strength for name, strength in now.items())


@given(facts=evidence)
def test_evidence_names_what_each_entry_alone_would_leave(facts: list) -> None:
    ledger = new_ledger()
    ledger.record(facts)
    history = {entry.seq: entry.event for entry in ledger.entries(until=TODAY)}
    for skill in ledger.project(Skills, at=TODAY).skills:
        shares = [found.share for found in skill.evidence]
        assert sorted(shares, reverse=True) == shares
        assert len(shares) <= 3
        for found in skill.evidence:
            fact = history[found.seq]
            assert fact.on == found.on
            alone = strengths(project([fact]))[skill.name]
            assert alone == pytest.approx(found.share, abs=1e-12)


@given(facts=evidence)
def test_dates_of_a_skill_are_those_of_its_evidence(facts: list) -> None:
    ledger = new_ledger()
    ledger.record(facts)
    history = [entry.event for entry in ledger.entries(until=TODAY)]
    view = ledger.project(Skills, at=TODAY)
    for skill in view.skills:
        shown = [fact for fact in history if skill.name in skills_of(fact)]
        used = [f.on for f in shown if isinstance(f, SkillPractised | ChallengeResolved)]
        assessed = [fact for fact in shown if isinstance(fact, SkillAssessed)]
        assert (shown[0].on, shown[-1].on) == (skill.first, skill.last)
        assert (used[-1] if used else None) == skill.last_used
        assert bool(assessed) == (skill.assessed is not None)
        if skill.assessed is not None:
            last = assessed[-1]
            assert (last.level, last.assessor, last.on) == (
                skill.assessed.level,
                skill.assessed.assessor,
                skill.assessed.on,
            )
        assert ((TODAY - shown[-1].on.first_day).days >= 365) == skill.fading
    assert tuple(skill.name for skill in view.skills if skill.fading) == view.fading


def test_nothing_to_go_on_gives_none() -> None:
    assert (TODAY, None, (), ()) == attrs.astuple(project([]), recurse=False)


DAY = "2024-01-01"


@pytest.mark.parametrize(
    ("fact", "strength"),
    [
        (SkillAssessed(on=DAY, skill="x", level=0.5, assessor="test"), 0.45),
        (SkillAssessed(on=DAY, skill="x", level=1, assessor="manager"), 0.7),
        (SkillAssessed(on=DAY, skill="x", level=1, assessor="peer"), 0.6),
        (SkillAssessed(on=DAY, skill="x", level=1), 0.3),
        (ChallengeResolved(on=DAY, challenge="c", outcome="met", skills=["x"]), 0.6),
        (ChallengeResolved(on=DAY, challenge="c", outcome="partly", skills=["x"]), 0.4),
        (CredentialAwarded(on=DAY, credential="c", name="…", skills=["x"]), 0.5),
        (SkillPractised(on=DAY, skill="x"), 0.3),
        (MilestoneDeclared(on=DAY, milestone="m", title="…", skills=["x"]), 0.3),
        (CourseFinished(on=DAY, title="…", skills=["x", "x"]), 0.25),
        (RecognitionReceived(on=DAY, kind="endorsement", text="…", skills=["x"]), 0.2),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Action) else "",
)
def test_what_one_piece_of_evidence_shows(fact: Action, strength: float) -> None:
    """Whole on its day, and half after a half-life."""
    skill = only([fact], at=DAY)
    assert strength == pytest.approx(skill.strength)
    assert not skill.fading
    year_later = only([fact], at=date(2024, 12, 31))
    assert strength / 2 == pytest.approx(year_later.strength)
    assert year_later.fading
    assert not only([fact], at=date(2024, 12, 30)).fading


def test_kinds_of_evidence_are_ranked() -> None:
    kinds = ["assessed by test", "challenge met", "practice", "course"]
    found = [WEIGHTS[kind] for kind in kinds]
    assert sorted(set(found), reverse=True) == found


def test_evidence_combines_multiplicatively() -> None:
    facts = [SkillPractised(on=DAY, skill="x"), CourseFinished(on=DAY, title="…", skills=["x"])]
    assert 1 - 0.7 * 0.75 == pytest.approx(only(facts, at=DAY).strength)


@pytest.mark.parametrize("outcome", ["failed", "withdrawn"])
def test_failed_challenge_shows_no_skill(
    outcome: str,
) -> None:
    facts = [ChallengeResolved(on=DAY, challenge="c", outcome=outcome, skills=["x"])]
    assert () == project(facts).skills
    weighed = only(facts, at=DAY, weights={f"challenge {outcome}": 0.1})
    assert (0.1, DAY) == (pytest.approx(weighed.strength), weighed.last_used)


def test_the_last_assessment_is_shown_as_it_was_made() -> None:
    facts = [
        SkillAssessed(on="2020", skill="x", level=0.9, assessor="test"),
        SkillAssessed(on="2021", skill="x", level=0.4),
        SkillPractised(on="2022", skill="x"),
    ]
    assert {"level": 0.4, "assessor": "self", "on": "2021", "seq": 2} == only(
        facts
    ).assessed.to_dict()


def test_skill_assessed_at_zero_has_no_strength() -> None:
    skill = only([SkillAssessed(on=DAY, skill="x", level=0, assessor="test")], at=DAY)
    assert (0, (), 0) == (skill.strength, skill.evidence, skill.assessed.level)


def test_names_that_differ_in_case_are_one_skill_as_first_written() -> None:
    facts = [SkillPractised(on=DAY, skill="SQL"), SkillPractised(on="2020", skill="Sql")]
    assert ["Sql"] == [skill.name for skill in project(facts).skills]
    facts = [SkillPractised(on=DAY, skill="SQL"), SkillPractised(on=DAY, skill="SQL ")]
    assert ["SQL", "SQL "] == [skill.name for skill in project(facts).skills]


def test_of_much_evidence_the_largest_three_are_named() -> None:
    """Of two alike, the earlier."""
    practised = [SkillPractised(on=DAY, skill="x") for _ in range(4)]
    test = SkillAssessed(on=DAY, skill="x", level=1, assessor="test")
    assert [5, 1, 2] == [found.seq for found in only([*practised, test]).evidence]


def test_weights_are_laid_over_the_defaults() -> None:
    facts = [SkillPractised(on=DAY, skill="x"), CourseFinished(on=DAY, title="…", skills=["y"])]
    view = project(facts, at=DAY, weights={"practice": 1})
    assert {"x": 1, "y": 0.25} == strengths(view)
    assert {"y": 0.25, "x": 0} == strengths(project(facts, at=DAY, weights={"practice": 0}))
