"""Am I stretched, and do I recover?"""

from bisect import bisect_left, insort
from collections import Counter
from datetime import date
from math import expm1
from operator import attrgetter
from typing import ClassVar, Final, Literal, get_args

import attrs
from immutabledict import immutabledict

from careerledger.dates import PartialDate
from careerledger.events import Share
from careerledger.events.challenge import (
    ChallengeResolved,
    ChallengeTaken,
    ConfidenceRated,
    SetbackOvercome,
    SetbackSuffered,
)
from careerledger.history import Entry
from careerledger.projections import Evidence, HalfLife, Tunable, View, on, projection
from careerledger.projections.rules.ends import ends, supersedes
from careerledger.projections.rules.fading import standing_amount, standing_weight
from careerledger.projections.rules.names import Names
from careerledger.projections.rules.part_cache import PartCache
from careerledger.projections.view import dated

__all__ = [
    "Challenge",
    "ChallengeOutcome",
    "Challenges",
    "ChallengesView",
    "Confidence",
    "ConfidenceReading",
    "Resilience",
    "Setback",
]

ChallengeOutcome = Literal["met", "partly", "failed", "withdrawn", "open"]

TOP: Final = 10
"""How many entries the stretch names as its evidence."""


@attrs.frozen(kw_only=True)
class Challenge(View):
    """One challenge, from taking it on to its end."""

    challenge: str
    title: str
    difficulty: int
    """From 1 (routine) to 5 (never done before)."""
    taken: PartialDate
    resolved: PartialDate | None
    """None while it is open."""
    outcome: ChallengeOutcome
    feedback: float | None
    """How much feedback there was, 0..1; None: not said."""
    lessons: tuple[str, ...]
    skills: tuple[str, ...]
    """As its end names them."""


@attrs.frozen(kw_only=True)
class Setback(View):
    """One setback, and whether it was overcome."""

    setback: str
    what: str
    severity: int
    """From 1 (a scratch) to 5 (the ground gone)."""
    suffered: PartialDate
    overcome: PartialDate | None
    days: int | None
    """Whole days between the two first days; 0 where only a period is known that holds both."""
    entries: tuple[int, ...]
    """Numbers of the entries with these ratings."""


@attrs.frozen(kw_only=True)
class Resilience(View):
    """How setbacks were recovered from."""

    suffered: int
    """How many setbacks there were."""
    overcome: int
    """How many of them were overcome."""
    share: float | None
    """Overcome of those suffered, 0..1; None without setbacks."""
    median_days: float | None
    """From suffering one to overcoming it, over those overcome; None without any."""
    setbacks: tuple[Setback, ...]
    """In the order they were suffered."""


@attrs.frozen(kw_only=True)
class ConfidenceReading(View):
    """How sure one was of oneself, once."""

    on: PartialDate
    level: float
    """0..1."""
    seq: int
    """Number of the entry."""


@attrs.frozen(kw_only=True)
class Confidence(View):
    """Confidence in one theme over time."""

    theme: str
    latest: float
    """0..1."""
    readings: tuple[ConfidenceReading, ...]
    """Oldest first."""


@attrs.frozen(kw_only=True)
class ChallengesView(View):
    """The answer of Challenges."""

    HEADLINE: ClassVar[str] = "stretch"

    at: date
    stretch: float | None
    """How much challenges stretch one, 0..1; None without challenges."""
    challenges: tuple[Challenge, ...]
    """In the order they were taken."""
    outcomes: immutabledict[ChallengeOutcome, int]
    """How many challenges came to each outcome, the open ones among them."""
    resilience: Resilience
    confidence: tuple[Confidence, ...]
    """By theme, in the order of their names."""
    evidence: tuple[Evidence, ...]
    """The entries by which challenges were taken that hold ``stretch`` up most, largest first; at
    most 10, and the shares of all would add up to it."""


@attrs.define
class _Taken:
    on: str
    seq: int
    title: str
    difficulty: int


@attrs.define
class _Resolved:
    on: str
    outcome: Literal["met", "partly", "failed", "withdrawn"]
    feedback: float | None
    lessons: tuple[str, ...]
    skills: tuple[str, ...]


@attrs.define
class _Suffered:
    on: str
    seq: int
    what: str
    severity: int


class _Stretches:
    """How much each challenge stretches one, ranked: on all later days in the same order."""

    def __init__(self) -> None:
        self._total = 0
        self._ranked: list[tuple[int, str, int]] = []
        """Standing weight below 0, date and entry number; the heaviest first."""
        self._by_id: dict[str, tuple[int, str, int]] = {}

    def put(self, id_: str, rank: tuple[int, str, int]) -> None:
        """Rank a challenge, or rank it anew."""
        before = self._by_id.get(id_)
        if before is not None:
            del self._ranked[bisect_left(self._ranked, before)]
            self._total += before[0]
        self._by_id[id_] = rank
        insort(self._ranked, rank)
        self._total -= rank[0]

    def at(self, day: int, half_life: float, k: float) -> tuple[float | None, tuple[Evidence, ...]]:
        """Return the stretch on a day, and the challenges that add most to it."""
        if not self._ranked:
            return None, ()
        stretch = -expm1(-standing_amount(self._total, day, half_life) / k)
        evidence = tuple(
            Evidence(seq=seq, on=dated(on), share=stretch * (-weight / self._total))
            for weight, on, seq in self._ranked[:TOP]
            if weight  # what is very long ago has faded to nothing
        )
        return stretch, evidence


@projection("challenges")
class Challenges(Tunable):
    """How much challenges stretch one, how they ended, and how setbacks were overcome.

    Stretch S = 1 - e^(-Σ a / k) over challenges, a = difficulty · (0.5 + feedback) · d. Developing
    through challenges has diminishing returns, and feedback offsets them (DeRue & Wellman, 2009,
    "Developing leaders via experience"); the curve and its numbers are this project's assumption.
    A challenge's share of S is S · a / Σ a.

    d = 2^(-Δ/h) fades over the Δ days since a challenge was resolved, as it stretches until its
    end. One that is open fades from the day it was taken, because one that is never heard of again
    should not count for ever. A period counts from its first day, but no challenge ends before it
    was taken.

    An id that is taken or resolved twice counts as it was last; the end of what never began, a
    challenge or a setback, does not count, nor does one that lies wholly before the beginning.

    Parameters:
        half_life: In days, 365.
        k: The sum at which S is 1 - 1/e, 6. One challenge of difficulty 3 and average feedback
            gives 0.39 on its day; one such a year keeps S between 0.39 and 0.63.
        feedback: The feedback of a challenge that states none: 0.5, the middle.
    """

    half_life: ClassVar[HalfLife] = 365.0
    k: ClassVar[float] = 6.0
    feedback: ClassVar[Share] = 0.5

    taken: dict[str, _Taken] = {}
    """By challenge, in the order they were taken."""
    resolved: dict[str, _Resolved] = {}
    suffered: dict[str, _Suffered] = {}
    """By setback, in the order they were suffered."""
    overcome: dict[str, tuple[str, int]] = {}
    """Date and entry number."""
    confidence: dict[str, list[tuple[str, float, int]]] = {}
    """By theme: date, level and entry number, in history order."""
    names: Names = attrs.field(factory=Names)
    """The names of themes."""
    _challenges: PartCache[Challenge] = attrs.field(
        factory=PartCache[Challenge], eq=False, init=False
    )
    _setbacks: PartCache[Setback] = attrs.field(factory=PartCache[Setback], eq=False, init=False)
    _readings: PartCache[Confidence] = attrs.field(
        factory=PartCache[Confidence], eq=False, init=False
    )
    _stretches: _Stretches = attrs.field(factory=_Stretches, eq=False, init=False)

    @on(ChallengeTaken)
    def take(self, event: ChallengeTaken, entry: Entry[ChallengeTaken]) -> None:
        self.taken.pop(event.challenge, None)
        self.taken[event.challenge] = _Taken(
            str(event.on), entry.seq, event.title, event.difficulty
        )
        self._challenges.mark_changed(event.challenge)

    @on(ChallengeResolved)
    def resolve(self, event: ChallengeResolved) -> None:
        before = self.resolved.get(event.challenge)
        if supersedes(event.on, before.on if before else None):
            self.resolved[event.challenge] = _Resolved(
                str(event.on), event.outcome, event.feedback, event.lessons, event.skills
            )
            self._challenges.mark_changed(event.challenge)

    @on(SetbackSuffered)
    def suffer(self, event: SetbackSuffered, entry: Entry[SetbackSuffered]) -> None:
        self.suffered.pop(event.setback, None)
        self.suffered[event.setback] = _Suffered(
            str(event.on), entry.seq, event.what, event.severity
        )
        self._setbacks.mark_changed(event.setback)

    @on(SetbackOvercome)
    def get_up(self, event: SetbackOvercome, entry: Entry[SetbackOvercome]) -> None:
        before = self.overcome.get(event.setback)
        if supersedes(event.on, before[0] if before else None):
            self.overcome[event.setback] = (str(event.on), entry.seq)
            self._setbacks.mark_changed(event.setback)

    @on(ConfidenceRated)
    def rate(self, event: ConfidenceRated, entry: Entry[ConfidenceRated]) -> None:
        theme = self.names.of(event.theme)
        readings = self.confidence.setdefault(theme, [])
        readings.append((str(event.on), event.level, entry.seq))
        self._readings.mark_changed(theme)

    def view(self, at: date) -> ChallengesView:
        """Return the answer at a date on or after the last entry."""
        challenges = self._challenges.all(self.taken, self._challenge)
        stretch, evidence = self._stretches.at(at.toordinal(), self.half_life, self.k)
        outcomes = Counter(challenge.outcome for challenge in challenges)
        confidence = self._readings.all(self.confidence, self._confidence)
        return ChallengesView(
            at=at,
            stretch=stretch,
            challenges=challenges,
            outcomes=immutabledict(
                {outcome: outcomes[outcome] for outcome in get_args(ChallengeOutcome)}
            ),
            resilience=self._resilience(),
            confidence=tuple(sorted(confidence, key=attrgetter("theme"))),
            evidence=evidence,
        )

    def _challenge(self, id_: str) -> Challenge:
        taken, resolved = self.taken[id_], self.resolved.get(id_)
        began = PartialDate(taken.on)
        if resolved is not None and not ends(resolved.on, began):
            resolved = None
        ended = PartialDate(resolved.on) if resolved else None
        challenge = Challenge(
            challenge=id_,
            title=taken.title,
            difficulty=taken.difficulty,
            taken=began,
            resolved=ended,
            outcome=resolved.outcome if resolved else "open",
            feedback=resolved.feedback if resolved else None,
            lessons=resolved.lessons if resolved else (),
            skills=resolved.skills if resolved else (),
        )
        since = max(began.ordinal, (ended or began).ordinal)
        feedback = self.feedback if challenge.feedback is None else challenge.feedback
        weight = standing_weight(challenge.difficulty * (0.5 + feedback), since, self.half_life)
        self._stretches.put(id_, (-weight, taken.on, taken.seq))
        return challenge

    def _resilience(self) -> Resilience:
        setbacks = self._setbacks.all(self.suffered, self._setback)
        days = [setback.days for setback in setbacks if setback.days is not None]
        return Resilience(
            suffered=len(setbacks),
            overcome=len(days),
            share=len(days) / len(setbacks) if setbacks else None,
            median_days=_median(days),
            setbacks=setbacks,
        )

    def _setback(self, id_: str) -> Setback:
        suffered = self.suffered[id_]
        began, ended, seqs = PartialDate(suffered.on), None, [suffered.seq]
        day, seq = self.overcome.get(id_, (None, 0))
        if day is not None and ends(day, began):
            ended = PartialDate(day)
            seqs.append(seq)
        return Setback(
            setback=id_,
            what=suffered.what,
            severity=suffered.severity,
            suffered=began,
            overcome=ended,
            days=None if ended is None else max(0, ended.ordinal - began.ordinal),
            entries=tuple(seqs),
        )

    def _confidence(self, theme: str) -> Confidence:
        readings = self.confidence[theme]
        return Confidence(
            theme=theme,
            latest=readings[-1][1],
            readings=tuple(
                ConfidenceReading(on=dated(day), level=level, seq=seq)
                for day, level, seq in readings
            ),
        )


def _median(days: list[int]) -> float | None:
    ordered, middle = sorted(days), len(days) // 2
    return (ordered[middle] + ordered[~middle]) / 2 if ordered else None
