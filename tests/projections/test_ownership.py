"""The laws of Ownership, and its counts worked out by hand."""

from datetime import date
from functools import partial

import pytest
from hypothesis import given, strategies as st

from careerledger.events import (
    Action,
    IndustrySwitched,
    JobCrafted,
    OpportunityDecided,
    OpportunityFound,
    ProjectFinished,
    ProjectProposed,
    RequestAnswered,
    RequestMade,
    SkillPractised,
)
from careerledger.projections import Ownership
from careerledger.projections.ownership import OwnershipView
from careers import TODAY, careers, facts_of, new_ledger, view_of

_initiatives = st.sampled_from([None, "self", "asked", "assigned"])
histories = facts_of(
    SkillPractised,
    RequestMade,
    RequestAnswered,
    ProjectProposed,
    ProjectFinished,
    JobCrafted,
    IndustrySwitched,
    OpportunityFound,
    OpportunityDecided,
)


project = partial(view_of, Ownership)


def acts(*initiatives: str | None) -> list[Action]:
    return [SkillPractised(on="2024", skill="sql", initiative=each) for each in initiatives]


# Agency


@given(history=histories)
def test_agency_follows_the_rule_of_succession(history: list) -> None:
    view = project(history)
    stated = [fact.initiative for fact in history if fact.initiative is not None]
    assert view.agency == (stated.count("self") + 1) / (len(stated) + 2)
    assert view.says_nothing == (not stated)
    assert {kind: stated.count(kind) for kind in ("self", "asked", "assigned")} == view.initiatives


@given(history=histories, initiative=_initiatives)
def test_own_initiative_raises_the_agency(history: list, initiative: str | None) -> None:
    before = project(history).agency
    after = project([*history, *acts(initiative)]).agency
    if initiative is None:
        assert before == after
    elif initiative == "self":
        assert before < after
    else:
        assert before > after


@given(career=careers)
def test_agency_rests_on_own_actions(career: list) -> None:
    ledger = new_ledger()
    career.record(ledger)
    ledger.record(acts("self", "asked"))
    view = ledger.project(Ownership, at=TODAY)
    own = [entry for entry in ledger.entries(until=TODAY) if entry.event.initiative == "self"]
    assert [(entry.seq, entry.event.on) for entry in own[-10:][::-1]] == [
        (evidence.seq, evidence.on) for evidence in view.evidence
    ]


def test_agency_without_data_is_a_half() -> None:
    view = project(acts(None))
    assert (0.5, True, ()) == (view.agency, view.says_nothing, view.evidence)
    assert "agency" == OwnershipView.HEADLINE
    known = project(acts("self", "asked"))
    assert (0.5, False) == (known.agency, known.says_nothing)


def test_one_idea_of_ones_own_makes_two_thirds() -> None:
    assert project(acts("self")).agency == pytest.approx(2 / 3)
    assert project(acts("assigned")).agency == pytest.approx(1 / 3)


def test_evidence_is_the_latest_ten_own_actions() -> None:
    history = [
        SkillPractised(on=date(2024, 1, day), skill="sql", initiative="self")
        for day in range(12, 0, -1)
    ]
    view = project([*history, *acts("asked")])
    assert [(day, 13 - day, 1 / 15) for day in range(12, 2, -1)] == [
        (evidence.on.first_day.day, evidence.seq, evidence.share) for evidence in view.evidence
    ]


# Requests


def asked(request: str, on: str, kind: str = "raise", to: str | None = None) -> RequestMade:
    return RequestMade(on=on, request=request, kind=kind, to=to)


def answered(request: str, on: str, outcome: str) -> RequestAnswered:
    return RequestAnswered(on=on, request=request, outcome=outcome)


@given(history=histories)
def test_every_request_is_granted_declined_or_open(history: list) -> None:
    view = project(history)
    for kind in view.requests:
        assert kind.asked == kind.granted + kind.declined + kind.open > 0
        assert 0 <= kind.deferred <= kind.open
        assert 0 <= kind.overdue <= kind.open
        assert kind.answer_rate == (kind.granted + kind.declined) / kind.asked
    requests = {fact.request for fact in history if isinstance(fact, RequestMade)}
    assert len(requests) == sum(kind.asked for kind in view.requests)
    assert len(view.open_requests) == sum(kind.open for kind in view.requests)
    assert (view.answer_rate is None) == (not requests)


def test_requests_by_kind() -> None:
    view = project(
        [
            asked("r1", "2025-01-01", "raise"),
            answered("r1", "2025-02-01", "granted"),
            asked("r2", "2025-03-01", "raise", to="jane"),
            answered("r2", "2025-03-10", "deferred"),
            asked("p1", "2025-04-01", "promotion"),
            answered("p1", "2025-05-01", "declined"),
            asked("p2", "2026-06-01", "promotion"),
        ]
    )
    promotion, raise_ = view.requests
    assert {
        "kind": "promotion",
        "asked": 2,
        "granted": 0,
        "declined": 1,
        "open": 1,
        "deferred": 0,
        "overdue": 0,
        "answer_rate": 0.5,
    } == promotion.to_dict()
    assert {
        "kind": "raise",
        "asked": 2,
        "granted": 1,
        "declined": 0,
        "open": 1,
        "deferred": 1,
        "overdue": 1,
        "answer_rate": 0.5,
    } == raise_.to_dict()
    assert 0.5 == view.answer_rate
    first, second = view.open_requests
    assert {
        "request": "r2",
        "kind": "raise",
        "to": "jane",
        "on": "2025-03-01",
        "days": 486,
        "deferred": True,
        "overdue": True,
        "seq": 3,
    } == first.to_dict()
    assert ("p2", 29, False, False) == (
        second.request,
        second.days,
        second.deferred,
        second.overdue,
    )


@pytest.mark.parametrize(
    ("at", "within", "overdue"),
    [
        ("2026-01-31", 30, False),
        ("2026-02-01", 30, True),
        ("2026-02-01", 31, False),
        ("2026-01-08", 6, True),
    ],
)
def test_open_request_becomes_overdue(at: str, within: float, overdue: bool) -> None:
    (request,) = project([asked("r", "2026-01-01")], at, answer_within=within).open_requests
    assert overdue == request.overdue


def test_thirty_days_are_the_default() -> None:
    made = asked("r", "2026-01-01")
    assert not project([made], "2026-01-31").open_requests[0].overdue
    assert project([made], "2026-02-01").open_requests[0].overdue


@pytest.mark.parametrize(
    ("outcomes", "open_"),
    [(["deferred", "granted"], 0), (["granted", "deferred"], 1), (["declined", "granted"], 0)],
)
def test_the_latest_answer_counts(outcomes: list, open_: int) -> None:
    answers = [answered("r", f"2025-0{n}", outcome) for n, outcome in enumerate(outcomes, start=2)]
    (raise_,) = project([asked("r", "2025-01"), *answers]).requests
    assert (open_, 1 - open_) == (raise_.open, raise_.granted)


def test_an_answer_may_be_known_less_exactly_than_its_question() -> None:
    """In a history 2025 stands before 2025-03."""
    (raise_,) = project([asked("r", "2025-03"), answered("r", "2025", "declined")]).requests
    assert (1, 0) == (raise_.declined, raise_.open)


def test_an_answer_to_what_was_never_asked_does_not_count() -> None:
    view = project([answered("never asked", "2025", "granted")])
    assert ((), (), None) == (view.requests, view.open_requests, view.answer_rate)


def test_a_request_made_twice_counts_as_it_was_made_last() -> None:
    view = project([asked("r", "2020", "raise"), asked("r", "2021", "project")])
    assert [("project", 1)] == [(kind.kind, kind.asked) for kind in view.requests]
    assert ["2021"] == [request.on for request in view.open_requests]


# Projects, crafting, mobility, opportunities


def finished(project_: str, on: str, **more: object) -> ProjectFinished:
    return ProjectFinished(on=on, project=project_, **{"outcome": "shipped", **more})


def test_proposed_projects_and_how_they_ended() -> None:
    proposals = [ProjectProposed(on="2024-02", project=id_, title="x") for id_ in "abcd"]
    view = project(
        [
            *proposals,
            ProjectProposed(on="2024-03", project="d", title="the same again"),
            finished("a", "2024", worth=0.5),
            finished("b", "2025", outcome="stopped", worth=1),
            finished("c", "2025", outcome="partly"),
            finished("c", "2026", outcome="shipped"),
            finished("c", "2026-03", outcome="stopped"),  # within the year, and so before its end
            finished("never proposed", "2025", worth=0),
        ]
    )
    assert 4 == view.projects_proposed
    assert {"open": 1, "shipped": 2, "partly": 0, "stopped": 1} == view.projects
    assert 0.75 == view.worth


def test_worth_is_unknown_unless_stated() -> None:
    proposed = ProjectProposed(on="2024", project="a", title="x")
    assert None is project([]).worth
    assert None is project([proposed, finished("a", "2025")]).worth


def test_job_crafting_by_kind() -> None:
    kinds = ["task", "cognitive", "task"]
    view = project([JobCrafted(on="2024", role="r", kind=kind, what="x") for kind in kinds])
    assert {"task": 2, "relational": 0, "cognitive": 1} == view.crafted


def test_industry_switches_stand_apart_in_the_order_they_happened() -> None:
    view = project(
        [
            IndustrySwitched(on="2024", from_="data", to="climate", why="…"),
            IndustrySwitched(on="2020-05", from_="food", to="data", why="…"),
        ]
    )
    assert [("food", "data", "2020-05", 2), ("data", "climate", "2024", 1)] == [
        (switch.from_, switch.to, switch.on, switch.seq) for switch in view.mobility
    ]
    assert 0.5 == view.agency


def test_opportunities_and_what_was_decided() -> None:
    def decided(id_: str, on: str, decision: str) -> OpportunityDecided:
        return OpportunityDecided(on=on, opportunity=id_, decision=decision, why="…")

    view = project(
        [
            *[OpportunityFound(on="2024-05", opportunity=id_, what="x") for id_ in "abc"],
            decided("a", "2024", "taken"),
            decided("b", "2025", "declined"),
            decided("b", "2026", "lapsed"),
            decided("never found", "2025", "taken"),
        ]
    )
    assert 3 == view.opportunities_found
    assert {"open": 1, "taken": 1, "declined": 0, "lapsed": 1} == view.opportunities


@given(history=histories)
def test_what_was_proposed_or_found_is_open_until_it_ends(history: list) -> None:
    view = project(history)
    assert view.projects_proposed == sum(view.projects.values())
    assert view.opportunities_found == sum(view.opportunities.values())
    assert all(count >= 0 for count in [*view.projects.values(), *view.opportunities.values()])


def test_of_several_decisions_the_one_that_reaches_furthest_counts() -> None:
    """A year stands before its months in the history, and may mean a later day."""
    facts = [
        OpportunityFound(on="2023", opportunity="o", what="a job"),
        OpportunityDecided(on="2024", opportunity="o", decision="taken", why="x"),
        OpportunityDecided(on="2024-03", opportunity="o", decision="declined", why="x"),
    ]
    assert (1, 0) == (
        project(facts).opportunities["taken"],
        project(facts).opportunities["declined"],
    )
