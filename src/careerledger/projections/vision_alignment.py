"""Does my effort go where I said I want to go?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from heapq import heappush, heapreplace, nlargest
from math import fsum
from types import MappingProxyType
from typing import ClassVar, Final

import attrs

from careerledger.dates import PartialDate
from careerledger.events import Action, Event, Hours
from careerledger.events.vision import GoalSet, VisionDeclared, VisionRetired, VisionRevised
from careerledger.history import Entry
from careerledger.projections import EventName, Evidence, HalfLife, Tunable, View, on, projection
from careerledger.projections.rules.effort import hours_of
from careerledger.projections.rules.fading import standing_weight
from careerledger.projections.rules.names import Names

__all__ = ["VisionAlignment", "VisionAlignmentView", "VisionScore"]

TOP: Final = 10
"""How many entries a score names as its evidence."""


@attrs.frozen(kw_only=True)
class ThemeShare(View):
    """How much of all effort a theme of the vision got."""

    theme: str
    weight: float
    """Its weight in the vision, as stated."""
    share: float
    """Its part of all faded effort, 0..1; an action of two themes counts for both."""


@attrs.frozen(kw_only=True)
class MonthScore(View):
    """One month's effort, unfaded. What is dated by its year alone belongs to no month."""

    month: str
    hours: float
    """All that were worked, whatever visions there were."""
    score: float | None
    """How far the effort since the vision was declared went towards what it said then, 0..1; None
    without such effort."""


@attrs.frozen(kw_only=True)
class VisionScore(View):
    """How far effort went towards one vision."""

    vision: str
    statement: str
    horizon: float | None
    """In years; None: the north star."""
    score: float | None
    """All effort against the vision as it reads today, 0..1; None without effort."""
    in_force: float | None
    """Effort since it was declared, against the vision as it read when the effort was made."""
    themes: tuple[ThemeShare, ...]
    """Heaviest first."""
    unbacked: tuple[str, ...]
    """Themes with no effort behind them at all."""
    months: tuple[MonthScore, ...]
    """The last 12 months, oldest first."""
    evidence: tuple[Evidence, ...]
    """The entries with the largest shares of ``score``, largest first; at most 10."""
    rest: float
    """What all other entries add to ``score``."""

    def score_beyond(self, count: int) -> float:
        """Return ``score`` without the ``count`` entries of the largest shares."""
        return self.rest + fsum(evidence.share for evidence in self.evidence[count:])


@attrs.frozen(kw_only=True)
class VisionAlignmentView(View):
    """The answer of VisionAlignment."""

    at: date
    score: float | None
    """The mean of the visions' scores, nearer visions counting more; None without any."""
    in_force: float | None
    """The same over their scores ``in_force``."""
    visions: tuple[VisionScore, ...]
    """The visions that hold, in the order they were declared."""


_Heavy = tuple[int, int, int, str]
"""An action by its weight: that, minus its place among all, its entry's number, its date."""


@attrs.define
class _Group:
    """All actions with the same themes and links: whatever the visions, one relevance."""

    themes: tuple[str, ...]
    toward: dict[str, float] | None
    weight: int = 0
    top: list[_Heavy] = attrs.field(factory=list[_Heavy])
    """A heap of the heaviest actions."""
    months: dict[str, int] = attrs.field(factory=dict[str, int])
    """Seconds by month, the last twelve."""


@attrs.define
class _Vision:
    name: str
    statement: str
    themes: dict[str, float]
    horizon: float | None
    since: str
    """The month in which it was declared."""
    total: int = 0
    """Weight of all effort before it was declared."""
    worked: dict[str, int] = attrs.field(factory=dict[str, int])
    """Seconds by month before it was declared, the last twelve."""
    drift: int = 0
    """What all effort that serves its words of today, times 2^96, lacks to the effort since it was
    declared that served its words of the time; it changes with the words alone."""
    months: dict[str, int] = attrs.field(factory=dict[str, int])
    """Effort since it was declared that served its words of the time, in 2^-96 seconds: that which
    was made before its words changed."""
    counted: dict[str, tuple[str, int]] = attrs.field(factory=dict[str, tuple[str, int]])
    """By group: the month in which its words changed, and the seconds of that month before."""
    serving: tuple[int, list[tuple[str, _Group, int]]] | None = attrs.field(
        default=None, eq=False, init=False
    )
    """How many groups there were, and those that serve its words of today; not part of a snapshot,
    and None after a change."""

    def relevance(self, group: _Group, goals: Mapping[str, str]) -> int:
        """Return how much a group of actions serves the vision: 0..2^96, standing for 0..1."""
        return int(_relevance(self.name, self.themes, goals, group) * _WHOLE)  # exact

    def count(self, months: dict[str, int], key: str, group: _Group, relevance: int) -> None:
        """Add to months what a group did for the vision since its words changed."""
        changed, before = self.counted.get(key, (self.since, 0))
        for month, seconds in group.months.items():
            if month > changed:
                months[month] = months.get(month, 0) + seconds * relevance
            elif month == changed:
                months[month] = months.get(month, 0) + (seconds - before) * relevance


class _Index:
    """Where to look for what serves a vision; no part of a snapshot."""

    def __init__(self) -> None:
        self.by_theme: defaultdict[str, list[str]] = defaultdict(list)
        """Groups by theme."""
        self.by_id: defaultdict[str, list[str]] = defaultdict(list)
        """Groups by the vision or goal that they work toward."""
        self.goals: defaultdict[str, set[str]] = defaultdict(set)
        """Goals by vision."""

    def add(self, key: str, group: _Group) -> None:
        """Add a new group."""
        for theme in group.themes:
            self.by_theme[theme].append(key)
        for id_ in group.toward or ():
            self.by_id[id_].append(key)

    def serving(self, vision: _Vision) -> set[str]:
        """Return the groups that may serve a vision."""
        return self.with_themes(vision.themes).union(
            self.by_id.get(vision.name, ()),
            *(self.by_id.get(goal, ()) for goal in self.goals.get(vision.name, ())),
        )

    def with_themes(self, themes: Iterable[str]) -> set[str]:
        """Return the groups that carry any of these themes."""
        return set[str]().union(*(self.by_theme.get(theme, ()) for theme in themes))


def _keep(heaviest: list[_Heavy], action: _Heavy) -> None:
    """Keep the heaviest actions in a heap; of two alike, the earlier."""
    if len(heaviest) < TOP:
        heappush(heaviest, action)
    elif action > heaviest[0]:
        heapreplace(heaviest, action)


def _add(by_month: dict[str, int], month: str, amount: int) -> None:
    """Add to a month's sum; the last twelve months are kept."""
    by_month[month] = by_month.get(month, 0) + amount
    if len(by_month) > _MONTHS:
        del by_month[min(by_month)]


@projection("vision-alignment")
class VisionAlignment(Tunable):
    """The share of faded effort that went towards each vision.

    For a vision, A = Σ e·r·d / Σ e·d over all actions. e is the effort in hours: as stated, else
    by type. r is the relevance in 0..1: the stated weight ``toward`` the vision or a
    goal of it, else w / w_max of the heaviest of its themes that the action carries, else 0.
    d = 2^(-Δ/h) fades over Δ days with the half-life h. Each vision is weighted by its nearness,
    1 / horizon; a north star counts as the most distant of the others.

    The formula is this project's own; that goals steer effort when they are stated, specific and
    looked at again is goal-setting theory (Locke & Latham, 2002).

    Parameters:
        half_life: In days, 365.
        efforts: Hours by event name for actions that do not state them, in place of those that
            the event classes state.
    """

    half_life: ClassVar[HalfLife] = 365.0
    efforts: ClassVar[Mapping[EventName, Hours]] = MappingProxyType({})

    visions: dict[str, _Vision] = {}
    retired: dict[str, int] = {}
    """Visions whose end comes before their start in the history, as 2024 before 2024-03."""
    goals: dict[str, str] = {}
    groups: dict[str, _Group] = {}
    total: int = 0
    count: int = 0
    by_theme: dict[str, int] = {}
    names: Names = attrs.field(factory=Names)
    """The names of themes."""
    worked: dict[str, int] = {}
    """Seconds by month, the last twelve."""

    _index: _Index | None = attrs.field(default=None, eq=False, init=False)

    @on(VisionDeclared)
    def declare(self, event: VisionDeclared) -> None:
        if self.retired.get(event.vision, 0) >= event.on.ordinal:
            return
        vision = _Vision(
            event.vision,
            event.statement,
            self._weights(event.themes),
            event.horizon,
            since=_month_of(event.on),
            total=self.total,
            worked=dict(self.worked),
        )
        self.visions.pop(event.vision, None)  # declared again, it comes last
        self.visions[event.vision] = vision
        serving = self._indexed().serving(vision)
        self._set_counted(vision, serving, vision.since)
        vision.drift = -self._weight(vision, serving)

    @on(VisionRevised)
    def revise(self, event: VisionRevised) -> None:
        vision = self.visions.get(event.vision)
        if vision is not None:
            vision.statement = event.statement or vision.statement
        if vision is not None and event.themes:
            themes = self._weights(event.themes)
            affected = self._indexed().with_themes([*vision.themes, *themes])
            before = self._weight(vision, affected)
            self._count(vision, affected, _month_of(event.on))
            vision.themes, vision.serving = themes, None
            vision.drift += before - self._weight(vision, affected)

    @on(VisionRetired)
    def retire(self, event: VisionRetired) -> None:
        if self.visions.pop(event.vision, None) is None:
            self.retired[event.vision] = event.on.last_day.toordinal()

    @on(GoalSet)
    def link(self, event: GoalSet) -> None:
        if event.vision is None:
            return
        index, before = self._indexed(), self.goals.get(event.goal)
        affected = index.by_id.get(event.goal, ())
        visions = [self.visions[name] for name in {before, event.vision} if name in self.visions]
        for vision in visions:
            vision.drift += self._weight(vision, affected)
            self._count(vision, affected, _month_of(event.on))
            vision.serving = None
        if before is not None:
            index.goals[before].discard(event.goal)
        index.goals[event.vision].add(event.goal)
        self.goals[event.goal] = event.vision
        for vision in visions:
            vision.drift -= self._weight(vision, affected)

    def _serving(self, vision: _Vision) -> list[tuple[str, _Group, int]]:
        """Return the groups that serve a vision, with how much: up to 2^96, standing for 1."""
        if vision.serving is None or vision.serving[0] < len(self.groups):
            groups = ((key, self.groups[key]) for key in self._indexed().serving(vision))
            relevances = ((key, each, vision.relevance(each, self.goals)) for key, each in groups)
            vision.serving = len(self.groups), [each for each in relevances if each[2]]
        return vision.serving[1]

    def _weight(self, vision: _Vision, keys: Iterable[str]) -> int:
        """Return the weight of all effort of groups that serves a vision, times 2^96."""
        groups = [self.groups[key] for key in keys]
        return sum(group.weight * vision.relevance(group, self.goals) for group in groups)

    def _count(self, vision: _Vision, keys: Iterable[str], month: str) -> None:
        """Count by month what groups did for a vision, whose words are about to change."""
        for key in keys:
            group = self.groups[key]
            if relevance := vision.relevance(group, self.goals):
                vision.count(vision.months, key, group, relevance)
        for old in sorted(vision.months)[:-_MONTHS]:
            del vision.months[old]
        self._set_counted(vision, keys, month)

    def _set_counted(self, vision: _Vision, keys: Iterable[str], month: str) -> None:
        for key in keys:
            vision.counted[key] = (month, self.groups[key].months.get(month, 0))

    def _indexed(self) -> _Index:
        if self._index is None:
            self._index = _Index()
            for key, group in self.groups.items():
                self._index.add(key, group)
            for goal, vision in self.goals.items():
                self._index.goals[vision].add(goal)
        return self._index

    @on(Action)
    def weigh(self, event: Action, entry: Entry[Action]) -> None:
        hours = hours_of(event, self.efforts)
        if hours == 0:
            return
        on = event.on
        weight = standing_weight(hours, on.ordinal, self.half_life)
        group = self._group(event)
        group.weight += weight
        self.count += 1
        _keep(group.top, (weight, -self.count, entry.seq, str(on)))
        self.total += weight
        for theme in group.themes:
            self.by_theme[theme] = self.by_theme.get(theme, 0) + weight
        if on.precision != "year":
            seconds = round(hours * 3600)
            _add(self.worked, on.month, seconds)
            _add(group.months, on.month, seconds)

    def attribute(self, history: Iterable[Entry[Event]], _at: date) -> dict[int, float]:
        """Return each entry's share of the overall score, e·r·d / Σ e·d in the mean over visions.

        Args:
            history: The entries that were folded. Their shares are the same at any later date,
                because all of them fade alike.
        """
        if not self.total:
            return {}
        visions = list(self.visions.values())
        served: defaultdict[str, list[float]] = defaultdict(list)
        for vision, near in zip(
            visions, _nearness([vision.horizon for vision in visions]), strict=True
        ):
            for key, _, relevance in self._serving(vision):
                served[key].append(near * (relevance / _WHOLE))
        relevances = {key: fsum(parts) for key, parts in served.items()}
        shares: dict[int, float] = {}
        for entry in history:
            event = entry.event
            if isinstance(event, Action) and (hours := hours_of(event, self.efforts)):
                weight = standing_weight(hours, event.on.ordinal, self.half_life)
                part = weight / self.total
                shares[entry.seq] = part * relevances.get(self._key(event), 0.0)
        return shares

    def _weights(self, themes: Mapping[str, float]) -> dict[str, float]:
        """Return the weights of a vision's themes; of a theme in two spellings, the larger."""
        weights: dict[str, float] = {}
        for theme in sorted(themes):
            name = self.names.of(theme)
            weights[name] = max(weights.get(name, 0.0), themes[theme])
        return weights

    def _key(self, event: Action) -> str:
        toward = event.toward
        themes = self.names.each_of(event.themes or ())
        return repr((themes, None if toward is None else sorted(toward.items())))

    def _group(self, event: Action) -> _Group:
        key, toward = self._key(event), event.toward
        group = self.groups.get(key)
        if group is None:
            themes = self.names.each_of(event.themes or ())
            group = _Group(tuple(themes), None if toward is None else dict(toward))
            self._indexed().add(key, group)
            self.groups[key] = group
        return group

    def view(self, at: date) -> VisionAlignmentView:
        """Return the answer at a date on or after the last action."""
        visions = tuple(self._score(vision, at) for vision in self.visions.values())
        return VisionAlignmentView(
            at=at,
            score=_mean((vision.horizon, vision.score) for vision in visions),
            in_force=_mean((vision.horizon, vision.in_force) for vision in visions),
            visions=visions,
        )

    def _score(self, vision: _Vision, at: date) -> VisionScore:
        whole = self.total * _WHOLE
        today, months, actions = 0, dict(vision.months), list[_Heavy]()
        for key, group, relevance in self._serving(vision):
            today += group.weight * relevance
            vision.count(months, key, group, relevance)
            actions += [
                (weight * relevance, place, seq, day) for weight, place, seq, day in group.top
            ]
        heaviest = [action for action in nlargest(TOP, actions) if action[0]]
        evidence = tuple(
            Evidence(seq=seq, on=PartialDate(day), share=part / whole)
            for part, _, seq, day in heaviest
        )
        since = self.total - vision.total
        rest = today - sum(part for part, _, _, _ in heaviest)
        themes = sorted(vision.themes, key=lambda theme: (-vision.themes[theme], theme))
        shares = {theme: self.by_theme.get(theme, 0) for theme in themes}
        return VisionScore(
            vision=vision.name,
            statement=vision.statement,
            horizon=vision.horizon,
            score=today / whole if whole else None,
            in_force=(today + vision.drift) / (since * _WHOLE) if since else None,
            themes=tuple(
                ThemeShare(
                    theme=theme,
                    weight=vision.themes[theme],
                    share=shares[theme] / self.total if self.total else 0.0,
                )
                for theme in themes
            ),
            unbacked=tuple(theme for theme in themes if not shares[theme]),
            months=tuple(
                _month(month, self.worked.get(month, 0), vision, months.get(month, 0))
                for month in _last_months(at)
            ),
            evidence=evidence,
            rest=rest / whole if whole else 0.0,
        )


_MONTHS: Final = 12
_WHOLE: Final = 1 << 96
"""A relevance of 1 as a whole number: every float down to 2^-44 is one exactly, so that a
single action scores just what it states."""


def _relevance(
    name: str, themes: Mapping[str, float], goals: Mapping[str, str], group: _Group
) -> float:
    """Return how much an action serves a vision, 0..1."""
    if group.toward is not None:
        stated = [
            weight for id_, weight in group.toward.items() if id_ == name or goals.get(id_) == name
        ]
        if stated:
            return max(stated)
    carried = [themes[theme] for theme in group.themes if theme in themes]
    return max(carried) / max(themes.values()) if carried else 0.0


def _mean(scores: Iterable[tuple[float | None, float | None]]) -> float | None:
    """Return the mean of scores with their horizons, weighted by nearness."""
    known = [(horizon, score) for horizon, score in scores if score is not None]
    if not known:
        return None
    nearness = _nearness([horizon for horizon, _ in known])
    return fsum(near * score for near, (_, score) in zip(nearness, known, strict=True))


def _nearness(horizons: Sequence[float | None]) -> list[float]:
    """Return what each vision counts for, in sum 1: 1 / horizon, a north star as the farthest."""
    stated = [horizon for horizon in horizons if horizon is not None] or [1.0]
    near = [min(stated) / (horizon or max(stated)) for horizon in horizons]
    total = fsum(near)
    return [part / total for part in near]


def _last_months(at: date) -> list[str]:
    """Return the twelve months that end with a date's, oldest first."""
    last = at.year * 12 + at.month - 1
    numbers = (number for number in range(last - _MONTHS + 1, last + 1) if number >= _FIRST_MONTH)
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]


_FIRST_MONTH: Final = 12
"""January of the year 1."""


def _month_of(on: PartialDate) -> str:
    """Return the month of a date; of a year, which comes before its months, the first."""
    return f"{on}-01" if on.precision == "year" else on.month


def _month(month: str, seconds: int, vision: _Vision, aligned: int) -> MonthScore:
    since = seconds - vision.worked.get(month, 0)
    return MonthScore(
        month=month,
        hours=seconds / 3600,
        score=aligned / (since * _WHOLE) if since else None,
    )
