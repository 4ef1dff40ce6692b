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
    ("kind", "parameters", "message"),
    [
        (VisionAlignment, {"half_live": 3}, "did you mean 'half_life'? It has half_life, efforts."),
        (VisionAlignment, {"half_life": 0}, "half_life of VisionAlignment is 0; it must be 1 or"),
        (VisionAlignment, {"half_life": 1e-300}, "it must be 1 or more and 1000000 or less"),
        (VisionAlignment, {"half_life": "x"}, "parameter half_life of VisionAlignment is 'x'"),
        (VisionAlignment, {"half_life": True}, "it must be a number"),
        (VisionAlignment, {"half_life": float("inf")}, "it must be a finite number"),
        (VisionAlignment, {"efforts": 3}, "it must be a mapping such as {'name': 1}"),
        (VisionAlignment, {"efforts": {"work.logged": -1}}, "for 'work.logged', is -1; it must"),
        (VisionAlignment, {"efforts": {"CourseFinished": 1}}, "such as 'course.finished'"),
        (
            NetworkGrowth,
            {"half_lives": {"frend": 100}},
            "half_lives of NetworkGrowth names 'frend'; did you mean 'friend'? A name must be one",
        ),
        (
            NetworkGrowth,
            {"half_lives": {"friend": 1e-300}},
            "for 'friend', is 1e-300; it must be 1",
        ),
        (NetworkGrowth, {"depths": {4: 0.5}}, "names 4. A name must be 1 or more and 3 or less"),
        (NetworkGrowth, {"depths": {1: 1.5}}, "for 1, is 1.5; it must be 0 or more and 1 or less"),
        (NetworkGrowth, {"dormant_after": 1e300}, "it must be more than 0 and 1000000 or less"),
        (KeepInTouch, {"cadences": {"boss": 1}}, "names 'boss'"),
        (Skills, {"weights": {"practise": 0.1}}, "did you mean 'practice'?"),
        (Skills, {"weights": {"practice": 7}}, "is 7; it must be 0 or more and 1 or less"),
        (JobOrCareer, {"windows": {"learn": 1}}, "did you mean 'learning'?"),
        (Goals, {"rho": 1.1}, "it must be more than 0 and 1 or less"),
        (Challenges, {"feedback": 2}, "it must be 0 or more and 1 or less"),
        (Stagnation, {"challenge_difficulty": 6}, "it must be 1 or more and 5 or less"),
        (MilestoneHistory, {"goal_level": 3}, "it must be more than 0 and 2 or less"),
        (Learning, {"course_hours": 1e6}, "100000 or less"),
        (Tuned, {"bare": 0}, "it must be more than 0"),
        (Tuned, {"share": 1.1}, "it must be 0 or more and 1 or less"),
        (Tuned, {"open_names": {"x": -1}}, "for 'x', is -1; it must be 0 or more"),
        (Tuned, {"open_names": {3: 1}}, "names 3. A name must be text"),
        (Tuned, {"closed": {"wrok": 1}}, "names 'wrok'; did you mean 'work'? A name must be one"),
        (Tuned, {"unannotated": -3}, "it must be more than 0"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_mend(kind, parameters, message):
    with pytest.raises(DefinitionError, match=kind.__name__) as refused:
        kind.with_(**parameters)

    assert message in str(refused.value)


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
    with pytest.raises(DefinitionError, match="it must be 0 or more"):
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

    with pytest.raises(DefinitionError, match="an annotation of Local cannot be read"):
        Local.with_(rate=2)
