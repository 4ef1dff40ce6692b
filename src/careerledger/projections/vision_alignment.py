"""Does my effort go where I said I want to go?"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from heapq import heappush, heapreplace, nlargest
from itertools import accumulate
from math import fsum
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, NamedTuple

import attrs

from careerledger.dates import PartialDate
from careerledger.events import Action, Event, Hours, Interval, Share, introduced, referred
from careerledger.events.learning import CourseDropped, CourseFinished, CourseStarted
from careerledger.events.role import RoleChanged, RoleEnded, RoleStarted, WorkLogged
from careerledger.events.vision import GoalSet, VisionDeclared, VisionRetired, VisionRevised
from careerledger.history import Entry
from careerledger.projections import EventName, Evidence, HalfLife, Tunable, View, on, projection
from careerledger.projections.rules.effort import hours_of
from careerledger.projections.rules.ends import ends, record_end
from careerledger.projections.rules.fading import standing_amount, standing_weight
from careerledger.projections.rules.names import Names
from careerledger.projections.rules.role_time import Held, hours_held
from careerledger.projections.view import dated

__all__ = ["VisionAlignment", "VisionAlignmentView", "VisionScore"]

TOP: Final = 10
"""How many entries a score names as its evidence."""
YEAR: Final = 365
"""How many days of effort beyond the day's work are shown."""
WeeklyHours = Annotated[Hours, Interval(ge=0, le=168)]

Range = tuple[float, float]
"""What a score would be if everything untagged served nothing, or all of it."""


@attrs.frozen(kw_only=True)
class ThemeShare(View):
    """How much of all effort a theme of the vision got."""

    theme: str
    weight: float
    """Its weight in the vision, as stated."""
    share: float
    """Its part of all weighted effort, 0..1; an action of two themes counts for both."""


@attrs.frozen(kw_only=True)
class VisionScore(View):
    """How far effort went towards one vision."""

    vision: str
    statement: str
    horizon: float | None
    """In years; None: the north star."""
    score: float | None
    """Tagged effort against the vision as it reads now, 0..1; None where too little is tagged."""
    job: float | None
    """The same over the day's work alone."""
    beyond: float | None
    """The same over all other effort."""
    in_force: float | None
    """Effort since it was declared, against the vision as it read on the day."""
    range: Range | None
    """Between which ``score`` lies, whatever the untagged effort is about; None without effort."""
    themes: tuple[ThemeShare, ...]
    """Heaviest first."""
    unbacked: tuple[str, ...]
    """Themes with no effort behind them at all."""
    evidence: tuple[Evidence, ...]
    """The entries with the largest shares of ``score``, largest first; at most 10."""
    rest: float
    """What all other entries add to ``score``."""

    def score_beyond(self, count: int) -> float:
        """Return ``score`` without the ``count`` entries of the largest shares."""
        return self.rest + fsum(evidence.share for evidence in self.evidence[count:])


@attrs.frozen(kw_only=True)
class VisionAlignmentView(View):
    """The answer of VisionAlignment; ``job`` and ``beyond`` never hide each other."""

    at: date
    sentence: str
    """The answer in words."""
    score: float | None
    """The mean of the visions' scores, nearer visions counting more; None without any."""
    job: float | None
    """Whether the day's work goes where the visions point, 0..1."""
    beyond: float | None
    """Whether what is built besides does, 0..1."""
    in_force: float | None
    """The mean of the visions' numbers ``in_force``."""
    coverage: float | None
    """The share of weighted effort that is tagged, 0..1; None without effort."""
    job_coverage: float | None
    beyond_coverage: float | None
    assumed: float | None
    """The share of weighted effort whose hours nobody stated; None without effort."""
    job_assumed: float | None
    beyond_assumed: float | None
    range: Range | None
    """As of a vision."""
    job_range: Range | None
    beyond_range: Range | None
    beyond_hours: float
    """Plain hours beyond the day's work in the last 365 days."""
    beyond_served: float
    """Those of them that serve the visions, each times its relevance."""
    visions: tuple[VisionScore, ...]
    """The visions that hold, in the order they were declared."""


@attrs.define
class _Tags:
    """The tags of something: its own, or the things whose tags it has."""

    themes: tuple[str, ...] = ()
    toward: dict[str, float] | None = None
    names: tuple[str, ...] = ()
    """Each as ``"kind:id"``, and for a role ``#`` and how often its tags were known to change."""

    @property
    def is_own(self) -> bool:
        return bool(self.themes or self.toward)


_Heavy = tuple[int, int, int, str]
"""An action by its weight: that, minus its place among all, its entry's number, its date."""


@attrs.define
class _Group:
    """All actions with the same tags, of one kind of effort, while no vision changed."""

    tags: _Tags
    is_job: bool
    epoch: int
    weight: int = 0
    assumed: int = 0
    """Of that, what nobody stated."""
    top: list[_Heavy] = attrs.field(factory=list[_Heavy])
    """A heap of the heaviest actions."""


@attrs.define
class _Change:
    """A change of a role's tags or hours."""

    on: str
    seq: int
    weekly: float | None
    tags: _Tags | None


@attrs.define
class _Held:
    """A role or a degree."""

    on: str
    seq: int
    weekly: float | None = None
    volunteered: bool = False
    is_stated: bool = False
    """Of a degree, whether its hours are stated, so that its days count for nothing."""


@attrs.define
class _Vision:
    statement: str
    horizon: float | None
    words: list[tuple[int, dict[str, float]]]
    """From which epoch on which themes held."""
    since: str
    """When it was declared."""


class _Part(NamedTuple):
    """Effort with one relevance to each vision."""

    tags: _Tags
    """Resolved: with tags of its own, or with none."""
    is_job: bool
    epoch: int
    weight: float
    """Faded hours, the day's work times ``job_weight``."""
    assumed: float
    top: list[tuple[float, int, int, str]]
    """Its heaviest entries."""


_Sums = tuple[float, float]
"""Tagged and untagged weight."""


@projection("vision-alignment")
class VisionAlignment(Tunable):
    """Whether the day's work, and what is built beyond it, goes where the visions point.

    The day's work is the time in which roles (or degrees without stated hours) are held, and
    ``work.logged``; beyond it is every other action. With T the tagged and U the untagged faded
    hours, those of the day's work times ``job_weight``, and r the relevance of each action:
    score = Σ r / T, coverage = T / (T + U), range = [Σ r, Σ r + U] / (T + U). r is the stated
    weight ``toward`` the vision or a goal of it, else w / w_max of the heaviest of its themes among
    the tags, else 0. An action without tags has those of the first thing that it introduces or
    names which has any. ``rules.role_time`` has the rule of time in roles.

    Each vision is weighted by its nearness, 1 / horizon; a north star counts as the most distant of
    the others. A number is None where less than ``min_coverage`` of its effort is tagged.

    The formula is this project's own; that goals steer effort when they are stated, specific and
    looked at again is goal-setting theory (Locke & Latham, 2002).

    Parameters:
        half_life: In days, 365.
        role_hours: Hours a week of roles that do not state them, shared among those held, 38.
        degree_hours: The same of degrees, 38.
        volunteer_hours: Hours a week of a volunteered role that does not state them, 4.
        job_weight: What an hour of the day's work counts beside another hour, 0.1: a full-time job
            weighs as 3.8 chosen hours a week. An assumption.
        min_coverage: The least coverage on which a number rests, 0.2.
        efforts: Hours by event name for actions that do not state them, in place of those that
            the event classes state.
    """

    half_life: ClassVar[HalfLife] = 365.0
    role_hours: ClassVar[WeeklyHours] = 38
    degree_hours: ClassVar[WeeklyHours] = 38
    volunteer_hours: ClassVar[WeeklyHours] = 4
    job_weight: ClassVar[Share] = 0.1
    min_coverage: ClassVar[Share] = 0.2
    efforts: ClassVar[Mapping[EventName, Hours]] = MappingProxyType({})

    visions: dict[str, _Vision] = {}
    retired: dict[str, int] = {}
    """Visions whose end comes before their start in the history, as 2024 before 2024-03."""
    goals: dict[str, str] = {}
    epochs: list[str] = [""]
    """The days from which the visions read otherwise; the first is before all."""
    groups: dict[str, _Group] = {}
    things: dict[str, list[_Tags]] = {}
    """The tags of what was introduced, as ``"kind:id"``; of a role, one for each change."""
    roles: dict[str, _Held] = {}
    degrees: dict[str, _Held] = {}
    changes: dict[str, list[_Change]] = {}
    """By role."""
    ended: dict[str, str] = {}
    """The end of each role and degree, as ``"kind:id"``."""
    logged: dict[str, int] = {}
    """The weight of logged work by role and how often the role had changed, as ``"id#2"``."""
    recent: dict[str, dict[str, int]] = {}
    """Seconds beyond the day's work by day and group, of the last year."""
    count: int = 0
    names: Names = attrs.field(factory=Names)
    """The names of themes."""

    # Visions

    @on(VisionDeclared)
    def declare(self, event: VisionDeclared) -> None:
        if self.retired.get(event.vision, 0) >= event.on.ordinal:
            return
        epoch = self._new_epoch(event.on)
        words = [(epoch, self._weights(event.themes))]
        self.visions.pop(event.vision, None)  # declared again, it comes last
        self.visions[event.vision] = _Vision(event.statement, event.horizon, words, str(event.on))

    @on(VisionRevised)
    def revise(self, event: VisionRevised) -> None:
        vision = self.visions.get(event.vision)
        if vision is not None:
            vision.statement = event.statement or vision.statement
            if event.themes:
                vision.words.append((self._new_epoch(event.on), self._weights(event.themes)))

    @on(VisionRetired)
    def retire(self, event: VisionRetired) -> None:
        if self.visions.pop(event.vision, None) is None:
            last = event.on.last_day.toordinal()
            self.retired[event.vision] = max(last, self.retired.get(event.vision, 0))

    @on(GoalSet)
    def link(self, event: GoalSet) -> None:
        if event.vision is not None:
            self.goals[event.goal] = event.vision

    def _new_epoch(self, on: PartialDate) -> int:
        if self.epochs[-1] != str(on):
            self.epochs.append(str(on))
        return len(self.epochs) - 1

    def _weights(self, themes: Mapping[str, float]) -> dict[str, float]:
        """Return the weights of a vision's themes; of a theme in two spellings, the larger."""
        weights: dict[str, float] = {}
        for theme in sorted(themes):
            name = self.names.of(theme)
            weights[name] = max(weights.get(name, 0.0), themes[theme])
        return weights

    # Roles and degrees

    @on(RoleStarted)
    def take(self, event: RoleStarted, entry: Entry[RoleStarted]) -> None:
        self.roles[event.role] = _Held(
            str(event.on), entry.seq, event.weekly_hours, event.volunteered
        )

    @on(RoleChanged)
    def change(self, event: RoleChanged, entry: Entry[RoleChanged]) -> None:
        tags = self._own_tags(event)
        if tags is None and event.weekly_hours is None:
            return
        change = _Change(str(event.on), entry.seq, event.weekly_hours, tags)
        self.changes.setdefault(event.role, []).append(change)
        if tags is not None and f"role:{event.role}" in self.things:
            self.things[f"role:{event.role}"].append(tags)

    @on(RoleEnded)
    def leave(self, event: RoleEnded) -> None:
        record_end(self.ended, f"role:{event.role}", event.on)

    @on(CourseStarted)
    def enrol(self, event: CourseStarted, entry: Entry[CourseStarted]) -> None:
        if event.format == "degree":
            stated = event.hours is not None
            self.degrees[event.course] = _Held(str(event.on), entry.seq, is_stated=stated)

    @on(CourseFinished, CourseDropped)
    def graduate(self, event: CourseFinished | CourseDropped) -> None:
        if event.course is not None:
            record_end(self.ended, f"course:{event.course}", event.on)
            degree = self.degrees.get(event.course)
            if degree is not None and event.hours:
                degree.is_stated = True

    # Effort

    @on(Action)
    def weigh(self, event: Action, entry: Entry[Action]) -> None:
        name = None if event.__event__.introduces is None else introduced(event)
        hours = hours_of(event, self.efforts)
        if name is None and hours == 0:
            return
        tags = self._own_tags(event) or self._tags_by_name(event, name)
        if name is not None and not name.startswith(("contact:", "vision:")):
            self.things[name] = [tags]
        if hours == 0 or self._is_held(event):
            return
        on_, is_job = event.on, isinstance(event, WorkLogged)
        weight = standing_weight(hours, on_.ordinal, self.half_life)
        if isinstance(event, WorkLogged):
            stretch = f"{event.role}#{len(self.changes.get(event.role, ()))}"
            self.logged[stretch] = self.logged.get(stretch, 0) + weight
        key, group = self._group(tags, is_job=is_job)
        group.weight += weight
        if event.hours is None:
            group.assumed += weight
        self.count += 1
        _keep(group.top, (weight, -self.count, entry.seq, str(on_)))
        if not is_job:
            self._note_recent(key, on_, round(hours * 3600))

    def _is_held(self, event: Action) -> bool:
        """Return whether the days of a degree stand for the effort of an action."""
        if event.hours is not None or not isinstance(event, CourseFinished):
            return False
        return event.course in self.degrees

    def _note_recent(self, key: str, day: PartialDate, seconds: int) -> None:
        first = day.first_day.isoformat()
        by_group = self.recent.setdefault(first, {})
        by_group[key] = by_group.get(key, 0) + seconds
        if len(self.recent) > YEAR:
            self.recent = {
                each: groups
                for each, groups in self.recent.items()
                if day.ordinal - date.fromisoformat(each).toordinal() <= YEAR
            }

    def _group(self, tags: _Tags, *, is_job: bool) -> tuple[str, _Group]:
        epoch = len(self.epochs) - 1
        toward = None if tags.toward is None else sorted(tags.toward.items())
        key = repr((epoch, is_job, tags.themes, toward, tags.names))
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = _Group(tags, is_job, epoch)
        return key, group

    # Tags

    def _own_tags(self, event: Action) -> _Tags | None:
        """Return the tags that an action states; None if it states none."""
        themes, toward = event.themes, event.toward
        if themes or toward:
            names = tuple(self.names.each_of(themes)) if themes else ()
            return _Tags(names, None if toward is None else dict(toward))
        if isinstance(event, GoalSet) and event.vision:
            return _Tags(toward={event.vision: 1.0})
        return None

    def _tags_by_name(self, event: Action, name: str | None) -> _Tags:
        """Return the names of the things that an action without tags has them from."""
        names = [] if name is None else [name]
        for _, id_, kinds in referred(event):
            names += [f"{kind}:{id_}" for kind in kinds if kind not in {"contact", "vision"}]
        return _Tags(names=tuple(map(self._versioned, dict.fromkeys(names))))

    def _versioned(self, name: str) -> str:
        """Return a name, and of a role how many tags are known of it."""
        if not name.startswith("role:"):
            return name
        return f"{name}#{len(self.things.get(name, ()))}"

    def _resolved(self, tags: _Tags, seen: frozenset[str] = frozenset()) -> _Tags:
        """Return tags, or those of the first thing on the way that has any."""
        if tags.is_own:
            return tags
        for name in tags.names:
            thing, _, version = name.partition("#")
            known = self.things.get(thing)
            if known is None or thing in seen:
                continue
            of = known[min(max(int(version or 0), 1), len(known)) - 1]
            found = self._resolved(of, seen | {thing})
            if found.is_own:
                return found
        return _NO_TAGS

    # The answer

    def view(self, at: date) -> VisionAlignmentView:
        """Return the answer at a date on or after the last action."""
        parts = self._parts(at)
        index = _Index(parts, self.goals)
        visions = tuple(self._score(name, index) for name in self.visions)
        sums = _sums(parts)
        job, beyond = _sums(p for p in parts if p.is_job), _sums(p for p in parts if not p.is_job)
        job_range, beyond_range = self._ranges(index)
        hours, served = self._recent(at)
        numbers = {
            "score": _mean((each.horizon, each.score) for each in visions),
            "job": _mean((each.horizon, each.job) for each in visions),
            "beyond": _mean((each.horizon, each.beyond) for each in visions),
        }
        view = VisionAlignmentView(
            at=at,
            sentence="",
            **numbers,
            in_force=_mean((each.horizon, each.in_force) for each in visions),
            coverage=_coverage(sums),
            job_coverage=_coverage(job),
            beyond_coverage=_coverage(beyond),
            assumed=_assumed(parts),
            job_assumed=_assumed([p for p in parts if p.is_job]),
            beyond_assumed=_assumed([p for p in parts if not p.is_job]),
            range=_mean_range((each.horizon, each.range) for each in visions),
            job_range=job_range,
            beyond_range=beyond_range,
            beyond_hours=hours,
            beyond_served=served,
            visions=visions,
        )
        return attrs.evolve(view, sentence=self._sentence(view))

    def _parts(self, at: date) -> list[_Part]:
        """Return all effort at a date."""
        day = at.toordinal()
        parts: list[_Part] = []
        for group in self.groups.values():
            scale = self.job_weight if group.is_job else 1.0
            top = [
                (scale * standing_amount(weight, day, self.half_life), place, seq, on_)
                for weight, place, seq, on_ in group.top
            ]
            parts.append(
                _Part(
                    tags=self._resolved(group.tags),
                    is_job=group.is_job,
                    epoch=group.epoch,
                    weight=scale * standing_amount(group.weight, day, self.half_life),
                    assumed=scale * standing_amount(group.assumed, day, self.half_life),
                    top=top,
                )
            )
        return [*parts, *self._time_held(day)]

    def _time_held(self, at: int) -> Iterator[_Part]:
        """Yield the time in roles and degrees that nobody logged."""
        stretches = [*self._stretches(at)]
        changes = [dated(each).first_day.toordinal() for each in self.epochs[1:]]
        pieces: list[tuple[int, Held]] = []
        for number, (held, *_) in enumerate(stretches):
            starts = [
                held.first,
                *sorted({day for day in changes if held.first < day <= held.last}),
            ]
            for first, after in zip(starts, [*starts[1:], held.last + 1], strict=True):
                pieces.append((number, attrs.evolve(held, first=first, last=after - 1)))
        hours = hours_held([piece for _, piece in pieces], at, self.half_life)
        totals = [0.0] * len(stretches)
        for (number, _), amount in zip(pieces, hours, strict=True):
            totals[number] += amount
        for (number, piece), amount in zip(pieces, hours, strict=True):
            _, tags, seq, on_, stretch = stretches[number]
            logged = standing_amount(self.logged.get(stretch, 0), at, self.half_life)
            left = max(0.0, 1 - logged / totals[number]) if totals[number] else 0.0
            weight = self.job_weight * amount * left
            if weight:
                yield _Part(
                    tags=tags,
                    is_job=True,
                    epoch=bisect_right(changes, piece.first),
                    weight=weight,
                    assumed=0.0 if self._is_stated(stretch) else weight,
                    top=[(weight, -seq, seq, on_)],
                )

    def _is_stated(self, stretch: str) -> bool:
        role, _, number = stretch.rpartition("#")
        held = self.roles.get(role)
        stated = None if held is None else held.weekly
        for change in self.changes.get(role, ())[: int(number)]:
            stated = stated if change.weekly is None else change.weekly
        return stated is not None

    def _stretches(self, at: int) -> Iterator[tuple[Held, _Tags, int, str, str]]:
        """Yield the stretches of roles and degrees with tags, entry, date and name."""
        for role, held in self.roles.items():
            yield from self._stretches_of(role, held, at)
        for course, held in self.degrees.items():
            first, last = self._span(f"course:{course}", held, at)
            if first <= last and not held.is_stated:
                tags = self._resolved(_Tags(names=(f"course:{course}",)))
                days = Held(first=first, last=last, weekly=None, week=self.degree_hours)
                yield days, tags, held.seq, held.on, f"course {course}#0"

    def _stretches_of(
        self, role: str, held: _Held, at: int
    ) -> Iterator[tuple[Held, _Tags, int, str, str]]:
        first, last = self._span(f"role:{role}", held, at)
        seq, on_, weekly = held.seq, held.on, held.weekly
        known = self.things.get(f"role:{role}", [_NO_TAGS])
        tags, version = self._resolved(known[0]), 1
        changes = self.changes.get(role, [])
        starts = [max(first, dated(each.on).first_day.toordinal()) for each in changes]
        for number, start in enumerate([first, *starts]):
            if number:
                change = changes[number - 1]
                seq, on_ = change.seq, change.on
                weekly = weekly if change.weekly is None else change.weekly
                if change.tags is not None:
                    version += 1
                    tags = self._resolved(change.tags)
            end = starts[number] - 1 if number < len(starts) else last
            if start <= min(end, last):
                hours = self.volunteer_hours if weekly is None and held.volunteered else weekly
                days = Held(first=start, last=min(end, last), weekly=hours, week=self.role_hours)
                yield days, tags, seq, on_, f"{role}#{number}"

    def _span(self, name: str, held: _Held, at: int) -> tuple[int, int]:
        """Return the first and last day on which a role or degree is held."""
        end = self.ended.get(name)
        last = at
        if end is not None and ends(end, held.on):
            last = min(at, dated(end).last_day.toordinal())
        return dated(held.on).first_day.toordinal(), last

    def _relevance(self, name: str, themes: Mapping[str, float], tags: _Tags) -> float:
        """Return how much effort with these tags serves a vision with these themes, 0..1."""
        if tags.toward is not None:
            stated = [
                weight
                for id_, weight in tags.toward.items()
                if id_ == name or self.goals.get(id_) == name
            ]
            if stated:
                return max(stated)
        carried = [themes[theme] for theme in tags.themes if theme in themes]
        return max(carried) / max(themes.values()) if carried else 0.0

    def _score(self, name: str, index: "_Index") -> VisionScore:
        vision = self.visions[name]
        themes = vision.words[-1][1]
        serving = [
            (pile, r)
            for pile in index.serving(name, themes)
            if (r := self._relevance(name, themes, pile.tags))
        ]
        served = fsum(part.weight * r for part, r in serving)
        tagged = index.all[0]
        shares = [(w * r, place, seq, on_) for p, r in serving for w, place, seq, on_ in p.top]
        heaviest = [share for share in nlargest(TOP, shares) if share[0]]
        evidence = tuple(
            Evidence(seq=seq, on=PartialDate(on_), share=part / tagged)
            for part, _, seq, on_ in heaviest
        )
        ordered = sorted(themes, key=lambda theme: (-themes[theme], theme))
        total = sum(index.all)
        of_theme = {
            theme: fsum(part.weight for part in index.by_theme.get(theme, ())) for theme in themes
        }
        jobs = fsum(part.weight * r for part, r in serving if part.is_job)
        return VisionScore(
            vision=name,
            statement=vision.statement,
            horizon=vision.horizon,
            score=self._number(served, index.all),
            job=self._number(jobs, index.job),
            beyond=self._number(
                fsum(part.weight * r for part, r in serving if not part.is_job), index.beyond
            ),
            in_force=self._in_force(name, vision, index),
            range=_range(served, index.all),
            themes=tuple(
                ThemeShare(
                    theme=theme,
                    weight=themes[theme],
                    share=min(1.0, of_theme[theme] / total) if total else 0.0,
                )
                for theme in ordered
            ),
            unbacked=tuple(theme for theme in ordered if not of_theme[theme]),
            evidence=evidence,
            rest=max(0.0, served / tagged - fsum(e.share for e in evidence)) if tagged else 0.0,
        )

    def _number(self, served: float, sums: _Sums) -> float | None:
        """Return a score, if enough of its effort is tagged."""
        tagged, untagged = sums
        total = tagged + untagged
        if not tagged or tagged / total < self.min_coverage:
            return None
        return min(1.0, served / tagged)

    def _in_force(self, name: str, vision: _Vision, index: "_Index") -> float | None:
        since = vision.words[0][0]
        ends_ = [epoch for epoch, _ in vision.words[1:]]
        served = fsum(
            pile.between(epoch, end) * self._relevance(name, themes, pile.tags)
            for (epoch, themes), end in zip(vision.words, [*ends_, None], strict=True)
            for pile in index.serving(name, themes)
        )
        return self._number(served, index.since(since))

    def _ranges(self, index: "_Index") -> tuple[Range | None, Range | None]:
        """Return the ranges of the day's work and of what is beyond it, over all visions."""
        ranges: list[tuple[float | None, Range | None, Range | None]] = []
        for name, vision in self.visions.items():
            themes = vision.words[-1][1]
            serving = index.serving(name, themes)
            of = [(p, p.weight * self._relevance(name, themes, p.tags)) for p in serving]
            low = fsum(served for part, served in of if part.is_job)
            high = fsum(served for part, served in of if not part.is_job)
            ranges.append((vision.horizon, _range(low, index.job), _range(high, index.beyond)))
        if not ranges:
            return None, None
        return (
            _mean_range((horizon, each) for horizon, each, _ in ranges),
            _mean_range((horizon, each) for horizon, _, each in ranges),
        )

    def _recent(self, at: date) -> tuple[float, float]:
        """Return the hours beyond the day's work in the last year, and how many serve a vision."""
        day = at.toordinal()
        seconds: defaultdict[str, int] = defaultdict(int)
        for each, groups in self.recent.items():
            if 0 <= day - date.fromisoformat(each).toordinal() < YEAR:
                for key, amount in groups.items():
                    seconds[key] += amount
        near = _nearness([vision.horizon for vision in self.visions.values()])
        served = 0.0
        for key, amount in seconds.items():
            tags = self._resolved(self.groups[key].tags)
            served += amount * fsum(
                part * self._relevance(name, vision.words[-1][1], tags)
                for part, (name, vision) in zip(near, self.visions.items(), strict=True)
            )
        return sum(seconds.values()) / 3600, served / 3600

    def attribute(self, history: Iterable[Entry[Event]], at: date) -> dict[int, float]:
        """Return each entry's share of the score, linearly: its r·e·d / T, over all visions.

        Args:
            history: The entries that were folded.
            at: The date of the question.
        """
        parts = self._parts(at)
        tagged, _ = _sums(parts)
        if not tagged:
            return {}
        near = _nearness([vision.horizon for vision in self.visions.values()])

        def relevance(tags: _Tags) -> float:
            return fsum(
                part * self._relevance(name, vision.words[-1][1], tags)
                for part, (name, vision) in zip(near, self.visions.items(), strict=True)
            )

        shares: defaultdict[int, float] = defaultdict(float)
        for part in self._time_held(at.toordinal()):
            shares[part.top[0][2]] += part.weight * relevance(part.tags) / tagged
        known: dict[str, float] = {}
        folded = type(self)()  # the tags of an action are those at its place in the history
        folded.names = self.names
        for entry in history:
            event = entry.event
            if not isinstance(event, Action):
                continue
            folded._replay(event, entry)  # noqa: SLF001 - of the same class
            hours = hours_of(event, self.efforts)
            if not hours or folded._is_held(event):  # noqa: SLF001
                continue
            tags = folded._tags_of(event)  # noqa: SLF001
            key = repr((tags.themes, tags.toward, tags.names))
            if key not in known:
                known[key] = relevance(self._resolved(tags))
            weight = standing_weight(hours, event.on.ordinal, self.half_life)
            amount = standing_amount(weight, at.toordinal(), self.half_life)
            scale = self.job_weight if isinstance(event, WorkLogged) else 1.0
            shares[entry.seq] += scale * amount * known[key] / tagged
        return dict(shares)

    def _replay(self, event: Action, entry: Entry[Any]) -> None:
        """Take what tags depend on: the things that an action introduces and changes."""
        if isinstance(event, RoleChanged):
            self.change(event, entry)
        if isinstance(event, CourseStarted):
            self.enrol(event, entry)
        name = introduced(event)
        if name is not None and not name.startswith(("contact:", "vision:")):
            self.things[name] = [self._tags_of(event)]

    def _tags_of(self, event: Action) -> _Tags:
        return self._own_tags(event) or self._tags_by_name(event, introduced(event))

    # The sentence

    def _sentence(self, view: VisionAlignmentView) -> str:
        """Return the answer in words: no percentage without hours, no 0% for silence."""
        if not self.visions:
            return "You have declared no vision yet."
        if view.coverage is None:
            return "There is no effort on record yet."
        job, tail = self._about_job(view), _about_beyond(view)
        is_open = view.job is None and view.job_coverage is not None
        if is_open and view.beyond is not None and view.range is not None and view.beyond_hours:
            low, high = view.range
            tail += f" Together between {low:.0%} and {high:.0%}."
        return f"{job}{tail}"

    def _about_job(self, view: VisionAlignmentView) -> str:
        held = [*self._open_or_last(view.at)]
        if view.job_coverage is None:
            return ""
        kind, month = held[0] if held else ("job", None)
        name = "Your studies go" if kind == "course" else "Your job goes"
        if month is not None:
            name = f"The {'studies' if kind == 'course' else 'job'} you left in {month} went"
        if view.job is None:
            what = "your studies are" if kind == "course" else "your job is"
            if view.beyond_hours:
                return f"What {what} about is not tagged yet; "
            return f"What {what} about is not tagged yet: a theme on it counts for all its hours. "
        assumed = (
            f" (assuming {self.role_hours:g} hours a week)"
            if view.job and kind == "role" and (view.job_assumed or 0) > 0.5  # noqa: PLR2004
            else ""
        )
        where = "elsewhere" if round(view.job, 2) == 0 else f"there {view.job:.0%}"
        return f"{name} {where}{assumed}; "

    def _open_or_last(self, at: date) -> Iterator[tuple[str, str | None]]:
        """Yield "role" or "course" if one is held; else the last one, and the month of its end."""
        day = at.toordinal()
        spans = [
            (self._span(f"{kind}:{id_}", held, day)[1], kind, f"{kind}:{id_}")
            for kind, several in (("role", self.roles), ("course", self.degrees))
            for id_, held in several.items()
            if not held.is_stated
        ]
        open_ = [kind for last, kind, _ in spans if last >= day]
        if open_:
            yield ("role" if "role" in open_ else "course"), None
        elif spans:
            last, kind, _ = max(spans)
            day_left = date.fromordinal(last)
            yield kind, f"{_MONTHS[day_left.month - 1]} {day_left.year}"


class _Pile:
    """All effort with the same tags, of one kind."""

    def __init__(self, tags: _Tags, *, is_job: bool, parts: list[_Part]) -> None:
        self.tags, self.is_job = tags, is_job
        self.weight = fsum(part.weight for part in parts)
        self.top = nlargest(TOP, (action for part in parts for action in part.top))
        ordered = sorted(parts, key=lambda part: part.epoch)
        self._epochs = [part.epoch for part in ordered]
        self._sums = [0.0, *accumulate(part.weight for part in ordered)]

    def between(self, first: int, end: int | None) -> float:
        """Return the weight from an epoch on, up to another or to the last."""
        start = bisect_left(self._epochs, first)
        stop = len(self._epochs) if end is None else bisect_left(self._epochs, end)
        return max(0.0, self._sums[stop] - self._sums[start])


class _Index:
    """Where to look for what serves a vision."""

    def __init__(self, parts: Sequence[_Part], goals: Mapping[str, str]) -> None:
        self.by_theme: defaultdict[str, list[_Pile]] = defaultdict(list)
        self.by_id: defaultdict[str, list[_Pile]] = defaultdict(list)
        self.goals: defaultdict[str, list[str]] = defaultdict(list)
        """Goals by vision."""
        for goal, vision in goals.items():
            self.goals[vision].append(goal)
        self.all = _sums(parts)
        self.job = _sums(part for part in parts if part.is_job)
        self.beyond = _sums(part for part in parts if not part.is_job)
        alike: dict[str, list[_Part]] = {}
        for part in parts:
            tags = part.tags
            toward = None if tags.toward is None else sorted(tags.toward.items())
            key = repr((part.is_job, tags.themes, toward))
            alike.setdefault(key, []).append(part)
        self._piles = [
            _Pile(several[0].tags, is_job=several[0].is_job, parts=several)
            for several in alike.values()
        ]
        for pile in self._piles:
            for theme in pile.tags.themes:
                self.by_theme[theme].append(pile)
            for id_ in pile.tags.toward or ():
                self.by_id[id_].append(pile)
        ordered = sorted(parts, key=lambda part: part.epoch, reverse=True)
        self._epochs = [-part.epoch for part in ordered]
        self._tagged = [0.0, *accumulate(p.weight if p.tags.is_own else 0.0 for p in ordered)]
        self._untagged = [0.0, *accumulate(0.0 if p.tags.is_own else p.weight for p in ordered)]

    def serving(self, vision: str, themes: Iterable[str]) -> list[_Pile]:
        """Return the piles with any of these themes, or toward a vision or a goal of it."""
        ids = [vision, *self.goals.get(vision, ())]
        found = {
            id(pile): pile
            for piles in (
                *(self.by_theme.get(theme, ()) for theme in themes),
                *(self.by_id.get(each, ()) for each in ids),
            )
            for pile in piles
        }
        return list(found.values())

    def since(self, epoch: int) -> _Sums:
        """Return the tagged and untagged weight from an epoch on."""
        end = bisect_right(self._epochs, -epoch)
        return self._tagged[end], self._untagged[end]


_NO_TAGS: Final = _Tags()
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def _keep(heaviest: list[_Heavy], action: _Heavy) -> None:
    """Keep the heaviest actions in a heap; of two alike, the earlier."""
    if len(heaviest) < TOP:
        heappush(heaviest, action)
    elif action > heaviest[0]:
        heapreplace(heaviest, action)


def _sums(parts: Iterable[_Part]) -> _Sums:
    tagged, untagged = list[float](), list[float]()
    for part in parts:
        (tagged if part.tags.is_own else untagged).append(part.weight)
    return fsum(tagged), fsum(untagged)


def _coverage(sums: _Sums) -> float | None:
    total = sum(sums)
    return sums[0] / total if total else None


def _assumed(parts: Sequence[_Part]) -> float | None:
    total = fsum(part.weight for part in parts)
    return min(1.0, fsum(part.assumed for part in parts) / total) if total else None


def _range(served: float, sums: _Sums) -> Range | None:
    tagged, untagged = sums
    total = tagged + untagged
    if not total:
        return None
    served = min(served, tagged)
    return served / total, min(1.0, (served + untagged) / total)


def _mean(scores: Iterable[tuple[float | None, float | None]]) -> float | None:
    """Return the mean of scores with their horizons, weighted by nearness."""
    known = [(horizon, score) for horizon, score in scores if score is not None]
    if not known:
        return None
    nearness = _nearness([horizon for horizon, _ in known])
    mean = fsum(near * score for near, (_, score) in zip(nearness, known, strict=True))
    return min(1.0, mean)


def _mean_range(ranges: Iterable[tuple[float | None, Range | None]]) -> Range | None:
    ranges = list(ranges)
    low = _mean((horizon, None if each is None else each[0]) for horizon, each in ranges)
    high = _mean((horizon, None if each is None else each[1]) for horizon, each in ranges)
    return None if low is None or high is None else (low, high)


def _nearness(horizons: Sequence[float | None]) -> list[float]:
    """Return what each vision counts for, in sum 1: 1 / horizon, a north star as the farthest."""
    stated = [horizon for horizon in horizons if horizon is not None] or [1.0]
    near = [min(stated) / (horizon or max(stated)) for horizon in horizons]
    total = fsum(near)
    return [part / total for part in near]


def _about_beyond(view: VisionAlignmentView) -> str:
    """Return what is built beyond the day's work, in words."""
    has_job = view.job_coverage is not None
    if not view.beyond_hours:
        if has_job and view.job is not None:
            return "nothing beyond it in the last 12 months."
        return f"{'Beyond it, n' if has_job else 'N'}othing in the last 12 months."
    hours = f"{view.beyond_hours:,.0f} hours in the last 12 months"
    if view.beyond is None:
        served = "what they are about is not tagged yet"
    elif view.beyond_served >= 0.995 * view.beyond_hours:
        served = "all of them towards the vision"
    elif round(view.beyond_served) == 0:
        served = "none of them towards the vision"
    else:
        served = f"{view.beyond_served:,.0f} of them towards the vision"
    start = "beyond it you put in " if has_job else "You put in "
    return f"{start}{hours}, {served}."
