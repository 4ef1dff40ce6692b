"""Projections that look suspicious and are right: the kit must accept them."""

import random
from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from math import fsum
from typing import Any, ClassVar

import attrs
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.events import (
    Action,
    CourseFinished,
    RoleEnded,
    RoleStarted,
    SkillAssessed,
    SkillPractised,
    event,
)
from careerledger.projections import on, projection
from zoo.keeper import sound


@sound("a set of floats is summed with fsum, which is exact in any order", bounds=(0, 10**9))
@projection("zoo.sound.fsum")
class SumOfSet:
    hours: set[float] = set()

    @on(CourseFinished)
    def finish(self, event):
        self.hours.add(event.hours or 0.1)

    def view(self, at):
        return fsum(self.hours)


@sound("a set is shown, in sorted order")
@projection("zoo.sound.sorted-set")
class SortedSet:
    skills: set[str] = set()

    @on(SkillPractised)
    def practise(self, event):
        self.skills.add(event.skill)

    def view(self, at):
        return tuple(sorted(self.skills))


@sound("entry numbers break ties, only between entries of one date")
@projection("zoo.sound.place")
class LatestByPlace:
    day: str = ""
    seq: int = 0
    skill: str = ""

    @on(SkillPractised)
    def practise(self, event, entry):
        if (str(event.on), entry.seq) > (self.day, self.seq):
            self.day, self.seq, self.skill = str(event.on), entry.seq, event.skill

    def view(self, at):
        return self.skill


@sound("entries are listed by number, sorted by their content")
@projection("zoo.sound.evidence")
class Evidence:
    shares: list[tuple[float, int]] = []

    @on(CourseFinished)
    def finish(self, event, entry):
        self.shares.append((event.hours or 1.0, entry.seq))

    def view(self, at):
        ordered = sorted(enumerate(self.shares), key=lambda item: (-item[1][0], item[0]))
        return tuple(seq for _, (_, seq) in ordered)


@cache
def _half(days: int) -> float:
    return 2.0 ** (-days / 365)


@sound("all folds share the cache of a pure function", bounds=(0, 1))
@projection("zoo.sound.pure-cache")
class PureCache:
    last: int | None = None

    @on(SkillPractised)
    def practise(self, event):
        self.last = event.on.ordinal

    def view(self, at):
        return None if self.last is None else _half(at.toordinal() - self.last)


@sound("random numbers come from a seed in the state")
@projection("zoo.sound.seeded")
class Seeded:
    skills: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        self.skills.append(event.skill)

    def view(self, at):
        shuffled = list(self.skills)
        random.Random(len(shuffled)).shuffle(shuffled)
        return tuple(shuffled)


@sound("a class variable is a dict that is only read")
@projection("zoo.sound.table")
class ReadsTable:
    WEIGHTS: ClassVar[dict[str, int]] = {"amber": 3, "birch": 2}
    score: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.score += self.WEIGHTS.get(event.skill, 1)

    def view(self, at):
        return self.score


@sound("a view sorts the state in place, and no step depends on the order")
@projection("zoo.sound.sorts")
class SortsInPlace:
    days: list[int] = []

    @on(SkillPractised)
    def practise(self, event):
        self.days.append(event.on.ordinal)

    def view(self, at):
        self.days.sort()
        return tuple(self.days)


@sound("one year before a leap day is computed as 365 days")
@projection("zoo.sound.window")
class LastYear:
    days: list[int] = []

    @on(SkillPractised)
    def practise(self, event):
        self.days.append(event.on.ordinal)

    def view(self, at):
        since = (at - timedelta(days=365)).toordinal()
        return sum(since < day <= at.toordinal() for day in self.days)


@sound("a Counter is used within the view only", rises_with=[SkillPractised])
@projection("zoo.sound.counter")
class CounterInView:
    skills: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        self.skills.append(event.skill)

    def view(self, at):
        return max(Counter(self.skills).values(), default=0)


@sound("the state has a field with eq=False and init=False", events=[SkillPractised])
@projection("zoo.sound.uncompared")
class Uncompared:
    seen: int = 0
    last: str = attrs.field(default="", eq=False, init=False)

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 1
        self.last = event.skill

    def view(self, at):
        return (self.seen, self.last)


@sound(
    "the view is a list, and the law is waived with a reason",
    waived={"view_is_frozen": "a chart library takes lists alone"},
)
@projection("zoo.sound.waived")
class ListForCharts:
    days: list[int] = []

    @on(SkillPractised)
    def practise(self, event):
        self.days.append(event.on.ordinal)

    def view(self, at):
        return list(self.days)


@sound("a step takes every action, and reads a field that all have", events=[SkillPractised])
@projection("zoo.sound.any")
class AnyAction:
    themes: dict[str, int] = {}

    @on(Action)
    def act(self, event):
        for theme in event.themes or ():  # a VisionRevised may have none
            self.themes[theme] = self.themes.get(theme, 0) + 1

    def view(self, at):
        return immutabledict(self.themes)


@sound("a coarse date comes before the days within it, as in the fold", bounds=(0, 1))
@projection("zoo.sound.coarse")
class Coarse:
    first: str | None = None

    @on(SkillAssessed)
    def assess(self, event):
        self.first = self.first or str(event.on)

    def view(self, at):
        if self.first is None:
            return None
        days = at.toordinal() - PartialDate(self.first).ordinal
        return float(Fraction(1, 1 + days))


@sound("a role that ends before it starts is accepted")
@projection("zoo.sound.early-end")
class EarlyEnd:
    open: dict[str, str] = {}
    ended: list[str] = []

    @on(RoleStarted)
    def start(self, event):
        self.open[event.role] = event.title

    @on(RoleEnded)
    def end(self, event):
        title = self.open.pop(event.role, None)
        self.ended.append(title or "?")

    def view(self, at):
        return (tuple(sorted(self.open.values())), tuple(self.ended))


def _split(fields: dict[str, Any]) -> dict[str, Any]:
    name, _, place_ = fields.pop("what").partition(" @ ")
    return fields | {"name": name, "place": place_ or None}


def _joined(fields: dict[str, Any]) -> dict[str, Any] | None:
    name, place_ = fields.pop("name"), fields.pop("place")
    if " @ " in name or place_ == "":
        return None
    return fields | {"what": name if place_ is None else f"{name} @ {place_}"}


@event("zoo.sound.met", version=2, upcasts={1: _split})
class Met(Action):
    name: str
    place: str | None = None


@sound("one field of an older version became two", events=[Met], old_versions={Met: {1: _joined}})
@projection("zoo.sound.meetings")
class Meetings:
    meetings: list[tuple[str, str | None]] = []

    @on(Met)
    def meet(self, event):
        self.meetings.append((event.name, event.place))

    def view(self, at):
        return tuple(self.meetings)


@sound("a date is stored as text")
@projection("zoo.sound.date-text")
class DateText:
    last: str | None = None

    @on(SkillPractised)
    def practise(self, event):
        self.last = event.on.first_day.isoformat()

    def view(self, at):
        return None if self.last is None else (at - date.fromisoformat(self.last)).days
