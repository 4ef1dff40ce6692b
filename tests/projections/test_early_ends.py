"""An end that lies wholly before its start ends nothing: one rule, for all that begins and ends."""

from datetime import date

import pytest
from hypothesis import given, settings, strategies as st

from careerledger import Ledger, projections
from careerledger.projections import LIBRARY
from careerledger.projections.rules.spans import spans
from careerledger.testing import events
from strategies import ENDS

PAIRS = [pair for pair in ENDS if "course" not in pair]
"""A course that is finished or dropped is an act of learning, whenever it began."""
QUIET = {"hours": 0, "toward": None, "initiative": None}
"""What would count of an action, whatever it ends."""

ALWAYS = {
    "Doors": (),
    "Goals": ("goal",),
    "JobOrCareer": ("role",),
    "KeepInTouch": (),
    "Learning": (),
    "Momentum": (),
    "NetworkGrowth": (),
    "Purpose": ("role",),
    "Skills": (),
    "Stagnation": ("role",),
    "VisionAlignment": ("vision", "goal"),
    "Challenges": ("challenge", "setback"),
    "MilestoneHistory": ("role", "challenge", "request"),
    "Ownership": ("request", "project", "opportunity"),
    "Roles": ("role",),
}
"""The projections, each with the kinds whose ends it minds."""


def test_every_projection_is_looked_at():
    assert set(LIBRARY) == set(ALWAYS)
    minded = {kind for kinds in ALWAYS.values() for kind in kinds}
    assert {kind for kind, _, _ in ENDS} - {"course", "mentoring"} == minded


@pytest.mark.parametrize(("kind", "start", "end"), PAIRS, ids=str)
def test_an_end_wholly_before_its_start_ends_nothing(kind, start, end):
    @given(events(start), events(end), st.sampled_from(["2023", "2024-02", "2024-03-14"]))
    @settings(max_examples=25)
    def ends_nothing(begun, ended, early):
        begun = begun.replace(on="2024-03-15", **QUIET, **{kind: "it"})
        ended = ended.replace(on=early, **QUIET, **{kind: "it"})
        if hasattr(ended, "skills"):
            ended = ended.replace(skills=())
        wanted = [getattr(projections, name) for name, kinds in ALWAYS.items() if kind in kinds]
        at = date(2025, 1, 1)
        with Ledger.in_memory(strict=False) as without, Ledger.in_memory(strict=False) as with_it:
            # Something stands in its place, so that the numbers of the entries are the same.
            without.record([begun.replace(on="2023-01"), begun])
            with_it.record([begun.replace(on="2023-01"), begun])
            without.void(without.entry(1).id, reason="only holds the number")
            with_it.amend(with_it.entry(1).id, ended, reason="it was this")
            for projection in wanted:
                assert without.project(projection, at=at) == with_it.project(projection, at=at)
            facts = list(with_it.entries())
            assert spans(facts)[f"{kind}:it"].end is None
            # One that shares a day with the start does end it.
            with_it.amend(with_it.entry(1).id, ended.replace(on="2024"), reason="it was later")
            assert spans(list(with_it.entries()))[f"{kind}:it"].end is not None

    ends_nothing()
