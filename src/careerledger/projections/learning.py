"""What have I invested in learning, and where?"""

from collections.abc import Iterator, Mapping
from datetime import date
from operator import itemgetter
from typing import Annotated, ClassVar, Final

import attrs

from careerledger.dates import PartialDate
from careerledger.events import Action, Hours, Interval
from careerledger.events.learning import (
    CourseDropped,
    CourseFinished,
    CourseStarted,
    CpdClaimed,
    CredentialAwarded,
    SkillPractised,
)
from careerledger.events.vision import (
    GoalSet,
    TrendNoted,
    VisionDeclared,
    VisionRetired,
    VisionRevised,
)
from careerledger.history import Entry
from careerledger.projections import Days, Evidence, Tunable, View, on, projection
from careerledger.projections.rules.names import Names
from careerledger.projections.rules.renewals import not_renewed

__all__ = ["CpdUnits", "Credential", "Learning", "LearningCut", "LearningView", "Trend"]

TOP: Final = 10
"""How many entries the hours name as their evidence."""


@attrs.frozen(kw_only=True)
class LearningCut(View):
    """The part of all learning that has one year, theme, provider or format."""

    name: str
    """Empty for learning that has none."""
    courses: int
    """Courses finished."""
    hours: float


@attrs.frozen(kw_only=True)
class Credential(View):
    """A credential, as it was last awarded."""

    credential: str
    name: str
    issuer: str | None
    awarded: PartialDate
    expires: PartialDate | None
    """It holds to the end of this day, month or year; None: for good."""
    seq: int
    """The number of the entry that awarded it."""


@attrs.frozen(kw_only=True)
class CpdUnits(View):
    """The continuing professional development that was claimed under one scheme."""

    scheme: str
    category: str
    """Empty for claims without one."""
    units: float
    """All units ever claimed."""
    verifiable: float
    """Those of them with evidence that another person can check."""
    last: PartialDate
    """The date of the last claim."""
    seq: int
    """The number of its entry."""


@attrs.frozen(kw_only=True)
class Trend(View):
    """A trend that was noted."""

    theme: str
    what: str
    source: str | None
    on: PartialDate
    seq: int
    """The entry's number."""


@attrs.frozen(kw_only=True)
class LearningView(View):
    """The answer of Learning."""

    HEADLINE: ClassVar[str] = "hours"

    at: date
    hours: float
    """All hours of learning."""
    courses: int
    """Courses finished."""
    dropped: int
    """Courses dropped."""
    drop_rate: float | None
    """Courses dropped of those dropped or finished, 0..1; None when there are none."""
    by_year: tuple[LearningCut, ...]
    """Earliest first."""
    by_theme: tuple[LearningCut, ...]
    """Most hours first. Seconds and courses of an action with several themes are divided among
    them as whole numbers, the remainder going to the first by name: a course counts once."""
    by_provider: tuple[LearningCut, ...]
    """Most hours first."""
    by_format: tuple[LearningCut, ...]
    """Most hours first."""
    in_force: tuple[Credential, ...]
    """Credentials that have not expired, in the order they were awarded."""
    expiring: tuple[Credential, ...]
    """Those of them that soon will, the first to expire first."""
    expired: tuple[Credential, ...]
    """Credentials that have expired and were not awarded again, the first that did first."""
    cpd: tuple[CpdUnits, ...]
    """By scheme and category."""
    serving: float | None
    """The share of all hours that serves a vision in force, 0..1; None without hours."""
    unanswered: tuple[Trend, ...]
    """Trends on whose theme nothing was learned on or after the day they were noted."""
    evidence: tuple[Evidence, ...]
    """The entries with the most hours, largest first, at most 10; each share is in hours."""


_Sums = tuple[int, int]
"""Courses and seconds."""


@attrs.define
class _Effort:
    """All learning with the same themes and links: whatever the visions, it serves them or not."""

    themes: tuple[str, ...]
    toward: tuple[str, ...]
    seconds: int = 0


@attrs.define
class _Credential:
    name: str
    issuer: str | None
    awarded: str
    expires: str | None
    seq: int


@attrs.define
class _Cpd:
    millionths: int = 0
    """Units, which add up exactly as whole numbers."""
    verifiable: int = 0
    last: str = ""
    seq: int = 0


@attrs.define
class _Trend:
    theme: str
    what: str
    source: str | None
    on: str
    seq: int


@projection("learning")
class Learning(Tunable):
    """Hours and courses by year, theme, provider and format, and what became of them.

    Learning is to start, finish or drop a course and to practise a skill. It takes the hours that
    were stated; those of a finished course that does not state them are ``course_hours``, any
    other counts none. A finished course has the provider and format that it states itself, a
    dropped one those of its start, practice has none. Hours are summed as whole seconds, so every
    cut adds up to the same total.

    Learning serves a vision in force when ``toward`` names the vision or a goal of it with a
    weight above 0, or when it carries one of the vision's themes. The visions in force are those
    of VisionAlignment. A trend is answered by learning with its theme that may have been on the
    day it was noted or later: learning of 2024 answers a trend of 2024-03.

    All of this is counting; the definitions are this project's own.

    Parameters:
        course_hours: Hours of a finished course that does not state them, 10: a modest guess.
        expiring_within: Days before its end in which a credential is expiring, 90.
    """

    course_hours: ClassVar[Annotated[Hours, Interval(gt=0)]] = 10
    expiring_within: ClassVar[Days] = 90

    seconds: int = 0
    finished: int = 0
    dropped: int = 0
    years: dict[str, _Sums] = {}
    themes: dict[str, _Sums] = {}
    names: Names = attrs.field(factory=Names)
    """The names of themes."""
    providers: dict[str, _Sums] = {}
    formats: dict[str, _Sums] = {}
    offers: dict[str, tuple[str, str]] = {}
    """Courses started: provider and format."""
    drops: dict[str, int] = {}
    """Seconds by course dropped. A drop of 2024 comes before a start in 2024-03, so only the
    view asks for provider and format."""
    efforts: dict[str, _Effort] = {}
    longest: list[tuple[int, int, str]] = []
    """The entries with the most seconds: those, entry number, date."""
    credentials: dict[str, _Credential] = {}
    claims: dict[str, dict[str, _Cpd]] = {}
    """By scheme and category."""
    trends: list[_Trend] = []
    learned: dict[str, str] = {}
    """By theme the last day on which something may have been learned."""
    visions: dict[str, list[str]] = {}
    """The visions in force, and their themes."""
    retired: dict[str, int] = {}
    """Visions whose end comes before their start in the history, as 2024 before 2024-03."""
    goals: dict[str, str] = {}

    # Learning

    @on(CourseStarted)
    def start(self, event: CourseStarted, entry: Entry[CourseStarted]) -> None:
        provider = event.provider or ""
        self.offers[event.course] = (provider, event.format)
        self._offer(provider, event.format, 0, self._learn(event.hours or 0.0, entry))

    @on(CourseFinished)
    def finish(self, event: CourseFinished, entry: Entry[CourseFinished]) -> None:
        self.finished += 1
        hours = self.course_hours if event.hours is None else event.hours
        seconds = self._learn(hours, entry, courses=1)
        self._offer(event.provider or "", event.format, 1, seconds)

    @on(CourseDropped)
    def drop(self, event: CourseDropped, entry: Entry[CourseDropped]) -> None:
        self.dropped += 1
        seconds = self._learn(event.hours or 0.0, entry)
        self.drops[event.course] = self.drops.get(event.course, 0) + seconds

    @on(SkillPractised)
    def practise(self, event: SkillPractised, entry: Entry[SkillPractised]) -> None:
        self._offer("", "", 0, self._learn(event.hours or 0.0, entry))

    def _offer(self, provider: str, format_: str, courses: int, seconds: int) -> None:
        _add(self.providers, provider, courses, seconds)
        _add(self.formats, format_, courses, seconds)

    def _learn(self, hours: float, entry: Entry[Action], *, courses: int = 0) -> int:
        """Count an action wherever its provider and format do not matter; returns its seconds."""
        event, seconds = entry.event, round(hours * 3600)
        on, effort = event.on, self._effort(event)
        self.seconds += seconds
        _add(self.years, on[:4], courses, seconds)
        if len(effort.themes) > 1:
            parts = len(effort.themes)
            shares = zip(_split(courses, parts), _split(seconds, parts), strict=True)
            for theme, share in zip(effort.themes, shares, strict=True):
                _add(self.themes, theme, *share)
        else:
            _add(self.themes, effort.themes[0] if effort.themes else "", courses, seconds)
        if effort.themes:
            last = str(on) if on.precision == "day" else on.last_day.isoformat()
            for theme in effort.themes:
                if self.learned.get(theme, "") < last:
                    self.learned[theme] = last
        effort.seconds += seconds
        if seconds and (len(self.longest) < TOP or seconds > self.longest[-1][0]):
            longest = [*self.longest, (seconds, entry.seq, str(on))]
            self.longest = sorted(longest, key=lambda action: -action[0])[:TOP]
        return seconds

    def _effort(self, event: Action) -> _Effort:
        themes = self.names.each_of(event.themes)
        toward = sorted(id_ for id_, weight in (event.toward or {}).items() if weight > 0)
        key = repr((themes, toward))
        effort = self.efforts.get(key)
        if effort is None:
            effort = self.efforts[key] = _Effort(tuple(themes), tuple(toward))
        return effort

    # Credentials and trends

    @on(CredentialAwarded)
    def credit(self, event: CredentialAwarded, entry: Entry[CredentialAwarded]) -> None:
        self.credentials.pop(event.credential, None)
        self.credentials[event.credential] = _Credential(
            name=event.name,
            issuer=event.issuer,
            awarded=str(event.on),
            expires=None if event.expires is None else str(event.expires),
            seq=entry.seq,
        )

    @on(CpdClaimed)
    def claim(self, event: CpdClaimed, entry: Entry[CpdClaimed]) -> None:
        claims = self.claims.setdefault(event.scheme, {})
        claimed = claims.setdefault(event.category or "", _Cpd())
        units = round(event.units * 1_000_000)
        claimed.millionths += units
        claimed.verifiable += units if event.verifiable else 0
        claimed.last, claimed.seq = str(event.on), entry.seq

    @on(TrendNoted)
    def note(self, event: TrendNoted, entry: Entry[TrendNoted]) -> None:
        theme = self.names.of(event.theme)
        self.trends.append(_Trend(theme, event.what, event.source, str(event.on), entry.seq))

    # Visions

    @on(VisionDeclared)
    def declare(self, event: VisionDeclared) -> None:
        if self.retired.get(event.vision, 0) < event.on.ordinal:
            self.visions[event.vision] = self.names.each_of(event.themes)

    @on(VisionRevised)
    def revise(self, event: VisionRevised) -> None:
        if event.vision in self.visions and event.themes:
            self.visions[event.vision] = self.names.each_of(event.themes)

    @on(VisionRetired)
    def retire(self, event: VisionRetired) -> None:
        if self.visions.pop(event.vision, None) is None:
            last = event.on.last_day.toordinal()
            self.retired[event.vision] = max(last, self.retired.get(event.vision, 0))

    @on(GoalSet)
    def link(self, event: GoalSet) -> None:
        if event.vision is not None:
            self.goals[event.goal] = event.vision

    # The answer

    def view(self, at: date) -> LearningView:
        """Return the answer at a date on or after the last entry."""
        providers, formats = dict(self.providers), dict(self.formats)
        for course, seconds in self.drops.items():
            provider, format_ = self.offers.get(course, ("", ""))
            _add(providers, provider, 0, seconds)
            _add(formats, format_, 0, seconds)
        ended = self.dropped + self.finished
        in_force, expiring, expired = self._credentials(at)
        return LearningView(
            at=at,
            hours=self.seconds / 3600,
            courses=self.finished,
            dropped=self.dropped,
            drop_rate=self.dropped / ended if ended else None,
            by_year=tuple(sorted(_cuts(self.years), key=lambda cut: cut.name)),
            by_theme=_cuts(self.themes),
            by_provider=_cuts(providers),
            by_format=_cuts(formats),
            in_force=in_force,
            expiring=expiring,
            expired=expired,
            cpd=tuple(
                CpdUnits(
                    scheme=scheme,
                    category=category,
                    units=claimed.millionths / 1_000_000,
                    verifiable=claimed.verifiable / 1_000_000,
                    last=PartialDate(claimed.last),
                    seq=claimed.seq,
                )
                for scheme, claims in sorted(self.claims.items())
                for category, claimed in sorted(claims.items())
            ),
            serving=self._serving() / self.seconds if self.seconds else None,
            unanswered=tuple(self._unanswered()),
            evidence=tuple(
                Evidence(seq=seq, on=PartialDate(day), share=seconds / 3600)
                for seconds, seq, day in self.longest
            ),
        )

    def _credentials(
        self, at: date
    ) -> tuple[tuple[Credential, ...], tuple[Credential, ...], tuple[Credential, ...]]:
        """Return the credentials in force, those among them that soon expire, and the expired ones.

        A credential that was awarded again, by name and issuer, has not ended.
        """
        standing = not_renewed(
            (id_, it.name, it.issuer, None if it.expires is None else PartialDate(it.expires))
            for id_, it in self.credentials.items()
        )
        in_force: list[Credential] = []
        expiring: list[tuple[int, Credential]] = []
        expired: list[tuple[int, Credential]] = []
        for id_, awarded in self.credentials.items():
            expires = None if awarded.expires is None else PartialDate(awarded.expires)
            credential = Credential(
                credential=id_,
                name=awarded.name,
                issuer=awarded.issuer,
                awarded=PartialDate(awarded.awarded),
                expires=expires,
                seq=awarded.seq,
            )
            left = None if expires is None else (expires.last_day - at).days
            if left is None or left >= 0:
                in_force.append(credential)
            if left is None or id_ not in standing:
                continue
            if left < 0:
                expired.append((left, credential))
            elif left <= self.expiring_within:
                expiring.append((left, credential))
        return tuple(in_force), _by_end(expiring), _by_end(expired)

    def _serving(self) -> int:
        """Return the seconds that serve a vision in force."""
        themes = {theme for carried in self.visions.values() for theme in carried}
        served = self.visions.keys() | {
            goal for goal, vision in self.goals.items() if vision in self.visions
        }
        return sum(
            effort.seconds
            for effort in self.efforts.values()
            if not (themes.isdisjoint(effort.themes) and served.isdisjoint(effort.toward))
        )

    def _unanswered(self) -> Iterator[Trend]:
        for trend in self.trends:
            on = PartialDate(trend.on)
            if self.learned.get(trend.theme, "") < on.first_day.isoformat():
                yield Trend(
                    theme=trend.theme, what=trend.what, source=trend.source, on=on, seq=trend.seq
                )


def _add(cut: dict[str, _Sums], name: str, courses: int, seconds: int) -> None:
    if courses or seconds:
        before = cut.get(name, (0, 0))
        cut[name] = (before[0] + courses, before[1] + seconds)


def _split(whole: int, parts: int) -> list[int]:
    """Divide a whole number into parts that differ by at most 1, the larger ones first."""
    each, left = divmod(whole, parts)
    return [each + (place < left) for place in range(parts)]


def _cuts(sums: Mapping[str, _Sums]) -> tuple[LearningCut, ...]:
    ordered = sorted(sums.items(), key=lambda item: (-item[1][1], item[0]))
    return tuple(
        LearningCut(name=name, courses=courses, hours=seconds / 3600)
        for name, (courses, seconds) in ordered
    )


def _by_end(credentials: list[tuple[int, Credential]]) -> tuple[Credential, ...]:
    """Return credentials by the days they have left, of two alike the one awarded first."""
    return tuple(credential for _, credential in sorted(credentials, key=itemgetter(0)))
