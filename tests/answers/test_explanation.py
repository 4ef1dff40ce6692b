"""A number in parts: what makes it, and what moved it."""

from datetime import date
from math import fsum, isclose
from typing import Any

import pytest
from hypothesis import given, strategies as st

from careerledger import Ledger, projections
from careerledger.answers.explanation import Explanation, explain, measured
from careerledger.dates import as_of
from careerledger.errors import DefinitionError
from careerledger.events import (
    Action,
    ContactMade,
    ContactTouched,
    CourseFinished,
    ReflectionWritten,
    RoleStarted,
    VisionDeclared,
)
from careerledger.projections import (
    MilestoneHistory,
    NetworkGrowth,
    VisionAlignment,
    on,
    projection,
)
from careers import TODAY, careers, law, new_ledger, ons

ALL = [getattr(projections, name) for name in projections.LIBRARY]
VISION = VisionDeclared(on="2024", vision="cto", statement="Lead", themes={"lead": 2, "craft": 1})


@projection("test.hours")
class Hours:
    hours: float = 0

    @on(Action)
    def add(self, event: Action) -> None:
        self.hours += event.hours or 0

    def view(self, _at: date) -> float | None:
        return self.hours or None


def adds_up(found: Explanation) -> bool:
    parts = [found.before or 0.0, found.fading, *(part.share for part in found.shares)]
    if found.projection == "VisionAlignment" and found.value is None and found.since is None:
        return True  # too little is tagged for a score; the shares are those of what is
    return isclose(fsum(parts), found.value or 0.0, rel_tol=1e-9, abs_tol=1e-9)


def career_of(career: list[Any]) -> Ledger:
    ledger = new_ledger()
    career.record(ledger)
    return ledger


@pytest.mark.parametrize("asked", ALL, ids=lambda kind: kind.__name__)
@given(career=careers, at=ons)
def test_the_shares_sum_to_the_number(asked: Any, career: list[Any], at: str) -> None:
    ledger = career_of(career)
    found = ledger.explain(asked, at=at)
    view = ledger.project(asked, at=at)
    seqs = {entry.seq: entry for entry in ledger.entries(until=at)}

    assert measured(view, None) == found.value
    assert adds_up(found)
    assert {share.seq for share in found.shares} <= seqs.keys()
    assert all(seqs[share.seq].id == share.id for share in found.shares)
    assert [abs(s.share) for s in found.shares] == sorted(
        (abs(s.share) for s in found.shares), reverse=True
    )


@pytest.mark.parametrize("asked", ALL, ids=lambda kind: kind.__name__)
@given(career=careers, days=st.tuples(ons, ons).map(lambda two: sorted(two, key=as_of)))
def test_a_change_is_fading_and_the_entries_between(
    asked: Any, career: list[Any], days: list[str]
) -> None:
    ledger = career_of(career)
    start, end = days
    found = ledger.explain(asked, between=(start, end))
    before = measured(ledger.project(asked, at=start), None)
    first = {entry.seq for entry in ledger.entries(until=start)}

    assert before == found.before
    assert measured(ledger.project(asked, at=end), None) == found.value
    assert adds_up(found)
    assert not first & {share.seq for share in found.shares}


@law
@given(career=careers)
def test_an_action_of_no_effort_has_no_share(career: Any) -> None:
    ledger = new_ledger()
    ledger.record([VISION, *career.facts])
    sharing = {share.seq for share in ledger.explain(VisionAlignment, at=TODAY).shares}
    assert not [e for e in ledger.entries() if e.event.hours == 0 and e.seq in sharing]


def test_alignment_is_shared_by_effort_and_relevance() -> None:
    ledger = new_ledger()
    ledger.record(
        [
            VISION,
            CourseFinished(on="2025-03-01", title="a", hours=30, themes={"lead"}),
            CourseFinished(on="2025-03-01", title="b", hours=10, themes={"craft"}),
            CourseFinished(on="2025-03-01", title="c", hours=10, themes={"else"}),
        ]
    )

    found = ledger.explain(VisionAlignment)

    assert [(2, 0.6), (3, 0.1)] == [(s.seq, round(s.share, 12)) for s in found.shares]
    assert found.value == pytest.approx(0.7)
    assert ("VisionAlignment", "score") == (found.projection, found.of)


def test_alignment_without_effort_has_no_shares() -> None:
    ledger = new_ledger()
    ledger.record(VISION)
    found = ledger.explain(VisionAlignment)
    assert (None, ()) == (found.value, found.shares)


def test_two_visions_share_by_nearness() -> None:
    ledger = new_ledger()
    ledger.record(
        [
            VisionDeclared(on="2024", vision="near", statement="n", themes={"a": 1}, horizon=1),
            VisionDeclared(on="2024", vision="far", statement="f", themes={"b": 1}, horizon=3),
            CourseFinished(on="2025", title="a", hours=1, themes={"a"}),
            CourseFinished(on="2025", title="b", hours=1, themes={"b"}),
        ]
    )
    found = ledger.explain(VisionAlignment)
    assert [(3, 0.375), (4, 0.125)] == [(s.seq, round(s.share, 12)) for s in found.shares]


def test_touches_share_a_tie_whatever_their_order() -> None:
    """Two alike on one day have the same share, though the second added less."""
    ledger = new_ledger()
    touch = ContactTouched(on="2026-01-01", contact="jane", depth=2)
    ledger.record([ContactMade(on="2026-01-01", contact="jane", name="Jane"), touch, touch])
    found = ledger.explain(NetworkGrowth, at="2026-01-01")
    assert found.value == pytest.approx(0.875)
    assert [1, 2, 3] == [share.seq for share in found.shares]
    assert len({round(share.share, 12) for share in found.shares}) == 1


def test_touches_that_leave_nothing_open_share_alike() -> None:
    ledger = new_ledger()
    touch = ContactTouched(on="2026-01-01", contact="jane", depth=3)
    ledger.record([ContactMade(on="2026-01-01", contact="jane", name="Jane"), touch, touch])
    whole = NetworkGrowth.with_(depths={3: 1.0})
    found = ledger.explain(whole, at="2026-01-01")
    assert [(2, 0.5), (3, 0.5)] == [(share.seq, share.share) for share in found.shares]


def test_fading_is_listed_separately() -> None:
    ledger = new_ledger()
    ledger.record(ContactMade(on="2024-01-01", contact="jane", name="Jane"))
    found = ledger.explain(NetworkGrowth, between=("2024-01-01", "2024-12-31"))
    assert (0.5, 0.25, -0.25, ()) == (found.before, found.value, found.fading, found.shares)


def test_any_number_can_be_explained() -> None:
    ledger = new_ledger()
    ledger.record(RoleStarted(on="2024", role="r", organisation="ACME", title="Engineer"))
    ledger.record(ContactMade(on="2024-02", contact="jane", name="Jane"))

    active = ledger.explain(NetworkGrowth, of="active", at="2024-12-31")
    months = ledger.explain(NetworkGrowth, of=lambda view: len(view.months), at="2024-03")
    milestones = ledger.explain(MilestoneHistory)

    assert [(2, 1)] == [(share.seq, share.share) for share in active.shares]
    assert ("of", 2) == (months.of, months.value)
    assert [(1, 1)] == [(share.seq, share.share) for share in milestones.shares]


def test_a_view_that_is_a_number_explains_itself() -> None:
    ledger = new_ledger()
    assert ledger.explain(Hours).value is None
    ledger.record([CourseFinished(on="2024", title="x", hours=2), VISION])
    found = ledger.explain(Hours)
    assert (2, "view", [1]) == (found.value, found.of, [share.seq for share in found.shares])


def test_what_was_known_can_be_explained() -> None:
    ledger = new_ledger()
    known = ledger.record(ContactMade(on="2026-01", contact="jane", name="Jane")).recorded_at
    ledger.record(ContactTouched(on="2026-02", contact="jane"))
    found = ledger.explain(NetworkGrowth, at="2026-03", known_at=known)
    assert [1] == [share.seq for share in found.shares]


def test_without_a_ledger() -> None:
    ledger = new_ledger()
    ledger.record(ContactMade(on="2026-01", contact="jane", name="Jane"))
    assert ledger.explain(NetworkGrowth, at=TODAY) == explain(
        NetworkGrowth, ledger.entries(), TODAY
    )


def test_a_function_may_look_for_what_is_not_there_yet() -> None:
    ledger = new_ledger()
    ledger.record([VISION, CourseFinished(on="2025", title="x", hours=2, themes={"lead"})])
    found = ledger.explain(VisionAlignment, of=lambda view: view.visions[0].score)
    assert (1.0, None) == (found.value, found.before)
    assert adds_up(found)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
@given(career=careers)
def test_headline_has_one_explanation(kind: Any, career: Any) -> None:
    ledger = new_ledger()
    career.record(ledger)
    headline = ledger.project(kind, at=TODAY).HEADLINE
    assert ledger.explain(kind, at=TODAY) == ledger.explain(kind, at=TODAY, of=headline)


def test_failing_function_is_reported() -> None:
    """Also where it looks into what is None, as ``feels_like`` is before anyone reflected."""
    ledger = new_ledger()
    ledger.record(CourseFinished(on="2024", title="x"))

    def felt(view: Any) -> float:
        level: float = view.feels_like.value
        return level

    with pytest.raises(DefinitionError):
        ledger.explain(projections.JobOrCareer, of=felt)
    ledger.record(ReflectionWritten(on="2024-05", text="ok", feels_like=0.75))
    found = ledger.explain(projections.JobOrCareer, of=felt)
    assert (None, 0.75, [2]) == (found.before, found.value, [share.seq for share in found.shares])
