"""A class states its practice, effort, touches and end, and every projection goes by that."""

from typing import Annotated

import pytest

from careerledger import Ledger
from careerledger.errors import DefinitionError
from careerledger.events import (
    Accepts,
    Action,
    ContactMade,
    CourseFinished,
    Introduces,
    MentoringStarted,
    RecognitionReceived,
    Refers,
    RoleEnded,
    RoleStarted,
    Touch,
    VisionDeclared,
    catalogue,
    event,
    field,
)
from careerledger.projections import (
    JobOrCareer,
    KeepInTouch,
    Momentum,
    NetworkGrowth,
    Roles,
    VisionAlignment,
)
from careerledger.projections.rules.effort import hours_of
from careerledger.projections.rules.spans import spans

ContactId = Annotated[str, Refers.to("contact")]


@event(
    "tests.hackathon.won", practice="challenge", effort=20, touches=Touch("team", "host", depth=3)
)
class HackathonWon(Action):
    """A hackathon was won."""

    team: Accepts[tuple[ContactId, ...], list[str]] = field(default=())
    host: ContactId | None = None


@event("tests.retreat.begun")
class RetreatBegun(Action):
    """Time away from work, with others."""

    retreat: Annotated[str, Introduces("retreat")]


@event("tests.retreat.over", ends="retreat")
class RetreatOver(Action):
    """Its end."""

    retreat: Annotated[str, Refers.to("retreat")]


@event("tests.mentoring.met", touches=Touch("mentoring", depth=1))
class MentoringMet(Action):
    """A meeting of a mentoring."""

    mentoring: Annotated[str, Refers.to("mentoring")]


@event("tests.stay.over", practice="learning", effort=10, touches=Touch("host"), ends="retreat")
class StayOver(Action):
    """Its end, with all that a class can state."""

    retreat: Annotated[str, Refers.to("retreat")]
    host: ContactId | None = None


@event("tests.week.over", effort=80)
class WeekOver(StayOver):
    """It took all week."""


@event("tests.long-week.over")
class LongWeekOver(WeekOver):
    """As long again."""


def test_an_event_of_ones_own_counts_by_what_it_states():
    with Ledger.in_memory() as ledger:
        ledger.record(
            [
                VisionDeclared(on="2024", vision="v", statement="…", themes={"craft": 1}),
                HackathonWon(on="2024-02-01", themes={"craft"}),
                CourseFinished(on="2024-02-01", title="x", hours=20, themes={"other"}),
            ]
        )
        alignment, momentum, answer = ledger.project(
            VisionAlignment, Momentum, JobOrCareer, at="2024-03"
        )
    assert pytest.approx(0.5) == alignment.score
    assert {"challenge": 1, "learning": 1, "vision": 1} == {
        part.practice: part.actions for part in momentum.practices if part.actions
    }
    assert ["vision", "learning", "challenge"] == [
        part.practice for part in answer.practices if part.state == "alive"
    ]


def test_an_event_of_ones_own_touches_whom_it_states():
    with Ledger.in_memory() as ledger:
        ledger.record(
            [
                *(ContactMade(on="2020", contact=c, name=c, kind="peer") for c in "abc"),
                HackathonWon(on="2024-02-01", team=["a", "b", "a"], host="a"),
            ]
        )
        network, due = ledger.project(NetworkGrowth, KeepInTouch, at="2024-02-01")
    touches = {tie.contact: (tie.touches, str(tie.last_touch)) for tie in network.contacts}
    assert {"a": (2, "2024-02-01"), "b": (2, "2024-02-01"), "c": (1, "2020")} == touches
    assert 0.8 <= network.contacts[0].strength
    assert (0, 2, 1) == (due.count, due.resting, due.dormant)


def test_what_something_going_on_touches_is_whom_its_start_touched():
    with Ledger.in_memory() as ledger:
        ledger.record(
            [
                ContactMade(on="2020", contact="a", name="A"),
                MentoringStarted(
                    on="2021", mentoring="m", contact="a", role="mentor", aim="to grow"
                ),
                MentoringMet(on="2022-05-01", mentoring="m"),
            ]
        )
        (tie,) = ledger.project(NetworkGrowth, at="2024").contacts
    assert (3, "2022-05-01") == (tie.touches, str(tie.last_touch))


def test_what_begins_is_introduced_and_what_ends_is_stated():
    with Ledger.in_memory(strict=False) as ledger:
        ledger.record(
            [
                RetreatBegun(on="2024-01", retreat="r"),
                RetreatBegun(on="2024-02", retreat="s"),
                RetreatOver(on="2024-03", retreat="r"),
            ]
        )
        found = spans(list(ledger.entries()))
        ledger.record(RetreatOver(on="2023", retreat="s"))
        (finding,) = [f for f in ledger.check() if f.code == "ended-before-start"]
    assert {"retreat:r": True, "retreat:s": False} == {n: bool(s.end) for n, s in found.items()}
    assert "the retreat 's' ended on 2023" in finding.message


def test_a_class_made_from_another_has_what_that_states():
    kind, base = LongWeekOver.__event__, StayOver.__event__
    assert ("learning", 80, ("retreat", "retreat")) == (kind.practice, kind.effort, kind.ends)
    assert base.touches is kind.touches


@pytest.mark.parametrize(("cls", "hours"), [(StayOver, 5), (WeekOver, 80), (LongWeekOver, 80)])
def test_efforts_by_name_reach_classes_that_state_none(cls, hours):
    happened = cls(on="2024", retreat="x")
    assert hours == hours_of(happened, {"tests.stay.over": 5})
    assert 7 == hours_of(happened.replace(hours=7), {"tests.stay.over": 5})
    named = {"tests.stay.over": 5, "tests.week.over": 9}
    assert (5 if cls is StayOver else 9) == hours_of(happened, named)


def test_an_endorsement_is_a_lighter_touch_than_an_award():
    depth = RecognitionReceived.__event__.touches.depth
    kinds = ("award", "recommendation", "endorsement", "thanks")
    assert [2, 2, 1, 2] == [
        depth(RecognitionReceived(on="2024", kind=kind, text="x", contact="a")) for kind in kinds
    ]


class Fields(Action):
    """What the classes below are made of."""

    role: Annotated[str, Refers.to("role")]
    roles: tuple[Annotated[str, Refers.to("role")], ...] = ()
    either: Annotated[str, Refers.to("role", "course")] = "x"
    title: str = ""


@pytest.mark.parametrize(
    "stated",
    [
        {"practice": "sport"},
        {"effort": -1},
        {"effort": "a day"},
        {"touches": "contact"},
        {"touches": Touch("title")},
        {"touches": Touch("contact")},
        {"ends": "course"},
        {"ends": "contact"},
    ],
)
def test_a_statement_that_does_not_fit_is_refused(stated):
    size = catalogue.size
    wrong = type("Wrong", (Action,), {"__annotations__": Fields.__annotations__, "title": ""})
    wrong.roles, wrong.either = (), "x"
    with pytest.raises(DefinitionError):
        event("tests.wrong.stated", **stated)(wrong)
    assert size == catalogue.size
    assert catalogue.find("tests.wrong.stated") is None


def test_ambiguous_end_field_is_refused():
    wrong = {
        "__annotations__": {
            "a": Fields.__annotations__["role"],
            "b": Fields.__annotations__["role"],
        }
    }
    with pytest.raises(DefinitionError):
        event("tests.wrong.stated", ends="role")(type("Wrong", (Action,), wrong))


@pytest.mark.parametrize("wrong", [{"depth": 0}, {"depth": 4}, {"depth": True}, {"depth": 2.0}])
def test_a_depth_is_one_to_three(wrong):
    with pytest.raises(DefinitionError):
        Touch("contact", **wrong)


@pytest.mark.parametrize("fields", [(), (None,)])
def test_a_touch_names_fields(fields):
    with pytest.raises(DefinitionError):
        Touch(*fields)


@pytest.mark.parametrize("wrong", [0, 4, True, 2.0, None, "deep"])
@pytest.mark.parametrize("projection", [NetworkGrowth, KeepInTouch])
def test_a_depth_that_a_function_returns_is_one_to_three(wrong, projection):
    @event("tests.letter.sent", touches=Touch("to", depth=lambda _: wrong))
    class LetterSent(Action):
        to: ContactId

    with Ledger.in_memory() as ledger:
        ledger.record(
            [ContactMade(on="2020", contact="a", name="A"), LetterSent(on="2021", to="a")]
        )
        with pytest.raises(DefinitionError, match="LetterSent"):
            ledger.project(projection, at="2022")


@event("tests.role.left", ends="role")
class RoleLeft(Action):
    """It ends a role for ``check`` alone."""

    role: Annotated[str, Refers.to("role")]


@event("tests.role.quit")
class RoleQuit(RoleEnded):
    """It ends a role everywhere."""


@pytest.mark.parametrize(("cls", "everywhere"), [(RoleLeft, False), (RoleQuit, True)])
def test_what_ends_a_role_everywhere_is_a_subclass(cls, everywhere):
    """As the guide states."""
    with Ledger.in_memory() as ledger:
        ledger.record(
            [
                RoleStarted(on="2020", role="r", title="Cook", organisation="Inn"),
                cls(on="2021", role="r"),
            ]
        )
        (span,) = spans(list(ledger.entries())).values()
        (role,) = ledger.project(Roles, at="2022").roles
    assert "2021" == span.end.event.on
    assert everywhere == (role.ended == "2021")
