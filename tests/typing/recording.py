"""Type-checked only: recording and asking, as someone would write it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal, assert_type

from immutabledict import immutabledict

from careerledger import Draft, Entry, Ledger, event_from_dict, events
from careerledger.dates import PartialDate
from careerledger.events import (
    Action,
    ContactMade,
    CourseFinished,
    GatheringAttended,
    GoalSet,
    VisionDeclared,
    VisionRevised,
)
from careerledger.projections import NetworkGrowth, Skills
from careerledger.projections.network_growth import NetworkGrowthView
from careerledger.projections.skills import SkillsView


def build() -> None:
    course = CourseFinished(
        on="2024-03",
        title="Distributed Systems",
        hours=42,
        themes={"climate"},
        toward={"cto": 0.5},
        evidence=["https://example.org"],
        skills=("go", "sql"),
        initiative="self",
    )
    assert_type(course.on, PartialDate)
    assert_type(course.on.precision, Literal["year", "month", "day"])
    assert_type(course.themes, frozenset[str])
    assert_type(course.skills, tuple[str, ...])
    assert_type(course.toward, immutabledict[str, float] | None)
    assert_type(course.hours, float | None)
    assert_type(course.title, str)

    CourseFinished(on=date(2024, 3, 14), title="x")
    CourseFinished(on=PartialDate("2024"), title="x", themes=["a"], hours=1.5)
    GatheringAttended(on="2024", name="x", met=(name for name in ("jane", "tom")))

    goal = GoalSet(on="2024", goal="g", title="t", due="2025", levels=["a", "b", "c", "d", "e"])
    assert_type(goal.due, PartialDate | None)
    assert_type(goal.levels, tuple[str, ...])

    vision = VisionDeclared(on="2024", vision="cto", statement="…", themes={"climate": 2})
    assert_type(vision.themes, immutabledict[str, float])
    revised = VisionRevised(on="2024", vision="cto", reason="r", themes=None)
    assert_type(revised.themes, immutabledict[str, float] | None)

    assert_type({course: 1}, dict[CourseFinished, int])


def refused() -> None:
    """Each of these is an error to a type checker; if one were not, its comment would be unused."""
    CourseFinished(on=2024, title="x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    CourseFinished(title="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CourseFinished(on="2024", title=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    CourseFinished(on="2024", title="x", format="film")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    CourseFinished("2024", title="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    CourseFinished(on="2024", title="x", prize=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def record(ledger: Ledger) -> None:
    entry = ledger.record(CourseFinished(on="2024", title="x"))
    assert_type(entry, Entry[CourseFinished])
    assert_type(entry.event.title, str)
    assert_type(entry.seq, int)
    several = ledger.record([CourseFinished(on="2024", title="x")], expect=1)
    assert_type(several, list[Entry[CourseFinished]])
    first, second = ledger.record(course for course in (entry.event, entry.event))
    assert_type(first.event, CourseFinished)
    assert_type(second.id, str)
    ledger.record(CourseFinished(on="2024", title="x"), key="k", amend="why")
    assert_type(ledger.record(Draft(CourseFinished(on="2024", title="x"), "k")), Entry[Action])
    drafts = ledger.record([Draft(CourseFinished(on="2024", title="x"), "k")])
    assert_type(drafts, Sequence[Entry[Action]])
    mixed: Sequence[Entry[Action]] = ledger.record(
        [CourseFinished(on="2024", title="x"), ContactMade(on="2024", contact="j", name="J")]
    )
    assert_type(mixed[0].event.on, PartialDate)
    ledger.amend(entry, CourseFinished(on="2024", title="y"), reason="typo")
    assert_type(CourseFinished(on="2024", title="y").replace(hours=2), CourseFinished)
    ledger.amend(entry.id, entry.event.replace(hours=2), reason="more")
    ledger.void(entry.id, reason="never happened")
    ledger.void(entry, reason="never happened")
    ledger.void(1, reason="a number")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ledger.prove(entry)
    ledger.entry(entry)
    ledger.entry(1)
    ledger.entry("id")


def name_classes_of_the_package() -> None:
    """The names that the files of events use too are those of the package."""
    course: events.Action = events.CourseFinished(on="2024", title="x")
    assert_type(course.on, PartialDate)
    assert_type(events.Action(on="2024"), Action)
    kind: type[events.Event] = events.Action
    assert_type(kind.__event__.name, str)
    assert_type(events.Refers.to("contact"), events.Refers)


def ask(ledger: Ledger) -> None:
    for entry in ledger.entries(types=[ContactMade], since="2024", until="2025"):
        assert_type(entry, Entry[ContactMade])
        assert_type(entry.event.name, str)
    assert_type(ledger.entries(types=[ContactMade]), Iterator[Entry[ContactMade]])
    assert_type(ledger.entries(types=ContactMade), Iterator[Entry[ContactMade]])
    last: Entry[Any] | None = None
    for entry in ledger.entries(limit=20, after=last, newest_first=True):
        last = entry
    ledger.entries(after=3)
    ledger.entries(after="an id", limit=1)

    for _, view in ledger.series(NetworkGrowth, since="2024"):
        assert_type(view, NetworkGrowthView)
    for _, (network, skills) in ledger.series(NetworkGrowth, Skills, since="2024"):
        assert_type(network, NetworkGrowthView)
        assert_type(skills, SkillsView)
    assert_type(event_from_dict({}), Action)

    # An entry of a contact is an entry of an action.
    everything: Sequence[Entry[Action]] = list(ledger.entries(types=[ContactMade]))
    assert_type(everything[0].event.on, PartialDate)
