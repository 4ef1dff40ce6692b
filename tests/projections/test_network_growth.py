"""The laws of NetworkGrowth, and its formulas worked out by hand."""

from datetime import date, timedelta
from functools import partial
from math import exp2, nextafter

import networkx as nx
import pytest
from hypothesis import given, strategies as st

from careerledger.events import (
    Action,
    ContactMade,
    ContactTouched,
    ContactUpdated,
    DoorOpened,
    GatheringAttended,
    HelpGiven,
    IntroductionMade,
    MentoringEnded,
    MentoringStarted,
)
from careerledger.projections import NetworkGrowth
from careerledger.projections.network_growth import (
    DEPTHS,
    HALF_LIVES,
    ContactTie,
)
from careers import TODAY, careers, new_ledger, only_facts, view_of

project = partial(view_of, NetworkGrowth)


def tie(facts: list[Action], at: object = TODAY, contact: str = "jane") -> ContactTie:
    return {tie.contact: tie for tie in project(facts, at).contacts}[contact]


def made(contact: str = "jane", on: str = "2020-01-01", **more: object) -> ContactMade:
    return ContactMade(on=on, contact=contact, name=contact.title(), **more)


@given(kind=st.sampled_from(sorted(HALF_LIVES)))
def test_a_tie_of_one_touch_halves_in_its_half_life(kind: str) -> None:
    first = made(kind=kind)
    day = first.on.first_day
    strengths = [
        tie([first], day + timedelta(days=n * HALF_LIVES[kind])).strength for n in range(3)
    ]
    assert strengths == pytest.approx([DEPTHS[2], DEPTHS[2] / 2, DEPTHS[2] / 4])


@given(
    touches=st.lists(st.tuples(st.dates(date(2020, 1, 1), TODAY), st.integers(1, 3)), max_size=6),
    more=st.tuples(st.dates(date(2020, 1, 1), TODAY), st.integers(1, 3)),
)
def test_the_strength_is_the_formula_and_more_touches_never_lower_it(
    touches: list, more: tuple
) -> None:
    def touched(pairs: list) -> list[Action]:
        return [ContactTouched(on=day, contact="jane", depth=depth) for day, depth in pairs]

    missing = 1.0
    for day, depth in [(date(2020, 1, 1), 2), *touches]:
        missing *= 1 - DEPTHS[depth] * exp2(-(TODAY - day).days / 365)
    before = tie([made(), *touched(touches)])
    after = tie([made(), *touched([*touches, more])])
    assert before.strength == pytest.approx(1 - missing)
    assert 0 <= before.strength <= after.strength <= 1
    assert len(touches) + 2 == after.touches


@given(career=only_facts, depth=st.integers(1, 3))
def test_touching_one_contact_changes_no_other(career: list, depth: int) -> None:
    before = {tie.contact: tie for tie in project(career).contacts}
    touch = ContactTouched(on="2025-05", contact="contact0", depth=depth)
    after = {tie.contact: tie for tie in project([*career, touch]).contacts}
    for view in (before, after):
        view.pop("contact0", None)
    assert before == after


@given(career=careers)
def test_bands_partition_the_contacts_and_months_add_up(career: list) -> None:
    ledger = new_ledger()
    career.record(ledger)
    view = ledger.project(NetworkGrowth, at=TODAY)
    assert len(view.contacts) == sum(view.bands.values())
    for band, count in view.bands.items():
        assert count == sum(tie.band == band for tie in view.contacts)
    assert set(view.reconnectable) == {t.contact for t in view.contacts if t.band == "dormant"}
    assert len(view.contacts) - len(view.reconnectable) == view.active
    cumulative = 0
    for month in view.months:
        cumulative += month.new
        assert cumulative == month.cumulative
        assert 0 <= month.active <= cumulative
        assert 0 <= month.dormant <= cumulative
    assert len(view.contacts) == cumulative
    if view.months:
        assert "2026-06" == view.months[-1].month
        assert len(view.reconnectable) == view.months[-1].dormant
    assert all(0 <= tie.strength <= 1 for tie in view.contacts)
    strengths = [tie.strength for tie in view.contacts]
    assert sorted(strengths, reverse=True) == strengths


@given(career=careers, at=st.dates(date(2018, 1, 1), TODAY))
def test_month_counts_dormant_ties_at_its_end(career: list, at: date) -> None:
    """As the projection says when it is asked for the last day of that month."""
    ledger = new_ledger()
    career.record(ledger)
    ledger.record(made("since the first month", on="2018-01-01"))
    months = {month.month: month for month in ledger.project(NetworkGrowth, at=TODAY).months}
    month = at.isoformat()[:7]
    then = ledger.project(NetworkGrowth, at=month if month != "2026-06" else TODAY)
    assert len(then.reconnectable) == months[month].dormant
    assert then.months[-1] == months[month]


@given(career=only_facts)
def test_evidence_names_the_touches_that_weigh_most(career: list) -> None:
    ledger = new_ledger()
    ledger.record(career)
    events = {entry.seq: entry.event for entry in ledger.entries()}
    for found in ledger.project(NetworkGrowth, at=TODAY).contacts:
        shares = [evidence.share for evidence in found.evidence]
        assert sorted(shares, reverse=True) == shares
        assert 1 <= len(shares) <= 3
        assert shares[0] - 1e-12 <= found.strength <= 1
        for evidence in found.evidence:
            assert events[evidence.seq].on == evidence.on


def test_whatever_brings_people_together_is_a_touch() -> None:
    facts = [
        made("jane"),
        made("joe", on="2020-02-01"),
        GatheringAttended(on="2021-01-01", name="PyCon", met=["jane", "joe", "joe"]),
        HelpGiven(on="2021-02-01", contact="jane", what="a review"),
        IntroductionMade(on="2021-03-01", introducer="me", introduced=["jane", "joe"]),
        MentoringStarted(on="2021-04-01", mentoring="m", contact="jane", role="mentor", aim="x"),
        MentoringEnded(on="2021-05-01", mentoring="m", gained="y"),
        MentoringEnded(on="2021-06-01", mentoring="never started", gained="y"),
        DoorOpened(on="2021-07-01", door="d", what="an offer", contact="jane"),
    ]
    view = project(facts, at="2021-12")
    assert {"jane": 7, "joe": 3} == {tie.contact: tie.touches for tie in view.contacts}
    assert (1, 1, 0) == (view.helped, view.doors, view.mentors)
    assert 1 == project(facts[:6], at="2021-12").mentors
    taught = MentoringStarted(on="2021", mentoring="n", contact="joe", role="mentee", aim="x")
    assert 0 == project([*facts[:2], taught]).mentors


def test_a_contact_that_moves_or_becomes_a_friend() -> None:
    update = ContactUpdated(on="2021", contact="jane", organisation="Globex", kind="family")
    view = project([made(organisation="ACME", kind="peer"), update], at="2021")
    (found,) = view.contacts
    assert ("Globex", "family", 1) == (found.organisation, found.kind, found.touches)
    assert ("ACME", "peer") == (
        (before := tie([made(organisation="ACME", kind="peer"), update], "2020")).organisation,
        before.kind,
    )


def test_three_years_without_a_touch_are_dormant_to_the_day() -> None:
    day = date(2020, 1, 1)
    assert "weak" == tie([made()], day + timedelta(days=1095)).band
    assert "dormant" == tie([made()], day + timedelta(days=1096)).band
    again = ContactTouched(on=day + timedelta(days=1500), contact="jane")
    view = project([made(), again], at="2025")
    dormant = {month.month: month.dormant for month in view.months}
    assert (0, 1, 1, 0) == tuple(dormant[m] for m in ("2022-12", "2023-01", "2024-01", "2024-02"))
    assert ("jane",) == project([made()], at="2021", dormant_after=30).reconnectable


def test_diversity_is_blaus_index() -> None:
    assert project([]).diversity is None
    assert project([made()]).diversity is None
    orgs = {"a": "ACME", "b": "ACME", "c": "Globex", "d": None}
    facts = [made(name, organisation=organisation) for name, organisation in orgs.items()]
    assert project(facts).diversity == pytest.approx(1 - (2 / 3) ** 2 - (1 / 3) ** 2)
    assert 0 == project(facts[:2]).diversity


def test_constraint_is_burts() -> None:
    facts = [made("a"), made("b"), made("c", via="a")]
    view = project(facts)
    assert (("a", "c"), ("c", "me")) == view.introductions
    graph = nx.Graph([("me", "a"), ("me", "b"), ("me", "c"), ("a", "c")])
    assert view.constraint() == pytest.approx(nx.constraint(graph)["me"])
    assert project(facts[:2]).constraint() is None


def test_a_contact_counts_from_when_it_was_made() -> None:
    """What touched it before then counts for its strength, and for no month."""
    early = ContactTouched(on="2019-05", contact="jane")
    view = project([early, made()], at="2020-02")
    assert ["2020-01", "2020-02"] == [month.month for month in view.months]
    assert 2 == view.contacts[0].touches
    assert () == project([early]).contacts
    assert () == project([early]).months
    assert 1 == project([made(), made()]).months[-1].cumulative


def test_half_lives_can_be_changed_for_one_kind() -> None:
    facts = [made("a", kind="peer"), made("b", kind="friend")]
    slow = {t.contact: t.strength for t in project(facts, half_lives={"peer": 10_000}).contacts}
    plain = {t.contact: t.strength for t in project(facts).contacts}
    assert slow["b"] == plain["b"] < slow["a"]


def test_mentoring_within_one_year_has_ended() -> None:
    """2024 stands before 2024-03 in a history."""
    facts = [
        made("jane"),
        MentoringStarted(on="2024-03", mentoring="m", contact="jane", role="mentor", aim="x"),
        MentoringEnded(on="2024", mentoring="m", gained="y"),
    ]
    assert 0 == project(facts).mentors


def test_nobody_is_their_own_contact() -> None:
    """A lenient ledger takes it, and no answer counts it."""
    view = project([ContactMade(on="2024", contact="me", name="I")])
    assert () == view.contacts
    assert () == view.months


def test_a_touch_that_weighs_nothing_has_no_share() -> None:
    ledger = new_ledger()
    ledger.record(ContactMade(on="2024-01-01", contact="jane", name="Jane"))
    ledger.record(ContactTouched(on="2024-01-01", contact="jane", depth=1))
    ledger.record(ContactTouched(on="2024-01-01", contact="never made"))
    asked = NetworkGrowth.with_(depths={1: 0})
    assert [1] == [share.seq for share in ledger.explain(asked).shares]


@pytest.mark.parametrize(
    ("strength", "band"),
    [
        (1.0, "strong"),
        (0.6, "strong"),
        (nextafter(0.6, 0), "moderate"),
        (0.3, "moderate"),
        (nextafter(0.3, 0), "weak"),
        (0.0, "weak"),
    ],
)
def test_where_bands_begin(strength: float, band: str) -> None:
    assert band == NetworkGrowth()._band(strength)


def test_bands_can_be_set() -> None:
    facts = [made("jane", on="2021-01-01")]  # a strength of 0.5 on its day
    for bands, band in (
        ({}, "moderate"),
        ({"strong": 0.5}, "strong"),
        ({"moderate": 0.51}, "weak"),
    ):
        ledger = new_ledger()
        ledger.record(facts)
        (tie,) = ledger.project(NetworkGrowth.with_(bands=bands), at="2021-01-01").contacts
        assert (0.5, band) == (tie.strength, tie.band)


@pytest.mark.parametrize(("days", "dormant"), [(1095, 0), (1096, 1)])
def test_where_dormancy_begins(days: int, dormant: int) -> None:
    view = project([made("jane", on="2021-01-01")], at=date(2021, 1, 1) + timedelta(days))
    assert dormant == view.bands["dormant"]
