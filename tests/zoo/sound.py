"""Projections that look suspicious and are right: the kit must accept them."""

import logging
import random
import re
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from math import fsum
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

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


# Projections that look for something definite


PAY = Decimal("50000.00")
SENIOR = re.compile(r"^(senior|lead|principal)\b", re.IGNORECASE)
COMPANIES = frozenset({"Acme GmbH", "Globex"})
TEN_YEARS = timedelta(days=3652)
THEMES = {"climate": 3, "leadership": 2}


class Kind(Enum):
    PRIZE = "prize"
    GRANT = "grant"
    LOAN = "loan"


@event("zoo.sound.paid")
class Paid(Action):
    amount: Decimal
    kind: Kind = Kind.PRIZE
    payer: str = ""
    at: datetime | None = None
    invoice: UUID | None = None


@sound("one skill counts")
@projection("zoo.sound.python")
class OnlyPython:
    hours: float = 0.0

    @on(SkillPractised)
    def practise(self, event):
        if event.skill == "python":
            self.hours += event.hours or 1.0

    def view(self, at):
        return self.hours


@sound("pay above a threshold counts, given as a Decimal of the module")
@projection("zoo.sound.pay")
class WellPaid:
    payments: int = 0

    @on(Paid)
    def pay(self, event):
        if event.amount > PAY:
            self.payments += 1

    def view(self, at):
        return self.payments


@sound("one member of an enum counts", events=[Paid])
@projection("zoo.sound.grants")
class Grants:
    amounts: list[Decimal] = []

    @on(Paid)
    def pay(self, event):
        if event.kind is Kind.GRANT and event.amount >= 10_000:
            self.amounts.append(event.amount)

    def view(self, at):
        return sum(self.amounts, Decimal(0))


@sound("roles of the last ten years count")
@projection("zoo.sound.decade")
class LastDecade:
    days: list[int] = []

    @on(RoleStarted)
    def start(self, event):
        self.days.append(event.on.ordinal)

    def view(self, at):
        since = (at - TEN_YEARS).toordinal()
        return (sum(day >= since for day in self.days), sum(day < since for day in self.days))


@sound("only what happened more than ten years ago counts")
@projection("zoo.sound.long-ago")
class LongAgo:
    years: list[int] = []

    @on(CourseFinished)
    def finish(self, event):
        self.years.append(event.on.first_day.year)

    def view(self, at):
        return sum(at.year - year >= 10 for year in self.years)


@sound("titles are matched with a regular expression")
@projection("zoo.sound.senior")
class SeniorTitles:
    titles: list[str] = []

    @on(RoleStarted)
    def start(self, event):
        if SENIOR.match(event.title):
            self.titles.append(event.title)

    def view(self, at):
        return tuple(self.titles)


@sound("a pattern is written where it is used")
@projection("zoo.sound.certificates")
class Certificates:
    count: int = 0

    @on(CourseFinished)
    def finish(self, event):
        if re.search(r"AWS-[0-9]{3}", event.title):
            self.count += 1

    def view(self, at):
        return self.count


@sound("two companies of a set count")
@projection("zoo.sound.companies")
class AtCompanies:
    titles: tuple[str, ...] = ()

    @on(RoleStarted)
    def start(self, event):
        if event.organisation in COMPANIES:
            self.titles = (*self.titles, event.title)

    def view(self, at):
        return self.titles


@sound("one company counts, and only one title there")
@projection("zoo.sound.exact-role")
class ExactRole:
    since: str | None = None

    @on(RoleStarted)
    def start(self, event):
        if event.organisation == "Initech" and event.title == "CTO":
            self.since = str(event.on)

    def view(self, at):
        return self.since


@sound("only July counts")
@projection("zoo.sound.july")
class InJuly:
    count: int = 0

    @on(SkillPractised)
    def practise(self, event):
        if len(event.on) > 4 and event.on.first_day.month == 7:
            self.count += 1

    def view(self, at):
        return self.count


@sound("only Sundays count")
@projection("zoo.sound.sunday")
class OnSundays:
    hours: float = 0.0

    @on(SkillPractised)
    def practise(self, event):
        if len(event.on) == 10 and event.on.first_day.weekday() == 6:
            self.hours += event.hours or 0.25

    def view(self, at):
        return self.hours


@sound("only one year counts")
@projection("zoo.sound.year")
class In2013:
    count: int = 0

    @on(CourseFinished)
    def finish(self, event):
        if event.on.startswith("2013"):
            self.count += 1

    def view(self, at):
        return self.count


@sound("only one day counts")
@projection("zoo.sound.day")
class OnOneDay:
    DAY: ClassVar[date] = date(2011, 11, 11)
    titles: list[str] = []

    @on(CourseFinished)
    def finish(self, event):
        if event.on.first_day == self.DAY:
            self.titles.append(event.title)

    def view(self, at):
        return tuple(sorted(self.titles))


@sound("a milestone is reached at 100 hours", bounds=(0, 1))
@projection("zoo.sound.hundred-hours")
class HundredHours:
    hours: dict[str, float] = {}

    @on(SkillPractised)
    def practise(self, event):
        self.hours[event.skill] = self.hours.get(event.skill, 0.0) + (event.hours or 0.0)

    def view(self, at):
        return int(any(hours >= 100 for hours in self.hours.values()))


@sound("a helper of another function decides", events=[SkillAssessed])
@projection("zoo.sound.helper")
class ByHelper:
    count: int = 0

    @on(SkillAssessed)
    def assess(self, event):
        if _is_fluent(event):
            self.count += 1

    def view(self, at):
        return self.count


def _is_fluent(event):
    return _language(event) in ("german", "french") and event.level >= 0.7


def _language(event):
    return event.skill.removesuffix(" (language)").lower()


@sound("themes of a table of the module have weights")
@projection("zoo.sound.weights")
class Weighted:
    score: int = 0

    @on(CourseFinished)
    def finish(self, event):
        self.score += sum(THEMES.get(theme, 0) for theme in event.themes)

    def view(self, at):
        return self.score


@sound("long titles are shortened")
@projection("zoo.sound.shortened")
class Shortened:
    titles: list[str] = []

    @on(CourseFinished)
    def finish(self, event):
        title = event.title
        self.titles.append(title if len(title) <= 20 else f"{title[:19]}…")

    def view(self, at):
        return tuple(self.titles)


@sound("skills are compared without case and blanks")
@projection("zoo.sound.casefold")
class WithoutCase:
    count: dict[str, int] = {}

    @on(SkillPractised)
    def practise(self, event):
        skill = " ".join(event.skill.split()).casefold()
        self.count[skill] = self.count.get(skill, 0) + 1

    def view(self, at):
        return immutabledict(self.count)


@sound("an instant is shown in a time zone that has a name", events=[Paid])
@projection("zoo.sound.zone")
class InBerlin:
    hours: list[int] = []

    @on(Paid)
    def pay(self, event):
        if event.at is not None:
            self.hours.append(event.at.astimezone(ZoneInfo("Europe/Berlin")).hour)

    def view(self, at):
        return tuple(self.hours)


@sound("one invoice is missed")
@projection("zoo.sound.invoice")
class OneInvoice:
    INVOICE: ClassVar[UUID] = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
    paid: bool = False

    @on(Paid)
    def pay(self, event):
        self.paid = self.paid or event.invoice == self.INVOICE

    def view(self, at):
        return self.paid


@sound("months are written in numbers with strftime")
@projection("zoo.sound.months")
class Months:
    months: list[str] = []

    @on(CourseFinished)
    def finish(self, event):
        self.months.append(event.on.first_day.strftime("%Y/%m"))

    def view(self, at):
        return tuple(self.months)


@sound("a step logs")
@projection("zoo.sound.logs")
class Logs:
    count: int = 0

    @on(SkillPractised)
    def practise(self, event):
        logging.getLogger("zoo").debug("practised %s", event.skill)
        self.count += 1

    def view(self, at):
        return self.count


@sound("a step imports a module")
@projection("zoo.sound.imports")
class Imports:
    letters: int = 0

    @on(SkillPractised)
    def practise(self, event):
        import colorsys

        self.letters += len(event.skill) + int(colorsys.ONE_THIRD)

    def view(self, at):
        return self.letters


@sound("a state with keys that JSON has not is folded again for each question")
@projection("zoo.sound.tuple-keys")
class TupleKeys:
    count: dict[tuple[str, int], int] = {}

    @on(SkillPractised)
    def practise(self, event):
        key = (event.skill, event.on.first_day.year)
        self.count[key] = self.count.get(key, 0) + 1

    def view(self, at):
        return tuple(sorted(self.count.items()))


@sound("a Counter is declared as a dict, so that its state is not saved")
@projection("zoo.sound.counter-state")
class CounterState:
    count: dict[str, int] = Counter()

    @on(SkillPractised)
    def practise(self, event):
        self.count[event.skill] += 1

    def view(self, at):
        return tuple(sorted(self.count.items()))


@sound("an event is kept in a field annotated as Any, so that its state is not saved")
@projection("zoo.sound.keeps-event")
class KeepsEvent:
    last: Any = None

    @on(CourseFinished)
    def finish(self, event):
        self.last = event

    def view(self, at):
        return None if self.last is None else self.last.title


@sound("a match statement looks for several things")
@projection("zoo.sound.match")
class Matches:
    points: int = 0

    @on(SkillPractised)
    def practise(self, event):
        match event.skill:
            case "cobol":
                self.points += 10
            case "fortran" | "pl/i":
                self.points += 5
            case _:
                pass

    def view(self, at):
        return self.points


@sound("three definite things must come together")
@projection("zoo.sound.conjunction")
class Together:
    found: int = 0

    @on(CourseFinished)
    def finish(self, event):
        if event.title == "Thesis" and (event.score or 0) >= 0.9 and (event.hours or 0) > 300:
            self.found += 1

    def view(self, at):
        return self.found
