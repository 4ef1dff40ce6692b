"""The laws of MilestoneHistory, and each way to reach a milestone."""

from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import given, strategies as st

from careerledger.events import (
    Action,
    ChallengeResolved,
    ChallengeTaken,
    ContactMade,
    CourseFinished,
    CredentialAwarded,
    DoorOpened,
    GatheringAttended,
    GoalAssessed,
    GoalSet,
    IndustrySwitched,
    MilestoneDeclared,
    RecognitionReceived,
    ReflectionWritten,
    RequestAnswered,
    RequestMade,
    RoleChanged,
    RoleEnded,
    RoleStarted,
    SkillAssessed,
    SkillPractised,
)
from careerledger.projections import MilestoneHistory, Stagnation
from careerledger.projections.base import Fold, advance
from careerledger.projections.milestone_history import AT_ONCE, Harvest
from careers import TODAY, careers, new_ledger, view_of

project = partial(view_of, MilestoneHistory)


def reached(facts: list[Action], **parameters: object) -> list[tuple[str, str, tuple[int, ...]]]:
    view = project(facts, **parameters)
    return [(found.kind, found.title, found.entries) for found in view.milestones]


ROLE = RoleStarted(on="2020-01-01", role="r", organisation="ACME", title="Engineer", level=2)


@given(career=careers)
def test_milestones_are_ordered_and_rest_on_real_entries(career: list) -> None:
    ledger = new_ledger()
    career.record(ledger)
    view = ledger.project(MilestoneHistory, at=TODAY)
    entries = {entry.seq: entry for entry in ledger.entries(until=TODAY)}
    dates = [milestone.on for milestone in view.milestones]
    assert sorted(dates) == dates
    for milestone in view.milestones:
        assert entries.keys() >= set(milestone.entries)
        assert milestone.on == entries[milestone.entries[0]].event.on


@given(career=careers)
def test_harvest_lies_within_its_role(career: list) -> None:
    """Counted once more from the history, with the first days of dates."""
    ledger = new_ledger()
    career.record(ledger)
    history = [entry.event for entry in ledger.entries(until=TODAY)]
    taken = {e.challenge: e.on for e in history if isinstance(e, ChallengeTaken)}
    for role in ledger.project(MilestoneHistory, at=TODAY).roles:
        last = date.max if role.ended is None else role.ended.last_day
        within = [e for e in history if role.started.first_day <= e.on.first_day <= last]
        assert set(role.skills) == {skill for event in within for skill in skills_of(event)}
        assert set(role.contacts) == {
            contact
            for event in within
            for contact in (
                [event.contact]
                if isinstance(event, ContactMade)
                else event.met
                if isinstance(event, GatheringAttended)
                else []
            )
        }
        assert set(role.challenges) == {
            e.challenge
            for e in within
            if isinstance(e, ChallengeResolved) and not e.on.is_before(taken.get(e.challenge, e.on))
        }
        assert set(role.doors) == {e.what for e in within if isinstance(e, DoorOpened)}
        assert role.reflections == sum(isinstance(e, ReflectionWritten) for e in within)
        about = [e for e in history if isinstance(e, ReflectionWritten) and role.role in e.about]
        assert role.reflected == bool(about)


def skills_of(event: Action) -> tuple[str, ...]:
    if isinstance(event, SkillPractised | SkillAssessed):
        return (event.skill,)
    return getattr(event, "skills", ())


@pytest.mark.parametrize(
    ("facts", "milestone"),
    [
        ([ROLE], ("role started", "Engineer, ACME", (1,))),
        ([CredentialAwarded(on="2021", credential="c", name="CKA")], ("credential", "CKA", (1,))),
        (
            [MilestoneDeclared(on="2021", milestone="m", title="First talk")],
            ("declared", "First talk", (1,)),
        ),
        (
            [IndustrySwitched(on="2021", from_="food", to="data", why="…")],
            ("industry", "food to data", (1,)),
        ),
        (
            [RecognitionReceived(on="2021", kind="award", text="Best talk")],
            ("award", "Best talk", (1,)),
        ),
        (
            [
                ChallengeTaken(on="2021", challenge="c", title="Migrate", difficulty=4),
                ChallengeResolved(on="2022", challenge="c", outcome="met"),
            ],
            ("challenge", "Migrate", (2, 1)),
        ),
        (
            [
                ChallengeResolved(on="2021", challenge="c", outcome="met"),
                ChallengeTaken(
                    on="2021-05", challenge="c", title="Known to the year", difficulty=5
                ),
            ],
            ("challenge", "Known to the year", (1, 2)),
        ),
        (
            [
                RequestMade(on="2021", request="q", kind="raise"),
                RequestAnswered(on="2022", request="q", outcome="granted"),
            ],
            ("request granted", "raise", (2, 1)),
        ),
        (
            [RequestAnswered(on="2022", request="q", outcome="granted")],
            ("request granted", "q", (1,)),
        ),
        (
            [
                GoalSet(on="2021", goal="g", title="Speak Czech"),
                GoalAssessed(on="2022", goal="g", level=0),
                GoalAssessed(on="2023", goal="g", level=1),
                GoalAssessed(on="2024", goal="g", level=2),
            ],
            ("goal", "Speak Czech", (3, 1)),
        ),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_what_makes_a_milestone(facts: list, milestone: tuple) -> None:
    assert [milestone] == reached(facts)


@pytest.mark.parametrize(
    "facts",
    [
        [
            ChallengeTaken(on="2021", challenge="c", title="Easy", difficulty=3),
            ChallengeResolved(on="2022", challenge="c", outcome="met"),
        ],
        [
            ChallengeTaken(on="2021", challenge="c", title="Hard", difficulty=5),
            ChallengeResolved(on="2022", challenge="c", outcome="partly"),
        ],
        [ChallengeResolved(on="2022", challenge="never taken", outcome="met")],
        [
            RequestMade(on="2021", request="q", kind="raise"),
            RequestAnswered(on="2022", request="q", outcome="declined"),
        ],
        [GoalAssessed(on="2021", goal="g", level=0)],
        [RecognitionReceived(on="2021", kind="thanks", text="Thanks!")],
        [RoleChanged(on="2021", role="never started", level=3)],
    ],
)
def test_what_makes_none(facts: list) -> None:
    assert [] == reached(facts)


@pytest.mark.parametrize(
    ("change", "risen"),
    [
        ({"level": 3}, True),
        ({"level": 2}, False),
        ({"level": 1}, False),
        ({"title": "Chief Engineer"}, False),
        ({"scope": 5}, False),
    ],
)
def test_new_title_alone_is_no_rise_of_a_role(change: dict, risen: bool) -> None:
    """A scope that was not said before has not risen."""
    kinds = [kind for kind, _, _ in reached([ROLE, RoleChanged(on="2021", role="r", **change)])]
    assert ["role started", *["risen"] * risen] == kinds


def test_a_scope_that_grows_is_a_rise() -> None:
    changes = [RoleChanged(on="2021", role="r", scope=2), RoleChanged(on="2022", role="r", scope=6)]
    assert ("risen", "Engineer, ACME", (3,)) == reached([ROLE, *changes])[-1]


def test_a_change_after_the_end_of_its_role_counts_nowhere() -> None:
    late = RoleChanged(on="2022", role="r", title="Chief", level=9)
    facts = [ROLE, RoleEnded(on="2021", role="r"), late]
    assert ["role started"] == [kind for kind, _, _ in reached(facts)]
    assert "Engineer" == harvest(facts).title


def test_what_was_had_before_is_no_rise() -> None:
    """Stagnation has the rule; the same is a milestone."""
    levels = [(2021, 1), (2022, 2), (2023, 3)]
    changes = [RoleChanged(on=f"{year}", role="r", level=level) for year, level in levels]
    assert [("risen", "Engineer, ACME", (4,))] == reached([ROLE, *changes])[1:]


def test_a_role_that_starts_above_all_before_is_one_milestone() -> None:
    above = RoleStarted(on="2021", role="s", organisation="Globex", title="Head", level=9)
    assert ["role started", "role started"] == [kind for kind, _, _ in reached([ROLE, above])]


def test_rise_within_the_first_period_counts_from_the_start() -> None:
    start = RoleStarted(on="2020-03", role="r", organisation="ACME", title="Engineer", level=2)
    facts = [start, RoleChanged(on="2020", role="r", level=3)]
    assert [("risen", "Engineer, ACME", (1, 2))] == reached(facts)[1:]
    assert ["2020-03", "2020-03"] == [found.on for found in project(facts).milestones]


@given(career=careers)
def test_what_has_risen_resets_the_structural_clock(career: list) -> None:
    ledger = new_ledger()
    career.record(ledger)
    milestones, stagnation = ledger.project(MilestoneHistory, Stagnation, at=TODAY)
    since = stagnation.structural_clock.since
    rises = [found.on for found in milestones.milestones if found.kind == "risen"]
    assert not rises or max(rises) <= since


def test_thresholds_are_parameters() -> None:
    facts = [
        ChallengeTaken(on="2021", challenge="c", title="Easy", difficulty=3),
        ChallengeResolved(on="2022", challenge="c", outcome="met"),
        GoalAssessed(on="2023", goal="g", level=1),
    ]
    assert ["challenge", "goal"] == [kind for kind, _, _ in reached(facts, difficulty=3)]
    assert [] == reached(facts, goal_level=2)


def test_milestone_belongs_to_the_latest_open_role() -> None:
    facts = [
        ROLE,
        RoleStarted(on="2021-01-01", role="s", organisation="Globex", title="Advisor"),
        CredentialAwarded(on="2021-06", credential="c1", name="with both"),
        RoleEnded(on="2021-12-31", role="s"),
        CredentialAwarded(on="2021-12-31", credential="c2", name="on the last day"),
        CredentialAwarded(on="2022-01-01", credential="c3", name="with the first"),
        RoleEnded(on="2023", role="r"),
        CredentialAwarded(on="2023-06", credential="c4", name="in the last year"),
        CredentialAwarded(on="2024-01-01", credential="c5", name="with none"),
        MilestoneDeclared(on="2024-07", milestone="m", title="looking back", role="r"),
    ]
    roles = {found.title: found.role for found in project(facts).milestones[2:]}
    assert {
        "with both": "s",
        "on the last day": "s",
        "with the first": "r",
        "in the last year": "r",
        "with none": None,
        "looking back": "r",
    } == roles


def harvest(facts: list[Action]) -> Harvest:
    return project(facts).roles[0]


def test_first_day_belongs_to_the_harvest() -> None:
    before = CourseFinished(on="2020-01-01", title="x", skills=["sql"])
    after = CourseFinished(on="2020", title="y", skills=["dbt"])
    assert ("dbt", "sql") == harvest([before, after, ROLE]).skills
    assert () == harvest([CourseFinished(on="2019-12-31", title="x", skills=["sql"]), ROLE]).skills


def test_end_before_its_start_is_remembered() -> None:
    """In a history 2020 stands before 2020-03; the role ended that year all the same."""
    facts = [
        RoleStarted(on="2020-03", role="r", organisation="ACME", title="Intern"),
        RoleEnded(on="2020", role="r"),
        SkillPractised(on="2020-04", skill="sql"),
    ]
    role = harvest(facts)
    assert ("2020-03", "2020", ("sql",)) == (role.started, role.ended, role.skills)


def test_an_end_wholly_before_its_start_ends_nothing() -> None:
    """Of a role, a challenge and a request alike."""
    ended = RoleEnded(on="2019-05", role="r")
    role = harvest([ended, SkillPractised(on="2020-01-01", skill="sql"), ROLE])
    assert (None, ("sql",)) == (role.ended, role.skills)
    early = [
        ChallengeResolved(on="2019", challenge="c", outcome="met"),
        RequestAnswered(on="2019", request="q", outcome="granted"),
        ROLE,
        ChallengeTaken(on="2020-06", challenge="c", title="Migration", difficulty=5),
        RequestMade(on="2020-06", request="q", kind="raise"),
    ]
    assert ["role started"] == [milestone.kind for milestone in project(early).milestones]
    within = [event if event in early[2:] else event.replace(on="2020") for event in early]
    assert {"role started", "challenge", "request granted"} == {
        milestone.kind for milestone in project(within).milestones
    }


def test_furthest_end_of_a_role_counts() -> None:
    """A year stands before its months in the history, and ends behind them."""
    facts = [ROLE, RoleEnded(on="2021", role="r"), RoleEnded(on="2021-05", role="r")]
    assert "2021" == harvest([*facts, SkillPractised(on="2021-06", skill="sql")]).ended


def test_ended_roles_that_no_reflection_is_about_are_named() -> None:
    ended = [ROLE, RoleEnded(on="2021", role="r")]
    assert ("r",) == project(ended).unreflected
    assert () == project([ROLE]).unreflected
    thought = ReflectionWritten(on="2024", text="I learned to listen.", about=["r"])
    assert () == project([*ended, thought]).unreflected
    assert 0 == harvest([*ended, thought]).reflections


def test_harvest_has_no_duplicates() -> None:
    role = harvest(
        [
            ROLE,
            SkillPractised(on="2020-02", skill="sql"),
            SkillAssessed(on="2020-03", skill="dbt", level=0.5),
            SkillPractised(on="2020-04", skill="sql"),
            CredentialAwarded(on="2020-05", credential="c", name="CKA", skills=["k8s"]),
        ]
    )
    assert (("sql", "dbt", "k8s"), ("CKA",)) == (role.skills, role.credentials)
    assert ("Engineer, ACME", "CKA") == role.milestones


def test_furthest_end_of_a_challenge_counts() -> None:
    """March is in the year, and stands behind it in the history."""
    ended = [
        ChallengeResolved(on="2023", challenge="c", outcome="met"),
        ChallengeResolved(on="2023-03", challenge="c", outcome="partly"),
    ]
    taken = ChallengeTaken(on="2023-05", challenge="c", title="Hard", difficulty=5)
    for facts, harvested in (([ROLE, *ended, taken], ("c",)), ([ROLE, ended[1], taken], ())):
        (role,) = project(facts).roles
        assert harvested == role.challenges


def test_milestone_named_after_it_was_viewed() -> None:
    """A period comes before the days in it: too rare a career for the laws to find."""
    ledger = new_ledger()
    ledger.record(
        [
            ROLE,
            ChallengeResolved(on="2023", challenge="c", outcome="met"),
            ChallengeTaken(on="2023-05", challenge="c", title="Hard", difficulty=5),
        ]
    )
    running = Fold(MilestoneHistory)
    for entry in ledger.entries():
        advance([running], [entry])
        running.view(TODAY)
    assert ledger.project(MilestoneHistory, at=TODAY) == running.view(TODAY)
    assert ["Engineer, ACME", "Hard"] == [m.title for m in running.view(TODAY).milestones]


DAYS = st.integers(0, 40)


@given(
    st.lists(st.tuples(DAYS, st.lists(DAYS, max_size=2)), min_size=AT_ONCE, max_size=3 * AT_ONCE),
    st.lists(DAYS, max_size=10),
    DAYS,
)
def test_of_many_roles_the_last_eight_have_the_harvest(
    roles: list, contacts: list, between: int
) -> None:
    """Roles start and end on even days, in the order of their names; contacts are made on odd."""
    roles.sort(key=lambda role: role[0])
    facts: list[Action] = []
    for number, (start, ends) in enumerate(roles):
        facts += [RoleStarted(on=even(start), role=f"r{number}", organisation="o", title="t")]
        facts += [RoleEnded(on=even(start + end), role=f"r{number}") for end in ends]
    facts += [ContactMade(on=odd(day), contact=f"c{day}", name="n") for day in set(contacts)]

    expected: dict[str, list[str]] = {f"r{number}": [] for number in range(len(roles))}
    for day in sorted(set(contacts)):
        held = [
            number
            for number, (start, ends) in enumerate(roles)
            if start <= day and not any(start + end <= day for end in ends)
        ]
        for number in held[-AT_ONCE:]:
            expected[f"r{number}"].append(f"c{day}")

    assert expected == {role.role: list(role.contacts) for role in project(facts).roles}
    ledger = new_ledger()
    ledger.record(facts)
    ledger.project(MilestoneHistory, at=even(between))
    assert expected == {
        role.role: list(role.contacts) for role in ledger.project(MilestoneHistory).roles
    }


def even(day: int) -> str:
    return str(date(2020, 1, 1) + timedelta(2 * day))


def odd(day: int) -> str:
    return str(date(2020, 1, 2) + timedelta(2 * day))


def test_of_many_starts_on_a_day_the_first_eight_have_what_came_before() -> None:
    start = [
        RoleStarted(on="2020-01-01", role=f"r{n}", organisation="o", title="t") for n in range(10)
    ]
    view = project([ContactMade(on="2020-01-01", contact="c", name="n"), *start])

    assert [("c",)] * AT_ONCE + [()] * 2 == [role.contacts for role in view.roles]


@given(career=careers)
def test_voiding_the_entries_that_made_a_milestone_removes_it(career: list) -> None:
    """Two milestones may rest on one entry: a role that rises within the month it starts in."""
    ledger = new_ledger()
    career.record(ledger)
    for milestone in ledger.project(MilestoneHistory, at=TODAY).milestones[:3]:
        in_force = {entry.seq: entry.id for entry in ledger.entries()}
        for number in in_force.keys() & set(milestone.entries):
            ledger.void(in_force[number], reason="a test")
        milestones = ledger.project(MilestoneHistory, at=TODAY).milestones
        assert not {n for each in milestones for n in each.entries} & set(milestone.entries)
