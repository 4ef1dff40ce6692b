"""Branches, futures side by side, and answers over time."""

from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from careerledger import Ledger, projections
from careerledger.answers.comparison import AS_IT_IS
from careerledger.answers.open_opportunities import opportunities
from careerledger.dates import period_ends
from careerledger.errors import (
    DefinitionError,
    FieldError,
    IntroducedTwiceError,
    RecordError,
    StoreError,
    UnknownReferenceError,
)
from careerledger.events import (
    ContactMade,
    ContactTouched,
    CourseFinished,
    OpportunityDecided,
    OpportunityFound,
    RoleEnded,
    RoleLike,
    RoleStarted,
    RoleValueRated,
    SkillPractised,
    ValueWeighted,
    VisionDeclared,
    WorkLogged,
)
from careerledger.projections import (
    Learning,
    NetworkGrowth,
    Purpose,
    Skills,
    Stagnation,
    VisionAlignment,
)
from careerledger.stores.branch import BranchStore
from careerledger.stores.memory import MemoryStore
from careers import TODAY, Clock, careers, new_ledger, only_facts, ons

ALL = [getattr(projections, name) for name in projections.LIBRARY]
ROLE = RoleStarted(on="2024-01-01", role="r", organisation="ACME", title="Engineer", level=2)
VISION = VisionDeclared(on="2024", vision="cto", statement="Lead", themes={"lead": 1})


def strict_ledger() -> Ledger:
    return Ledger.in_memory(clock=Clock())


# Branches


@given(before=careers, after=only_facts, asked=st.sampled_from(ALL), at=ons)
def test_a_branch_answers_as_if_all_had_been_recorded(
    before: list[Any], after: list[Any], asked: Any, at: str
) -> None:
    ledger, other = new_ledger(), new_ledger()
    before.record(ledger)
    before.record(other)
    count, root = len(ledger), ledger.root()

    branch = ledger.what_if(after)
    other.record(after)

    assert other.project(asked, at=at) == branch.project(asked, at=at)
    assert [e.event for e in other.entries()] == [e.event for e in branch.entries()]
    assert [(e.seq, e.type) for e in other] == [(e.seq, e.type) for e in branch]
    assert (count, root) == (len(ledger), ledger.root())
    branch.verify()


@given(before=careers, more=careers, later=careers)
def test_a_branch_goes_its_own_way(before: Any, more: Any, later: Any) -> None:
    """Corrections in the branch stay there, and what is recorded below afterwards is not seen."""
    ledger, other = new_ledger(), new_ledger()
    before.record(ledger)
    before.record(other)

    branch = ledger.what_if()
    more.record(branch)
    later.record(ledger)
    more.record(other)

    for asked in (NetworkGrowth, VisionAlignment):
        assert other.project(asked, at=TODAY) == branch.project(asked, at=TODAY)
    assert len(other) == len(branch)


def test_a_branch_of_a_branch() -> None:
    ledger = strict_ledger()
    ledger.record(ContactMade(on="2024", contact="jane", name="Jane"))
    first = ledger.what_if(ContactTouched(on="2026-01", contact="jane"))
    second = first.what_if([ContactTouched(on="2027-01-05", contact="jane")])
    touches = [
        one.project(NetworkGrowth, at="2027-12").contacts[0].touches
        for one in (ledger, first, second)
    ]
    assert [1, 2, 3] == touches


def test_today_in_a_branch_is_when_all_has_happened() -> None:
    ledger = strict_ledger()
    branch = ledger.what_if([RoleStarted(on="2028-05", role="s", organisation="B", title="CTO")])
    assert date(2028, 5, 31) == branch.project(NetworkGrowth).at
    assert TODAY == ledger.what_if(ROLE).project(NetworkGrowth).at
    assert TODAY == ledger.what_if().project(NetworkGrowth).at


def test_branch_checks_rows_appended_to_it() -> None:
    ledger = strict_ledger()
    ledger.record([ROLE, attrs.evolve(ROLE, role="acme")])
    with pytest.raises(UnknownReferenceError):
        ledger.what_if([WorkLogged(on="2027", role="acne", what="x")])
    with pytest.raises(IntroducedTwiceError):
        ledger.what_if(ROLE)


def test_closing_a_branch_leaves_the_ledger_open() -> None:
    ledger = strict_ledger()
    with ledger.what_if(ROLE) as branch:
        assert len(branch) == 1
    ledger.record(ROLE)
    assert len(ledger) == 1


def test_a_branch_sees_snapshots_below_and_writes_none_there() -> None:
    store = MemoryStore()
    ledger = Ledger(store, clock=Clock())
    ledger.record([CourseFinished(on="2024", title=str(n), skills=["sql"]) for n in range(1500)])
    before = ledger.project(Skills)
    kept = str(store._ledgers["career"].snapshots)
    branch = ledger.what_if([CourseFinished(on="2025", title="x", skills=["go"])] * 1200)
    assert {"sql", "go"} == {skill.name for skill in branch.project(Skills).skills}
    assert kept == str(store._ledgers["career"].snapshots)
    assert before == ledger.project(Skills)
    assert "MemoryStore" in repr(BranchStore(store))


def test_a_branch_is_read_page_by_page() -> None:
    ledger = strict_ledger()
    ledger.record([CourseFinished(on=f"{1900 + n % 100}", title=str(n)) for n in range(2500)])
    branch = ledger.what_if([CourseFinished(on=f"{1900 + n}", title="x") for n in range(100)])
    places = [(entry.event.on, entry.seq) for entry in branch.entries()]
    assert 2600 == len(places)
    assert sorted(places) == places


# Futures side by side


def offers() -> Ledger:
    ledger = strict_ledger()
    ledger.record(
        [
            ROLE.replace(themes={"other"}),
            VISION,
            CourseFinished(on="2026-01", title="a", hours=100, themes={"other"}),
            OpportunityFound(
                on="2026-02",
                opportunity="lead",
                what="Team lead at Beta",
                themes={"lead"},
                role_like=RoleLike(title="Lead", organisation="Beta"),
            ),
            OpportunityFound(on="2026-03", opportunity="talk", what="A talk"),
            OpportunityFound(on="2026-03", opportunity="old", what="Gone"),
            OpportunityDecided(on="2026-04", opportunity="old", decision="lapsed", why="late"),
        ]
    )
    return ledger


def test_futures_are_laid_side_by_side() -> None:
    ledger = offers()
    rise = RoleStarted(on="2026-12-01", role="s", organisation="Beta", title="CTO", level=5)
    found = ledger.compare(
        {
            "stay": [WorkLogged(on="2026-12-31", role="r", what="w", hours=100, themes={"other"})],
            "go": [
                rise,
                WorkLogged(on="2026-12-31", role="s", what="w", hours=100, themes={"lead"}),
            ],
        },
        projections=[VisionAlignment, (Stagnation, "structural")],
    )

    score, clock = "VisionAlignment.score", "Stagnation.structural"
    assert date(2026, 12, 31) == found.at
    assert [AS_IT_IS, "stay", "go"] == [future.name for future in found.futures]
    assert ("go", AS_IT_IS, "stay") == found.ranked(score)
    assert ("go", AS_IT_IS, "stay") == found.ranked(clock)
    assert frozenset({clock}) == found.falling
    assert found.of("go").effect(clock).value == 30
    assert ["role.started"] == [s.type for s in found.of("go").effect(clock).shares]
    assert len(ledger) == 7


@given(career=only_facts, events=only_facts)
def test_the_events_of_a_future_sum_to_its_change(career: list[Any], events: list[Any]) -> None:
    ledger = new_ledger()
    ledger.record(career)
    found = ledger.compare({"so": iter(events)}, at=TODAY)  # an iterator is read once
    branch = ledger.what_if(events)
    for projection, of in (
        (VisionAlignment, "score"),
        (NetworkGrowth, "strength"),
        (Stagnation, "structural"),
        (Stagnation, "content"),
        (Purpose, "fit"),
    ):
        effect = found.of("so").effect(f"{projection.__name__}.{of}")
        after = getattr(branch.project(projection, at=TODAY), of)
        before = getattr(ledger.project(projection, at=TODAY), of)
        assert after == effect.value
        moved = sum(share.share for share in effect.shares)
        assert moved == pytest.approx((after or 0.0) - (before or 0.0), abs=1e-9)
        nothing = before is None or after is None
        assert (None if nothing else after - before) == effect.change
        assert {share.seq for share in effect.shares} <= {entry.seq for entry in branch}


def test_open_opportunities_are_compared_without_being_named() -> None:
    ledger = offers()
    found = ledger.compare()
    assert [AS_IT_IS, "lead", "talk"] == [future.name for future in found.futures]
    assert "lead" == found.ranked("VisionAlignment.score")[0]
    assert date(2027, 6, 30) == found.at
    lead = opportunities(ledger.entries(), TODAY, months=2)["lead"]
    months = [date(2026, 7, 31), date(2026, 8, 31)]
    yesterday = TODAY - timedelta(days=1)
    assert [TODAY, yesterday, TODAY, *months] == [e.on.first_day for e in lead]
    assert "lead (taken)" == lead[2].role
    assert 15 == len(opportunities(ledger.entries(), TODAY)["lead"])


def test_measure_without_data_ranks_last() -> None:
    ledger = strict_ledger()
    found = ledger.compare({"a": []}, projections=[VisionAlignment], at="2026")
    effect = found.of("a").effect("VisionAlignment.score")
    assert (None, None, ()) == (effect.value, effect.change, effect.shares)
    assert (AS_IT_IS, "a") == found.ranked("VisionAlignment.score")


def test_future_events_refer_in_any_order() -> None:
    found = strict_ledger().compare(
        {"a": [WorkLogged(on="2027", role="r", what="x"), ROLE]}, projections=[VisionAlignment]
    )
    assert date(2027, 12, 31) == found.at


def test_an_opportunity_can_move_the_plateau_clocks() -> None:
    ledger = strict_ledger()
    like = RoleLike(title="CTO", level=5, scope=40, pay=1)
    ledger.record([ROLE, OpportunityFound(on="2026", opportunity="o", what="x", role_like=like)])
    found = ledger.compare()
    clock = "Stagnation.structural"
    assert ("o", AS_IT_IS) == found.ranked(clock)
    assert ["role.started"] == [share.type for share in found.of("o").effect(clock).shares]


def offer(name: str, **like: Any) -> OpportunityFound:
    role_like = RoleLike(title=name.title(), **like)
    return OpportunityFound(on="2026", opportunity=name, what="x", role_like=role_like)


def test_opportunities_are_ranked_by_each_measure() -> None:
    """The vision is theirs by the themes; each other measure by what the role would give."""
    ledger = strict_ledger()
    ledger.record([ROLE, ValueWeighted(on="2020", value="autonomy", importance=0.8)])
    ledger.record(RoleValueRated(on="2021", role="r", value="autonomy", supplied=0.4))
    ledger.record(
        [
            offer("solo", values={"autonomy": 1}),
            offer("crowd", values={"autonomy": 0.2}, people=4),
            offer("craft", values={"autonomy": 0.6}, skills=["welding"], level=9),
        ]
    )
    found = ledger.compare()

    assert ("solo", "craft", AS_IT_IS, "crowd") == found.ranked("Purpose.fit")
    assert "crowd" == found.ranked("NetworkGrowth.strength")[0]
    assert (
        "craft" == found.ranked("Stagnation.content")[0] == found.ranked("Stagnation.structural")[0]
    )
    crowd = found.of("crowd").effect("NetworkGrowth.strength")
    assert 4 * 0.8 < crowd.value < 4
    assert {"contact.made", "contact.touched"} == {share.type for share in crowd.shares}
    fit = found.of("solo").effect("Purpose.fit")
    assert (1, {"role.ended", "role.value.rated"}) == (fit.value, {s.type for s in fit.shares})


def test_a_role_beside_ends_no_other() -> None:
    ledger = strict_ledger()
    ended = RoleStarted(on="2019", role="q", organisation="o", title="t")
    ledger.record([ended, RoleEnded(on="2019", role="q"), ROLE])
    new = RoleStarted(on=TODAY, role="new", organisation="o", title="t")
    ledger.record([new, offer("full", weekly_hours=6), offer("side", beside=True)])
    events = opportunities(ledger.entries(), TODAY, months=1, weekly_hours=12)
    ends = [event for event in events["full"] if isinstance(event, RoleEnded)]
    assert [("r", "2026-06-29"), ("new", "2026-06-30")] == [(e.role, e.on) for e in ends]
    assert [] == [event for event in events["side"] if isinstance(event, RoleEnded)]
    assert [26, 52] == [taken[-1].hours for taken in events.values()]
    roles = ledger.what_if(events["full"]).project(Purpose).roles
    assert ["full (taken)"] == [role.role for role in roles if role.open]


@given(career=only_facts, like=st.builds(RoleLike, title=st.just("t"), people=st.integers(0, 3)))
def test_any_opportunity_of_any_career_can_be_compared(career: list[Any], like: RoleLike) -> None:
    ledger = new_ledger()
    ledger.record(career)
    ledger.record(OpportunityFound(on=TODAY, opportunity="this", what="x", role_like=like))
    assert "this" in ledger.compare().ranked("NetworkGrowth.strength")


def test_a_role_on_offer_is_checked_where_it_is_built() -> None:
    with pytest.raises(FieldError):
        RoleLike(title="t", level=-1)
    with pytest.raises(FieldError):
        RoleLike(title="t", values={"autonomy": 2})


def test_the_decision_alone_moves_nothing() -> None:
    ledger = offers()
    assert [0, 0, 0, 0] == [
        effect.change or 0 for effect in ledger.compare().of("talk").effects[:4]
    ]


def test_the_same_projection_may_be_tuned_twice() -> None:
    fast = VisionAlignment.with_(half_life=30)
    found = offers().compare({"a": []}, projections=[VisionAlignment, fast])
    assert ["VisionAlignment.score", "VisionAlignment(half_life=30).score"] == [
        effect.measure for effect in found.of("a").effects
    ]
    with pytest.raises(DefinitionError):
        offers().compare({"a": []}, projections=[fast, (fast, "score")])


def test_one_event_is_a_future_too() -> None:
    event = RoleStarted(on="2027", role="s", organisation="B", title="T", level=9)
    found = offers().compare({"go": event}, projections=[(Stagnation, "structural")])
    assert ("go", AS_IT_IS) == found.ranked("Stagnation.structural")


@pytest.mark.parametrize("facts", [5, None, [5]])
def test_what_is_no_event_is_refused(facts: Any) -> None:
    with pytest.raises(RecordError):
        strict_ledger().what_if(facts)


def test_the_last_year_of_the_calendar_can_be_asked_about() -> None:
    branch = strict_ledger().what_if(CourseFinished(on="9999", title="x"))
    assert date(9999, 12, 28) == branch.project(NetworkGrowth).at


# Over time

PERIODS = ("day", "week", "month", "quarter", "year")


@pytest.mark.parametrize("asked", ALL, ids=lambda kind: kind.__name__)
@given(
    career=careers,
    days=st.tuples(ons, ons).map(sorted),
    every=st.sampled_from(PERIODS[2:]),
    ask_before=st.booleans(),
)
def test_a_series_is_one_answer_after_the_other(
    asked: Any, career: list[Any], days: list[str], every: str, *, ask_before: bool
) -> None:
    ledger = new_ledger()
    career.record(ledger)
    since, until = days
    if ask_before:
        ledger.project(asked, at=since)

    found = ledger.series(asked, every=every, since=since, until=until)

    assert [(day, ledger.project(asked, at=day)) for day, _ in found] == found
    assert ledger.series(asked, every=every, since=since, until=until) == found


@given(
    career=careers,
    more=only_facts,
    days=st.tuples(ons, ons).map(sorted),
    asked=st.lists(st.sampled_from(ALL), min_size=2, max_size=4),
    before=st.lists(st.sampled_from(ALL), max_size=2),
)
def test_several_series_in_one_pass_are_as_one_by_one(
    career: list[Any], more: list[Any], days: list[str], asked: list[Any], before: list[Any]
) -> None:
    """Also where some of them go on from states that were kept, and others do not."""
    ledger = new_ledger()
    career.record(ledger)
    since, until = days
    for kind in before:
        ledger.project(kind, at=since)
    ledger.record(more)

    found = ledger.series(*asked, every="quarter", since=since, until=until)

    alone = [ledger.series(kind, every="quarter", since=since, until=until) for kind in asked]
    assert found == [
        (points[0][0], tuple(view for _, view in points)) for points in zip(*alone, strict=True)
    ]


@given(first=st.dates(), length=st.integers(0, 400), every=st.sampled_from(PERIODS))
def test_periods_end_with_the_calendar(first: date, length: int, every: str) -> None:
    last = date.fromordinal(min(first.toordinal() + length, date.max.toordinal()))
    ends = period_ends(every, first, last)
    assert ends == sorted(set(ends))
    assert last == ends[-1]
    assert first <= ends[0]
    for end in ends[:-1]:
        after = date.fromordinal(end.toordinal() + 1)
        begins = {
            "day": True,
            "week": after.weekday() == 0,
            "month": after.day == 1,
            "quarter": after.day == 1 and after.month in {1, 4, 7, 10},
            "year": after.timetuple().tm_yday == 1,
        }
        assert begins[every]


def test_a_series_of_months() -> None:
    ledger = strict_ledger()
    ledger.record(ContactMade(on="2026-04-10", contact="jane", name="Jane"))
    found = ledger.series(NetworkGrowth, since="2026-03")
    assert ["2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"] == [str(d) for d, _ in found]
    assert [0, 1, 1, 1] == [view.active for _, view in found]


def test_a_series_saves_how_far_it_got() -> None:
    store = MemoryStore()
    ledger = Ledger(store, clock=Clock())
    ledger.record([CourseFinished(on="2024", title=str(n), skills=["sql"]) for n in range(1500)])
    ledger.series(Skills, Learning, since="2023", every="year")
    snapshots = store._ledgers["career"].snapshots
    assert [1500] * 2 == [saved.seen for _, kept in snapshots.values() for saved in kept]


def test_views_of_parts_are_plain_too() -> None:
    found = offers().compare()
    assert found.to_dict()["futures"][1]["name"] == "lead"
    assert "ranked" not in found.to_dict()
    assert attrs.asdict(found)["at"] == found.at
    assert "VisionAlignment.score" in str(found)


def test_opportunities_have_names_that_nothing_else_has() -> None:
    ledger = new_ledger()
    like = RoleLike(title="Lead", people=1)
    ledger.record(
        [
            OpportunityFound(on="2024", opportunity="o1", what="a job", role_like=like),
            OpportunityFound(on="2024", opportunity=AS_IT_IS, what="another", role_like=like),
            RoleStarted(on="2023", role="o1 (taken)", organisation="ACME", title="Engineer"),
            ContactMade(on="2023", contact="o1 (taken), 1", name="Jane"),
        ]
    )
    found = ledger.compare()
    assert [AS_IT_IS, "o1", "as it is (taken)"] == [future.name for future in found.futures]


def test_what_comes_from_nothing_has_no_change() -> None:
    """None is not 0: a first vision gives a score, and moves none."""
    ledger = new_ledger()
    ledger.record(SkillPractised(on="2024", skill="x", hours=3, themes={"data"}))
    first = VisionDeclared(on="2024-06", vision="v", statement="s", themes={"data": 1})
    effect = (
        ledger.compare({"vision": [first]}, projections=[VisionAlignment]).of("vision").effects[0]
    )
    assert (1.0, None, [1.0]) == (effect.value, effect.change, [s.share for s in effect.shares])
    back = ledger.compare({"stay": []}, projections=[VisionAlignment]).of("stay").effects[0]
    assert (None, None, ()) == (back.value, back.change, back.shares)


def test_what_is_forgotten_in_a_branch_is_forgotten_in_its_branches():
    ledger = new_ledger()
    branch = ledger.what_if(ContactMade(on="2024", contact="jane", name="Quixotic"))
    above = branch.what_if(CourseFinished(on="2024", title="SQL"))
    top = above.what_if()
    assert ["Quixotic", "Quixotic"] == [b.entry(1).event.name for b in (above, top)]
    with pytest.raises(StoreError):
        top.forget("contact", "jane", reason="asked")

    branch.forget("contact", "jane", reason="asked")

    for each in (branch, above, top):
        assert "Quixotic" not in f"{[*each, *each.entries()]}"
    assert [2, 2, 2] == [len(each) for each in (branch, above, top)]


def test_a_long_chain_of_branches_has_all_its_events():
    branch = ledger = new_ledger()
    ledger.record(CourseFinished(on="2020", title="SQL"))
    for n in range(1_100):
        branch = branch.what_if(CourseFinished(on="2021", title=f"{n}", hours=1))
    assert 1_101 == branch.project(Learning, at="2022").courses
    assert 1 == len(ledger)
