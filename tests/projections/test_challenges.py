"""The laws of Challenges, and its numbers worked out by hand."""

from datetime import date, timedelta
from functools import partial
from math import exp

import pytest
from hypothesis import given, strategies as st

from careerledger.events import (
    Action,
    ChallengeResolved,
    ChallengeTaken,
    ConfidenceRated,
    SetbackOvercome,
    SetbackSuffered,
)
from careerledger.projections import Challenges
from careerledger.projections.challenges import ChallengesView
from careers import TODAY, careers, facts_of, new_ledger, view_of

_shares = st.floats(0, 1)
histories = facts_of(
    ChallengeTaken, ChallengeResolved, SetbackSuffered, SetbackOvercome, ConfidenceRated
)


project = partial(view_of, Challenges)


def taken(challenge: str = "c", on: object = TODAY, difficulty: int = 3) -> ChallengeTaken:
    return ChallengeTaken(on=on, challenge=challenge, title="Migrate", difficulty=difficulty)


def resolved(challenge: str = "c", on: object = TODAY, **more: object) -> ChallengeResolved:
    return ChallengeResolved(on=on, challenge=challenge, **{"outcome": "met", **more})


def stretch(facts: list[Action], at: object = TODAY, **parameters: object) -> float:
    found = project(facts, at, **parameters).stretch
    assert found is not None
    return found


# Stretch


@given(history=histories)
def test_shares_of_evidence_make_the_stretch(history: list) -> None:
    view = project(history)
    challenges = {fact.challenge for fact in history if isinstance(fact, ChallengeTaken)}
    assert challenges == {challenge.challenge for challenge in view.challenges}
    assert (view.stretch is None) == (not challenges)
    if view.stretch is not None:
        assert view.stretch == pytest.approx(sum(evidence.share for evidence in view.evidence))
    shares = [evidence.share for evidence in view.evidence]
    assert sorted(shares, reverse=True) == shares


@given(career=careers)
def test_the_evidence_is_the_entries_by_which_challenges_were_taken(career: list) -> None:
    ledger = new_ledger()
    career.record(ledger)
    entries = {entry.seq: entry.event for entry in ledger.entries(until=TODAY)}
    view = ledger.project(Challenges, at=TODAY)
    for evidence in view.evidence:
        assert isinstance(entries[evidence.seq], ChallengeTaken)
        assert entries[evidence.seq].on == evidence.on


def parts(challenges: list) -> list[Action]:
    """Challenges of difficulty, feedback and age, each known by its place in the list."""
    found: list[Action] = []
    for number, (difficulty, feedback, age) in enumerate(challenges):
        day = TODAY - timedelta(days=age)
        found += [
            taken(str(number), day, difficulty),
            resolved(str(number), day, feedback=feedback),
        ]
    return found


_challenges = st.lists(
    st.tuples(st.integers(1, 5), _shares, st.integers(0, 3000)), min_size=1, max_size=5
)


@given(challenges=_challenges)
def test_the_stretch_is_the_formula(challenges: list) -> None:
    total = sum(d * (0.5 + feedback) * 2 ** (-age / 365) for d, feedback, age in challenges)
    assert stretch(parts(challenges)) == pytest.approx(1 - exp(-total / 6))


@given(challenges=_challenges, which=st.integers(0, 4), more=_shares)
def test_the_stretch_is_monotone_in_difficulty_and_feedback(
    challenges: list, which: int, more: float
) -> None:
    index = which % len(challenges)
    difficulty, feedback, age = challenges[index]
    before = stretch(parts(challenges))
    harder = [*challenges]
    harder[index] = (min(5, difficulty + 1), feedback, age)
    assert before <= stretch(parts(harder))
    told = [*challenges]
    told[index] = (difficulty, max(feedback, more), age)
    assert before <= stretch(parts(told))


@given(challenges=_challenges, difficulty=st.integers(1, 5), feedback=_shares)
def test_the_stretch_is_concave(challenges: list, difficulty: int, feedback: float) -> None:
    """The same challenge once more adds no more than it did the first time."""
    more = (difficulty, feedback, 0)
    levels = [stretch(parts([*challenges, *[more] * times])) for times in range(3)]
    assert levels[0] <= levels[1] <= levels[2]
    assert levels[2] - levels[1] <= levels[1] - levels[0] + 1e-12


@pytest.mark.parametrize(
    ("years", "at_the_end", "before_the_last"),
    [(1, 0.393, 0.0), (10, 0.632, 0.393)],
)
def test_one_average_challenge_a_year_stretches_by_half(
    years: int, at_the_end: float, before_the_last: float
) -> None:
    yearly = [taken(str(n), TODAY - timedelta(days=365 * n)) for n in range(years)]
    assert at_the_end == pytest.approx(stretch(yearly), abs=1e-3)
    last = [*yearly[1:], taken("ages ago", "1000")]
    assert before_the_last == pytest.approx(stretch(last), abs=1e-3)


def test_without_challenges_there_is_nothing_to_say() -> None:
    view = project([])
    assert (None, (), ()) == (view.stretch, view.challenges, view.evidence)
    assert {"met": 0, "partly": 0, "failed": 0, "withdrawn": 0, "open": 0} == view.outcomes
    assert (0, 0, None, None) == (
        view.resilience.suffered,
        view.resilience.overcome,
        view.resilience.share,
        view.resilience.median_days,
    )
    assert () == view.confidence
    assert "stretch" == ChallengesView.HEADLINE
    assert "stretch: \N{EN DASH}" in str(view)


def test_open_challenge_fades_from_its_start() -> None:
    year_ago, two_ago = (TODAY - timedelta(days=365 * n) for n in (1, 2))
    assert stretch([taken(on=two_ago)]) == pytest.approx(1 - exp(-3 / 4 / 6))
    ended = [taken(on=two_ago), resolved(on=year_ago)]
    assert stretch(ended) == pytest.approx(1 - exp(-3 / 2 / 6))


def test_challenge_end_may_be_less_exact() -> None:
    """In a history 2026 stands before 2026-03; it fades from the later of the two first days."""
    view = project([taken(on="2026-03-01"), resolved(on="2026", outcome="partly")], "2026-03-01")
    (challenge,) = view.challenges
    assert ("2026-03-01", "2026", "partly") == (
        challenge.taken,
        challenge.resolved,
        challenge.outcome,
    )
    assert 1 == view.outcomes["partly"]
    assert view.stretch == pytest.approx(1 - exp(-3 / 6))


def test_missing_feedback_counts_as_the_middle() -> None:
    unsaid, middle = (stretch([taken(), resolved(feedback=f)]) for f in (None, 0.5))
    assert middle == unsaid
    assert stretch([taken(), resolved(feedback=0)]) == pytest.approx(1 - exp(-1.5 / 6))
    assert stretch([taken()], feedback=1) == pytest.approx(1 - exp(-4.5 / 6))


def test_the_half_life_and_the_scale_are_parameters() -> None:
    old = [taken(on=TODAY - timedelta(days=100))]
    assert stretch(old, half_life=100) == pytest.approx(1 - exp(-1.5 / 6))
    assert stretch([taken()], k=3) == pytest.approx(1 - exp(-1))


def test_what_is_very_long_ago_has_faded_to_nothing() -> None:
    view = project([taken(on="0001-01-01")])
    assert (0.0, ()) == (view.stretch, view.evidence)


def test_the_evidence_names_the_ten_largest_shares() -> None:
    days = [TODAY - timedelta(days=n) for n in range(12)]
    view = project([taken(str(n), day) for n, day in enumerate(days)])
    assert list(range(1, 11)) == [evidence.seq for evidence in view.evidence]
    alike = project([taken("a"), taken("b")])
    assert [1, 2] == [evidence.seq for evidence in alike.evidence]
    assert alike.evidence[0].share == alike.evidence[1].share


def test_a_challenge_tells_what_its_start_and_its_end_say() -> None:
    view = project(
        [
            taken("late", "2021"),
            taken("early", "2020", difficulty=5),
            resolved(
                "early",
                "2022-02",
                outcome="failed",
                feedback=0.25,
                lessons=["ask"],
                skills=["sql", "dbt"],
            ),
        ]
    )
    early, late = view.challenges
    assert {
        "challenge": "early",
        "title": "Migrate",
        "difficulty": 5,
        "taken": "2020",
        "resolved": "2022-02",
        "outcome": "failed",
        "feedback": 0.25,
        "lessons": ["ask"],
        "skills": ["sql", "dbt"],
    } == early.to_dict()
    assert ("late", None, "open", None, (), ()) == (
        late.challenge,
        late.resolved,
        late.outcome,
        late.feedback,
        late.lessons,
        late.skills,
    )


def test_the_end_of_what_was_never_taken_does_not_count() -> None:
    """Its difficulty is not known."""
    view = project([resolved("never taken"), taken("c")])
    assert ["c"] == [challenge.challenge for challenge in view.challenges]
    assert (1, 0) == (view.outcomes["open"], view.outcomes["met"])
    assert None is project([resolved("never taken")]).stretch


def test_last_statement_counts() -> None:
    view = project(
        [
            taken(difficulty=1, on="2020"),
            taken(difficulty=4, on="2021"),
            resolved(outcome="failed", on="2022"),
            resolved(outcome="met", on="2023"),
        ]
    )
    (challenge,) = view.challenges
    assert (4, "2021", "met") == (challenge.difficulty, challenge.taken, challenge.outcome)
    assert [2] == [evidence.seq for evidence in view.evidence]


@given(history=histories)
def test_every_challenge_has_one_outcome(history: list) -> None:
    view = project(history)
    assert len(view.challenges) == sum(view.outcomes.values())
    for outcome, count in view.outcomes.items():
        assert count == sum(challenge.outcome == outcome for challenge in view.challenges)


# Resilience


def suffered(setback: str, on: str, severity: int = 3) -> SetbackSuffered:
    return SetbackSuffered(on=on, setback=setback, what="laid off", severity=severity)


def overcome(setback: str, on: str) -> SetbackOvercome:
    return SetbackOvercome(on=on, setback=setback, how="asked for help")


@given(history=histories)
def test_no_more_setbacks_are_overcome_than_were_suffered(history: list) -> None:
    found = project(history).resilience
    assert 0 <= found.overcome <= found.suffered == len(found.setbacks)
    assert (found.share is None) == (found.suffered == 0)
    assert (found.median_days is None) == (found.overcome == 0)
    assert all(setback.days is None or setback.days >= 0 for setback in found.setbacks)


@pytest.mark.parametrize(
    ("days", "median"), [([4], 4), ([10, 4], 7), ([90, 3, 5], 5), ([1, 2, 4, 8], 3)]
)
def test_the_median_days_to_overcome(days: list, median: float) -> None:
    facts = [
        fact
        for number, count in enumerate(days)
        for fact in (
            suffered(str(number), "2020-01-01"),
            overcome(str(number), str(date(2020, 1, 1) + timedelta(days=count))),
        )
    ]
    assert median == project([*facts, suffered("open", "2021")]).resilience.median_days


def test_a_setback_tells_when_it_was_suffered_and_overcome() -> None:
    found = project(
        [suffered("b", "2021"), suffered("a", "2020-03", severity=5), overcome("a", "2020-04")]
    ).resilience
    assert (2, 1, 0.5, 31) == (found.suffered, found.overcome, found.share, found.median_days)
    first, second = found.setbacks
    assert {
        "setback": "a",
        "what": "laid off",
        "severity": 5,
        "suffered": "2020-03",
        "overcome": "2020-04",
        "days": 31,
        "entries": [2, 3],
    } == first.to_dict()
    assert ("b", None, None, (1,)) == (
        second.setback,
        second.overcome,
        second.days,
        second.entries,
    )


def test_setback_within_one_year_took_zero_days() -> None:
    """In a history 2024 stands before 2024-03."""
    found = project([suffered("a", "2024-03"), overcome("a", "2024")]).resilience
    assert (1, 0) == (found.overcome, found.median_days)


def test_overcoming_what_was_never_suffered_does_not_count() -> None:
    found = project([overcome("a", "2024"), suffered("b", "2024")]).resilience
    assert (1, 0, 0.0, None) == (found.suffered, found.overcome, found.share, found.median_days)


# Confidence


def test_confidence_by_theme_over_time() -> None:
    view = project(
        [
            ConfidenceRated(on="2021-05", theme="speaking", level=0.75),
            ConfidenceRated(on="2020", theme="writing", level=0.5),
            ConfidenceRated(on="2020", theme="speaking", level=0.25),
        ]
    )
    speaking, writing = view.confidence
    assert ("speaking", 0.75) == (speaking.theme, speaking.latest)
    assert [("2020", 0.25, 3), ("2021-05", 0.75, 1)] == [
        (reading.on, reading.level, reading.seq) for reading in speaking.readings
    ]
    assert ("writing", 0.5, 1) == (writing.theme, writing.latest, len(writing.readings))
