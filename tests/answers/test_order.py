"""What ends more than once."""

import pytest
from hypothesis import given, settings

from careerledger.answers.checks.order import ended_twice
from careerledger.events import (
    ChallengeResolved,
    ChallengeTaken,
    CourseDropped,
    CourseFinished,
    RequestAnswered,
    RoleEnded,
)
from careerledger.testing import events, new_ledger
from strategies import ENDS


def found(*facts):
    ledger = new_ledger()
    ledger.record(facts)
    return ledger.check(checks=[ended_twice])


def test_a_challenge_resolved_twice_is_found():
    taken = ChallengeTaken(on="2024", challenge="c", title="x", difficulty=3)
    ends = [ChallengeResolved(on=f"2024-0{n}", challenge="c", outcome="met") for n in (5, 6)]

    assert [] == found(taken, ends[0])
    (finding,) = found(taken, *ends)
    assert "the challenge 'c' is ended 2 times, by #2, #3" == finding.message
    assert 2 == len(finding.entries)


@pytest.mark.parametrize(("kind", "start", "end"), ENDS, ids=str)
def test_a_second_end_of_anything_is_found(kind, start, end):
    @settings(max_examples=10)
    @given(events(end).filter(lambda event: getattr(event, "outcome", "") != "deferred"))
    def is_found(ended):
        ended = ended.replace(**{end.__event__.ends[0]: "x"})
        assert [] == found(ended)
        (finding,) = found(ended, ended)
        assert f"the {kind} 'x' is ended 2 times, by #1, #2" == finding.message

    assert start.__event__.introduces is not None
    is_found()


def test_ends_of_different_classes_are_ends_of_one_thing():
    (finding,) = found(
        CourseDropped(on="2020", course="c", reason="no time"),
        CourseFinished(on="2022", course="c", title="SQL"),
        CourseFinished(on="2022", title="Go"),
        CourseFinished(on="2022", title="Rust"),
        RoleEnded(on="2020", role="c"),
    )
    assert "the course 'c' is ended 2 times, by #1, #2" == finding.message


def test_a_deferred_answer_ends_nothing():
    deferred, granted = (
        RequestAnswered(on=f"202{n}", request="r", outcome=outcome)
        for n, outcome in enumerate(("deferred", "granted"))
    )
    assert [] == found(deferred, deferred, granted)
    assert 1 == len(found(deferred, granted, granted))
