"""What a user may set, and how nonsense is refused."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar, Literal

import pytest

from careerledger.errors import DefinitionError
from careerledger.events import Interval, WorkLogged
from careerledger.projections import (
    Challenges,
    Goals,
    JobOrCareer,
    KeepInTouch,
    Learning,
    MilestoneHistory,
    NetworkGrowth,
    Skills,
    Stagnation,
    Tunable,
    VisionAlignment,
    on,
    projection,
)
from careerledger.projections.parameters import parameters_of


@projection("test.tuned")
class Tuned(Tunable):
    bare: ClassVar[float] = 1
    share: ClassVar[Annotated[float, Interval(ge=0, le=1)]] = 0.5
    open_names: ClassVar[Mapping[str, float]] = {}
    closed: ClassVar[Mapping[Literal["work", "play"], float]] = {"work": 1}
    unannotated = 3
    seen: int = 0

    @on(WorkLogged)
    def see(self, event):
        self.seen += 1

    def view(self, at: date) -> int:
        return self.seen


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        (VisionAlignment, {"half_live": 3}),
        (VisionAlignment, {"half_life": 0}),
        (VisionAlignment, {"half_life": 1e-300}),
        (VisionAlignment, {"half_life": "x"}),
        (VisionAlignment, {"half_life": True}),
        (VisionAlignment, {"half_life": float("inf")}),
        (VisionAlignment, {"efforts": 3}),
        (VisionAlignment, {"efforts": {"work.logged": -1}}),
        (VisionAlignment, {"efforts": {"CourseFinished": 1}}),
        (NetworkGrowth, {"half_lives": {"frend": 100}}),
        (NetworkGrowth, {"half_lives": {"friend": 1e-300}}),
        (NetworkGrowth, {"depths": {4: 0.5}}),
        (NetworkGrowth, {"depths": {1: 1.5}}),
        (NetworkGrowth, {"dormant_after": 1e300}),
        (KeepInTouch, {"cadences": {"boss": 1}}),
        (Skills, {"weights": {"practise": 0.1}}),
        (Skills, {"weights": {"practice": 7}}),
        (JobOrCareer, {"windows": {"learn": 1}}),
        (Goals, {"rho": 1.1}),
        (Challenges, {"feedback": 2}),
        (Stagnation, {"challenge_difficulty": 6}),
        (MilestoneHistory, {"goal_level": 3}),
        (Learning, {"course_hours": 1e6}),
        (Tuned, {"bare": 0}),
        (Tuned, {"share": 1.1}),
        (Tuned, {"open_names": {"x": -1}}),
        (Tuned, {"open_names": {3: 1}}),
        (Tuned, {"closed": {"wrok": 1}}),
        (Tuned, {"unannotated": -3}),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_mend(kind, parameters):
    with pytest.raises(DefinitionError, match=kind.__name__):
        kind.with_(**parameters)


def test_a_mapping_is_laid_over_the_default():
    tuned = Tuned.with_(closed={"play": 2}, open_names={"anything": 0}, share=0, bare=1e9)

    assert {
        "bare": 1e9,
        "share": 0,
        "open_names": {"anything": 0},
        "closed": {"work": 1, "play": 2},
        "unannotated": 3,
    } == parameters_of(tuned)


def test_tuning_can_go_on():
    once = Tuned.with_(share=0.1)

    assert {"share": 0.1, "bare": 2}.items() <= parameters_of(once.with_(bare=2)).items()
    with pytest.raises(DefinitionError):
        once.with_(share=-1)


def test_an_annotation_that_cannot_be_read_is_named():
    @projection("test.local")
    class Local(Tunable):
        rate: "ClassVar[Nowhere]" = 1  # noqa: F821
        seen: int = 0

        @on(WorkLogged)
        def see(self, event):
            self.seen += 1

        def view(self, at):
            return self.seen

    with pytest.raises(DefinitionError):
        Local.with_(rate=2)
