"""Does my effort go where I said I want to go?"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from heapq import heappush, heapreplace
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
    _served: "list[tuple[_Vision, int]] | None" = attrs.field(default=None, eq=False, init=False)

    def served(
        self, visions: Iterable["_Vision"], goals: Mapping[str, str]
    ) -> list[tuple["_Vision", int]]:
        """Return the visions that the actions serve, with how much: up to 2^96, standing for 1.

        Remembered until the visions or the goals change, as the same groups are asked for with
        every action; it is no part of a snapshot.
        """
        if self._served is None:
            relevances = ((vision, vision.relevance(self, goals)) for vision in visions)
            self._served = [(vision, relevance) for vision, relevance in relevances if relevance]
        return self._served

    def reconsider(self) -> None:
        """Forget which visions are served: the visions or the goals have changed."""
        self._served = None


@attrs.define
class _Vision:
    name: str
    statement: str
    themes: dict[str, float]
    horizon: float | None
    total: int = 0
    """Weight of all effort before it was declared."""
    worked: dict[str, int] = attrs.field(factory=dict[str, int])
    """Seconds by month before it was declared, the last twelve."""
    today: int = 0
    """Weight of all effort there is that serves its words of today, times 2^96."""
    drift: int = 0
    """What ``today`` lacks to the effort since it was declared that served its words of the time;
    it changes with the words alone."""
    top: list[_Heavy] = attrs.field(factory=list[_Heavy])
    """A heap of the actions that serve it most."""
    months: dict[str, int] = attrs.field(factory=dict[str, int])
    """Effort since it was declared that served its words of the time, in 2^-96 seconds."""

    def relevance(self, group: _Group, goals: Mapping[str, str]) -> int:
        """Return how much a group of actions serves the vision: 0..2^96, standing for 0..1."""
        return int(_relevance(self.name, self.themes, goals, group) * _WHOLE)  # exact

    def reconsider(self, groups: Iterable[_Group], goals: Mapping[str, str]) -> None:
        """Compare all effort so far with its new words and the new goals."""
        self.drift += self.today
        self.today = 0
        self.top.clear()
        for group in groups:
            relevance = self.relevance(group, goals)
            if relevance:
                self.today += group.weight * relevance
                for weight, place, seq, day in group.top:
                    _keep(self.top, (weight * relevance, place, seq, day))
        self.drift -= self.today


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

    @on(VisionDeclared)
    def declare(self, event: VisionDeclared) -> None:
        if self.retired.get(event.vision, 0) >= event.on.ordinal:
            return
        vision = _Vision(
            event.vision,
            event.statement,
            self._weights(event.themes),
            event.horizon,
            total=self.total,
            worked=dict(self.worked),
        )
        self.visions.pop(event.vision, None)  # declared again, it comes last
        self.visions[event.vision] = vision
        self._reconsider(vision)

    @on(VisionRevised)
    def revise(self, event: VisionRevised) -> None:
        vision = self.visions.get(event.vision)
        if vision is not None:
            vision.statement = event.statement or vision.statement
            vision.themes = self._weights(event.themes or vision.themes)
            self._reconsider(vision)

    @on(VisionRetired)
    def retire(self, event: VisionRetired) -> None:
        if self.visions.pop(event.vision, None) is None:
            self.retired[event.vision] = event.on.last_day.toordinal()
        else:
            self._reconsider()

    @on(GoalSet)
    def link(self, event: GoalSet) -> None:
        if event.vision is not None:
            self.goals[event.goal] = event.vision
            self._reconsider(*self.visions.values())

    def _reconsider(self, *changed: _Vision) -> None:
        """Compare all effort again after the visions or goals changed; these have new words."""
        for group in self.groups.values():
            group.reconsider()
        for vision in changed:
            vision.reconsider(self.groups.values(), self.goals)

    @on(Action)
    def weigh(self, event: Action, entry: Entry[Action]) -> None:
        hours = hours_of(event, self.efforts)
        if hours == 0:
            return
        on = event.on
        day = str(on)
        weight = standing_weight(hours, on.ordinal, self.half_life)
        group = self._group(event)
        group.weight += weight
        self.count += 1
        _keep(group.top, (weight, -self.count, entry.seq, day))
        self.total += weight
        for theme in group.themes:
            self.by_theme[theme] = self.by_theme.get(theme, 0) + weight
        month = None if on.precision == "year" else on.month
        seconds = round(hours * 3600)
        if month is not None:
            _add(self.worked, month, seconds)
        for vision, relevance in group.served(self.visions.values(), self.goals):
            part = weight * relevance
            vision.today += part
            _keep(vision.top, (part, -self.count, entry.seq, day))
            if month is not None:
                _add(vision.months, month, seconds * relevance)

    def attribute(self, history: Iterable[Entry[Event]], _at: date) -> dict[int, float]:
        """Return each entry's share of the overall score, e·r·d / Σ e·d in the mean over visions.

        Args:
            history: The entries that were folded. Their shares are the same at any later date,
                because all of them fade alike.
        """
        if not self.total:
            return {}
        visions = list(self.visions.values())
        nearness = _nearness([vision.horizon for vision in visions])
        near_of = {vision.name: near for vision, near in zip(visions, nearness, strict=True)}
        whole = self.total * _WHOLE
        shares: dict[int, float] = {}
        for entry in history:
            event = entry.event
            if isinstance(event, Action) and (hours := hours_of(event, self.efforts)):
                weight = standing_weight(hours, event.on.ordinal, self.half_life)
                shares[entry.seq] = fsum(
                    near_of[vision.name] * (weight * relevance / whole)
                    for vision, relevance in self._group(event).served(visions, self.goals)
                )
        return shares

    def _weights(self, themes: Mapping[str, float]) -> dict[str, float]:
        """Return the weights of a vision's themes; of a theme in two spellings, the larger."""
        weights: dict[str, float] = {}
        for theme in sorted(themes):
            name = self.names.of(theme)
            weights[name] = max(weights.get(name, 0.0), themes[theme])
        return weights

    def _group(self, event: Action) -> _Group:
        themes, toward = self.names.each_of(event.themes or ()), event.toward
        key = repr((themes, None if toward is None else sorted(toward.items())))
        group = self.groups.get(key)
        if group is None:
            group = _Group(tuple(themes), None if toward is None else dict(toward))
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
        heaviest = [action for action in sorted(vision.top, reverse=True) if action[0]]
        evidence = tuple(
            Evidence(seq=seq, on=PartialDate(day), share=part / whole)
            for part, _, seq, day in heaviest
        )
        since = self.total - vision.total
        rest = vision.today - sum(part for part, _, _, _ in heaviest)
        themes = sorted(vision.themes, key=lambda theme: (-vision.themes[theme], theme))
        shares = {theme: self.by_theme.get(theme, 0) for theme in themes}
        return VisionScore(
            vision=vision.name,
            statement=vision.statement,
            horizon=vision.horizon,
            score=vision.today / whole if whole else None,
            in_force=(vision.today + vision.drift) / (since * _WHOLE) if since else None,
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
                _month(month, self.worked.get(month, 0), vision) for month in _last_months(at)
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


def _month(month: str, seconds: int, vision: _Vision) -> MonthScore:
    since = seconds - vision.worked.get(month, 0)
    aligned = vision.months.get(month, 0)
    return MonthScore(
        month=month,
        hours=seconds / 3600,
        score=aligned / (since * _WHOLE) if since else None,
    )
