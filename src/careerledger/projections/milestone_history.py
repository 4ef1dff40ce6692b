"""What have my jobs become?"""

from bisect import bisect_left
from collections.abc import Collection
from datetime import date
from typing import Annotated, ClassVar, Final, Literal

import attrs

from careerledger.dates import PartialDate
from careerledger.events import Interval
from careerledger.events.challenge import ChallengeResolved, ChallengeTaken
from careerledger.events.learning import (
    CourseFinished,
    CredentialAwarded,
    SkillAssessed,
    SkillPractised,
)
from careerledger.events.network import (
    ContactMade,
    DoorOpened,
    GatheringAttended,
    RecognitionReceived,
)
from careerledger.events.ownership import IndustrySwitched, RequestAnswered, RequestMade
from careerledger.events.reflection import MilestoneDeclared, ReflectionWritten
from careerledger.events.role import RoleChanged, RoleEnded, RoleStarted
from careerledger.events.vision import GoalAssessed, GoalSet
from careerledger.history import Entry
from careerledger.projections import Difficulty, Tunable, View, on, projection
from careerledger.projections.rules.ends import ends, record_end
from careerledger.projections.rules.ladder import Ladder
from careerledger.projections.rules.names import Names

__all__ = ["Harvest", "Milestone", "MilestoneHistory", "MilestoneHistoryView", "MilestoneKind"]

MilestoneKind = Literal[
    "declared",
    "role started",
    "risen",
    "credential",
    "challenge",
    "request granted",
    "goal",
    "industry",
    "award",
]


AT_ONCE: Final = 8
"""How many roles held at the same time share what falls into it."""


@attrs.frozen(kw_only=True)
class Milestone(View):
    """A point that the career reached."""

    on: PartialDate
    kind: MilestoneKind
    title: str
    role: str | None
    """The role held at the time; of several, the one started last."""
    entries: tuple[int, ...]
    """Numbers of the entries it rests on, the one that made it a milestone first."""


@attrs.frozen(kw_only=True)
class Harvest(View):
    """What one role brought, between its first and its last day."""

    role: str
    title: str
    organisation: str
    started: PartialDate
    ended: PartialDate | None
    skills: tuple[str, ...]
    """Each part in the order in which it first appeared."""
    contacts: tuple[str, ...]
    credentials: tuple[str, ...]
    challenges: tuple[str, ...]
    """Challenges resolved."""
    doors: tuple[str, ...]
    milestones: tuple[str, ...]
    """Titles of the milestones reached."""
    reflections: int
    """Reflections written."""
    reflected: bool
    """Whether any reflection, at whatever time, is about the role."""


@attrs.frozen(kw_only=True)
class MilestoneHistoryView(View):
    """The answer of MilestoneHistory."""

    HEADLINE = "count"

    at: date
    milestones: tuple[Milestone, ...]
    """In the order they happened."""
    roles: tuple[Harvest, ...]
    """In the order they started."""
    unreflected: tuple[str, ...]
    """Ended roles that no reflection is about."""

    @property
    def count(self) -> int:
        """How many milestones there are."""
        return len(self.milestones)


@attrs.define
class _Role:
    title: str
    organisation: str
    started: str
    first: int
    """Ordinal of the first day."""
    number: int
    """Its place among all roles, in the order they started."""
    last: int | None = None
    """Ordinal of the last day; None while it goes on."""
    ended: str | None = None
    parts: dict[str, dict[str, None]] = attrs.field(factory=dict[str, dict[str, None]])
    """By part of the harvest: its names, as the keys of a dict to keep them once and in order."""
    reached: list[int] = attrs.field(factory=list[int])
    """Which of all that was reached falls into its time."""
    _titles: list[str] = attrs.field(factory=list[str], eq=False, init=False)
    _titled: int = attrs.field(default=0, eq=False, init=False)

    def held(self, day: int) -> bool:
        """Whether it is held on a day, once it began."""
        return self.last is None or self.last >= day

    def harvest(self, part: str, names: Collection[str]) -> None:
        """Add what the role yielded while it was held."""
        if part == "milestones":
            self.reached += map(int, names)
        else:
            self.parts.setdefault(part, {}).update(dict.fromkeys(names))

    def titles(self, milestones: list[Milestone | None]) -> tuple[str, ...]:
        """Return the titles of the milestones in its time; earlier ones are remembered."""
        for number in self.reached[self._titled :]:
            milestone = milestones[number]
            if milestone is not None:
                self._titles.append(milestone.title)
        self._titled = len(self.reached)
        return tuple(self._titles)

    def reconsider(self) -> None:
        """Forget the titles of milestones, which have changed."""
        self._titles.clear()
        self._titled = 0


@attrs.define
class _Reached:
    """A milestone, or what becomes one together with another entry."""

    on: str
    kind: MilestoneKind
    title: str
    role: str | None
    seq: int
    about: str = ""
    """Id of the challenge, request or goal."""
    change: int | None = None
    """For a rise from the role's start on: the entry of the change."""


_NEVER: Final = (0, "", 0, "9999")
"""A challenge that was never taken."""


@projection("milestone-history")
class MilestoneHistory(Tunable):
    """The milestones of a career, declared and derived, and the harvest of each role.

    Derived are: a role started, or risen in level or scope; a credential; a challenge of at least
    ``difficulty`` met; a request granted; a goal first reached at ``goal_level`` or better; an
    industry switched; an award. A rise is defined as in ``Stagnation``. A date of month
    or year precision counts from its first day, for roles as for what they brought; what changes
    a role wholly after its end counts nowhere.

    What falls into the time of several roles counts for each of them, of more than 8 held at once
    for the 8 that started last. What came earlier on the day of a start counts for the role too,
    of more than 8 that started on a day for the first 8.

    Parameters:
        difficulty: From which difficulty on a challenge met is a milestone, 4.
        goal_level: From which level on an assessed goal is one, 1.
    """

    difficulty: ClassVar[Difficulty] = 4
    goal_level: ClassVar[Annotated[float, Interval(gt=0, le=2)]] = 1

    roles: dict[str, _Role] = {}
    ladder: Ladder = attrs.field(factory=Ladder)
    ends: dict[str, str] = {}
    """The end of each role, also before its start."""
    reached: list[_Reached] = []
    difficulties: dict[str, tuple[int, str, int, str]] = {}
    """Challenges taken: difficulty, title, entry, date."""
    resolved: dict[str, str] = {}
    """The end of each challenge, also before it was taken."""
    unresolved: set[str] = set()
    """Challenges that are recorded as ended before they were taken, and so are still open."""
    requests: dict[str, tuple[str, int, str]] = {}
    """Requests made: kind, entry, date."""
    goals: dict[str, tuple[str, int]] = {}
    """Goals set: title, entry."""
    goals_reached: set[str] = set()
    today: int = 0
    """Ordinal of the last day folded."""
    of_today: list[tuple[str, str]] = []
    """What that day brought, for a role that starts on it."""
    started_today: int = 0
    """How many roles started on that day."""
    started: int = 0
    """How many roles started."""
    skills: Names = attrs.field(factory=Names)
    about: set[str] = set()
    """Whatever reflections are about."""
    decided: set[str] = set()
    """Ids of challenges, requests and goals that became milestones, or may have."""
    _milestones: list[Milestone | None] = attrs.field(
        factory=list[Milestone | None], eq=False, init=False
    )
    """What was reached, as milestones, as far as a view asked for it; not part of a snapshot."""
    _standing: list[Milestone] = attrs.field(factory=list[Milestone], eq=False, init=False)
    """Those that are one."""
    _held: list[tuple[str, _Role]] | None = attrs.field(default=None, eq=False, init=False)
    """The roles held on the last day folded, in the order they started, at most ``AT_ONCE``, if
    they were looked for."""
    _held_until: int = attrs.field(default=0, eq=False, init=False)
    """Ordinal of the last day on which they are all held: days are many, and roles few."""
    _roles_by_number: dict[int, tuple[str, _Role]] | None = attrs.field(
        default=None, eq=False, init=False
    )
    """The roles by number, if they were looked for."""
    _numbers: list[int] = attrs.field(factory=list[int], eq=False, init=False)
    """Numbers of the roles that are held, and of some that have ended, sorted."""
    _is_stale: bool = attrs.field(default=False, eq=False, init=False)
    """Whether what is remembered of milestones has changed."""

    # Roles

    @on(RoleStarted)
    def start(self, event: RoleStarted, entry: Entry[RoleStarted]) -> None:
        self._come_to(event.on)
        self.started += 1
        self.started_today += 1
        role = _Role(
            title=event.title,
            organisation=event.organisation,
            started=str(event.on),
            first=event.on.ordinal,
            number=self.started,
        )
        self.roles[event.role] = role
        self._keep_open(event.role, role)
        ended = self.ends.get(event.role)
        if ended is not None and ends(ended, event.on):
            self._end(event.role, role, PartialDate(ended))
        if self.started_today <= AT_ONCE:
            for part, name in self.of_today:
                role.harvest(part, [name])
        title = f"{event.title}, {event.organisation}"
        self._reach(event.on, "role started", title, entry.seq, role=event.role)
        for rise in self.ladder.start(event, entry.seq):
            if rise.seq != entry.seq:  # a start above all before is no milestone beside itself
                self._reach(event.on, "risen", title, entry.seq, role=event.role, change=rise.seq)

    @on(RoleChanged)
    def change(self, event: RoleChanged, entry: Entry[RoleChanged]) -> None:
        self._come_to(event.on)
        rises = self.ladder.change(event, entry.seq)
        role = self.roles.get(event.role)
        if role is None or not role.held(event.on.ordinal):
            return
        role.title = event.title or role.title
        if rises:
            title = f"{role.title}, {role.organisation}"
            self._reach(event.on, "risen", title, entry.seq, role=event.role)

    @on(RoleEnded)
    def end(self, event: RoleEnded) -> None:
        self._come_to(event.on)
        self.ladder.end(event)
        role = self.roles.get(event.role)
        if record_end(self.ends, event.role, event.on) and role is not None:
            self._end(event.role, role, event.on)

    def _end(self, id_: str, role: _Role, on: PartialDate) -> None:
        role.ended, role.last = str(on), on.last_day.toordinal()
        self._keep_open(id_, role)

    # Milestones

    @on(MilestoneDeclared)
    def declare(self, event: MilestoneDeclared, entry: Entry[MilestoneDeclared]) -> None:
        self._come_to(event.on)
        self._reach(event.on, "declared", event.title, entry.seq, role=event.role)
        self._harvest("skills", event.skills)

    @on(CredentialAwarded)
    def credit(self, event: CredentialAwarded, entry: Entry[CredentialAwarded]) -> None:
        self._come_to(event.on)
        self._harvest("credentials", [event.name])
        self._harvest("skills", event.skills)
        self._reach(event.on, "credential", event.name, entry.seq)

    @on(ChallengeTaken)
    def take(self, event: ChallengeTaken, entry: Entry[ChallengeTaken]) -> None:
        self._come_to(event.on)
        self.difficulties[event.challenge] = (
            event.difficulty,
            event.title,
            entry.seq,
            str(event.on),
        )
        self._settle(event.challenge)
        self._reconsider(event.challenge)

    @on(ChallengeResolved)
    def resolve(self, event: ChallengeResolved, entry: Entry[ChallengeResolved]) -> None:
        self._come_to(event.on)
        if record_end(self.resolved, event.challenge, event.on):
            self._settle(event.challenge)
        self._harvest("challenges", [event.challenge])
        self._harvest("skills", event.skills)
        if event.outcome == "met":
            self._reach(event.on, "challenge", event.challenge, entry.seq, about=event.challenge)

    @on(RequestMade)
    def ask(self, event: RequestMade, entry: Entry[RequestMade]) -> None:
        self._come_to(event.on)
        self.requests[event.request] = (event.kind, entry.seq, str(event.on))
        self._reconsider(event.request)

    @on(RequestAnswered)
    def answer(self, event: RequestAnswered, entry: Entry[RequestAnswered]) -> None:
        self._come_to(event.on)
        if event.outcome == "granted":
            self._reach(event.on, "request granted", event.request, entry.seq, about=event.request)

    @on(GoalSet)
    def aim(self, event: GoalSet, entry: Entry[GoalSet]) -> None:
        self._come_to(event.on)
        self.goals[event.goal] = (event.title, entry.seq)
        self._reconsider(event.goal)

    @on(GoalAssessed)
    def assess(self, event: GoalAssessed, entry: Entry[GoalAssessed]) -> None:
        self._come_to(event.on)
        if event.level >= self.goal_level and event.goal not in self.goals_reached:
            self.goals_reached.add(event.goal)
            self._reach(event.on, "goal", event.goal, entry.seq, about=event.goal)

    @on(IndustrySwitched)
    def switch(self, event: IndustrySwitched, entry: Entry[IndustrySwitched]) -> None:
        self._come_to(event.on)
        self._reach(event.on, "industry", f"{event.from_} to {event.to}", entry.seq)

    @on(RecognitionReceived)
    def recognise(self, event: RecognitionReceived, entry: Entry[RecognitionReceived]) -> None:
        self._come_to(event.on)
        self._harvest("skills", event.skills)
        if event.kind == "award":
            self._reach(event.on, "award", event.text, entry.seq)

    # The rest of the harvest

    @on(CourseFinished)
    def learn(self, event: CourseFinished) -> None:
        self._come_to(event.on)
        self._harvest("skills", event.skills)

    @on(SkillPractised, SkillAssessed)
    def practise(self, event: SkillPractised | SkillAssessed) -> None:
        self._come_to(event.on)
        self._harvest("skills", [event.skill])

    @on(ContactMade)
    def meet(self, event: ContactMade) -> None:
        self._come_to(event.on)
        self._harvest("contacts", [event.contact])

    @on(GatheringAttended)
    def attend(self, event: GatheringAttended) -> None:
        self._come_to(event.on)
        self._harvest("contacts", event.met)

    @on(DoorOpened)
    def open_door(self, event: DoorOpened) -> None:
        self._come_to(event.on)
        self._harvest("doors", [event.what])

    @on(ReflectionWritten)
    def reflect(self, event: ReflectionWritten, entry: Entry[ReflectionWritten]) -> None:
        self._come_to(event.on)
        self._harvest("reflections", [str(entry.seq)])
        self.about.update(event.about)

    # How

    def _come_to(self, on: PartialDate) -> None:
        if on.ordinal != self.today:
            self.today = on.ordinal
            self.of_today.clear()
            self.started_today = 0

    def _keep_open(self, id_: str, role: _Role) -> None:
        """Note that a role may be held: it started, or ended on another day."""
        self._held = None
        if self._roles_by_number is not None:
            self._roles_by_number[role.number] = id_, role
            place = bisect_left(self._numbers, role.number)
            if self._numbers[place : place + 1] != [role.number]:
                self._numbers.insert(place, role.number)

    def _holding(self) -> list[tuple[str, _Role]]:
        if self._held is None or self._held_until < self.today:
            self._held = self._find_held()
            ends_on = (role.last for _, role in self._held if role.last is not None)
            self._held_until = min(ends_on, default=date.max.toordinal())
        return self._held

    def _find_held(self) -> list[tuple[str, _Role]]:
        """Return the roles held today, at most ``AT_ONCE``; drop those that have ended."""
        if self._roles_by_number is None:
            self._roles_by_number = {role.number: (id_, role) for id_, role in self.roles.items()}
            self._numbers = sorted(self._roles_by_number)
        held: list[tuple[str, _Role]] = []
        place = len(self._numbers)
        while place and len(held) < AT_ONCE:
            place -= 1
            id_, role = self._roles_by_number[self._numbers[place]]
            if role.held(self.today) and self.roles[id_] is role:
                held.append((id_, role))
            else:
                del self._numbers[place]
        return held[::-1]

    def _harvest(self, part: str, names: Collection[str]) -> None:
        if names:
            if part == "skills":
                names = [self.skills.of(name) for name in names]
            self.of_today += [(part, name) for name in names]
            for _, role in self._holding():
                role.harvest(part, names)

    def _settle(self, challenge: str) -> None:
        resolved, taken = self.resolved.get(challenge), self.difficulties.get(challenge)
        if resolved is None or taken is None or ends(resolved, taken[-1]):
            self.unresolved.discard(challenge)
        else:
            self.unresolved.add(challenge)

    def _reconsider(self, id_: str) -> None:
        """Make milestones again if they are about this, which became known only after them."""
        self._is_stale = self._is_stale or id_ in self.decided

    def _reach(
        self,
        on: PartialDate,
        kind: MilestoneKind,
        title: str,
        seq: int,
        *,
        role: str | None = None,
        about: str = "",
        change: int | None = None,
    ) -> None:
        if role is None:
            role = max(self._holding(), key=lambda held: held[1].first, default=(None,))[0]
        self._harvest("milestones", [str(len(self.reached))])
        if about:
            self.decided.add(about)
        self.reached.append(
            _Reached(
                on=str(on), kind=kind, title=title, role=role, seq=seq, about=about, change=change
            )
        )

    def view(self, at: date) -> MilestoneHistoryView:
        """Return the answer at a date on or after the last entry."""
        if self._is_stale:
            self._is_stale = False
            self._milestones.clear()
            self._standing.clear()
            for role in self.roles.values():
                role.reconsider()
        for reached in self.reached[len(self._milestones) :]:
            milestone = self._milestone(reached)
            self._milestones.append(milestone)
            if milestone is not None:
                self._standing.append(milestone)
        roles = tuple(self._harvested(id_, role) for id_, role in self.roles.items())
        return MilestoneHistoryView(
            at=at,
            milestones=tuple(self._standing),
            roles=roles,
            unreflected=tuple(
                role.role for role in roles if role.ended is not None and not role.reflected
            ),
        )

    def _milestone(self, reached: _Reached) -> Milestone | None:
        about: tuple[str, int] | None = None
        if reached.kind == "challenge":
            difficulty, title, seq, taken = self.difficulties.get(reached.about, _NEVER)
            if difficulty < self.difficulty or not ends(reached.on, taken):
                return None
            about = (title, seq)
        elif reached.kind == "request granted":
            request = self.requests.get(reached.about)
            if request is not None:
                kind, seq, asked = request
                if not ends(reached.on, asked):
                    return None
                about = (kind, seq)
        elif reached.kind == "goal":
            about = self.goals.get(reached.about)
        elif reached.change is not None:
            about = (reached.title, reached.change)
        title, further = (reached.title, ()) if about is None else (about[0], (about[1],))
        return Milestone(
            on=PartialDate(reached.on),
            kind=reached.kind,
            title=title,
            role=reached.role,
            entries=(reached.seq, *further),
        )

    def _harvested(self, id_: str, role: _Role) -> Harvest:
        def part(name: str) -> tuple[str, ...]:
            return tuple(role.parts.get(name, ()))

        return Harvest(
            role=id_,
            title=role.title,
            organisation=role.organisation,
            started=PartialDate(role.started),
            ended=None if role.ended is None else PartialDate(role.ended),
            skills=part("skills"),
            contacts=part("contacts"),
            credentials=part("credentials"),
            challenges=tuple(c for c in part("challenges") if c not in self.unresolved),
            doors=part("doors"),
            milestones=role.titles(self._milestones),
            reflections=len(part("reflections")),
            reflected=id_ in self.about,
        )
