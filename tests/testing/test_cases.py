"""A failing case is reduced to the entries that it needs; these stay as they are."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from careerledger.events import CourseFinished, CourseStarted, RoleStarted, SkillPractised
from careerledger.projections import on, projection
from careerledger.testing import Amended, Career, LawBroken, Voided, laws
from careerledger.testing._career_builder import CareerOptions
from careerledger.testing._cases import Case, cases, without_entry
from careerledger.testing._law_runner import smaller_failure

STARTED = CourseStarted(on="2024-01", course="python", title="Python")
FINISHED = CourseFinished(on="2024-02", title="Python", course="python")
PRACTISED = SkillPractised(on="2024-03", skill="python")
OTHER = SkillPractised(on="2024-03", skill="sql")


def case(*steps, **parts):
    return Case(career=Career(steps), at=date(2025, 1, 1), **parts)


def test_entry_is_removed_with_its_corrections():
    whole = case(
        PRACTISED,
        STARTED,
        Amended(1, OTHER),
        Amended(2, STARTED),
        Voided(1),
        order=(5, 4, 3, 2, 1),
        known=3,
    )

    smaller = without_entry(whole, 1)

    assert (STARTED, Amended(1, STARTED)) == smaller.career.steps
    assert (2, 1) == smaller.order
    assert 1 == smaller.known
    assert whole.at == smaller.at
    assert smaller.base != whole.base


@pytest.mark.parametrize("refers", [FINISHED, Amended(2, FINISHED)])
def test_entry_stays_if_others_refer_to_it(refers):
    steps = (STARTED, PRACTISED, refers)

    assert without_entry(case(*steps), 1) is None
    assert without_entry(case(*steps, STARTED), 1) is not None
    assert without_entry(case(*steps), 3).career.steps == (STARTED, PRACTISED)
    assert without_entry(case(STARTED, added=FINISHED), 1) is None
    # A reference that led nowhere before may lead nowhere afterwards.
    assert without_entry(case(FINISHED, PRACTISED), 2).career.steps == (FINISHED,)


@given(
    cases(CareerOptions(kinds=(CourseStarted, CourseFinished, RoleStarted)), needs="known").filter(
        lambda case: len(case.career)
    ),
    st.integers(0, 100),
)
def test_removal_leaves_a_valid_case(whole, which):
    smaller = without_entry(whole, which % len(whole.career) + 1)

    if smaller is not None:
        assert len(smaller.career) < len(whole.career)
        assert 0 <= smaller.known <= len(smaller.career)
        remaining = [e for e in whole.uncorrected_events if e[1] in smaller.career.steps]
        assert len(remaining) >= len(smaller.uncorrected_events)


def test_failure_is_reduced_to_the_entries_it_needs():
    @projection("tests.december-alone")
    class December:
        ends: list[str] = []

        @on(SkillPractised)
        def practise(self, event):
            day = event.on.first_day
            self.ends.append(date(day.year, day.month + 1, 1).isoformat())

        def view(self, at):
            return tuple(self.ends)

    in_december = SkillPractised(on="2024-12-02", skill="python")
    days = [SkillPractised(on=f"2024-0{n}-01", skill="python") for n in range(1, 6)]
    whole = case(*days, in_december, Voided(1), STARTED)

    def check(case):
        laws(December).check(
            "same_history_same_view",
            case.career.steps,
            at=str(case.at),
            order=case.order,
            known=case.known,
        )

    with pytest.raises(LawBroken) as caught:
        check(whole)

    assert (in_december,) == smaller_failure(caught.value, check).case.career.steps
