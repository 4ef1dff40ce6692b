"""What a counterexample does not take is left out of it, and the rest stays as it is."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from careerledger.events import CourseFinished, CourseStarted, RoleStarted, SkillPractised
from careerledger.projections import on, projection
from careerledger.testing import Amended, Career, LawBroken, Voided, laws
from careerledger.testing._builder import CareerOptions
from careerledger.testing._cases import Case, cases, without
from careerledger.testing._suite import _with_less

STARTED = CourseStarted(on="2024-01", course="python", title="Python")
FINISHED = CourseFinished(on="2024-02", title="Python", course="python")
PRACTISED = SkillPractised(on="2024-03", skill="python")
OTHER = SkillPractised(on="2024-03", skill="sql")


def case(*steps, **more):
    return Case(career=Career(steps), at=date(2025, 1, 1), **more)


def test_an_entry_goes_with_what_corrects_it_and_the_others_keep_what_they_say():
    all_of_it = case(
        PRACTISED,
        STARTED,
        Amended(1, OTHER),
        Amended(2, STARTED),
        Voided(1),
        order=(5, 4, 3, 2, 1),
        known=3,
    )

    less = without(all_of_it, 1)

    assert (STARTED, Amended(1, STARTED)) == less.career.steps
    assert (2, 1) == less.order
    assert 1 == less.known
    assert all_of_it.at == less.at
    assert less.base != all_of_it.base


@pytest.mark.parametrize("refers", [FINISHED, Amended(2, FINISHED)])
def test_what_others_refer_to_stays(refers):
    steps = (STARTED, PRACTISED, refers)

    assert without(case(*steps), 1) is None
    assert without(case(*steps, STARTED), 1) is not None
    assert without(case(*steps), 3).career.steps == (STARTED, PRACTISED)
    assert without(case(STARTED, added=FINISHED), 1) is None
    # What was dangling before may dangle after.
    assert without(case(FINISHED, PRACTISED), 2).career.steps == (FINISHED,)


@given(
    cases(CareerOptions(kinds=(CourseStarted, CourseFinished, RoleStarted)), known=True).filter(
        lambda case: len(case.career)
    ),
    st.integers(0, 100),
)
def test_what_is_left_is_a_case(whole, which):
    less = without(whole, which % len(whole.career) + 1)

    if less is not None:
        assert len(less.career) < len(whole.career)
        assert 0 <= less.known <= len(less.career)
        remaining = [step for step in whole.as_recorded if step[1] in less.career.steps]
        assert len(remaining) >= len(less.as_recorded)


def test_a_failure_is_told_with_what_it_takes():
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

    def run(of):
        laws(December).check(
            "same_history_same_view", of.career.steps, at=str(of.at), order=of.order, known=of.known
        )

    with pytest.raises(LawBroken) as caught:
        run(whole)

    assert (in_december,) == _with_less(caught.value, run).case.career.steps
