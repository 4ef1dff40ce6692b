"""Broken projections. Each would pass the example tests of its author."""

import locale
import os
import random
import re
import secrets
import time
import uuid
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import attrs
from immutabledict import immutabledict

from careerledger.events import (
    ChallengeTaken,
    CourseFinished,
    GoalSet,
    RoleEnded,
    RoleStarted,
    SkillAssessed,
    SkillPractised,
    TrendNoted,
)
from careerledger.projections import on, projection
from zoo.keeper import broken

# Recording order


@broken(
    "recording_order",
    "the last practice is the one with the highest entry number instead of the latest date",
)
@projection("zoo.last-by-number")
class LastByNumber:
    number: int = 0
    skill: str = ""

    @on(SkillPractised)
    def practise(self, event, entry):
        if entry.seq > self.number:
            self.number, self.skill = entry.seq, event.skill

    def view(self, at):
        return self.skill


@broken("recording_order", "the current title is the one recorded last")
@projection("zoo.title-by-instant")
class TitleByInstant:
    recorded_at: str = ""
    title: str = ""

    @on(RoleStarted)
    def start(self, event, entry):
        if entry.recorded_at.isoformat() > self.recorded_at:
            self.recorded_at, self.title = entry.recorded_at.isoformat(), event.organisation

    def view(self, at):
        return self.title


@broken("recording_order", "the evidence is listed in the order of recording")
@projection("zoo.evidence-by-number")
class EvidenceByNumber:
    seqs: list[int] = []

    @on(CourseFinished)
    def finish(self, event, entry):
        self.seqs.append(entry.seq)

    def view(self, at):
        return tuple(sorted(self.seqs))


@broken("recording_order", "ties are broken by the entry's id, which grows with time")
@projection("zoo.ties-by-id")
class TiesById:
    best: tuple[float, str] = (0.0, "")
    title: str = ""

    @on(CourseFinished)
    def finish(self, event, entry):
        if (event.hours or 0.0, entry.id) > self.best:
            self.best, self.title = (event.hours or 0.0, entry.id), str(event.on)

    def view(self, at):
        return self.title


@broken("recording_order", "the first course is the one with the smallest number")
@projection("zoo.first-by-number")
class FirstByNumber:
    first: int | None = None
    title: str = ""

    @on(CourseFinished)
    def finish(self, event, entry):
        if self.first is None or entry.seq < self.first:
            self.first, self.title = entry.seq, str(event.on)

    def view(self, at):
        return self.title


@broken("unknown_events", "the number of the last entry is used as the count of entries")
@projection("zoo.number-for-count")
class NumberForCount:
    first: int = 0
    last: int = 0

    @on(SkillPractised)
    def practise(self, event, entry):
        self.first = min(self.first or entry.seq, entry.seq)
        self.last = max(self.last, entry.seq)

    def view(self, at):
        return self.last - self.first + 1 if self.last else 0


@broken("unknown_events", "a streak continues only while entry numbers have no gap")
@projection("zoo.streak-by-number")
class StreakByNumber:
    last: int = 0
    streak: int = 0

    @on(SkillPractised)
    def practise(self, event, entry):
        self.streak = self.streak + 1 if entry.seq == self.last + 1 else 1
        self.last = entry.seq

    def view(self, at):
        return self.streak


@broken("amend", "an amended entry is recognised by its id, and keeps its first title")
@projection("zoo.seen-numbers")
class SeenNumbers:
    titles: list[str] = []
    known: ClassVar[dict[str, str]] = {}

    @on(CourseFinished)
    def finish(self, event, entry):
        self.titles.append(self.known.setdefault(entry.id, event.title))

    def view(self, at):
        return tuple(self.titles)


@broken("amend", "an amended entry keeps its first date")
@projection("zoo.amend-keeps-date")
class AmendKeepsDate:
    dates: list[str] = []
    places: ClassVar[dict[str, str]] = {}

    @on(SkillPractised)
    def practise(self, event, entry):
        self.dates.append(self.places.setdefault(entry.id, str(event.on)))

    def view(self, at):
        return tuple(self.dates)


# Sets and hashes


@broken("same_view_in_another_process", "floats are summed in the order of a set")
@projection("zoo.float-sum-of-set")
class FloatSumOfSet:
    hours: dict[str, float] = {}

    @on(CourseFinished)
    def finish(self, event):
        for theme in event.themes:
            self.hours[theme] = self.hours.get(theme, 0.0) + (event.hours or 0.1)

    def view(self, at):
        total = 0.0
        for theme in set(self.hours):
            total += self.hours[theme] / (1 + len(theme))
        return total


@broken("same_view_in_another_process", "a set is shown unsorted")
@projection("zoo.set-order")
class SetOrder:
    skills: set[str] = set()

    @on(CourseFinished)
    def finish(self, event):
        self.skills |= set(event.skills)

    def view(self, at):
        return tuple(self.skills)


@broken("same_view_in_another_process", "the first theme is the one that a set iterates first")
@projection("zoo.first-of-set")
class FirstOfSet:
    themes: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        if event.themes:
            self.themes.append(next(iter(event.themes)))

    def view(self, at):
        return tuple(self.themes)


@broken("same_view_in_another_process", "the favourite of equals depends on the order of a set")
@projection("zoo.favourite-of-set")
class FavouriteOfSet:
    count: dict[str, int] = {}

    @on(SkillPractised)
    def practise(self, event):
        for theme in event.themes:
            self.count[theme] = self.count.get(theme, 0) + 1

    def view(self, at):
        return max(set(self.count), key=self.count.__getitem__, default="")


@broken("same_view_in_another_process", "skills are put into buckets by their hash")
@projection("zoo.hash-buckets")
class HashBuckets:
    buckets: dict[int, int] = {}

    @on(SkillPractised)
    def practise(self, event):
        bucket = hash(event.skill) % 7
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1

    def view(self, at):
        return tuple(sorted(self.buckets.items()))


@broken("same_history_same_view", "events are identified by their memory address")
@projection("zoo.by-address")
class ByAddress:
    last: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.last = id(event)

    def view(self, at):
        return self.last


# Clocks and random numbers


@broken("no_clock_and_no_chance", "days are counted up to date.today() instead of at")
@projection("zoo.today")
class DaysUntilToday:
    last: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.last = event.on.ordinal

    def view(self, at):
        return date.today().toordinal() - self.last if self.last else None


@broken("no_clock_and_no_chance", "a step stores the current date")
@projection("zoo.noted-now")
class NotedNow:
    noted: list[str] = []

    @on(CourseFinished)
    def finish(self, event):
        self.noted.append(datetime.now(UTC).date().isoformat())

    def view(self, at):
        return tuple(self.noted)


@broken("no_clock_and_no_chance", "freshness is measured with time.time()")
@projection("zoo.time-time")
class FreshByTime:
    seen: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 1

    def view(self, at):
        return self.seen * int(time.time() > 0)


@broken("no_clock_and_no_chance", "one of equal courses is chosen at random")
@projection("zoo.random-choice")
class RandomChoice:
    titles: list[str] = []

    @on(CourseFinished)
    def finish(self, event):
        self.titles.append(event.title)

    def view(self, at):
        return random.choice(self.titles) if self.titles else None


@broken("no_clock_and_no_chance", "each title gets a random UUID, cut to an empty text")
@projection("zoo.uuid")
class NewId:
    titles: list[str] = []

    @on(CourseFinished)
    def finish(self, event):
        self.titles.append(event.title + str(uuid.uuid4())[:0])

    def view(self, at):
        return tuple(self.titles)


@broken("no_clock_and_no_chance", "a token comes from secrets")
@projection("zoo.secrets")
class Token:
    seen: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 1

    def view(self, at):
        return (self.seen, secrets.token_hex(0))


# Shared and leaked state


@broken("same_history_same_view", "the count is in a class variable instead of the state")
@projection("zoo.class-counter")
class ClassCounter:
    seen: int = 0
    total: ClassVar[int] = 0

    @on(SkillPractised)
    def practise(self, event):
        type(self).total += 1
        self.seen = self.total

    def view(self, at):
        return self.seen


@broken("same_history_same_view", "every state starts with the same list")
@projection("zoo.shared-default")
class SharedDefault:
    SHARED: ClassVar[list[str]] = []
    skills: list[str] = attrs.Factory(lambda: SharedDefault.SHARED)

    @on(SkillPractised)
    def practise(self, event):
        self.skills.append(event.skill)

    def view(self, at):
        return tuple(self.skills)


@broken(
    "same_history_same_view",
    "a class variable remembers counted entries, which are never counted again",
)
@projection("zoo.counted-once")
class CountedOnce:
    seen: int = 0
    counted: ClassVar[set[str]] = set()

    @on(SkillPractised)
    def practise(self, event, entry):
        if entry.id not in self.counted:
            self.counted.add(entry.id)
            self.seen += 1

    def view(self, at):
        return self.seen


@broken("void", "the highest level is cached in a class variable, so a void does not lower it")
@projection("zoo.cached-record")
class CachedRecord:
    best: float = 0
    record: ClassVar[dict[str, float]] = {}

    @on(SkillAssessed)
    def assess(self, event):
        self.record[event.skill] = max(self.record.get(event.skill, 0.0), event.level)
        self.best = max(self.best, self.record[event.skill])

    def view(self, at):
        return self.best


@broken("fold_split_at_every_cut", "the first view is cached and returned ever after")
@projection("zoo.cached-view")
class CachedView:
    seen: int = 0
    cached: int | None = None

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 1

    def view(self, at):
        if self.cached is None:
            self.cached = self.seen
        return self.cached


@broken("at", "a view is cached by the number of entries, regardless of the date")
@projection("zoo.cached-by-count")
class CachedByCount:
    days: list[int] = []
    cached: dict[int, int] = {}

    @on(SkillPractised)
    def practise(self, event):
        self.days.append(event.on.ordinal)

    def view(self, at):
        return self.cached.setdefault(
            len(self.days), at.toordinal() - self.days[-1] if self.days else 0
        )


@broken("state_does_not_leak", "the view is the state's own list")
@projection("zoo.aliased-list")
class AliasedList:
    skills: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        self.skills.append(event.skill)

    def view(self, at):
        return self.skills


@attrs.frozen
class Shelf:
    books: dict[str, int]


@broken("state_does_not_leak", "a frozen view holds the state's own dict")
@projection("zoo.aliased-dict")
class AliasedDict:
    books: dict[str, int] = {}

    @on(CourseFinished)
    def finish(self, event):
        self.books[event.title] = self.books.get(event.title, 0) + 1

    def view(self, at):
        return Shelf(self.books)


@broken("fold_split_at_every_cut", "the view empties the list in the state")
@projection("zoo.emptied")
class Emptied:
    skills: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        self.skills.append(event.skill)

    def view(self, at):
        shown = []
        while self.skills:
            shown.append(self.skills.pop(0))
        return tuple(shown)


@broken("fold_split_at_every_cut", "the view sorts a list in place whose order a step needs")
@projection("zoo.sorted-in-place")
class SortedInPlace:
    hours: list[float] = []
    rises: int = 0

    @on(SkillPractised)
    def practise(self, event):
        hours = event.hours or 0.0
        if self.hours and hours > self.hours[-1]:
            self.rises += 1
        self.hours.append(hours)

    def view(self, at):
        self.hours.sort()
        return (self.rises, *self.hours)


@broken(
    "at",
    "the view drops faded days from the state, though the next question may have an earlier date",
)
@projection("zoo.dropped-when-faded")
class DroppedWhenFaded:
    days: list[int] = []

    @on(SkillPractised)
    def practise(self, event):
        self.days.append(event.on.ordinal)

    def view(self, at):
        self.days = [day for day in self.days if at.toordinal() - day <= 365]
        return len(self.days)


@broken("known_at", "a class variable remembers the newest instant of all folds")
@projection("zoo.newest-instant")
class NewestInstant:
    mine: str = ""
    newest: ClassVar[dict[str, str]] = {}

    @on(SkillPractised)
    def practise(self, event, entry):
        self.mine = max(self.mine, entry.recorded_at.isoformat())
        self.newest[event.skill] = max(self.newest.get(event.skill, ""), self.mine)

    def view(self, at):
        return bool(self.mine) and all(self.mine >= instant for instant in self.newest.values())


# Snapshots


@attrs.define
class Visit:
    skill: str
    times: int = attrs.field(default=0, eq=False)

    def __attrs_post_init__(self):
        self.times = 0


@broken("snapshot_and_tail_at_every_cut", "a part of the state is reset when a snapshot is decoded")
@projection("zoo.reset-part")
class ResetPart:
    visits: dict[str, Visit] = {}

    @on(SkillPractised)
    def practise(self, event):
        self.visits.setdefault(event.skill, Visit(event.skill)).times += 1

    def view(self, at):
        return tuple(sorted((visit.skill, visit.times) for visit in self.visits.values()))


@broken("snapshot_and_tail_at_every_cut", "the total is in a class variable, by id of the state")
@projection("zoo.beside-the-state")
class BesideTheState:
    key: int = 0
    totals: ClassVar[dict[int, float]] = {}

    @on(SkillPractised)
    def practise(self, event):
        self.totals[id(self)] = self.key and self.totals.get(id(self), 0)
        self.key += 1
        self.totals[id(self)] += self.key

    def view(self, at):
        return self.totals.get(id(self), 0) if self.key else 0


@broken(
    "nothing_forgotten_in_snapshots", "titles are collected in a class variable that only grows"
)
@projection("zoo.interned")
class Interned:
    titles: list[int] = []
    pool: list[str] = []
    everything: ClassVar[list[str]] = []

    @on(CourseFinished)
    def finish(self, event):
        if event.title not in self.everything:
            self.everything.append(event.title)
        self.titles.append(self.everything.index(event.title))
        self.pool = list(self.everything)

    def view(self, at):
        return tuple(sorted(self.pool[number] for number in self.titles))


@broken("nothing_forgotten_in_snapshots", "notes are collected in a class variable that only grows")
@projection("zoo.notes-in-class")
class NotesInClass:
    notes: dict[str, str] = {}
    by_entry: ClassVar[dict[str, str]] = {}

    @on(TrendNoted)
    def note(self, event, entry):
        self.by_entry[f"{entry.id} {event.what}"] = event.what
        self.notes = dict(self.by_entry)

    def view(self, at):
        return len(self.notes) > 0


# Dates


@broken("same_history_same_view", "one year before a leap day is computed with replace(year=...)")
@projection("zoo.leap-day")
class LeapDay:
    days: list[int] = []

    @on(SkillPractised)
    def practise(self, event):
        self.days.append(event.on.ordinal)

    def view(self, at):
        since = at.replace(year=at.year - 1).toordinal()
        return sum(day > since for day in self.days)


@broken("same_history_same_view", "the month after December is computed as month 13")
@projection("zoo.december")
class December:
    ends: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        day = event.on.first_day
        self.ends.append(date(day.year, day.month + 1, 1).isoformat())

    def view(self, at):
        return tuple(self.ends)


@broken("bounds", "a month counts as its last day, which may be in the future", bounds=(0, 1))
@projection("zoo.month-as-last-day")
class MonthAsLastDay:
    last: str = ""

    @on(SkillPractised)
    def practise(self, event):
        self.last = event.on.last_day.isoformat()

    def view(self, at):
        if not self.last:
            return None
        return 2.0 ** ((date.fromisoformat(self.last) - at).days / 365)


@broken("same_history_same_view", "the text of a month is parsed as a day")
@projection("zoo.month-as-day")
class MonthAsDay:
    months: list[int] = []

    @on(CourseFinished)
    def finish(self, event):
        self.months.append(date.fromisoformat(event.on).month)

    def view(self, at):
        return tuple(self.months)


@broken("fold_split_at_every_cut", "a view moves the start of a window that later steps use")
@projection("zoo.sliding-window")
class SlidingWindow:
    since: str = "2000-01-01"
    seen: int = 0

    @on(SkillPractised)
    def practise(self, event):
        if str(event.on) >= self.since:
            self.seen += 1

    def view(self, at):
        self.since = max(self.since, (at - timedelta(days=365)).isoformat())
        return self.seen


# Numbers


@broken("bounds", "strengths are summed without a limit", bounds=(0, 1))
@projection("zoo.unlimited")
class Unlimited:
    strength: float = 0.0

    @on(SkillPractised)
    def practise(self, event):
        self.strength += 0.6

    def view(self, at):
        return self.strength


@broken("bounds", "a penalty is subtracted without a minimum", bounds=(0, 1))
@projection("zoo.penalty")
class Penalty:
    score: float = 0.5

    @on(SkillAssessed)
    def assess(self, event):
        self.score = min(1.0, self.score + event.level) - 0.4

    def view(self, at):
        return self.score


@broken(
    "bounds",
    "a share divides by the stated hours only, which the numerator may exceed",
    bounds=(0, 1),
)
@projection("zoo.share-of-stated")
class ShareOfStated:
    learned: float = 0.0
    stated: float = 0.0

    @on(CourseFinished)
    def finish(self, event):
        self.learned += event.hours or 10.0
        self.stated += event.hours or 0.0

    def view(self, at):
        return self.learned / self.stated if self.stated else None


@broken("same_history_same_view", "a ratio divides by hours, which may be 0")
@projection("zoo.per-hour")
class PerHour:
    rate: float = 0.0

    @on(CourseFinished)
    def finish(self, event):
        if event.hours is not None:
            self.rate += len(event.skills) / event.hours

    def view(self, at):
        return self.rate


@broken("same_history_same_view", "the maximum of an empty list is computed")
@projection("zoo.best-of-none")
class BestOfNone:
    scores: list[float] = []

    @on(CourseFinished)
    def finish(self, event):
        self.scores.append(event.score or 0.0)

    def view(self, at):
        return max(self.scores)


@broken("rises", "an average is declared to rise", rises_with=[SkillAssessed])
@projection("zoo.average")
class Average:
    levels: list[float] = []

    @on(SkillAssessed)
    def assess(self, event):
        self.levels.append(event.level)

    def view(self, at):
        return sum(self.levels) / len(self.levels) if self.levels else None


@broken("rises", "a second course of the same title resets the count", rises_with=[CourseFinished])
@projection("zoo.reset")
class ResetByCourse:
    titles: list[str] = []

    @on(CourseFinished)
    def finish(self, event):
        if event.title in self.titles:
            self.titles.clear()
        self.titles.append(event.title)

    def view(self, at):
        return len(self.titles)


@broken("rises", "a score is declared to rise with goals, and ignores them", rises_with=[GoalSet])
@projection("zoo.never-rises")
class NeverRises:
    seen: int = 0

    @on(SkillPractised, GoalSet)
    def see(self, event):
        self.seen += isinstance(event, SkillPractised)

    def view(self, at):
        return self.seen


@broken("rises", "difficulty is subtracted instead of added", rises_with=[ChallengeTaken])
@projection("zoo.sign")
class WrongSign:
    stretch: int = 0

    @on(ChallengeTaken)
    def take(self, event):
        self.stretch += 3 - event.difficulty

    def view(self, at):
        return self.stretch


# Mutable views


@broken("view_is_frozen", "the view is a tuple of lists")
@projection("zoo.lists-in-tuple")
class ListsInTuple:
    days: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        self.days.append(str(event.on))

    def view(self, at):
        return tuple([day] for day in self.days)


@attrs.define
class Open:
    seen: int


@broken("view_is_frozen", "the view class is not frozen")
@projection("zoo.not-frozen")
class NotFrozen:
    seen: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 1

    def view(self, at):
        return Open(self.seen)


@attrs.frozen(eq=False)
class Lonely:
    seen: int


@broken("view_is_frozen", "two views with the same content are unequal")
@projection("zoo.not-equal")
class NotEqual:
    seen: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 1

    def view(self, at):
        return Lonely(self.seen)


@attrs.frozen(unsafe_hash=False)
class Hashless:
    seen: int
    __hash__ = None


@broken("view_is_frozen", "the view has no hash")
@projection("zoo.hashless")
class HashlessView:
    seen: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 1

    def view(self, at):
        return Hashless(self.seen)


@broken("view_is_frozen", "a frozen mapping contains mutable sets")
@projection("zoo.sets-in-mapping")
class SetsInMapping:
    skills: dict[str, list[str]] = {}

    @on(CourseFinished)
    def finish(self, event):
        self.skills.setdefault(event.title, []).extend(event.skills)

    def view(self, at):
        return immutabledict({title: set(skills) for title, skills in self.skills.items()})


# Too little evidence


@broken("same_history_same_view", "the view is a constant")
@projection("zoo.constant")
class Constant:
    seen: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 1

    def view(self, at):
        return 42


@broken(
    "every_event_counts",
    "a declared event has no step",
    events=[SkillPractised, CourseFinished],
)
@projection("zoo.no-step")
class NoStep:
    seen: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 1

    def view(self, at):
        return self.seen


@broken(
    "every_event_counts",
    "a step suppresses the error that it always raises",
    events=[SkillPractised, CourseFinished],
)
@projection("zoo.swallowed")
class Swallowed:
    seen: int = 0
    hours: float = 0

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 1

    @on(CourseFinished)
    def finish(self, event):
        with suppress(AttributeError):
            self.hours += event.duration

    def view(self, at):
        return (self.seen, self.hours)


@broken("same_history_same_view", "a condition is never true")
@projection("zoo.guarded")
class Guarded:
    seen: int = 0

    @on(SkillPractised)
    def practise(self, event):
        if event.hours is not None and event.hours < 0:
            self.seen += 1

    def view(self, at):
        return self.seen


@broken(
    "same_history_same_view", "every end is expected to have a start, which may be voided or late"
)
@projection("zoo.end-without-beginning")
class EndWithoutBeginning:
    open: dict[str, str] = {}
    ended: int = 0

    @on(RoleStarted)
    def start(self, event):
        self.open[event.role] = event.title

    @on(RoleEnded)
    def end(self, event):
        del self.open[event.role]
        self.ended += 1

    def view(self, at):
        return (self.ended, len(self.open))


@broken("void", "titles of starts are in a class variable, which a void does not change")
@projection("zoo.titles-in-class")
class TitlesInClass:
    ended: list[str] = []
    titles: ClassVar[dict[str, str]] = {}

    @on(RoleStarted)
    def start(self, event):
        self.titles[event.role] = event.title

    @on(RoleEnded)
    def end(self, event):
        self.ended.append(self.titles.get(event.role, "?"))

    def view(self, at):
        return tuple(self.ended)


# Metadata


@broken("metadata", "a window of 90 days is laid over the instants of recording")
@projection("zoo.recorded-window")
class RecordedWindow:
    instants: list[str] = []

    @on(SkillPractised)
    def practise(self, event, entry):
        self.instants.append(entry.recorded_at.isoformat())

    def view(self, at):
        since = (datetime(2026, 1, 1, tzinfo=UTC) - timedelta(days=90)).isoformat()
        return sum(instant >= since for instant in self.instants)


@broken("metadata", "the year of recording stands for the year of the fact")
@projection("zoo.recorded-year")
class RecordedYear:
    years: dict[str, int] = {}

    @on(CourseFinished)
    def finish(self, event, entry):
        year = str(entry.recorded_at.year)
        self.years[year] = self.years.get(year, 0) + 1

    def view(self, at):
        return immutabledict(self.years)


@broken("metadata", "pauses are measured between the instants of recording")
@projection("zoo.recorded-pause")
class RecordedPause:
    last: str = ""
    longest: int = 0

    @on(SkillPractised)
    def practise(self, event, entry):
        if self.last:
            pause = abs(entry.recorded_at - datetime.fromisoformat(self.last)).days
            self.longest = max(self.longest, pause)
        self.last = entry.recorded_at.isoformat()

    def view(self, at):
        return (bool(self.last), self.longest)


@broken("metadata", "courses that came with a key count as imported, and half")
@projection("zoo.imported-half")
class ImportedHalf:
    score: float = 0.0

    @on(CourseFinished)
    def finish(self, event, entry):
        self.score += 1.0 if entry.key is None else 0.5

    def view(self, at):
        return self.score


@broken("metadata", "skills from LinkedIn are left out")
@projection("zoo.by-source")
class BySource:
    skills: list[str] = []

    @on(SkillPractised)
    def practise(self, event, entry):
        if entry.source != "linkedin":
            self.skills.append(event.skill)

    def view(self, at):
        return tuple(self.skills)


@broken("metadata", "what came in one batch counts once")
@projection("zoo.once-per-batch")
class OncePerBatch:
    batches: list[str] = []

    @on(SkillPractised)
    def practise(self, event, entry):
        batch = entry.batch or f"{len(self.batches)}"
        if batch not in self.batches:
            self.batches.append(batch)

    def view(self, at):
        return len(self.batches)


@broken("metadata", "the length of an id decides")
@projection("zoo.length-of-id")
class LengthOfId:
    total: int = 0

    @on(CourseFinished)
    def finish(self, event, entry):
        self.total += len(entry.id)

    def view(self, at):
        return self.total


# Texts


@broken("same_history_same_view", "a pair is joined with a colon and taken apart again")
@projection("zoo.joined-pair")
class JoinedPair:
    count: dict[str, int] = {}

    @on(CourseFinished)
    def finish(self, event):
        key = f"{event.title}:{event.on.first_day.year}"
        self.count[key] = self.count.get(key, 0) + 1

    def view(self, at):
        pairs = (key.split(":") for key in self.count)
        return tuple(sorted((title, int(year)) for title, year in pairs))


@broken("same_history_same_view", "a title is used as a regular expression")
@projection("zoo.title-as-pattern")
class TitleAsPattern:
    titles: list[str] = []

    @on(CourseFinished)
    def finish(self, event):
        self.titles.append(event.title)

    def view(self, at):
        return sum(bool(re.search(self.titles[0], title)) for title in self.titles)


@broken("same_history_same_view", "a title is used as a format")
@projection("zoo.title-as-format")
class TitleAsFormat:
    shown: list[str] = []

    @on(CourseFinished)
    def finish(self, event):
        self.shown.append((event.title + " ({})").format(event.on))

    def view(self, at):
        return tuple(self.shown)


@broken("same_history_same_view", "a name is taken for a first and a last name")
@projection("zoo.two-names")
class TwoNames:
    initials: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        first, *_ = event.skill.split()
        self.initials.append(first[0])

    def view(self, at):
        return "".join(self.initials)


@broken("same_history_same_view", "a note is expected to have a first letter")
@projection("zoo.first-letter")
class FirstLetter:
    letters: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        if event.note is not None:
            self.letters.append(event.note[0])

    def view(self, at):
        return tuple(self.letters)


@broken("same_history_same_view", "skills are kept in lower case and looked up as they are")
@projection("zoo.lower-case")
class LowerCase:
    hours: dict[str, float] = {}
    last: str = ""

    @on(SkillPractised)
    def practise(self, event):
        key = event.skill.lower()
        self.hours[key] = self.hours.get(key, 0.0) + (event.hours or 1.0)
        self.last = event.skill

    def view(self, at):
        return self.hours[self.last] if self.last else 0.0


@broken("same_history_same_view", "what looks like a digit is converted to a number")
@projection("zoo.digits")
class Digits:
    levels: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.levels += sum(int(letter) for letter in event.skill if letter.isdigit()) + 1

    def view(self, at):
        return self.levels


# Environment


@broken("same_view_in_another_process", "instants are shown in the local time zone")
@projection("zoo.local-day")
class LocalDay:
    days: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        midnight = datetime.combine(event.on.first_day, datetime.min.time())
        self.days.append(midnight.astimezone(UTC).date().isoformat())

    def view(self, at):
        return tuple(self.days)


@broken(
    "same_view_in_another_process", "hours are counted with time.mktime, which knows summer time"
)
@projection("zoo.mktime")
class LocalHours:
    last: int = 0
    hours: int = 0

    @on(SkillPractised)
    def practise(self, event):
        now = int(time.mktime(event.on.first_day.timetuple())) // 3600
        self.hours += now % 24
        self.last = now

    def view(self, at):
        return (self.hours, self.last > 0)


@broken("same_view_in_another_process", "months are shown by their names in the locale")
@projection("zoo.month-names")
class MonthNames:
    months: list[str] = []

    @on(CourseFinished)
    def finish(self, event):
        self.months.append(event.on.first_day.strftime("%B %Y"))

    def view(self, at):
        return tuple(self.months)


@broken("same_view_in_another_process", "weekdays are shown by their names in the locale")
@projection("zoo.weekday-names")
class WeekdayNames:
    days: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        self.days.append(f"{event.on.first_day:%a}")

    def view(self, at):
        return tuple(self.days)


@broken("no_clock_and_no_chance", "the currency comes from an environment variable")
@projection("zoo.environ")
class Currency:
    pay: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        self.pay.append(os.environ.get("ZOO_CURRENCY", "EUR"))

    def view(self, at):
        return tuple(self.pay)


@broken("no_clock_and_no_chance", "a file of the working directory switches a rule on")
@projection("zoo.working-directory")
class Switched:
    seen: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 2 if Path("zoo.toml").exists() else 1

    def view(self, at):
        return self.seen


@broken("same_view_in_another_process", "the working directory names the view")
@projection("zoo.folder")
class NamedAfterFolder:
    seen: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 1

    def view(self, at):
        return (self.seen, Path.cwd().name)


@broken("no_clock_and_no_chance", "the number of the process marks the view")
@projection("zoo.process")
class MarkedByProcess:
    seen: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.seen += 1 if os.getpid() else 0

    def view(self, at):
        return self.seen


@broken("same_view_in_another_process", "numbers are written as the locale writes them")
@projection("zoo.locale-number")
class LocaleNumber:
    hours: float = 0.5

    @on(SkillPractised)
    def practise(self, event):
        self.hours += 1

    def view(self, at):
        return locale.format_string("%.1f", self.hours)


TODAY = date.today()


@broken("no_clock_and_no_chance", "a constant of the module is the day of the import")
@projection("zoo.day-of-import")
class DayOfImport:
    last: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.last = event.on.ordinal

    def view(self, at):
        return TODAY.toordinal() - self.last if self.last else None


@broken("no_clock_and_no_chance", "the default of an argument is the day of the import")
@projection("zoo.day-as-default")
class DayAsDefault:
    last: int = 0

    @on(SkillPractised)
    def practise(self, event):
        self.last = event.on.ordinal

    def view(self, at, today=date.today()):  # noqa: B008 - this is the mistake
        return today.toordinal() - self.last if self.last else None


@broken("no_clock_and_no_chance", "the default of a field is the day of the import")
@projection("zoo.day-as-field")
class DayAsField:
    since: str = date.today().isoformat()
    days: list[str] = []

    @on(SkillPractised)
    def practise(self, event):
        self.days.append(str(event.on))

    def view(self, at):
        return sum(day < self.since for day in self.days)


# Events


@broken("state_does_not_leak", "a step changes the event to upper case")
@projection("zoo.upper-case")
class UpperCase:
    titles: list[str] = []

    @on(CourseFinished)
    def finish(self, event):
        object.__setattr__(event, "title", event.title.upper())
        self.titles.append(event.title)

    def view(self, at):
        return tuple(self.titles)


@broken("state_does_not_leak", "a step fills in the hours of an event that states none")
@projection("zoo.fills-in")
class FillsIn:
    hours: float = 0.0

    @on(CourseFinished)
    def finish(self, event):
        if event.hours is None:
            object.__setattr__(event, "hours", 1.0)
        self.hours += event.hours

    def view(self, at):
        return self.hours


# Hidden fields of views


@attrs.frozen
class Counted:
    total: int
    order: str = attrs.field(eq=False, repr=False)


@broken("recording_order", "a field of the view that is not compared depends on the order")
@projection("zoo.hidden-field")
class HiddenField:
    total: int = 0
    first: int = 0
    skill: str = ""

    @on(SkillPractised)
    def practise(self, event, entry):
        self.total += 1
        if not self.first or entry.seq < self.first:
            self.first, self.skill = entry.seq, event.skill

    def view(self, at):
        return Counted(self.total, self.skill)
