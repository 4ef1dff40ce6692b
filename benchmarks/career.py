"""A made-up career, the same on every machine: forty years of varied events."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from random import Random

from careerledger.events import (
    Action,
    ChallengeResolved,
    ChallengeTaken,
    ConfidenceRated,
    ContactMade,
    ContactTouched,
    CourseFinished,
    CourseStarted,
    CredentialAwarded,
    GatheringAttended,
    GoalAssessed,
    GoalSet,
    HelpGiven,
    MilestoneDeclared,
    RecognitionReceived,
    ReflectionWritten,
    RequestAnswered,
    RequestMade,
    RoleChanged,
    RoleEnded,
    RoleStarted,
    SkillPractised,
    VisionDeclared,
    WorkLogged,
)

FIRST_DAY = date(1986, 9, 1)
LAST_DAY = date(2026, 10, 31)
LATE = 0.1
"""The share of events that are recorded up to two years after they happened."""
CONTACTS = 300
ROLES = 12

THEMES = [
    "leadership",
    "climate",
    "data",
    "teaching",
    "writing",
    "security",
    "databases",
    "design",
    "hiring",
    "research",
    "mentoring",
    "finance",
]
SKILLS = [f"skill-{number}" for number in range(40)]
ORGANISATIONS = [f"Organisation {number}" for number in range(60)]
KINDS = ("peer", "mentor", "manager", "report", "client", "recruiter", "friend", "other")


def career(entries: int, seed: int = 1) -> Iterator[list[Action]]:
    """The events of a career in the order they are recorded, in batches of 1,000.

    Args:
        entries: How many events.
        seed: Another one makes another career.
    """
    events = _Career(entries, Random(seed)).events()
    while batch := list(islice(events, min(1000, entries))):
        yield batch


class _Career:
    def __init__(self, entries: int, random: Random) -> None:
        self.entries = entries
        self.random = random
        self.contacts = 0
        self.counts: dict[str, int] = {}
        self.open: dict[str, list[str]] = {"course": [], "challenge": [], "request": []}
        self.makers: list[Callable[[date], Action]] = []
        weights = []
        for maker, weight in (
            (self.work, 38),
            (self.touch, 22),
            (self.practice, 14),
            (self.learn, 6),
            (self.challenge, 4),
            (self.gathering, 3),
            (self.help, 3),
            (self.reflection, 3),
            (self.confidence, 2),
            (self.assessment, 1.5),
            (self.request, 1.5),
            (self.recognition, 1),
            (self.promotion, 0.6),
            (self.credential, 0.2),
            (self.milestone, 0.2),
        ):
            self.makers.append(maker)
            weights.append(weight)
        self.weights = weights

    def events(self) -> Iterator[Action]:
        random, span = self.random, (LAST_DAY - FIRST_DAY).days
        first = [*self.beginnings()]
        yield from first[: self.entries]
        meetings = max(1, self.entries // (2 * CONTACTS))
        jobs = max(1, self.entries // ROLES)
        for number in range(len(first), self.entries):
            day = FIRST_DAY + timedelta(days=span * number // self.entries)
            if random.random() < LATE:
                day = max(FIRST_DAY, day - timedelta(days=random.randint(1, 730)))
            if number % jobs == jobs - 1:
                yield RoleEnded(on=day, role=self.role, reason="the next step")
            elif number % jobs == 0 and self.counts["role"] < ROLES:
                yield self.start_role(day)
            elif number % meetings == 0 and self.contacts < CONTACTS:
                yield self.meet(day)
            else:
                (maker,) = random.choices(self.makers, self.weights)
                yield maker(day)

    def beginnings(self) -> Iterator[Action]:
        day = FIRST_DAY
        yield VisionDeclared(
            on=day,
            vision="cto",
            statement="Lead the engineering of something that matters.",
            themes={"leadership": 3, "climate": 2, "data": 1},
            horizon=15,
        )
        yield VisionDeclared(
            on=day,
            vision="teacher",
            statement="Pass on what I learned.",
            themes={"teaching": 2, "writing": 1, "mentoring": 1},
        )
        for goal, vision in (("lead-a-team", "cto"), ("write-a-book", "teacher")):
            yield GoalSet(on=day, goal=goal, title=goal.replace("-", " "), vision=vision)
        yield self.start_role(day)
        for _ in range(5):
            yield self.meet(day)

    @property
    def role(self) -> str:
        return f"role-{self.counts['role']}"

    @property
    def contact(self) -> str:
        return f"contact-{self.random.randint(1, self.contacts)}"

    def new(self, kind: str) -> str:
        self.counts[kind] = self.counts.get(kind, 0) + 1
        return f"{kind}-{self.counts[kind]}"

    def themes(self) -> list[str]:
        return self.random.sample(THEMES, self.random.choice((0, 1, 1, 1, 2, 2, 3)))

    def hours(self, most: int) -> float:
        return self.random.randint(1, 4 * most) / 4

    def start_role(self, day: date) -> Action:
        role = self.new("role")
        return RoleStarted(
            on=day,
            role=role,
            organisation=self.random.choice(ORGANISATIONS),
            title=f"Engineer {role}",
            level=self.counts["role"],
            industry=self.random.choice(("energy", "finance", "health")),
            pay=40_000 + 5_000 * self.counts["role"],
            currency="EUR",
        )

    def meet(self, day: date) -> Action:
        via = self.contact if self.contacts > 5 and self.random.random() < 0.4 else None
        self.contacts += 1
        return ContactMade(
            on=day,
            contact=f"contact-{self.contacts}",
            name=f"Person Nº {self.contacts}",
            via=via,
            organisation=self.random.choice(ORGANISATIONS),
            kind=self.random.choice(KINDS),
        )

    def work(self, day: date) -> Action:
        return WorkLogged(
            on=day,
            role=self.role,
            what=f"Ticket {self.random.randint(1000, 99999)}: reviewed, merged, released",
            hours=self.hours(8),
            themes=self.themes(),
            initiative=self.random.choice(("self", "asked", "assigned", None)),
        )

    def touch(self, day: date) -> Action:
        return ContactTouched(
            on=day,
            contact=self.contact,
            channel=self.random.choice(("mail", "call", "lunch")),
            depth=self.random.randint(1, 3),
            hours=self.hours(1),
        )

    def practice(self, day: date) -> Action:
        return SkillPractised(
            on=day,
            skill=self.random.choice(SKILLS),
            context="a pull request",
            hours=self.hours(3),
            themes=self.themes(),
            toward={"cto": 0.5} if self.random.random() < 0.3 else None,
        )

    def learn(self, day: date) -> Action:
        courses = self.open["course"]
        if not courses or self.random.random() < 0.5:
            courses.append(self.new("course"))
            return CourseStarted(
                on=day, course=courses[-1], title=f"Course {courses[-1]}", provider="A school"
            )
        course = courses.pop(0)
        return CourseFinished(
            on=day,
            course=course,
            title=f"Course {course}",
            provider="A school",
            skills=self.random.sample(SKILLS, 2),
            score=self.random.randint(50, 100) / 100,
            hours=self.hours(40),
            themes=self.themes(),
        )

    def challenge(self, day: date) -> Action:
        challenges = self.open["challenge"]
        if not challenges or self.random.random() < 0.5:
            challenges.append(self.new("challenge"))
            return ChallengeTaken(
                on=day,
                challenge=challenges[-1],
                title="Move the monolith",
                difficulty=self.random.randint(1, 5),
                stretch=self.random.sample(SKILLS, 2),
                themes=self.themes(),
            )
        return ChallengeResolved(
            on=day,
            challenge=challenges.pop(0),
            outcome=self.random.choice(("met", "partly", "failed")),
            feedback=self.random.randint(0, 10) / 10,
            lessons=['Ask "why" first; measure twice.'],
            hours=self.hours(40),
            themes=self.themes(),
        )

    def gathering(self, day: date) -> Action:
        return GatheringAttended(
            on=day,
            name="The monthly meetup",
            kind="meetup",
            met=sorted({self.contact for _ in range(3)}),
            hours=self.hours(4),
            themes=self.themes(),
        )

    def help(self, day: date) -> Action:
        return HelpGiven(on=day, contact=self.contact, what="a review", hours=self.hours(2))

    def reflection(self, day: date) -> Action:
        return ReflectionWritten(
            on=day,
            text="What went well this week: I listened more — and spoke last. " * 3,
            about=[self.role],
            feels_like=self.random.randint(0, 10) / 10,
        )

    def confidence(self, day: date) -> Action:
        return ConfidenceRated(
            on=day,
            theme=self.random.choice(THEMES),
            level=self.random.randint(0, 10) / 10,
        )

    def assessment(self, day: date) -> Action:
        goal = self.random.choice(("lead-a-team", "write-a-book"))
        return GoalAssessed(on=day, goal=goal, level=self.random.randint(-2, 2))

    def request(self, day: date) -> Action:
        requests = self.open["request"]
        if not requests or self.random.random() < 0.5:
            requests.append(self.new("request"))
            return RequestMade(on=day, request=requests[-1], kind="project", to="my manager")
        return RequestAnswered(
            on=day,
            request=requests.pop(0),
            outcome=self.random.choice(("granted", "declined", "deferred")),
        )

    def recognition(self, day: date) -> Action:
        return RecognitionReceived(
            on=day,
            kind=self.random.choice(("award", "recommendation", "endorsement", "thanks")),
            text="Could not have done it without you.",
            contact=self.contact,
            skills=self.random.sample(SKILLS, 1),
        )

    def promotion(self, day: date) -> Action:
        return RoleChanged(on=day, role=self.role, level=self.random.randint(1, 9))

    def credential(self, day: date) -> Action:
        name = self.new("credential")
        return CredentialAwarded(on=day, credential=name, name=name, issuer="An institute")

    def milestone(self, day: date) -> Action:
        name = self.new("milestone")
        return MilestoneDeclared(on=day, milestone=name, title=name, role=self.role)
