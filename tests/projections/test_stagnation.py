"""The laws of Stagnation, and what resets each clock."""

from datetime import date, timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import example, given, strategies as st

from careerledger import Ledger
from careerledger.dates import PartialDate
from careerledger.events import (
    Action,
    ChallengeResolved,
    ChallengeTaken,
    CourseFinished,
    CredentialAwarded,
    ProjectProposed,
    RequestAnswered,
    RequestMade,
    RoleChanged,
    RoleEnded,
    RoleStarted,
    SkillAssessed,
    SkillPractised,
    WorkLogged,
)
from careerledger.projections import Stagnation
from careerledger.projections.stagnation import PlateauClock, StagnationView
from careers import TODAY, careers, facts_of, new_ledger, ons, view_of

histories = facts_of(
    RoleStarted,
    RoleChanged,
    RoleEnded,
    SkillPractised,
    CourseFinished,
    ChallengeTaken,
    ProjectProposed,
    WorkLogged,
)


def recorded(facts: list[Action]) -> Ledger:
    ledger = new_ledger()
    ledger.record(facts)
    return ledger


project = partial(view_of, Stagnation)


Reset = tuple[PartialDate, int]


def is_new(event: Action, known: set[str]) -> bool:
    """Whether there is a skill, challenge or project in it that was not there before."""
    if isinstance(event, ChallengeTaken):
        return event.difficulty >= 3
    skills: set[str] = set()
    if isinstance(event, SkillPractised):
        skills = {event.skill}
    elif isinstance(event, CourseFinished | CredentialAwarded | ChallengeResolved):
        skills = set(event.skills)
    new = skills - known
    known |= skills
    return bool(new) or isinstance(event, ProjectProposed)


def said(event: RoleStarted | RoleChanged) -> dict[str, float]:
    both = {"level": event.level, "scope": event.scope}
    return {what: value for what, value in both.items() if value is not None}


def resets_by_hand(ledger: Ledger, at: date) -> tuple[list[Reset], list[Reset]]:  # noqa: C901
    """The rule of the docs, written down once more: date and entry of each reset."""
    structural: list[Reset] = []
    content: list[Reset] = []
    everything: list[dict[str, float]] = []
    of_role: dict[str, list[dict[str, float]]] = {}
    started: dict[str, date] = {}
    last_end: dict[str, date] = {}
    waiting: dict[str, list[tuple[RoleChanged, int]]] = {}
    known: set[str] = set()

    def rise(event: RoleStarted | RoleChanged, reset: Reset, before: dict[str, list]) -> None:
        rose = {w for w, value in said(event).items() if before[w] and value > max(before[w])}
        structural.extend([reset] * bool(rose))
        content.extend([reset] * ("scope" in rose))

    def all_of(what: str, values: list[dict[str, float]]) -> list[float]:
        return [each[what] for each in values if what in each]

    def is_held(role: str, day: date) -> bool:
        """An end wholly before the start ends nothing."""
        end = last_end.get(role, date.max)
        return end >= day or end < started[role]

    def change(event: RoleChanged, reset: Reset) -> None:
        day = reset[0].first_day
        if not is_held(event.role, day):
            return
        before = {}
        for what in ("level", "scope"):
            held = [v for role, vs in of_role.items() if is_held(role, day) for v in vs]
            own = all_of(what, of_role[event.role])
            before[what] = all_of(what, held if own else everything)
        rise(event, reset, before)
        everything.append(said(event))
        of_role[event.role].append(said(event))

    for entry in ledger.entries(until=at):
        event, reset = entry.event, (entry.event.on, entry.seq)
        if isinstance(event, RoleStarted):
            structural.extend([reset] * (not started))
            rise(event, reset, {what: all_of(what, everything) for what in ("level", "scope")})
            everything.append(said(event))
            of_role[event.role] = [said(event)]
            started[event.role] = event.on.first_day
            for early, seq in waiting.pop(event.role, []):
                if early.on.last_day >= event.on.first_day:
                    change(early, (event.on, seq))
        elif isinstance(event, RoleChanged):
            if event.role in started:
                change(event, reset)
            else:
                waiting.setdefault(event.role, []).append((event, entry.seq))
        elif isinstance(event, RoleEnded):
            last_end[event.role] = max(event.on.last_day, last_end.get(event.role, date.min))
        elif is_new(event, known):
            content.append(reset)
    return structural, content


def past_by_hand(resets: list[Reset]) -> list[tuple[int, str, str, int]]:
    pairs = pairwise(resets)
    plateaus = [(b[0].ordinal - a[0].ordinal, a[0], b[0], b[1]) for a, b in pairs]
    return sorted([p for p in plateaus if p[0]], key=lambda plateau: -plateau[0])[:3]


def check_against_the_rule(ledger: Ledger, at: date) -> None:
    view = ledger.project(Stagnation, at=at)
    for clock, resets in zip(
        (view.structural_clock, view.content_clock), resets_by_hand(ledger, at), strict=True
    ):
        if resets:
            on, seq = resets[-1]
            days = at.toordinal() - on.ordinal
            assert (days, on) == (clock.days, clock.since)
            assert [(seq, on, days)] == [(e.seq, e.on, e.share) for e in clock.evidence]
        else:
            assert (None, None, ()) == (clock.days, clock.since, clock.evidence)
        assert past_by_hand(resets) == [(p.days, p.since, p.until, p.seq) for p in clock.longest]
    assert (view.structural_clock.days, view.content_clock.days) == (view.structural, view.content)
    hash(view)


@given(facts=histories, at=st.dates(date(2017, 1, 1), date(2027, 1, 1)))
@example(  # an end before the start, and a change that waits for it
    facts=[
        RoleStarted(on="2018-01-01", role="r2", organisation="ACME", title="Engineer", scope=1),
        RoleEnded(on="2018-01-01", role="r1"),
        RoleStarted(on="2018-01-02", role="r1", organisation="ACME", title="Engineer"),
        RoleChanged(on="2018", role="r1", scope=2),
    ],
    at=date(2018, 1, 2),
)
def test_the_clocks_follow_the_rule(facts: list, at: date) -> None:
    check_against_the_rule(recorded(facts), at)


@given(career=careers)
def test_the_clocks_follow_the_rule_through_a_whole_career(career: list) -> None:
    ledger = new_ledger()
    career.record(ledger)
    check_against_the_rule(ledger, TODAY)


@given(facts=histories, later=st.integers(0, 5000))
def test_without_events_a_clock_grows_by_one_a_day(facts: list, later: int) -> None:
    ledger = recorded(facts)
    now = ledger.project(Stagnation, at=TODAY)
    then = ledger.project(Stagnation, at=TODAY + timedelta(later))
    for one, other in (
        (now.structural_clock, then.structural_clock),
        (now.content_clock, then.content_clock),
    ):
        assert other.days == (None if one.days is None else one.days + later)
        assert (one.since, one.longest) == (other.since, other.longest)


_NEVER_STRUCTURAL = (SkillPractised, CourseFinished, ChallengeTaken, ProjectProposed, WorkLogged)


@given(facts=histories)
def test_only_its_own_kinds_reset_a_clock(facts: list) -> None:
    """Without the others, its reading is the same; entries are compared by their dates."""
    full = project(facts)
    roles = project([fact for fact in facts if not isinstance(fact, _NEVER_STRUCTURAL)])
    assert dates_of(full.structural_clock) == dates_of(roles.structural_clock)
    levels = [fact for fact in facts if not isinstance(fact, WorkLogged)]
    assert dates_of(full.content_clock) == dates_of(project(levels).content_clock)


def dates_of(clock: PlateauClock) -> tuple[object, ...]:
    return clock.days, clock.since, [(p.since, p.until) for p in clock.longest]


@given(facts=histories, on=ons)
def test_a_new_title_alone_resets_nothing(facts: list, on: str) -> None:
    title = RoleChanged(on=on, role="r1", title="Vice President")
    first, second = project(facts), project([*facts, title])
    assert dates_of(first.structural_clock) == dates_of(second.structural_clock)
    assert dates_of(first.content_clock) == dates_of(second.content_clock)


FIRST = RoleStarted(
    on="2020-01-01", role="r", organisation="ACME", title="Engineer", level=2, scope=5
)


def test_nothing_recorded_starts_no_clock() -> None:
    view = project([])
    assert (None, None) == (view.structural, view.content)
    assert "structural" == StagnationView.HEADLINE


def test_the_first_role_starts_the_structural_clock_alone() -> None:
    view = project([FIRST], at="2020-01-31")
    assert (30, None) == (view.structural, view.content)
    assert ("2020-01-01", ()) == (view.structural_clock.since, view.structural_clock.longest)


def other(**fields: object) -> RoleStarted:
    return RoleStarted(on="2021-01-01", role="s", organisation="Globex", title="Head", **fields)


@pytest.mark.parametrize(
    ("fact", "structural", "content"),
    [
        (RoleChanged(on="2021-01-01", role="r", level=3), True, False),
        (RoleChanged(on="2021-01-01", role="r", scope=6), True, True),
        (RoleChanged(on="2021-01-01", role="r", level=1, scope=6), True, True),
        (RoleChanged(on="2021-01-01", role="r", level=2, scope=5), False, False),
        (RoleChanged(on="2021-01-01", role="r", level=1), False, False),
        (RoleChanged(on="2021-01-01", role="r", title="Chief Engineer", pay=1e6), False, False),
        (RoleChanged(on="2021-01-01", role="nobody's", level=9), False, False),
        (other(level=3), True, False),
        (other(scope=6), True, True),
        (other(level=2, scope=5), False, False),
        (other(level=1, scope=1), False, False),
        (other(), False, False),
        (RoleEnded(on="2021-01-01", role="r"), False, False),
        (SkillPractised(on="2021-01-01", skill="sql"), False, True),
        (SkillAssessed(on="2021-01-01", skill="sql", level=1), False, False),
        (CourseFinished(on="2021-01-01", title="x", skills=["sql"]), False, True),
        (CourseFinished(on="2021-01-01", title="x"), False, False),
        (
            CredentialAwarded(on="2021-01-01", credential="c", name="CKA", skills=["k8s"]),
            False,
            True,
        ),
        (
            ChallengeResolved(on="2021-01-01", challenge="c", outcome="failed", skills=["k8s"]),
            False,
            True,
        ),
        (ChallengeResolved(on="2021-01-01", challenge="c", outcome="met"), False, False),
        (
            ChallengeTaken(on="2021-01-01", challenge="c", title="Hard", difficulty=3),
            False,
            True,
        ),
        (
            ChallengeTaken(
                on="2021-01-01", challenge="c", title="Easy", difficulty=2, stretch=["sql"]
            ),
            False,
            False,
        ),
        (ProjectProposed(on="2021-01-01", project="p", title="New"), False, True),
        (RequestMade(on="2021-01-01", request="q", kind="promotion"), False, False),
        (RequestAnswered(on="2021-01-01", request="q", outcome="granted"), False, False),
    ],
)
def test_what_resets_each_clock(fact: Action, structural: bool, content: bool) -> None:
    view = project([FIRST, fact], at="2021-01-11")
    assert (10 if structural else 376, 10 if content else None) == (view.structural, view.content)


def test_skill_is_new_only_once() -> None:
    facts = [
        SkillPractised(on="2020-01-01", skill="sql"),
        SkillPractised(on="2021-01-01", skill="sql"),
        CourseFinished(on="2022-01-01", title="x", skills=["sql"]),
        CourseFinished(on="2023-01-01", title="y", skills=["sql", "dbt"]),
    ]
    assert "2020-01-01" == project(facts[:3]).content_clock.since
    assert "2023-01-01" == project(facts).content_clock.since


def ups_and_downs(*changes: RoleChanged | RoleEnded | RoleStarted) -> str:
    """When the structural clock last began, after a role of level 2 from 2020."""
    return str(project([FIRST, *changes], at="2025").structural_clock.since)


def step(on: str, role: str, level: int) -> RoleChanged:
    return RoleChanged(on=on, role=role, level=level)


def test_a_step_down_and_up_again_is_no_rise() -> None:
    down_and_up = [step("2021-02-01", "r", 1), step("2022-01-01", "r", 2)]
    assert "2020-01-01" == ups_and_downs(*down_and_up)
    assert "2023-01-01" == ups_and_downs(*down_and_up, step("2023-01-01", "r", 3))


def test_step_in_a_lesser_side_role_is_no_rise() -> None:
    beside = [other(level=1), step("2022-01-01", "s", 2)]
    assert "2020-01-01" == ups_and_downs(*beside)
    assert "2023-01-01" == ups_and_downs(*beside, step("2023-01-01", "s", 3))


def test_fresh_start_lowers_the_bar_for_a_rise() -> None:
    fresh = [RoleEnded(on="2020-12-31", role="r"), other(level=1)]
    assert "2020-01-01" == ups_and_downs(*fresh)
    assert "2022-01-01" == ups_and_downs(*fresh, step("2022-01-01", "s", 2))
    back = RoleStarted(on="2023-01-01", role="t", organisation="x", title="y", level=2)
    assert "2022-01-01" == ups_and_downs(*fresh, step("2022-01-01", "s", 2), back)


def test_role_without_level_is_compared_with_all_before() -> None:
    silent = [RoleEnded(on="2020-12-31", role="r"), other()]
    assert "2020-01-01" == ups_and_downs(*silent, step("2022-01-01", "s", 2))
    assert "2022-01-01" == ups_and_downs(*silent, step("2022-01-01", "s", 3))


@pytest.mark.parametrize(("end", "counts"), [("2020-06", False), ("2020", True), ("2021", True)])
def test_a_change_after_the_end_of_its_role_counts_nowhere(end: str, counts: bool) -> None:
    changes = [RoleEnded(on=end, role="r"), step("2020-12-31", "r", 3)]
    assert ("2020-12-31" if counts else "2020-01-01") == ups_and_downs(*changes)
    if not counts:
        assert "2021-01-01" == ups_and_downs(*changes, other(level=3))


def test_level_is_compared_with_the_previous_role() -> None:
    risen = RoleChanged(on="2020-06-01", role="r", level=4)
    assert "2020-06-01" == project([FIRST, risen, other(level=4)]).structural_clock.since
    assert "2021-01-01" == project([FIRST, risen, other(level=5)]).structural_clock.since


def test_rise_before_its_role_counts_from_the_start() -> None:
    """In a history 2020 stands before 2020-03; the level rose at some time in that year."""
    start = RoleStarted(on="2020-03", role="r", organisation="ACME", title="Engineer", level=2)
    clock = project([start, RoleChanged(on="2020", role="r", level=3)]).structural_clock
    assert ("2020-03", 2) == (clock.since, clock.evidence[0].seq)
    later = [
        start,
        RoleChanged(on="2020", role="r", level=3),
        RoleChanged(on="2021", role="r", level=3),
    ]
    assert "2020-03" == project(later).structural_clock.since
    before = [
        start,
        RoleChanged(on="2019", role="r", level=3),
        RoleChanged(on="2021", role="r", level=3),
    ]
    assert "2021" == project(before).structural_clock.since


def test_an_id_introduced_again_is_held_against_its_former_self() -> None:
    again = RoleStarted(on="2021-01-01", role="r", organisation="x", title="y", level=3)
    assert "2021-01-01" == project([FIRST, again]).structural_clock.since


def test_past_plateaus_are_sorted_longest_first() -> None:
    days = ["2020-01-01", "2020-01-11", "2020-01-11", "2020-02-01", "2020-02-11", "2020-03-01"]
    facts = [ProjectProposed(on=day, project=f"p{n}", title="x") for n, day in enumerate(days)]
    longest = project(facts).content_clock.longest
    assert [
        (21, "2020-01-11", "2020-02-01", 4),
        (19, "2020-02-11", "2020-03-01", 6),
        (10, "2020-01-01", "2020-01-11", 2),
    ] == [(p.days, p.since, p.until, p.seq) for p in longest]
    assert 10 == project(facts[:5]).content_clock.longest[2].days
    assert "2020-01-01" == project(facts[:5]).content_clock.longest[1].since


def test_each_clock_lists_its_resets() -> None:
    view = project([])
    assert any("level" in words for words in view.structural_clock.resets)
    assert any("skill" in words for words in view.content_clock.resets)


def test_how_hard_a_challenge_must_be_is_a_parameter() -> None:
    taken = ChallengeTaken(on="2021-01-01", challenge="c", title="Hard", difficulty=3)
    assert project([taken], challenge_difficulty=4).content is None
    assert project([taken]).content is not None


def test_rise_over_a_role_without_level() -> None:
    ledger = new_ledger()
    for year, level in ((2018, 2), (2019, None), (2023, 5)):
        role = f"r{year}"
        ledger.record(
            RoleStarted(on=f"{year}-01-01", role=role, organisation="o", title="t", level=level)
        )
    assert 364 == ledger.project(Stagnation, at="2023-12-31").structural
    assert "2018-01-01" == ledger.project(Stagnation, at="2022").structural_clock.since
