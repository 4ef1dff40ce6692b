"""Five years of one made-up career, told to a ledger chapter by chapter, and asked what they mean.

Mira Lindqvist starts as a developer of route planners, and wants to lead a team that keeps a
renewable grid stable. The story has every practice of a career, facts that arrive late, a slip
that is amended and a double that is voided. All dates are fixed: the clock is set by hand.

    python examples/five_years.py
"""

from collections import defaultdict
from datetime import UTC, datetime

from careerledger import Ledger, events
from careerledger.projections import (
    Goals,
    JobOrCareer,
    MilestoneHistory,
    NetworkGrowth,
    Purpose,
    Skills,
    Stagnation,
    VisionAlignment,
)

AT = "2026-09-30"
"""The day of all questions."""


def work(year: int, months: range, role: str, what: str, *themes: str) -> list[events.Action]:
    """The day's tasks, 130 hours in each month."""
    days = [f"{year}-{month:02}" for month in months]
    return [
        events.WorkLogged(on=day, role=role, what=what, hours=130, themes=themes) for day in days
    ]


def rated(on: str, role: str, **supplied: float) -> list[events.Action]:
    """What a role gives of each value."""
    return [
        events.RoleValueRated(on=on, role=role, value=v, supplied=s) for v, s in supplied.items()
    ]


# Every chapter: when it was recorded, and what had happened until then.

A_JOB: list[events.Action] = [
    events.RoleStarted(
        on="2021-09-01",
        role="nordfracht",
        organisation="Nordfracht",
        title="Developer",
        level=2,
        industry="logistics",
        pay=46_000,
        currency="EUR",
    ),
    events.ContactMade(
        on="2021-09", contact="greta", name="Greta Holm", organisation="Nordfracht", kind="manager"
    ),
    *work(2021, range(9, 13), "nordfracht", "Route planning", "logistics"),
    events.ReflectionWritten(
        on="2021-12-28",
        text="I close tickets. Where does this lead?",
        about=["nordfracht"],
        feels_like=0.1,
    ),
]

A_VISION: list[events.Action] = [
    events.VisionDeclared(
        on="2022-01-15",
        vision="grid",
        statement="I lead a team whose software keeps a renewable grid stable.",
        themes={"energy": 3, "leadership": 1},
        horizon=6,
    ),
    events.GoalSet(
        on="2022-01-16",
        goal="energy-job",
        title="Work on energy software",
        vision="grid",
        weight=2,
        due="2023",
        levels=(
            "Nobody answers",
            "Interviews only",
            "An offer",
            "An offer from a grid company",
            "An offer to build a team",
        ),
    ),
    events.GoalSet(on="2022-01-16", goal="lead", title="Lead a team", vision="grid", due="2025"),
    events.GoalSet(
        on="2022-01-16", goal="talk", title="Speak at E-World", vision="grid", due="2026-03"
    ),
    events.ValueWeighted(on="2022-02", value="meaning", importance=0.9),
    events.ValueWeighted(on="2022-02", value="learning", importance=0.8),
    events.ValueWeighted(on="2022-02", value="autonomy", importance=0.6),
    *rated("2022-02", "nordfracht", meaning=0.2, learning=0.3, autonomy=0.5),
    events.EnergyRated(on="2022-02", about="nordfracht", level=-1),
    events.TrendNoted(
        on="2022-03", theme="energy", what="Every heat pump is a load to be forecast."
    ),
    events.CourseStarted(
        on="2022-03", course="power", title="Power Systems", provider="Open University"
    ),
    events.GatheringAttended(
        on="2022-05-12", name="Energy Meetup", kind="meetup", hours=3, themes={"energy"}
    ),
    events.ContactMade(
        on="2022-05-12", contact="ines", name="Inês Duarte", organisation="Gridwise", kind="peer"
    ),
    *work(2022, range(1, 7), "nordfracht", "Route planning", "logistics"),
]

A_FALL: list[events.Action] = [
    events.ContactMade(
        on="2022-08-20",
        contact="tomas",
        name="Tomás Weiss",
        via="ines",
        organisation="Transnet",
        kind="mentor",
    ),
    events.IntroductionMade(on="2022-08-20", introducer="ines", introduced=["me", "tomas"]),
    events.MentoringStarted(
        on="2022-09", mentoring="tomas-mira", contact="tomas", role="mentor", aim="Find the way in"
    ),
    events.CourseFinished(
        on="2022-11",
        course="power",
        title="Power Systems",
        provider="Open University",
        hours=1400,  # a slip of the finger: 140 were meant, as she notices two years later
        themes={"energy"},
        skills=["power systems"],
        score=0.86,
    ),
    events.ChallengeTaken(
        on="2022-12-01",
        challenge="billing",
        title="Move billing to a new database in one weekend",
        difficulty=4,
        stretch=["databases"],
    ),
    events.ChallengeResolved(
        on="2023-01-22",
        challenge="billing",
        outcome="failed",
        feedback=0.7,
        hours=120,
        lessons=["Rehearse the way back first."],
        skills=["databases"],
        themes={"logistics"},
    ),
    events.SetbackSuffered(
        on="2023-01-23", setback="weekend", what="A day without invoices", severity=3
    ),
    events.ConfidenceRated(on="2023-02", theme="leadership", level=0.3),
    events.RequestMade(
        on="2023-03-06", request="raise", kind="raise", to="Greta", initiative="self"
    ),
    events.RequestAnswered(on="2023-03-20", request="raise", outcome="declined"),
    events.SetbackOvercome(
        on="2023-04", setback="weekend", how="Wrote the runbook that was missing"
    ),
    *work(2022, range(7, 13), "nordfracht", "Route planning", "logistics"),
    *work(2023, range(1, 5), "nordfracht", "Route planning", "logistics"),
]

A_DOOR: list[events.Action] = [
    events.OpportunityFound(
        on="2023-05-03",
        opportunity="gridwise-offer",
        what="Gridwise looks for someone who knows both routes and loads",
        role_like=events.RoleLike(title="Engineer", organisation="Gridwise", industry="energy"),
        themes={"energy"},
    ),
    events.DoorOpened(
        on="2023-05-03",
        door="ines-asked",
        what="Inês told her boss about me",
        contact="ines",
        leads_to="gridwise-offer",
    ),
    events.OpportunityDecided(
        on="2023-06-10", opportunity="gridwise-offer", decision="taken", why="It is the vision"
    ),
    *work(2023, range(5, 8), "nordfracht", "Route planning", "logistics"),
    events.RoleEnded(on="2023-07-31", role="nordfracht", reason="To where the loads are"),
    events.ReflectionWritten(
        on="2023-08-02",
        text="It taught me how plans break. I should have asked for help on that weekend.",
        about=["nordfracht", "billing"],
        feels_like=0.4,
    ),
    events.RoleStarted(
        on="2023-08-15",
        role="gridwise",
        organisation="Gridwise",
        title="Grid engineer",
        level=3,
        industry="energy",
        pay=58_000,
        currency="EUR",
    ),
    events.IndustrySwitched(
        on="2023-08-15", from_="logistics", to="energy", why="To work on the grid"
    ),
    events.GoalAssessed(on="2023-09", goal="energy-job", level=1),
    *rated("2023-11", "gridwise", meaning=0.9, learning=0.8, autonomy=0.5),
    events.EnergyRated(on="2023-11", about="gridwise", level=1),
    events.SkillPractised(on="2023-11-20", skill="load forecasting", hours=12, themes={"energy"}),
    *work(2023, range(8, 13), "gridwise", "Forecast service", "energy"),
]

A_PROJECT: list[events.Action] = [
    events.ProjectProposed(
        on="2024-02-05",
        project="storms",
        title="Forecasts that know about storms",
        role="gridwise",
        initiative="self",
        themes={"energy"},
    ),
    events.JobCrafted(
        on="2024-03", role="gridwise", kind="relational", what="A weekly hour with control"
    ),
    events.ContactTouched(on="2024-05-14", contact="tomas", channel="lunch", depth=3, hours=2),
    events.ProjectFinished(
        on="2024-09-30", project="storms", outcome="shipped", worth=0.9, themes={"energy"}
    ),
    events.RecognitionReceived(
        on="2024-10-04",
        kind="thanks",
        text="The first storm that we saw coming.",
        contact="tomas",
        skills=["load forecasting"],
    ),
    events.SkillAssessed(on="2024-10", skill="load forecasting", level=0.8, assessor="manager"),
    events.RequestMade(on="2024-10-07", request="promotion", kind="promotion", initiative="self"),
    events.RequestAnswered(on="2024-11-18", request="promotion", outcome="granted"),
    events.RoleChanged(
        on="2024-12-01", role="gridwise", title="Team lead", level=4, scope=4, pay=72_000
    ),
    events.MentoringEnded(on="2024-12", mentoring="tomas-mira", gained="I ask before I am ready"),
    *work(2024, range(1, 13), "gridwise", "Forecast service", "energy"),
    # Late facts: she finds an old calendar. They count from the day they happened.
    events.GatheringAttended(
        on="2023-10-18",
        name="Grid Days",
        kind="conference",
        met=["ines", "tomas"],
        hours=16,
        themes={"energy"},
    ),
    events.GatheringAttended(
        on="2023-10-18", name="Grid Days (ticket)", kind="conference", hours=16
    ),
]

A_TEAM: list[events.Action] = [
    events.CourseFinished(
        on="2025-02",
        title="Leading Engineers",
        format="workshop",
        hours=24,
        themes={"leadership"},
        skills=["leadership", "feedback"],
    ),
    events.CredentialAwarded(
        on="2025-03-14",
        credential="grid-operator",
        name="Certified Grid Operator",
        issuer="ENTSO-E",
        expires="2028-03",
        skills=["power systems"],
    ),
    events.ContactMade(
        on="2025-04-01", contact="jonas", name="Jonas Berg", organisation="Gridwise", kind="report"
    ),
    events.MentoringStarted(
        on="2025-04", mentoring="mira-jonas", contact="jonas", role="mentee", aim="His first year"
    ),
    events.HelpGiven(on="2025-05-20", contact="ines", what="Read her grant proposal", hours=5),
    events.ChallengeTaken(
        on="2025-06-02",
        challenge="blackout",
        title="Run the black start drill for 40 substations",
        difficulty=5,
        stretch=["leadership", "crisis drills"],
    ),
    events.ChallengeResolved(
        on="2025-11-07",
        challenge="blackout",
        outcome="met",
        feedback=0.8,
        hours=180,
        lessons=["A rehearsal is the cheapest failure."],
        skills=["leadership", "crisis drills"],
        themes={"energy", "leadership"},
    ),
    events.ConfidenceRated(on="2025-11", theme="leadership", level=0.8),
    events.EnergyRated(on="2025-11", about="gridwise", level=2),
    events.GoalAssessed(on="2025-12", goal="lead", level=1),
    events.MilestoneDeclared(
        on="2025-12-12",
        milestone="asked-first",
        title="The one whom others ask",
        role="gridwise",
        skills=["leadership", "crisis drills"],
        contacts=["jonas", "tomas"],
    ),
    *work(2025, range(1, 13), "gridwise", "Leading the forecast team", "energy", "leadership"),
]

A_CROSSROADS: list[events.Action] = [
    events.VisionRevised(
        on="2026-01-10",
        vision="grid",
        reason="Half of what I do is other people now, and I like it",
        themes={"energy": 2, "leadership": 2},
    ),
    events.ContactTouched(on="2026-03-11", contact="ines", channel="walk", depth=2),
    *rated("2026-05", "gridwise", meaning=0.9, learning=0.4, autonomy=0.6),
    *work(2026, range(1, 10), "gridwise", "Leading the forecast team", "energy", "leadership"),
    events.ReflectionWritten(
        on="2026-09-20",
        text="Five years ago I closed tickets. Now I keep a grid standing, with friends.",
        about=["gridwise", "grid"],
        feels_like=0.9,
    ),
]

CHAPTERS = {
    "2021-12-31": A_JOB,
    "2022-06-30": A_VISION,
    "2023-04-30": A_FALL,
    "2023-12-31": A_DOOR,
    "2024-12-31": A_PROJECT,
    "2025-12-31": A_TEAM,
    "2026-09-30": A_CROSSROADS,
}

FUTURES: dict[str, list[events.Action]] = {
    "head of grid software at Enervia": [
        events.RoleEnded(on="2026-12-31", role="gridwise"),
        events.RoleStarted(
            on="2027-01-01",
            role="enervia",
            organisation="Enervia",
            title="Head of grid software",
            level=5,
            scope=18,
        ),
        *rated("2027-02", "enervia", meaning=0.8, learning=0.9, autonomy=0.8),
        *work(2027, range(1, 10), "enervia", "Leading three teams", "energy", "leadership"),
    ],
    "back to routes, for better pay": [
        events.RoleEnded(on="2026-12-31", role="gridwise"),
        events.RoleStarted(
            on="2027-01-01",
            role="kargo",
            organisation="Kargo",
            title="Principal developer",
            level=4,
            pay=110_000,
            currency="EUR",
        ),
        *rated("2027-02", "kargo", meaning=0.3, learning=0.5, autonomy=0.8),
        *work(2027, range(1, 10), "kargo", "Route planning", "logistics"),
    ],
}


class Clock:
    """A clock that is set by hand."""

    now = datetime(2021, 9, 1, tzinfo=UTC)

    def set(self, day: str) -> None:
        """Let it be the evening of a day."""
        self.now = datetime.fromisoformat(f"{day}T18:00:00+00:00")

    def __call__(self) -> datetime:
        """Tell the time, as a ledger asks for it."""
        return self.now


def tell(ledger: Ledger, clock: Clock) -> None:
    """Record the chapters, each when it was told, and put two things right."""
    for recorded_on, chapter in CHAPTERS.items():
        clock.set(recorded_on)
        ledger.record(chapter)

    courses = ledger.entries(types=[events.CourseFinished])
    (slip,) = (entry for entry in courses if entry.event.course == "power")
    ledger.amend(slip.id, slip.event.replace(hours=140), reason="140 hours, not 1400")

    gatherings = ledger.entries(types=[events.GatheringAttended])
    (double,) = (entry for entry in gatherings if "ticket" in entry.event.name)
    ledger.void(double.id, reason="the same conference, once more by its ticket")


SAID: dict[type[events.Action], str] = {
    events.RoleStarted: "started at {0.organisation} as {0.title}",
    events.RoleChanged: "became {0.title}",
    events.RoleEnded: "left {0.role}: {0.reason}",
    events.VisionDeclared: "wanted this: {0.statement}",
    events.VisionRevised: "saw it anew: {0.reason}",
    events.CourseFinished: "finished {0.title!r} after {0.hours:.0f} hours",
    events.ContactMade: "met {0.name}",
    events.ChallengeTaken: "took on: {0.title}",
    events.ChallengeResolved: "{0.challenge}: {0.outcome}. {0.lessons[0]}",
    events.DoorOpened: "a door opened: {0.what}",
    events.ProjectFinished: "finished the project {0.project!r}: {0.outcome}",
    events.RequestAnswered: "asked for a {0.request}: {0.outcome}",
    events.GatheringAttended: "was at the {0.name}",
    events.MilestoneDeclared: "a milestone: {0.title}",
    events.ReflectionWritten: 'wrote: "{0.text}"',
}
"""What the retelling says of an event; of others, nothing."""


def retell(ledger: Ledger) -> None:
    """The career in the order in which it happened, whenever it was recorded."""
    print("THE CAREER OF MIRA LINDQVIST")
    year = ""
    for entry in ledger.entries(types=list(SAID), until=AT):
        event = entry.event
        if event.on[:4] != year:
            year = event.on[:4]
            print(f"\n  {year}")
        print(f"    {event.on:<10}  {SAID[type(event)].format(event)}")


def percent(value: float | None) -> str:
    """A share as a person reads it; a dash where there is nothing to go on."""
    return "-" if value is None else f"{value:.0%}"


def ask_whether_it_is_a_career(ledger: Ledger) -> None:
    """JobOrCareer at the start and now, and the clocks of Stagnation."""
    print("\nA JOB, OR A CAREER?")
    for day in ("2021-12-31", AT):
        answer = ledger.project(JobOrCareer, at=day)
        print(f"  {day}  {answer.sentence}")
        print(f"              beyond the day's tasks: {percent(answer.beyond_tasks)} of the effort")
        if answer.feels_like is not None:
            print(f"              it felt like a career: {percent(answer.feels_like.value)}")

    stagnation = ledger.project(Stagnation, at=AT)
    print(f"  {stagnation.structural} days since level or scope rose,", end=" ")
    print(f"{stagnation.content} since something was new")


def ask_what_came_of_it(ledger: Ledger) -> None:
    """Goals, Skills and MilestoneHistory, in one pass over the log."""
    goals, skills, milestones = ledger.project(Goals, Skills, MilestoneHistory, at=AT)

    print(f"\nGOALS: a score of {goals.score:.0f}, where 50 is as expected")
    for goal in goals.goals:
        print(f"  {goal.state:<8} {goal.title}")

    print("\nSKILLS: how sure it is that they are still there")
    for skill in skills.skills:
        print(f"  {skill.strength:4.0%}  {skill.name}{'  (fading)' if skill.fading else ''}")

    print(f"\nMILESTONES: {milestones.count}")
    for milestone in milestones.milestones:
        print(f"  {milestone.on:<10}  {milestone.title}")
    for harvest in milestones.roles:
        print(f"  {harvest.organisation} brought her {', '.join(harvest.skills)}")


def ask_why(ledger: Ledger) -> None:
    """What moved VisionAlignment, and what the corrections and late facts did to it."""
    why = ledger.explain(VisionAlignment, between=("2023-04-30", "2024-12-31"))
    # What each entry says now: ledger.entry(number) is what it said when it was recorded.
    stands = {entry.seq: entry.event for entry in ledger.entries()}
    moved: dict[str, float] = defaultdict(float)
    for share in why.shares:
        event = stands[share.seq]
        small = abs(share.share) < 0.003  # noqa: PLR2004 - in words, less than a third of a percent
        moved["all else" if small else getattr(event, "what", share.type)] += share.share

    print("\nWHAT MOVED HER WORK TOWARDS THE VISION?")
    print(f"  {why.since}  {percent(why.before)}")
    print(f"    {why.fading:+6.1%}  time alone")
    for what, by in moved.items():  # the largest share came first
        print(f"    {by:+6.1%}  {what}")
    print(f"  {why.at}  {percent(why.value)}")

    print("\nTHE END OF 2023, AS IT WAS KNOWN")
    for name, known_at in (("then", "2023-12-31T23:59:59Z"), ("today", None)):
        vision, network = ledger.project(
            VisionAlignment, NetworkGrowth, at="2023", known_at=known_at
        )
        print(
            f"  {name:<5}  {percent(vision.score)} of her effort went towards the vision;", end=" "
        )
        print(f"her ties were worth {network.strength:.2f} full ones")


def decide(ledger: Ledger) -> None:
    """Two futures side by side, and what looks wrong today."""
    futures = ledger.compare(
        FUTURES,
        projections=[VisionAlignment, Purpose, (Stagnation, "structural")],
        at="2027-09-30",
    )
    print("\nTWO FUTURES, a year on")
    for future in futures.futures:
        vision, fit, rise = (effect.value for effect in future.effects)
        print(f"  {future.name}: {percent(vision)} towards the vision,", end=" ")
        print(f"{percent(fit)} fit with her values, {rise} days since a rise")
    print(f"  Her values say: {futures.ranked('Purpose.fit')[0]}.")

    print(f"\nTHE LEDGER has {len(ledger)} entries, two of them corrections. What looks wrong:")
    for finding in ledger.check(at=AT):
        print(f"  {finding.severity}: {finding.message}; {finding.mend}")


def main() -> None:
    """Tell the story, then ask."""
    clock = Clock()
    ledger = Ledger.in_memory(clock=clock)
    tell(ledger, clock)
    retell(ledger)
    ask_whether_it_is_a_career(ledger)
    ask_what_came_of_it(ledger)
    ask_why(ledger)
    decide(ledger)


if __name__ == "__main__":
    main()
