"""Made-up careers: what was recorded, voided and amended, in the order it was.

A career is a list of genes, each decoded on its own, so every sublist is a career too and shrinking
is quick. A correction names its target by counting back over the facts recorded so far.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import attrs
from hypothesis import settings
from hypothesis import strategies as st

from careerledger import Entry, Ledger
from careerledger.errors import CorrectionError
from careerledger.events import (
    Action,
    ChallengeResolved,
    ChallengeTaken,
    ConfidenceRated,
    ContactMade,
    ContactTouched,
    ContactUpdated,
    CourseDropped,
    CourseFinished,
    CourseStarted,
    CredentialAwarded,
    DoorOpened,
    EnergyRated,
    GatheringAttended,
    GoalAssessed,
    GoalDropped,
    GoalSet,
    HelpGiven,
    IndustrySwitched,
    IntroductionMade,
    JobCrafted,
    MentoringEnded,
    MentoringStarted,
    MilestoneDeclared,
    OpportunityDecided,
    OpportunityFound,
    ProjectFinished,
    ProjectProposed,
    RecognitionReceived,
    ReflectionWritten,
    RequestAnswered,
    RequestMade,
    RoleChanged,
    RoleEnded,
    RoleLike,
    RoleStarted,
    RoleValueRated,
    SetbackOvercome,
    SetbackSuffered,
    SkillAssessed,
    SkillPractised,
    TrendNoted,
    ValueWeighted,
    VisionDeclared,
    VisionRetired,
    VisionRevised,
    WorkLogged,
    event,
)

law = settings(max_examples=4 * settings().max_examples)
"""What a law of the ledger must stand: 200 examples in CI."""


@event("test.unheard-of")
class UnheardOf(Action):
    """Stands for a type that the reading program does not know."""

    what: str = "?"


@attrs.frozen
class Void:
    back: int


@attrs.frozen
class Amend:
    back: int
    event: Action


Gene = Action | Void | Amend

TODAY = date(2026, 6, 30)
THEMES = ("climate", "leadership", "craft")

_days = st.dates(date(2018, 1, 1), date(2026, 6, 1))
ons = st.one_of(
    _days.map(date.isoformat),
    _days.map(lambda day: day.isoformat()[:7]),
    st.integers(2018, 2025).map(str),
    # Days that many events share, and the day after a leap day.
    st.sampled_from(["2020-02-29", "2020-03-01", "2024-01-01", "2024-01", "2024"]),
)


def _ids(kind: str) -> st.SearchStrategy[str]:
    return st.integers(0, 2).map(lambda n: f"{kind}{n}")


_contacts = st.lists(_ids("contact"), max_size=3)
_weights = st.dictionaries(st.sampled_from(THEMES), st.sampled_from([1, 2, 3, 0.1]), min_size=1)
_text = st.sampled_from(["a", "b", "c"])
_skills = st.lists(_text, max_size=2)
_shares = st.sampled_from([0, 0.1, 0.5, 0.9, 1])
_effort = {
    "initiative": st.sampled_from([None, "self", "asked", "assigned"]),
    "themes": st.sets(st.sampled_from(THEMES), max_size=2),
    "hours": st.none() | st.sampled_from([0, 0.1, 1, 8, 42.5]),
    "toward": st.none()
    | st.dictionaries(
        st.sampled_from(["vision0", "vision1", "goal0"]), st.sampled_from([0, 0.3, 1]), min_size=1
    ),
}


def _of(
    cls: Callable[..., Action], **fields: st.SearchStrategy[object]
) -> st.SearchStrategy[Action]:
    own = {"themes"} & fields.keys()
    effort = {name: values for name, values in _effort.items() if name not in own}
    if cls is VisionRevised:
        effort.pop("themes", None)
    return st.builds(cls, on=ons, **effort, **fields)


EVERY_KIND: st.SearchStrategy[Action] = st.one_of(
    _of(CourseFinished, title=_text, skills=_skills, course=st.none() | _ids("course")),
    _of(WorkLogged, role=_ids("role"), what=_text),
    _of(SkillPractised, skill=_text),
    _of(
        VisionDeclared,
        vision=_ids("vision"),
        statement=_text,
        themes=_weights,
        horizon=st.none() | st.sampled_from([1, 3, 10]),
    ),
    _of(VisionRevised, vision=_ids("vision"), reason=_text, themes=st.none() | _weights),
    _of(VisionRetired, vision=_ids("vision"), reason=_text),
    _of(
        GoalSet,
        goal=_ids("goal"),
        title=_text,
        vision=st.none() | _ids("vision"),
        due=st.none() | ons,
        weight=st.sampled_from([0.5, 1, 3]),
    ),
    _of(GoalAssessed, goal=_ids("goal"), level=st.integers(-2, 2)),
    _of(
        ContactMade,
        contact=_ids("contact"),
        name=_text,
        kind=st.sampled_from(["peer", "family"]),
        organisation=st.none() | _text,
        via=st.none() | _ids("contact"),
    ),
    _of(ContactTouched, contact=_ids("contact"), depth=st.integers(1, 3)),
    _of(
        ContactUpdated,
        contact=_ids("contact"),
        organisation=st.none() | _text,
        kind=st.sampled_from([None, "recruiter"]),
    ),
    _of(GatheringAttended, name=_text, met=_contacts),
    _of(HelpGiven, contact=_ids("contact"), what=_text),
    _of(
        IntroductionMade,
        introducer=_ids("contact"),
        introduced=st.permutations(["me", "contact0", "contact1", "contact2"]).map(
            lambda all_: all_[:2]
        ),
    ),
    _of(
        MentoringStarted,
        mentoring=_ids("mentoring"),
        contact=_ids("contact"),
        role=st.sampled_from(["mentor", "mentee"]),
        aim=_text,
    ),
    _of(MentoringEnded, mentoring=_ids("mentoring"), gained=_text),
    _of(
        DoorOpened,
        door=_ids("door"),
        what=_text,
        contact=st.none() | _ids("contact"),
        leads_to=st.none() | st.sampled_from(["role0", "challenge1", "opportunity0", "course0"]),
    ),
    _of(
        RoleStarted,
        role=_ids("role"),
        organisation=_text,
        title=_text,
        level=st.none() | st.integers(1, 3),
        scope=st.none() | st.sampled_from([1, 5]),
        pay=st.none() | st.sampled_from([40_000, 50_000]),
    ),
    _of(
        RoleChanged,
        role=_ids("role"),
        level=st.none() | st.integers(1, 5),
        scope=st.none() | st.sampled_from([1, 5]),
    ),
    _of(RoleEnded, role=_ids("role")),
    _of(ChallengeTaken, challenge=_ids("challenge"), title=_text, difficulty=st.integers(3, 5)),
    _of(
        ChallengeResolved,
        challenge=_ids("challenge"),
        outcome=st.sampled_from(["met", "partly", "failed", "withdrawn"]),
        feedback=st.none() | _shares,
        skills=_skills,
    ),
    _of(RequestMade, request=_ids("request"), kind=st.sampled_from(["raise", "project"])),
    _of(
        RequestAnswered,
        request=_ids("request"),
        outcome=st.sampled_from(["granted", "declined", "deferred"]),
    ),
    _of(GoalDropped, goal=_ids("goal"), reason=_text),
    _of(TrendNoted, theme=st.sampled_from(THEMES), what=_text),
    _of(CourseStarted, course=_ids("course"), title=_text, provider=st.none() | _text),
    _of(CourseDropped, course=_ids("course"), reason=_text),
    _of(
        SkillAssessed,
        skill=_text,
        level=_shares,
        assessor=st.sampled_from(["self", "peer", "manager", "test"]),
    ),
    _of(SetbackSuffered, setback=_ids("setback"), what=_text, severity=st.integers(1, 5)),
    _of(SetbackOvercome, setback=_ids("setback"), how=_text),
    _of(ConfidenceRated, theme=st.sampled_from(THEMES), level=_shares),
    _of(ValueWeighted, value=_text, importance=_shares),
    _of(RoleValueRated, role=_ids("role"), value=_text, supplied=_shares),
    _of(EnergyRated, about=_ids("role") | _text, level=st.integers(-2, 2)),
    _of(ProjectProposed, project=_ids("project"), title=_text, role=st.none() | _ids("role")),
    _of(
        ProjectFinished,
        project=_ids("project"),
        outcome=st.sampled_from(["shipped", "partly", "stopped"]),
        worth=st.none() | _shares,
    ),
    _of(
        JobCrafted,
        role=_ids("role"),
        kind=st.sampled_from(["task", "relational", "cognitive"]),
        what=_text,
    ),
    _of(
        OpportunityFound,
        opportunity=_ids("opportunity"),
        what=_text,
        role_like=st.none() | st.builds(RoleLike, title=_text, organisation=st.none() | _text),
    ),
    _of(
        OpportunityDecided,
        opportunity=_ids("opportunity"),
        decision=st.sampled_from(["taken", "declined", "lapsed"]),
        why=_text,
    ),
    _of(
        CredentialAwarded,
        credential=_ids("credential"),
        name=_text,
        skills=_skills,
        expires=st.none() | ons,
    ),
    _of(IndustrySwitched, from_=_text, to=_text, why=_text),
    _of(RecognitionReceived, kind=st.sampled_from(["award", "thanks"]), text=_text),
    _of(MilestoneDeclared, milestone=_ids("milestone"), title=_text, role=st.none() | _ids("role")),
    _of(
        ReflectionWritten,
        text=_text,
        about=st.lists(_ids("role"), max_size=2),
        feels_like=st.none() | _shares,
    ),
    st.builds(UnheardOf, on=ons),
)


@st.composite
def _fact(draw: st.DrawFn) -> Action:
    """A strategy that does not name all of its parts whenever it is shown."""
    return draw(EVERY_KIND)


facts: st.SearchStrategy[Action] = _fact()
genes: st.SearchStrategy[Gene] = st.one_of(
    facts,
    facts,
    facts,
    facts,
    st.builds(Void, st.integers(0, 8)),
    st.builds(Amend, st.integers(0, 8), facts),
)
careers = st.lists(genes, max_size=25)
only_facts = st.lists(facts, max_size=25)


class Clock:
    """A clock that a test sets; it says when things are recorded."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 30, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def enact(
    ledger: Ledger, career: list[Gene], recorded: list[Entry[Action]] | None = None
) -> list[Entry[Action]]:
    """Record a career, one entry at a time; returns the entries of its facts.

    ``recorded`` are those of an earlier part, which this one may correct.
    """
    recorded = [] if recorded is None else recorded
    for gene in career:
        if isinstance(gene, Action):
            recorded.append(ledger.record(gene))
        elif recorded:
            target = recorded[-1 - gene.back % len(recorded)]
            try:
                if isinstance(gene, Void):
                    ledger.void(target.id, reason="a test")
                else:
                    ledger.amend(target.id, gene.event, reason="a test")
            except CorrectionError:
                continue  # it was voided before
    return recorded


def surviving(career: list[Gene]) -> list[Action]:
    """What a career comes to, written right at first: a model with a plain list."""
    facts_: list[Action | None] = []
    for gene in career:
        if isinstance(gene, Action):
            facts_.append(gene)
        elif facts_:
            index = len(facts_) - 1 - gene.back % len(facts_)
            if facts_[index] is not None:
                facts_[index] = None if isinstance(gene, Void) else gene.event
    return [fact for fact in facts_ if fact is not None]


def new_ledger(clock: Callable[[], datetime] | None = None) -> Ledger:
    """A lenient ledger in memory, in which careers may refer to anything."""
    return Ledger.in_memory(strict=False, clock=clock or Clock())
