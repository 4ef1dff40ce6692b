"""The two clocks of a plateau: how long nothing rose, and how long nothing was new."""

from collections.abc import Iterable
from datetime import date
from typing import ClassVar, Final

import attrs

from careerledger.dates import PartialDate
from careerledger.events import Action
from careerledger.events.challenge import ChallengeResolved, ChallengeTaken
from careerledger.events.learning import CourseFinished, CredentialAwarded, SkillPractised
from careerledger.events.ownership import ProjectProposed
from careerledger.events.role import RoleChanged, RoleEnded, RoleStarted
from careerledger.projections import Evidence, View
from careerledger.projections.rules.ladder import Ladder, Rise
from careerledger.projections.rules.names import folded

RESETTING: Final = (
    RoleStarted,
    RoleChanged,
    RoleEnded,
    SkillPractised,
    CourseFinished,
    CredentialAwarded,
    ChallengeTaken,
    ChallengeResolved,
    ProjectProposed,
)
"""The types of events that can reset a clock, or decide whether another does."""

STRUCTURAL: Final = (
    "a level or scope above your highest so far, in a role that you hold",
    "a role of a higher level or a larger scope than any before it",
)
CONTENT: Final = (
    "a skill for the first time, in practice, a course, a credential or a challenge",
    "a challenge taken that is hard enough",
    "a larger scope, in this role or a new one",
    "a project proposed",
)
"""What resets each clock, in words."""

TOP: Final = 3
"""How many past plateaus are shown."""


@attrs.frozen(kw_only=True)
class Plateau(View):
    """A past time in which a clock was not reset."""

    HEADLINE: ClassVar[str] = "days"

    since: PartialDate
    until: PartialDate
    """When it was reset."""
    days: int
    """Days from ``since`` to ``until``."""
    seq: int
    """Number of the entry that ended it."""


@attrs.frozen(kw_only=True)
class PlateauClock(View):
    """The days since a clock was last reset."""

    HEADLINE: ClassVar[str] = "days"

    days: int | None
    """Days since then; None where nothing has started it."""
    since: PartialDate | None
    evidence: tuple[Evidence, ...]
    """The one entry that last reset it, all days its share; empty where none did."""
    resets: tuple[str, ...]
    """What would reset it."""
    longest: tuple[Plateau, ...]
    """The longest past plateaus, longest first, then earliest first; at most 3."""


@attrs.define
class _Clock:
    since: str = ""
    """Empty until it was started."""
    day: int = 0
    """Ordinal of the first day of ``since``."""
    seq: int = 0
    longest: list[tuple[int, str, str, int]] = attrs.field(factory=list[tuple[int, str, str, int]])
    """Days, begin, end, and entry of the end."""

    def reset(self, on: PartialDate, seq: int) -> None:
        days = on.ordinal - self.day
        if self.since and days > 0:
            self.longest.append((days, self.since, str(on), seq))
            self.longest.sort(key=lambda plateau: -plateau[0])
            del self.longest[TOP:]
        self.since, self.day, self.seq = str(on), on.ordinal, seq

    def view(self, at: date, resets: tuple[str, ...]) -> PlateauClock:
        days = at.toordinal() - self.day
        since = PartialDate(self.since) if self.since else None
        return PlateauClock(
            days=None if since is None else days,
            since=since,
            evidence=() if since is None else (Evidence(seq=self.seq, on=since, share=days),),
            resets=resets,
            longest=tuple(
                Plateau(since=PartialDate(begin), until=PartialDate(end), days=length, seq=seq)
                for length, begin, end, seq in self.longest
            ),
        )


@attrs.define
class Plateaus:
    """The state of both clocks, for projections to hold and to feed with ``RESETTING`` events."""

    structural: _Clock = attrs.field(factory=_Clock)
    content: _Clock = attrs.field(factory=_Clock)
    ladder: Ladder = attrs.field(factory=Ladder)
    skills: set[str] = attrs.field(factory=set[str])
    """What is compared of their names."""

    def take(self, event: Action, seq: int, challenge_difficulty: float) -> None:
        """Reset the clocks that an event resets."""
        if isinstance(event, SkillPractised):
            self._use([event.skill], event.on, seq)
        elif isinstance(event, CourseFinished | CredentialAwarded | ChallengeResolved):
            self._use(event.skills, event.on, seq)
        elif isinstance(event, RoleStarted):
            if not self.structural.since:
                self.structural.reset(event.on, seq)
            self._rise(self.ladder.start(event, seq), event.on)
        elif isinstance(event, RoleChanged):
            self._rise(self.ladder.change(event, seq), event.on)
        elif isinstance(event, RoleEnded):
            self.ladder.end(event)
        elif isinstance(event, ProjectProposed) or (
            isinstance(event, ChallengeTaken) and event.difficulty >= challenge_difficulty
        ):
            self.content.reset(event.on, seq)

    def structural_clock(self, at: date) -> PlateauClock:
        """Return the days since level or scope last rose, or since the first role started."""
        return self.structural.view(at, STRUCTURAL)

    def content_clock(self, at: date) -> PlateauClock:
        """Return the days since a new skill, challenge or responsibility."""
        return self.content.view(at, CONTENT)

    def _rise(self, rises: Iterable[Rise], on: PartialDate) -> None:
        for rise in rises:
            self.structural.reset(on, rise.seq)
            if rise.larger:
                self.content.reset(on, rise.seq)

    def _use(self, skills: Iterable[str], on: PartialDate, seq: int) -> None:
        names = {folded(skill) for skill in skills}
        if not names <= self.skills:
            self.skills |= names
            self.content.reset(on, seq)
