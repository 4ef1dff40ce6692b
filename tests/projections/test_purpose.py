"""The laws of Purpose, and its numbers worked out by hand."""

from functools import partial

import pytest
from hypothesis import assume, given, strategies as st

from careerledger.events import (
    Action,
    EnergyRated,
    RoleChanged,
    RoleEnded,
    RoleStarted,
    RoleValueRated,
    ValueWeighted,
)
from careerledger.projections import Purpose
from careerledger.projections.purpose import PurposeView, RoleFit
from careers import TODAY, facts_of, new_ledger, view_of

_values = st.sampled_from(["autonomy", "craft", "meaning"])
_shares = st.floats(0, 1)
histories = facts_of(
    ValueWeighted, RoleValueRated, RoleStarted, RoleChanged, RoleEnded, EnergyRated
)


project = partial(view_of, Purpose)


def role(facts: list[Action], at: object = TODAY) -> RoleFit:
    """The first of the roles."""
    return project(facts, at).roles[0]


def started(role: str = "r", on: str = "2020-01-01", **more: object) -> RoleStarted:
    return RoleStarted(on=on, role=role, organisation="ACME", title="Engineer", **more)


def ended(role: str = "r", on: str = "2021-12-31") -> RoleEnded:
    return RoleEnded(on=on, role=role)


def weighted(value: str, importance: float, on: str = "2020") -> ValueWeighted:
    return ValueWeighted(on=on, value=value, importance=importance)


def rated(value: str, supplied: float, role: str = "r", on: str = "2020-02") -> RoleValueRated:
    return RoleValueRated(on=on, role=role, value=value, supplied=supplied)


# The fit of a role


@given(history=histories)
def test_losses_are_what_the_fit_misses(history: list) -> None:
    view = project(history)
    for found in view.roles:
        assert (found.fit is None) == (not found.values)
        if found.fit is not None:
            assert 0 <= found.fit <= 1
            assert 1 - found.fit == pytest.approx(sum(value.loss for value in found.values))
        losses = [value.loss for value in found.values]
        assert sorted(losses, reverse=True) == losses
        assert not {value.value for value in found.values} & set(found.unrated)
    if view.fit is None:
        assert () == view.evidence
    else:
        assert view.fit + sum(evidence.share for evidence in view.evidence) == pytest.approx(1)
    shares = [evidence.share for evidence in view.evidence]
    assert sorted(shares, reverse=True) == shares


_wants = st.dictionaries(_values, st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1)


def of_wants(wants: dict) -> list[Action]:
    """A role with importance and supply by value."""
    return [
        started(),
        *[weighted(value, importance) for value, (importance, _) in wants.items()],
        *[rated(value, supplied) for value, (_, supplied) in wants.items()],
    ]


@given(wants=_wants)
def test_the_fit_is_the_formula(wants: dict) -> None:
    whole = sum(importance for importance, _ in wants.values())
    assume(whole == 0 or whole > 1e-6)
    found = role(of_wants(wants)).fit
    if whole == 0:
        assert None is found
    else:
        lost = sum(w * max(0, w - supplied) for w, supplied in wants.values())
        assert found == pytest.approx(1 - lost / whole)


@given(importances=st.dictionaries(_values, st.floats(0, 1, exclude_min=True), min_size=1))
def test_as_much_as_is_wanted_is_a_fit_of_one(importances: dict) -> None:
    found = role(of_wants({value: (w, w) for value, w in importances.items()}))
    assert 1 == found.fit
    assert all(0 == value.loss for value in found.values)


@given(wants=_wants, more=_shares, value=_values)
def test_more_supply_never_lowers_the_fit(wants: dict, more: float, value: str) -> None:
    assume(value in wants)
    importance, supplied = wants[value]
    before = role(of_wants(wants)).fit
    after = role(of_wants({**wants, value: (importance, max(supplied, more))})).fit
    assert (before is None and after is None) or before <= after


@given(history=histories, pay=st.floats(0, 1e6))
def test_pay_is_no_part_of_the_fit(history: list, pay: float) -> None:
    before = project(history)
    after = project([*history, RoleChanged(on="2025", role="r", pay=pay)])
    assert (before.fit, before.evidence, before.unrated) == (
        after.fit,
        after.evidence,
        after.unrated,
    )


@given(history=histories)
def test_evidence_is_ratings_of_open_roles(history: list) -> None:
    known = [weighted("craft", 0.8), started("known"), rated("craft", 0.3, role="known")]
    ledger = new_ledger()
    ledger.record([*history, *known])
    entries = {entry.seq: entry.event for entry in ledger.entries(until=TODAY)}
    view = ledger.project(Purpose, at=TODAY)
    held = {found.role for found in view.roles if found.open}
    assert view.evidence
    for evidence in view.evidence:
        event = entries[evidence.seq]
        assert isinstance(event, RoleValueRated)
        assert event.on == evidence.on
        assert event.role in held


def test_only_a_shortfall_hurts() -> None:
    """(0.8·0.3 + 0.2·0) / (0.8 + 0.2) is lost."""
    found = role(
        [
            started(),
            weighted("autonomy", 0.8),
            weighted("craft", 0.2),
            rated("autonomy", 0.5),
            rated("craft", 1),
        ]
    )
    assert found.fit == pytest.approx(0.76)
    autonomy, craft = found.values
    assert ("autonomy", 0.8, 0.5, "2020-02", 4) == (
        autonomy.value,
        autonomy.importance,
        autonomy.supplied,
        autonomy.on,
        autonomy.seq,
    )
    assert autonomy.loss == pytest.approx(0.24)
    assert ("craft", 0) == (craft.value, craft.loss)


def test_the_latest_importance_and_the_latest_rating_count() -> None:
    found = role(
        [
            started(),
            weighted("craft", 1, on="2024"),
            weighted("craft", 0.1, on="2020"),
            rated("craft", 0.75, on="2024"),
            rated("craft", 0, on="2020"),
        ]
    )
    assert 0.75 == found.fit


@pytest.mark.parametrize(
    "facts",
    [
        [],
        [weighted("craft", 1)],
        [rated("craft", 1)],
        [weighted("craft", 0), rated("craft", 0)],
        [weighted("craft", 1), weighted("craft", 0, on="2021"), rated("craft", 0)],
        [weighted("craft", 1), rated("meaning", 1)],
    ],
)
def test_unrated_role_has_no_fit(facts: list) -> None:
    view = project([started(), *facts])
    assert (None, None, (), ()) == (
        view.fit,
        view.roles[0].fit,
        view.roles[0].values,
        view.evidence,
    )


def test_unrated_values_are_listed_by_importance() -> None:
    view = project(
        [
            started("gone"),
            ended("gone"),
            started("r"),
            started("s", on="2022"),
            *[weighted(value, w) for value, w in [("a", 0.5), ("b", 1), ("c", 0.5), ("d", 0)]],
            weighted("only missing where one left", 0.25),
            *[rated(value, 1, role="r") for value in ("a", "b", "only missing where one left")],
            *[rated(value, 1, role="s") for value in ("c", "b", "only missing where one left")],
        ]
    )
    assert ("b", "a", "c", "only missing where one left") == view.roles[0].unrated
    assert [("c",), ("a",)] == [found.unrated for found in view.roles[1:]]
    assert ("a", "c") == view.unrated


def test_barely_rated_role_has_no_fit() -> None:
    ledger = new_ledger()
    ledger.record(
        [
            started("r"),
            started("s", on="2022"),
            weighted("craft", 0.75),
            weighted("meaning", 0.25),
            rated("craft", 0.25, role="r"),
            rated("meaning", 0, role="s"),
        ]
    )
    view = ledger.project(Purpose, at=TODAY)
    assert [0.75, 0.25] == [found.coverage for found in view.roles]
    assert [0.5, 0.75] == [found.fit for found in view.roles]
    view = ledger.project(Purpose.with_(coverage=0.75), at=TODAY)
    assert [0.5, None] == [found.fit for found in view.roles]
    assert (0.5, [5]) == (view.fit, [found.seq for found in view.evidence])
    assert ("meaning",) == view.roles[0].unrated
    assert None is ledger.project(Purpose.with_(coverage=0.751), at=TODAY).fit
    assert None is project([started()]).roles[0].coverage


# The fit of the roles that are held


def two_roles() -> list[Action]:
    return [
        started("r"),
        started("s", on="2021"),
        weighted("craft", 1),
        rated("craft", 0.25, role="r"),
        rated("craft", 0.75, role="s", on="2021-02"),
    ]


def test_fit_is_the_mean_of_open_roles() -> None:
    view = project(two_roles())
    assert 0.5 == view.fit
    assert [("2020-02", 0.375), ("2021-02", 0.125)] == [
        (evidence.on, evidence.share) for evidence in view.evidence
    ]
    assert 0.5 == project([*two_roles(), started("unrated")]).fit
    left = project([*two_roles(), ended("r", on="2022")])
    assert (0.75, [5]) == (left.fit, [evidence.seq for evidence in left.evidence])
    assert [False, True] == [found.open for found in left.roles]
    assert 0.25 == left.roles[0].fit
    assert "fit" == PurposeView.HEADLINE


def test_without_an_open_role_there_is_no_fit() -> None:
    view = project([*two_roles(), ended("r"), ended("s")])
    assert (None, (), ()) == (view.fit, view.evidence, view.unrated)
    nothing = project([])
    assert (None, (), (), (), ()) == (
        nothing.fit,
        nothing.roles,
        nothing.energy,
        nothing.sources,
        nothing.unrated,
    )


def test_the_evidence_names_the_ten_largest_shares() -> None:
    names = [f"value{n:02}" for n in range(12)]
    view = project(
        [
            started(),
            *[weighted(name, 1) for name in names],
            *[rated(name, n / 20) for n, name in enumerate(names)],
        ]
    )
    assert list(range(14, 24)) == [evidence.seq for evidence in view.evidence]


def test_role_never_started_is_not_open() -> None:
    """A rating may refer to anything in a lenient ledger."""
    view = project([started("z"), weighted("craft", 1), rated("craft", 0.5, role="a"), ended("b")])
    assert [("z", True), ("a", False)] == [(found.role, found.open) for found in view.roles]
    unknown = view.roles[1]
    assert (None, None, 0.5) == (unknown.title, unknown.started, unknown.fit)
    assert None is view.fit


@pytest.mark.parametrize(
    ("start", "end", "at", "held"),
    [
        ("2020-01-01", "2021-12-31", "2021-12-31", True),
        ("2020-01-01", "2021-12-31", "2022-01-01", False),
        ("2020-01-01", "2021", "2021-01-01", True),
        ("2020-01-01", "2021", "2021-12-31", True),
        ("2020-01-01", "2021", "2022-01-01", False),
        # In a history 2020 stands before 2020-03: the end came in that year.
        ("2020-03", "2020", "2020-12-31", True),
        ("2020-03", "2020", "2021-01-01", False),
        ("2020", "2020", "2020-01-01", True),
        ("2020", "2020", "2020-12-31", True),
        ("2020", "2020", "2021-01-01", False),
        ("2020-03", "2019-05", "2020-03-01", True),
    ],
)
def test_a_role_is_held_until_its_last_day(start: str, end: str, at: str, held: bool) -> None:
    assert held == role([started(on=start), ended(on=end)], at).open


def test_restarted_role_is_open() -> None:
    (found,) = project([started(), ended(), started(on="2023")]).roles
    assert (True, "2023") == (found.open, found.started)


# Pay


def points(facts: list[Action]) -> list[tuple[str, float, str | None, int]]:
    return [(point.on, point.pay, point.currency, point.seq) for point in role(facts).pay]


def test_pay_by_role_in_the_order_it_changed() -> None:
    history = [
        RoleChanged(on="2022", role="r", pay=60_000),
        RoleChanged(on="2021", role="r", title="Senior Engineer"),
        started(pay=50_000, currency="EUR"),
        started("s", on="2023"),
    ]
    assert [("2020-01-01", 50_000, "EUR", 3), ("2022", 60_000, "EUR", 1)] == points(history)
    view = project(history)
    assert "Senior Engineer" == view.roles[0].title
    assert () == view.roles[1].pay


def test_pay_change_may_precede_its_role() -> None:
    """In a history 2020 stands before 2020-03."""
    history = [RoleChanged(on="2020", role="r", pay=2), started(on="2020-03", pay=1, currency="€")]
    assert [("2020", 2, "€", 1), ("2020-03", 1, "€", 2)] == points(history)
    unstarted = RoleChanged(on="2020", role="never started", pay=2)
    assert [("2020", 2, None, 1)] == points([unstarted])


# Energy


def felt(level: int, on: str, about: str = "r") -> EnergyRated:
    return EnergyRated(on=on, about=about, level=level)


def test_energy_by_month_and_by_what_it_is_about() -> None:
    view = project(
        [
            felt(2, "2024-03-05"),
            felt(-1, "2024-03"),
            felt(-2, "2024-03-07", "meetings"),
            felt(1, "2024"),
            felt(1, "2024-05", "a book"),
        ]
    )
    assert [("2024-03", -1 / 3, 3), ("2024-05", 1, 1)] == [
        (month.month, month.level, month.count) for month in view.energy
    ]
    assert [("a book", 1, 1), ("r", 2 / 3, 3), ("meetings", -2, 1)] == [
        (source.about, source.level, source.count) for source in view.sources
    ]
    assert [("2024-03", 0.5, 2)] == [
        (month.month, month.level, month.count) for month in view.sources[1].months
    ]


@given(history=histories)
def test_the_ratings_of_energy_add_up_across_cuts(history: list) -> None:
    view = project(history)
    ratings = [fact.level for fact in history if isinstance(fact, EnergyRated)]
    of_months = [
        fact.level
        for fact in history
        if isinstance(fact, EnergyRated) and fact.on.precision != "year"
    ]
    assert len(of_months) == sum(month.count for month in view.energy)
    assert len(ratings) == sum(source.count for source in view.sources)
    assert sum(of_months) == pytest.approx(sum(month.level * month.count for month in view.energy))
    assert sum(ratings) == pytest.approx(sum(each.level * each.count for each in view.sources))
    for source in view.sources:
        assert source.count >= sum(month.count for month in source.months)
    months = [month.month for month in view.energy]
    assert sorted(set(months)) == months
