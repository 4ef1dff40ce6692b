"""Am I doing a job, or building a career?"""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import ClassVar, Final, Literal, get_args

import attrs

from careerledger.dates import PartialDate
from careerledger.events import Action, Hours
from careerledger.events.reflection import ReflectionWritten
from careerledger.events.role import WorkLogged
from careerledger.history import Entry
from careerledger.projections import (
    Days,
    Difficulty,
    EventName,
    Evidence,
    Tunable,
    View,
    on,
    projection,
)
from careerledger.projections.rules.effort import hours_of
from careerledger.projections.rules.plateau import RESETTING, PlateauClock, Plateaus

__all__ = [
    "PRACTICES",
    "WINDOWS",
    "FeelsLike",
    "JobOrCareer",
    "JobOrCareerView",
    "Practice",
    "PracticeState",
]

PracticeState = Literal["alive", "fading", "absent"]
PracticeName = Literal[
    "vision", "learning", "network", "challenge", "purpose", "ownership", "reflection"
]

PRACTICES: Final[tuple[PracticeName, ...]] = get_args(PracticeName)
"""The practices that build a career. Roles and the day's tasks are none of them."""

WINDOWS: Final[Mapping[PracticeName, float]] = MappingProxyType(dict.fromkeys(PRACTICES, 365.0))
"""Days for which evidence keeps each practice alive."""

TOP: Final = 3
"""How many entries a practice names as its evidence."""


@attrs.frozen(kw_only=True)
class Practice(View):
    """Whether one of the practices is kept up."""

    HEADLINE: ClassVar[str] = "days"

    practice: str
    state: PracticeState
    """Alive: shown within its window; fading: within the two windows before; else absent."""
    last: PartialDate | None
    """When it was last shown, however long ago; None where it never was."""
    days: int | None
    """Days since then."""
    evidence: tuple[Evidence, ...]
    """The latest entries that show it, latest first, at most 3. Each would do alone, so each has
    the share 1; an absent practice has none."""


@attrs.frozen(kw_only=True)
class FeelsLike(View):
    """What work felt like when the person last said so."""

    HEADLINE: ClassVar[str] = "value"

    value: float
    """From 0 (a job) to 1 (a career)."""
    on: PartialDate
    seq: int
    """Number of the entry that says so."""


@attrs.frozen(kw_only=True)
class JobOrCareerView(View):
    """The answer of JobOrCareer."""

    HEADLINE: ClassVar[str] = "alive"

    at: date
    sentence: str
    """The answer in words."""
    alive: int
    """How many practices are alive, 0..7."""
    next_practice: str | None
    """The practice to pick up next; None where all are alive."""
    practices: tuple[Practice, ...]
    """All seven, in the order of ``PRACTICES``."""
    beyond_tasks: float | None
    """The share of recent effort that went beyond the day's tasks, 0..1; None without effort."""
    structural_clock: PlateauClock
    """Since level or scope last rose."""
    content_clock: PlateauClock
    """Since a new skill, challenge or responsibility."""
    feels_like: FeelsLike | None
    """None where no reflection says so."""


@projection("job-or-career")
class JobOrCareer(Tunable):
    """Which practices of a career are kept up beside the work itself.

    A practice is alive when an entry shows it that is at most its window old, fading when the
    latest is at most three windows old, else absent. To pick up next is an absent practice before
    a fading one; of those, the one that was alive longest ago, never counting as longest, then
    the first in the order of ``PRACTICES``. Effort beyond the day's tasks is the share of hours
    that are not of ``work.logged``: as stated, else by type, to the second. Dates of
    months and years count from their first day. The clocks are those of ``Stagnation``.

    That people see their work as a job, a career or a calling, and can say which, is a finding of
    Wrzesniewski, McCauley, Rozin & Schwartz (1997, "Jobs, careers, and callings"); so what the
    person wrote is shown unchanged. The practices and their windows are this project's own, and
    describe what was recorded, not what someone is.

    Parameters:
        windows: Days by practice, ``WINDOWS``.
        effort_days: How far back effort counts, in days, 365.
        efforts: Hours by event name for actions that do not state them, in place of those that
            the event classes state.
        challenge_difficulty: From which difficulty on a challenge taken resets the content clock,
            3.
    """

    windows: ClassVar[Mapping[PracticeName, Days]] = WINDOWS
    effort_days: ClassVar[Days] = 365
    efforts: ClassVar[Mapping[EventName, Hours]] = MappingProxyType({})
    challenge_difficulty: ClassVar[Difficulty] = 3

    shown: dict[str, list[tuple[str, int]]] = {}
    """By practice: date and number of the latest entries that show it, latest last."""
    effort: list[tuple[int, int, int]] = []
    """Ordinal of each day with effort, seconds, and seconds beyond the day's tasks. A day that lies
    more than ``effort_days`` before the last one folded is dropped: no later question needs it."""
    felt: tuple[float, str, int] | None = None
    plateaus: Plateaus = attrs.field(factory=Plateaus)

    @on(Action)
    def show(self, event: Action, entry: Entry[Action]) -> None:
        practice = event.__event__.practice
        if practice in PRACTICES:
            latest = self.shown.setdefault(practice, [])
            latest.append((str(event.on), entry.seq))
            del latest[:-TOP]

    @on(Action)
    def weigh(self, event: Action) -> None:
        seconds = round(hours_of(event, self.efforts) * 3600)
        if seconds == 0:
            return
        day, total, beyond = (
            event.on.ordinal,
            seconds,
            0 if isinstance(event, WorkLogged) else seconds,
        )
        if self.effort and self.effort[-1][0] == day:
            _, total_before, beyond_before = self.effort.pop()
            total, beyond = total + total_before, beyond + beyond_before
        self.effort.append((day, total, beyond))
        while day - self.effort[0][0] > self.effort_days:
            del self.effort[0]

    @on(ReflectionWritten)
    def feel(self, event: ReflectionWritten, entry: Entry[ReflectionWritten]) -> None:
        if event.feels_like is not None:
            self.felt = (event.feels_like, str(event.on), entry.seq)

    @on(*RESETTING)
    def reset(self, event: Action, entry: Entry[Action]) -> None:
        self.plateaus.take(event, entry.seq, self.challenge_difficulty)

    def view(self, at: date) -> JobOrCareerView:
        """Return the answer at a date on or after the last entry."""
        practices = [self._practice(practice, at) for practice in PRACTICES]
        alive = [practice for practice in practices if practice.state == "alive"]
        missing = [practice for practice in practices if practice.state != "alive"]
        next_ = max(missing, key=_urgency, default=None)
        return JobOrCareerView(
            at=at,
            sentence=_sentence(alive, next_),
            alive=len(alive),
            next_practice=None if next_ is None else next_.practice,
            practices=tuple(practices),
            beyond_tasks=self._beyond_tasks(at),
            structural_clock=self.plateaus.structural_clock(at),
            content_clock=self.plateaus.content_clock(at),
            feels_like=None
            if self.felt is None
            else FeelsLike(value=self.felt[0], on=PartialDate(self.felt[1]), seq=self.felt[2]),
        )

    def _practice(self, practice: PracticeName, at: date) -> Practice:
        today, window = at.toordinal(), self.windows[practice]
        shown = [(PartialDate(day), seq) for day, seq in reversed(self.shown.get(practice, []))]
        days = today - shown[0][0].ordinal if shown else None
        state: PracticeState = "absent"
        reach = 0.0
        if days is not None and days <= window:
            state, reach = "alive", window
        elif days is not None and days <= 3 * window:
            state, reach = "fading", 3 * window
        return Practice(
            practice=practice,
            state=state,
            last=shown[0][0] if shown else None,
            days=days,
            evidence=tuple(
                Evidence(seq=seq, on=day, share=1.0)
                for day, seq in shown
                if state != "absent" and today - day.ordinal <= reach
            ),
        )

    def _beyond_tasks(self, at: date) -> float | None:
        recent = [
            (total, beyond)
            for day, total, beyond in self.effort
            if at.toordinal() - day <= self.effort_days
        ]
        total = sum(total for total, _ in recent)
        return sum(beyond for _, beyond in recent) / total if total else None


def _urgency(practice: Practice) -> tuple[bool, float]:
    """Return how much a practice needs to be picked up; of two alike, the first counts."""
    never = float("inf")
    return practice.state == "absent", never if practice.days is None else practice.days


def _sentence(alive: Sequence[Practice], next_: Practice | None) -> str:
    count = len(PRACTICES)
    if next_ is None:
        return f"All {count} practices are alive."
    names = ", ".join(practice.practice for practice in alive)
    alive_now = (
        f"{len(alive)} of {count} practices {'is' if len(alive) == 1 else 'are'} alive ({names})"
        if alive
        else f"None of {count} practices is alive"
    )
    last = "no evidence yet" if next_.last is None else f"last shown {next_.last}"
    return f"{alive_now}; pick up {next_.practice} next, {last}."
